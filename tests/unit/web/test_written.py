"""What the front door does without aiohttp's help is what aiohttp would do."""

from __future__ import annotations

import asyncio
import gzip
import re
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from aiohttp import web

from tests.unit.web.trouble import LIMIT, Client

_BODY = b'{"id":"x"}'
_ENTIRE = (
    rb"HTTP/1\.1 202 Accepted\r\nContent-Type: application/json\r\n"
    rb"Cache-Control: no-store\r\n(?:[A-Z][\w-]+: [^\r]+\r\n){3}"
    rb"Date: \w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT\r\nServer: [^\r]+\r\n"
    rb"Content-Length: 10\r\nX-Request-ID: mine-1\r\n\r\n"
) + re.escape(_BODY)


async def _exchanged(client: Client, sent: bytes) -> bytes:
    """What comes back for *sent*; "(open)" behind it where the server takes one more request."""
    reader, writer = await asyncio.open_connection("127.0.0.1", client.port)
    writer.write(sent)
    found = await reader.read(65536)
    with suppress(OSError):  # it hung up
        writer.write(b"GET /v1/raise/lost HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        while piece := await reader.read(65536):
            found += piece
    writer.close()
    answer, another, _ = found.partition(b"HTTP/1.1 404 ")
    return answer + (b"(open)" if another else b"")


def _note(*lines: str, version: str = "1.1", method: str = "POST", path: str = "/v1/note") -> bytes:
    head = [f"{method} {path} HTTP/{version}", "Host: x", "X-Request-ID: mine-1", *lines]
    return "\r\n".join([*head, f"Content-Length: {len(_BODY)}", "", ""]).encode() + _BODY


async def test_one_piece(client: Client) -> None:
    """An answer has a head of the usual form, and the connection stays for the next."""
    assert re.fullmatch(_ENTIRE + rb"\(open\)", await _exchanged(client, _note()))
    assert re.fullmatch(_ENTIRE * 2 + rb"\(open\)", await _exchanged(client, _note() + _note()))


async def test_head(client: Client) -> None:
    """HEAD gets the length of a body and none."""
    found = await _exchanged(client, b"HEAD /v1/note HTTP/1.1\r\nHost: x\r\n\r\n")

    assert b"Content-Length: 2\r\n" in found
    assert found.endswith(b"\r\n\r\n(open)")


async def test_the_same_headers_as_any_answer(client: Client) -> None:
    """Nothing is missing that aiohttp says with an answer of its own."""
    ours, theirs = await client.post("/v1/note", data=_BODY), await client.post("/v1/echo", data=_BODY)

    assert set(theirs.headers) == set(ours.headers)
    assert theirs.headers["Server"] == ours.headers["Server"]
    assert theirs.headers["Content-Type"] == ours.headers["Content-Type"]


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (_note(version="1.0"), b"HTTP/1.0 202"),
        (_note("Connection: close"), b"Connection: close"),
        (_note("Connection: keep-alive", version="1.0"), b"Connection: keep-alive"),
        (_note(path="/v1/note?extra=more"), b"X-Extra: more"),
    ],
)
async def test_what_is_unusual(client: Client, request_: bytes, expected: bytes) -> None:
    """An old client, one that wants to be hung up on and a further header get what any answer has."""
    found = await _exchanged(client, request_)
    stays = b"keep-alive" in request_ or b"extra" in request_

    assert b" 202 Accepted\r\n" in found
    assert expected in found
    assert b"X-Request-ID: mine-1\r\n" in found
    assert _BODY + (b"(open)" if stays else b"") == found.partition(b"\r\n\r\n")[2]


async def _pieces(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece
        await asyncio.sleep(0.02)


async def test_bodies_in_pieces(client: Client) -> None:
    """A body that comes later, in pieces, with a length or without, or not at all, is read whole."""
    length = {"Content-Length": "6"}
    sizes = [
        (await (await client.post("/v1/echo", data=data, headers=headers)).json())["size"]
        for data, headers in (
            (_pieces(b"123", b"456"), {}),
            (_pieces(b"123", b"456"), length),
            (b"123456", {}),
            (None, {}),
        )
    ]

    assert [6, 6, 6, 0] == sizes


async def test_compressed_bodies(client: Client) -> None:
    """A compressed body is unpacked, and one that is too large then is refused."""
    encoding = {"Content-Encoding": "gzip"}
    good = await client.post("/v1/echo", data=gzip.compress(b"1" * 500), headers=encoding)
    bomb = await client.post("/v1/echo", data=gzip.compress(b"1" * LIMIT * 1000), headers=encoding)

    assert {"size": 500, "query": {}} == await good.json()
    assert 413 == bomb.status


async def test_plain_routes_are_not_dispatched(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """A route without variables is found without aiohttp's router; all else is left to it."""
    asked: list[str] = []
    dispatch = web.UrlDispatcher.resolve

    async def _resolve(router: web.UrlDispatcher, request: web.Request) -> web.UrlMappingMatchInfo:
        asked.append(request.raw_path)
        return await dispatch(router, request)

    monkeypatch.setattr(web.UrlDispatcher, "resolve", _resolve)
    statuses = [
        (await client.post("/v1/echo", data=b"1")).status,
        (await client.post("/v1/echo?a=1", data=b"1")).status,
        (await client.get("/v1/raise/lost")).status,
    ]

    assert [200, 200, 404] == statuses
    assert ["/v1/echo?a=1", "/v1/raise/lost"] == asked


async def test_expect(client: Client) -> None:
    """A client that waits to be told to go on is told, and one that expects anything else is refused."""
    told = await client.post("/v1/echo", data=b"1234", expect100=True)
    refused = await client.post("/v1/echo", data=b"1234", headers={"Expect": "a miracle"})

    assert (200, 417) == (told.status, refused.status)
