"""One line and one count for each request, and no token in any."""

from __future__ import annotations

import pytest
from prometheus_client import REGISTRY

from scrobbled.web import entry
from tests.unit.web.trouble import BEARER, TOKEN, Client, Lines, at


async def test_one_line(client: Client, lines: Lines) -> None:
    """Each request is one line that says who, what, how it ended and how long it took."""
    await client.get("/v1/me?limit=3", headers={**BEARER, "X-Request-ID": "abc-1"})
    (line,) = lines()

    assert line.pop("duration_ms") > 0
    assert line.pop("at")
    assert {
        "event": "request",
        "level": "info",
        "stage": "web",
        "surface": "native",
        "method": "GET",
        "path": "/v1/me",
        "status": 200,
        "user_id": 7,
        "bytes_in": None,
        "bytes_out": 14,
        "request_id": "abc-1",
    } == line


@pytest.mark.parametrize(
    "path",
    [
        f"/webhooks/plex/{TOKEN}",
        f"//webhooks/plex/{TOKEN}/",
        f"/webhooks/unknown/{TOKEN}",
        "/webhooks/unknown/not-even-ours",
        f"/v1/raise/{TOKEN}",
        f"/v1/me?token={TOKEN}",
        f"/nowhere/{TOKEN}",
    ],
)
async def test_no_token_in_the_log(client: Client, lines: Lines, path: str) -> None:
    """A token is never logged, wherever a client puts it."""
    await client.session.post(at(client, path), headers=BEARER)
    written = str(lines())

    assert "request" in written
    assert TOKEN not in written
    assert "not-even-ours" not in written


async def test_one_line_when_led_elsewhere(client: Client, lines: Lines) -> None:
    """A request that was led to its route is one line too, and so is one that led nowhere."""
    await client.post("/scrobble/stop", headers={"trakt-api-key": "abc"})
    await client.get("/nothing")

    assert [("/trakt/scrobble/stop", 200), ("/nothing", 404)] == [
        (line["path"], line["status"]) for line in lines()
    ]


async def test_probes_are_quiet(client: Client, lines: Lines) -> None:
    """Probes that are answered well leave no line."""
    await client.get("/health/live")

    assert [] == lines()


@pytest.mark.parametrize("given", ["", "x" * 65, "a b", 'a"b', "scr pat"])
async def test_request_id_is_plain(client: Client, given: str) -> None:
    """A name for a request that is not plain is replaced by one of ours."""
    response = await client.get("/health/live", headers={"X-Request-ID": given})

    assert given != response.headers["X-Request-ID"]
    assert entry._PLAIN.fullmatch(response.headers["X-Request-ID"])


async def test_request_id_is_kept(client: Client) -> None:
    """A client's own name for its request comes back, also with a refusal."""
    response = await client.get("/nothing", headers={"X-Request-ID": "mine-1"})

    assert "mine-1" == response.headers["X-Request-ID"]


async def test_counted(client: Client) -> None:
    """Each request is counted once by surface, method and status."""

    def _seen() -> float:
        labels = {"surface": "native", "method": "GET", "status": "422"}
        return REGISTRY.get_sample_value("scrobbled_http_request_seconds_count", labels) or 0.0

    before = _seen()
    await client.get("/v1/raise/refused")

    assert before + 1 == _seen()
