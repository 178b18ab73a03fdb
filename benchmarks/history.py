"""The first page of a long history, and its plan."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime

import asyncpg

from benchmarks import load
from benchmarks.stack import Stack
from scrobbled.store.pool import connect
from scrobbled.store.reads import END, history

_FILL = """
insert into plays (user_id, id, item_id, title_id, kind, watched_at, cause, source, event_id)
select $1, $3::bigint + n, 1000000000 + n % 2000, 1000000000 + n % 2000, 'movie',
    timestamptz '2026-11-01' - n * interval '7 minutes', 'scrobble', 'bench', gen_random_uuid()
from generate_series(1, $2::bigint) as n
"""

_TITLES = """
insert into titles (id, kind, name, slug, ids)
select 1000000000 + n, 'movie', 'Film ' || n, 'bench-film-' || n, '{"imdb": "tt1"}'
from generate_series(0, 1999) as n on conflict do nothing
"""


def measure(stack: Stack, *, plays: int, seconds: float) -> list[str]:
    """Rows of a table: the first page for users with 100, 10 % and none of *plays*' length around them."""
    users = stack.users(12)
    longest = plays // 10
    asyncio.run(_fill(stack, users, plays, longest))
    rows = [
        "| plays of the user | in the table | p50 ms in the server | p99 ms in the server | p99 ms over HTTP | plan |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for (user, token), count in ((users[0], longest), (users[11], 100)):
        inside, plan = asyncio.run(_inside(stack, user))
        get = load.request("GET", "/v1/history", b"", [("Authorization", f"Bearer {token}")])
        outside = load.run(stack.port, lambda _, get=get: get, connections=1, seconds=seconds)  # type: ignore[misc]  # a default
        rows.append(
            f"| {count:,} | {plays:,} | {inside[len(inside) // 2]:.2f} | {inside[int(len(inside) * 0.99)]:.2f} |"
            f" {outside.percentile(99):.2f} | {plan} |"
        )
    return rows


async def _fill(stack: Stack, users: list[tuple[int, str]], plays: int, longest: int) -> None:
    connection = await asyncpg.connect(stack.places.database_url)
    try:
        await connection.execute(_TITLES)
        others = (plays - longest) // 10
        for number, (user, _) in enumerate(users):
            count = longest if number == 0 else 100 if number == 11 else others
            await connection.execute(_FILL, user, count, number * 10_000_000)
        await connection.execute("vacuum analyze")
    finally:
        await connection.close()


async def _inside(stack: Stack, user: int) -> tuple[list[float], str]:
    """Milliseconds of the query and its rows as objects, ascending; and the nodes of its plan."""
    connection = await connect(stack.places.database_url)
    try:
        times = []
        for _ in range(500):
            started = time.perf_counter()
            found = await history(connection, user, after=(END, -1), limit=51)
            times.append((time.perf_counter() - started) * 1000)
            assert len(found) == 51  # otherwise nothing was measured
        return sorted(times), await _plan(connection, user)
    finally:
        await connection.close()


async def _plan(connection: asyncpg.Connection[asyncpg.Record], user: int) -> str:
    query = (
        "explain (analyze, buffers) select id, item_id, kind, watched_at, cause, source, event_id from plays"
        " where user_id = $1 and (watched_at, id) < ($2, -1) order by watched_at desc, id desc limit 51"
    )
    lines = [row[0] for row in await connection.fetch(query, user, datetime(9999, 1, 1, tzinfo=UTC))]
    scan = next(line.strip().split("  (")[0].removeprefix("->").strip() for line in lines if "Scan" in line)
    pages = next(line.strip() for line in lines if "Buffers" in line)
    return f"{scan}; {pages}"
