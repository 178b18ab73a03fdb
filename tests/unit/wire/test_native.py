"""The native format."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from scrobbled.errors import PayloadError
from scrobbled.model.event import Action, PlaybackEvent
from scrobbled.model.media import Kind, Media
from scrobbled.wire import native
from scrobbled.wire.native_schema import MOST_EVENTS

from .composed import RECEIPT, encoded
from .mutations import WRONG

FILM: dict[str, Any] = {
    "action": "stop",
    "progress": 93.5,
    "movie": {"title": "Arrival", "year": 2016, "ids": {"imdb": "tt2543164", "tmdb": 329865}},
}
EPISODE: dict[str, Any] = {
    "action": "progress",
    "id": "attic-0001",
    "occurred_at": "2026-03-01T19:30:00.5Z",
    "progress": 25,
    "position": 900,
    "runtime": 3600,
    "show": {"title": "Game of Thrones", "year": 2011, "ids": {"imdb": "tt0944947", "tvdb": "121361"}},
    "episode": {
        "title": "Winter Is Coming",
        "season": 1,
        "number": 1,
        "number_end": 2,
        "absolute": 1,
        "ids": {"tvdb": 3254641},
    },
    "player": "Bedroom TV",
    "app": "attic 1.0",
}


def parse(payload: object) -> PlaybackEvent:
    """Parse *payload*, one event."""
    (event,) = native.parse_events(encoded(payload), RECEIPT)
    return event


def media(**changes: object) -> Media:
    """Give what an event made of *changes* is about."""
    found = parse({"action": "stop", **changes}).media
    assert found is not None
    return found


def refusal(body: bytes) -> str:
    """Give what is said against *body*."""
    with pytest.raises(PayloadError) as caught:
        native.parse_events(body, RECEIPT)
    return str(caught.value)


def test_an_episode_is_read_whole() -> None:
    """Every documented field has its place in the event."""
    expected = PlaybackEvent(
        id=UUID("8ebb5592-9268-c831-1b83-02887d3579b3"),
        user_id=42,
        source="native",
        action=Action.PROGRESS,
        occurred_at=datetime(2026, 3, 1, 19, 30, 0, 500_000, tzinfo=UTC),
        received_at=RECEIPT.received_at,
        media=Media(
            kind=Kind.EPISODE,
            title="Winter Is Coming",
            show="Game of Thrones",
            show_year=2011,
            season=1,
            episode=1,
            episode_end=2,
            absolute=1,
            ids={"tvdb": "3254641"},
            show_ids={"imdb": "tt0944947", "tvdb": "121361"},
            runtime=3600.0,
        ),
        progress=25.0,
        position=900.0,
        provisional=True,
        player="Bedroom TV",
        app="attic 1.0",
    )

    assert expected == parse(EPISODE)


def test_a_film_without_a_time_happens_when_received() -> None:
    """No id and no time: the receipt names the event and dates it."""
    actual = parse(FILM)

    assert (RECEIPT.id, RECEIPT.received_at) == (actual.id, actual.occurred_at)
    assert Media(
        kind=Kind.MOVIE, title="Arrival", year=2016, ids={"imdb": "tt2543164", "tmdb": "329865"}
    ) == (actual.media)


@pytest.mark.parametrize("action", list(Action))
def test_every_action_can_be_sent(action: Action) -> None:
    """The native words are our own."""
    assert action is parse(FILM | {"action": action.value, "rating": 7}).action


def test_a_rating_is_read_and_demanded() -> None:
    """0 takes it away; without one a rating says nothing."""
    assert [7.5, 0] == [parse(FILM | {"action": "rate", "rating": each}).rating for each in (7.5, 0)]
    with pytest.raises(PayloadError, match="rate needs a rating from 1 to 10"):
        parse(FILM | {"action": "rate"})
    assert parse(FILM | {"action": "stop", "rating": 7}).rating is None


def test_the_flat_spelling_of_an_episode_says_the_same() -> None:
    """Flat and nested give the same media."""
    nested = media(
        show={"title": "The Wire", "year": 2002, "ids": {"tvdb": 79126}},
        episode={"title": "The Target", "season": 1, "number": 1, "ids": {"tvdb": 307}},
    )
    flat = media(
        kind="episode",
        show="The Wire",
        show_year=2002,
        show_ids={"tvdb": 79126},
        title="The Target",
        season=1,
        episode=1,
        ids={"tvdb": 307},
    )

    assert nested == flat


def test_the_flat_spelling_of_a_film_says_the_same() -> None:
    """The kind may be left out where nothing hints at an episode."""
    expected = media(movie={"title": "Arrival", "year": 2016, "ids": {"tmdb": 329865}})

    assert expected == media(kind="movie", title="Arrival", year=2016, ids={"tmdb": 329865})
    assert expected == media(title="Arrival", year=2016, ids={"tmdb": 329865})


def test_the_spellings_may_be_mixed() -> None:
    """A plain show beside an episode object, and the other way round."""
    expected = media(show="The Wire", season=1, episode=2)

    assert expected == media(show="The Wire", episode={"season": 1, "number": 2})
    assert expected == media(show={"title": "The Wire"}, season=1, episode=2)


def test_null_is_absent() -> None:
    """A client that sends every field is understood."""
    empty: dict[str, object] = {"show": None, "episode": None, "kind": None, "title": None, "ids": None}

    assert parse(FILM) == parse(FILM | empty | {"position": None, "id": None})


def test_specials_are_season_0() -> None:
    """Season 0 and episode 0 are numbers."""
    actual = media(show="The Wire", season=0, episode=0)

    assert (0, 0) == (actual.season, actual.episode)


def test_a_runtime_of_0_is_unknown() -> None:
    """Nothing runs for 0 seconds."""
    assert media(title="Arrival", runtime=0).runtime is None


def test_an_unknown_progress_is_not_0() -> None:
    """Absent progress stays unknown, 0 stays 0."""
    assert (None, 0.0) == (parse(FILM | {"progress": None}).progress, parse(FILM | {"progress": 0}).progress)


def test_a_cancelled_check_in_needs_no_item() -> None:
    """There is one check-in at most."""
    assert parse({"action": "cancel_checkin"}).media is None


def test_a_free_label_names_the_app() -> None:
    """``source`` says what sends this; the event's own source stays the protocol."""
    actual = parse(FILM | {"source": "my script"})

    assert ("native", "my script") == (actual.source, actual.app)


