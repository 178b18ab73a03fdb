"""The bodies of sync writes, as Trakt's clients send them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrobbled.errors import PayloadError, UnprocessableError
from scrobbled.model.wanted import Called, ThingKind
from scrobbled.wire import trakt_items, trakt_said
from scrobbled.wire.trakt_items import Body

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def _parsed(**body: Any) -> Body:
    return trakt_items.parse(orjson.dumps(body))


def test_a_film() -> None:
    """Ids may be text, empty or null, keys unknown; what is left names the film, with its title and year."""
    ids = {"trakt": "28", "imdb": "", "tmdb": None, "tvrage": 5, "app_version": "1", "plex": {"guid": "x"}}
    (entry,) = _parsed(movies=[{"title": " Heat ", "year": "1995", "ids": ids}]).entries

    assert Called(ThingKind.MOVIE, (("trakt", "28"), ("tvrage", "5")), "Heat", 1995) == entry.wanted.called


def test_parts_of_a_show() -> None:
    """Seasons and episodes inside a show are known by number; the leaves are what nothing stands in."""
    show = {
        "ids": {"tvdb": 9},
        "seasons": [{"number": 0}, {"number": "2", "episodes": [{"number": "3"}, {}]}],
    }
    body = _parsed(shows=[show, {"title": "Lost", "seasons": []}])

    assert [
        ("shows[0]", ThingKind.SHOW, None, None, False),
        ("shows[0].seasons[0]", ThingKind.SEASON, None, 0, True),
        ("shows[0].seasons[1]", ThingKind.SEASON, None, 2, False),
        ("shows[0].seasons[1].episodes[0]", ThingKind.EPISODE, 2, 3, True),
        ("shows[0].seasons[1].episodes[1]", ThingKind.EPISODE, 2, None, True),
        ("shows[1]", ThingKind.SHOW, None, None, True),
    ] == [
        (each.where, each.wanted.kind, each.wanted.season, each.wanted.number, each.leaf)
        for each in body.entries
    ]


def test_the_nearest_word_counts() -> None:
    """What an episode says goes before what its season says, which goes before its show."""
    parts = [{"number": 1, "watched_at": "unknown"}, {"number": 2}]
    seasons = [
        {"number": 1, "watched_at": "released", "episodes": parts},
        {"number": 2, "watched_at": None},
    ]
    body = _parsed(shows=[{"watched_at": "2020-01-01T00:00:00Z", "seasons": seasons}])

    assert ["unknown", "released", datetime(2020, 1, 1, tzinfo=UTC)] == [
        trakt_said.when(entry, "watched_at", NOW) for entry in body.leaves
    ]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2014-09-01T09:10:11.000Z", datetime(2014, 9, 1, 9, 10, 11, tzinfo=UTC)),
        ("2014-09-01T09:10:11+02:00", datetime(2014, 9, 1, 7, 10, 11, tzinfo=UTC)),
        ("2014-09-01 09:10:11", datetime(2014, 9, 1, 9, 10, 11, tzinfo=UTC)),
        ("2014-09-01:T09:10:11.000Z", datetime(2014, 9, 1, 9, 10, 11, tzinfo=UTC)),
        ("2014-09-01", datetime(2014, 9, 1, tzinfo=UTC)),
        ("1970-01-01T00:00:00.000Z", datetime(1970, 1, 1, tzinfo=UTC)),
        (None, NOW),
        ("", NOW),
        ("2030-01-01T00:00:00Z", NOW),
        ("Released", trakt_said.DateWord.RELEASED),
    ],
)
def test_dates(said: object, meant: object) -> None:
    """A date is ISO 8601, UTC without a zone; nothing said is now, and so is what lies ahead."""
    (entry,) = _parsed(movies=[{"watched_at": said}]).entries

    assert meant == trakt_said.when(entry, "watched_at", NOW)


@pytest.mark.parametrize("said", ["yesterday", "0001-01-01", True, [], {}, "2014-13-01T00:00:00Z", 1e300])
def test_no_dates(said: object) -> None:
    """What is no date is refused, and where it stands is said."""
    (entry,) = _parsed(movies=[{"watched_at": said}]).entries

    with pytest.raises(UnprocessableError, match=r"movies\[0\]\.watched_at"):
        trakt_said.when(entry, "watched_at", NOW)


@pytest.mark.parametrize("said", [0, 11, "x", 7.5, True, None, [8]])
def test_no_ratings(said: object) -> None:
    """A rating is a whole number from 1 to 10."""
    (entry,) = _parsed(movies=[{"rating": said}]).entries

    with pytest.raises(UnprocessableError, match=r"movies\[0\]\.rating"):
        trakt_said.rating(entry)


def test_ratings() -> None:
    """A rating may be text."""
    body = _parsed(movies=[{"rating": 1}, {"rating": "10"}, {"rating": 8.0}])

    assert [1, 10, 8] == [trakt_said.rating(entry) for entry in body.entries]


def test_a_copy() -> None:
    """What is told of a copy is kept as it is told; unknown and empty values are not."""
    (entry,) = _parsed(
        movies=[{"media_type": "bluray", "hdr": None, "audio": "", "3d": False, "colour": "red"}]
    ).entries

    assert {"media_type": "bluray", "3d": False} == trakt_said.media(entry)


def test_notes() -> None:
    """Notes have an end."""
    short, long = _parsed(movies=[{"notes": "a" * 500}, {"notes": "a" * 501}]).entries

    assert "a" * 500 == trakt_said.notes(short)
    with pytest.raises(UnprocessableError):
        trakt_said.notes(long)


def test_history_ids() -> None:
    """Ids of plays may be text; what is no id of a play is kept apart."""
    body = _parsed(ids=[1, "9007199254740993", 2**63, -1, None, "x", True])

    assert ([1, 9007199254740993], [2**63, -1, None, "x", True]) == (body.ids, body.odd_ids)


def test_what_was_not_found() -> None:
    """The caller's own objects come back; of a show, only the parts that are missing."""
    show = {
        "x": 1,
        "seasons": [
            {"number": 1, "episodes": [{"number": 1}, {"number": 2, "y": 2}]},
            {"number": 2},
        ],
    }
    body = _parsed(movies=[{"title": "A"}, {"title": "B"}], shows=[show, {"title": "C"}])
    missing = [
        entry
        for entry in body.leaves
        if entry.where in {"movies[1]", "shows[0].seasons[0].episodes[1]", "shows[1]"}
    ]

    assert {
        "movies": [{"title": "B"}],
        "shows": [{"x": 1, "seasons": [{"number": 1, "episodes": [{"number": 2, "y": 2}]}]}, {"title": "C"}],
        "seasons": [],
        "episodes": [],
    } == trakt_items.not_found(body, missing)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"nope"])
