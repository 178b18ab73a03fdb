"""Trakt's reads and writes for somebody with a long history, among few others and among many."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import count

import asyncpg
import msgspec
import orjson

from benchmarks import load
from benchmarks.stack import Stack

_SHOWS, _EPISODES, _FILMS = 1_000, 22, 4_000
_FIRST = 2_000_000_000

_CATALOGUE = """
insert into titles (id, kind, name, slug, year, runtime, episode_count, ids)
select $1::bigint + n, 'show', 'Show ' || n, 'bench-show-' || n, 2000 + n % 25, 45, $3,
    jsonb_build_object('trakt', (100000 + n)::text, 'tvdb', (200000 + n)::text, 'imdb', 'tt' || (3000000 + n))
from generate_series(0, $2::bigint - 1) as n
"""
_SEASONS = """
insert into seasons (show_id, number)
select $1::bigint + n, season from generate_series(0, $2::bigint - 1) as n, generate_series(1, 2) as season
"""
_PARTS = """
insert into episodes (id, show_id, season, number, name, runtime, first_aired, ids)
select $1::bigint + 100000 + n * $3 + part, $1::bigint + n, 1 + part / ($3 / 2), 1 + part % ($3 / 2), 'Part ' || part, 45,
    timestamptz '2015-01-01' + part * interval '7 days',
    jsonb_build_object('trakt', (1000000 + n * $3 + part)::text, 'tvdb', (2000000 + n * $3 + part)::text)
from generate_series(0, $2::bigint - 1) as n, generate_series(0, $3::bigint - 1) as part
order by n, part
"""
_MOVIES = """
insert into titles (id, kind, name, slug, year, runtime, ids)
select $1::bigint + 1000000 + n, 'movie', 'Film ' || n, 'bench-movie-' || n, 1990 + n % 35, 110,
    jsonb_build_object('trakt', (500000 + n)::text, 'tmdb', (600000 + n)::text, 'imdb', 'tt' || (7000000 + n))
from generate_series(0, $2::bigint - 1) as n
"""
_IDS = """
insert into external_ids (kind, source, value, entity_id)
select kind, each.source, each.value, id from titles, jsonb_each_text(ids) as each (source, value) where id >= $1
union all
select 'episode', each.source, each.value, id from episodes, jsonb_each_text(ids) as each (source, value) where id >= $1
on conflict do nothing
"""

#: 9,000 episodes of 410 shows, a third of them seen twice, and 8,000 times one of 3,000 films; in no order.
_PLAYS = """
insert into plays (user_id, id, item_id, title_id, kind, watched_at, cause, source, event_id)
select $1::bigint, n,
    case when k < 12000 then $3::bigint + 100000 + k % 9000 else $3::bigint + 1000000 + k % 3000 end,
    case when k < 12000 then $3::bigint + (k % 9000) / 22 else $3::bigint + 1000000 + k % 3000 end,
    case when k < 12000 then 'episode' else 'movie' end,
    timestamptz '2026-11-01' - n * interval '2 hours', 'scrobble', 'bench', gen_random_uuid()
