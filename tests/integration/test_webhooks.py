"""Received webhooks on real servers: kept with their events, listed, bounded, read again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import redis.asyncio
from msgspec.structs import replace

from scrobbled.api import replaying
from scrobbled.ingest.door import receipt
from scrobbled.model.event import Action, PlaybackEvent
from scrobbled.model.outcome import Outcome
from scrobbled.model.webhook import Webhook
from scrobbled.store import webhooks
from scrobbled.store.reads import BEGINNING
from scrobbled.stream import names, producer
from scrobbled.stream.codec import decode_webhook
from scrobbled.stream.connection import open_redis
from scrobbled.stream.producer import MOST_WITH_BODIES, Producer
from scrobbled.wire import webhook
from tests.integration.at_work import PARTITIONS, connected, working
from tests.words import made_up

if TYPE_CHECKING:
    from scrobbled.store.pool import Pool
    from tests.conftest import Servers
    from tests.integration.conftest import Person


FILM: dict[str, Any] = {
    "event": "media.scrobble",
    "Account": {"id": 1, "title": "Robin"},
    "Metadata": {"type": "movie", "title": "Arrival", "year": 2016, "Guid": [{"id": "imdb://tt2543164"}]},
}


class Players:
    """What players send to one user, and the worker that applies it."""

    def __init__(self, stream: redis.asyncio.Redis, pool: Pool, sender: Producer, person: Person) -> None:
        self.stream, self.pool, self.sender, self.person = stream, pool, sender, person

    async def send(
        self, sent: object = FILM, *, ago: timedelta = timedelta(0), **changes: Any
    ) -> PlaybackEvent:
        """A body that came to Plex's address some time *ago*; *changes* spoil how it is read."""
        body = json.dumps(sent).encode()
        given = replace(receipt(self.person.id), received_at=datetime.now(UTC) - ago)
        event = replace(webhook.parse("plex", body, given), **changes)
        kept = Webhook(player="plex", token_id=await self.token_id(), body=body, size=len(body))
        await self.sender.append([event], kept)
        return event

    async def token_id(self) -> int:
        """The connection they all use."""
        number: int = (await self.person.get("/v1/me"))["token"]["id"]
        return number

    async def work(self) -> None:
        """Let a worker apply all that was sent."""
        async with working(self.stream, self.pool), asyncio.timeout(60):
            while await producer.depth(self.stream, PARTITIONS):  # noqa: ASYNC110  # on a server
                await asyncio.sleep(0.05)

    async def listed(self, **query: str | int) -> list[dict[str, Any]]:
        """What ``GET /v1/webhooks`` lists."""
        found: list[dict[str, Any]] = (await self.person.get("/v1/webhooks", **query))["data"]
        return found

    async def replay(self, outcomes: tuple[Outcome, ...] = replaying.MISSED) -> int:
        """Read again what did not count; returns how much of it says something else now."""
        pages = replaying.missed(self.pool, self.person.id, outcomes, since=BEGINNING)
        events = [each.event async for page in pages for each in page]
        await producer.put_back(self.stream, events, PARTITIONS)
        await self.work()
        return len(events)

    async def plays(self) -> list[dict[str, Any]]:
        """The history."""
        found: list[dict[str, Any]] = (await self.person.get("/v1/history"))["data"]
        return found


@pytest.fixture
async def players(
    servers: Servers, pool: Pool, person: Person, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Players]:
    """An empty stream, a producer at work, and a user nobody else has."""
    monkeypatch.setattr("scrobbled.stream.producer._PATIENCE", 60.0)  # a busy machine takes its time
    async with open_redis(servers.redis_url) as stream:
        await stream.flushall()
        sender = Producer(servers.redis_url, partitions=PARTITIONS, limit=10**6)
        task = asyncio.create_task(sender.run())
        await connected(sender)
        yield Players(stream, pool, sender, person)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await stream.flushall()


