"""Looking things up: counting what all users did, charts and calendars from the counts, search by words."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncpg

from benchmarks import load
from benchmarks.growth import Sample
from benchmarks.stack import Stack
from scrobbled.catalog.names import write
from scrobbled.match.index import NameIndex
from scrobbled.match.search import search
from scrobbled.model.filters import Filters
from scrobbled.model.media import TitleKind
from scrobbled.store import calendars, charts, items, reads, shows, totals
from scrobbled.store.pool import open_pool

if TYPE_CHECKING:
    from scrobbled.store.pool import Pool

#: Users, films and shows (of ten episodes each) that the plays are spread over.
_USERS = 1_000
_FILMS, _SHOWS = 80_000, 20_000

_CATALOGUE = """
insert into titles (id, kind, name, slug, year, genres, popularity, ids, details)
select 1000000000 + n, case when n < $1 then 'movie' else 'show' end, 'Title ' || n, 'bench-' || n, 1950 + n % 76,
    case n % 3 when 0 then '{Drama,Comedy}' when 1 then '{Sci-Fi}' else '{Western}' end::text[], 1e6 / (n + 1),
    jsonb_build_object('imdb', 'tt' || n),
    jsonb_build_object('released', (date '2030-01-01' - n % 20000)::text, 'rating', n % 100 / 10.0, 'votes', n)
from generate_series(0, $1::int + $2::int - 1) as n;
"""

_EPISODES = """
insert into seasons (show_id, number) select id, 1 from titles where kind = 'show';
insert into episodes (show_id, season, number, name, runtime, first_aired)
select id, 1, n, 'Part ' || n, 45, timestamptz '2026-06-01' + (id % 300 + n * 7) * interval '1 day'
from titles cross join generate_series(1, 10) as n where kind = 'show';
"""

# A few titles have most of the plays: a square puts half of them on a quarter.
_PLAYS = """
insert into plays (user_id, id, item_id, title_id, kind, watched_at, cause, source, event_id)
select 1 + n % $2::int, n, title, title, 'movie', now() - power(random(), 2) * interval '5 years', 'scrobble', 'bench',
    gen_random_uuid()
from (
    select n, 1000000000 + floor(power(random(), 2) * $3)::bigint as title from generate_series(1, $1::bigint) as n
) as made
"""


def measure(stack: Stack, *, plays: int, names: int, seconds: float) -> list[str]:
    """Rows of a table; times of the store are without the answers that a process keeps."""
    asyncio.run(_fill(stack, plays))
    rows = ["| what | p50 ms | p99 ms |", "| --- | --- | --- |"]
    rows += asyncio.run(_store(stack))
    for path in ("/trakt/movies/popular?limit=100&extended=full", "/trakt/shows/trending"):
        get = load.request("GET", path, b"", [("trakt-api-version", "2")])
        told = load.run(stack.port, lambda _, get=get: get, connections=1, seconds=seconds)  # type: ignore[misc]
        rows.append(f"| kept, over HTTP: `{path}` | {told.percentile(50):.2f} | {told.percentile(99):.2f} |")
    return rows + _searched(names)


async def _fill(stack: Stack, plays: int) -> None:
    connection = await asyncpg.connect(stack.places.database_url)
    try:
        await connection.execute(_CATALOGUE, _FILMS, _SHOWS)
        await connection.execute(_EPISODES)
        await connection.execute(_PLAYS, plays, _USERS, _FILMS)
        await connection.execute("vacuum analyze")
    finally:
        await connection.close()


async def _store(stack: Stack) -> list[str]:
    async with open_pool(stack.places.database_url, size=2, name="bench") as pool:
        rows = [
            await _timed("all users' plays counted anew", lambda: totals.refresh(pool, datetime.now(UTC)), 3)
        ]
        rows += [await _timed(what, ask, 50) for what, ask in _asked(pool)]
    return rows


def _asked(pool: Pool) -> Iterator[tuple[str, Callable[[], Awaitable[Any]]]]:
    now, today = datetime.now(UTC), datetime.now(UTC).date()
    films = charts.Asked(kind=TitleKind.MOVIE, limit=100)
    western = charts.Asked(
        kind=TitleKind.MOVIE, limit=100, filters=Filters(genres=["western"], years=(1990, 1999))
    )
    month = today + timedelta(days=33)
    yield "most watched, all time", lambda: charts.ranked(pool, films, "all", "watchers")
    yield "most watched, with filters", lambda: charts.ranked(pool, western, "all", "watchers")
    yield "trending", lambda: charts.trending(pool, films, now)
    yield "popular", lambda: charts.popular(pool, films)
    yield "popular, with filters", lambda: charts.popular(pool, western)
    yield "updated", lambda: charts.updated(pool, films, now - timedelta(days=1))
    yield "all facts of 100 titles", lambda: items.facts(pool, range(10**9, 10**9 + 100))
    yield (
        "33 days of everybody's episodes",
        lambda: calendars.episodes(pool, today, month, user_id=None, which="all"),
    )
    yield "episodes by name", lambda: shows.episodes_called(pool, "the one", Filters(), most=500)
    yield "a user's titles that fit", lambda: reads.played_titles(pool, 1, western.filters)
    yield "33 days of a user's films", lambda: calendars.films(pool, today, month, user_id=1, by="released")


async def _timed(what: str, ask: Callable[[], Awaitable[Any]], times: int) -> str:
    took = []
    for _ in range(times):
        started = time.perf_counter()
        await ask()
        took.append((time.perf_counter() - started) * 1000)
    return _row(what, took)


def _searched(names: int) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        path, sample = Path(folder) / "index", Sample(names)
        write(path, sample)
        index = NameIndex(path.read_bytes())
    took = []
    for query in sample.queries()[:1000]:
        started = time.process_time()
        search(query.text, [index], kinds=("movie", "show"))
        took.append((time.process_time() - started) * 1000)
    return [_row(f"search among {names:,} names, processor time", took)]


def _row(what: str, took: list[float]) -> str:
    ordered = sorted(took)
    return f"| {what} | {ordered[len(ordered) // 2]:.2f} | {ordered[int(len(ordered) * 0.99)]:.2f} |"
