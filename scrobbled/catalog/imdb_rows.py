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
        counts: tuple[int, int] | None,
        akas: Sequence[list[bytes]],
    ) -> None:
        """
        A line of title.basics with its lines of title.akas; *counts* are its seasons and episodes,
        for a show.
        """
        name = _name(row[2])
        seasons, episodes = (b"%d" % count for count in counts) if counts else (NULL, NULL)
        self.staged.titles.append(
            b"%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t\\N\t%s\t\\N\t%s\t%s\tf\n"
            % (
                number, kind, name, slug(row[2].decode()).encode(), _number(row[5]), _number(row[6]),
                _number(row[7]), NULL if votes is None else b"%d" % votes, _genres(row[8]), seasons, episodes,
            )
        )  # fmt: skip
        self._add_id(number, kind, row[0])
        seen = {_folded(name), b""}
        for text, region, language in [(row[3], NULL, NULL), *((aka[2], aka[3], aka[4]) for aka in akas)]:
            other = _name(text)
            folded = _folded(other)
            if folded not in seen and text != NULL:
                seen.add(folded)
                self._add_name(number, other, language, region)

    def add_name(self, row: list[bytes], kind: bytes) -> None:
        """A line of title.akas whose title is in an earlier chunk, or in the catalogue already."""
        number, name = number_of(row[0]), _name(row[2])
        if name and row[2] != NULL:
            self._refer(number, kind)
            self._add_name(number, name, row[4], row[3])

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
        if not name or row[2] == NULL or _is_counted(name):
            name = NULL
        self.staged.episodes.append(
            b"%d\t%d\t%d\t\\N\t%s\t%s\t\\N\n" % (show, season, number, name, _number(row[7]))
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
            self.staged.titles.append(b"%d\t%s%s\tt\n" % (number, kind, b"\t\\N" * 11))
            self._add_id(number, kind, b"tt%07d" % number)

    def _add_id(self, number: int, kind: bytes, identity: bytes) -> None:
        self.staged.ids.append(b"%d\t0\t%s\timdb\t%s\n" % (number, kind, identity))

    def _add_name(self, number: int, name: bytes, language: bytes, region: bytes) -> None:
        self.staged.names.append(b"%d\t%s\t%s\t%s\n" % (number, name, _code(language), _code(region)))


def _name(text: bytes) -> bytes:
    """*text* with single spaces, escaped for COPY, no longer than is kept."""
    name = b" ".join(text.split())
    if len(name) > LONGEST_NAME:
        name = name.decode()[:LONGEST_NAME].encode()
    return name.replace(b"\\", b"\\\\") if b"\\" in name else name


def _is_counted(name: bytes) -> bool:
    return name.startswith(_NAMELESS) and name[len(_NAMELESS) :].replace(b".", b"").isdigit()


def _folded(name: bytes) -> bytes:
    """*name* without case."""
    return name.lower() if name.isascii() else name.decode().casefold().encode()


def _number(text: bytes) -> bytes:
    """A year or a number of minutes; 0 is unknown."""
    return text if text.isdigit() and len(text) <= 6 and text != b"0" else NULL  # noqa: PLR2004


def _code(text: bytes) -> bytes:
    return NULL if b"\\" in text or not text else text


def _genres(text: bytes) -> bytes:
    """``Drama,Sci-Fi`` as PostgreSQL writes an array."""
    return NULL if b"\\" in text or not text else b"{%s}" % text.translate(None, b'{}"')
