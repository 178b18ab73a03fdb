"""A row in every table of any schema, made from what the database says of its columns."""

from __future__ import annotations

import re
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, Any, TypeAlias

from scrobbled.store import sql

if TYPE_CHECKING:
    from scrobbled.store.backup import Session

#: SQL for a value of each type; every number is 1, so that every reference finds its row.
_VALUES = {
    "bigint": "1",
    "integer": "1",
    "smallint": "1",
    "real": "50.25",
    "double precision": "50.25",
    "numeric": "50.25",
    "text": "'é 映画 \\t''x'",
    "boolean": "true",
    "bytea": "decode(repeat('00ff', 16), 'hex')",
    "uuid": "'0190a1b2-0000-7000-8000-00000000abcd'",
    "jsonb": """'{"imdb": "tt1", "list": [1, null]}'""",
    "date": "'2026-02-28'",
    "timestamp with time zone": "'2026-02-28 23:59:59.123456+00'",
    "bigint[]": "'{1,2}'",
    "integer[]": "'{1,2}'",
    "text[]": "'{read,write}'",
    "uuid[]": "'{0190a1b2-0000-7000-8000-00000000abcd}'",
}

_COLUMNS = """
select c.relname as name, a.attname as column, format_type(a.atttypid, a.atttypmod) as type,
    coalesce((select string_agg(pg_get_constraintdef(k.oid), ' ') from pg_constraint k
        where k.conrelid = c.oid and k.contype = 'c' and k.conkey = array[a.attnum]), '') as checks
from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    and a.attgenerated = '' and a.attidentity <> 'a' and a.atttypid <> 'xid8'::regtype
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
    and c.relname <> 'schema_migrations'
order by 1, a.attnum
"""


_SEQUENCES = "select sequencename as name from pg_sequences where schemaname = 'public'"

#: Rows as JSON, by table.
Content: TypeAlias = dict[str, list[dict[str, Any]]]


async def fill(connection: Session) -> None:
    """One row in every table, those that others refer to first; sequences go on behind it."""
    tables: dict[str, dict[str, str]] = {}
    for row in await connection.fetch(_COLUMNS):
        tables.setdefault(row["name"], {})[row["column"]] = _value(row["type"], row["checks"])
    needs: dict[str, set[str]] = {name: set() for name in tables}
    for row in await connection.fetch(sql.load("backup")["references"]):
        needs[row["name"]].add(row["needs"])
    for name in TopologicalSorter(needs).static_order():
        columns, values = ", ".join(f'"{each}"' for each in tables[name]), ", ".join(tables[name].values())
        await connection.execute(f'insert into "{name}" ({columns}) values ({values})')
    for row in await connection.fetch(_SEQUENCES):
        await connection.execute(f"select setval('{row['name']}', greatest(nextval('{row['name']}'), 77))")


def _value(kind: str, checks: str) -> str:
    """A value of that type that passes the column's own checks."""
    if words := re.findall(r"'(\w+)'::text", checks):
        return f"'{words[0]}'"
    if bounds := re.findall(r">= \(?'?(-?[0-9.]+)", checks):
        return bounds[0] if float(bounds[0]) > 1 else "1"
    return _VALUES[kind]


async def content(connection: Session) -> Content:
    """Every row of every table as JSON, by table; what belongs to the database alone is left out."""
    found = {}
    for row in await connection.fetch(sql.load("backup")["tables"]):
        columns = ", ".join(f'"{column}"' for column in row["columns"])
        query = f'select to_jsonb(each) as row from (select {columns} from "{row["name"]}") as each'
        found[row["name"]] = sorted((each["row"] for each in await connection.fetch(query)), key=str)
    return found


async def sequences(connection: Session) -> dict[str, int]:
    """Where each sequence stands."""
    return {row["name"]: row["last_value"] for row in await connection.fetch(sql.load("backup")["sequences"])}
