"""What resolving did, and what it taught."""

from __future__ import annotations

from datetime import datetime

import msgspec

from scrobbled.api.shapes.events import Event
from scrobbled.api.shapes.items import Show


class Resolved(msgspec.Struct, frozen=True, kw_only=True):
    """
    What resolving did: the event as it is now, how many other waiting events of the user it
    settled too, and the correction that was learned (null when there was nothing to learn).
    """

    event: Event
    also_settled: int
    correction_id: int | None


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """
    What players say that is understood now. *kind* is movie, show or episode; *source* is words,
    or whose id *value* is; *everybody*: enough users taught the same.
    """

    kind: str
    source: str
    value: str
    everybody: bool


class Correction(msgspec.Struct, frozen=True, kw_only=True):
    """
    What one resolve taught: *said* means *title*, of which *kind* (movie or show) tells what it
    is. *season* and *episode* are null where later events keep their own numbers.
    """

    id: int
    kind: str | None
    title: Show | None
    season: int | None
    episode: int | None
    taught_at: datetime
    said: list[Said]


class Corrections(msgspec.Struct, frozen=True, kw_only=True):
    """A page of corrections, newest first; *next_cursor* is null on the last one."""

    data: list[Correction]
    next_cursor: str | None
