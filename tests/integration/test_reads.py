"""Playback, watching, unmatched and events, as ``/v1`` serves them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from scrobbled.model.play import play_id
from tests.integration.conftest import new_person
from tests.library import NOON, ended, episodes, film, left_over, pause, put_on, watch

if TYPE_CHECKING:
    from scrobbled.store.pool import Pool
    from tests.integration.conftest import Client, Person

#: An id of nothing; the same in every run, since tests are named by it.
NOBODYS = UUID(int=7, version=4)

GETS = [
    "/v1/history",
    "/v1/playback",
    "/v1/watching",
    "/v1/unmatched",
    f"/v1/events/{NOBODYS}",
    "/v1/webhooks",
    f"/v1/webhooks/{NOBODYS}",
    "/v1/me",
    "/v1/tokens",
    "/trakt/sync/history",
    "/trakt/sync/playback",
    "/trakt/users/me/watching",
    "/api/public/v1/me",
    "/api/public/v1/history",
]


@pytest.mark.parametrize("path", GETS)
async def test_reading_needs_its_scope(pool: Pool, client: Client, path: str) -> None:
    """A token that may only scrobble reads nothing."""
    person = await new_person(pool, client, ("scrobble",))

    assert 403 == (await person.ask("GET", path)).status


@pytest.mark.parametrize("path", GETS)
async def test_reading_needs_a_token(client: Client, path: str) -> None:
    """Without a token nothing is read."""
    assert 401 == (await client.get(path)).status


async def test_playback(pool: Pool, person: Person) -> None:
    """Saved positions come most recently paused first, of one kind when asked."""
    item, (episode,) = await film(pool), await episodes(pool)
    earlier = await pause(pool, person.id, item, 41.5)
    later = await pause(pool, person.id, episode, 12, NOON + timedelta(hours=1))
    every, films = await person.get("/v1/playback"), await person.get("/v1/playback", kind="movie")
    first = await person.get("/v1/playback", limit=1)

    assert [(later, 12, "episode"), (earlier, 41.5, "movie")] == [
        (each["id"], each["progress"], each["item"]["kind"]) for each in every["data"]
    ]
    assert "2026-03-01T12:00:00Z" == every["data"][1]["paused_at"]
    assert ([earlier], 1) == ([each["id"] for each in films["data"]], films["total"])
    assert ([later], 2) == ([each["id"] for each in first["data"]], first["total"])


async def test_playback_is_ones_own(pool: Pool, person: Person, somebody_else: Person) -> None:
    """Nobody sees where another stopped."""
    await pause(pool, somebody_else.id, await film(pool), 40)

    assert {"data": [], "total": 0} == await person.get("/v1/playback")


async def test_watching(pool: Pool, person: Person, somebody_else: Person) -> None:
    """What is on is shown to its watcher, with its position, and to nobody else."""
    item = await film(pool)
    await pause(pool, person.id, item, 33)
    await put_on(pool, person.id, item)
    now = (await person.get("/v1/watching"))["watching"]

    assert ("scrobble", "test", 33) == (now["action"], now["source"], now["progress"])
    assert [item.id] == [each["id"] for each in now["items"]]
    assert now["started_at"] < now["expires_at"]
    assert {"watching": None} == await somebody_else.get("/v1/watching")


async def test_watching_is_over(pool: Pool, person: Person) -> None:
    """What has run out is not on any more, whether or not a worker has noted it."""
    await put_on(pool, person.id, await film(pool), ends_in=timedelta(seconds=-1))

    assert {"watching": None} == await person.get("/v1/watching")


async def test_unmatched(pool: Pool, person: Person, somebody_else: Person) -> None:
    """What could not be matched is listed newest first with what it said, to its owner alone."""
    ids = [
        await left_over(pool, person.id, f"Lost {day}", NOON + timedelta(days=day // 2)) for day in range(5)
    ]
    await left_over(pool, somebody_else.id, "Not yours")
    found, cursor = [], None
    while True:
        page = await person.get("/v1/unmatched", limit=2, **({"cursor": cursor} if cursor else {}))
        found += page["data"]
        if (cursor := page["next_cursor"]) is None:
            break

    assert [
        str(each) for each in sorted(ids, key=lambda each: (ids.index(each) // 2, each), reverse=True)
    ] == [each["id"] for each in found]
    assert {"kind": "movie", "title": "Lost 4"} == found[0]["media"]
    assert ("test", "stop", 95, [{"id": 1, "score": 0.4}]) == tuple(
        found[0][name] for name in ("source", "action", "progress", "candidates")
    )


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/v1/unmatched", {"cursor": "nonsense"}),
        ("/v1/unmatched", {"limit": "501"}),
        ("/v1/playback", {"limit": "0"}),
        ("/v1/playback", {"kind": "song"}),
        ("/v1/events/nonsense", {}),
        ("/v1/events/123", {}),
    ],
)
async def test_bad_query(person: Person, path: str, query: dict[str, str]) -> None:
    """What is wrong with a parameter is said with 400."""
    response = await person.ask("GET", path, params=query)

    assert (400, "invalid_request") == (response.status, (await response.json())["error"]["code"])


async def test_event(pool: Pool, person: Person) -> None:
    """An event says how it ended, why, and which plays it made of what."""
    first, _ = await episodes(pool, 2)
    play = await watch(pool, person.id, first)
    await ended(pool, person.id, play.event_id, first, "scrobbled")
    found = await person.get(f"/v1/events/{play.event_id}")

    assert (str(play.event_id), "scrobbled", "because", "test", "stop") == tuple(
        found[name] for name in ("id", "outcome", "reason", "source", "action")
    )
    assert (play_id(play.event_id, first.id), [play.id]) == (found["play_id"], found["play_ids"])
    assert [first.id] == [each["id"] for each in found["items"]]


async def test_event_without_play(pool: Pool, person: Person) -> None:
    """An event that made no play says so."""
    event_id = uuid4()
    await ended(pool, person.id, event_id, None, "ignored")
    found = await person.get(f"/v1/events/{event_id}")

    assert ("ignored", None, [], []) == tuple(
        found[name] for name in ("outcome", "play_id", "play_ids", "items")
    )


async def test_unknown_event(pool: Pool, person: Person, somebody_else: Person) -> None:
    """An event not applied yet is a 404 that says so; another's looks just the same."""
    theirs = uuid4()
    await ended(pool, somebody_else.id, theirs, None, "ignored")
    unknown = await person.ask("GET", f"/v1/events/{uuid4()}")
    not_mine = await person.ask("GET", f"/v1/events/{theirs}")

    assert 404 == unknown.status == not_mine.status
    assert await unknown.json() == await not_mine.json()
    assert "ask again" in (await unknown.json())["error"]["message"]