def test_ids_come_as_numbers_or_text() -> None:
    """Sources of no catalogue, blanks and zero are passed over; other spellings are understood."""
    ids = {
        "tmdb": "00603",
        "thetvdb": 7,
        "IMDB": "TT0133093",
        "plex": {"guid": "x"},
        "mal": 0,
        "kitsu": "",
        "x": [],
    }

    assert {"tmdb": "603", "tvdb": "7", "imdb": "tt0133093"} == media(
        movie={"ids": ids | {"trakt": None}}
    ).ids


def test_unknown_fields_are_passed_over() -> None:
    """A newer client is understood by an older server, however deep its fields are."""
    assert parse(FILM) == parse(FILM | {"mood": {"a": [[[1]]]}, "movie": FILM["movie"] | {"rating": 9}})


def test_white_space_in_a_text_is_one_space() -> None:
    """Tabs, line ends and no-break spaces are no part of a title."""
    assert "The Wire" == media(movie={"title": " The\t\r\n\u00a0Wire "}).title


# Identity ------------------------------------------------------------------------


def test_the_clients_own_id_names_the_event() -> None:
    """The same id is the same event, whatever else changed; another user's is another."""
    other_user = replace(RECEIPT, user_id=43)
    first, again = parse(FILM | {"id": "a"}), parse(FILM | {"id": "a", "progress": 94})
    (foreign,) = native.parse_events(encoded(FILM | {"id": "a"}), other_user)

    assert first.id == again.id
    assert 3 == len({first.id, foreign.id, parse(FILM | {"id": "b"}).id})


