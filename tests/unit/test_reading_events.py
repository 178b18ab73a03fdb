"""Events as the rules and the ratings see them."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import msgspec
import pytest

from scrobbled.model.event import Action, PlaybackEvent
from scrobbled.model.media import Item, Kind, Media, Title, TitleKind
from scrobbled.model.wanted import ThingKind
from scrobbled.worker.matching import Matched
from scrobbled.worker.reading import Reading, moment_of, ratings_of

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
FILM = Item(
    id=7,
    kind=Kind.MOVIE,
    title=Title(id=7, kind=TitleKind.MOVIE, name="Arrival", slug="arrival"),
    runtime=100,
)


def reading(action: Action, **changes: object) -> Reading:
    """An event about the film, of which the player knows no runtime."""
    event = PlaybackEvent(
        id=UUID(int=1), user_id=3, source="test", action=action, occurred_at=NOON, received_at=NOON,
        media=Media(kind=Kind.MOVIE, title="Arrival"), **changes,  # type: ignore[arg-type]  # a builder
    )  # fmt: skip
    return Reading(event=event, matched=Matched(items=(FILM,)))


@pytest.mark.parametrize(
    ("seconds", "percent"), [(None, None), (0.0, 0.0), (3000.0, 50.0), (6200.0, 100.0), (6400.0, None)]
)
def test_a_position_is_told_in_percent(seconds: float | None, percent: float | None) -> None:
    """Of the catalogue's runtime; a position far beyond the end is of something else, and unknown."""
    assert percent == moment_of(reading(Action.STOP, position=seconds)).progress


@pytest.mark.parametrize(("seconds", "percent"), [(0.0, 0.0), (3000.0, None)])
def test_the_beginning_needs_no_runtime(seconds: float, percent: float | None) -> None:
    """0 is 0 % of anything; so it does not matter whether somebody played the title before."""
    unknown = msgspec.structs.replace(FILM, runtime=None)
    at_first = reading(Action.START, position=seconds)

    matched = Matched(items=(unknown,))
    assert percent == moment_of(msgspec.structs.replace(at_first, matched=matched)).progress


@pytest.mark.parametrize(
    ("media", "expected"),
    [
        (Media(kind=Kind.MOVIE, title="The Wire"), [(5, 5, ThingKind.SHOW)]),
        (Media(kind=Kind.MOVIE, title="Season 2", show="The Wire", season=2), [(52, 5, ThingKind.SEASON)]),
        (Media(kind=Kind.MOVIE, title="Season 9", show="The Wire", season=9), []),
    ],
)
def test_a_whole_show_or_season_is_rated(media: Media, expected: list[tuple[int, int, ThingKind]]) -> None:
    """A season that the catalogue does not have is not taken for its show."""
    rated = reading(Action.RATE, rating=8.0)
    event = msgspec.structs.replace(rated.event, media=media, of_show=True)
    matched = Matched(title_id=5, season_id=52 if media.season == 2 else None)
    found = ratings_of(Reading(event=event, matched=matched))

    assert expected == [(each.item_id, each.title_id, each.kind) for each in found]


@pytest.mark.parametrize(
    ("given", "kept"), [(10.0, 10), (7.5, 8), (7.4, 7), (0.5, 1), (0.2, 1), (0.0, None), (-1.0, None)]
)
def test_ratings_are_whole(given: float, kept: int | None) -> None:
    """1 to 10, halves rounded up; 0 and -1 take a rating away."""
    (rating,) = ratings_of(reading(Action.RATE, rating=given))

    assert (kept, 7, NOON) == (rating.rating, rating.item_id, rating.rated_at)


def test_only_a_rating_rates() -> None:
    """A number beside another event, or none, is no rating."""
    assert [] == ratings_of(reading(Action.STOP, rating=7.0))
    assert [] == ratings_of(reading(Action.RATE))
