"""How far somebody is in a show."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from scrobbled.model.progress import Part
from scrobbled.rules.progress import counting, standing

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def _parts(*days: int | None, season: int = 1) -> list[Part]:
    """Episodes that were watched on these days, or not."""
    return [
        Part(
            number,
            season,
            number,
            True,
            int(day is not None),
            None if day is None else NOON + timedelta(day),
            50,
        )
        for number, day in enumerate(days, start=1)
    ]


def test_the_furthest_is_the_last() -> None:
    """The last episode is the furthest that was watched, and the next the first after it that was not."""
    found = standing(_parts(9, None, 1, None, None))

    assert (5, 2, 3, 4) == (
        found.aired,
        found.completed,
        found.last and found.last.number,
        found.following and found.following.number,
    )
    assert NOON + timedelta(9) == found.last_at
    assert (2, 100, 150) == (found.plays, found.minutes_watched, found.minutes_left)


def test_by_play() -> None:
    """Who wants it gets the one that was watched last."""
    found = standing(_parts(9, None, 1, None), by_play=True)

    assert (1, 2) == (found.last and found.last.number, found.following and found.following.number)


def test_nothing_watched() -> None:
    """Before the beginning, the first episode is the next."""
    found = standing(_parts(None, None))

    assert (None, 1, None) == (found.last, found.following and found.following.number, found.last_at)


def test_all_watched() -> None:
    """At the end there is no next."""
    assert standing(_parts(1, 2)).following is None


def test_what_counts() -> None:
    """What has not aired, specials and hidden seasons do not count, unless they are asked for."""
    unaired = Part(9, 1, 9, False, 0, None, 50)
    special, first, second = _parts(None, season=0), _parts(1), _parts(None, season=2)
    parts = [*special, *first, unaired, *second]

    assert [*first, *second] == counting(parts, specials=False, hidden=())
    assert [*special, *first] == counting(parts, specials=True, hidden={2})
    assert (1, 2) == (standing([*special, *first], stays_out={0}).aired, standing([*special, *first]).aired)


@given(st.lists(st.none() | st.integers(0, 50), max_size=12), st.booleans())
def test_any_show(days: list[int | None], by_play: bool) -> None:
    """The next episode was not watched and comes after the last one, which was."""
    parts = _parts(*days)
    found = standing(parts, by_play=by_play)

    assert 0 <= found.completed <= found.aired == len(days)
    assert found.last is None or found.last.times
    if found.following is not None:
        assert not found.following.times
        assert found.last is None or parts.index(found.following) > parts.index(found.last)