def test_what_happened_at_a_known_time_is_named_by_its_content() -> None:
    """Sent again it is the same event, however it is written; with another time it is another."""
    dated = FILM | {"occurred_at": "2026-03-01T19:00:00Z"}
    written_differently = json.dumps(dict(reversed(dated.items())) | {"unknown": 1, "id": None}, indent=2)
    (again,) = native.parse_events(written_differently.encode(), replace(RECEIPT, id=UUID(int=9)))

    assert parse(dated).id == again.id
    assert parse(dated).id != parse(dated | {"occurred_at": "2026-03-01T19:00:01Z"}).id


def test_a_list_keeps_its_order() -> None:
    """Events without a time lie a microsecond apart and have ids of their own."""
    first, second = native.parse_events(encoded([FILM, FILM]), RECEIPT)

    assert RECEIPT.received_at == first.occurred_at
    assert RECEIPT.received_at + timedelta(microseconds=1) == second.occurred_at
    assert 3 == len({RECEIPT.id, first.id, second.id})


def test_a_list_of_one_is_a_list() -> None:
    """Leading white space does not hide the bracket."""
    assert 1 == len(native.parse_events(b" \r\n" + encoded([FILM]), RECEIPT))


def test_as_many_events_as_promised_fit() -> None:
    """A thousand events are taken."""
    events = native.parse_events(encoded([FILM] * MOST_EVENTS), RECEIPT)

    assert MOST_EVENTS == len({event.id for event in events})


# Time ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    ["2026-03-01T19:00:00Z", "2026-03-01T20:00:00+01:00", "2026-03-01 19:00:00.000+00:00", 1772391600],
)
def test_a_time_has_many_spellings(written: object) -> None:
    """RFC 3339 with any offset, and unix seconds."""
    assert datetime(2026, 3, 1, 19, tzinfo=UTC) == parse(FILM | {"occurred_at": written}).occurred_at


@pytest.mark.parametrize(
    ("ahead", "is_kept"),
    [(timedelta(minutes=5), True), (timedelta(minutes=5, seconds=1), False), (timedelta(hours=24), False)],
)
def test_a_clock_that_is_ahead_is_not_believed(ahead: timedelta, is_kept: bool) -> None:
    """Beyond 5 minutes the event happened when it was received."""
    said = RECEIPT.received_at + ahead
    actual = parse(FILM | {"occurred_at": said.isoformat()}).occurred_at

    assert (said if is_kept else RECEIPT.received_at) == actual


@pytest.mark.parametrize(
    "written",
    [
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "1899-12-31T23:59:59Z",
        "2026-03-02T20:00:01Z",
        "9999-12-31T23:59:59Z",
        "9999-12-31T23:59:59-14:00",
        "2026-02-30T00:00:00Z",
        "2026-03-01T19:00:00",
        "yesterday",
        "",
        "\x00",
        -1e300,
        1e300,
        1772391600000,
        True,
        [],
    ],
)
def test_an_impossible_time_is_refused(written: object) -> None:
    """Before 1900, more than a day ahead, without a zone, or no time at all."""
    message = refusal(encoded(FILM | {"occurred_at": written}))

    assert message.endswith("at $.occurred_at")


