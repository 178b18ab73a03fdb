"""Numbered, forward-only migrations; a start on an old schema is refused."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from scrobbled.errors import SchemaOutdated
from scrobbled.store.pool import connect

if TYPE_CHECKING:
    from scrobbled.store.pool import Connection, Database

#: Any number no other program on the same server is likely to lock.
_LOCK = 7_274_661


def available() -> dict[int, tuple[str, str]]:
    """All migrations as ``{version: (name, sql)}``, oldest first."""
    found = {}
    for entry in Path(__file__).with_name("migrations").iterdir():
        if entry.name.endswith(".sql"):
            version, _, name = entry.name.removesuffix(".sql").partition("_")
            found[int(version)] = (name, entry.read_text("utf-8"))
    return dict(sorted(found.items()))


async def migrate(database_url: str) -> list[str]:
    """
    Bring the database to this version's schema; return the names of what ran.

    Each migration is one transaction together with its entry in
    *schema_migrations*; two processes that start at once wait for each other.
    """
    connection = await connect(database_url)
    try:
        await connection.execute("select pg_advisory_lock($1)", _LOCK)
        await prepare(connection)
        done = {row["version"] for row in await connection.fetch("select version from schema_migrations")}
        ran = []
        for version in sorted(available().keys() - done):
            async with connection.transaction():
                ran.append(await run(connection, version))
        return ran
    finally:
        await connection.close()


async def run(connection: Connection, version: int) -> str:
    """Run one migration in the caller's transaction, and remember that; returns its name."""
    name, statements = available()[version]
    await connection.execute(statements)
    await connection.execute("insert into schema_migrations (version, name) values ($1, $2)", version, name)
    return f"{version:04}_{name}"


async def prepare(connection: Connection) -> None:
    """Make the table that remembers which migrations have run."""
    await connection.execute(
        "create table if not exists schema_migrations ("
        " version integer primary key, name text not null,"
        " applied_at timestamptz not null default now())"
    )


async def lock(connection: Connection) -> None:
    """Keep everybody else from migrating until the transaction ends."""
    await connection.execute("select pg_advisory_xact_lock($1)", _LOCK)


async def require_current(database: Database) -> None:
    """Raise *SchemaOutdated* unless every migration of this version has run."""
    exists = await database.fetchval("select to_regclass('schema_migrations') is not null")
    newest = await database.fetchval("select max(version) from schema_migrations") if exists else None
    wanted = max(available())
    if (newest or 0) < wanted:
        message = (
            f"the database is at schema {newest or 0}, this version needs {wanted}: run `scrobbled migrate`"
        )
        raise SchemaOutdated(message)
