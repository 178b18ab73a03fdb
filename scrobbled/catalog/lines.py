"""Lines of a file, gzipped or not, of standard input, or of any iterable; never more than one in memory."""

from __future__ import annotations

import gzip
import io
import sys
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, cast

from scrobbled.errors import PayloadError, plainly

#: Bytes; a longer line is no title.
LONGEST_LINE: Final = 8 << 20

_GZIP: Final = b"\x1f\x8b"

#: Bytes unpacked at once.
_BUFFER: Final = 1 << 16

Source = str | Path | Iterable[bytes | str]


def numbered(source: Source) -> Iterator[tuple[int, bytes | None]]:
    """
    The lines of *source* (a path, ``-`` for standard input, or lines) that are not blank,
    counted from 1; None in place of one longer than *LONGEST_LINE*. Raises *PayloadError*
    when the file is damaged.
    """
    lines = _read(source) if isinstance(source, str | Path) else _given(source)
    for number, line in enumerate(lines, start=1):
        if line is None or line.strip():
            yield number, line


def _given(lines: Iterable[bytes | str]) -> Iterator[bytes | None]:
    for line in lines:
        yield line.encode("utf-8", "surrogatepass") if isinstance(line, str) else line


@contextmanager
def opened(path: str | Path) -> Iterator[io.BufferedReader]:
    """
    The bytes of a file or of standard input (``-``), unpacked where they are gzipped. What is
    wrong with the file itself becomes *PayloadError*, here and in what reads from it.
    """
    try:
        if str(path) == "-":
            yield _unpacked(cast("io.BufferedReader", sys.stdin.buffer))
        else:
            with Path(path).open("rb") as file:
                yield _unpacked(file)
    except (OSError, EOFError, zlib.error) as error:  # BadGzipFile is an OSError
        raise PayloadError(f"{path}: {plainly(error)}") from error


def _unpacked(file: io.BufferedReader) -> io.BufferedReader:
    if file.peek(2)[:2] != _GZIP:
        return file
    return io.BufferedReader(cast("io.RawIOBase", gzip.GzipFile(fileobj=file)), _BUFFER)


def _read(path: str | Path) -> Iterator[bytes | None]:
    with opened(path) as file:
        yield from _lines_of(file)


def _lines_of(plain: io.BufferedReader) -> Iterator[bytes | None]:
    while line := plain.readline(LONGEST_LINE + 1):
        if len(line) <= LONGEST_LINE:
            yield line
            continue
        while line and not line.endswith(b"\n"):
            line = plain.readline(LONGEST_LINE)
        yield None
