"""
A backup back into a database, in one transaction: all of it, or nothing has happened.

The schema is built as it was when the backup was made, the tables are filled, and the
migrations since then run over the data, as they would have on the server itself.
"""

from __future__ import annotations

from collections.abc import Collection
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING

import asyncpg

from scrobbled.errors import ConfigError, PayloadError, Unavailable
from scrobbled.store import sql
from scrobbled.store.migrate import available, lock, prepare, run

if TYPE_CHECKING:
    from scrobbled.store.archive import Reader
    from scrobbled.store.backup import Session

_QUERIES = sql.load("backup")

#: Seconds that a table which somebody works with is waited for.
_PATIENCE = "30s"

#: A server that was started and never used has one user and that user's token.
_FIRST = {"users": 1, "tokens": 1}

#: What a backup makes go wrong that has values, rows, tables or sequences the schema has no place for.
_UNFIT = (
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.SyntaxOrAccessError,
    KeyError,
)


async def restore(connection: Session, reader: Reader, *, replace: bool) -> list[str]:
    """
    Put what *reader* has into the database; the migrations that ran over it. *replace* drops
    what is there first. Raises *ConfigError* for a database that holds something, *PayloadError*
    for a backup that does not fit, *Unavailable* when tables are in use.
    """
    known, schema = available(), reader.manifest.schema
    if schema not in known:
        message = f"the backup has schema {schema}, this version knows up to {max(known)}: upgrade first"
        raise PayloadError(message)
    newer = [version for version in known if version > schema]
    reader.check()
    try:
        async with connection.transaction():
            await lock(connection)
            await connection.execute(f"set local lock_timeout = '{_PATIENCE}'")
            if not replace:
                await _insist_on_empty(connection)
            await _drop_everything(connection)
            await _migrate(connection, [version for version in known if version <= schema])
            await _fill(connection, reader)
            ran = await _migrate(connection, newer)
    except asyncpg.LockNotAvailableError as error:
        message = "other processes work with the tables; stop them and try again. Nothing was changed"
        raise Unavailable(message) from error
    except _UNFIT as error:
        message = f"the backup does not fit its own schema: {error}. Nothing was changed"
        raise PayloadError(message) from error
    await connection.execute("analyze")
    return ran


async def _insist_on_empty(connection: Session) -> None:
    held = []
    for row in await connection.fetch(_QUERIES["tables"]):
        name, most = row["name"], _FIRST.get(row["name"], 0)
        query = f'select count(*) from (select from "{name}" limit $1) as rows'  # noqa: S608  # from the catalogue
        if await connection.fetchval(query, most + 1) > most:
            held.append(name)
    if held:
        message = (
            f"the database holds something already ({', '.join(held)}); --replace deletes all of it first"
        )
        raise ConfigError(message)


async def _drop_everything(connection: Session) -> None:
    found = await connection.fetch(_QUERIES["everything"])
    for kind in ("table", "sequence"):
        names = ", ".join(f'"{row["name"]}"' for row in found if row["is_sequence"] == (kind == "sequence"))
        if names:
            await connection.execute(f"drop {kind} if exists {names} cascade")


async def _migrate(connection: Session, versions: Collection[int]) -> list[str]:
    await prepare(connection)
    return [await run(connection, version) for version in versions]


async def _fill(connection: Session, reader: Reader) -> None:
    """Copy the tables in, those that others refer to first, and set the sequences."""
    tables = {table.name: table for table in reader.manifest.tables}
    needs: dict[str, set[str]] = {name: set() for name in tables}
    for row in await connection.fetch(_QUERIES["references"]):
        needs[row["name"]].add(row["needs"])
    for name in TopologicalSorter(needs).static_order():
        table = tables[name]
        with reader.open(table.member) as source:
            done = await connection.copy_to_table(name, source=source, columns=table.columns)
        if int(done.rpartition(" ")[2]) != table.rows:
            message = f"the backup is damaged: {name} has {done.rpartition(' ')[2]} rows and not {table.rows}"
            raise PayloadError(message)
    for name, value in reader.manifest.sequences.items():
        await connection.execute(_QUERIES["set_sequence"], name, value)
