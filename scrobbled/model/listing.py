"""Lists that users keep."""

from __future__ import annotations

from datetime import datetime

import msgspec


class ListSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What the owner of a list says of it. *privacy* is private, link, friends or public."""

    name: str
    description: str | None = None
    privacy: str = "private"
    display_numbers: bool = False
    allow_comments: bool = True
    sort_by: str = "rank"
    sort_how: str = "asc"


class ListHead(msgspec.Struct, frozen=True, kw_only=True):
    """A list without what is on it."""

    user_id: int
    id: int
    slug: str
    settings: ListSettings
    created_at: datetime
    updated_at: datetime
    item_count: int
