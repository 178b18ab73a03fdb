"""Viewings, and what the rules ask and say of them: values stored between events."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

import msgspec

from scrobbled.model.event import Action
from scrobbled.model.outcome import Outcome

#: A viewing that began at a known time is over after its runtime and this long, breaks included.
_BREAKS = timedelta(hours=1)

#: Seconds; what claims to be longer is a mistake.
_LONGEST_RUNTIME = 24 * 3600.0


class Stage(StrEnum):
    """Where an item's newest viewing stands."""

    OPEN = "open"
    SUSPENDED = "suspended"  # paused, silent for too long, or another item started
    CLOSED = "closed"  # stopped, or never begun


class WatchingAction(StrEnum):
    """Why somebody is shown as watching."""

    SCROBBLE = "scrobble"
    CHECKIN = "checkin"


class Moment(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """
    An event reduced to what the rules need.

    *items* are the films or episodes it is about; *progress* is percent or None
    when unknown; *runtime* is in seconds and above 0. *by_hand*: nothing was played, a person
    ticked or unticked them.
    """

    id: UUID
    at: datetime
    action: Action
    items: tuple[int, ...] = ()
    progress: float | None = None
    runtime: float = 3600.0
    source: str = ""
    by_hand: bool = False

    @property
    def told_at(self) -> datetime:
        """
        When the rules hear of it. A server's list only says when a viewing began, so it is heard
        after everything that a player may have sent of that viewing.
        """
        if self.action is not Action.LISTED:
            return self.at
        return self.at + timedelta(seconds=min(self.runtime, _LONGEST_RUNTIME)) + _BREAKS


class Viewing(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """
    An item's newest viewing, and the position saved to continue from.

    *counted*: this viewing is in the history already; *settled*: it was seen to go
    on after that. *position*, *saved*: percent. *last_event_at* is None for an item
    that only has plays from elsewhere. *unticked_at* is when a play of it was last taken back;
    *last_play_at* is then of a play after that, or None.
    """

    stage: Stage = Stage.CLOSED
    counted: bool = False
    settled: bool = False
    position: float | None = None
    last_event_at: datetime | None = None
    last_play_at: datetime | None = None
    saved: float | None = None
    paused_at: datetime | None = None
    unticked_at: datetime | None = None


#: The viewing of an item that its user never played.
NEVER_PLAYED = Viewing()


class Watching(msgspec.Struct, frozen=True, kw_only=True):
    """What a user is watching now; *event_id* is the last event that said so."""

    items: tuple[int, ...]
    action: WatchingAction
    event_id: UUID
    source: str
    started_at: datetime
    expires_at: datetime


class Verdict(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What the rules say of one event. *progress* is the percent they went by."""

    outcome: Outcome
    reason: str | None = None
    progress: float | None = None
    watched_at: datetime | None = None
    expires_at: datetime | None = None


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """A play the rules ask for. *cause* is scrobble, checkin or lost_stop."""

    event_id: UUID
    item_id: int
    watched_at: datetime
    cause: str
    source: str


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """
    A play that no event at hand explains (older, or added by hand): it stands. *told_at* is when the
    rules hear of it: when it was added, where somebody added it.
    """

    event_id: UUID
    item_id: int
    watched_at: datetime
    told_at: datetime


class Removal(msgspec.Struct, frozen=True, kw_only=True):
    """
    A play that its user took out of the history at *told_at*. What came before that is judged by it
    still: the same evening does not count a second time. From then on it is none.
    """

    event_id: UUID
    item_id: int
    watched_at: datetime
    told_at: datetime


class Viewer(msgspec.Struct, frozen=True, kw_only=True):
    """
    A user as the rules see them.

    *applied_to* is the newest instant the fold has reached (None: never). It holds
    the viewings of the items at hand, not of everything the user ever played.
    """

    applied_to: datetime | None = None
    watching: Watching | None = None
    viewings: dict[int, Viewing] = {}
