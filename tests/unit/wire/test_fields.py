"""The readers of single values."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrobbled.wire import fields
from scrobbled.wire.ids import external_id, external_ids

from .composed import RECEIPT

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=4,
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3, 3),
        ("03", 3),
        (" 7 ", 7),
        (4.0, 4),
        ("4.0", 4),
        (0, 0),
        (-1, -1),
        (1.5, None),
        ("6-10", None),
        ("", None),
        (None, None),
        (True, None),
        (float("nan"), None),
        (float("inf"), None),
        (10**400, None),
        (2**31, None),
        ("1_000", None),
        ([3], None),
    ],
)
def test_a_whole_number_comes_from_any_spelling(value: object, expected: int | None) -> None:
    """Ints, floats and their text give one whole number; anything else gives None."""
    assert expected == fields.whole(value)


@pytest.mark.parametrize(("value", "expected"), [(0, 0), ("0", 0), (-1, None), ("", None)])
def test_a_count_keeps_zero_and_refuses_less(value: object, expected: int | None) -> None:
    """Season 0 is a season; a negative number is unknown."""
    assert expected == fields.count(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [("95.5", 95.5), ("95,5 %", 95.5), (0, 0.0), (100, 100.0), (101, None), (-1, None), ("", None)],
)
def test_a_percentage_lies_between_0_and_100(value: object, expected: float | None) -> None:
    """Outside of 0 to 100 a percentage is unknown."""
    assert expected == fields.percent(value)


@pytest.mark.parametrize(
    ("position", "runtime", "expected"),
    [
        (30.0, 120.0, 25.0),
        (0.0, 120.0, 0.0),
        (121.0, 120.0, 100.0),
        (600.0, 30.0, None),
        (None, 120.0, None),
        (30.0, None, None),
        (30.0, 0.0, None),
    ],
)
def test_progress_needs_a_position_and_a_runtime_that_agree(
    position: float | None, runtime: float | None, expected: float | None
) -> None:
    """Without both, or when they contradict each other, progress is unknown."""
    assert expected == fields.percent_of(position, runtime)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("  Heat ", "Heat"),
        ("a\x00b\nc", "a b c"),
        ("a\ud800b", "a b"),
        ("", None),
        (" \t", None),
        ("\ufffd \ufffd", None),
        ("caf\ufffd", "caf\ufffd"),
        (1917, "1917"),
        (None, None),
        (True, None),
        ({}, None),
        ("千と千尋の神隠し", "千と千尋の神隠し"),
        ("x" * 600, "x" * 500),
    ],
)
def test_a_text_is_clean_trimmed_and_short(value: object, expected: str | None) -> None:
    """Control characters and lone surrogates go, 500 characters stay, '' is None."""
    assert expected == fields.text(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(2016, 2016), ("1993", 1993), (0, None), (1799, None), (2201, None), ("", None)],
)
def test_a_year_is_plausible_or_unknown(value: object, expected: int | None) -> None:
    """Only years from 1800 to 2200 are years."""
    assert expected == fields.year(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(True, True), ("False", False), ("true", True), (1, True), ("", None), (None, None), (7, None)],
)
def test_a_truth_value_comes_from_any_spelling(value: object, expected: bool | None) -> None:
    """Template text is as good as JSON's own; "" is unknown, not false."""
    assert expected is fields.boolean(value)


@pytest.mark.parametrize("ticks", [1e308, 2**63, "9223372036854775808", 10**30, 1e15])
def test_a_position_beyond_all_videos_is_unknown(ticks: object) -> None:
    """What no video reaches, found by fuzzing, is no position: in ticks, milliseconds or seconds."""
    assert [None, None] == [fields.seconds(ticks, per_second) for per_second in (1, 1000)]


