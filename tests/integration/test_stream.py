"""The stream on a real server: durable, in order, bounded, and nothing lost with a worker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
import redis.asyncio

from scrobbled.errors import StreamFull, Unavailable
from scrobbled.model.event import Action, PlaybackEvent
from scrobbled.model.outcome import Answer, Outcome
from scrobbled.stream import answers, dead, gauges, names
from scrobbled.stream.codec import decode_event
from scrobbled.stream.connection import durability_doubts, end, open_redis
from scrobbled.stream.consumer import Consumer
from scrobbled.stream.leases import Leases
from scrobbled.stream.producer import Producer, depth
from tests.integration.at_work import connected

if TYPE_CHECKING:
    from tests.conftest import Servers

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PARTITIONS = 4


@pytest.fixture
async def client(servers: Servers) -> AsyncIterator[redis.asyncio.Redis]:
    """An empty stream server."""
    async with open_redis(servers.redis_url) as opened:
        await opened.flushall()
        yield opened
        await opened.flushall()


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine takes its time, and no lease may end in it."""
    monkeypatch.setattr("scrobbled.stream.producer._PATIENCE", 60.0)
    monkeypatch.setattr("scrobbled.stream.leases.TERM", 60.0)


@asynccontextmanager
async def producing(servers: Servers, limit: int = 1000) -> AsyncIterator[Producer]:
    """A producer at work."""
    producer = Producer(servers.redis_url, partitions=PARTITIONS, limit=limit)
    task = asyncio.create_task(producer.run())
    try:
        await connected(producer)
        yield producer
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def consuming(client: redis.asyncio.Redis, name: str = "one") -> tuple[Consumer, Leases]:
    """A consumer that holds what it can get."""
    leases = Leases(client, name, PARTITIONS)
    consumer = Consumer(client, name, leases, batch_size=100)
    await consumer.prepare(PARTITIONS)
    await leases.renew()
    return consumer, leases


def event(user_id: int = 1, **changes: object) -> PlaybackEvent:
    """An event; *changes* say what is different about it."""
    known = {
        "id": uuid4(), "user_id": user_id, "source": "test", "action": Action.START,
        "occurred_at": NOW, "received_at": NOW,
    }  # fmt: skip
    return PlaybackEvent(**(known | changes))  # type: ignore[arg-type]  # a builder


async def test_an_appended_event_is_read_as_it_was(servers: Servers, client: redis.asyncio.Redis) -> None:
    """What goes in comes out, field by field."""
    sent = event(progress=42.5, player="TV", reply_to="door")
    async with producing(servers) as producer:
        await producer.append([sent])
    consumer, _ = await consuming(client)
    (delivery,) = await consumer.read(1)

    assert sent == decode_event(delivery.data)


async def test_events_of_one_user_keep_their_order(servers: Servers, client: redis.asyncio.Redis) -> None:
    """However many are under way at once, a user's events come out as they went in."""
    sent = [event(user_id=number % 3) for number in range(300)]
    async with producing(servers) as producer:
        await asyncio.gather(*(producer.append([each]) for each in sent))
    consumer, _ = await consuming(client)
    read: list[PlaybackEvent] = []
    while len(read) < len(sent):
        read += [decode_event(each.data) for each in await consumer.read(1)]

    for user in range(3):
        assert [each.id for each in sent if each.user_id == user] == [
            each.id for each in read if each.user_id == user
        ]


async def test_a_full_stream_refuses_and_trims_nothing(servers: Servers, client: redis.asyncio.Redis) -> None:
    """Beyond its limit the producer says so; what is in stays in."""
    async with producing(servers, limit=5) as producer:
        for _ in range(5):
            await producer.append([event()])
        with pytest.raises(StreamFull):
            await producer.append([event()])

    assert 5 == await depth(client, PARTITIONS)


async def test_a_server_without_memory_is_away(servers: Servers, client: redis.asyncio.Redis) -> None:
    """A server that has no room left takes nothing: for its events there is the inbox."""
    before = (await client.config_get("maxmemory"))["maxmemory"]
    async with producing(servers) as producer:
        await client.config_set("maxmemory", "1")
        try:
            with pytest.raises(Unavailable) as refused:
                await producer.append([event()])
        finally:
            await client.config_set("maxmemory", before or 0)

    assert not isinstance(refused.value, StreamFull)


async def test_without_a_server_nothing_is_accepted() -> None:
    """No server, no promise: the caller is told within seconds."""
    producer = Producer("unix:///nowhere/valkey.sock", partitions=PARTITIONS, limit=10)
    task = asyncio.create_task(producer.run())
    async with asyncio.timeout(60):
        with pytest.raises(Unavailable):
            await producer.append([event()])
    task.cancel()


async def test_an_entry_leaves_the_stream_when_it_is_done(
    servers: Servers, client: redis.asyncio.Redis
) -> None:
    """Read is not done: only an acknowledged event is gone."""
    async with producing(servers) as producer:
        await producer.append([event(), event()])
    consumer, _ = await consuming(client)
    deliveries = await consumer.read(1)
    while_open = await depth(client, PARTITIONS)
    await consumer.done(deliveries)

    assert 2 == while_open
    assert 0 == await depth(client, PARTITIONS)


async def test_what_a_dead_worker_left_is_claimed_with_its_tries(
    servers: Servers, client: redis.asyncio.Redis
) -> None:
    """The next holder of the partition gets it, and how often it was tried."""
    async with producing(servers) as producer:
        await producer.append([event(user_id=1)])
    first, _ = await consuming(client, "first")
    await first.read(1)
    second, _ = await consuming(client, "second")
    (again,) = await second.left_behind(1, idle=0)

    assert 2 == again.tries


