"""A crowd: some come in, the rest is told, and readers keep nobody out."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from scrobbled.web import app, gate
from scrobbled.web.auth import Authenticator, Identity
from scrobbled.web.gate import Gates
from scrobbled.web.routes import Route, Scope, Surface

HEADERS = {"Authorization": "Bearer token"}


class House:
    """Routes that answer when told to."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.inside = 0

    async def slow(self, _request: web.Request) -> web.Response:
        """Wait to be told."""
        self.inside += 1
        await self.go.wait()
        return web.Response()

    def application(self, most: int) -> web.Application:
        """An event, a read and a probe, all of them slow."""

        async def _look_up(_digest: bytes) -> Identity:
            scopes = frozenset({"read", "scrobble"})
            return Identity(user_id=1, token_id=1, name="robin", scopes=scopes)

        async def _touch(_used: list[tuple[int, int]]) -> None:
            pass

        routes = [
            Route("GET", "/event", self.slow, Surface.NATIVE, Scope.SCROBBLE, "An event"),
            Route("GET", "/read", self.slow, Surface.NATIVE, Scope.READ, "A read"),
            Route("GET", "/probe", self.slow, Surface.SYSTEM, None, "A probe"),
        ]
        return app.build(routes, Authenticator(_look_up, _touch), gates=Gates(most))


async def settled(house: House, asks: Sequence[asyncio.Task[Any]], how_many: int) -> None:
    """Wait until so many requests are inside or, of *asks*, refused."""
    async with asyncio.timeout(60):
        while house.inside + sum(each.done() for each in asks) < how_many:  # noqa: ASYNC110  # tasks
            await asyncio.sleep(0.01)


async def crowd(house: House, most: int, path: str, how_many: int) -> list[int]:
    """The statuses of as many requests at once."""
    async with TestClient(TestServer(house.application(most))) as client:
        asks = [asyncio.create_task(client.get(path, headers=HEADERS)) for _ in range(how_many)]
        await settled(house, asks, how_many)
        house.go.set()
        return sorted([(await each).status for each in asks])


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "DELAY", 0.01)
    monkeypatch.setattr(gate, "GRACE", 0.0)


@pytest.mark.parametrize("path", ["/event", "/read"])
async def test_what_is_too_much_is_refused(path: str) -> None:
    """As many as the gate lets in are answered, the others get 503."""
    assert [200] * 5 + [503] * 7 == await crowd(House(), 5, path, 12)


async def test_a_refusal_says_when_to_come_back() -> None:
    """503 has Retry-After, and our envelope."""
    house = House()
    async with TestClient(TestServer(house.application(0))) as client:
        response = await client.get("/event", headers=HEADERS)
        body = await response.json()

    assert (503, True) == (response.status, int(response.headers["Retry-After"]) > 0)
    assert "unavailable" == body["error"]["code"]


async def test_readers_keep_no_event_out() -> None:
    """A house full of readers still takes events."""
    house = House()
    async with TestClient(TestServer(house.application(3))) as client:
        readers = [asyncio.create_task(client.get("/read", headers=HEADERS)) for _ in range(9)]
        await settled(house, readers, 9)
        event = asyncio.create_task(client.get("/event", headers=HEADERS))
        await settled(house, [*readers, event], 10)
        house.go.set()
        statuses = sorted([(await each).status for each in readers])

        assert [200] * 3 + [503] * 6 == statuses
        assert 200 == (await event).status


async def test_whoever_asks_how_we_are_always_gets_in() -> None:
    """Probes are answered in a crowd too."""
    assert [200] * 12 == await crowd(House(), 3, "/probe", 12)


async def test_only_some_begin_in_one_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """A crowd that comes at once is not worked on at once: the rest stands in line, and gets in."""
    monkeypatch.setattr(gate, "AT_A_TIME", 2)
    door = gate.Gate(100)
    begun: list[int] = []

    async def ask(number: int) -> None:
        """One of the crowd."""
        assert door.enter()
        if not door.begin():
            await door.turn()
        begun.append(number)

    crowd = [asyncio.create_task(ask(number)) for number in range(6)]
    seen = []
    while len(begun) < len(crowd):
        await asyncio.sleep(0)
        seen.append(len(begun))

    assert sorted(begun) == begun
    assert 2 == max(after - before for before, after in pairwise([0, *seen]))


async def test_whoever_leaves_the_line_keeps_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that hangs up while it stands in line is passed over."""
    monkeypatch.setattr(gate, "AT_A_TIME", 1)
    door = gate.Gate(100)
    assert door.begin()
    first, second = asyncio.create_task(door.turn()), asyncio.create_task(door.turn())
    await asyncio.sleep(0)
    first.cancel()

    await asyncio.wait_for(second, 60)


async def test_a_burst_is_let_in_and_a_crowd_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a quiet moment four times as many may come, a moment later no more; and again after the next."""
    monkeypatch.setattr(gate, "GRACE", 60.0)
    door = gate.Gate(8)

    def come() -> int:
        """How many more get in."""
        return [door.enter() for _ in range(100)].count(True)

    assert 32 == come()
    for _ in range(10):
        door.leave()
    monkeypatch.setattr(gate, "GRACE", 0.0)
    assert 0 == come()
    for _ in range(15):
        door.leave()
    assert 1 == come()
    for _ in range(7):
        door.leave()
    monkeypatch.setattr(gate, "GRACE", 60.0)
    assert 31 == come()


async def test_whoever_waits_for_an_answer_takes_no_place() -> None:
    """A call that is durable, and waits for its worker, leaves its place to others."""
    door = gate.Gate(1)

    assert door.enter()
    with door.outside():
        assert door.enter()
        assert not door.enter()
