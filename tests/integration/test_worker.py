"""A worker at work on real servers: batches, poison, timers, answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
import redis.asyncio

from scrobbled.model.event import Action, PlaybackEvent
from scrobbled.model.media import Kind, Media
from scrobbled.stream import dead, names
from scrobbled.stream.codec import encode_event
from scrobbled.stream.connection import open_redis
from tests.integration.at_work import PARTITIONS, all_done, working
from tests.words import made_up, made_up_number

if TYPE_CHECKING:
    from scrobbled.store.pool import Pool
    from tests.conftest import Servers

NOW = datetime.now(UTC)


@pytest.fixture
async def stream(servers: Servers) -> AsyncIterator[redis.asyncio.Redis]:
    """An empty stream server."""
    async with open_redis(servers.redis_url) as opened:
        await opened.flushall()
        yield opened
        await opened.flushall()


class Bench:
    """A worker, and what it is given."""

    def __init__(self, stream: redis.asyncio.Redis, pool: Pool, user_id: int) -> None:
        self.stream, self.pool, self.user_id = stream, pool, user_id

    def event(self, action: Action = Action.WATCHED, *, film: int = 1, **changes: object) -> PlaybackEvent:
        """An event; *changes* say what is different about it."""
        ids = {"tmdb": f"99000{film}"}
        known = {
            "id": uuid4(), "user_id": self.user_id, "source": "test", "action": action,
            "occurred_at": NOW - timedelta(hours=5), "received_at": NOW, "provisional": True,
            "media": Media(kind=Kind.MOVIE, title=f"Film {film}", year=2001, ids=ids, runtime=6000.0),
        }  # fmt: skip
        return PlaybackEvent(**(known | changes))  # type: ignore[arg-type]  # a builder

    async def send(self, *events: PlaybackEvent | bytes) -> None:
        """Put events into the stream."""
        for each in events:
            data = each if isinstance(each, bytes) else encode_event(each)
            await self.stream.xadd(names.events(self.user_id % PARTITIONS), {names.FIELD: data})

    async def work(
        self,
        least: float = 0.3,
        *,
        name: str = "bench",
        max_tries: int = 2,
        until: Callable[[], Awaitable[object]] | None = None,
    ) -> None:
        """Let one worker do all there is, for *least* seconds and *until* that is so, and stop it cleanly."""
        async with working(self.stream, self.pool, name=name, max_tries=max_tries):
            await all_done(self.stream, self.pool, least=least, until=until)

    async def outcome(self, event: PlaybackEvent) -> tuple[str, str | None] | None:
        """(outcome, reason) of an event, None while it is open."""
        row = await self.pool.fetchrow(
            "select outcome, reason from events where user_id = $1 and id = $2", self.user_id, event.id
        )
        return None if row is None else (row["outcome"], row["reason"])

    async def plays(self) -> list[str]:
        """The causes of the plays, oldest first."""
        rows = await self.pool.fetch(
            "select cause from plays where user_id = $1 order by watched_at", self.user_id
        )
        return [row["cause"] for row in rows]


@pytest.fixture
async def bench(stream: redis.asyncio.Redis, pool: Pool) -> Bench:
    """A worker's bench with a user nobody else has."""
    user = await pool.fetchval("insert into users (name, slug) values ($1, $1) returning id", uuid4().hex)
    return Bench(stream, pool, user)


async def test_an_event_ends_in_the_history(bench: Bench) -> None:
    """From the stream to a play, acknowledged."""
    event = bench.event()
    await bench.send(event)
    await bench.work()

    assert ("scrobbled", None) == await bench.outcome(event)
    assert ["scrobble"] == await bench.plays()
    assert 0 == await bench.stream.xlen(names.events(bench.user_id % PARTITIONS))


async def test_poison_is_set_apart_and_the_rest_is_applied(bench: Bench) -> None:
    """One event the database refuses must not hold up its batch."""
    poison = bench.event(film=3, media=Media(kind=Kind.MOVIE, title="Po\x00ison", ids={"tmdb": "990009"}))
    good = [bench.event(film=1), bench.event(film=2)]
    await bench.send(good[0], poison, good[1])
    await bench.work()

    assert [("scrobbled", None)] * 2 == [await bench.outcome(each) for each in good]
    ended = await bench.outcome(poison)
    assert ended is not None
    assert "dead" == ended[0]
    assert 1 == len(await dead.letters(bench.stream))


async def test_bytes_that_are_no_event_are_dead_at_once(bench: Bench) -> None:
    """Nothing can be made of them, now or later; the next event is not held up."""
    event = bench.event()
    await bench.send(b"\xc1 not an event", event)
    await bench.work()

    assert ["scrobble"] == await bench.plays()
    assert 1 == len(await dead.letters(bench.stream))


