"""What users have: copies of films and episodes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec
import orjson

from scrobbled.model.media import Kind
from scrobbled.model.selection import Selection
from scrobbled.store import activities, sql, timeline
from scrobbled.store.asking import asking
from scrobbled.store.places import places

if TYPE_CHECKING:
    import asyncpg

    from scrobbled.model.places import Places
    from scrobbled.store.pool import Database

_QUERIES = sql.load("collection")

#: Seconds that thousands of copies may take.
PATIENCE = 25.0


class Copy(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A film or episode that somebody has; *media* is what is told of the copy."""

    item_id: int
    title_id: int
    collected_at: datetime
    updated_at: datetime
    media: dict[str, Any]


class CollectedShow(msgspec.Struct, frozen=True, kw_only=True):
    """
    A show of which somebody has something. *seasons*, *numbers*, *dates* and *media* are parallel: one
    element for each episode, in the order of the show. *dates* and *last_collected_at* are text,
    ``2014-09-01T09:10:11.123456`` in UTC: there are thousands.
    """

    title_id: int
    last_collected_at: str
    last_updated_at: datetime
    seasons: list[int]
    numbers: list[int]
    dates: list[str]
    media: list[dict[str, Any]]


class NewCopy(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A film or episode to be added; *collected_at* None is what is known already, or now."""

    item_id: int
    title_id: int
    kind: Kind
    collected_at: datetime | None
    media: dict[str, Any]


class Became(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What became of a copy: *became* is added, updated or existing."""

    kind: Kind
    became: str


async def items(database: Database, user_id: int, kinds: Collection[Kind]) -> list[Copy]:
    """The films or episodes that a user has, the newest first."""
    async with asking(database, "collected_items") as connection:
        rows = await connection.fetch(_QUERIES["collected_items"], user_id, [kind.value for kind in kinds])
    return [Copy(**row) for row in rows]


async def shows(database: Database, user_id: int, now: datetime) -> list[CollectedShow]:
    """The shows that a user has something of, the newest first."""
    async with asking(database, "collected_shows") as connection:
        rows = await connection.fetch(_QUERIES["collected_shows"], user_id)
        listed = await places(connection, [row["title_id"] for row in rows], now, specials=True)
    found = [_show(row, listed[row["title_id"]]) for row in rows if row["title_id"] in listed]
    return sorted(
        (show for show in found if show is not None), key=lambda show: show.last_collected_at, reverse=True
    )


async def add(database: Database, user_id: int, copies: Sequence[NewCopy]) -> list[Became]:
    """Add *copies*, all or none; of one thing the last counts."""
    kept = list({each.item_id: each for each in copies}.values())
    if not kept:
        return []
    columns = sql.columns(
        (
            (
                each.item_id,
                each.title_id,
                each.kind.value,
                each.collected_at,
                orjson.dumps(each.media).decode(),
            )
            for each in kept
        ),
        5,
    )
    async with asking(database, "collect", patience=PATIENCE) as connection, connection.transaction():
        await timeline.lock_users(connection, [user_id])
        rows = await connection.fetch(_QUERIES["collect"], user_id, *columns)
        news = [row["kind"] for row in rows if row["became"] != "existing"]
        await activities.moved_of(connection, user_id, news, "collected_at")
    return [Became(kind=Kind(row["kind"]), became=row["became"]) for row in rows]


async def remove(database: Database, user_id: int, selection: Selection) -> list[Kind]:
    """Remove what is selected; returns what each was."""
    async with asking(database, "uncollect", patience=PATIENCE) as connection, connection.transaction():
        await timeline.lock_users(connection, [user_id])
        rows = await connection.fetch(
            _QUERIES["uncollect"],
            user_id,
            list(selection.items),
            list(selection.shows),
            *sql.columns(selection.seasons, 2),
        )
        kinds = [row["kind"] for row in rows]
        await activities.moved_of(connection, user_id, kinds, "collected_at")
    return [Kind(kind) for kind in kinds]


def _show(row: asyncpg.Record, listed: Places) -> CollectedShow | None:
    """A row as a show with those of its episodes that are *listed*; None where there are none."""
    title_id, updated_at, item_ids, written, media = row
    found, seasons, numbers = listed.find(item_ids)
    if not found:
        return None
    all_dates, all_media = orjson.loads(written), orjson.loads(media)
    dates = [all_dates[at] for at in found]
    return CollectedShow(
        title_id=title_id,
        last_collected_at=max(dates),
        last_updated_at=updated_at,
        seasons=seasons,
        numbers=numbers,
        dates=dates,
        media=[all_media[at] for at in found],
    )
