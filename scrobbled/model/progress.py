"""How far somebody is in a show."""

from __future__ import annotations

from datetime import datetime

import msgspec


class Part(msgspec.Struct, frozen=True, gc=False):
    """
    An episode of a show: *times* it was watched (or 1 where it is collected), *at* the last time, *runtime*
    in minutes, 0 where nobody knows it. *aired*: it can be watched by now.
    """

    id: int
    season: int
    number: int
    aired: bool
    times: int
    at: datetime | None
    runtime: int


class Show(msgspec.Struct, frozen=True, kw_only=True):
    """A show with its *parts* in order. *reset_at*: what came before it does not count."""

    id: int
    reset_at: datetime | None
    parts: list[Part]


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """
    How far somebody is. *aired* and *completed* count episodes; *last* is the last one that was watched
    and *following* the one to watch next. *plays* and minutes are over all its episodes.
    """

    aired: int
    completed: int
    last_at: datetime | None
    last: Part | None
    following: Part | None
    plays: int
    minutes_watched: int
    minutes_left: int
