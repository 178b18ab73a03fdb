"""How PostgreSQL reads what one user did, and what shows hold: by index, whatever all the others have."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from scrobbled.store import activities, lengths, pages, places, progress, ratings, users, watched
from scrobbled.store import collection as collected

if TYPE_CHECKING:
    from scrobbled.store.pool import Connection, Pool

#: Pages of 8 KiB that three shows take in a heap and an index; all that is stored takes many more.
OF_SHOWS = 150

#: Beyond all other tests' ids.
FIRST = 70_000_000_000
SHOWS, EPISODES = 2_000, 10

SPAN = "'9999-12-31', -1, '0001-01-01'"
THREE = f"'{{{FIRST + 5},{FIRST + 700},{FIRST + 1500}}}'"

#: How a statement is planned: for anybody, for who asks, and as PostgreSQL itself chooses after some times.
PLANNED = ("force_generic_plan", "force_custom_plan", "auto")

_OTHERS = """
insert into {table} (user_id, {own}item_id, title_id, kind, {columns})
select case when n > 1000 then 70000000 + n / 5 else $1::bigint end, {number}$2::bigint + 100000 + n % 5000,
    $2 + n % 250, 'episode', {values}
from generate_series(1, 40000) as n order by random()
on conflict do nothing
"""


@pytest.fixture(scope="module")
async def avid(pool: Pool) -> AsyncIterator[int]:
    """Somebody with 1,000 plays and a catalogue of 20,000 episodes, among 8,000 others who have five."""
    user_id = await users.add_user(pool, "avid reader")
    await pool.execute(
        "insert into titles (id, kind, name, slug)"
        " select $1::bigint + n, 'show', 'Plan ' || n, 'plan-' || n"
        " from generate_series(0, $2::bigint - 1) as n",
        FIRST,
        SHOWS,
    )
    await pool.execute(
        "insert into episodes (id, show_id, season, number)"
        " select $1::bigint + 100000 + n, $1::bigint + n % $2, 1, 1 + n / $2"
        " from generate_series(0, $2::bigint * $3 - 1) as n",
        FIRST,
        SHOWS,
        EPISODES,
    )
    for table, columns, values in (
        (
            "plays",
            "watched_at, cause, source, event_id",
            "now() - n * interval '1 hour', 'watch', 't', gen_random_uuid()",
        ),
        ("collection", "collected_at", "now()"),
        ("ratings", "rating, rated_at, source", "5, now() - n * interval '1 hour', 't'"),
    ):
        own, number = ("id, ", "n, ") if table == "plays" else ("", "")
        await pool.execute(
            _OTHERS.format(table=table, columns=columns, values=values, own=own, number=number),
            user_id,
            FIRST,
        )
        await pool.execute(f"vacuum analyze {table}")
    await pool.execute("vacuum analyze titles, episodes")
    yield user_id
    for table in ("plays", "collection", "ratings"):
        await pool.execute(f"delete from {table} where user_id = $1 or user_id >= 70000000", user_id)
    await pool.execute("delete from titles where id >= $1", FIRST)
    await pool.execute("vacuum analyze titles, episodes")


@pytest.mark.parametrize(
    ("query", "arguments"),
    [
        (lengths._QUERIES["length"], "null"),
        (lengths._QUERIES["length"], "'episode'"),
        (watched._QUERIES["watched_items"], "'episode'"),
        (watched._QUERIES["watched_shows"], ""),
        (watched._QUERIES["dates_of_items"], "'episode'"),
        (progress._QUERIES["begun"], ""),
        (progress._QUERIES["watched"], f"{THREE}, false"),
        (progress._QUERIES["parts"], f"{THREE}, now()"),
        (collected._QUERIES["collected_items"], "'{episode}'"),
        (collected._QUERIES["collected_shows"], ""),
        (ratings._QUERIES["ratings"], "'{episode}', null, 100, 0"),
        (ratings._QUERIES["count_ratings"], "'{episode}', null"),
        (activities._QUERIES["activities"], ""),
        *((pages._PAGES["history"], f"{SPAN}, {kind}, 100, 0") for kind in ("null", "'episode'")),
        (pages._PAGES["history_of_titles"], f"{SPAN}, null, 100, 0, {THREE}"),
        (pages._PAGES["history_of_items"], f"{SPAN}, null, 100, 0, '{{{FIRST + 100005}}}'"),
    ],
)
@pytest.mark.parametrize("planned", PLANNED)
async def test_of_one_user(pool: Pool, avid: int, query: str, arguments: str, planned: str) -> None:
    """What one user did is found by the user, however it is planned."""
    async with pool.acquire() as connection:
        plan = await _plan(connection, query, f"{avid}, {arguments}".rstrip(", "), planned)

    _found_by_index(plan)


@pytest.mark.parametrize(
    ("query", "arguments"),
    [(places._QUERIES["places"], f"{THREE}, true, now()"), (watched._QUERIES["season_places"], THREE)],
)
@pytest.mark.parametrize("planned", PLANNED)
async def test_of_some_shows(pool: Pool, avid: int, query: str, arguments: str, planned: str) -> None:
    """The episodes of a few shows are read show by show, however many there are."""
    assert avid
    async with pool.acquire() as connection:
        plan = await _plan(connection, query, arguments, planned)

    assert OF_SHOWS >= plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
    _found_by_index(plan)


async def _plan(connection: Connection, query: str, arguments: str, planned: str) -> dict[str, Any]:
    """How *query* was read, of the times it was asked the last."""
    async with connection.transaction():
        await connection.execute(f"set local plan_cache_mode = {planned}")
        await connection.execute(f"prepare asked as {query}")
        explained = f"explain (analyze, buffers, format json) execute asked ({arguments})"
        # From the sixth on PostgreSQL may choose a plan for anybody.
        found = [await connection.fetchval(explained) for _ in range(8)]
        await connection.execute("deallocate asked")
    plan: dict[str, Any] = orjson.loads(found[-1])[0]["Plan"]
    return plan


def _found_by_index(plan: dict[str, Any]) -> None:
    """No large table was read from its beginning to its end."""
    large = ("plays", "collection", "ratings", "episodes")
    scans = [node for node in _nodes(plan) if node.get("Relation Name", "").startswith(large)]

    assert not [node["Relation Name"] for node in scans if node["Node Type"] == "Seq Scan"]


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)