@pytest.mark.parametrize(
    ("value", "expected"), [("1:47:07", 6427.0), ("00:00:05", 5.0), ("", None), (9, None)]
)
def test_a_clock_text_gives_seconds(value: object, expected: float | None) -> None:
    """Hours, minutes and seconds add up."""
    assert expected == fields.clock(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-03-01T19:59:30.1234567Z", datetime(2026, 3, 1, 19, 59, 30, 123456, tzinfo=UTC)),
        ("2026-03-01T20:59:30+01:00", datetime(2026, 3, 1, 19, 59, 30, tzinfo=UTC)),
        (1772395170, datetime(2026, 3, 1, 19, 59, 30, tzinfo=UTC)),
        (1772395170000, datetime(2026, 3, 1, 19, 59, 30, tzinfo=UTC)),
        ("2026-03-01T19:59:30", None),
        ("2026-03-01", None),
        ("yesterday evening", None),
        (1e300, None),
        (0, None),
    ],
)
def test_an_instant_is_aware_and_utc(value: object, expected: datetime | None) -> None:
    """Offsets are honoured; a local time without one says nothing."""
    assert expected == fields.instant(value)


def test_a_field_known_to_be_utc_needs_no_offset() -> None:
    """The caller names the zone of a field that is documented to have one."""
    actual = fields.instant("2026-03-01T19:59:30", UTC)

    assert datetime(2026, 3, 1, 19, 59, 30, tzinfo=UTC) == actual


@pytest.mark.parametrize(
    ("ahead", "is_sane"),
    [
        (timedelta(minutes=5), True),
        (timedelta(minutes=5, seconds=1), False),
        (timedelta(days=-9000), True),
        (timedelta(days=-365 * 200), False),
    ],
)
def test_a_clock_may_be_late_but_not_early(ahead: timedelta, is_sane: bool) -> None:
    """Last week's plays may arrive today; tomorrow's may not."""
    stamp = RECEIPT.received_at + ahead

    assert (stamp if is_sane else None) == fields.sane_time(stamp, RECEIPT.received_at)


def test_the_same_delivery_has_the_same_id() -> None:
    """User, source and body make the id; nothing else does."""
    again = msgspec.structs.replace(RECEIPT, id=UUID(int=9))
    first = fields.content_id(RECEIPT, "jellyfin", b"{}")

    assert first == fields.content_id(again, "jellyfin", b"{}")
    assert first != fields.content_id(RECEIPT, "jellyfin", b"{ }")
    assert first != fields.content_id(RECEIPT, "emby", b"{}")
    assert first != fields.content_id(msgspec.structs.replace(RECEIPT, user_id=43), "jellyfin", b"{}")


@pytest.mark.parametrize(
    ("source", "value", "expected"),
    [
        ("Imdb", "tt0113277", ("imdb", "tt0113277")),
        ("imdb", "https://www.imdb.com/title/tt0113277/", ("imdb", "tt0113277")),
        ("imdb", "113277", None),
        ("Tmdb", 949, ("tmdb", "949")),
        ("tmdb", "0949", ("tmdb", "949")),
        ("themoviedb", "949-heat", ("tmdb", "949")),
        ("tvdb", 0, None),
        ("tvdb", "", None),
        ("tvdb", -1, None),
        ("Wikidata", "Q42198", ("wikidata", "Q42198")),
        ("TmdbCollection", "86311", None),
        ("official website", "http://example.org", None),
        ("tmdb", True, None),
        (None, "949", None),
    ],
)
def test_an_external_id_is_clean_or_none(source: object, value: object, expected: object) -> None:
    """Sources get their own name, ids their own shape; noise and blanks are dropped."""
    assert expected == external_id(source, value)


def test_the_first_id_of_a_source_wins() -> None:
    """Two ids of one source: the payload's order decides."""
    assert {"tvdb": "1"} == external_ids([("tvdb", "1"), ("Tvdb", 2)])


@given(ANYTHING)
def test_no_reader_raises(value: object) -> None:
    """Whatever JSON can hold, every reader gives a value or None."""
    for reader in (
        fields.whole, fields.count, fields.number, fields.percent, fields.text, fields.year,
        fields.boolean, fields.clock, fields.instant, fields.mapping,
    ):  # fmt: skip
        reader(value)
    external_id("tmdb", value)


@given(st.text())
def test_a_text_can_always_be_stored(value: str) -> None:
    """What comes out encodes as UTF-8 and holds no NUL."""
    actual = fields.text(value) or ""

    assert b"\x00" not in actual.encode()
    assert len(actual) <= fields.TEXT_LIMIT
