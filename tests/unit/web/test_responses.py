"""JSON answers and the cursors in them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrobbled.errors import PayloadError
from scrobbled.web.responses import cursor_of, dump, read_cursor

INSTANTS = st.datetimes(timezones=st.just(UTC))


@given(INSTANTS, st.integers(-(2**63), 2**63 - 1))
def test_there_and_back(at: datetime, number: int) -> None:
    """A cursor stands for the very place it was made of."""
    word = cursor_of(at, number)

    assert (at, number) == read_cursor(word)
    assert word.replace("-", "").replace("_", "").isalnum()


@given(st.text() | st.from_regex(r"[A-Za-z0-9_-]{1,60}", fullmatch=True))
def test_not_ours(word: str) -> None:
    """Any other word is refused with a sentence, never with an error of ours."""
    try:
        at, number = read_cursor(word)
    except PayloadError as error:
        assert "cursor" in str(error)
    else:
        assert (at, number) == read_cursor(cursor_of(at, number))


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 10**4000])
def test_too_large(number: int) -> None:
    """A number that no database would take is not one of ours."""
    word = cursor_of(datetime(2026, 1, 1, tzinfo=UTC), number)

    with pytest.raises(PayloadError):
        read_cursor(word)


def test_instants() -> None:
    """Instants are written in UTC with a Z."""
    assert b'{"at":"2026-01-01T00:00:00Z"}' == dump({"at": datetime(2026, 1, 1, tzinfo=UTC)})
