"""How PostgreSQL finds a page: from one range of one index, however long the history is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from scrobbled.store import reads, users

if TYPE_CHECKING:
    from scrobbled.store.pool import Pool

#: Pages of 8 KiB that 50 plays and the way to them in an index may take.
FEW = 30
#: Whether many pages of plays are not known to be visible to everybody: new ones that hold nothing never are.
_UNSEEN = (
    "select sum(relpages - relallvisible) * 20 > sum(relpages)"
    " from pg_class join pg_inherits on inhrelid = pg_class.oid where inhparent = 'plays'::regclass"
)
SPAN = "'9999-12-31', -1, '0001-01-01'"


@pytest.fixture(scope="module")
async def avid(pool: Pool) -> AsyncIterator[int]:
    """Somebody with 20,000 plays, among many who have five."""
    user_id = await users.add_user(pool, "avid")
    await pool.execute(
        "insert into plays (user_id, id, item_id, title_id, kind, watched_at, cause, source, event_id)"
        " select case when n > 20000 then 1000000 + n / 5 else $1 end, n, n % 5000, n % 500, 'episode',"
        " '2010-01-01'::timestamptz + n * interval '1 hour', 'scrobble', 'test', gen_random_uuid()"
        " from generate_series(1, 30000) as n order by random()",
        user_id,
    )
    await pool.execute("vacuum analyze plays")
    async with asyncio.timeout(60):
        # Somebody else's look at the database keeps pages from being marked as seen by all.
        while await pool.fetchval(_UNSEEN):
            await pool.execute("vacuum analyze plays")
    yield user_id
    await pool.execute("delete from plays where user_id = $1 or user_id >= 1000000", user_id)


@pytest.mark.parametrize(
    "case",
    [
        ("history", f"{SPAN}, null, 50, 0", "user_id_watched_at_id"),
        ("history", "'2011-01-01', 5, '0001-01-01', null, 50, 0", "user_id_watched_at_id"),
        ("history", f"{SPAN}, 'episode', 50, 0", "user_id_watched_at_id"),
        ("history_of_titles", f"{SPAN}, null, 50, 0, '{{7}}'", "user_id_title_id_watched_at"),
        ("history_of_items", f"{SPAN}, null, 50, 0, '{{7}}'", "user_id_item_id_watched_at"),
        ("count_history_of_titles", "'9999-12-31', '0001-01-01', null, '{7}'", "user_id_title_id_watched_at"),
        ("count_history_of_items", "'9999-12-31', '0001-01-01', null, '{7}'", "user_id_item_id_watched_at"),
    ],
)
@pytest.mark.parametrize("planned", ["force_generic_plan", "force_custom_plan"])
async def test_one_range(pool: Pool, avid: int, case: tuple[str, str, str], planned: str) -> None:
    """A page is read from its index alone, whether it was planned for this user or for anybody."""
    query, arguments, index = case
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(f"set local plan_cache_mode = {planned}")
        await connection.execute(f"prepare page as {reads._QUERIES[query]}")
        found = await connection.fetchval(
            f"explain (analyze, buffers, format json) execute page ({avid}, {arguments})"
        )
        await connection.execute("deallocate page")
    (plan,) = [each["Plan"] for each in orjson.loads(found)]
    scans = [node for node in _nodes(plan) if node.get("Relation Name", "").startswith("plays")]

    assert scans
    assert all(index in node.get("Index Name", "no index") for node in scans)
    assert FEW + 50 >= plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
    if query == "history":
        assert {"Index Only Scan"} == {node["Node Type"] for node in scans}
        assert FEW >= plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)
