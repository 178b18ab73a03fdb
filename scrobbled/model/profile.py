"""Users as others know them, and what they did in numbers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """A user as others know them. *profile* is what they say of themselves, such as name and location."""

    id: int
    name: str
    slug: str
    private: bool
    created_at: datetime
    profile: dict[str, Any]


class Watched(msgspec.Struct, frozen=True, kw_only=True):
    """How often films or episodes were watched, how many of them, and how long in *minutes*."""

    plays: int = 0
    items: int = 0
    minutes: int = 0


class Numbers(msgspec.Struct, frozen=True, kw_only=True):
    """
    What a user did, in numbers: *watched* and *collected* by kind (movie, episode), *rated* by kind and
    rating.
    """

    watched: Mapping[str, Watched]
    watched_shows: int
    collected: Mapping[str, int]
    collected_shows: int
    rated: Mapping[tuple[str, int], int]
