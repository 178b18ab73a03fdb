"""What a server lists, through the stream and a real worker, beside what its webhooks brought."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
import redis.asyncio

from scrobbled.catalog.client import Patience, open_session
from scrobbled.errors import NotFound, Unavailable
from scrobbled.model.event import PlaybackEvent, Receipt
from scrobbled.store import users
from scrobbled.stream import producer
from scrobbled.stream.connection import open_redis
from scrobbled.sync.catching_up import Tally, catch_up, missing
from scrobbled.sync.media_server import MediaServer
from scrobbled.sync.plex import Plex
from scrobbled.sync.server import Account
from scrobbled.wire import webhook
from tests.integration.at_work import PARTITIONS, working
from tests.media_servers import (
    TOKEN,
    MediaServerStandIn,
    PlexStandIn,
    StandIn,
    film,
    hangs_up,
    plex_film,
    plex_row,
    serving,
)

if TYPE_CHECKING:
    from scrobbled.store.pool import Pool
    from tests.conftest import Servers

NOW = datetime.now(UTC).replace(microsecond=0)
ROBIN = {"plex": Account("1", "Robin"), "jellyfin": Account(MediaServerStandIn.user["Id"], "Robin")}
PATIENCE = Patience(tries=2, first_wait=0.001)

#: Films nobody else has.
_numbers = count(7_310_001)


class Household:
    """A user whose media server has webhooks, sometimes, and a list, always."""

    def __init__(self, stream: redis.asyncio.Redis, pool: Pool, user_id: int) -> None:
        self.stream, self.pool, self.user_id = stream, pool, user_id

    async def send(self, events: Sequence[PlaybackEvent]) -> None:
        """Into the stream."""
        await producer.put_back(self.stream, events, PARTITIONS)

    async def post(self, player: str, at: datetime, body: dict[str, Any]) -> None:
        """A webhook that is received at a time, and what follows from it."""
        receipt = Receipt(id=uuid4(), user_id=self.user_id, received_at=at)
        event = webhook.parse(player, json.dumps(body).encode(), receipt)
        await self.send([event])
        async with asyncio.timeout(60):
            while await missing(self.pool, [event]):  # noqa: ASYNC110  # on a server
                await asyncio.sleep(0.05)

    async def sync(self, source: str, stand_in: StandIn) -> Tally:
        """Everything that the server lists."""
        receipt = Receipt(id=uuid4(), user_id=self.user_id, received_at=datetime.now(UTC))
        async with open_session() as session:
            server = (
                Plex(session, stand_in.base, TOKEN, receipt=receipt, patience=PATIENCE)
                if source == "plex"
                else MediaServer(source, session, stand_in.base, TOKEN, receipt=receipt, patience=PATIENCE)
            )
            tallies = catch_up(server, ROBIN[source], self.pool, self.send, patience=60)
            return [tally async for tally in tallies][-1]

    async def plays(self) -> list[datetime]:
        """When something was watched."""
        rows = await self.pool.fetch(
            "select watched_at from plays where user_id = $1 order by watched_at", self.user_id
        )
        return [row["watched_at"] for row in rows]


@pytest.fixture
async def household(servers: Servers, pool: Pool) -> AsyncIterator[Household]:
    """A household of its own, and a worker."""
    async with open_redis(servers.redis_url) as stream:
        await stream.flushall()
        user = await pool.fetchval("insert into users (name, slug) values ($1, $1) returning id", uuid4().hex)
        async with working(stream, pool):
            yield Household(stream, pool, user)
        await stream.flushall()


def jellyfin_webhook(number: int, at: datetime, event: str, minutes: float | None = None) -> dict[str, Any]:
    """Jellyfin's webhook about film *number*, so many minutes into it."""
    ticks = {} if minutes is None else {"PlaybackPositionTicks": int(minutes * 600_000_000)}
    done = {"PlayedToCompletion": minutes is not None and minutes > 90} if event == "PlaybackStop" else {}
    return {
        "NotificationType": event, "UtcTimestamp": at.isoformat(), "ItemType": "Movie",
        "Name": f"Film {number}", "Year": 2001, "Provider_imdb": f"tt{number:07}",
        "RunTimeTicks": 60_000_000_000, **ticks, **done,
    }  # fmt: skip


def plex_webhook(number: int, event: str, minutes: float | None = None) -> dict[str, Any]:
    """Plex' webhook about film *number*."""
    offset = {} if minutes is None else {"viewOffset": int(minutes * 60_000)}
    return {"event": event, "Account": {"id": 1, "title": "Robin"}, "Metadata": plex_film(number) | offset}


async def test_a_play_that_came_by_webhook_is_not_doubled_from_jellyfin(household: Household) -> None:
    """Jellyfin lists when it began, its webhook came at the end, two hours later: one play, at the end."""
    number, begun = next(_numbers), NOW - timedelta(hours=9)
    ended = begun + timedelta(minutes=120)  # with a break
    await household.post("jellyfin", begun, jellyfin_webhook(number, begun, "PlaybackStart", 0))
    await household.post("jellyfin", ended, jellyfin_webhook(number, ended, "PlaybackStop", 99))
    async with serving(MediaServerStandIn([film(number, begun + timedelta(seconds=2))])) as stand_in:
        tally = await household.sync("jellyfin", stand_in)

    assert [ended] == await household.plays()
    assert Counter({("duplicate", None): 1}) == tally.outcomes


