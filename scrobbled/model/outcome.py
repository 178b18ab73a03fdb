"""The closed list of outcomes: every event ends in exactly one, with a reason."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from scrobbled.model.media import Item


class Outcome(StrEnum):
    """How an event ended."""

    SCROBBLED = "scrobbled"  # a play entered the history
    STARTED = "started"  # the user is watching the item now
    PAUSED = "paused"  # the position is saved for later
    PROGRESSED = "progressed"  # a heartbeat moved the position
    CHECKED_IN = "checked_in"  # counts by itself when the runtime has elapsed
    CANCELLED = "cancelled"  # a play or a check-in was taken back
    RATED = "rated"  # a rating was stored, or taken away
    DUPLICATE = "duplicate"  # this viewing is in the history already
    STALE = "stale"  # late, and nothing depends on it any more
    IGNORED = "ignored"  # not something we count; the reason says why
    UNMATCHED = "unmatched"  # kept until we know which title it is
    REJECTED = "rejected"  # the rules refuse it
    DEAD = "dead"  # gave up after retries; kept for a person to look at


class Answer(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a worker tells the front door that waits for an event.

    *play_id* and *playback_id* are set when the event made one. *progress* is
    percent. *watched_at* and *expires_at* belong to duplicates and check-ins.
    """

    event_id: UUID
    outcome: Outcome
    reason: str | None = None
    item: Item | None = None
    play_id: int | None = None
    playback_id: int | None = None
    progress: float | None = None
    watched_at: datetime | None = None
    expires_at: datetime | None = None
