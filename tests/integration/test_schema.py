"""schema.sql and the migrations tell the same story."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest

from scrobbled.errors import SchemaOutdated
from scrobbled.store.migrate import available, migrate, require_current
from scrobbled.store.pool import connect

if TYPE_CHECKING:
    from tests.conftest import Servers

SCHEMA = Path(__file__).parents[2] / "schema.sql"

#: Everything that makes a schema, in an order of its own.
_SHAPE = """
select 'column' as what, table_name || '.' || column_name as name,
    concat_ws(' ', data_type, udt_name, is_nullable, column_default, is_identity) as detail
from information_schema.columns where table_schema = 'public' and table_name <> 'schema_migrations'
union all
select 'index', indexname, indexdef from pg_indexes
where schemaname = 'public' and tablename <> 'schema_migrations'
union all
select 'constraint', conrelid::regclass || ' ' || conname, pg_get_constraintdef(oid) from pg_constraint
where connamespace = 'public'::regnamespace and conrelid::regclass::text <> 'schema_migrations'
union all
select 'table', relname, concat_ws(' ', relkind::text, reloptions::text, pg_get_expr(relpartbound, oid))
from pg_class where relnamespace = 'public'::regnamespace and relname not like 'schema_migrations%'
union all
select 'function', proname, pg_get_functiondef(oid) from pg_proc
where pronamespace = 'public'::regnamespace and prokind = 'f'
order by 1, 2, 3
"""


async def fresh(servers: Servers, name: str) -> str:
    """The URL of a new empty database."""
    connection = await asyncpg.connect(servers.database_url)
    try:
        await connection.execute(f"drop database if exists {name} with (force)")
        await connection.execute(f"create database {name}")
    finally:
        await connection.close()
    return re.sub(r"@/scrobbled\?", f"@/{name}?", servers.database_url)


async def _shape(url: str) -> list[Any]:
    connection = await connect(url)
    try:
        return [tuple(row) for row in await connection.fetch(_SHAPE)]
    finally:
        await connection.close()


async def test_schema_file_and_migrations_agree(servers: Servers) -> None:
    """Reading schema.sql is reading the truth."""
    from_file, from_migrations = await fresh(servers, "from_file"), await fresh(servers, "from_migrations")
    connection = await connect(from_file)
    await connection.execute(SCHEMA.read_text())
    await connection.close()
    await migrate(from_migrations)

    assert await _shape(from_file) == await _shape(from_migrations)


async def test_migrating_twice_changes_nothing(servers: Servers) -> None:
    """The second run finds nothing to do."""
    url = await fresh(servers, "twice")
    first, second = await migrate(url), await migrate(url)

    assert (len(available()), 0) == (len(first), len(second))


async def test_an_old_schema_is_refused(servers: Servers) -> None:
    """A start on a database that was not migrated ends with the remedy."""
    connection = await connect(await fresh(servers, "empty"))
    try:
        with pytest.raises(SchemaOutdated, match="scrobbled migrate"):
            await require_current(connection)
    finally:
        await connection.close()


async def test_user_id_leads_the_key_of_every_user_table(servers: Servers) -> None:
    """One user's rows lie together, and a distributed database can take the tables."""
    url = await fresh(servers, "keys")
    await migrate(url)
    connection = await connect(url)
    rows = await connection.fetch(
        "select conrelid::regclass::text as name, (select attname from pg_attribute"
        " where attrelid = conrelid and attnum = conkey[1]) as leads from pg_constraint"
        " where contype = 'p' and connamespace = 'public'::regnamespace and conparentid = 0"
    )
    await connection.close()
    shared = {
        "users", "titles", "title_names", "parts", "seasons", "episodes", "external_ids", "catalog_imports",
        "aliases", "schema_migrations", "apps", "devices", "failed_sign_ins", "totals", "item_totals",
    }  # fmt: skip
    leads = {row["name"]: row["leads"] for row in rows if row["name"] not in shared}

    assert {"user_id"} == set(leads.values()), leads


def test_migrations_are_numbered_without_gaps() -> None:
    """0001, 0002, …: the order is in the names."""
    assert list(range(1, len(available()) + 1)) == list(available())


async def test_names_survive_their_move(servers: Servers) -> None:
    """Names from before stay but for the main one; titles from a player are still nobody's."""
    url = await fresh(servers, "names")
    connection = await connect(url)
    try:
        await connection.execute(available()[1][1])
        await connection.execute(
            "create table schema_migrations (version integer primary key, name text, applied_at timestamptz);"
            "insert into schema_migrations values (1, 'initial');"
            "insert into titles (id, kind, name, slug, provisional) values"
            " (1, 'movie', 'Dune', 'dune', false), (2, 'movie', 'Alien', 'alien', true);"
            "insert into title_names (normalized, title_id) values"
            " ('dune', 1), ('der wüstenplanet', 1), ('alien', 2)"
        )
        await migrate(url)
        names = await connection.fetch("select title_id, name from title_names")
        sources = await connection.fetch("select id, source from titles order by id")
    finally:
        await connection.close()

    assert [(1, "der wüstenplanet")] == [tuple(row) for row in names]
    assert [(1, "jsonl"), (2, None)] == [tuple(row) for row in sources]
