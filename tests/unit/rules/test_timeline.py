"""However events come in, the story they tell is the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from scrobbled.model.event import Action
from scrobbled.model.outcome import Outcome
from scrobbled.model.viewing import Counted, Moment, Verdict, Viewer
from scrobbled.rules.policy import Policy
from scrobbled.rules.timeline import Story, continue_with, in_order, needs_retelling, of_late, retell

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(days=30)


@st.composite
def stories(draw: st.DrawFn) -> list[Moment]:
    """Up to 25 events of three items over a few hours, close enough to interfere."""
    moments = []
    for number in range(draw(st.integers(1, 25))):
        action = draw(st.sampled_from(list(Action)))
        items = draw(st.sampled_from([(1,), (2,), (3,), (1, 2)]))
        moments.append(
            Moment(
                id=UUID(int=number + 1),
                at=NOON + timedelta(minutes=draw(st.integers(0, 600))),
                action=action,
                items=() if action is Action.CANCEL_CHECKIN else items,
                progress=draw(st.none() | st.sampled_from([0.0, 0.5, 1.0, 40.0, 79.9, 80.0, 95.0, 100.0])),
                runtime=draw(st.sampled_from([1500.0, 6000.0])),
                source="test",
                by_hand=draw(st.booleans()),
            )
        )
    return moments


def told_at_once(moments: Sequence[Moment]) -> Story:
    """All of it in one fold."""
    return retell(Viewer(), moments, [], Policy(), LATER)


@given(stories(), st.randoms(use_true_random=False))
@settings(max_examples=300)
def test_order_of_arrival_changes_nothing(moments: list[Moment], random: object) -> None:
    """Shuffled, the same events make the same plays and leave the same state."""
    shuffled = list(moments)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis' Random

    assert told_at_once(moments) == told_at_once(shuffled)


@given(stories(), st.lists(st.integers(1, 6), max_size=25))
@settings(max_examples=300)
def test_carrying_on_is_the_same_as_telling_again(moments: list[Moment], cuts: list[int]) -> None:
    """Applied in batches with the state kept in between, in-order events end where one fold ends."""
    ordered, told = in_order(moments), 0
    viewer, plays = Viewer(), list[Counted]()
    verdicts: dict[UUID, Verdict] = {}
    while told < len(ordered):
        size = cuts.pop() if cuts else len(ordered)
        batch = ordered[told : told + size]
        told += len(batch)
        if needs_retelling(viewer, batch):
            story = retell(Viewer(), ordered[:told], [], Policy(), batch[-1].at)
            plays, verdicts = [], {}
        else:
            story = continue_with(viewer, batch, Policy(), batch[-1].at)
        viewer = story.viewer
        plays = plays + story.plays
        verdicts |= story.verdicts
    end = continue_with(viewer, [], Policy(), LATER)
    whole = told_at_once(moments)

    assert whole.plays == plays + end.plays
    assert whole.verdicts == verdicts
    assert whole.viewer == end.viewer


@given(stories())
@settings(max_examples=200)
def test_plays_of_one_item_lie_a_window_apart(moments: list[Moment]) -> None:
    """Whatever a player sends, no two plays of an item are closer than the window."""
    by_item: dict[int, list[datetime]] = {}
    for play in told_at_once(moments).plays:
        by_item.setdefault(play.item_id, []).append(play.watched_at)

    for instants in by_item.values():
        assert all(b - a >= Policy().duplicate_window for a, b in pairwise(instants))


@given(stories())
def test_every_event_has_one_verdict(moments: list[Moment]) -> None:
    """Nothing is dropped silently."""
    assert {moment.id for moment in moments} == set(told_at_once(moments).verdicts)


def test_late_news_of_the_present_is_stale() -> None:
    """A heartbeat older than the item's newest event says nothing about now."""
    moment = Moment(id=UUID(int=1), at=NOON, action=Action.PROGRESS, items=(1,))
    verdict = Verdict(outcome=Outcome.PROGRESSED)

    assert Outcome.STALE == of_late(verdict, moment, NOON + timedelta(minutes=1)).outcome
    assert Outcome.PROGRESSED == of_late(verdict, moment, NOON - timedelta(minutes=1)).outcome


def test_late_play_is_still_a_play() -> None:
    """A completed stop adds its play however late it comes."""
    moment = Moment(id=UUID(int=1), at=NOON, action=Action.STOP, items=(1,), progress=90.0)
    verdict = Verdict(outcome=Outcome.SCROBBLED)

    assert verdict == of_late(verdict, moment, NOON + timedelta(minutes=1))


def test_at_one_instant_a_viewing_starts_before_it_stops() -> None:
    """Events with the same time have a natural order."""
    stop = Moment(id=UUID(int=1), at=NOON, action=Action.STOP, items=(1,), progress=90.0)
    start = Moment(id=UUID(int=2), at=NOON, action=Action.START, items=(1,), progress=0.0)

    assert [start, stop] == in_order([stop, start])
