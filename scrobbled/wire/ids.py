"""External ids as the formats write them, cleaned to the names of *model.media.ID_SOURCES*."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from scrobbled.model.media import ID_SOURCES

#: Other spellings of a source's name, lower case.
_ALIASES: Final = {
    "themoviedb": "tmdb",
    "moviedb": "tmdb",
    "thetvdb": "tvdb",
    "myanimelist": "mal",
}

#: What an id of a source looks like; every other source counts in decimal. A
#: number may trail its slug (``603-the-matrix``), an IMDb id may be a link.
_SHAPES: Final = {
    "imdb": re.compile(r"(?:.{0,60}/)?(tt\d{1,10})(?:[/?].{0,60})?", re.ASCII),
    "wikidata": re.compile(r"(q[1-9]\d{0,11})", re.ASCII),
    "slug": re.compile(r"([a-z0-9]+(?:-[a-z0-9]+)*)", re.ASCII),
}
_DECIMAL: Final = re.compile(r"0*([1-9]\d{0,14})(?:\.0|-[a-z].{0,80})?", re.ASCII)
_SOURCES: Final = frozenset(ID_SOURCES)


def external_id(source: object, value: object) -> tuple[str, str] | None:
    """Give the source's own name and the id, or None for noise, blanks and zero."""
    if not isinstance(source, str) or isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    name = source.strip().lower().removesuffix("id").rstrip("_- ")
    name = _ALIASES.get(name, name)
    if name not in _SOURCES:
        return None
    try:
        written = str(value).strip().lower()
    except ValueError:  # an integer too long to print
        return None
    found = _SHAPES.get(name, _DECIMAL).fullmatch(written)
    if found is None:
        return None
    return name, found[1].upper() if name == "wikidata" else found[1]


def external_ids(pairs: Iterable[tuple[object, object]]) -> dict[str, str]:
    """Collect the ids among *pairs* of source and value; the first of a source wins."""
    ids: dict[str, str] = {}
    for source, value in pairs:
        found = external_id(source, value)
        if found is not None:
            ids.setdefault(*found)
    return ids