async def test_it_is_listed_with_its_reading_and_its_outcome(players: Players) -> None:
    """A page without bodies, and one by its id with its body."""
    event = await players.send()
    await players.work()
    (listed,) = await players.listed()
    whole = await players.person.get(f"/v1/webhooks/{event.id}")

    assert ("plex", "plex", "media.scrobble") == (listed["player"], listed["source"], listed["event"])
    assert ("scrobbled", None) == (listed["outcome"], listed["reason"])
    assert {"kind": "movie", "title": "Arrival", "action": "watched"}.items() <= listed["reading"].items()
    assert listed == {key: value for key, value in whole.items() if key in listed}
    assert FILM == json.loads(whole["body"])
    assert (False, {}) == (whole["truncated"], whole["filters"])


async def test_a_token_knows_when_something_last_came_by_it(players: Players) -> None:
    """The newest webhook, not the last that was applied."""
    before = (await players.person.get("/v1/tokens"))["data"][0]["last_event_at"]
    newest = await players.send(ago=timedelta(hours=1))
    await players.send(ago=timedelta(hours=2))
    await players.work()
    after = (await players.person.get("/v1/tokens"))["data"][0]["last_event_at"]

    assert before is None
    assert newest.received_at == datetime.fromisoformat(after)


async def test_pages_and_filters(players: Players) -> None:
    """Newest first; by player, by outcome, from a time on; the cursor leads on."""
    await players.send({"event": "library.new"}, ago=timedelta(hours=3))
    await players.send({"Event": "system.notificationtest"}, ago=timedelta(hours=2))
    await players.send(ago=timedelta(hours=1))
    await players.work()
    first = await players.person.get("/v1/webhooks", limit=2)
    second = await players.person.get("/v1/webhooks", cursor=first["next_cursor"])
    since = (datetime.now(UTC) - timedelta(hours=2.5)).isoformat()

    assert ["scrobbled", "test_event"] == [each["reason"] or each["outcome"] for each in first["data"]]
    assert ["library_event"] == [each["reason"] for each in second["data"]]
    assert second["next_cursor"] is None
    assert ["emby"] == [each["source"] for each in await players.listed(player="emby")]
    assert ["scrobbled"] == [each["outcome"] for each in await players.listed(outcome="scrobbled")]
    assert 2 == len(await players.listed(since=since))


@pytest.mark.parametrize("query", ["outcome=lost", "player=vlc", "limit=0", "cursor=x", "since=soon"])
async def test_a_wrong_parameter_is_said(players: Players, query: str) -> None:
    """400, with what would be right."""
    response = await players.person.ask("GET", f"/v1/webhooks?{query}")

    assert 400 == response.status
    assert query.partition("=")[0] in await response.text()


async def test_nobody_sees_anothers(players: Players, somebody_else: Person) -> None:
    """Neither in a list nor by its id."""
    event = await players.send()
    await players.work()

    assert [] == (await somebody_else.get("/v1/webhooks"))["data"]
    assert 404 == (await somebody_else.ask("GET", f"/v1/webhooks/{event.id}")).status


async def test_a_delivery_that_comes_twice_is_kept_once(players: Players) -> None:
    """Its clock names it; in one batch or in two."""
    sent = FILM | {"Metadata": FILM["Metadata"] | {"kodi_id": "1", "watched_at": "2026-03-01T20:00:00Z"}}
    for _ in range(2):
        await players.send(sent)
        await players.send(sent)
        await players.work()

    assert 1 == len(await players.listed())
    assert 1 == len(await players.plays())


Spoil = dict[str, Any]
UNREADABLE: Spoil = {"media": None, "action": Action.PROGRESS, "ignored": "unreadable"}
UNKNOWN: Spoil = {"ignored": "unknown_event"}


@pytest.mark.parametrize("spoilt", [UNREADABLE, UNKNOWN], ids=["unreadable", "unknown"])
async def test_replay_applies_what_was_missed(players: Players, spoilt: Spoil) -> None:
    """At its own time, once, and its new reading is shown; replaying again changes nothing."""
    event = await players.send(ago=timedelta(days=3), **spoilt)
    await players.work()
    missed = await players.listed()
    counts = [await players.replay(), await players.replay()]
    (play,), (listed,) = await players.plays(), await players.listed()

    assert [spoilt["ignored"]] == [each["reason"] for each in missed]
    assert [1, 0] == counts
    assert event.received_at == datetime.fromisoformat(play["watched_at"])
    assert str(event.id) == play["event_id"]
    assert ("scrobbled", None, "Arrival") == (listed["outcome"], listed["reason"], listed["reading"]["title"])


