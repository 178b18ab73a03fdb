"""
Building the index of names: from titles to one file of sorted sections.

Memory is bounded by the words and the numbers, not by the names: those are sorted in
runs that go to temporary files and are merged.
"""

from __future__ import annotations

import heapq
import os
import re
import tempfile
from array import array
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

import msgspec

from scrobbled.match.layout import (
    COMMON,
    HEAD,
    KINDS,
    MAGIC,
    MAIN,
    SECTIONS,
    SLIPS,
    VERSION,
    Header,
    Listed,
    country_number,
    slips_of,
    start_of,
)
from scrobbled.match.normalize import key, normalize, spelling

if TYPE_CHECKING:
    import numpy as np

#: Lines sorted in memory at a time.
_RUN: Final = 1_000_000

_SUBTITLE: Final = re.compile(r"\s*(?:[:;]\s|\s[-\u2013\u2014/|~]\s|\s?[(\[]|[\uff1a\u301c])")
#: What catalogues put behind a name to tell it from its namesakes.
_SUFFIX: Final = re.compile(r"\s*[(\[](?:(?:18|19|20)\d\d|US|UK|AU|NZ|CA|TV|IN|JP|KR)[)\]]\s*$")
_SHORTEST_HEAD: Final = 2
_MOST_HEADS: Final = 3

_normalize = normalize.__wrapped__  # the memory of the matcher is not for a whole catalogue


def write(path: Path, titles: Iterable[Listed], *, database: str = "", horizon: int = 0) -> Header:
    """
    Write the index of *titles* to *path*, at once and whole: whoever has the old file open
    keeps it. Raises *OSError*.
    """
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".names-") as folder:
        made = Path(folder) / "index"
        with made.open("wb") as output:
            header = write_to(output, titles, Path(folder), database=database, horizon=horizon)
            output.flush()
            os.fsync(output.fileno())
        made.replace(path)
    return header


