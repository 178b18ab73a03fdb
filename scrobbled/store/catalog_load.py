"""Reading and writing the catalogue thousands of titles at a time, for the importers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from scrobbled.store import sql

if TYPE_CHECKING:
    from scrobbled.store.pool import Connection

_QUERIES = sql.load("catalog_load")

_COLUMNS = (
    "id", "kind", "name", "year", "runtime", "popularity", "country", "season_count", "episode_count",
    "provisional",
)  # fmt: skip


class TitleRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of *titles* as an importer sees it. *runtime* in minutes."""

    id: int
    kind: str
    name: str
    year: int | None = None
    runtime: int | None = None
    popularity: float = 0.0
    country: str | None = None
    season_count: int | None = None
    episode_count: int | None = None
    provisional: bool = False


async def prepare(connection: Connection) -> None:
    """Make the temporary tables a run needs; call once for each run."""
    await connection.execute(_QUERIES["prepare"])


async def lock(connection: Connection) -> None:
    """Until the transaction ends, nobody else makes titles."""
    await connection.execute(_QUERIES["lock"])


async def analyze(connection: Connection) -> None:
    """Let the planner know what is there now."""
    await connection.execute(_QUERIES["analyze"])


async def owners(
    connection: Connection, asked: Sequence[tuple[str, str, str]]
) -> dict[tuple[str, str, str], int]:
    """By (kind, source, value), the entities that have these ids."""
    rows = await connection.fetch(_QUERIES["owners"], *sql.columns(asked, 3))
    return {(row["kind"], row["source"], row["value"]): row["entity_id"] for row in rows}


async def titles(connection: Connection, title_ids: Iterable[int]) -> dict[int, TitleRow]:
    """Titles by id."""
    return {row["id"]: _title(row) for row in await connection.fetch(_QUERIES["titles"], list(title_ids))}


async def ids_of(connection: Connection, title_ids: Iterable[int]) -> dict[int, set[tuple[str, str]]]:
    """By title id, all its (source, value) pairs."""
    found: defaultdict[int, set[tuple[str, str]]] = defaultdict(set)
    for row in await connection.fetch(_QUERIES["ids_of"], list(title_ids)):
        found[row["entity_id"]].add((row["source"], row["value"]))
    return found


async def without_ids(
    connection: Connection, asked: Sequence[tuple[int, str, str]]
) -> dict[int, list[TitleRow]]:
    """By position, titles with no external id for (position, kind, normalised name)."""
    found: defaultdict[int, list[TitleRow]] = defaultdict(list)
    for row in await connection.fetch(_QUERIES["without_ids"], *sql.columns(asked, 3)):
        found[row["position"]].append(_title(row))
    return found


async def mark_seen(connection: Connection, title_ids: Iterable[int]) -> set[int]:
    """Remember that this run described these titles; return those it had not before."""
    return {row["title_id"] for row in await connection.fetch(_QUERIES["mark_seen"], list(title_ids))}


async def new_ids(connection: Connection, count: int) -> list[int]:
    """*count* ids nobody has."""
    return [row["id"] for row in await connection.fetch(_QUERIES["new_ids"], count)]


async def taken_slugs(connection: Connection, asked: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of these (kind, slug) pairs that titles have."""
    rows = await connection.fetch(_QUERIES["taken_slugs"], *sql.columns(asked, 2))
    return {(row["kind"], row["slug"]) for row in rows}


async def insert(connection: Connection, rows: Sequence[tuple[TitleRow, str]]) -> None:
    """New titles with their slugs; hold *lock*, and give them their external ids afterwards."""
    await connection.copy_records_to_table(
        "titles",
        columns=(*_COLUMNS, "slug"),
        records=[(*(getattr(row, column) for column in _COLUMNS), slug) for row, slug in rows],
    )


async def update(connection: Connection, rows: Sequence[TitleRow]) -> None:
    """Titles as they are now; none of them is provisional any more."""
    await connection.execute(
        _QUERIES["update_titles"],
        *sql.columns(
            [
                (row.id, row.name, row.year, row.runtime, row.popularity, row.country, row.season_count,
                 row.episode_count)
                for row in rows
            ],
            8,
        ),
    )  # fmt: skip


async def add_names(connection: Connection, names: Iterable[tuple[str, int]]) -> set[int]:
    """Give titles (normalised name, title id) pairs; return the titles to which one was new."""
    await connection.copy_records_to_table("load_names", records=names)
    return {row["title_id"] for row in await connection.fetch(_QUERIES["merge_names"])}


async def merge_episodes(connection: Connection, rows: Sequence[tuple[Any, ...]]) -> set[int]:
    """
    Episodes as (show, season, number, absolute, name, minutes, first aired); None leaves a
    value as it is. Returns the shows where something changed.
    """
    await connection.copy_records_to_table("load_episodes", records=rows)
    await connection.execute(_QUERIES["merge_seasons"])
    return {row["show_id"] for row in await connection.fetch(_QUERIES["merge_episodes"])}


async def episode_ids(
    connection: Connection, asked: Sequence[tuple[int, int, int]]
) -> dict[tuple[int, int, int], int]:
    """By (show, season, number), the episode's id."""
    rows = await connection.fetch(_QUERIES["episode_ids"], *sql.columns(asked, 3))
    return {(row["show_id"], row["season"], row["number"]): row["id"] for row in rows}


def _title(row: Any) -> TitleRow:
    return TitleRow(**{column: row[column] for column in _COLUMNS})
