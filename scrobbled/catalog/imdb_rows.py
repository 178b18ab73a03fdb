r"""
Lines of IMDb's dumps as the rows a chunk is copied to PostgreSQL in.

IMDb's format is nearly COPY's own, so most fields pass as they are: bytes, with ``\N`` for nothing.
The number of a record is the number in its IMDb id.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from scrobbled.catalog.imdb_files import NULL, number_of
from scrobbled.catalog.slugs import slug
from scrobbled.store.catalog_load import LONGEST_NAME, Staged

#: What IMDb calls an episode without a name of its own, before its season and number.
_NAMELESS: Final = b"Episode #"


class Chunk:
    """A chunk as it fills with lines of the dumps."""

    def __init__(self) -> None:
        self.staged = Staged()
        self._present: set[int] = set()
        self._places: set[tuple[int, int, int]] = set()
        self._following: list[tuple[list[bytes], int, int, int]] = []

    def __len__(self) -> int:
        """The number of rows that may enter the catalogue, now or with the following chunk."""
        return len(self.staged) + len(self._following)

    def add_title(
        self,
        number: int,
        kind: bytes,
        row: list[bytes],
        *,
        votes: int | None,
        rating: float,
        counts: tuple[int, int] | None,
        akas: Sequence[list[bytes]],
    ) -> None:
        """
        A line of title.basics with its lines of title.akas; *rating* is what *votes* gave it (0: none
        did), *counts* are its seasons and episodes, for a show.
        """
        name = _name(row[2])
        seasons, episodes = (b"%d" % count for count in counts) if counts else (NULL, NULL)
        self.staged.titles.append(
            b"%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t\\N\t%s\t\\N\t%s\t%s\t%s\tf\n"
            % (
                number, kind, name, slug(row[2].decode()).encode(), _number(row[5]), _number(row[6]),
                _number(row[7]), NULL if votes is None else b"%d" % votes, _genres(row[8]), seasons, episodes,
                _details(votes, rating),
            )
        )  # fmt: skip
        self._add_id(number, kind, row[0])
        self._add_names(
            number, {_folded(name), ""}, [(row[3], NULL, NULL), *((a[2], a[4], a[3]) for a in akas)]
        )

    def add_name(self, row: list[bytes], kind: bytes) -> None:
        """A line of title.akas whose title is in an earlier chunk, or in the catalogue already."""
        number = number_of(row[0])
        self._refer(number, kind)
        self._add_names(number, {""}, [(row[2], row[4], row[3])])

    def add_episode(self, row: list[bytes], show: int, season: int, number: int) -> None:
        """
        A line of title.basics about an episode. A second one for a place comes with the
        following chunk, where it is seen to contradict the first.
        """
        if (show, season, number) in self._places:
            self._following.append((row, show, season, number))
            return
        self._places.add((show, season, number))
        self._refer(show, b"show")
        name = _name(row[2])
        if not name or _is_counted(name):
            name = NULL
        self.staged.episodes.append(
            b"%d\t%d\t%d\t\\N\t%s\t%s\t\\N\t\\N\n" % (show, season, number, name, _number(row[7]))
        )
        self.staged.episode_ids.append(b"%d\t%d\t%d\timdb\t%s\n" % (show, season, number, row[0]))

    def following(self) -> Chunk:
        """The next chunk, which begins with what this one had no place for."""
        chunk = Chunk()
        for each in self._following:
            chunk.add_episode(*each)
        return chunk

    def _refer(self, number: int, kind: bytes) -> None:
        """Let the chunk speak of a title that it does not describe."""
        if number not in self._present:
            self._present.add(number)
            self.staged.titles.append(b"%d\t%s%s\tt\n" % (number, kind, b"\t\\N" * 12))
            self._add_id(number, kind, b"tt%07d" % number)

    def _add_id(self, number: int, kind: bytes, identity: bytes) -> None:
        self.staged.ids.append(b"%d\t0\t%s\timdb\t%s\n" % (number, kind, identity))

    def _add_names(self, number: int, seen: set[str], names: list[tuple[bytes, bytes, bytes]]) -> None:
        """Names with their languages and regions; those in *seen*, which is folded, are left out."""
        head = b"%d" % number
        for text, language, region in names:
            name = _name(text)
            folded = _folded(name)
            if folded not in seen:
                seen.add(folded)
                self.staged.names.append(b"%s\t%s\t%s\t%s\n" % (head, name, _CODES[language], _CODES[region]))


class _Codes(dict[bytes, bytes]):
    """Languages and regions as they are staged, each looked at once."""

    def __missing__(self, text: bytes) -> bytes:
        self[text] = code = NULL if b"\\" in text or not text else text
        return code


_CODES: Final = _Codes()


def _name(text: bytes) -> bytes:
    """*text* with single spaces, escaped for COPY, no longer than is kept; empty for null."""
    name = b" ".join(text.split())
    if b"\\" not in name and len(name) <= LONGEST_NAME:
        return name
    if name == NULL:
        return b""
    return name.decode()[:LONGEST_NAME].encode().replace(b"\\", b"\\\\")


def _is_counted(name: bytes) -> bool:
    return name.startswith(_NAMELESS) and name[len(_NAMELESS) :].replace(b".", b"").isdigit()


def _folded(name: bytes) -> str:
    """*name* without case."""
    return name.decode().casefold()


def _number(text: bytes) -> bytes:
    """A year or a number of minutes; 0 is unknown."""
    return text if text.isdigit() and len(text) <= 6 and text != b"0" else NULL  # noqa: PLR2004


def _genres(text: bytes) -> bytes:
    """``Drama,Sci-Fi`` as PostgreSQL writes an array."""
    return NULL if b"\\" in text or not text else b"{%s}" % text.translate(None, b'{}"')


def _details(votes: int | None, rating: float) -> bytes:
    return b'{"rating": %.1f, "votes": %d}' % (rating, votes) if votes and rating else NULL
