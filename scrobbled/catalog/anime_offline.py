"""
The anime-offline-database: anime of all sites, with their ids and names.

One entry is what the anime sites call a title: a season of a show, a film, a special. See
https://github.com/manami-project/anime-offline-database for the fields and the licence. It is
read as JSON (one object with the array ``data``, minified or not) or as JSON lines, of which
the first describes the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from scrobbled.catalog.elements import elements
from scrobbled.catalog.lines import numbered, opened
from scrobbled.catalog.reading import Reading
from scrobbled.wire.ids import external_id

#: How the pages of the sites are addressed, and what we call those we know.
_PAGE: Final = re.compile(r"https?://(?:www\.)?([a-z0-9.-]+)/anime/([0-9]{1,12})(?:[/?#].*)?", re.ASCII)
_SITES: Final = {
    "anidb.net": "anidb",
    "anilist.co": "anilist",
    "kitsu.app": "kitsu",
    "kitsu.io": "kitsu",
    "myanimelist.net": "mal",
    "simkl.com": "simkl",
}


class Season(msgspec.Struct, frozen=True, gc=False):
    """When an entry was first shown."""

    year: int | None = None


class Duration(msgspec.Struct, frozen=True, gc=False):
    """How long an episode is, in seconds."""

    value: int


class Entry(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """An entry. *type* is TV, MOVIE, OVA, ONA, SPECIAL or UNKNOWN; 0 *episodes* are unknown."""

    title: str
    type: str
    sources: list[str] = []
    episodes: int = 0
    animeSeason: Season = Season()  # noqa: N815  # the database's spelling
    duration: Duration | None = None
    synonyms: list[str] = []

    def ids(self) -> dict[str, list[str]]:
        """The ids in the addresses of *sources*, by our names of the sites."""
        found: dict[str, list[str]] = {}
        for address in self.sources:
            page = _PAGE.fullmatch(address)
            pair = external_id(_SITES.get(page[1], ""), page[2]) if page else None
            if pair is not None:
                found.setdefault(pair[0], []).append(pair[1])
        return found


def entries(path: str, reading: Reading) -> Iterator[tuple[str, Entry]]:
    """
    The entries of the file at *path* (``-``: standard input), each with the words that say where
    it stands. Raises *PayloadError* for a damaged file.
    """
    for where, value in _values(path, reading):
        reading.read += 1
        try:
            yield where, msgspec.convert(value, Entry)
        except msgspec.ValidationError as error:
            reading.refuse(where, error)


def _values(path: str, reading: Reading) -> Iterator[tuple[str, Any]]:
    with opened(path) as file:
        if not _is_lines(file.peek(1)):
            yield from ((f"element {number}", value) for number, value in elements(file, "data", name=path))
            return
        for number, line in numbered(file):
            try:
                value = msgspec.json.decode(line or b"")
            except ValueError as error:
                reading.read += 1
                reading.refuse(f"line {number}", error)
                continue
            if number > 1 or not _is_header(value):
                yield f"line {number}", value


def _is_lines(start: bytes) -> bool:
    """Whether the first line is a whole object of its own, and not the whole database on one line."""
    try:
        value = msgspec.json.decode(start.partition(b"\n")[0])
    except ValueError:
        return False
    return isinstance(value, dict) and "data" not in value


def _is_header(value: Any) -> bool:
    return isinstance(value, dict) and "title" not in value
