"""Bodies that come packed, as they are unpacked."""

from __future__ import annotations

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrobbled.web.body import unpacked
from scrobbled.web.errors import Refusal

BODY = b'{"action": "start"}'


@given(st.binary(max_size=300))
def test_every_packing_gives_the_body(body: bytes) -> None:
    """Gzip, zlib's own and the bare stream that some call deflate give what was packed."""
    assert {body} == {
        unpacked(packed, 300)
        for packed in (gzip.compress(body), zlib.compress(body), zlib.compress(body, wbits=-15))
    }


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (gzip.compress(BODY + b"!"), 413),
        (gzip.compress(bytes(50_000_000)), 413),
        (gzip.compress(BODY)[:-1], 400),
        (gzip.compress(BODY) * 2, 400),
        (b"x!", 400),
        (b"\x1f", 400),
    ],
    ids=["one byte too many", "a bomb", "cut", "two of them", "no header", "a byte"],
)
def test_what_is_too_large_or_damaged_is_refused(body: bytes, status: int) -> None:
    """No more than the limit comes out, and nothing of what is not whole."""
    with pytest.raises(Refusal) as refused:
        unpacked(body, len(BODY))

    assert status == refused.value.status


@given(st.binary(max_size=300))
def test_whatever_comes_is_read_or_refused(body: bytes) -> None:
    """No body breaks it."""
    try:
        found = unpacked(body, 300)
    except Refusal:
        return

    assert len(found) <= 300
