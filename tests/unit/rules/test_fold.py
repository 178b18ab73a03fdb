"""The rules' table, row by row."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from scrobbled.model.event import Action
from scrobbled.model.outcome import Outcome
from scrobbled.model.viewing import Fact, Moment, Viewer
from scrobbled.rules.policy import Policy
from scrobbled.rules.timeline import Story, retell

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
FILM, OTHER = 1, 2


class Evening:
    """A story under construction: say what happened, minute by minute."""

    def __init__(self, policy: Policy | None = None) -> None:
        self.policy = policy or Policy()
        self.moments: list[Moment] = []
        self.facts: list[Fact] = []

    def at(self, minute: float, action: str, progress: float | None = None, item: int = FILM) -> Evening:
        """Something happens."""
        self.moments.append(
            Moment(
                id=UUID(int=len(self.moments) + 1),
                at=NOON + timedelta(minutes=minute),
                action=Action(action),
                items=() if action == "cancel_checkin" else (item,),
                progress=progress,
                runtime=6000.0,
                source="test",
            )
        )
        return self

    def story(self, until: float = 100_000) -> Story:
        """What the rules make of it."""
        return retell(Viewer(), self.moments, self.facts, self.policy, NOON + timedelta(minutes=until))

    def outcomes(self, until: float = 100_000) -> list[tuple[str, str | None]]:
        """(outcome, reason) of each event."""
        verdicts = self.story(until).verdicts
        return [(verdicts[each.id].outcome.value, verdicts[each.id].reason) for each in self.moments]

    def plays(self, until: float = 100_000) -> list[tuple[float, int, str]]:
        """(minute, item, cause) of each play."""
        return [
            ((play.watched_at - NOON).total_seconds() / 60, play.item_id, play.cause)
            for play in self.story(until).plays
        ]

    def saved(self, item: int = FILM, until: float = 100_000) -> float | None:
        """The percent saved to continue from."""
        viewing = self.story(until).viewer.viewings.get(item)
        return viewing.saved if viewing else None


def test_start_shows_as_watching_until_the_remaining_runtime_is_over() -> None:
    """A start at 40 % of 100 minutes is watched for 60 minutes more."""
    watching = Evening().at(0, "start", 40).story(until=1).viewer.watching

    assert watching is not None
    assert NOON + timedelta(minutes=60) == watching.expires_at


def test_start_removes_the_saved_position() -> None:
    """What is being watched again is no longer waiting to be continued."""
    evening = Evening().at(0, "start", 0).at(30, "pause", 30).at(60, "start", 30)

    assert evening.saved(until=61) is None


def test_start_replaces_what_was_watched_before() -> None:
    """Only one thing is watched at a time; the other one's position is kept."""
    evening = Evening().at(0, "start", 0).at(30, "progress", 30).at(40, "start", 0, OTHER)
    watching = evening.story(until=41).viewer.watching

    assert watching is not None
    assert (OTHER,) == watching.items
    assert 30 == evening.saved(FILM, until=41)


def test_pause_saves_the_position_and_ends_watching() -> None:
    """A pause at 1 % or more is a place to continue from."""
    evening = Evening().at(0, "start", 0).at(20, "pause", 20)

    assert 20 == evening.saved()
    assert evening.story(until=21).viewer.watching is None


def test_pause_of_unknown_position_saves_the_last_one_known() -> None:
    """Unknown is not 0: the viewing remembers where it was."""
    evening = Evening().at(0, "start", 0).at(20, "progress", 20).at(21, "pause")

    assert 20 == evening.saved()


@pytest.mark.parametrize(
    ("progress", "outcome"),
    [
        (0, ("rejected", "progress_too_low")),
        (0.99, ("rejected", "progress_too_low")),
        (1, ("paused", None)),
        (79.99, ("paused", None)),
        (80, ("scrobbled", None)),
        (100, ("scrobbled", None)),
        (None, ("paused", "position_unknown")),
    ],
)
def test_stop_is_judged_by_its_progress(progress: float | None, outcome: tuple[str, str | None]) -> None:
    """Below 1 % nothing, below the threshold a saved position, from the threshold a play."""
    assert [outcome] == Evening().at(0, "stop", progress).outcomes()


