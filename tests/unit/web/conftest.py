"""A client of an application that has every kind of trouble, and what it logs."""

from __future__ import annotations

import io
import logging
from collections.abc import AsyncIterator

import orjson
import pytest
import structlog
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from structlog.contextvars import merge_contextvars

from scrobbled.log import render_json
from scrobbled.web import app, entry
from scrobbled.web.auth import Authenticator, Identity
from tests.unit.web.trouble import ROUTES, Client, Lines


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    """A client of an application that has every kind of trouble."""

    async def _look_up(_digest: bytes) -> Identity:
        return Identity(user_id=7, token_id=8, name="ann", scopes=frozenset({"read", "scrobble"}))

    async def _touch(_used: list[tuple[int, int]]) -> None:
        pass

    application = app.build(ROUTES, Authenticator(_look_up, _touch))
    server = TestServer(application)
    await server.start_server(auto_decompress=False)  # as roles/front.py has it
    assert isinstance(server.runner, web.AppRunner)
    app.shorten(server.runner, application)
    async with TestClient(server) as opened:
        yield opened


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Lines:
    """What the entry logs, as it would be written, parsed again."""
    output = io.BytesIO()
    log = structlog.wrap_logger(
        structlog.BytesLogger(output),
        processors=[merge_contextvars, render_json],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )
    monkeypatch.setattr(entry, "log", log)
    return lambda: [orjson.loads(line) for line in output.getvalue().splitlines()]
