"""Trakt's scrobbles and check-ins: what is read."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrobbled.errors import PayloadError, UnprocessableError
from scrobbled.model.event import Action, PlaybackEvent
from scrobbled.model.media import Kind, Media
from scrobbled.wire import trakt

from .composed import RECEIPT, encoded
from .mutations import WRONG

MOVIE: dict[str, Any] = {
    "title": "Guardians of the Galaxy",
    "year": 2014,
    "ids": {"trakt": 28, "slug": "guardians-of-the-galaxy-2014", "imdb": "tt2015381", "tmdb": 118340},
}
SHOW: dict[str, Any] = {"title": "Breaking Bad", "year": 2008, "ids": {"trakt": 1, "tvdb": 81189}}
FILM: dict[str, Any] = {"movie": MOVIE, "progress": 1.25, "app_version": "1.0", "app_date": "2014-09-22"}


def parse(payload: object, action: Action = Action.STOP) -> PlaybackEvent:
    """Parse *payload* as a scrobble."""
    return trakt.parse_scrobble(encoded(payload), action, RECEIPT)


def media(**payload: object) -> Media:
    """Give what a scrobble of *payload* is about."""
    found = parse({"progress": 10, **payload}).media
    assert found is not None
    return found


def refusal(payload: object) -> str:
    """Give what is said against *payload*, which is JSON."""
    with pytest.raises(UnprocessableError) as caught:
        parse(payload)
    return str(caught.value)


@pytest.mark.parametrize("action", [Action.START, Action.PAUSE, Action.STOP])
def test_a_film_is_read_whole(action: Action) -> None:
    """The first form; a scrobble has no time of its own."""
    expected = PlaybackEvent(
        id=RECEIPT.id,
        user_id=42,
        source="trakt",
        action=action,
        occurred_at=RECEIPT.received_at,
        received_at=RECEIPT.received_at,
        media=Media(
            kind=Kind.MOVIE,
            title="Guardians of the Galaxy",
            year=2014,
            ids={
                "trakt": "28",
                "slug": "guardians-of-the-galaxy-2014",
                "imdb": "tt2015381",
                "tmdb": "118340",
            },
        ),
        progress=1.25,
        provisional=True,
        app="1.0",
    )

    assert expected == parse(FILM, action)


def test_an_episode_by_its_ids_alone() -> None:
    """The second form: nothing but ids."""
    assert Media(kind=Kind.EPISODE, ids={"trakt": "16", "tvdb": "349232"}) == media(
        episode={"ids": {"trakt": 16, "tvdb": 349232}}
    )


def test_an_episode_by_show_season_and_number() -> None:
    """The third form, which the contract lacks and media centres send; the show's ids are the show's."""
    expected = Media(
        kind=Kind.EPISODE,
        title="Pilot",
        show="Breaking Bad",
        show_year=2008,
        season=1,
        episode=1,
        ids={"tvdb": "349232"},
        show_ids={"trakt": "1", "tvdb": "81189"},
    )

    assert expected == media(
        show=SHOW, episode={"season": 1, "number": 1, "title": "Pilot", "ids": {"tvdb": 349232}}
    )


def test_an_episode_by_its_absolute_number() -> None:
    """The fourth form, for anime."""
    actual = media(show=SHOW, episode={"number_abs": 164})

    assert (164, None, None) == (actual.absolute, actual.season, actual.episode)


def test_a_show_by_its_ids_alone() -> None:
    """A client that searched first sends no titles."""
    assert {"trakt": "1"} == media(show={"ids": {"trakt": 1}}, episode={"season": 1, "number": 2}).show_ids


def test_specials_are_season_0() -> None:
    """Season 0 is a number, also as text."""
    assert 0 == media(show=SHOW, episode={"season": "0", "number": 1}).season


def test_numbers_may_be_text() -> None:
    """Season, number, year and progress as clients of looser languages write them."""
    actual = parse(
        {"show": SHOW | {"year": "2008"}, "episode": {"season": "01", "number": "2"}, "progress": " 80.5 "}
    )

    assert actual.media is not None
    assert (2008, 1, 2, 80.5) == (
        actual.media.show_year,
        actual.media.season,
        actual.media.episode,
        actual.progress,
    )


def test_ids_may_be_anything() -> None:
    """Text for numbers, blanks, null, sources nobody knows: what is good is kept."""
    ids = {
        "trakt": "28",
        "imdb": "",
        "tmdb": None,
        "tvdb": 0,
        "tvrage": "18164",
        "plex": {"guid": "5d77", "slug": "x"},
        "zap2it": [1],
    }

    assert {"trakt": "28", "tvrage": "18164"} == media(movie={"ids": ids}).ids


def test_extra_keys_are_passed_over() -> None:
    """Sharing, messages and whatever else a client adds."""
    extra = {"sharing": {"twitter": True}, "message": 7, "app_version": {"a": 1}, "venue_id": None}

    assert parse(FILM | {"app_version": None}) == parse(FILM | extra)


def test_null_and_empty_parts_are_absent() -> None:
    """A client that always sends all three keys is understood."""
    assert parse(FILM) == parse(FILM | {"show": None, "episode": {}})


@pytest.mark.parametrize("year", [0, "0", "", None])
def test_media_centres_write_an_unknown_year_as_0(year: object) -> None:
    """It is unknown, not wrong."""
    assert media(movie=MOVIE | {"year": year}).year is None


def test_a_title_may_look_like_a_number() -> None:
    """1917 is a film."""
    assert "1917" == media(movie={"title": 1917}).title


def test_white_space_around_a_title_is_dropped() -> None:
    """It is no part of it."""
    assert "Alien" == media(movie={"title": " Alien\t\n"}).title


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"progress": None}, "progress must be a number from 0 to 100, got nothing"),
        ({"progress": -5}, "progress must be a number from 0 to 100, got -5"),
        ({"progress": 400}, "progress must be a number from 0 to 100, got 400"),
        ({"progress": "NaN"}, "progress must be a number from 0 to 100, got 'NaN'"),
        ({"progress": ""}, "progress must be a number from 0 to 100, got ''"),
        ({"progress": True}, "progress must be a number from 0 to 100, got True"),
        ({"progress": [[[1]]]}, "progress must be a number from 0 to 100, got a list"),
        ({"movie": "Alien"}, "movie must be an object, got 'Alien'"),
        ({"movie": [MOVIE]}, "movie must be an object, got a list"),
        ({"movie": {"title": "a\x00b"}}, "movie.title holds control characters"),
        ({"movie": {"title": "a\x1bb"}}, "movie.title holds control characters"),
        ({"movie": {"title": {}}}, "movie.title must be a text, got an object"),
        ({"movie": MOVIE | {"year": 99999}}, "movie.year must be a year from 1800 to 2200, got 99999"),
        ({"movie": MOVIE | {"year": -1}}, "movie.year must be a year from 1800 to 2200, got -1"),
        ({"movie": MOVIE | {"year": False}}, "movie.year must be a year from 1800 to 2200, got False"),
        ({"movie": MOVIE | {"year": "soon"}}, "movie.year must be a year from 1800 to 2200, got 'soon'"),
        ({"movie": MOVIE | {"ids": [28]}}, "movie.ids must be an object, got a list"),
        ({"episode": {"season": 1}}, "it is either a movie or an episode, not both"),
    ],
)
def test_what_is_wrong_in_a_film_is_said(changes: dict[str, object], message: str) -> None:
    """The sentence names the field and what was got, cut short."""
    assert message == refusal(FILM | changes)


@pytest.mark.parametrize("value", [-1, 1.5, "one", 100_001, [], True, 1e308, 10**30])
@pytest.mark.parametrize("field", ["season", "number", "number_abs"])
def test_numbers_that_cannot_be_are_refused(field: str, value: object) -> None:
    """Seasons and episodes count from 0."""
    message = refusal({"progress": 10, "show": SHOW, "episode": {field: value}})

    assert message.startswith(f"episode.{field} must be a whole number from 0 to 100000, got ")


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"movie": {}},
        {"movie": {"year": 2014}},
        {"movie": {"ids": {"plex": "x"}}},
        {"episode": {"season": 1, "number": 1}},
        {"show": {}},
        {"show": {"year": 2008}, "episode": {"season": 1, "number": 1}},
    ],
)
def test_an_item_needs_a_title_or_an_id(payload: dict[str, object]) -> None:
    """What nobody could ever match is refused."""
    assert refusal(payload | {"progress": 10}).startswith("say what it is about")


def test_a_show_is_not_watched_as_a_whole() -> None:
    """It takes an episode to scrobble."""
    assert refusal({"progress": 10, "show": SHOW}).startswith("say which episode of the show")


@pytest.mark.parametrize("payload", [None, [], "x", 1, [FILM]])
def test_a_scrobble_is_an_object(payload: object) -> None:
    """Anything else is JSON and no scrobble."""
    assert refusal(payload).startswith("the body must be an object, got ")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"progress=10",
        b"{",
        b'{"progress": NaN}',
        b'{"progress": 1e999}',
        b'{"movie": {"title": "\xff"}}',
        b'{"movie": {"title": "\x00"}}',
        b'{"movie": {"title": "\\ud800"}}',
        b'{"movie": {"title": "\xed\xa0\x80"}}',
        b'{"x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
)
def test_what_is_not_json_is_told_apart(body: bytes) -> None:
    """NaN, half surrogates and deep nesting are not JSON we read; that is 400 and not 422."""
    with pytest.raises(PayloadError) as caught:
        trakt.parse_scrobble(body, Action.STOP, RECEIPT)

    assert not isinstance(caught.value, UnprocessableError)


def test_deep_values_are_not_printed() -> None:
    """What is nested as deep as JSON allows is refused like any other list."""
    body = b'{"progress": ' + b"[" * 1000 + b"]" * 1000 + b"}"
    with pytest.raises(UnprocessableError) as caught:
        trakt.parse_scrobble(body, Action.STOP, RECEIPT)

    assert str(caught.value).endswith("got a list")


def test_a_check_in_has_no_progress() -> None:
    """It takes the same four forms, and what is sent of a place is passed over."""
    body = encoded({"movie": MOVIE, "message": "hi", "venue_id": "x", "progress": "none"})
    actual = trakt.parse_checkin(body, RECEIPT)

    assert (Action.CHECKIN, None) == (actual.action, actual.progress)
    assert parse(FILM).media == actual.media


def test_a_check_in_needs_an_item() -> None:
    """As a scrobble does."""
    with pytest.raises(UnprocessableError, match="say what it is about"):
        trakt.parse_checkin(b"{}", RECEIPT)


def test_a_cancelled_check_in_is_about_nothing() -> None:
    """There is one check-in at most."""
    expected = PlaybackEvent(
        id=RECEIPT.id,
        user_id=42,
        source="trakt",
        action=Action.CANCEL_CHECKIN,
        occurred_at=RECEIPT.received_at,
        received_at=RECEIPT.received_at,
    )

    assert expected == trakt.cancel_checkin(RECEIPT)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
KEYS = st.sampled_from(
    [
        "movie",
        "show",
        "episode",
        "progress",
        "title",
        "year",
        "ids",
        "season",
        "number",
        "number_abs",
        "trakt",
    ]
)


@st.composite
def nearly(draw: st.DrawFn) -> object:
    """Draw a scrobble with a few fields replaced by anything."""
    payload: dict[str, Any] = dict(
        draw(
            st.sampled_from(
                [FILM, {"show": SHOW, "episode": {"season": 1, "number": 1, "ids": {}}, "progress": 90}]
            )
        )
    )
    for part in ("movie", "show", "episode"):
        if part in payload and draw(st.booleans()):
            payload[part] = payload[part] | draw(st.dictionaries(KEYS, WRONG | JSON, max_size=3))
    return payload | draw(st.dictionaries(KEYS, WRONG | JSON, max_size=2))


def outcome(body: bytes) -> PlaybackEvent | str:
    """Give the event, or what is said against the body."""
    try:
        return trakt.parse_scrobble(body, Action.STOP, RECEIPT)
    except PayloadError as error:
        return str(error)


@given(st.binary(max_size=200) | JSON.map(encoded) | nearly().map(encoded))
def test_any_body_gives_an_event_or_a_sentence(body: bytes) -> None:
    """Nothing but *PayloadError* leaves the parser, and twice the same."""
    first = outcome(body)

    assert first == outcome(body)
    assert not isinstance(first, str) or first.isprintable()