def test_stop_at_a_users_own_threshold_counts() -> None:
    """The threshold is a policy, not a constant."""
    assert [("scrobbled", None)] == Evening(Policy(threshold=60)).at(0, "stop", 65).outcomes()


def test_stop_clears_position_and_watching() -> None:
    """What was watched to the end is neither continued nor shown."""
    evening = Evening().at(0, "start", 0).at(20, "pause", 20).at(30, "start", 20).at(99, "stop", 95)

    assert evening.saved() is None
    assert evening.story(until=100).viewer.watching is None


def test_watched_by_the_sources_word_counts_without_progress() -> None:
    """A source that says "watched" is believed."""
    assert [(0.0, FILM, "scrobble")] == Evening().at(0, "watched").plays()


def test_check_in_counts_when_the_runtime_has_elapsed() -> None:
    """Nothing until the 100 minutes are over, then one play at that time."""
    evening = Evening().at(0, "checkin")

    assert [] == evening.plays(until=99)
    assert [(100.0, FILM, "checkin")] == evening.plays(until=101)


def test_check_in_is_refused_while_one_is_running() -> None:
    """The second check-in changes nothing."""
    evening = Evening().at(0, "checkin").at(10, "checkin", item=OTHER)

    assert [("checked_in", None), ("rejected", "checkin_in_progress")] == evening.outcomes()
    assert [(100.0, FILM, "checkin")] == evening.plays()


def test_cancelled_check_in_never_counts() -> None:
    """A check-in that was taken back leaves no play."""
    evening = Evening().at(0, "checkin").at(10, "cancel_checkin")

    assert [("checked_in", None), ("cancelled", None)] == evening.outcomes()
    assert [] == evening.plays()


def test_cancelling_without_a_check_in_does_nothing() -> None:
    """A scrobble is not a check-in: it goes on."""
    evening = Evening().at(0, "start", 0).at(1, "cancel_checkin")

    assert ("ignored", "no_checkin") == evening.outcomes()[1]
    assert evening.story(until=2).viewer.watching is not None


def test_play_within_the_window_is_a_duplicate() -> None:
    """59 minutes after a play the same item does not count again."""
    evening = Evening().at(0, "watched").at(59, "watched")

    assert [("scrobbled", None), ("duplicate", None)] == evening.outcomes()


def test_duplicate_says_what_it_duplicates_and_until_when() -> None:
    """The 409 of Trakt needs both instants."""
    evening = Evening().at(0, "watched").at(10, "stop", 90)
    verdict = evening.story().verdicts[evening.moments[1].id]

    assert NOON == verdict.watched_at
    assert NOON + timedelta(hours=1) == verdict.expires_at


def test_play_after_the_window_is_a_rewatch() -> None:
    """A source that only says "watched" has no viewings: the window alone judges it."""
    assert [0.0, 60.0] == [minute for minute, *_ in Evening().at(0, "watched").at(60, "watched").plays()]


def test_credits_watched_next_morning_are_the_same_viewing() -> None:
    """Resumed at or above the threshold after its play, a viewing goes on."""
    evening = (
        Evening()
        .at(0, "start", 0)
        .at(90, "watched")
        .at(95, "pause", 95)
        .at(800, "start", 95)
        .at(805, "stop", 99)
    )

    assert ("duplicate", "same_viewing") == evening.outcomes()[-1]
    assert 1 == len(evening.plays())


def test_stop_long_after_the_scrobble_is_the_same_viewing() -> None:
    """Scrobbled at 90 %, paused, stopped hours later: one play."""
    evening = Evening().at(0, "start", 0).at(90, "watched").at(91, "pause", 91).at(400, "stop", 91)

    assert 1 == len(evening.plays())


