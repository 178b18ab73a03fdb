"""Trakt's API where its clients look for it: a prefix, the root of its host, a port of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any

import pytest

from tests.acceptance.instance import Instance, Reply, free_port


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Instance, int]]:
    """An instance that has a second port for Trakt's clients, and that port."""
    port = free_port()
    made = Instance(environment={"SCROBBLED_TRAKT_PORT": str(port)})
    try:
        yield made.start(), port
    finally:
        made.remove()


def ask(
    served: tuple[Instance, int],
    method: str,
    path: str,
    body: Any = None,
    *,
    own_port: bool = False,
    **headers: str,
) -> Reply:
    """What a client is answered that follows no redirects."""
    instance, trakt_port = served
    connection = HTTPConnection("127.0.0.1", trakt_port if own_port else instance.port, timeout=60)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    sent.setdefault("Authorization", f"Bearer {instance.token}")
    payload = None if body is None else json.dumps(body).encode()
    connection.request(method, path, payload, sent)
    response = connection.getresponse()
    reply = Reply(response.status, dict(response.getheaders()), response.read())
    connection.close()
    return reply


def test_everywhere(served: tuple[Instance, int]) -> None:
    """One answer under the prefix, at the root for Trakt's host and headers, and on its own port."""
    found = [
        ask(served, "GET", "/trakt/users/settings"),
        ask(served, "GET", "/users/settings", Host="api.trakt.tv"),
        ask(served, "GET", "/users/settings", Host="auth.trakt.tv:443"),
        ask(served, "GET", "/users/settings", trakt_api_key="any"),
        ask(served, "GET", "/users/settings", trakt_api_version="2"),
        ask(served, "GET", "/users/settings", own_port=True),
        ask(served, "GET", "//users//settings/?extended=full", own_port=True),
        ask(served, "GET", "/trakt/users/settings", own_port=True),
    ]

    assert [200] * len(found) == [reply.status for reply in found]
    assert 1 == len({reply.body for reply in found})
    assert 404 == ask(served, "GET", "/users/settings").status
    assert (404, b"") == (
        ask(served, "GET", "/nonsense", own_port=True).status,
        ask(served, "GET", "/nonsense", own_port=True).body,
    )


@pytest.mark.parametrize("own_port", [False, True])
def test_spellings(served: tuple[Instance, int], *, own_port: bool) -> None:
    """Commas in every spelling, HEAD, DELETE with a body, POST without one: no redirects, no surprises."""
    base = "" if own_port else "/trakt"

    def call(method: str, path: str, body: Any = None, **headers: str) -> Reply:
        return ask(served, method, base + path, body, own_port=own_port, **headers)

    head = call("HEAD", "/sync/watchlist?limit=10")
    assert (200, b"", "0") == (head.status, head.body, head.headers["X-Pagination-Item-Count"])
    for path in ("movie,show", "movie%2Cshow", "movies%2cshows/rank", "/movies,shows/added/desc/"):
        assert 200 == call("GET", f"/sync/watchlist/{path}").status, path
    assert [204, 204] == [call("DELETE", "/checkin", body).status for body in (None, {"a": None})]
    assert 404 == call("DELETE", "/sync/playback/37", {}).status
    assert 400 == call("POST", "/sync/watchlist").status
    assert 201 == call("POST", "/sync/watchlist/", {"movies": []}).status
    assert 412 == call("POST", "/sync/watchlist", {}, Content_Type="text/plain").status
    assert 501 == call("GET", "/users/me/yir/2026/").status
    assert 405 == call("DELETE", "/sync/watchlist").status


def test_browsers(served: tuple[Instance, int]) -> None:
    """A page of any website may ask, with Trakt's headers, and sees the pages' headers."""
    asked = {
        "Origin": "https://app.example",
        "Access_Control_Request_Method": "POST",
        "Access_Control_Request_Headers": "authorization,content-type,trakt-api-key,trakt-api-version",
    }
    preflight = ask(served, "OPTIONS", "/sync/history", None, own_port=False, Authorization="", **asked)
    answer = ask(served, "GET", "/trakt/sync/watchlist", Origin="https://app.example")

    assert (204, "*") == (preflight.status, preflight.headers["Access-Control-Allow-Origin"])
    assert "trakt-api-key" in preflight.headers["Access-Control-Allow-Headers"]
    assert "X-Pagination-Page-Count" in answer.headers["Access-Control-Expose-Headers"]


def test_public(served: tuple[Instance, int]) -> None:
    """`scrobbled user set` makes a user public, and private again."""
    path = "/trakt/users/admin/stats"
    seen = []
    for word in ("--public", "--private"):
        served[0].run("user", "set", "admin", word)
        seen.append(ask(served, "GET", path, Authorization="").status)

    assert [200, 401] == seen
