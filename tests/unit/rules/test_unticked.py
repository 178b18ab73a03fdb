"""What a tick and an un-tick by hand do to a history."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from scrobbled.model.event import Action
from scrobbled.model.outcome import Outcome
from scrobbled.model.viewing import Fact, Moment, Removal, Viewer
from scrobbled.rules.policy import Policy
from scrobbled.rules.timeline import Story, retell

EIGHT = datetime(2026, 3, 1, 20, tzinfo=UTC)
LATER = EIGHT + timedelta(days=60)
HOUR, DAY = 60.0, 24 * 60.0


def moment(
    number: int,
    action: Action,
    minutes: float,
    progress: float | None = None,
    *,
    items: tuple[int, ...] = (1,),
    by_hand: bool = True,
) -> Moment:
    """Something about the one film, so many minutes after eight."""
    return Moment(
        id=UUID(int=number),
        at=EIGHT + timedelta(minutes=minutes),
        action=action,
        items=items,
        progress=progress,
        runtime=7200.0,
        source="test",
        by_hand=by_hand,
    )


def told(*moments: Moment, facts: tuple[Fact, ...] = ()) -> Story:
    """What becomes of them."""
    return retell(Viewer(), list(moments), facts, Policy(), LATER)


def minutes(story: Story) -> list[float]:
    """When the plays are, in minutes after eight."""
    return [(play.watched_at - EIGHT).total_seconds() / 60 for play in story.plays]


def endings(story: Story) -> list[tuple[Outcome, str | None]]:
    """(outcome, reason) of each event, by its number."""
    return [(verdict.outcome, verdict.reason) for _, verdict in sorted(story.verdicts.items())]


TICK, UNTICK = moment(1, Action.WATCHED, 0), moment(2, Action.UNWATCH, 1)
TAKEN_BACK = (Outcome.CANCELLED, "unticked")


def test_an_untick_takes_the_play_back() -> None:
    """The play goes, and the event that made it says so."""
    story = told(TICK, UNTICK)

    assert [] == story.plays
    assert [TAKEN_BACK, TAKEN_BACK] == endings(story)


def test_in_any_order_of_arrival() -> None:
    """A late un-tick takes back what was before it, and nothing that came after it."""
    moments = [TICK, UNTICK, moment(3, Action.STOP, HOUR, 95.0, by_hand=False)]

    assert [[HOUR]] * 6 == [minutes(told(*each)) for each in permutations(moments)]


def test_a_tick_after_an_untick_counts_again() -> None:
    """Within the minute too: the window is of the play that went."""
    story = told(TICK, UNTICK, moment(3, Action.WATCHED, 2))

    assert [2.0] == minutes(story)


def test_only_the_newest_play_goes() -> None:
    """Two viewings, one un-tick: the older one stays, and a second un-tick takes nothing more."""
    first = moment(3, Action.STOP, -5 * DAY, 95.0, by_hand=False)
    second = moment(4, Action.STOP, -1, 95.0, by_hand=False)
    again = moment(5, Action.UNWATCH, 30)
    story = told(first, second, UNTICK, again)

    assert [-5 * DAY] == minutes(story)
    assert (Outcome.IGNORED, "not_watched") == endings(story)[-1]


def test_an_old_play_stays() -> None:
    """Whoever un-ticks a show to see it again keeps its history."""
    story = told(moment(1, Action.STOP, -31 * DAY, 95.0, by_hand=False), UNTICK)

    assert 1 == len(story.plays)
    assert (Outcome.IGNORED, "play_kept") == endings(story)[-1]


def test_a_play_that_no_event_explains_stays() -> None:
    """An import is not taken back by a player's tick, nor what lies behind it."""
    at = EIGHT + timedelta(seconds=30)
    fact = Fact(event_id=UUID(int=9), item_id=1, watched_at=at, told_at=at)
    story = told(moment(1, Action.STOP, -5 * DAY, 95.0, by_hand=False), UNTICK, facts=(fact,))

    assert [-5 * DAY] == minutes(story)


def test_an_untick_ends_the_viewing() -> None:
    """Nothing is left to continue from, and nobody is shown as watching."""
    story = told(moment(1, Action.START, 0, 50.0, by_hand=False), UNTICK)

    assert story.viewer.watching is None
    assert story.viewer.viewings[1].saved is None


def test_a_file_of_two_episodes_is_unticked_whole() -> None:
    """Both plays go; with one of them the event still counts."""
    both = moment(1, Action.WATCHED, 0, items=(1, 2))
    whole = told(both, moment(2, Action.UNWATCH, 1, items=(1, 2)))
    half = told(both, moment(2, Action.UNWATCH, 1, items=(2,)))

    assert ([], [TAKEN_BACK, TAKEN_BACK]) == (whole.plays, endings(whole))
    assert ([1], Outcome.SCROBBLED) == ([play.item_id for play in half.plays], endings(half)[0][0])


def test_a_tick_of_what_was_watched_is_no_second_play() -> None:
    """The echo of a tick that somebody's tool wrote back, days later and dated now."""
    story = told(
        moment(1, Action.STOP, -9 * DAY, 95.0, by_hand=False), moment(2, Action.WATCHED, 0), TICK_OF_ANOTHER
    )

    assert [-9 * DAY, 5.0] == minutes(story)
    assert (Outcome.DUPLICATE, "already_watched") == endings(story)[1]


TICK_OF_ANOTHER = moment(3, Action.WATCHED, 5, items=(2,))


def test_what_a_list_says_of_an_unticked_viewing_is_no_play() -> None:
    """The list is told after the viewing's time, and would bring back what was taken away."""
    tick = moment(1, Action.WATCHED, 0)
    story = told(tick, moment(2, Action.UNWATCH, 0), moment(3, Action.LISTED, 0))

    assert [] == story.plays
    assert (Outcome.REJECTED, "unticked") == endings(story)[-1]


@given(st.lists(st.tuples(st.sampled_from(["tick", "untick"]), st.integers(0, 9)), min_size=1, max_size=12))
def test_ticks_and_unticks_leave_what_the_last_one_says(clicks: list[tuple[str, int]]) -> None:
    """However often somebody clicks: one play when the box is ticked at the end, else none."""
    actions = {"tick": Action.WATCHED, "untick": Action.UNWATCH}
    moments = [moment(number, actions[word], number) for number, (word, _) in enumerate(clicks, 1)]

    assert (1 if clicks[-1][0] == "tick" else 0) == len(told(*moments).plays)


def test_what_a_person_took_out_is_not_taken_back_as_well() -> None:
    """An un-tick after a removal goes on to nothing: the newest play went already."""
    tick = moment(1, Action.WATCHED, 0)
    removal = Removal(event_id=tick.id, item_id=1, watched_at=tick.at, told_at=tick.at + timedelta(minutes=1))
    story = retell(Viewer(), [tick, moment(2, Action.UNWATCH, 2)], [removal], Policy(), LATER)

    assert [] == story.plays
    assert (Outcome.IGNORED, "not_watched") == endings(story)[1]


def test_a_play_before_an_untick_is_not_the_last_one_again() -> None:
    """What was taken back stays so when a person removes what was watched after it."""
    old, untick = moment(1, Action.STOP, -5 * DAY, 95.0, by_hand=False), moment(2, Action.UNWATCH, 0)
    new = moment(3, Action.WATCHED, 5)
    removal = Removal(event_id=new.id, item_id=1, watched_at=new.at, told_at=new.at + timedelta(minutes=1))
    story = retell(Viewer(), [old, untick, new], [removal], Policy(), LATER)

    assert story.viewer.viewings[1].last_play_at is None