async def test_two_workers_share_the_partitions(client: redis.asyncio.Redis) -> None:
    """Each partition has one reader, and nobody holds more than a fair share for long."""
    one, two = Leases(client, "one", PARTITIONS), Leases(client, "two", PARTITIONS)
    await one.renew()
    for _ in range(3):
        await two.renew()
        await one.renew()

    assert 2 == len(one.held)
    assert set(range(PARTITIONS)) == one.held | two.held
    assert frozenset() == one.held & two.held


async def test_a_full_server_gives_leases(client: redis.asyncio.Redis) -> None:
    """Only a worker makes room in a server without memory, so one that begins then gets its partitions."""
    fresh, before = Leases(client, "fresh", PARTITIONS), (await client.config_get("maxmemory"))["maxmemory"]
    await client.config_set("maxmemory", "1")
    try:
        taken = await fresh.renew()
        kept = (await fresh.renew(), fresh.held)[1]
        await fresh.release()
    finally:
        await client.config_set("maxmemory", before or 0)

    assert set(range(PARTITIONS)) == taken == kept


async def test_a_released_lease_is_free_at_once(client: redis.asyncio.Redis) -> None:
    """A worker that stops cleanly makes nobody wait."""
    one, two = Leases(client, "one", PARTITIONS), Leases(client, "two", PARTITIONS)
    await one.renew()
    await one.release()
    await two.renew()

    assert set(range(PARTITIONS)) == two.held


async def test_a_buried_event_waits_with_its_reason_and_can_be_retried(
    servers: Servers, client: redis.asyncio.Redis
) -> None:
    """A dead letter is the event, why it died, and a way back."""
    sent = event(user_id=1)
    async with producing(servers) as producer:
        await producer.append([sent])
    consumer, _ = await consuming(client)
    (delivery,) = await consumer.read(1)
    await consumer.bury(delivery, "it was poison")
    (letter,) = await dead.letters(client)
    buried = await gauges.read(client, PARTITIONS)
    await dead.retry(client, letter)

    assert ("it was poison", sent) == (letter.reason, letter.event)
    assert (0, 1) == (buried["scrobbled_stream_depth"], buried["scrobbled_stream_dead"])
    assert (1, 0) == (await depth(client, PARTITIONS), len(await dead.letters(client)))


async def heard(client: redis.asyncio.Redis) -> None:
    """Wait until the mailbox of *listening* hears."""
    async with asyncio.timeout(60):
        while not any(n for _, n in await client.pubsub_numsub(names.answers("door"))):  # noqa: ASYNC110  # there
            await asyncio.sleep(0.02)


@asynccontextmanager
async def listening(servers: Servers, client: redis.asyncio.Redis) -> AsyncIterator[answers.Mailbox]:
    """The mailbox of a front door that listens."""
    mailbox = answers.Mailbox(servers.redis_url, "door")
    task = asyncio.create_task(mailbox.run())
    try:
        await heard(client)
        yield mailbox
    finally:
        task.cancel()


async def test_an_answer_reaches_the_door_that_waits(servers: Servers, client: redis.asyncio.Redis) -> None:
    """And no other one."""
    answer = Answer(event_id=uuid4(), outcome=Outcome.SCROBBLED)
    async with listening(servers, client) as mailbox:
        future = mailbox.expect(answer.event_id)
        await answers.send(
            client, [("another door", Answer(event_id=uuid4(), outcome=Outcome.DEAD)), ("door", answer)]
        )

        assert answer == await mailbox.wait(answer.event_id, future, 60)


async def test_a_door_that_was_cut_off_listens_again(servers: Servers, client: redis.asyncio.Redis) -> None:
    """A break costs the answers of that moment, not those that come after it."""
    answer = Answer(event_id=uuid4(), outcome=Outcome.SCROBBLED)
    async with listening(servers, client) as mailbox:
        cut = await client.client_kill_filter(_type="pubsub")
        future = mailbox.expect(answer.event_id)
        async with asyncio.timeout(60):
            while not future.done():
                await answers.send(client, [("door", answer)])
                await asyncio.sleep(0.05)

        assert 1 == cut
        assert answer == await future


async def test_an_answer_that_does_not_come_is_unavailable(servers: Servers) -> None:
    """The event is safe, but the client must not wait for ever."""
    mailbox = answers.Mailbox(servers.redis_url, "door")
    event_id = uuid4()

    with pytest.raises(Unavailable):
        await mailbox.wait(event_id, mailbox.expect(event_id), 0.05)


async def test_whoever_is_stopped_while_it_asks_stops(client: redis.asyncio.Redis) -> None:
    """At whatever turn of the loop, a stop that comes while a command is sent is heard."""

    async def ask() -> None:
        """One command after the other, without end."""
        while True:
            await client.echo("x")

    for turns in range(12):
        task = asyncio.create_task(ask())
        for _ in range(turns):
            await asyncio.sleep(0)
        async with asyncio.timeout(60):
            await end([task])

        assert task.cancelled()


async def test_the_embedded_server_keeps_what_it_is_given(client: redis.asyncio.Redis) -> None:
    """Nothing to warn about: synced on every write, nothing evicted."""
    assert [] == await durability_doubts(client)


async def test_a_server_that_could_lose_events_is_found_out(client: redis.asyncio.Redis) -> None:
    """Each setting that breaks the promise is named with its remedy."""
    await client.config_set("appendfsync", "everysec")
    try:
        (doubt,) = await durability_doubts(client)
    finally:
        await client.config_set("appendfsync", "always")

    assert "appendfsync always" in doubt


def test_all_events_of_a_user_go_to_one_partition() -> None:
    """The partition follows from the user alone."""
    assert {names.partition_of(17, PARTITIONS)} == {names.partition_of(17, PARTITIONS) for _ in range(10)}
