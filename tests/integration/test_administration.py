"""What tokens with the scope admin may do: users, and events that were given up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from scrobbled.model.event import Action, PlaybackEvent
from scrobbled.model.media import Kind, Media
from scrobbled.stream import names
from scrobbled.stream.codec import encode_event
from scrobbled.stream.connection import open_redis
from tests.integration.browser import Browser
from tests.integration.conftest import Person, new_person

if TYPE_CHECKING:
    import redis.asyncio

    from scrobbled.store.pool import Pool
    from tests.conftest import Servers
    from tests.integration.conftest import Client

OPERATIONS = [
    ("GET", "/v1/users"),
    ("POST", "/v1/users"),
    ("GET", "/v1/dead"),
    ("POST", "/v1/dead/1-1/retry"),
]


@pytest.fixture
async def admin(pool: Pool, client: Client) -> Person:
    """Somebody whose token has the scope admin and no other."""
    return await new_person(pool, client, ("admin",))


@pytest.fixture
async def stream(servers: Servers) -> AsyncIterator[redis.asyncio.Redis]:
    """The stream server, with nothing left of dead letters."""
    async with open_redis(servers.redis_url) as opened:
        await opened.delete(names.DEAD)
        yield opened
        await opened.delete(names.DEAD, names.events(1))


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
async def test_nobody_else_may(person: Person, method: str, path: str) -> None:
    """A token with every other scope gets 403."""
    answered = await person.ask(method, path)

    assert 403 == answered.status
    assert "may not admin" in (await answered.json())["error"]["message"]


async def test_admin_implies_nothing(admin: Person) -> None:
    """An administrator's token reads, sends and writes nothing of anybody's, nor makes a token that does."""
    event = {"action": "start", "progress": 1, "movie": {"title": "A"}}
    asked = [
        await admin.ask("GET", "/v1/history"),
        await admin.ask("POST", "/v1/tokens", json={"label": "more", "scopes": ["admin"]}),
        await admin.ask("DELETE", "/v1/tokens/1"),
    ]

    assert [403] * 3 == [each.status for each in asked]
    assert 404 == (await admin.ask("POST", "/v1/events", json=event)).status  # this server takes none in


async def test_a_writer_makes_no_administrator(person: Person) -> None:
    """A token without the scope makes none that has it."""
    answered = await person.ask("POST", "/v1/tokens", json={"label": "more", "scopes": ["read", "admin"]})

    assert 403 == answered.status


async def test_adding_a_user(admin: Person, client: Client) -> None:
    """A new user is listed, has a token for everything of their own, and signs in with the password."""
    name = f" {uuid4().hex} "
    made = await admin.ask("POST", "/v1/users", json={"name": name, "password": "correct horse"})
    added = await made.json()
    theirs = await Person(client, added["id"], added["token"]).get("/v1/me")
    page = await admin.get("/v1/users", after=added["id"] - 1)
    async with Browser(client) as browser:
        signed_in = await browser.sign_in(await browser.get("/signin"), name.strip(), "correct horse")

    assert (201, name.strip()) == (made.status, added["name"])
    assert ["read", "scrobble", "write"] == theirs["token"]["scopes"]
    assert (added["id"], name.strip()) == (page["data"][0]["id"], page["data"][0]["name"])
    assert name.strip() in signed_in.text


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": " "},
        {"name": "a" * 101},
        {"name": "a\nb"},
        {"name": "ok", "password": "1"},
        [],
    ],
)
async def test_no_user(admin: Person, body: object) -> None:
    """What is wrong with a name or a password is said, and nobody is added."""
    before = await admin.get("/v1/users", limit=500)
    answered = await admin.ask("POST", "/v1/users", json=body)

    assert 400 == answered.status
    assert before == await admin.get("/v1/users", limit=500)


async def test_a_name_is_taken(pool: Pool, admin: Person) -> None:
    """Nobody gets a second user of the same name, nor a token of the first."""
    name: str = await pool.fetchval("select name from users where id = $1", admin.id)
    answered = await admin.ask("POST", "/v1/users", json={"name": name.upper(), "password": "correct horse"})

    assert 400 == answered.status
    assert "already" in (await answered.json())["error"]["message"]
    assert not await pool.fetchval("select exists (select from passwords where user_id = $1)", admin.id)


async def test_pages_of_users(admin: Person, person: Person) -> None:
    """The pages together have everybody once, by id."""
    found: list[int] = []
    after: int | None = admin.id - 1
    while after is not None:
        page = await admin.get("/v1/users", limit=1, after=after)
        found += [each["id"] for each in page["data"]]
        after = page["next_after"]

    assert [admin.id, person.id] == [user for user in found if user in {admin.id, person.id}]
    assert sorted(set(found)) == found


async def test_dead_letters(admin: Person, person: Person, stream: redis.asyncio.Redis) -> None:
    """They are listed without what was watched, and one that is tried again is in the stream once."""
    event = PlaybackEvent(
        id=uuid4(),
        user_id=person.id,
        source="native",
        action=Action.STOP,
        media=Media(kind=Kind.MOVIE, title="Very Private"),
        occurred_at=datetime.now(UTC),
        received_at=datetime.now(UTC),
        progress=90,
    )
    said: dict[Any, Any] = {"partition": b"1", "reason": b"ValueError: Very Private", "tries": b"5"}
    await stream.xadd(names.DEAD, {"event": encode_event(event), **said})
    await stream.xadd(names.DEAD, {"event": b"nonsense", "reason": b"DecodeError", "tries": b"5"})
    listed = await admin.ask("GET", "/v1/dead")
    broken, dead = (await listed.json())["data"]
    first = await admin.ask("POST", f"/v1/dead/{dead['id']}/retry")
    again = await admin.ask("POST", f"/v1/dead/{dead['id']}/retry")
    waiting: Any = await stream.xrange(names.events(1))

    assert "Very Private" not in await listed.text()
    assert (person.id, str(event.id), "native", "ValueError", 5) == (
        dead["user_id"], dead["event_id"], dead["source"], dead["reason"], dead["tries"],
    )  # fmt: skip
    assert (None, None, None) == (broken["user_id"], broken["event_id"], broken["source"])
    assert (204, 404) == (first.status, again.status)
    assert [broken["id"]] == [each["id"] for each in (await admin.get("/v1/dead"))["data"]]
    assert [encode_event(event)] == [entry[b"event"] for _, entry in waiting]


@pytest.mark.parametrize("entry", ["1", "-", "+", "1-1", "a-b", "0-0", "9" * 30 + "-1", "%2A"])
async def test_no_such_letter(admin: Person, stream: redis.asyncio.Redis, entry: str) -> None:
    """What names no dead letter is 404, and nothing else is tried again by it."""
    await stream.xadd(names.DEAD, {"event": b"nonsense"})
    answered = await admin.ask("POST", f"/v1/dead/{entry}/retry")

    assert 404 == answered.status
    assert 1 == await stream.xlen(names.DEAD)
