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
            start = _SPACE.match(self._rest).end()  # type: ignore[union-attr]  # it matches nothing, too
            if self._rest.startswith("]", start):
                return _END
            try:
                value, end = self._json.raw_decode(self._rest, self._after_comma(start))
            except json.JSONDecodeError:
                if self._ended or len(self._rest) - start > LONGEST_LINE:
                    raise
            else:
                if end < len(self._rest):
                    self._rest = self._rest[end:]
                    self._first = False
                    return value
                if self._ended:  # so it may be the beginning of a longer number
                    raise json.JSONDecodeError("The array does not end", self._rest, end)
            self._read_more()

    def _after_comma(self, start: int) -> int:
        if self._first:
            return start
        if not self._rest.startswith(",", start):
            raise json.JSONDecodeError("Expecting ',' delimiter", self._rest, start)
        return _SPACE.match(self._rest, start + 1).end()  # type: ignore[union-attr]  # as above

    def _read_more(self) -> None:
        piece = self._file.read(max(_PIECE, len(self._rest)))
        self._ended = not piece
        self._rest += self._decode(piece, final=self._ended)