async def test_the_webhook_may_come_after_the_list(household: Household) -> None:
    """The same when the list was read first: the play moves to the webhook's time and stays one."""
    number, begun = next(_numbers), NOW - timedelta(hours=9)
    ended = begun + timedelta(minutes=120)
    async with serving(MediaServerStandIn([film(number, begun)])) as stand_in:
        await household.sync("jellyfin", stand_in)

        assert [begun] == await household.plays()
        await household.post("jellyfin", ended, jellyfin_webhook(number, ended, "PlaybackStop", 99))

    assert [ended] == await household.plays()


async def test_a_play_that_came_by_webhook_is_not_doubled_from_plex(household: Household) -> None:
    """Plex' webhook came at 90 %, its list has a time some minutes off: one play."""
    early, late = next(_numbers), next(_numbers)
    counted = NOW - timedelta(hours=5)
    for number, shift in ((early, -7), (late, 11)):
        await household.post("plex", counted - timedelta(minutes=90), plex_webhook(number, "media.play", 0))
        await household.post("plex", counted, plex_webhook(number, "media.scrobble"))
        await household.post("plex", counted + timedelta(minutes=10), plex_webhook(number, "media.stop", 100))
        row = plex_row(number, counted + timedelta(minutes=shift))
        async with serving(PlexStandIn([row], [plex_film(number)])) as stand_in:
            await household.sync("plex", stand_in)

    assert [counted - timedelta(minutes=7), counted] == await household.plays()


async def test_what_was_missed_enters_at_its_own_date(household: Household) -> None:
    """No webhook came for a week: the plays are there, with the server's dates, each once."""
    numbers = [next(_numbers) for _ in range(4)]
    dates = [NOW - timedelta(days=index + 1) for index in range(4)]
    rows = [plex_row(number, date) for number, date in zip(numbers, dates, strict=True)]
    rows.append(plex_row(numbers[0], NOW - timedelta(days=9)))  # a second play of the first
    async with serving(PlexStandIn(rows, [plex_film(number) for number in numbers])) as stand_in:
        first, second = await household.sync("plex", stand_in), await household.sync("plex", stand_in)

    assert sorted([*dates, NOW - timedelta(days=9)]) == await household.plays()
    assert Counter({("scrobbled", None): 5}) == first.outcomes
    assert (5, Counter()) == (second.known, second.outcomes)


async def test_broken_off_and_again(household: Household, monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection breaks in the middle: what came is kept, and the next run adds the rest, once."""
    monkeypatch.setattr("scrobbled.sync.plex.PAGE", 2)
    numbers = [next(_numbers) for _ in range(5)]
    rows = [plex_row(number, NOW - timedelta(days=index + 1)) for index, number in enumerate(numbers)]
    async with serving(PlexStandIn(rows, [plex_film(number) for number in numbers])) as stand_in:
        stand_in.troubles = dict.fromkeys(range(4, 20), hangs_up)
        with pytest.raises(Unavailable, match="the connection broke off"):
            await household.sync("plex", stand_in)
        before, stand_in.troubles = await household.plays(), {}
        tally = await household.sync("plex", stand_in)

    assert (2, 5) == (len(before), len(await household.plays()))
    assert (2, 3) == (tally.known, tally.outcomes.total())


async def test_what_does_not_count_can_be_looked_up(household: Household) -> None:
    """An item without a date ends as ignored, with its reason, and makes no play."""
    async with serving(MediaServerStandIn([film(next(_numbers), None)])) as stand_in:
        tally = await household.sync("jellyfin", stand_in)

    assert Counter({("ignored", "undated"): 1}) == tally.outcomes
    assert [] == await household.plays()


async def test_a_place_to_continue_from_stays(household: Household) -> None:
    """A play of two years ago does not take the position of last month's pause, whose event is forgotten."""
    number, paused = next(_numbers), NOW - timedelta(days=25)
    await household.post("plex", paused, plex_webhook(number, "media.pause", 40))
    await household.pool.execute("delete from events where user_id = $1", household.user_id)
    async with serving(
        PlexStandIn([plex_row(number, NOW - timedelta(days=700))], [plex_film(number)])
    ) as stand_in:
        await household.sync("plex", stand_in)

    saved = "select progress, paused_at from playback where user_id = $1 and progress is not null"
    assert [(40.0, paused)] == [tuple(row) for row in await household.pool.fetch(saved, household.user_id)]
    assert 1 == len(await household.plays())


async def test_whose_history(household: Household) -> None:
    """Where several users are, nobody is guessed."""
    other = await household.pool.fetchval(
        "insert into users (name, slug) values ($1, $1) returning name", uuid4().hex
    )

    assert other == (await users.meant(household.pool, other.upper())).name
    with pytest.raises(NotFound, match="say whose with --user NAME"):
        await users.meant(household.pool, None)