def write_to(
    output: IO[bytes],
    titles: Iterable[Listed],
    folder: Path | None = None,
    *,
    database: str = "",
    horizon: int = 0,
) -> Header:
    """Write the index of *titles* to an open file; *folder* holds what does not fit into memory."""
    sections = _Sections(folder)
    arrays = sections.arrays
    _add_names(sections, sections.sorted_lines(_name_lines(arrays, titles)))
    _add_backwards(sections)
    _add_words(arrays)
    places: dict[str, tuple[int, int]] = {}
    at = 0
    for name, numbers in arrays.items():
        places[name] = (at, len(numbers) * numbers.itemsize)
        at += -(-places[name][1] // 8) * 8
    header = Header(
        sections=places,
        database=database,
        horizon=horizon,
        titles=len(arrays["title_id"]),
        names=len(arrays["name_title"]),
    )
    _put(output, header, arrays)
    return header


def entries(title: Listed) -> Iterator[tuple[str, int, int]]:
    """(key, spelling, flags) of each name of *title*, and of each beginning a subtitle follows."""
    seen: set[tuple[str, int]] = set()
    for position, name in enumerate(title.names):
        flags = MAIN if position == 0 else 0
        plain = _SUFFIX.sub("", name)
        shorter = ((plain, 0),) if plain and plain != name else ()
        for text, more in ((name, 0), *shorter, *((head, HEAD) for head in heads(plain))):
            normalized = _normalize(text)
            found = key(normalized)
            place = (found, more)
            if place in seen and not flags:
                continue
            seen.add(place)
            yield found, spelling(text, normalized), flags | more


def heads(name: str) -> list[str]:
    """The beginnings of *name* that a subtitle follows, the shortest first."""
    starts = [match.start() for match in _SUBTITLE.finditer(name)]
    return [name[:start] for start in starts if start >= _SHORTEST_HEAD][:_MOST_HEADS]


class _Sections:
    """Sections under construction: arrays of numbers, and runs of lines to be sorted."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self.arrays = {name: array(kind) for name, kind in SECTIONS.items()}

    def sorted_lines(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        """*lines* in their order, by as many temporary files as it takes."""
        with ExitStack() as files:
            runs: list[IO[bytes]] = []
            run: list[bytes] = []
            for line in lines:
                run.append(line)
                if len(run) >= _RUN:
                    runs.append(files.enter_context(self._spilled(run)))
                    run = []
            run.sort()
            yield from heapq.merge(*runs, run) if runs else run

    def _spilled(self, run: list[bytes]) -> IO[bytes]:
        run.sort()
        file = tempfile.TemporaryFile(dir=self.folder)  # noqa: SIM115  # the caller closes it
        file.writelines(run)
        file.seek(0)
        return file


def _put(output: IO[bytes], header: Header, arrays: dict[str, array[Any]]) -> None:
    described = msgspec.json.encode(header)
    described += b" " * (-len(described) % 8)
    output.write(MAGIC + VERSION.to_bytes(4, "little") + len(described).to_bytes(4, "little") + described)
    for numbers in arrays.values():
        output.write(memoryview(numbers))
        output.write(bytes(-(len(numbers) * numbers.itemsize) % 8))


def _name_lines(arrays: dict[str, array[Any]], titles: Iterable[Listed]) -> Iterator[bytes]:
    """One line for each entry: the key without spaces first, since that is the order."""
    for number, title in enumerate(titles):
        _add_title(arrays, title)
        for found, spelt, flags in entries(title):
            yield f"{found.replace(' ', '')}\t{found}\t{number}\t{spelt}\t{flags}\n".encode()


def _add_title(arrays: dict[str, array[Any]], title: Listed) -> None:
    arrays["title_id"].append(title.id)
    arrays["title_kind"].append(KINDS.index(title.kind))
    arrays["title_year"].append(_short(title.year))
    arrays["title_runtime"].append(_short(title.runtime))
    arrays["title_popularity"].append(title.popularity)
    arrays["title_seasons"].append(_short(title.seasons))
    arrays["title_country"].append(country_number(title.country))


def _short(number: int | None) -> int:
    return min(max(number or 0, 0), 0xFFFF)


def _add_names(sections: _Sections, lines: Iterable[bytes]) -> None:
    arrays = sections.arrays
    names, ends, starts = arrays["names"], arrays["name_ends"], arrays["name_starts"]
    for line in lines:
        spaceless, found, title, spelt, flags = line.split(b"\t")
        starts.append(start_of(spaceless))
        names.frombytes(found)
        ends.append(len(names))
        arrays["name_title"].append(int(title))
        arrays["name_spelling"].append(int(spelt))
        arrays["name_flags"].append(int(flags))


def _add_backwards(sections: _Sections) -> None:
    arrays = sections.arrays
    lines = (
        b"%b\t%010d\n" % (found.replace(" ", "")[::-1].encode(), number)
        for number, found in enumerate(_keys(arrays))
        if not arrays["name_flags"][number] & HEAD
    )
    backwards, starts = arrays["backwards"], arrays["backward_starts"]
    for line in sections.sorted_lines(lines):
        found, _, number = line.rpartition(b"\t")
        starts.append(start_of(found))
        backwards.append(int(number))


def _keys(arrays: dict[str, array[Any]]) -> Iterator[str]:
    names = arrays["names"].tobytes()
    start = 0
    for end in arrays["name_ends"]:
        yield names[start:end].decode()
        start = end


# Words ---------------------------------------------------------------------------


def _add_words(arrays: dict[str, array[Any]]) -> None:
    import numpy as np  # noqa: PLC0415  # a matching process never builds

    numbers: dict[str, int] = {}
    word_of, entry_of = array("I"), array("I")
    for entry, found in enumerate(_keys(arrays)):
        if arrays["name_flags"][entry] & HEAD:
            continue
        for word in dict.fromkeys(found.split(" ")):
            word_of.append(numbers.setdefault(word, len(numbers)))
            entry_of.append(entry)
    spelt = sorted(numbers)
    rank = np.empty(len(spelt), dtype=np.uint32)
    rank[[numbers[word] for word in spelt]] = np.arange(len(spelt), dtype=np.uint32)
    del numbers
    words = rank[np.frombuffer(word_of, dtype=np.uint32)] if word_of else np.empty(0, dtype=np.uint32)
    _add_postings(arrays, words, np.frombuffer(entry_of, dtype=np.uint32) if entry_of else words, len(spelt))
    for word in spelt:
        arrays["words"].frombytes(word.encode())
        arrays["word_starts"].append(start_of(word.encode()))
        arrays["word_ends"].append(len(arrays["words"]))
    _add_slips(arrays, spelt)


def _add_postings(
    arrays: dict[str, array[Any]],
    words: np.ndarray[Any, Any],
    entries_of: np.ndarray[Any, Any],
    count: int,
) -> None:
    """The entries of each word, in order; none for a word in too many of them."""
    import numpy as np  # noqa: PLC0415

    often = np.bincount(words, minlength=count)
    rare = often[words] <= COMMON
    words, entries_of = words[rare], entries_of[rare]
    order = np.argsort(words, kind="stable")
    arrays["postings"].frombytes(entries_of[order].astype(np.uint32).tobytes())
    ends = np.cumsum(np.where(often <= COMMON, often, 0))
    arrays["word_postings"].frombytes(ends.astype(np.uint32).tobytes())


def _add_slips(arrays: dict[str, array[Any]], spelt: list[str]) -> None:
    import numpy as np  # noqa: PLC0415

    hashes, word_of = array("I"), array("I")
    for number, word in enumerate(spelt):
        if len(word) in SLIPS and not word.isdecimal():
            for each in slips_of(word):
                hashes.append(each)
                word_of.append(number)
    if not hashes:
        return
    found = np.frombuffer(hashes, dtype=np.uint32)
    order = np.argsort(found, kind="stable")
    arrays["slip_hash"].frombytes(found[order].tobytes())
    arrays["slip_word"].frombytes(np.frombuffer(word_of, dtype=np.uint32)[order].tobytes())