async def test_what_a_killed_worker_left_is_applied_once(bench: Bench) -> None:
    """Handed out, never acknowledged: the next worker finishes it."""
    event = bench.event()
    key = names.events(bench.user_id % PARTITIONS)
    await bench.stream.xgroup_create(key, names.GROUP, id="0", mkstream=True)
    await bench.send(event)
    await bench.stream.xreadgroup(names.GROUP.decode(), "killed", {key: ">"})
    await bench.work()

    assert ("scrobbled", None) == await bench.outcome(event)
    assert ["scrobble"] == await bench.plays()


async def test_applied_but_not_acknowledged_is_not_applied_again(bench: Bench) -> None:
    """The worker died after the commit: the same event comes again and changes nothing."""
    event = bench.event()
    await bench.send(event)
    await bench.work()
    await bench.send(event)
    await bench.work()

    assert ["scrobble"] == await bench.plays()


async def test_a_check_in_completes_by_itself(bench: Bench) -> None:
    """The timer asks, the rules decide: one play when the runtime has elapsed."""
    event = bench.event(Action.CHECKIN, occurred_at=NOW - timedelta(seconds=5999))
    await bench.send(event)
    await bench.work(until=bench.plays)

    assert ("checked_in", None) == await bench.outcome(event)
    assert ["checkin"] == await bench.plays()


async def test_two_workers_complete_a_check_in_once(bench: Bench) -> None:
    """Timers of several workers make one play."""
    await bench.send(bench.event(Action.CHECKIN, occurred_at=NOW - timedelta(seconds=5998)))
    await asyncio.gather(*(bench.work(3.0, name=name, until=bench.plays) for name in ("one", "two")))

    assert ["checkin"] == await bench.plays()


async def test_an_ignored_event_has_its_outcome_and_reason(bench: Bench) -> None:
    """Being ignored is never silent."""
    event = bench.event(ignored="music")
    await bench.send(event)
    await bench.work()

    assert ("ignored", "music") == await bench.outcome(event)


async def test_an_unmatched_event_is_kept_whole(bench: Bench) -> None:
    """It waits, with everything that was said of it."""
    event = bench.event(media=Media(kind=Kind.MOVIE, title="Nobody knows this one"))
    await bench.send(event)
    await bench.work()
    kept = await bench.pool.fetchval("select event from unmatched where user_id = $1", bench.user_id)

    assert "unmatched" == (await bench.outcome(event) or ("",))[0]
    assert "Nobody knows this one" == kept["media"]["title"]


async def test_a_watched_title_leaves_the_watchlist(bench: Bench) -> None:
    """What was watched is not to be watched any more."""
    await bench.send(bench.event())
    await bench.work()
    title = await bench.pool.fetchval("select title_id from plays where user_id = $1", bench.user_id)
    await bench.pool.execute(
        "insert into list_items (user_id, list_id, item_id, title_id, kind, rank)"
        " values ($1, 1, $2, $2, 'movie', 1)",
        bench.user_id,
        title,
    )
    await bench.send(bench.event(occurred_at=NOW - timedelta(hours=1)))
    await bench.work()

    assert 0 == await bench.pool.fetchval("select count(*) from list_items where user_id = $1", bench.user_id)


async def test_a_late_event_moves_the_play_it_changes(bench: Bench) -> None:
    """The earlier of two plays within the window is the one that stands, whichever came first."""
    later, earlier = bench.event(), bench.event(occurred_at=NOW - timedelta(hours=5, minutes=30))
    await bench.send(later)
    await bench.work()
    await bench.send(earlier)
    await bench.work()

    assert ("scrobbled", None) == await bench.outcome(earlier)
    assert ("duplicate", None) == await bench.outcome(later)
    assert 1 == len(await bench.plays())


async def test_an_unmatched_event_enters_the_history_at_its_own_time(bench: Bench) -> None:
    """Tried again once its title is known, it is a play of when it was watched, and waits no more."""
    title = f"Nobody Knew {made_up()}"
    event = bench.event(media=Media(kind=Kind.MOVIE, title=title))
    await bench.send(event)
    await bench.work()
    known = bench.event(
        Action.START, media=Media(kind=Kind.MOVIE, title=title, ids={"tmdb": str(made_up_number())})
    )
    await bench.send(known)
    await bench.work()
    await bench.send(event)
    await bench.work()
    watched_at = await bench.pool.fetchval("select watched_at from plays where user_id = $1", bench.user_id)

    assert ("scrobbled", None) == await bench.outcome(event)
    assert event.occurred_at == watched_at
    assert 0 == await bench.pool.fetchval("select count(*) from unmatched where user_id = $1", bench.user_id)
