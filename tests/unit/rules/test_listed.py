"""What a server's list says, beside what its players said themselves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrobbled.model.event import Action
from scrobbled.model.outcome import Outcome
from scrobbled.model.viewing import Fact, Moment, Viewer
from scrobbled.rules.policy import Policy
from scrobbled.rules.timeline import Story, retell

EIGHT = datetime(2026, 3, 1, 20, tzinfo=UTC)
LATER = EIGHT + timedelta(days=3)

#: Two hours, in seconds.
FILM = 7200.0


def moment(number: int, action: Action, minutes: float, progress: float | None = None) -> Moment:
    """Something about the one film, so many minutes after eight."""
    return Moment(
        id=UUID(int=number),
        at=EIGHT + timedelta(minutes=minutes),
        action=action,
        items=(1,),
        progress=progress,
        runtime=FILM,
        source="test",
    )


def told(*moments: Moment, facts: tuple[Fact, ...] = ()) -> Story:
    """What becomes of them."""
    return retell(Viewer(), list(moments), facts, Policy(), LATER)


def _played_at(at: datetime) -> Fact:
    return Fact(event_id=UUID(int=0), item_id=1, watched_at=at, told_at=at)


LISTED = moment(9, Action.LISTED, 0)


def test_alone_it_is_a_play_at_its_own_date() -> None:
    """What no player told is a play at the time the server gives."""
    story = told(LISTED)

    assert [EIGHT] == [play.watched_at for play in story.plays]
    assert Outcome.SCROBBLED is story.verdicts[LISTED.id].outcome


@pytest.mark.parametrize("minutes", [108, 120, 150, 179])
@pytest.mark.parametrize("heartbeats", [(), (1,), (1, 5, 60)])
def test_a_webhook_of_the_same_viewing_counts_once(minutes: int, heartbeats: tuple[int, ...]) -> None:
    """The list has the beginning and the webhook the end, breaks included: one play, at the end."""
    moments = [moment(1, Action.START, 0, 0.0)]
    moments += [moment(10 + each, Action.PROGRESS, each, each / 1.2) for each in heartbeats]
    moments.append(moment(2, Action.STOP, minutes, 95.0))
    story = told(*moments, LISTED)

    assert [moments[-1].at] == [play.watched_at for play in story.plays]
    assert Outcome.DUPLICATE is story.verdicts[LISTED.id].outcome


def test_in_any_order_of_arrival() -> None:
    """The list read before the webhook came, between, or after: the same play."""
    moments = [
        moment(1, Action.START, 0, 0.0),
        moment(2, Action.WATCHED, 110),
        moment(3, Action.STOP, 119, 99.0),
    ]

    assert 1 == len({tuple(told(*each).plays) for each in permutations([*moments, LISTED])})


def test_a_tick_by_hand_counts_once() -> None:
    """A tick has the same date in the list as in the webhook."""
    story = told(moment(1, Action.WATCHED, 0), LISTED)

    assert [UUID(int=1)] == [play.event_id for play in story.plays]


def test_a_lost_stop_is_made_good() -> None:
    """The player said that it began and no more; the list says that it was finished."""
    story = told(moment(1, Action.START, 0, 0.0), LISTED)

    assert [LISTED.id] == [play.event_id for play in story.plays]
    assert story.viewer.viewings[1].saved is None


def test_a_visit_that_was_broken_off_is_no_play() -> None:
    """Begun again and left at 3 %: the server still says played, with the date of the visit."""
    story = told(moment(1, Action.START, 0, 0.0), moment(2, Action.STOP, 4, 3.0), LISTED)

    assert [] == story.plays
    assert "not_finished" == story.verdicts[LISTED.id].reason


def test_credits_the_next_morning_are_no_second_play() -> None:
    """Gone on with at 96 % in the morning, the film has a new date in the list and no new play."""
    evening = [moment(1, Action.START, -700, 0.0), moment(2, Action.STOP, -590, 95.0)]
    morning = [moment(3, Action.START, 0, 96.0), moment(4, Action.STOP, 4, 100.0)]
    story = told(*evening, *morning, LISTED)

    assert [evening[1].at] == [play.watched_at for play in story.plays]


def test_two_evenings_are_two_plays() -> None:
    """Yesterday's play, from a webhook, does not swallow today's from the list."""
    story = told(moment(1, Action.STOP, -24 * 60, 95.0), LISTED)

    assert 2 == len(story.plays)


def test_a_play_that_no_event_explains_stands() -> None:
    """An old play whose event is forgotten counts against the list as well."""
    story = told(LISTED, facts=(_played_at(EIGHT + timedelta(minutes=115)),))

    assert [] == story.plays


@given(st.integers(0, 175), st.floats(80, 100), st.booleans())
def test_never_doubled(minutes: int, progress: float, started: bool) -> None:
    """Whenever in the viewing's time its stop came, list and webhook make one play."""
    moments = [moment(2, Action.STOP, minutes, progress), LISTED]
    if started:
        moments.append(moment(1, Action.START, 0, 0.0))

    assert 1 == len(told(*moments).plays)
