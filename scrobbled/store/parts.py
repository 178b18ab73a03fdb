"""Parts of shows that other sources list as titles of their own, and where they stand in the show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import msgspec

from scrobbled.match.parts import PartName
from scrobbled.store import sql

if TYPE_CHECKING:
    from scrobbled.store.pool import Database

_QUERIES = sql.load("parts")


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A part as it is kept: *rules* are those of a catalogue record, as plain values."""

    id: int
    show_id: int
    season: int | None
    offset: int
    rules: Any


async def by_id(database: Database, part_ids: Iterable[int]) -> dict[int, Part]:
    """Parts by id."""
    return {row["id"]: _part(row) for row in await database.fetch(_QUERIES["by_id"], sorted(set(part_ids)))}


async def absolute(database: Database, show_ids: Iterable[int]) -> dict[int, Part]:
    """By show, the part whose numbers are the show's absolute ones, where there is one."""
    rows = await database.fetch(_QUERIES["absolute"], sorted(show_ids))
    return {row["show_id"]: _part(row) for row in rows}


async def names_of(database: Database, show_ids: Iterable[int]) -> dict[int, list[PartName]]:
    """By show, all names of those that have names of parts among theirs."""
    found: defaultdict[int, list[PartName]] = defaultdict(list)
    for row in await database.fetch(_QUERIES["names_of"], sorted(show_ids)):
        found[row["title_id"]].append(PartName(row["name"], row["part_id"]))
    return found


def _part(row: Any) -> Part:
    return Part(
        id=row["id"],
        show_id=row["show_id"],
        season=row["season"],
        offset=row["episode_offset"],
        rules=row["rules"],
    )