# Refusals ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("progress", -5, "progress must be a number from 0 to 100 - at $.progress"),
        ("progress", 400, "progress must be a number from 0 to 100 - at $.progress"),
        ("progress", "50", "progress must be a number from 0 to 100 - at $.progress"),
        ("progress", True, "progress must be a number from 0 to 100 - at $.progress"),
        ("position", -1, "position must be seconds, from 0 to 10000000 - at $.position"),
        ("runtime", 1e308, "runtime must be seconds, from 0 to 10000000 - at $.runtime"),
        (
            "action",
            "rewind\x00",
            f"action must be one of {', '.join(Action)} - at $.action",
        ),
        ("id", "", "id must be a text of 1 to 200 characters - at $.id"),
        ("id", "i" * 201, "id must be a text of 1 to 200 characters - at $.id"),
        ("id", 7, "id must be a text of 1 to 200 characters - at $.id"),
        ("movie", "Arrival", "Expected object | null, got str - at $.movie"),
        ("movie", {"title": 1917}, "title must be a text of at most 500 characters - at $.movie.title"),
        ("movie", {"title": "t" * 501}, "title must be a text of at most 500 characters - at $.movie.title"),
        ("movie", {"year": 0}, "year must be a whole number from 1800 to 2200 - at $.movie.year"),
        ("movie", {"year": 99999}, "year must be a whole number from 1800 to 2200 - at $.movie.year"),
        ("movie", {"year": "2016"}, "year must be a whole number from 1800 to 2200 - at $.movie.year"),
        ("movie", {"title": "a\x00b"}, "movie.title holds control characters - at $.movie.title"),
        ("movie", {"title": "a\x1bb"}, "movie.title holds control characters - at $.movie.title"),
        ("movie", {"title": "a\x85b"}, "movie.title holds control characters - at $.movie.title"),
        ("movie", {"ids": {"tmdb": [1]}}, "tmdb must be a text or a number - at $.movie.ids.tmdb"),
        ("movie", {"ids": []}, "Expected object | null, got array - at $.movie.ids"),
        ("movie", {}, "a title or an id we know is needed to tell which movie it is - at $"),
        (
            "movie",
            {"ids": {"plex": 1}},
            "a title or an id we know is needed to tell which movie it is - at $",
        ),
        ("movie", None, "say what it is about: a movie, or a show and an episode - at $"),
        ("show", {"title": "x"}, "it is either a movie or an episode, not both - at $"),
        ("episode", {"season": 1}, "it is either a movie or an episode, not both - at $"),
        ("kind", "episode", "it is either a movie or an episode, not both - at $"),
        ("kind", "song", "kind must be movie or episode - at $.kind"),
        ("season", -1, "season must be a whole number from 0 to 100000 - at $.season"),
        ("season", 1.5, "season must be a whole number from 0 to 100000 - at $.season"),
        ("episode", 100_001, "episode must be an object or a whole number from 0 to 100000 - at $.episode"),
        ("player", "\x07", "player holds control characters - at $.player"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(field: str, value: object, message: str) -> None:
    """The sentence names the field, what it must be, and where it is."""
    assert message == refusal(encoded(FILM | {field: value}))


def test_the_place_in_a_list_is_said() -> None:
    """One wrong event refuses the list and is named by its index."""
    wrong = FILM | {"progress": 101}
    with_control = FILM | {"player": "\x00"}

    assert refusal(encoded([FILM, FILM, wrong])).endswith("at $[2].progress")
    assert refusal(encoded([FILM, with_control])).endswith("at $[1].player")


def test_a_flat_film_has_no_season() -> None:
    """What calls itself a film and names an episode is refused."""
    body = encoded({"action": "stop", "kind": "movie", "title": "Arrival", "season": 1})

    assert "it is either a movie or an episode, not both - at $" == refusal(body)


@pytest.mark.parametrize("events", [[], [FILM] * (MOST_EVENTS + 1)])
def test_a_list_has_1_to_1000_events(events: list[object]) -> None:
    """An empty list is a mistake, and a longer one has to be split."""
    assert "send one event, or a list of 1 to 1000" == refusal(encoded(events))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "the body is empty"),
        (b" \n", "the body is empty"),
        (b"action=stop", "the body is not JSON"),
        (b"{", "the body is not JSON"),
        (b'{"action": "stop", "progress": NaN}', "the body is not JSON"),
        (b'{"action": "stop", "progress": 1e999}', "progress must be a number from 0 to 100"),
        (b'{"action": "stop", "movie": {"title": "\xff"}}', "the body is not JSON"),
        (b'{"action": "stop", "movie": {"title": "\x00"}}', "the body is not JSON"),
        (
            b'{"action": "stop", "movie": {"title": "\\ud800"}}',
            "the body is not JSON, perhaps for half a surrogate",
        ),
        (
            b'{"action": "stop", "movie": {"title": "\\udc00x"}}',
            "the body is not JSON, perhaps for half a surrogate",
        ),
        (b'{"action": "stop", "movie": {"title": "\xed\xa0\x80"}}', "the body is not JSON"),
        (b'"stop"', "Expected object, got str"),
        (b"null", "Expected object, got null"),
        (b"[1]", "Expected object, got int - at $[0]"),
        (b"{}", "Object missing required field action"),
        (
            b'{"action": "stop", "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
            "the body is nested too deeply",
        ),
    ],
)
def test_a_body_that_is_no_event_is_refused(body: bytes, message: str) -> None:
    """Not JSON, NaN, infinity, half surrogates, deep nesting: a sentence, never a crash."""
    assert refusal(body).startswith(message)


