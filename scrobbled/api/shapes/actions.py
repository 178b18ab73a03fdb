"""What was ticked by hand."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from scrobbled.api.shapes.items import Watched


class TickedPlay(msgspec.Struct, frozen=True, kw_only=True):
    """A play that a tick by hand made."""

    id: int
    watched_at: datetime
    item: Watched


class Ticked(msgspec.Struct, frozen=True, kw_only=True):
    """
    What was ticked at once, such as a season: *source* is the player, *made_at* when it came, the
    *plays* have the dates that the player gave.
    """

    id: UUID
    source: str
    made_at: datetime
    plays: list[TickedPlay]


class Actions(msgspec.Struct, frozen=True, kw_only=True):
    """What was ticked by hand, newest first."""

    data: list[Ticked]


class TakenBack(msgspec.Struct, frozen=True, kw_only=True):
    """An action that was taken back, and how many plays went with it."""

    id: UUID
    plays: int
