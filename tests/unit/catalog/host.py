"""A host of one file that answers ranges and conditions, and has troubles on demand."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web
from aiohttp.test_utils import TestServer

Trouble = Callable[["Host", web.Request], Awaitable[web.StreamResponse]]


class Host:
    """Serves *content* at every path; each of *troubles* is used up by one request."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.etag: str | None = '"one"'
        self.last_modified: str | None = None
        self.more: dict[str, str] = {}
        self.troubles: list[Trouble] = []
        self.requests: list[web.Request] = []
        self.base = ""

    @property
    def asked(self) -> list[str | None]:
        """The range of each request."""
        return [request.headers.get("Range") for request in self.requests]

    def url(self, path: str = "/title.gz") -> str:
        """The address of *path* here."""
        return self.base + path

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Have a trouble, or serve."""
        self.requests.append(request)
        if self.troubles:
            return await self.troubles.pop(0)(self, request)
        return await self.serve(request)

    async def serve(self, request: web.Request, *, cut: int | None = None) -> web.StreamResponse:
        """The file as a good server gives it; after *cut* bytes of the body the connection breaks."""
        headers = {**self._validators(), **self.more}
        if self._unchanged(request):
            return web.Response(status=304, headers=headers)
        start = self._start(request)
        if start is not None and start >= len(self.content):
            return web.Response(status=416, headers={"Content-Range": f"bytes */{len(self.content)}"})
        if start is not None:
            headers["Content-Range"] = f"bytes {start}-{len(self.content) - 1}/{len(self.content)}"
        body = self.content[start or 0 :]
        response = web.StreamResponse(status=200 if start is None else 206, headers=headers)
        response.content_length = len(body)
        await response.prepare(request)
        await response.write(body[:cut])
        if cut is not None and request.transport is not None:
            request.transport.close()
        return response

    def _validators(self) -> dict[str, str]:
        found = {"ETag": self.etag, "Last-Modified": self.last_modified}
        return {name: value for name, value in found.items() if value}

    def _unchanged(self, request: web.Request) -> bool:
        asked = request.headers
        if "If-None-Match" in asked:
            return asked["If-None-Match"] == self.etag
        return self.last_modified is not None and asked.get("If-Modified-Since") == self.last_modified

    def _start(self, request: web.Request) -> int | None:
        asked = request.headers.get("Range", "")
        if not asked or request.headers.get("If-Range") not in {None, self.etag, self.last_modified}:
            return None
        return int(asked.removeprefix("bytes=").removesuffix("-"))


def breaks_after(count: int) -> Trouble:
    """The connection breaks after *count* bytes of the body."""

    async def trouble(host: Host, request: web.Request) -> web.StreamResponse:
        """Serve a part."""
        return await host.serve(request, cut=count)

    return trouble


def says(status: int, **headers: str) -> Trouble:
    """The host answers *status*."""

    async def trouble(_host: Host, _request: web.Request) -> web.StreamResponse:
        """Answer without the file."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(status=status, headers=named, text="no")

    return trouble


@asynccontextmanager
async def serving(content: bytes, kind: type[Host] = Host) -> AsyncIterator[Host]:
    """A host with *content* on a port of its own; *kind* may answer in its own way."""
    host = kind(content)
    application = web.Application()
    application.router.add_route("GET", "/{path:.*}", host.answer)
    server = TestServer(application)
    await server.start_server()
    host.base = str(server.make_url("")).rstrip("/")
    try:
        yield host
    finally:
        await server.close()
