"""
The Anime-Lists: which season of a TVDB show an AniDB title is, and where its episodes lie.

https://github.com/Anime-Lists/anime-lists describes ``anime-list.xml``. It comes from the
internet, so it is read with expat as a stream and a document type is refused: no entity
can be declared, so none can grow or reach for a file. expat also says in which line an
entry stands, which the tree builders do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from xml.parsers import expat

import msgspec

from scrobbled.catalog.lines import opened
from scrobbled.catalog.reading import Reading
from scrobbled.catalog.records import NumberingRule, PartRecord
from scrobbled.errors import PayloadError

_PIECE: Final = 1 << 16

#: Characters of one element's text; no list of pairs is longer.
_LONGEST_TEXT: Final = 1 << 20

_PAIR: Final = re.compile(r"([0-9]{1,6})-([0-9]{1,6}(?:\+[0-9]{1,6})*)", re.ASCII)
_NUMBER: Final = re.compile(r"-?[0-9]{1,6}", re.ASCII)


class ListedAnime(msgspec.Struct, frozen=True, kw_only=True):
    """
    An AniDB title. *tvdb* is the show it is part of, if any, and *tmdb_shows* the same at TMDB;
    *imdb* and *tmdb_movies* are its own when it is a film. *marked* is the word that stands
    where there is no show (``movie``, ``OVA``, ``hentai``, ``unknown``…). *part* has its numbers.
    """

    anidb: str
    name: str
    line: int
    tvdb: str | None = None
    marked: str = ""
    imdb: list[str] = []
    tmdb_movies: list[str] = []
    tmdb_shows: list[str] = []
    part: PartRecord = PartRecord()


def anime(path: str, reading: Reading) -> Iterator[ListedAnime]:
    """
    The titles of the list at *path* (``-``: standard input). One that cannot be understood is
    noted with its line. Raises *PayloadError*, naming the line, when it is not well-formed XML
    or has a document type.
    """
    parser = expat.ParserCreate()
    found = _Handlers(parser, reading)
    with opened(path) as file:
        try:
            while piece := file.read(_PIECE):
                parser.Parse(piece)
                yield from found.taken()
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise PayloadError(f"{path}: not XML: {error}") from error
        except _Refused as error:
            raise PayloadError(f"{path}: line {parser.CurrentLineNumber}: {error}") from error
    yield from found.taken()


class _Refused(Exception):  # noqa: N818  # the list, by us
    """The document has what we do not read."""


class _Open(msgspec.Struct):
    """The anime element that is being read."""

    line: int
    attributes: dict[str, str]
    name: str = ""
    mappings: list[tuple[dict[str, str], str]] = []


class _Handlers:
    """Collects what expat reports until it is taken."""

    def __init__(self, parser: expat.XMLParserType, reading: Reading) -> None:
        self._parser, self._reading = parser, reading
        self._done: list[ListedAnime] = []
        self._open: _Open | None = None
        self._mapping: dict[str, str] | None = None
        self._text: list[str] | None = None
        self._length = 0
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters

    def taken(self) -> list[ListedAnime]:
        done, self._done = self._done, []
        return done

    def _refuse_doctype(self, *_: object) -> None:
        raise _Refused("a document type is not accepted")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "anime":
            self._open = _Open(line=self._parser.CurrentLineNumber, attributes=attributes)
        elif self._open is not None and tag in {"name", "mapping"}:
            self._mapping = attributes
            self._text, self._length = [], 0

    def _characters(self, text: str) -> None:
        if self._text is not None:
            self._length += len(text)
            if self._length > _LONGEST_TEXT:
                raise _Refused(f"a text of more than {_LONGEST_TEXT} characters")
            self._text.append(text)

    def _end(self, tag: str) -> None:
        if self._open is None:
            return
        if tag == "anime":
            self._close(self._open)
            self._open = None
        elif tag in {"name", "mapping"} and self._text is not None:
            text = "".join(self._text)
            if tag == "name":
                self._open.name = text.strip()
            else:
                self._open.mappings.append((self._mapping or {}, text))
            self._text = None

    def _close(self, entry: _Open) -> None:
        self._reading.read += 1
        try:
            self._done.append(_anime(entry))
        except ValueError as error:
            self._reading.refuse(f"line {entry.line}", error)


def _anime(entry: _Open) -> ListedAnime:
    given = entry.attributes
    anidb, tvdb = given.get("anidbid", "").strip(), given.get("tvdbid", "").strip()
    if not anidb.isascii() or not anidb.isdigit():
        raise ValueError(f"anidbid is {anidb[:40]!r}, which is no number")
    numeric = tvdb.isascii() and tvdb.isdigit()
    return ListedAnime(
        anidb=anidb,
        name=entry.name,
        line=entry.line,
        tvdb=tvdb if numeric else None,
        marked="" if numeric else tvdb,
        imdb=[each for each in _several(given, "imdbid") if each.startswith("tt")],
        tmdb_movies=[each for each in _several(given, "tmdbid") if each.isdigit()],
        tmdb_shows=[each for each in _several(given, "tmdbtv") if each.isdigit()],
        part=_part(entry),
    )


def _part(entry: _Open) -> PartRecord:
    season = entry.attributes.get("defaulttvdbseason", "").strip()
    rules = [rule for attributes, text in entry.mappings if (rule := _rule(attributes, text)) is not None]
    return PartRecord(
        season=None if season == "a" else _number(season, "defaulttvdbseason", 1),
        offset=_number(entry.attributes.get("episodeoffset", ""), "episodeoffset", 0),
        rules=rules,
    )


def _rule(given: dict[str, str], text: str) -> NumberingRule | None:
    """A mapping to TVDB; the list has mappings to TMDB's seasons, too."""
    if not given.get("tvdbseason", "").strip():
        return None
    pairs = {}
    for part in filter(None, (part.strip() for part in text.split(";"))):
        pair = _PAIR.fullmatch(part)
        if pair is None:
            raise ValueError(f"a mapping says {part[:40]!r}, which is no pair of episodes")
        pairs[int(pair[1])] = [number for each in pair[2].split("+") if (number := int(each))]
    return NumberingRule(
        part_season=_number(given.get("anidbseason", ""), "anidbseason", 1),
        season=_number(given["tvdbseason"], "tvdbseason", 1),
        first=_number(given["start"], "start", 1) if given.get("start") else None,
        last=_number(given["end"], "end", 1) if given.get("end") else None,
        offset=_number(given.get("offset", ""), "offset", 0),
        pairs=pairs,
    )


def _several(given: dict[str, str], name: str) -> list[str]:
    """The ids of an attribute that may hold several, separated by commas, or the word unknown."""
    return [each for each in (part.strip() for part in given.get(name, "").split(",")) if each]


def _number(text: str, name: str, default: int) -> int:
    text = text.strip()
    if not text:
        return default
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"{name} is {text[:40]!r}, which is no number")
    return int(text)
