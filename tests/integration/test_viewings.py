"""Scripted viewings through the whole pipeline: exactly one play, and for every event the right outcome."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
import redis.asyncio

from scrobbled.model.event import PlaybackEvent, Receipt
from scrobbled.store import accounts
from scrobbled.stream import producer
from scrobbled.stream.connection import open_redis
from scrobbled.wire import webhook
from tests.integration.at_work import PARTITIONS, working
from tests.viewings import VIEWINGS, Step, Viewing, on, plex, stamped

if TYPE_CHECKING:
    from scrobbled.store.pool import Pool
    from tests.conftest import Servers

DAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=3)

#: Players that say when it happened: their events may come in any order.
WITH_A_CLOCK = {"jellyfin", "emby", "kodi"}


class Livingroom:
    """What a player sends to a server, and what that makes of it."""

    def __init__(self, stream: redis.asyncio.Redis, pool: Pool) -> None:
        self.stream, self.pool, self.user_id = stream, pool, 0

    async def somebody(self) -> None:
        """From here on it is somebody else who watches."""
        self.user_id = await self.pool.fetchval(
            "insert into users (name, slug) values ($1, $1) returning id", uuid4().hex
        )

    async def deliver(
        self, viewing: Viewing, steps: Sequence[Step], *, shared: bool = False
    ) -> list[PlaybackEvent]:
        """
        Send *steps*, in the order given; returns as what they were read, once all are applied.
        *shared*: the address stands for everybody who uses the server.
        """
        events = []
        for step in steps:
            body = json.dumps(stamped(viewing.player, step.sent, on(DAY, step.at))).encode()
            arrived = on(DAY, step.arrived or step.at)
            receipt = Receipt(id=uuid4(), user_id=self.user_id, received_at=arrived)
            event = webhook.parse(viewing.player, body, receipt, shared=shared)
            await producer.put_back(self.stream, [event], PARTITIONS)
            events.append(event)
        await self.settled()
        return events

    async def settled(self) -> None:
        """Wait for the worker and its timers: all of this is long ago, so nothing is on any more."""
        async with asyncio.timeout(60):
            while await producer.depth(self.stream, PARTITIONS):  # noqa: ASYNC110  # on a server
                await asyncio.sleep(0.02)
            while await self.pool.fetchval(  # noqa: ASYNC110  # on a server
                "select count(*) from viewers where user_id = $1 and expires_at is not null", self.user_id
            ):
                await asyncio.sleep(0.05)

    async def endings(self, events: Sequence[PlaybackEvent]) -> list[str]:
        """How each event ended, and why."""
        rows = await self.pool.fetch(
            "select id, outcome, reason from events where user_id = $1", self.user_id
        )
        ended = {row["id"]: " ".join(filter(None, (row["outcome"], row["reason"]))) for row in rows}
        return [ended[event.id] for event in events]

    async def plays(self) -> list[datetime]:
        """When something was watched, the oldest first."""
        rows = await self.pool.fetch(
            "select watched_at from plays where user_id = $1 order by watched_at", self.user_id
        )
        return [row["watched_at"] for row in rows]

    async def ratings(self) -> list[int]:
        """What stands of the ratings."""
        rows = await self.pool.fetch("select rating from ratings where user_id = $1", self.user_id)
        return [row["rating"] for row in rows]


@pytest.fixture(scope="module")
async def livingroom(servers: Servers, pool: Pool) -> AsyncIterator[Livingroom]:
    """A worker at work on an empty stream."""
    async with open_redis(servers.redis_url) as stream:
        await stream.flushall()
        async with working(stream, pool, heartbeats_kept=timedelta(days=9)):
            yield Livingroom(stream, pool)
        await stream.flushall()


def expected_plays(viewing: Viewing) -> list[datetime]:
    """The times of a script's plays."""
    return sorted(
        datetime.fromisoformat(clock).replace(tzinfo=UTC) if "T" in clock else on(DAY, clock)
        for clock in viewing.plays
    )


SHARED = Viewing(
    "a household's server: the account is mapped the next day",
    "plex",
    [
        Step("20:00", plex("play"), "ignored unknown_account"),
        Step("21:30", plex("scrobble"), "ignored unknown_account"),
        Step("21:40", plex("stop", 99), "ignored unknown_account"),
    ],
    ["21:30"],
)


def name_of(viewing: Viewing) -> str:
    """The script's name, for pytest."""
    return viewing.name


@pytest.mark.parametrize("viewing", VIEWINGS, ids=name_of)
async def test_a_viewing_is_one_play_at_the_right_time(livingroom: Livingroom, viewing: Viewing) -> None:
    """As the player sends it: the plays, and how each event ends."""
    await livingroom.somebody()
    events = await livingroom.deliver(viewing, viewing.steps)

    assert [step.ends for step in viewing.steps] == await livingroom.endings(events)
    assert expected_plays(viewing) == await livingroom.plays()
    assert viewing.ratings == await livingroom.ratings()


@pytest.mark.parametrize("viewing", [each for each in VIEWINGS if each.player in WITH_A_CLOCK], ids=name_of)
@pytest.mark.parametrize("seed", [1, 2])
async def test_in_any_order_and_twice(livingroom: Livingroom, viewing: Viewing, seed: int) -> None:
    """Shuffled, with some of it delivered twice: the same plays."""
    chance = random.Random(seed)
    steps = [*viewing.steps, *chance.sample(viewing.steps, k=len(viewing.steps) // 2)]
    chance.shuffle(steps)
    await livingroom.somebody()
    await livingroom.deliver(viewing, steps)

    assert expected_plays(viewing) == await livingroom.plays()


async def test_an_account_is_mapped_later(livingroom: Livingroom) -> None:
    """What came before that is held, and then enters the history of whoever it is, at its own time."""
    await livingroom.somebody()
    owner = livingroom.user_id
    events = await livingroom.deliver(SHARED, SHARED.steps, shared=True)
    waiting = await accounts.waiting(livingroom.pool, owner)
    before = await livingroom.endings(events), await livingroom.plays()
    await livingroom.somebody()
    held = await accounts.put(livingroom.pool, owner, "plex", "robin", livingroom.user_id)
    await producer.put_back(livingroom.stream, held, PARTITIONS)
    await livingroom.settled()

    assert ([step.ends for step in SHARED.steps], []) == before
    assert [(["1", "robin"], 3)] == [(each.account, each.events) for each in waiting]
    assert ["started", "scrobbled", "duplicate"] == await livingroom.endings(events)
    assert expected_plays(SHARED) == await livingroom.plays()
    assert [] == await accounts.waiting(livingroom.pool, owner)