@pytest.mark.parametrize("depth", range(800, 1100, 10))
def test_no_depth_of_ids_breaks_the_event_identity(depth: int) -> None:
    """What can be decoded can be encoded again, or is refused."""
    nested = b'{"x":' * depth + b"1" + b"}" * depth
    body = b'{"action":"stop","occurred_at":0,"title":"x","ids":' + nested + b"}"
    try:
        actual = len(native.parse_events(body, RECEIPT))
    except PayloadError as error:
        assert "the body is nested too deeply" == str(error)
    else:
        assert 1 == actual


# Any input -----------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FIELDS = st.sampled_from(native.Event.__struct_fields__)


@st.composite
def nearly(draw: st.DrawFn) -> object:
    """Draw an event with a few fields replaced by anything."""
    payload = dict(draw(st.sampled_from([FILM, EPISODE])))
    payload |= draw(st.dictionaries(FIELDS, WRONG | JSON, max_size=3))
    for part in ("movie", "show", "episode"):
        if isinstance(payload.get(part), dict) and draw(st.booleans()):
            payload[part] = payload[part] | draw(st.dictionaries(FIELDS, WRONG | JSON, max_size=2))
    return [payload, FILM] if draw(st.booleans()) else payload


def outcome(body: bytes) -> list[PlaybackEvent] | str:
    """Give the events, or what is said against the body."""
    try:
        return native.parse_events(body, RECEIPT)
    except PayloadError as error:
        return str(error)


@given(st.binary(max_size=200) | JSON.map(encoded) | nearly().map(encoded))
def test_any_body_gives_events_or_a_sentence(body: bytes) -> None:
    """Nothing but *PayloadError* leaves the parser, twice the same, and events can be stored."""
    first = outcome(body)

    assert first == outcome(body)
    if isinstance(first, str):
        assert first.isprintable()
    else:
        assert "\\u0000" not in msgspec.json.encode(first).decode()


# Rendering -----------------------------------------------------------------------


def test_one_event_gets_one_receipt() -> None:
    """The receipt's id is where the outcome can be looked up."""
    events = native.parse_events(encoded(FILM), RECEIPT)

    assert {"id": str(RECEIPT.id), "status": "accepted"} == msgspec.to_builtins(
        native.receipts(events, several=False)
    )


def test_a_list_gets_a_receipt_for_each() -> None:
    """In the order of the list."""
    events = native.parse_events(encoded([FILM, FILM]), RECEIPT)
    expected = [{"id": str(event.id), "status": "accepted"} for event in events]

    assert {"accepted": 2, "events": expected} == msgspec.to_builtins(native.receipts(events, several=True))


def test_the_format_describes_itself() -> None:
    """The API description is made from the types that decode."""
    _, components = msgspec.json.schema_components([native.Event])

    assert {"Event", "Film", "Show", "Episode", "Action", "Kind"} == set(components)
    assert ["action"] == components["Event"]["required"]
