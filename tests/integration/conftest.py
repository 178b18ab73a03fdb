"""A database of the session's own, and the front door's reads served from it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
import redis.asyncio
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

from scrobbled.api import native, oauth, reelrifter, trakt
from scrobbled.api.administration import DEAD_LETTERS
from scrobbled.api.pool import NAMES, POOL, PUT_BACK
from scrobbled.api.resolving import RESOLVER, Resolver
from scrobbled.api.trakt.objects import OBJECTS, Objects
from scrobbled.catalog.live import Names
from scrobbled.roles.front import _authenticator
from scrobbled.store import devices, users
from scrobbled.store.migrate import migrate
from scrobbled.store.pool import open_pool
from scrobbled.stream.dead import DeadLetters
from scrobbled.stream.limits import Counters
from scrobbled.ui import routes as pages
from scrobbled.ui import visitor
from scrobbled.web import app, description, health
from scrobbled.web.address import PROXIES, Proxies
from scrobbled.web.apps import PUBLIC_URL, UNKNOWN_APPS
from scrobbled.web.limits import DEVICE_CODES, Bounds, Share
from scrobbled.web.passwords import Checker

if TYPE_CHECKING:
    from scrobbled.model.event import PlaybackEvent
    from scrobbled.store.pool import Database, Pool
    from tests.conftest import Servers

Client = TestClient[Any, Any]


class _Fresh(Names):
    """
    Names that look whenever they are asked to. Others rest after a look that took long, as on a busy
    machine, and get a file once there are as many titles as the tests of a session may add.
    """

    async def refresh(self, database: Database) -> bool:
        """At once, however long the last look took."""
        self._next_look = 0.0
        return await super().refresh(database)

    @property
    def needs_a_build(self) -> bool:
        """Never: that is a process, which works on the server of the one who runs the tests."""
        return False


def catalogue_names() -> Names:
    """The names of a server that has just begun: no file yet, everything is fresh."""
    return _Fresh(Path("/nonexistent/names/index"))


class Person:
    """Somebody with a token who asks the server."""

    def __init__(self, client: Client, user_id: int, token: str) -> None:
        self.client, self.id, self.token = client, user_id, token

    async def ask(self, method: str, path: str, **more: Any) -> ClientResponse:
        """Send a request with the token."""
        headers = {"Authorization": f"Bearer {self.token}", **more.pop("headers", {})}
        return await self.client.request(method, path, headers=headers, **more)

    async def get(self, path: str, **query: str | int) -> Any:
        """The JSON at *path*, which must be there."""
        response = await self.ask("GET", path, params=query)
        assert response.status == 200, await response.text()
        return await response.json()


@pytest.fixture(scope="session")
async def pool(servers: Servers) -> AsyncIterator[Pool]:
    """The session's database, migrated."""
    await migrate(servers.database_url)
    async with open_pool(servers.database_url, size=8, name="tests") as opened:
        yield opened


@pytest.fixture(scope="session")
async def client(pool: Pool, servers: Servers) -> AsyncIterator[Client]:
    """A client of a server that reads from *pool*."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("scrobbled.web.auth.PATIENCE", 60.0)  # a busy machine takes its time with a new token
        async with TestClient(TestServer(served(pool, servers.redis_url))) as opened:
            yield opened


def served(pool: Pool, redis_url: str, *, unknown_apps: bool = True) -> web.Application:
    """A server that reads from *pool*."""

    async def _answers() -> None:
        await pool.fetchval("select 1")

    async def _gauges() -> dict[str, float]:
        return {"scrobbled_stream_depth": 3.0}

    async def _put_back(events: Sequence[PlaybackEvent]) -> None:
        """No worker is there to apply them."""

    routes = [*oauth.routes(), *native.routes(), *trakt.routes(), *reelrifter.routes()]
    routes += health.routes({"postgresql": _answers}, [_gauges])
    described = [*routes, *description.routes(routes), *pages.routes()]
    application = app.build(described, _authenticator(pool))
    application[POOL] = pool
    application[OBJECTS] = Objects()
    application[PUBLIC_URL], application[UNKNOWN_APPS] = "", unknown_apps
    application[visitor.POOL], application[visitor.CHECKER] = pool, Checker()
    application[PROXIES] = Proxies([ip_network("127.0.0.1")])
    application[PUT_BACK] = _put_back
    bounds = Bounds(each=100_000, everybody=100_000, seconds=600)
    counters = Counters(redis_url)
    application[DEVICE_CODES] = Share(counters.take, "device_codes", bounds)

    stream = redis.asyncio.Redis.from_url(redis_url)
    application[DEAD_LETTERS] = DeadLetters(stream)

    async def _hang_up(_application: web.Application) -> None:
        await counters.close()
        await stream.aclose()

    application.on_cleanup.append(_hang_up)
    application[NAMES] = catalogue_names()
    application[RESOLVER] = Resolver(pool, _put_back, agreement=3)
    return application


@pytest.fixture
async def person(pool: Pool, client: Client) -> Person:
    """A new user with a token that may do everything."""
    return await new_person(pool, client)


@pytest.fixture
async def somebody_else(pool: Pool, client: Client) -> Person:
    """Another one."""
    return await new_person(pool, client)


async def let_in(pool: Pool, person: Person, client_id: str = "c" * 64) -> dict[str, Any]:
    """Sign an app in for *person* by the device flow: the answer with its tokens."""
    asked = await person.client.post("/oauth/device/code", json={"client_id": client_id})
    codes = await asked.json()
    await devices.decide(pool, codes["user_code"], person.id, approved=True)
    body = {"code": codes["device_code"], "client_id": client_id}
    answered = await person.client.post("/oauth/device/token", json=body)
    assert answered.status == 200, await answered.text()
    tokens: dict[str, Any] = await answered.json()
    return tokens


async def new_person(pool: Pool, client: Client, scopes: tuple[str, ...] = users.USUAL_SCOPES) -> Person:
    """A new user with a token that may do *scopes*."""
    user_id = await users.add_user(pool, uuid4().hex)
    token, _ = await users.create_token(pool, user_id, "test", scopes)
    return Person(client, user_id, token)
