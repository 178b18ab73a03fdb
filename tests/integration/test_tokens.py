"""Users and tokens: made, shown once, counted, revoked."""

from __future__ import annotations

import asyncio
from hashlib import sha256
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from aiohttp import ClientResponse

from scrobbled.errors import NotFound, PayloadError, Unavailable
from scrobbled.store import users
from scrobbled.store.migrate import migrate
from scrobbled.store.pool import connect, open_pool
from tests.integration.conftest import new_person

if TYPE_CHECKING:
    from scrobbled.store.pool import Pool
    from tests.conftest import Servers
    from tests.integration.conftest import Client, Person


async def test_create(pool: Pool, person: Person) -> None:
    """A token is shown when it is made and never again; only its hash is kept."""
    response = await person.ask("POST", "/v1/tokens", json={"label": "tv", "scopes": ["scrobble"]})
    made = await response.json()
    listed = (await person.get("/v1/tokens"))["data"][-1]
    stored = await pool.fetchrow("select hash, label from tokens where id = $1", made["id"])

    assert stored is not None
    assert 201 == response.status
    assert made["token"].startswith("scr_pat_")
    assert 43 == len(made["token"].removeprefix("scr_pat_"))
    assert {"id", "label", "scopes", "created_at", "last_used_at", "last_event_at"} == set(listed)
    assert (made["id"], "tv", ["scrobble"], None) == (
        listed["id"], listed["label"], listed["scopes"], listed["last_used_at"],
    )  # fmt: skip
    assert (sha256(made["token"].encode()).digest(), "tv") == (stored["hash"], stored["label"])


async def test_new_token_works(person: Person) -> None:
    """A new token works at once and does what its scopes say."""
    made = await (await person.ask("POST", "/v1/tokens", json={"label": "tv", "scopes": ["read"]})).json()
    headers = {"Authorization": f"Bearer {made['token']}"}
    me = await person.client.get("/v1/me", headers=headers)
    write = await person.client.post("/v1/tokens", headers=headers, json={"label": "x"})

    assert (person.id, {"id": made["id"], "scopes": ["read"]}) == (
        (body := await me.json())["id"],
        body["token"],
    )
    assert 403 == write.status


async def test_no_more_than_oneself(pool: Pool, client: Client) -> None:
    """A token makes none that may do more than itself; left out, the scopes are its own."""
    person = await new_person(pool, client, ("read", "write"))
    more = await person.ask("POST", "/v1/tokens", json={"label": "x", "scopes": ["scrobble"]})
    same = await person.ask("POST", "/v1/tokens", json={"label": "x"})

    assert 403 == more.status
    assert ["read", "write"] == (await same.json())["scopes"]


async def test_revoke(person: Person) -> None:
    """A revoked token is refused at once, gone from the list, and cannot be revoked again."""
    made = await (await person.ask("POST", "/v1/tokens", json={"label": "tv"})).json()
    headers = {"Authorization": f"Bearer {made['token']}"}
    before = await person.client.get("/v1/me", headers=headers)
    revoked = await person.ask("DELETE", f"/v1/tokens/{made['id']}")
    after = await person.client.get("/v1/me", headers=headers)
    again = await person.ask("DELETE", f"/v1/tokens/{made['id']}")

    assert [200, 204, 401, 404] == [before.status, revoked.status, after.status, again.status]
    assert made["id"] not in {token["id"] for token in (await person.get("/v1/tokens"))["data"]}


@pytest.mark.parametrize("token_id", ["0", "abc", "-1", "9" * 30])
async def test_revoke_unknown(person: Person, token_id: str) -> None:
    """There is no token to revoke under an id that none has."""
    assert 404 == (await person.ask("DELETE", f"/v1/tokens/{token_id}")).status


async def test_nobody_elses(person: Person, somebody_else: Person) -> None:
    """Nobody lists or revokes another's tokens."""
    (mine,) = (await somebody_else.get("/v1/tokens"))["data"]
    revoked = await person.ask("DELETE", f"/v1/tokens/{mine['id']}")

    assert 404 == revoked.status
    assert mine["id"] not in {token["id"] for token in (await person.get("/v1/tokens"))["data"]}
    assert 200 == (await somebody_else.ask("GET", "/v1/me")).status


