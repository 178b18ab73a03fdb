"""Every spelling of a path that clients use leads to its route."""

from __future__ import annotations

import pytest

from tests.unit.web.trouble import BEARER, Client, at


@pytest.mark.parametrize("path", ["//v1/echo", "/v1/echo/", "/v1//echo//"])
async def test_slashes(client: Client, path: str) -> None:
    """Slashes too many are no mistake, and the body and the query arrive all the same."""
    response = await client.session.post(at(client, f"{path}?a=%2B1&b=c%26d"), data=b"1234")

    assert {"size": 4, "query": {"a": "+1", "b": "c&d"}} == await response.json()


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "api.trakt.tv"},
        {"Host": "API.trakt.tv:443"},
        {"trakt-api-key": "abc"},
        {"Trakt-API-Version": "2"},
    ],
)
@pytest.mark.parametrize(
    "path", ["/scrobble/stop", "//scrobble/stop", "/scrobble/stop/", "/trakt/scrobble/stop"]
)
async def test_trakt_at_the_root(client: Client, path: str, headers: dict[str, str]) -> None:
    """Clients that drop the path prefix, or have Trakt's host compiled in, reach Trakt's routes."""
    response = await client.session.post(at(client, path), headers=headers, data=b"12")

    assert {"size": 2, "query": {}} == await response.json()


async def test_trakt_at_the_root_refuses_as_trakt(client: Client) -> None:
    """What Trakt's clients ask for in vain at the root is an empty 404."""
    response = await client.get("/movies/trending", headers={"trakt-api-key": "abc"})

    assert (404, b"") == (response.status, await response.read())


@pytest.mark.parametrize(
    ("written", "token"),
    [
        ("scr_pat_0-9_Z", "scr_pat_0-9_Z"),
        ("scr%5Fpat", "scr_pat"),
        ("a.b", "a.b"),
        ("a?b=/c", "a"),
        ("a/", "a"),
    ],
)
async def test_a_token_in_the_path(client: Client, written: str, token: str) -> None:
    """A webhook's token is what its path says, however that is written."""
    response = await client.session.post(at(client, f"/webhooks/kodi/{written}"))

    assert {"token": token} == await response.json()


@pytest.mark.parametrize("path", ["/webhooks/kodi/", "/webhooks/kodi/a/b", "/webhooks/a/kodi"])
async def test_no_token_in_the_path(client: Client, path: str) -> None:
    """Nothing, or more than a token, is another path."""
    assert 404 == (await client.session.post(at(client, path))).status


async def test_root_is_not_trakt(client: Client) -> None:
    """Without a sign of Trakt its routes are under its prefix alone."""
    response = await client.post("/scrobble/stop")

    assert 404 == response.status


async def test_head(client: Client) -> None:
    """HEAD is served wherever GET is."""
    response = await client.head("/v1/me", headers=BEARER)

    assert (200, b"") == (response.status, await response.read())
