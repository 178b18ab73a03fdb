"""Numbers of a part become those of the show."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrobbled.catalog.records import NumberingRule, PartRecord
from scrobbled.model.media import Kind, Media
from scrobbled.worker.parts import ids_of, moved

PART = PartRecord(
    season=2,
    offset=12,
    rules=[
        NumberingRule(part_season=0, season=0, pairs={1: [4, 5], 2: [], 3: [4, 6]}),
        NumberingRule(part_season=1, season=3, first=10, offset=-9),
    ],
)


def episode(**more: Any) -> Media:
    """An episode."""
    return Media(kind=Kind.EPISODE, **more)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"season": 1, "episode": 3}, {"season": 2, "episode": 15}),
        ({"episode": 3, "order": "anidb"}, {"season": 2, "episode": 15}),
        ({"absolute": 3}, {"season": 2, "episode": 15}),
        ({"season": 1, "episode": 3, "episode_end": 4}, {"season": 2, "episode": 15, "episode_end": 16}),
        ({"season": 1, "episode": 9, "episode_end": 10}, None),
        ({"season": 0, "episode": 1}, {"season": 0, "episode": 4, "episode_end": 5}),
        ({"season": 0, "episode": 2}, None),
        ({"season": 0, "episode": 3}, None),
        ({"title": "x"}, {"title": "x"}),
    ],
)
def test_where_an_episode_is(said: dict[str, Any], expected: dict[str, Any] | None) -> None:
    """A run of episodes stays one; what has no place, or no one place, is nowhere."""
    assert moved(episode(**said), PART) == (None if expected is None else episode(**expected))


def test_absolute_places() -> None:
    """A part without seasons leaves the absolute number, of one episode."""
    part = PartRecord(offset=100)

    assert moved(episode(season=1, episode=3), part) == episode(absolute=103)
    assert moved(episode(season=1, episode=3, episode_end=4), part) is None


@given(
    st.builds(
        PartRecord,
        season=st.none() | st.integers(0, 9),
        offset=st.integers(-9, 9),
        rules=st.lists(
            st.builds(
                NumberingRule,
                part_season=st.integers(0, 1),
                season=st.integers(0, 9),
                first=st.none() | st.integers(0, 9),
                offset=st.integers(-9, 9),
                pairs=st.dictionaries(st.integers(0, 9), st.lists(st.integers(0, 9), max_size=3)),
            ),
            max_size=3,
        ),
    ),
    st.none() | st.integers(0, 1),
    st.integers(0, 20),
    st.none() | st.integers(0, 30),
)
def test_any_rules_end_somewhere(part: PartRecord, season: int | None, first: int, last: int | None) -> None:
    """What is moved has a number; a pair may say 0, which no rule counts from."""
    found = moved(episode(season=season, episode=first, episode_end=last), part)

    assert found is None or found.episode is not None or (found.absolute or 0) > 0


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        ({"anidb": "1", "mal": "2"}, [("anidb", "1"), ("mal", "2")]),
        ({"simkl": "1"}, [("simkl", "1")]),
        ({"anidb": "1", "tvdb": "2"}, []),
        ({"imdb": "tt1"}, []),
        ({}, []),
    ],
)
def test_which_ids_may_be_of_a_part(ids: dict[str, str], expected: list[tuple[str, str]]) -> None:
    """An id of a site that lists whole shows says whose numbers they are; films have no parts."""
    assert expected == list(ids_of(episode(show_ids=ids)))
    assert [] == list(ids_of(Media(kind=Kind.MOVIE, show_ids=ids)))
