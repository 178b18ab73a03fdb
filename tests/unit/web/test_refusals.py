"""How a request is refused, in the form of its surface."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientResponse

from tests.unit.web.trouble import BEARER, LIMIT, Client, Lines, at


async def _error(response: ClientResponse) -> tuple[int, Any]:
    return response.status, await response.json()


@pytest.mark.parametrize(
    ("error", "status", "code", "message"),
    [
        ("payload", 400, "invalid_request", "progress must be 0 to 100, got 400"),
        ("lost", 404, "not_found", "There is no such thing here."),
        ("away", 503, "unavailable", "A server this one depends on is away; try again soon."),
        ("teapot", 415, "unsupported_media_type", "Unsupported Media Type"),
        ("refused", 422, "unprocessable", "too early"),
        ("crash", 500, "internal_error", "something went wrong here; the server's log says what"),
    ],
)
async def test_native_envelope(client: Client, error: str, status: int, code: str, message: str) -> None:
    """Our own surfaces refuse in one envelope with a stable code."""
    response = await client.get(f"/v1/raise/{error}")

    assert (status, {"error": {"code": code, "message": message}}) == await _error(response)


@pytest.mark.parametrize("surface", ["v1", "trakt"])
@pytest.mark.parametrize("error", ["away", "full"])
async def test_try_again(client: Client, surface: str, error: str) -> None:
    """When something is away or full, a client is told when to try again."""
    response = await client.get(f"/{surface}/raise/{error}")

    assert 503 == response.status
    assert "5" == response.headers["Retry-After"]


async def test_trakt_says_little(client: Client) -> None:
    """Trakt's clients get an empty 404, 405 and 401, and words only where a person needs them."""
    lost = await client.get("/trakt/raise/lost")
    wrong = await client.post("/trakt/users/me")
    unknown = await client.get("/trakt/users/me")
    bad = await client.get("/trakt/raise/payload")

    assert (404, b"") == (lost.status, await lost.read())
    assert (405, b"") == (wrong.status, await wrong.read())
    assert (401, b"") == (unknown.status, await unknown.read())
    assert {"error": "invalid_request", "error_description": "progress must be 0 to 100, got 400"} == (
        await bad.json()
    )


async def test_crash_stays_here(client: Client, lines: Lines) -> None:
    """A bug's stack is in the log and nothing of it in the answer."""
    response = await client.get("/v1/raise/crash")
    crash, request = lines()

    assert "hunter2" not in await response.text()
    assert "handler_failed" == crash["event"]
    assert "RuntimeError: password is hunter2" in crash["exception"]
    assert crash["request_id"] == request["request_id"] == response.headers["X-Request-ID"]


async def test_redirects_pass(client: Client) -> None:
    """What aiohttp raises without meaning a refusal reaches the client as it is."""
    response = await client.get("/moved", allow_redirects=False)

    assert (302, "/elsewhere") == (response.status, response.headers["Location"])


async def test_no_token(client: Client) -> None:
    """Without a token the answer is 401 and says how to send one."""
    response = await client.get("/v1/me")

    assert 401 == response.status
    assert "Bearer" == response.headers["WWW-Authenticate"]
    assert "invalid_token" == (await response.json())["error"]["code"]


async def test_scope(client: Client) -> None:
    """A token may do what its scopes say and nothing else."""
    may = await client.get("/v1/me", headers=BEARER)
    may_not = await client.get("/v1/write", headers=BEARER)

    assert {"name": "ann"} == await may.json()
    assert (403, "forbidden") == (may_not.status, (await may_not.json())["error"]["code"])


async def _pieces(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // 100):
        yield b"x" * 100


@pytest.mark.parametrize("chunked", [False, True])
async def test_limits(client: Client, chunked: bool) -> None:
    """Each route has its own limit for bodies, whether their length is told before or not."""

    def _body(size: int) -> Any:
        return _pieces(size) if chunked else b"x" * size

    fits = await client.post("/v1/echo", data=_body(LIMIT))
    too_large = await client.post("/v1/echo", data=_body(LIMIT + 100))
    elsewhere = await client.post("/v1/big", data=_body(LIMIT + 100))

    assert [200, 413, 200] == [fits.status, too_large.status, elsewhere.status]
    assert "too_large" == (await too_large.json())["error"]["code"]


@pytest.mark.parametrize(
    ("path", "status"),
    [("/nothing", 404), ("/webhooks/nobody/x", 404), ("/v1/echo", 405), ("//v1//echo/", 405)],
)
async def test_nowhere(client: Client, path: str, status: int) -> None:
    """What is not there is refused in the envelope, and a wrong method is told the right one."""
    response = await client.session.get(at(client, path))

    assert status == response.status
    assert {"error"} == set(await response.json())
    assert ("POST" if status == 405 else None) == response.headers.get("Allow")
