"""
A user's recent past, as one story.

*continue_with* carries the stored state on with newer events: the usual way.
*retell* folds everything again from the start when an older event arrived. Both
give the same result for the same events: that is the promise the property tests
hold them to.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from scrobbled.model.event import Action
from scrobbled.model.outcome import Outcome
from scrobbled.model.viewing import Counted, Fact, Moment, Removal, Verdict, Viewer
from scrobbled.rules.fold import Fold
from scrobbled.rules.policy import Policy

#: At the very same instant a viewing starts before it stops.
_ORDER = {
    Action.CANCEL_CHECKIN: 0,
    Action.START: 1,
    Action.CHECKIN: 2,
    Action.PROGRESS: 3,
    Action.PAUSE: 4,
    Action.WATCHED: 5,
    Action.STOP: 6,
    Action.LISTED: 7,
    Action.UNWATCH: 8,
    Action.RATE: 9,
}

#: Outcomes that only say where the player is, which a late event cannot know.
_OF_THE_PRESENT = frozenset({Outcome.STARTED, Outcome.PROGRESSED, Outcome.PAUSED})


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of a fold. *changed*: the items whose viewing is not what it was."""

    viewer: Viewer
    verdicts: dict[UUID, Verdict]
    plays: list[Counted]
    changed: set[int]


def in_order(moments: Iterable[Moment]) -> list[Moment]:
    """*moments* as they happened; what happened at one instant has a fixed order too."""
    return sorted(moments, key=lambda moment: (moment.told_at, _ORDER[moment.action], moment.id))


def needs_retelling(viewer: Viewer, moments: Sequence[Moment]) -> bool:
    """
    Whether any of *moments* belongs before (or beside) what is applied already, or takes back
    something of it: the stored state does not know which play that is.
    """
    if any(moment.action is Action.UNWATCH for moment in moments):
        return True
    return viewer.applied_to is not None and any(moment.told_at <= viewer.applied_to for moment in moments)


def continue_with(viewer: Viewer, moments: Sequence[Moment], policy: Policy, now: datetime) -> Story:
    """*moments*, all newer than what is applied to *viewer*, and then the present."""
    return _tell(Fold(viewer, policy), in_order(moments), (), now)


def retell(
    viewer: Viewer, moments: Sequence[Moment], facts: Sequence[Fact | Removal], policy: Policy, now: datetime
) -> Story:
    """
    The whole recent past again: every event in *moments*, on top of *viewer* (what
    was before the first of them) and among *facts* (plays they do not explain, and plays
    that were taken out).
    """
    return _tell(Fold(viewer, policy), in_order(moments), facts, now)


def _tell(fold: Fold, moments: Sequence[Moment], facts: Iterable[Fact | Removal], now: datetime) -> Story:
    verdicts: dict[UUID, Verdict] = {}
    standing = sorted(facts, key=lambda fact: (fact.told_at, fact.watched_at, fact.item_id), reverse=True)
    for moment in moments:
        while standing and standing[-1].told_at <= moment.told_at:
            _note(fold, standing.pop())
        verdicts[moment.id] = fold.apply(moment)
    while standing:
        _note(fold, standing.pop())
    fold.advance(now)
    for event_id in fold.ledger.emptied():
        if verdicts[event_id].outcome is Outcome.SCROBBLED:
            verdicts[event_id] = Verdict(outcome=Outcome.CANCELLED, reason="unticked")
    return Story(
        viewer=fold.state.viewer, verdicts=verdicts, plays=fold.ledger.plays, changed=fold.state.changed
    )


def _note(fold: Fold, fact: Fact | Removal) -> None:
    if isinstance(fact, Removal):
        fold.take_out(fact)
    else:
        fold.record(fact)


def of_late(verdict: Verdict, moment: Moment, last_event_at: datetime | None) -> Verdict:
    """
    *verdict* as it is told when *moment* arrived after a newer event of its item:
    what it says of plays stands, what it says of the present is stale.
    """
    late = last_event_at is not None and moment.at < last_event_at
    if late and verdict.outcome in _OF_THE_PRESENT:
        return Verdict(outcome=Outcome.STALE, reason="newer_event", progress=verdict.progress)
    return verdict
