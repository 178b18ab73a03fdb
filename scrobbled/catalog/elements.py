"""
The elements of a large JSON array, one at a time.

A document of gigabytes takes no more memory than its largest element: the text around the
array is passed over, and each element is decoded by itself.
"""

from __future__ import annotations

import codecs
import io
import json
import re
from collections.abc import Iterator
from typing import Any, Final, NoReturn

from scrobbled.catalog.lines import LONGEST_LINE
from scrobbled.errors import PayloadError

_PIECE: Final = 1 << 16
_SPACE: Final = re.compile(r"[ \t\r\n]*")


def elements(file: io.BufferedReader, key: str, *, name: str) -> Iterator[tuple[int, Any]]:
    """
    The elements of the array that is the value of *key* ('' for a document that is one),
    counted from 1. Raises *PayloadError* at damage, naming the document and the element after
    which it lies; the elements before it were given.
    """
    text = _Text(file)
    number = 0
    try:
        text.skip_to_array(key)
        while (element := text.element()) is not _END:
            number += 1
            yield number, element
    except (ValueError, RecursionError) as error:  # bad UTF-8 is a ValueError too
        place = f"after element {number} of {key!r}" if key else f"after element {number}"
        raise PayloadError(f"{name}: not JSON {place}: {error}") from error


_END: Final = object()


def _refuse_constant(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number")


class _Text:
    """What was read and not yet decoded of a file."""

    def __init__(self, file: io.BufferedReader) -> None:
        self._file = file
        self._decode = codecs.getincrementaldecoder("utf-8-sig")().decode
        self._json = json.JSONDecoder(parse_constant=_refuse_constant)
        self._rest = ""
        self._first = True
        self._ended = False

    def skip_to_array(self, key: str) -> None:
        start = re.compile(rf'(?<!\\)"{re.escape(key)}"\s*:\s*\[' if key else r"\s*\[")
        while not (found := start.search(self._rest) if key else start.match(self._rest)):
            if self._ended or len(self._rest) > LONGEST_LINE:
                raise ValueError(f"there is no array {key!r}" if key else "it is no array")
            self._read_more()
        self._rest = self._rest[found.end() :]

    def element(self) -> Any:
        """The next element, or *_END*. One that is not complete is tried again with twice the text."""
        while True:
            start = self._after_space(0)
            if self._rest.startswith("]", start):
                return _END
            try:
                value, end = self._decode_at(start)
            except json.JSONDecodeError:
                if self._ended or len(self._rest) - start > LONGEST_LINE:
                    raise
                self._read_more()
            else:
                self._rest, self._first = self._rest[end:], False
                return value

    def _decode_at(self, start: int) -> tuple[Any, int]:
        if not self._first:
            if not self._rest.startswith(",", start):
                raise json.JSONDecodeError("Expecting ',' delimiter", self._rest, start)
            start = self._after_space(start + 1)
        value, end = self._json.raw_decode(self._rest, start)
        place = self._after_space(end)
        following = self._rest[place : place + 1]
        if not following or following not in ",]":  # a number may go on after this piece
            raise json.JSONDecodeError("Expecting ',' delimiter", self._rest, end)
        return value, end

    def _after_space(self, start: int) -> int:
        found = _SPACE.match(self._rest, start)
        return found.end() if found else start

    def _read_more(self) -> None:
        piece = self._file.read(max(_PIECE, len(self._rest)))
        self._ended = not piece
        self._rest += self._decode(piece, final=self._ended)
