"""The stream is away: events are kept in PostgreSQL, and applied in their order when it is back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
import redis.asyncio

from scrobbled.errors import StreamFull, Unavailable
from scrobbled.ingest.door import Door
from scrobbled.ingest.inbox import Inbox, Row
from scrobbled.model.event import Action, PlaybackEvent
from scrobbled.model.media import Kind, Media
from scrobbled.model.webhook import Webhook
from scrobbled.store import inbox, users
from scrobbled.store.pool import open_pool
from scrobbled.stream import dead, names, producer
from scrobbled.stream.answers import Mailbox
from scrobbled.stream.codec import decode_event, decode_webhook, encode_event
from scrobbled.stream.connection import open_redis
from scrobbled.stream.producer import Producer, depth
from scrobbled.web.gate import Gate
from scrobbled.worker import report
from tests.integration.at_work import PARTITIONS, all_done, connected, working
from tests.words import made_up

if TYPE_CHECKING:
    from scrobbled.store.pool import Pool
    from tests.conftest import Servers

WEBHOOK = Webhook(player="plex", token_id=1, content_type="", filters={}, body=b"{}", size=2, truncated=False)
NOW = datetime.now(UTC)
#: No other test's film is called so.
FILM = f"Film {made_up()}"
NOWHERE = "unix:///nowhere/valkey.sock"


class House:
    """A front door, a worker, and a user whose events they carry."""

    def __init__(self, stream: redis.asyncio.Redis, pool: Pool, user_id: int) -> None:
        self.stream, self.pool, self.user_id = stream, pool, user_id
        self.applied: list[PlaybackEvent] = []

    def event(self, minute: int = 0, **changes: object) -> PlaybackEvent:
        """An event received at that minute of a day."""
        at = NOW - timedelta(days=1) + timedelta(minutes=minute)
        known = {
            "id": uuid4(), "user_id": self.user_id, "source": "test", "action": Action.PROGRESS,
            "occurred_at": at, "received_at": at, "provisional": True, "progress": 10.0 + minute / 100,
            "media": Media(kind=Kind.MOVIE, title=FILM, year=2001, ids={"tmdb": "990001"}, runtime=6000.0),
        }  # fmt: skip
        return PlaybackEvent(**(known | changes))  # type: ignore[arg-type]  # a builder

    async def send(self, *events: PlaybackEvent) -> None:
        """Put events into the stream."""
        for each in events:
            await self.stream.xadd(names.events(self.partition), {names.FIELD: encode_event(each)})

    async def keep(self, *events: PlaybackEvent) -> None:
        """Put events into the inbox."""
        await inbox.put(self.pool, [row(each) for each in events], most=10**6)

    async def write(self, rows: Sequence[Row]) -> int:
        """As a front door's inbox writes."""
        return await inbox.put(self.pool, rows, most=10**6)

    @property
    def partition(self) -> int:
        """The user's."""
        return self.user_id % PARTITIONS

    async def work(self, *, batch_size: int = 100, policy: Any = None) -> None:
        """Let one worker do all there is, and stop it cleanly."""
        async with working(self.stream, self.pool, policy=policy, batch_size=batch_size, max_tries=1):
            await all_done(self.stream, self.pool, least=0.3)

    async def outcomes(self, events: Sequence[PlaybackEvent]) -> list[str | None]:
        """How each ended, None while it is open."""
        rows = await self.pool.fetch(
            "select id, outcome from events where user_id = $1 and id = any($2)",
            self.user_id, [each.id for each in events],
        )  # fmt: skip
        found = {str(row["id"]): row["outcome"] for row in rows}
        return [found.get(str(each.id)) for each in events]


def row(event: PlaybackEvent) -> Row:
    """As the inbox keeps it."""
    return event.user_id, event.received_at, encode_event(event), b""