async def test_a_replay_that_is_applied_twice_makes_one_play(players: Players) -> None:
    """Two people replay at once: both read, both send."""
    await players.send(ago=timedelta(days=3), **UNKNOWN)
    await players.work()
    pages = [
        page
        for _ in range(2)
        async for page in replaying.missed(players.pool, players.person.id, since=BEGINNING)
    ]
    await producer.put_back(players.stream, [each.event for page in pages for each in page], PARTITIONS)
    await players.work()

    assert 2 == len(pages)
    assert 1 == len(await players.plays())


async def test_replay_leaves_alone_what_counted(players: Players) -> None:
    """A play that was made from another reading stands."""
    media = webhook.parse("plex", json.dumps(FILM).encode(), receipt(1)).media
    assert media is not None
    await players.send(media=replace(media, title="Another", ids={"imdb": "tt0000009"}))
    await players.work()

    assert 0 == await players.replay()
    assert ["Another"] == [play["item"]["title"] for play in await players.plays()]


async def test_an_ignored_event_that_comes_again_stays_ignored(players: Players) -> None:
    """Only a replay reads anew: what merely carries the same id changes nothing."""
    event = await players.send(**UNKNOWN)
    await players.work()
    await producer.put_back(players.stream, [replace(event, ignored=None)], PARTITIONS)
    await players.work()

    assert ["unknown_event"] == [each["reason"] for each in await players.listed()]
    assert [] == await players.plays()


async def test_what_waits_is_replayed_with_better_words(players: Players) -> None:
    """Unmatched since an id was not read: after the replay it counts, and waits no more."""
    media = webhook.parse("plex", json.dumps(FILM).encode(), receipt(1)).media
    assert media is not None
    lost = replace(media, title=f"Unheard of {made_up()}", ids={})
    await players.send(ago=timedelta(days=1), media=lost, provisional=False)
    await players.work()
    waited = (await players.person.get("/v1/unmatched"))["data"]
    count = await players.replay((Outcome.UNMATCHED,))

    assert (1, 1) == (len(waited), count)
    assert 1 == len(await players.plays())
    assert [] == (await players.person.get("/v1/unmatched"))["data"]


async def test_bodies_stay_behind_while_too_much_waits(players: Players) -> None:
    """The event and its reading are kept all the same."""
    players.sender.depth = MOST_WITH_BODIES
    await players.send()
    entries: Any = await players.stream.xrange(names.events(players.person.id % PARTITIONS))
    await players.work()
    (listed,) = await players.listed()

    assert decode_webhook(entries[0][1][names.WEBHOOK]).body is None
    assert (await players.person.get(f"/v1/webhooks/{listed['id']}"))["body"] is None
    assert "scrobbled" == listed["outcome"]


async def forget(players: Players, **limits: Any) -> None:
    """Forget as the hourly sweep does."""
    now = datetime.now(UTC)
    known: dict[str, Any] = {
        "before": now - timedelta(days=14),
        "heartbeats_before": now - timedelta(days=2),
        "size": 10**6,
    }
    await webhooks.forget(players.pool, **(known | limits))


async def test_days_bound_what_is_kept(players: Players) -> None:
    """The old go, heartbeats sooner."""
    heartbeat = {"NotificationType": "PlaybackProgress", "ItemType": "Movie", "Name": "Arrival"}
    for days in (1, 10, 20):
        await players.send(ago=timedelta(days=days))
        await players.send(heartbeat, ago=timedelta(days=days))
    await players.work()
    await forget(players)
    kept = [(each["source"], round(_age(each).days)) for each in await players.listed()]

    assert [("jellyfin", 1), ("plex", 1), ("plex", 10)] == sorted(kept)


async def test_size_bounds_what_is_kept(players: Players) -> None:
    """Of each user the newest stay."""
    for hours in range(8):
        await players.send(FILM | {"padding": "x" * 10_000}, ago=timedelta(hours=hours))
    await players.work()
    await forget(players, size=40_000)

    assert [0, 1, 2] == sorted(_age(each).seconds // 3600 for each in await players.listed())


def _age(listed: dict[str, Any]) -> timedelta:
    return datetime.now(UTC) - datetime.fromisoformat(listed["received_at"])
