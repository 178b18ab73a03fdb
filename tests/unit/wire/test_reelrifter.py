"""ReelRifter's public API."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrobbled.errors import PayloadError
from scrobbled.model.event import Action, PlaybackEvent
from scrobbled.model.media import Item, Kind, Media, Title, TitleKind
from scrobbled.model.outcome import Answer, Outcome
from scrobbled.wire import reelrifter

from .composed import RECEIPT, encoded
from .mutations import WRONG

FILM = Item(
    id=7,
    kind=Kind.MOVIE,
    title=Title(
        id=7, kind=TitleKind.MOVIE, name="Arrival", slug="arrival", year=2016, ids={"imdb": "tt2543164"}
    ),
)
EPISODE = Item(
    id=9,
    kind=Kind.EPISODE,
    title=Title(id=8, kind=TitleKind.SHOW, name="The Wire", slug="the-wire", year=2002),
    season=1,
    episode=2,
)


def parse(**payload: object) -> PlaybackEvent:
    """Parse *payload*."""
    return reelrifter.parse_scrobble(encoded(payload), RECEIPT)


def refusal(body: bytes) -> str:
    """Give what is said against *body*."""
    with pytest.raises(PayloadError) as caught:
        reelrifter.parse_scrobble(body, RECEIPT)
    return str(caught.value)


def test_a_film_is_read_whole() -> None:
    """It happened when it was received, and no title is made from a mere name."""
    expected = PlaybackEvent(
        id=RECEIPT.id,
        user_id=42,
        source="reelrifter",
        action=Action.WATCHED,
        occurred_at=RECEIPT.received_at,
        received_at=RECEIPT.received_at,
        media=Media(kind=Kind.MOVIE, title="Arrival", year=2016),
        app="my extension",
    )

    assert expected == parse(
        title="Arrival", mediaType="MOVIE", year=2016, action="watched", source="my extension"
    )


def test_tv_is_named_by_its_show() -> None:
    """The year tells shows of one name apart."""
    expected = Media(kind=Kind.EPISODE, show="The Wire", show_year=2002, season=1, episode=2)

    assert expected == parse(title="The Wire", mediaType="TV", year=2002, season=1, episode=2).media


@pytest.mark.parametrize(
    ("payload", "kind"),
    [
        ({}, Kind.MOVIE),
        ({"mediaType": ""}, Kind.MOVIE),
        ({"mediaType": None, "season": None}, Kind.MOVIE),
        ({"season": 0}, Kind.EPISODE),
        ({"episode": 3}, Kind.EPISODE),
        ({"mediaType": "tv"}, Kind.EPISODE),
        ({"mediaType": "Movie"}, Kind.MOVIE),
    ],
)
def test_the_kind_is_inferred(payload: dict[str, object], kind: Kind) -> None:
    """Season or episode mean TV where no type is given; its case does not matter."""
    media = parse(title="Fargo", **payload).media

    assert media is not None
    assert kind is media.kind


def test_a_show_without_numbers_names_no_episode() -> None:
    """Which one is current is not for a parser to know; nothing is made up."""
    assert Media(kind=Kind.EPISODE, show="Fargo") == parse(title="Fargo", mediaType="TV").media
    assert Media(kind=Kind.EPISODE, show="Fargo", episode=3) == parse(title="Fargo", episode=3).media


@pytest.mark.parametrize(
    ("written", "action"),
    [
        (None, Action.WATCHED),
        ("Watched", Action.WATCHED),
        ("watching", Action.START),
        ("WATCHING", Action.START),
    ],
)
def test_the_action_is_watched_unless_said(written: str | None, action: Action) -> None:
    """Watching begins a viewing."""
    assert action is parse(title="Arrival", action=written).action


def test_numbers_may_be_text() -> None:
    """Automations fill templates."""
    assert Media(kind=Kind.EPISODE, show="Fargo", show_year=2014, season=1, episode=2) == (
        parse(title="Fargo", season="1", episode="2", year="2014").media
    )


def test_the_label_is_cleaned_and_never_refused() -> None:
    """It is free text."""
    actual = parse(title="Arrival", source="a\x00b" + "c" * 1000).app

    assert actual is not None
    assert actual.startswith("a bcc")


def test_unknown_fields_are_passed_over() -> None:
    """A newer client is understood."""
    assert parse(title="Arrival") == parse(title="Arrival", rating=9, tags=[["x"]])


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        ({}, "Object missing required field title"),
        ({"title": None}, "Expected str, got null - at $.title"),
        ({"title": 1917}, "Expected str, got int - at $.title"),
        ({"title": ""}, "Expected str of length >= 1 - at $.title"),
        ({"title": " \t"}, "title must be a text of 1 to 500 characters"),
        ({"title": "t" * 501}, "Expected str of length <= 500 - at $.title"),
        ({"title": "a\x00b"}, "title holds control characters"),
        ({"title": "a\x1bb"}, "title holds control characters"),
        ({"title": "x", "mediaType": "BOOK"}, "mediaType must be TV or MOVIE, got 'BOOK'"),
        (
            {"title": "x", "mediaType": "MOVIE", "season": 1},
            "mediaType must be TV where there is a season or an episode",
        ),
        ({"title": "x", "action": "paused"}, "action must be watched or watching, got 'paused'"),
        ({"title": "x", "season": -1}, "Expected int >= 0 - at $.season"),
        ({"title": "x", "episode": 100_001}, "Expected int <= 100000 - at $.episode"),
        ({"title": "x", "episode": 1.5}, "Expected int | null, got float - at $.episode"),
        ({"title": "x", "episode": True}, "Expected int | null, got bool - at $.episode"),
        ({"title": "x", "year": 0}, "Expected int >= 1800 - at $.year"),
        ({"title": "x", "year": 99999}, "Expected int <= 2200 - at $.year"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(payload: dict[str, object], message: str) -> None:
    """The sentence names the field."""
    assert message == refusal(encoded(payload))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "the body is empty"),
        (b"title=x", "the body is not JSON"),
        (b'{"title": NaN}', "the body is not JSON"),
        (b'{"title": "\\ud800"}', "the body is not JSON"),
        (b'{"title": "\xff"}', "the body is not JSON"),
        (b'{"title": "x", "year": 1e999}', "Number out of range"),
        (b"[]", "Expected object, got array"),
        (b'{"title": "x", "y": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "the body is nested too deeply"),
    ],
)
def test_a_body_that_is_no_scrobble_is_refused(body: bytes, message: str) -> None:
    """A sentence, never a crash."""
    assert refusal(body).startswith(message)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FIELDS = st.sampled_from(reelrifter.Scrobble.__struct_encode_fields__)
NEARLY = st.dictionaries(FIELDS, WRONG | JSON, max_size=4).map(lambda fields: {"title": "Fargo"} | fields)


def outcome(body: bytes) -> PlaybackEvent | str:
    """Give the event, or what is said against the body."""
    try:
        return reelrifter.parse_scrobble(body, RECEIPT)
    except PayloadError as error:
        return str(error)


@given(st.binary(max_size=200) | JSON.map(encoded) | NEARLY.map(encoded))
def test_any_body_gives_an_event_or_a_sentence(body: bytes) -> None:
    """Nothing but *PayloadError* leaves the parser, and twice the same."""
    first = outcome(body)

    assert first == outcome(body)
    assert not isinstance(first, str) or first.isprintable()


def answered(outcome: Outcome, item: Item | None) -> dict[str, Any]:
    """Give what is answered to an event that ended with *outcome*."""
    return reelrifter.scrobble_answer(Answer(event_id=RECEIPT.id, outcome=outcome, item=item))


def test_a_match_is_shown() -> None:
    """What it was matched to, so that a person can see a mistake."""
    expected = {
        "matched": True,
        "status": "scrobbled",
        "mediaType": "TV",
        "title": "The Wire",
        "year": 2002,
        "ids": {},
        "season": 1,
        "episode": 2,
    }

    assert expected == answered(Outcome.SCROBBLED, EPISODE)


@pytest.mark.parametrize("outcome", [Outcome.DUPLICATE, Outcome.STARTED, Outcome.STALE])
def test_what_changed_nothing_is_matched_too(outcome: Outcome) -> None:
    """A client need not send it again."""
    assert (True, outcome.value) == (answered(outcome, FILM)["matched"], answered(outcome, FILM)["status"])


@pytest.mark.parametrize("outcome", [Outcome.UNMATCHED, Outcome.DEAD, Outcome.IGNORED])
def test_no_match_is_no_error(outcome: Outcome) -> None:
    """Nothing but that it was not matched."""
    assert {"matched": False} == answered(outcome, None)


def test_a_history_entry() -> None:
    """A film has no season, and the time is UTC."""
    expected = {
        "watchedAt": "2026-03-01T20:00:05.678Z",
        "mediaType": "MOVIE",
        "title": "Arrival",
        "year": 2016,
        "ids": {"imdb": "tt2543164"},
    }

    assert expected == reelrifter.history_entry(datetime(2026, 3, 1, 20, 0, 5, 678_901, tzinfo=UTC), FILM)