@pytest.fixture
async def house(servers: Servers, pool: Pool, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    """Nothing in the stream and nothing in the inbox; what is applied is noted in its order."""
    user = await users.add_user(pool, uuid4().hex)
    async with open_redis(servers.redis_url) as opened:
        await opened.flushall()
        made = House(opened, pool, user)
        original = report.report

        def _noted(deliveries: Any, readings: Any, applied: Any, started: Any) -> None:
            own = {user, user + 1}  # what other tests left waiting may be applied as well
            made.applied += [each.event for each in readings if each.event.user_id in own]
            original(deliveries, readings, applied, started)

        monkeypatch.setattr("scrobbled.worker.applying.report", _noted)
        yield made
        await opened.flushall()
        await pool.execute("delete from inbox")


@asynccontextmanager
async def door(url: str, write: Any, *, there: bool = False) -> AsyncIterator[Door]:
    """A front door whose stream is at *url*, *there* or not, and whose inbox is *write*."""
    sender = Producer(url, partitions=PARTITIONS, limit=1000)
    task = asyncio.create_task(sender.run())
    try:
        if there:
            await connected(sender)
        yield Door(sender, Inbox(write), Mailbox(url, "door"), Gate(10**6), name="door", patience=0.2)
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@asynccontextmanager
async def silent(folder: Path) -> AsyncIterator[str]:
    """A server that takes connections and never says a word: its URL."""

    async def _listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            await reader.read(-1)
        writer.close()

    server = await asyncio.start_unix_server(_listen, folder / "silent.sock")
    try:
        yield f"unix://{folder}/silent.sock"
    finally:
        server.close()


async def test_without_a_stream_events_are_kept(house: House) -> None:
    """What is accepted while the stream is away lies in the inbox, with what it came in, in its order."""
    sent = [house.event(minute) for minute in range(50)]
    async with door(NOWHERE, house.write) as opened:
        for each in sent:
            await opened.accept([each], WEBHOOK)
    rows = await house.pool.fetch("select event, webhook from inbox order by number")

    assert sent == [decode_event(each["event"]) for each in rows]
    assert all(each["webhook"] for each in rows)
    assert 0 == await depth(house.stream, PARTITIONS)


async def test_a_silent_stream_is_away(house: House, tmp_path: Path) -> None:
    """A stream server that only takes connections is away: events go to the inbox."""
    event = house.event()
    async with (
        silent(tmp_path) as url,
        door(url, house.write) as opened,
    ):
        await opened.accept([event])

    assert 1 == await house.pool.fetchval("select count(*) from inbox")


async def test_both_away_is_told_within_a_second(house: House) -> None:
    """Neither stream nor database: everybody is refused within a second, however many there are."""

    async def _never(_rows: Sequence[Row]) -> int:
        await asyncio.sleep(60)
        return 0

    async with door(NOWHERE, _never) as opened:
        started = time.monotonic()
        ended = await asyncio.gather(
            *(opened.accept([house.event()]) for _ in range(6_000)), return_exceptions=True
        )

    assert {Unavailable} == {type(each) for each in ended}
    assert time.monotonic() - started < 60  # no wait added up; the second itself is measured under faults


async def test_a_full_stream_does_not_use_the_inbox(house: House, servers: Servers) -> None:
    """When workers do not keep up, events are refused and not hidden in the database."""
    async with door(servers.redis_url, house.write, there=True) as opened:
        with pytest.raises(StreamFull):
            await opened.accept([house.event() for _ in range(1001)])

    assert 0 == await house.pool.fetchval("select count(*) from inbox")


async def test_the_inbox_is_bounded(house: House) -> None:
    """When it holds as much as it may, events are refused; when some are applied, it takes events again."""
    first = await inbox.put(house.pool, [row(house.event()) for _ in range(10)], most=10)
    with pytest.raises(StreamFull):
        await inbox.put(house.pool, [row(house.event())], most=10)
    await house.work()
    then = await inbox.put(house.pool, [row(house.event())], most=10)

    assert (10, 1) == (first, then)


async def test_bodies_stay_behind_when_much_is_kept(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an event came in takes room; when many wait, the events alone are kept."""
    monkeypatch.setattr(producer, "MOST_WITH_BODIES", 2)
    async with door(NOWHERE, house.write) as opened:
        for _ in range(4):
            await opened.accept([house.event()], WEBHOOK)
    rows = await house.pool.fetch("select webhook from inbox order by number")

    assert [b"{}", b"{}", None, None] == [decode_webhook(each["webhook"]).body for each in rows]


async def test_a_database_that_hangs_is_left(servers: Servers, house: House) -> None:
    """A write that is not answered is given up, and the next one goes through."""
    async with open_pool(servers.database_url, size=1, name="inbox") as safe, house.pool.acquire() as other:
        async with other.transaction():
            await other.execute("lock table inbox in access exclusive mode")
            with pytest.raises(Unavailable):
                await inbox.put(safe, [row(house.event())], most=10**6)
        await inbox.put(safe, [row(house.event())], most=10**6)

    assert 1 == await house.pool.fetchval("select count(*) from inbox")


async def test_a_call_is_answered_later_and_applied_once(house: House) -> None:
    """Whoever waits for an answer is told that the event is safe, and it is applied once."""
    event = house.event(action=Action.WATCHED)
    async with door(NOWHERE, house.write) as opened:
        with pytest.raises(Unavailable, match="the event is safe"):
            await opened.ask(event)
    await house.work()

    assert ["scrobbled"] == await house.outcomes([event])
    assert 0 == await house.pool.fetchval("select count(*) from inbox")


async def test_the_order_of_a_user_is_kept(house: House) -> None:
    """Before the outage, during and after it: applied as received, wherever each event waited."""
    sent = [house.event(minute) for minute in range(300)]
    await house.send(*sent[:100])
    await house.keep(*sent[100:200])
    await house.send(*sent[200:])
    await house.work(batch_size=30)

    assert [each.id for each in sent] == [each.id for each in house.applied]
    assert {"started", "progressed"} >= {str(each) for each in await house.outcomes(sent)}


async def test_a_crowded_partition_lets_nobody_overtake(house: House) -> None:
    """One partition has more than a batch; in another the inbox still comes before what came later."""
    other = house.user_id + 1
    crowd = [house.event(minute, user_id=other) for minute in range(35)]
    for each in crowd:
        await house.stream.xadd(names.events(other % PARTITIONS), {names.FIELD: encode_event(each)})
    kept, later = house.event(100), house.event(101)
    await house.keep(kept)
    await house.send(later)
    await house.work(batch_size=10)

    assert [kept.id, later.id] == [each.id for each in house.applied if each.user_id == house.user_id]
    assert [each.id for each in crowd] == [each.id for each in house.applied if each.user_id == other]


async def test_what_a_dead_worker_had_overtakes_nobody(house: House) -> None:
    """A worker died with what came after the outage, before it took the inbox: the order is kept."""
    sent = [house.event(minute) for minute in range(5)]
    await house.send(*sent[:1])
    await house.keep(*sent[1:3])
    await house.send(sent[3])
    await house.stream.xgroup_create(names.events(house.partition), names.GROUP, id="0")
    streams = {names.events(house.partition): ">"}
    await house.stream.xreadgroup(names.GROUP, "dead", streams, count=10)  # type: ignore[arg-type]  # names as bytes
    await house.send(sent[4])
    await house.work()

    assert [each.id for each in sent] == [each.id for each in house.applied]


async def test_what_is_in_both_is_applied_once(house: House) -> None:
    """An event whose reply got lost is in the stream and in the inbox: one play."""
    event = house.event(action=Action.WATCHED)
    await house.send(event)
    await house.keep(event, event)
    await house.work()

    assert 1 == await house.pool.fetchval("select count(*) from plays where user_id = $1", house.user_id)
    assert 0 == await house.pool.fetchval("select count(*) from inbox")


async def test_poison_in_the_inbox_is_buried(house: House) -> None:
    """What cannot be applied ends among the dead letters, and holds nobody up."""
    poison = house.event(1, media=Media(kind=Kind.MOVIE, title="Po\x00ison", ids={"tmdb": "990009"}))
    sent = [house.event(0), poison, house.event(2)]
    await house.keep(*sent)
    await inbox.put(house.pool, [(house.user_id, NOW, b"no event", b"")], most=10**6)
    await house.work()

    assert ["progressed", "dead", "progressed"] == await house.outcomes(sent)
    assert 2 == len(await dead.letters(house.stream))
    assert 0 == await house.pool.fetchval("select count(*) from inbox")


async def test_what_kills_workers_leaves_the_inbox(house: House) -> None:
    """What was taken three times and never done with goes to the stream, where it is tried alone."""
    event = house.event()
    await house.keep(event)
    for _ in range(3):
        await inbox.take(house.pool, [NOW] * PARTITIONS, 10)
    await house.work()

    assert ["progressed"] == await house.outcomes([event])
    assert 0 == await house.pool.fetchval("select count(*) from inbox")
