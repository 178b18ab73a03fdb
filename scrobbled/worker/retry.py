"""What becomes of what failed: a decision as a value, computed without I/O."""

from __future__ import annotations

import random
from enum import Enum

from scrobbled.errors import Unavailable
from scrobbled.store.pool import TRANSIENT as STORE_TRANSIENT

#: The longest pause between two tries, in seconds.
_LONGEST_PAUSE = 5.0


class Remedy(Enum):
    """What to do after an error."""

    WAIT = "wait"  # the database is away: the same batch again, as often as it takes
    SPLIT = "split"  # something in the batch is poison: find it
    LATER = "later"  # this event is poison, perhaps not for ever
    BURY = "bury"  # this event was tried often enough


def remedy(error: BaseException, *, size: int, tries: int, max_tries: int) -> Remedy:
    """
    The remedy for *error* in a batch of *size* events.

    *tries* counts how often the event was handed out, this time included; it only
    matters for an event on its own. What is nobody's fault is never held against an
    event: a database that is away for a day buries nothing.
    """
    if isinstance(error, (*STORE_TRANSIENT, Unavailable)):
        return Remedy.WAIT
    if size > 1:
        return Remedy.SPLIT
    return Remedy.BURY if tries >= max_tries else Remedy.LATER


def pause(attempt: int) -> float:
    """Seconds to wait before try *attempt* + 1 (from 0): doubling, with jitter, bounded."""
    longest = min(0.1 * 2.0 ** min(attempt, 10), _LONGEST_PAUSE)
    return longest * random.uniform(0.5, 1.0)  # noqa: S311  # spreads load, guards nothing
