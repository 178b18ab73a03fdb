"""Alive, ready, and the numbers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from scrobbled.errors import Unavailable
from scrobbled.web import app, health
from scrobbled.web.auth import Authenticator

Client = TestClient[Any, Any]


class Dependencies:
    """A database that is there and a stream that can be away or silent."""

    def __init__(self) -> None:
        self.trouble = ""

    async def database(self) -> None:
        """It is always there."""

    async def stream(self) -> None:
        """Answers, refuses, or keeps silent."""
        if self.trouble == "away":
            raise Unavailable("the stream is away")
        if self.trouble == "silent":
            await asyncio.sleep(60)

    async def gauges(self) -> dict[str, float]:
        """The stream's own numbers."""
        await self.stream()
        return {"scrobbled_stream_depth": 3}


@pytest.fixture
def dependencies() -> Dependencies:
    """Dependencies that are all there."""
    return Dependencies()


@pytest.fixture
async def client(dependencies: Dependencies) -> AsyncIterator[Client]:
    """A client of an application with nothing but health."""

    async def _nobody(_digest: bytes) -> None:
        return None

    async def _touch(_used: list[tuple[int, int]]) -> None:
        pass

    checks = {"postgresql": dependencies.database, "stream": dependencies.stream}
    routes = health.routes(checks, [dependencies.gauges])
    async with TestClient(TestServer(app.build(routes, Authenticator(_nobody, _touch)))) as opened:
        yield opened


async def test_live(client: Client, dependencies: Dependencies) -> None:
    """A process that answers is alive, whatever is away."""
    dependencies.trouble = "away"

    assert 200 == (await client.get("/health/live")).status


async def test_ready(client: Client) -> None:
    """It is ready when every dependency is."""
    response = await client.get("/health/ready")

    assert 200 == response.status
    assert {"ready": True, "dependencies": {"postgresql": {"ready": True}, "stream": {"ready": True}}} == (
        await response.json()
    )


@pytest.mark.parametrize(
    ("trouble", "message"), [("away", "the stream is away"), ("silent", "no answer within 0.05 s")]
)
async def test_not_ready(
    client: Client,
    dependencies: Dependencies,
    monkeypatch: pytest.MonkeyPatch,
    trouble: str,
    message: str,
) -> None:
    """It says which dependency is not ready and why, also of one that does not answer."""
    monkeypatch.setattr(health, "_PATIENCE", 0.05)
    dependencies.trouble = trouble
    response = await client.get("/health/ready")

    assert 503 == response.status
    assert {
        "ready": False,
        "dependencies": {"postgresql": {"ready": True}, "stream": {"ready": False, "message": message}},
    } == await response.json()


async def test_metrics(client: Client) -> None:
    """The metrics hold what this process counted, what the stream says, and what is ready."""
    await client.get("/health/live")
    text = await (await client.get("/metrics")).text()

    assert "# TYPE scrobbled_http_request_seconds histogram" in text
    assert "\nscrobbled_stream_depth 3" in text
    assert '\nscrobbled_ready{dependency="stream"} 1\n' in text


async def test_metrics_without_stream(client: Client, dependencies: Dependencies) -> None:
    """With the stream away its own numbers are missing, and nothing else is."""
    dependencies.trouble = "away"
    text = await (await client.get("/metrics")).text()

    assert "scrobbled_stream_depth" not in text
    assert '\nscrobbled_ready{dependency="stream"} 0\n' in text
    assert '\nscrobbled_ready{dependency="postgresql"} 1\n' in text
