"""Whom to believe when sources differ, and who may know one title under several ids."""

from __future__ import annotations

from typing import Final

from scrobbled.model.media import ID_SOURCES
from scrobbled.store.catalog_load import Speaker

#: The importers, most trusted first. A better one overwrites what a worse one said, a worse one
#: fills gaps and adds names and ids. What an operator wrote comes first; then those
#: who edit facts themselves, then those who collect them; anime databases, which
#: describe seasons and not shows, come last. A provisional title gives way to all.
TRUST: Final = ("jsonl", "imdb", "tmdb", "tvmaze", "wikidata", "anime")

#: Anime databases list each season of a show by itself; everywhere else two ids are two titles.
SEVERAL_IDS: Final = frozenset({"mal", "anidb", "anilist", "kitsu"})
_SINGLE: Final = tuple(source for source in ID_SOURCES if source not in SEVERAL_IDS)


def speaker(source: str) -> Speaker:
    """How *source*, one of *TRUST*, speaks to the catalogue. Raises *ValueError* for any other."""
    if source not in TRUST:
        raise ValueError(f"{source!r} is no source of titles; there are {', '.join(TRUST)}")
    return Speaker(source=source, trust=TRUST, single=_SINGLE)
