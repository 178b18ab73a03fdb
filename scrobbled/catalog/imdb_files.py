r"""
IMDb's public dumps: tab-separated, gzipped, a header, ``\N`` for nothing.

See https://developer.imdb.com/non-commercial-datasets/.
"""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Final, cast

import msgspec

from scrobbled.errors import PayloadError, plainly

#: Each file's columns, by the name we use for it.
HEADERS: Final = {
    "basics": (
        b"tconst\ttitleType\tprimaryTitle\toriginalTitle\tisAdult\tstartYear\tendYear\truntimeMinutes\tgenres"
    ),
    "akas": b"titleId\tordering\ttitle\tregion\tlanguage\ttypes\tattributes\tisOriginalTitle",
    "episode": b"tconst\tparentTconst\tseasonNumber\tepisodeNumber",
    "ratings": b"tconst\taverageRating\tnumVotes",
}
#: Their names at the public host.
NAMES: Final = {name: f"title.{name}.tsv.gz" for name in HEADERS}
HOST: Final = "https://datasets.imdbws.com"

NULL: Final = b"\\N"

_GZIP: Final = b"\x1f\x8b"
#: Bytes read at once. Longer lines than this are no titles.
BLOCK: Final = 1 << 20


class Meter(msgspec.Struct):
    """How far reading is: *done* of *total* compressed bytes."""

    total: int = 0
    done: int = 0


class Dump:
    """One of the files. *columns* is the number of fields of each line, *bad* counts lines with others."""

    def __init__(self, path: Path, name: str, meter: Meter) -> None:
        self.path, self.meter = path, meter
        self.columns = HEADERS[name].count(b"\t") + 1
        self.size = path.stat().st_size
        self.bad = 0

    def blocks(self) -> Iterator[list[bytes]]:
        """
        The lines below the header, some thousands at a time, without their ends, in valid UTF-8 and
        without NUL. Raises *PayloadError* when the file is damaged.
        """
        before = 0
        try:
            with self.path.open("rb") as file:
                blocks = _blocks(file)
                first = next(blocks, b"").split(b"\n")
                yield [line for line in first[1:] if line]
                for block in blocks:
                    yield [line for line in block.split(b"\n") if line]
                    self.meter.done += file.tell() - before
                    before = file.tell()
        except (OSError, EOFError, zlib.error) as error:
            raise PayloadError(f"{self.path}: {plainly(error)}") from error
        self.meter.done += self.size - before

    def rows(self) -> Iterator[list[list[bytes]]]:
        """The same, each line as its fields; lines with too few or too many are left out."""
        width = self.columns
        for block in self.blocks():
            rows = [row for row in [line.split(b"\t") for line in block] if len(row) == width]
            self.bad += len(block) - len(rows)
            yield rows


def recognise(paths: Iterable[Path], meter: Meter) -> dict[str, Dump]:
    """
    The dumps in *paths* by name, recognised by their headers. Raises *PayloadError* for a file that
    is none of them, for two of one name, and when the titles themselves are missing.
    """
    names = {header: name for name, header in HEADERS.items()}
    found: dict[str, Dump] = {}
    for path in paths:
        header = _header(path)
        name = names.get(header)
        if name is None:
            raise PayloadError(
                f"{path}: the first line is {_shown(header)}, which is no dump of IMDb's we read"
            )
        if name in found:
            raise PayloadError(f"{path} and {found[name].path} are both {NAMES[name]}; give one")
        found[name] = Dump(path, name, meter)
    if "basics" not in found:
        raise PayloadError(f"{NAMES['basics']} is missing: it holds the titles that the other files speak of")
    return found


def number_of(identity: bytes) -> int:
    """The number in ``tt0111161``; -1 when *identity* is no such id, or one that cannot be."""
    digits = identity[2:]
    return int(digits) if identity[:2] == b"tt" and digits.isdigit() and len(digits) < 10 else -1  # noqa: PLR2004


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    """The content of *file* in pieces that end with a line."""
    assert isinstance(file, io.BufferedReader)  # what opening for reading gives
    packed = file.peek(2)[:2] == _GZIP
    plain: BinaryIO = cast("BinaryIO", gzip.GzipFile(fileobj=file)) if packed else file
    rest = b""
    while data := plain.read(BLOCK):
        data = rest + data
        end = data.rfind(b"\n") + 1
        if end:
            yield _clean(data[:end])
        rest = data[end:] if len(data) - end <= BLOCK else b""
    if rest:
        yield _clean(rest)


def _clean(block: bytes) -> bytes:
    if b"\0" in block:
        block = block.replace(b"\0", b"")
    if b"\r" in block:
        block = block.replace(b"\r\n", b"\n").replace(b"\r", b" ")
    if block.isascii():
        return block
    try:
        block.decode()
    except UnicodeDecodeError:
        block = block.decode(errors="replace").encode()
    return block


def _header(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return next(_blocks(file), b"").split(b"\n", 1)[0]
    except (OSError, EOFError, zlib.error) as error:
        raise PayloadError(f"{path}: {plainly(error)}") from error


def _shown(header: bytes) -> str:
    return repr(header[:60].decode(errors="replace")) if header else "missing"
