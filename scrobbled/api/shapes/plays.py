"""The history, positions to continue from, what is on."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from scrobbled.api.shapes.items import Episode, Movie, Watched
from scrobbled.model.media import Kind


class Play(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the history. *cause* is scrobble, checkin, lost_stop or watch."""

    id: int
    watched_at: datetime
    kind: Kind
    cause: str
    source: str
    event_id: UUID
    item: Watched


class History(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the history, newest first; *next_cursor* is null on the last one."""

    data: list[Play]
    next_cursor: str | None


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """A place to continue from. *progress* in percent."""

    id: int
    progress: float
    paused_at: datetime
    item: Watched


class Positions(msgspec.Struct, frozen=True, kw_only=True):
    """Saved positions, most recently paused first, and how many there are in all."""

    data: list[Position]
    total: int


class Now(msgspec.Struct, frozen=True, kw_only=True):
    """
    What is on. *action* is scrobble or checkin, *progress* the last percent heard of;
    a file may hold several *items*.
    """

    action: str
    source: str
    event_id: UUID
    progress: float | None
    started_at: datetime
    expires_at: datetime
    items: list[Movie | Episode]


class Watching(msgspec.Struct, frozen=True, kw_only=True):
    """What is being watched, or null."""

    watching: Now | None
