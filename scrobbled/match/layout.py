"""
How the index of names lies in a file: sections of plain numbers, one after another.

Entries are (name, title) pairs in the order of their key without spaces. `names` holds
each key with its spaces, `name_ends` where each ends; `backwards` lists the entries in
the order of their keys read from the end. Words have their entries in `postings`,
except the commonest; `slips` finds a word from what is left of it without one letter.

What is in order has its first eight bytes as numbers beside it (`name_starts`,
`backward_starts`, `word_starts`): most of a search is then done without reading names.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from zlib import crc32

import msgspec

MAGIC: Final = b"scrobbled names "
VERSION: Final = 3

#: Section name -> the type of its items, as `array` and `memoryview.cast` call it.
SECTIONS: Final = {
    "names": "B", "name_ends": "I", "name_starts": "Q", "name_title": "I", "name_spelling": "I",
    "name_flags": "B",
    "backwards": "I", "backward_starts": "Q", "words": "B", "word_ends": "I", "word_starts": "Q",
    "word_postings": "I", "postings": "I", "slip_hash": "I", "slip_word": "I",
    "title_id": "q", "title_kind": "B", "title_year": "H", "title_runtime": "H", "title_popularity": "f",
    "title_seasons": "H", "title_country": "H",
}  # fmt: skip

#: Flags of an entry: the title's main name; only the beginning of a name, up to its subtitle.
MAIN: Final = 1
HEAD: Final = 2

#: Kinds of titles, by the number they have here.
KINDS: Final = ("movie", "show")

#: A word that stands in more names than this says nothing about which of them is meant.
COMMON: Final = 4096

#: Words of this many letters have their slips listed.
SLIPS: Final = range(4, 25)


class Listed(msgspec.Struct, frozen=True, gc=False):
    """A title as the index takes it. *names* has the main one first. *runtime* is minutes."""

    id: int
    kind: str
    names: tuple[str, ...]
    year: int | None = None
    runtime: int | None = None
    popularity: float = 0.0
    seasons: int | None = None
    country: str | None = None


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """
    Where each section begins and how many bytes it has, and what the file was made from:
    the *database* it belongs to, and the *horizon*, the transaction from which on changes
    may be missing.
    """

    sections: dict[str, tuple[int, int]]
    database: str = ""
    horizon: int = 0
    titles: int = 0
    names: int = 0


def start_of(text: bytes) -> int:
    """The first eight bytes as a number: numbers compare as the texts do, as far as they go."""
    return int.from_bytes(text[:8].ljust(8, b"\0"), "big")


def slips_of(word: str) -> Iterator[int]:
    """Hashes of *word* and of what is left of it without one of its letters."""
    yield crc32(word.encode())
    for position in range(len(word)):
        yield crc32((word[:position] + word[position + 1 :]).encode())


def country_number(country: str | None) -> int:
    """Two letters as a number of 16 bits; 0 for none."""
    if country is None or len(country) != 2 or not country.isascii():  # noqa: PLR2004  # ISO 3166
        return 0
    code = country.upper()
    return int.from_bytes(("GB" if code == "UK" else code).encode(), "big")