def test_seek_back_after_the_play_does_not_count_twice() -> None:
    """Heartbeats went on above the threshold; going back is still the same viewing."""
    evening = (
        Evening()
        .at(0, "start", 0)
        .at(90, "watched")
        .at(91, "progress", 91)
        .at(92, "progress", 20)
        .at(170, "stop", 95)
    )

    assert 1 == len(evening.plays())


def test_rewatch_from_the_start_counts_again_without_a_stop_in_between() -> None:
    """The stop of the first evening was lost; the second evening is a viewing of its own."""
    evening = (
        Evening()
        .at(0, "start", 0)
        .at(90, "watched")
        .at(92, "progress", 92)
        .at(1500, "start", 0)
        .at(1590, "stop", 95)
    )

    assert [90.0, 1590.0] == [minute for minute, *_ in evening.plays()]


def test_rewatch_counts_when_the_first_viewing_was_only_paused() -> None:
    """A viewing left paused in the credits does not swallow the next one."""
    evening = (
        Evening()
        .at(0, "start", 0)
        .at(90, "watched")
        .at(95, "pause", 95)
        .at(4000, "start", 0)
        .at(4100, "stop", 99)
    )

    assert [90.0, 4100.0] == [minute for minute, *_ in evening.plays()]


def test_lost_stop_above_the_threshold_counts_when_it_runs_out() -> None:
    """The player never said stop, but was last seen at 85 %."""
    evening = Evening().at(0, "start", 0).at(85, "progress", 85)

    assert [(100.0, FILM, "lost_stop")] == evening.plays()


def test_lost_stop_above_the_threshold_counts_when_another_item_starts() -> None:
    """Auto-next before the stop: the first one still counts, at the moment the next began."""
    evening = Evening().at(0, "start", 0).at(85, "progress", 85).at(90, "start", 0, OTHER)

    assert [(90.0, FILM, "lost_stop")] == evening.plays(until=91)


def test_lost_stop_below_the_threshold_is_a_saved_position() -> None:
    """The player vanished half way: that is where it continues."""
    evening = Evening().at(0, "start", 0).at(50, "progress", 50)

    assert [] == evening.plays()
    assert 50 == evening.saved()


def test_lost_stop_can_be_switched_off() -> None:
    """Who does not want it gets a saved position instead."""
    evening = Evening(Policy(lost_stop=False)).at(0, "start", 0).at(85, "progress", 85)

    assert [] == evening.plays()
    assert 85 == evening.saved()


def test_stop_after_its_lost_stop_is_the_same_viewing() -> None:
    """The stop arrived after all, hours late: still one play."""
    evening = Evening().at(0, "start", 0).at(85, "progress", 85).at(400, "stop", 100)

    assert 1 == len(evening.plays())


def test_play_from_elsewhere_makes_a_duplicate() -> None:
    """A play that no event explains stands, and counts for the window."""
    evening = Evening().at(30, "watched")
    evening.facts.append(Fact(event_id=UUID(int=0), item_id=FILM, watched_at=NOON, told_at=NOON))

    assert [("duplicate", None)] == evening.outcomes()


def test_progress_of_unknown_position_is_not_zero() -> None:
    """A heartbeat without a position keeps the one known."""
    evening = Evening().at(0, "start", 50).at(5, "progress")
    verdict = evening.story().verdicts[evening.moments[1].id]

    assert Outcome.PROGRESSED == verdict.outcome
    assert 50 == verdict.progress


def test_several_items_at_once_all_count() -> None:
    """A file with two episodes makes two plays."""
    double = Moment(
        id=UUID(int=9),
        at=NOON,
        action=Action.STOP,
        items=(1, 2),
        progress=90.0,
        runtime=3000.0,
        source="test",
    )
    story = retell(Viewer(), [double], [], Policy(), NOON)

    assert [1, 2] == [play.item_id for play in story.plays]
