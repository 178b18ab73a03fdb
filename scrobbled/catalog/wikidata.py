"""
Wikidata's crosswalk of ids: which film or show has which id elsewhere (licence CC0).

What is read is the result of *query* in the SPARQL 1.1 JSON format
(https://www.w3.org/TR/sparql11-results-json/), ``application/sparql-results+json``: rows
whose columns are the variables of *COLUMNS*. An item with several values has several rows.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec

from scrobbled.catalog.elements import elements
from scrobbled.catalog.lines import opened
from scrobbled.catalog.reading import Reading
from scrobbled.catalog.records import Record, checked
from scrobbled.model.media import TitleKind
from scrobbled.wire.ids import external_id

_MOVIE, _SHOW = TitleKind.MOVIE, TitleKind.SHOW


class Column(msgspec.Struct, frozen=True):
    """
    An id of an item: Wikidata's *property* and what we call its *source*. A *kind* says that only
    items of that kind have it; others (IMDb's, and the anime sites') are given to both.
    """

    property: str
    source: str
    kind: TitleKind | None = None


#: By variable. https://www.wikidata.org/wiki/Property:P345 and so on.
COLUMNS: Final = {
    "imdb": Column("P345", "imdb"),
    "tmdb_movie": Column("P4947", "tmdb", _MOVIE),
    "tmdb_show": Column("P4983", "tmdb", _SHOW),
    "tvdb_movie": Column("P12196", "tvdb", _MOVIE),
    "tvdb_show": Column("P4835", "tvdb", _SHOW),
    "trakt": Column("P8013", "slug"),
    "trakt_movie": Column("P12492", "trakt", _MOVIE),
    "tvmaze": Column("P8600", "tvmaze", _SHOW),
    "mal": Column("P4086", "mal"),
    "anidb": Column("P5646", "anidb"),
    "anilist": Column("P8729", "anilist"),
    "kitsu": Column("P11495", "kitsu"),
}

#: The sites that list every season by itself.
_BY_SEASON: Final = frozenset({"mal", "anidb", "anilist", "kitsu"})

#: How Trakt's addresses begin; those of seasons and episodes go on after the show.
_TRAKT: Final = re.compile(r"(movies|shows)/([a-z0-9-]{1,200})", re.ASCII)
_TRAKT_KINDS: Final = {"movies": _MOVIE, "shows": _SHOW}

_ITEM: Final = re.compile(r"https?://www\.wikidata\.org/entity/(Q[1-9][0-9]{0,11})", re.ASCII)
_KINDS: Final = {"movie": _MOVIE, "show": _SHOW}


def query(kind: TitleKind) -> str:
    """
    The SPARQL that asks for all films or all shows with an id that can only be theirs. It is plain
    SPARQL 1.1, so that it also runs where there is no limit of 60 seconds.
    """
    own = [(name, column) for name, column in COLUMNS.items() if column.kind is kind]
    shared = [(name, column) for name, column in COLUMNS.items() if column.kind is None]
    has_one = " UNION ".join(f"{{ ?item wdt:{column.property} [] }}" for _, column in own)
    optional = "\n".join(
        f"  OPTIONAL {{ ?item wdt:{column.property} ?{name} }}" for name, column in (*own, *shared)
    )
    names = " ".join(f"?{name}" for name, _ in (*own, *shared))
    return f"""PREFIX wdt: <http://www.wikidata.org/prop/direct/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?item ?label ?kind {names} WHERE {{
  {{ SELECT DISTINCT ?item WHERE {{ {has_one} }} }}
  BIND("{kind.value}" AS ?kind)
{optional}
  OPTIONAL {{ ?item rdfs:label ?english FILTER(LANG(?english) = "en") }}
  OPTIONAL {{ ?item rdfs:label ?any FILTER(LANG(?any) = "mul") }}
  OPTIONAL {{ ?item wdt:P1476 ?original }}
  BIND(COALESCE(?english, ?any, ?original) AS ?label)
}}
ORDER BY ?item
"""


class Term(msgspec.Struct, frozen=True, gc=False):
    """An RDF term of a result; its type and language do not matter here."""

    value: str


#: A row: only the variables that have a value.
Row = dict[str, Term]


def records(path: str, reading: Reading) -> Iterator[Record]:
    """
    The items of the result at *path* (``-``: standard input) with their ids, all of a source's
    values together. They add ids to titles that are known and make none: the crosswalk has
    every festival film. Raises *PayloadError* for a damaged file.
    """
    for item, rows in itertools.groupby(_rows(path, reading), key=lambda each: each[1]):
        together = list(rows)
        try:
            yield _record(item, [row for _, _, row in together])
        except ValueError as error:
            reading.refuse(f"row {together[0][0]} ({item})", error)


def _rows(path: str, reading: Reading) -> Iterator[tuple[int, str, Row]]:
    with opened(path) as file:
        for number, element in elements(file, "bindings", name=path):
            reading.read += 1
            try:
                row = msgspec.convert(element, Row)
                item = _ITEM.fullmatch(row["item"].value) if "item" in row else None
                if item is None:
                    raise ValueError("the column item is no Wikidata item")  # noqa: TRY301  # told like the others
            except ValueError as error:  # msgspec's errors are ValueErrors too
                reading.refuse(f"row {number}", error)
                continue
            yield number, item[1], row


def _record(item: str, rows: list[Row]) -> Record:
    kinds = {kind for row in rows for kind in _kinds(row)}
    if len(kinds) != 1:
        raise ValueError("has ids of a film and of a show" if kinds else "is neither a film nor a show")
    labels = (row["label"].value for row in rows if "label" in row)
    name = next((label for label in labels if label.strip() and label != item), None)
    if name is None:
        raise ValueError("has no label")
    kind = kinds.pop()
    return checked(type=kind, title=name, ids={"wikidata": item, **_values(kind, rows)}, only_known=True)


def _values(kind: TitleKind, rows: list[Row]) -> dict[str, list[str]]:
    """The ids by source. Several of a show at an anime site are those of its seasons: none is the show's."""
    found: dict[str, dict[str, None]] = {}
    for source, value in _ids(rows):
        found.setdefault(source, {})[value] = None
    return {
        source: list(values)
        for source, values in found.items()
        if kind is _MOVIE or source not in _BY_SEASON or len(values) == 1
    }


def _kinds(row: Row) -> Iterator[TitleKind]:
    """What kind of title each column that tells says the item is."""
    if "kind" in row and row["kind"].value in _KINDS:
        yield _KINDS[row["kind"].value]
    for name in row.keys() & COLUMNS.keys():
        kind = COLUMNS[name].kind
        if kind is not None:
            yield kind
    trakt = _TRAKT.fullmatch(row["trakt"].value) if "trakt" in row else None
    if trakt is not None:
        yield _TRAKT_KINDS[trakt[1]]


def _ids(rows: Iterable[Row]) -> Iterator[tuple[str, str]]:
    """The ids in the shape their sources give them; what is none (an IMDb name, say) is left out."""
    for row in rows:
        for name, term in row.items():
            if name in COLUMNS:
                found = external_id(COLUMNS[name].source, _plain(name, term.value))
                if found is not None:
                    yield found


def _plain(name: str, value: Any) -> Any:
    if name != "trakt":
        return value
    trakt = _TRAKT.fullmatch(value)
    return trakt[2] if trakt else None