def test_no_json(body: bytes) -> None:
    """What is not JSON is a 400."""
    with pytest.raises(PayloadError) as caught:
        trakt_items.parse(body)

    assert not isinstance(caught.value, UnprocessableError)


@pytest.mark.parametrize(
    "body",
    [[], 5, {"movies": {}}, {"movies": [5]}, {"shows": [{"seasons": "all"}]}, {"ids": 5},
     {"shows": [{"seasons": [{"episodes": [None]}]}]}],
)  # fmt: skip
def test_no_shape(body: object) -> None:
    """JSON of another shape is a 422."""
    with pytest.raises(UnprocessableError):
        trakt_items.parse(orjson.dumps(body))


_KEYS = st.sampled_from(
    [
        *trakt_items.SECTIONS,
        "ids",
        "number",
        "season",
        "show",
        "title",
        "year",
        "watched_at",
        "rating",
        "notes",
    ]
)
_PLAIN = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8"), max_size=8)
)
_JSON = st.recursive(
    _PLAIN,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=30,
)


@given(st.dictionaries(_KEYS, _JSON, max_size=5))
def test_any_body(payload: dict[str, Any]) -> None:
    """Any object is read or refused; what was read can be echoed whole."""
    try:
        body = trakt_items.parse(orjson.dumps(payload))
    except PayloadError:
        return
    for entry in body.leaves:
        for ask in (
            lambda e: trakt_said.when(e, "watched_at", NOW),
            trakt_said.rating,
            trakt_said.media,
            trakt_said.notes,
        ):
            try:
                ask(entry)
            except UnprocessableError:
                continue
    echoed = trakt_items.not_found(body, body.leaves)

    assert {section: payload.get(section) or [] for section in trakt_items.SECTIONS} == echoed


@given(st.binary(max_size=60))
def test_any_bytes(body: bytes) -> None:
    """Bytes are read or refused, never worse."""
    try:
        trakt_items.parse(body)
    except PayloadError:
        return
