"""What type a body may say that it has."""

from __future__ import annotations

import pytest

from tests.unit.web.trouble import BEARER, Client

FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("said", "body", "status"),
    [
        ("application/json", b"{}", 200),
        ("application/json; charset=UTF-8", b"{}", 200),
        ("application/vnd.trakt+json", b"{}", 200),
        ("application/octet-stream", b"{}", 200),
        (FORM, b' {"a": 1}', 200),
        (FORM, b"a=1", 412),
        ("text/plain", b"{}", 412),
        ("text/xml; charset=utf-8", b"<a/>", 412),
        ("multipart/form-data; boundary=x", b"--x--", 412),
        ("text/plain", b"", 200),
    ],
)
async def test_types(client: Client, said: str, body: bytes, status: int) -> None:
    """JSON, and what sends without thinking of types, is taken; what is outright something else is a 412."""
    response = await client.post("/trakt/kept", data=body, headers={**BEARER, "Content-Type": said})

    assert status == response.status
    assert status == 200 or (await response.json())["error"] == "wrong_content_type"


async def test_no_type(client: Client) -> None:
    """Whoever names no type at all is taken at their word."""
    response = await client.post(
        "/trakt/kept", data=b"{}", headers=BEARER, skip_auto_headers=["Content-Type"]
    )

    assert 200 == response.status
