"""
A copy of the whole database at one instant, while everything goes on.

All tables are copied in one transaction that sees one snapshot. Tables and columns are
looked up in the database, so a new one is in the next backup without a word here.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from scrobbled import __version__
from scrobbled.store import sql
from scrobbled.store.archive import FORMAT, Manifest, Member, Table

if TYPE_CHECKING:
    import asyncpg

    from scrobbled.store.archive import Writer

    Session = asyncpg.Connection[asyncpg.Record]

_QUERIES = sql.load("backup")


async def inbox(connection: Session) -> AsyncIterator[tuple[bytes, bytes]]:
    """
    Events (with the webhook each came in, b"" for none) that were accepted while the stream was
    away. Read before the stream, and the stream before the database: an event moves that way.
    """
    if not await connection.fetchval("select to_regclass('inbox') is not null"):
        return
    async with connection.transaction(readonly=True):
        async for row in connection.cursor(_QUERIES["inbox"], prefetch=1000):
            yield row["event"], row["webhook"]


async def copy(connection: Session, writer: Writer, waiting: Member, waiting_count: int) -> Manifest:
    """Copy every table into *writer*, after what was *waiting*; what the file holds then."""
    taken_at = await connection.fetchval("select now()")
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        schema = await connection.fetchval(_QUERIES["schema"])
        tables = [
            await _copy_table(connection, writer, row["name"], row["columns"])
            for row in await connection.fetch(_QUERIES["tables"])
        ]
        # Sequences know no snapshot: read last, they are beyond all that was copied.
        sequences = {row["name"]: row["last_value"] for row in await connection.fetch(_QUERIES["sequences"])}
    manifest = Manifest(
        format=FORMAT,
        version=__version__,
        schema=schema,
        taken_at=taken_at,
        tables=tables,
        sequences=sequences,
        waiting=waiting,
        waiting_count=waiting_count,
    )
    writer.finish(manifest)
    return manifest


async def _copy_table(connection: Session, writer: Writer, name: str, columns: list[str]) -> Table:
    listed = ", ".join(f'"{column}"' for column in columns)
    with writer.member(f"tables/{name}") as (member, file):

        async def write(data: bytes) -> None:
            file.write(data)

        # Names from PostgreSQL's own catalogue; COPY takes no parameters.
        done = await connection.copy_from_query(f'select {listed} from "{name}"', output=write)  # noqa: S608
    return Table(name=name, columns=columns, rows=int(done.rpartition(" ")[2]), member=member)