from (select n, (n * 7919) % 20000 as k from generate_series(1, $2::bigint) as n) as play
"""
#: Whatever writes plays notes that it did.
_MOVED = """
insert into activities (user_id, what)
select $1, word from unnest(array['movies.watched_at', 'episodes.watched_at']) as word
on conflict (user_id, what) do update set at = activities.at + interval '1 second'
"""
_RATINGS = """
insert into ratings (user_id, item_id, title_id, kind, rating, rated_at, source)
select $1, $2::bigint + 1000000 + n, $2::bigint + 1000000 + n, 'movie', 1 + n % 10, now(), 'bench'
from generate_series(0, 2999) as n on conflict do nothing
"""
_COLLECTION = """
insert into collection (user_id, item_id, title_id, kind, collected_at)
select $1, $2::bigint + 100000 + n, $2::bigint + n / 22, 'episode', now() from generate_series(0, 4999) as n
"""


class _Case(msgspec.Struct):
    """An operation, how many milliseconds it may take (0: nobody said), and its requests."""

    name: str
    bar: float
    requests: Callable[[int], bytes]


def measure(stack: Stack, *, plays: int, others: int, seconds: float) -> list[str]:
    """
    Rows of a table: each operation for a user with *plays* plays, with *others* plays of other users
    beside them and with ten times as many.
    """
    users = stack.users(12)
    reader, writer = users[0], users[1]
    cases = _cases(reader[1], writer[1])
    asyncio.run(_fill_catalogue(stack))
    asyncio.run(_fill(stack, [reader[0], writer[0]], plays))
    columns = []
    for size in (others, others * 9):
        asyncio.run(_fill(stack, [user for user, _ in users[2:]], size // 10, keep=True))
        columns.append([_time(stack, case, seconds) for case in cases])
    rows = [
        f"| operation | bar ms | others {others:,}: p50 | p99 ms | CPU ms | others {others * 10:,}: p50 | p99 ms | CPU ms |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for case, few, many in zip(cases, *columns, strict=True):
        rows.append(f"| {case.name} | {case.bar or '-'} | {few} | {many} |")
    return rows


def _time(stack: Stack, case: _Case, seconds: float) -> str:
    load.run(stack.port, case.requests, connections=1, seconds=min(seconds / 4, 1.0))
    before = stack.cpu_seconds("front")
    found = load.run(stack.port, case.requests, connections=1, seconds=seconds, offset=1_000_000)
    processor = (stack.cpu_seconds("front") - before) * 1000 / max(len(found.latencies), 1)
    bad = {status for status in found.statuses if status >= 300}
    mark = f" (statuses {sorted(bad)})" if bad else ""
    return f"{found.percentile(50):.1f} | {found.percentile(99):.1f}{mark} | {processor:.1f}"


def _cases(reader: str, writer: str) -> list[_Case]:
    def get(path: str) -> Callable[[int], bytes]:
        made = load.request("GET", f"/trakt{path}", headers=_headers(reader))
        return lambda _: made

    reads = [
        ("GET /sync/history?limit=100", 10.0, "/sync/history?limit=100"),
        ("… page 100", 0.0, "/sync/history?limit=100&page=100"),
        ("… of one show", 0.0, "/sync/history/shows/100005?limit=100"),
        ("GET /sync/watched/shows", 60.0, "/sync/watched/shows"),
        ("GET /sync/watched/movies", 0.0, "/sync/watched/movies"),
        ("GET /sync/last_activities", 3.0, "/sync/last_activities"),
        ("GET /sync/ratings", 0.0, "/sync/ratings"),
        ("GET /sync/collection/shows", 0.0, "/sync/collection/shows"),
        ("GET /sync/progress/up_next", 0.0, "/sync/progress/up_next"),
        ("GET /shows/{id}/progress/watched", 0.0, "/shows/100005/progress/watched"),
    ]
    cases = [_Case(name, bar, get(path)) for name, bar, path in reads]
    numbers = count()
    add = [_write("/sync/history", writer, _items(number)) for number in range(8)]
    remove = [_write("/sync/history/remove", writer, _items(number)) for number in range(8)]
    # Each is added, then removed, so that the history stays as long as it is.
    both = [request for pair in zip(add, remove, strict=True) for request in pair]
    shows = _write("/sync/history", writer, {"shows": [{"ids": {"trakt": 100900 + n}} for n in range(45)]})
    cases += [
        _Case("POST /sync/history, 1,000 items", 300.0, lambda _: add[next(numbers) % 8]),
        _Case("POST history + remove in turn, 1,000 items", 0.0, lambda _: both[next(numbers) % 16]),
        _Case("POST /sync/history, 45 whole shows (990 episodes)", 300.0, lambda _: shows),
        _Case("POST /sync/ratings, 1,000 items", 0.0, lambda _: _write("/sync/ratings", writer, _rated())),
    ]
    return cases


def _items(number: int) -> dict[str, object]:
    """500 films by IMDb's id and 500 episodes, half of them by place."""
    date = "2026-10-01T20:15:00.000Z"
    films = [
        {"ids": {"imdb": f"tt{7000000 + (number * 500 + n) % _FILMS}"}, "watched_at": date}
        for n in range(500)
    ]
    parts = [{"ids": {"trakt": 1_010_000 + number * 250 + n}, "watched_at": date} for n in range(250)]
    shows = [
        {
            "ids": {"tvdb": 200_800 + number * 13 + show},
            "seasons": [
                {"number": season, "episodes": [{"number": n + 1, "watched_at": date} for n in range(10)]}
                for season in (1, 2)
            ],
        }
        for show in range(13)
    ]
    return {"movies": films, "episodes": parts, "shows": shows}


def _rated() -> dict[str, object]:
    return {"movies": [{"ids": {"trakt": 500_000 + n}, "rating": 1 + n % 10} for n in range(1000)]}


def _write(path: str, token: str, body: object) -> bytes:
    return load.request("POST", f"/trakt{path}", orjson.dumps(body), _headers(token))


def _headers(token: str) -> list[tuple[str, str]]:
    return [("Authorization", f"Bearer {token}"), ("Content-Type", "application/json")]


async def _fill_catalogue(stack: Stack) -> None:
    connection = await asyncpg.connect(stack.places.database_url)
    try:
        await connection.execute(_CATALOGUE, _FIRST, _SHOWS, _EPISODES)
        await connection.execute(_SEASONS, _FIRST, _SHOWS)
        await connection.execute(_PARTS, _FIRST, _SHOWS, _EPISODES)
        await connection.execute(_MOVIES, _FIRST, _FILMS)
        await connection.execute(_IDS, _FIRST)
    finally:
        await connection.close()


async def _fill(stack: Stack, users: list[int], plays: int, *, keep: bool = False) -> None:
    """*plays* for each of *users*, in place of what they have; with *keep* beside it."""
    connection = await asyncpg.connect(stack.places.database_url)
    try:
        for user in users:
            done = (
                await connection.fetchval("select count(*) from plays where user_id = $1", user)
                if keep
                else 0
            )
            await connection.execute(
                _PLAYS.replace("select $1::bigint, n,", f"select $1::bigint, n + {done},"),
                user,
                plays,
                _FIRST,
            )
            await connection.execute(_MOVED, user)
            if not done:
                await connection.execute(_RATINGS, user, _FIRST)
                await connection.execute(_COLLECTION, user, _FIRST)
        await connection.execute("vacuum analyze")
        await connection.execute("checkpoint")  # what was written just now is not what is measured
    finally:
        await connection.close()
