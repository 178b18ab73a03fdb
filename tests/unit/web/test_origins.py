"""Which websites may read Trakt's surface."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp.test_utils import TestClient, TestServer
from yarl import URL

from scrobbled.api import oauth
from scrobbled.ui import routes as pages
from scrobbled.web import app
from scrobbled.web.auth import Authenticator, Identity
from scrobbled.web.origins import Origins
from tests.unit.web.trouble import BEARER, ROUTES, Client

HERE, ELSEWHERE = "https://app.example", "https://bad.example"
ALLOWED = "Access-Control-Allow-Origin"


@asynccontextmanager
async def served(*origins: str) -> AsyncIterator[Client]:
    """A client of a server that lets pages of *origins* in."""

    async def _look_up(_digest: bytes) -> Identity:
        return Identity(user_id=7, token_id=8, name="ann", scopes=frozenset({"read"}))

    async def _touch(_used: list[tuple[int, int]]) -> None:
        pass

    routes = [*ROUTES, *oauth.routes(), *pages.routes()]
    application = app.build(routes, Authenticator(_look_up, _touch), origins=Origins(origins))
    async with TestClient(TestServer(application)) as client:
        yield client


@pytest.mark.parametrize(
    ("origins", "here", "elsewhere"),
    [(("*",), "*", "*"), ((HERE,), HERE, None), ((), None, None)],
)
async def test_who_may(origins: tuple[str, ...], here: str | None, elsewhere: str | None) -> None:
    """An answer, a refusal and a preflight tell a page that it may, where its origin is allowed."""
    async with served(*origins) as client:
        for origin, expected in ((HERE, here), (ELSEWHERE, elsewhere)):
            for path in ("/trakt/users/me", "/trakt/raise/lost", "/trakt/nowhere"):
                response = await client.get(path, headers={**BEARER, "Origin": origin})
                assert expected == response.headers.get(ALLOWED), (path, origin)
                exposed = response.headers.get("Access-Control-Expose-Headers", "")
                assert (expected is not None) == ("X-Pagination-Page-Count" in exposed)
            asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
            response = await client.options("/trakt/scrobble/stop", headers=asked)
            assert (204, expected) == (response.status, response.headers.get(ALLOWED))


async def test_preflight_at_the_root() -> None:
    """A preflight names Trakt's headers and has none of them: it is led to Trakt by that."""
    asked = {
        "Origin": HERE,
        "Access-Control-Request-Method": "DELETE",
        "Access-Control-Request-Headers": "authorization,trakt-api-key,x-own",
    }
    async with served("*") as client:
        response = await client.options("/checkin", headers=asked)

    assert 204 == response.status
    assert "DELETE" in response.headers["Access-Control-Allow-Methods"]
    assert asked["Access-Control-Request-Headers"] == response.headers["Access-Control-Allow-Headers"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/oauth/token", 204),
        ("/oauth/revoke", 204),
        ("/trakt/oauth/device/code", 204),
        ("/oauth//device/token/", 204),
        ("/oauth/authorize", 405),
        ("/trakt/oauth/authorize", 405),
        ("/trakt/activate/ABCDEFGH", 405),
        ("/signin", 405),
        ("/", 405),
        ("/v1/me", 405),
    ],
)
async def test_signing_in(path: str, expected: int) -> None:
    """A page may exchange a code for tokens, but do nothing where people let apps in."""
    asked = {
        "Origin": HERE,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    async with served("*") as client:
        response = await client.options(URL(path, encoded=True), headers=asked)

    assert expected == response.status
    assert "Access-Control-Allow-Credentials" not in response.headers


async def test_other_surfaces() -> None:
    """Only Trakt's surface lets pages in, and only those that ask are told."""
    async with served("*") as client:
        own = await client.get("/v1/me", headers={**BEARER, "Origin": HERE})
        plain = await client.get("/trakt/users/me", headers=BEARER)

    assert [None, None] == [response.headers.get(ALLOWED) for response in (own, plain)]