async def test_at_most_twenty(person: Person) -> None:
    """A user holds at most twenty tokens, also when they are asked for all at once."""

    async def make(number: int) -> ClientResponse:
        """Ask for one, again where the server is too busy to say."""
        while True:
            answer = await person.ask("POST", "/v1/tokens", json={"label": str(number)})
            if answer.status != 503:
                return answer

    answers = await asyncio.gather(*(make(number) for number in range(25)))
    made = [await answer.json() for answer in answers if answer.status == 201]
    refused = [answer for answer in answers if answer.status == 400]
    await person.ask("DELETE", f"/v1/tokens/{made[0]['id']}")
    room_again = await person.ask("POST", "/v1/tokens", json={"label": "one more"})

    assert (19, 6) == (len(made), len(refused))  # the one that asks is the twentieth
    assert 201 == room_again.status


async def test_a_bad_body_is_told(person: Person) -> None:
    """What is wrong with a body is said, with where it stands and what one is like."""
    response = await person.ask("POST", "/v1/tokens", json={"label": "x", "scopes": ["read", "sing"]})

    said = "Invalid enum value 'sing' - at $.scopes[1]; a body is like {\"label\": "
    assert (await response.json())["error"]["message"].startswith(said)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"label": ""}',
        b'{"label": "   "}',
        b'{"label": "a\\u0000b"}',
        b'{"label": "a\\nb"}',
        b'{"label": 5}',
        b'{"label": "x", "scopes": ["everything"]}',
        b'{"label": "x", "scopes": []}',
        b'{"label": "x", "scopes": "read"}',
        b'{"label": "\\ud800"}',
        b"[" * 100_000,
        b'{"label": "' + b"x" * 101 + b'"}',
        b"\xff\xfe",
    ],
)
async def test_bad_body(person: Person, body: bytes) -> None:
    """A body that makes no token is refused in our envelope and makes none."""
    response = await person.ask("POST", "/v1/tokens", data=body)

    assert (400, "invalid_request") == (response.status, (await response.json())["error"]["code"])
    assert 1 == len((await person.get("/v1/tokens"))["data"])


async def test_use_is_seen(pool: Pool, person: Person) -> None:
    """When a token was last used is kept, and told with it."""
    (token,) = (await person.get("/v1/tokens"))["data"]
    await users.touch(pool, [(person.id, token["id"])])
    (seen,) = (await person.get("/v1/tokens"))["data"]

    assert None is token["last_used_at"]
    assert seen["last_used_at"] > seen["created_at"]


async def test_me(person: Person) -> None:
    """Who a token stands for, their own rules, and what the token may do."""
    me = await person.get("/v1/me")

    assert {"id", "name", "created_at", "rules", "token"} == set(me)
    assert {"watched_threshold": None, "lost_stop": None} == me["rules"]
    assert ["read", "scrobble", "write"] == me["token"]["scopes"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer scr_pat_wrong"},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer \u2603"},
        {"X-API-Key": "' or 1=1"},
    ],
)
async def test_wrong_token(client: Client, headers: dict[str, str]) -> None:
    """Without a token, or with a wrong one, nothing is told."""
    response = await client.get("/v1/me", headers=headers)

    assert (401, "invalid_token") == (response.status, (await response.json())["error"]["code"])


async def test_names(pool: Pool) -> None:
    """A name is taken once, whatever the case of its letters, and has letters one can see."""
    name = f"Zoë {uuid4().hex}"
    await users.add_user(pool, name)

    assert name == (await users.user_called(pool, name.upper())).name
    for wrong in (name.upper(), "", "  ", "a\x00b", "x" * 101):
        with pytest.raises(PayloadError):
            await users.add_user(pool, wrong)
    with pytest.raises(NotFound):
        await users.user_called(pool, "nobody of that name")


async def test_first_user(servers: Servers) -> None:
    """A new server gets one user and one token, also when several processes start at once."""
    server = await connect(servers.database_url)
    await server.execute("create database first_user")
    await server.close()
    url = servers.database_url.replace("/scrobbled?", "/first_user?")
    await migrate(url)
    tokens = await asyncio.gather(*(users.first_user(url) for _ in range(5)))
    (token,) = [token for token in tokens if token is not None]
    async with open_pool(url, size=1, name="tests") as pool:
        owner = await users.by_token(pool, sha256(token.encode()).digest())
        (kept,) = await users.tokens(pool, owner.user_id if owner else 0)

    assert owner is not None
    assert ("admin", frozenset({"read", "scrobble", "write"})) == (owner.name, owner.scopes)
    assert "first start" == kept.label
    assert None is await users.first_user(url)


async def test_database_away(servers: Servers) -> None:
    """A database that went away is said to be away, so that a client tries again."""
    async with open_pool(servers.database_url, size=1, name="tests") as pool:
        await pool.close()

        with pytest.raises(Unavailable):
            await users.by_token(pool, b"x" * 32)
