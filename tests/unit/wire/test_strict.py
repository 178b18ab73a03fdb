"""Bodies of one type."""

from __future__ import annotations

import msgspec
import pytest

from scrobbled.errors import PayloadError
from scrobbled.wire import strict


class Note(msgspec.Struct):
    """What is written, and how often."""

    text: str
    times: list[int] = []


NOTES = msgspec.json.Decoder(Note)


def test_read() -> None:
    """A body of the type is read."""
    assert Note("a", [1]) == strict.read(b'{"text": "a", "times": [1]}', NOTES)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b" ", "the body is empty"),
        (b"{", "the body is not JSON: Input data was truncated"),
        (b'{"text": "\xff"}', "the body is not JSON: "),
        (b'{"text": "\\ud800"}', "the body is not JSON, perhaps for half a surrogate pair: "),
        (b'{"text": "", "other": ' + b"[" * 100_000, "the body is nested too deeply"),
        (b"{}", "Object missing required field text"),
        (b'{"text": "", "times": [1, "2"]}', "Expected int, got str - at $.times[1]"),
    ],
)
def test_refused(body: bytes, message: str) -> None:
    """Anything else is refused with what is wrong and where, in plain text."""
    with pytest.raises(PayloadError) as refused:
        strict.read(body, NOTES)
    assert str(refused.value).startswith(message)


def test_own_words() -> None:
    """Who knows the fields may say it in their own words; they are given the decoder's."""
    with pytest.raises(PayloadError, match=r"\Atext: Expected `str`, got `int` - at `\$\.text`\Z"):
        strict.read(b'{"text": 1}', NOTES, "text: {}".format)
