"""Somebody at a browser that keeps cookies and sends forms, but shows nothing."""

from __future__ import annotations

from html.parser import HTMLParser
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from uuid import uuid4

from aiohttp import ClientSession, CookieJar

from scrobbled.store import sessions, users
from scrobbled.web.passwords import hashed

if TYPE_CHECKING:
    from scrobbled.store.pool import Pool
    from tests.integration.conftest import Client

PASSWORD = "correct horse battery"

#: Of a user that tests make; hashed once, which takes longest.
_HASHED = hashed(PASSWORD)


class _Form(HTMLParser):
    """The first form of a page: where it goes, what it sends."""

    def __init__(self) -> None:
        super().__init__()
        self.action: str | None = None
        self.fields: dict[str, str] = {}
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the first form and its inputs."""
        given = dict(attrs)
        if tag == "form" and self.action is None:
            self.action, self._inside = given.get("action") or "", True
        elif tag == "input" and self._inside:
            self.fields[given.get("name") or ""] = given.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        """The form ends."""
        if tag == "form":
            self._inside = False


class Page:
    """What a browser got."""

    def __init__(self, status: int, headers: Any, text: str) -> None:
        self.status, self.headers, self.text = status, headers, text
        form = _Form()
        form.feed(text)
        self.action, self.fields = form.action, form.fields

    @property
    def leads_to(self) -> str:
        """Where a redirect leads."""
        location: str = self.headers["Location"]
        return location


class Browser:
    """A browser: it keeps cookies and follows no redirect by itself."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.session = ClientSession(cookie_jar=CookieJar(unsafe=True))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        _type: type[BaseException] | None,
        _value: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        await self.session.close()

    async def get(self, path: str, **more: Any) -> Page:
        """Open the page at *path*."""
        return await self._send("GET", path, **more)

    async def send(self, page: Page, **fields: str) -> Page:
        """Send the form of *page* with *fields* filled in."""
        assert page.action is not None, page.text
        return await self._send("POST", page.action, data=page.fields | fields)

    async def sign_in(self, page: Page, name: str, password: str = PASSWORD) -> Page:
        """Sign in at *page* and follow to where that leads."""
        answer = await self.send(page, name=name, password=password)
        assert answer.status == 303, answer.text
        return await self.get(answer.leads_to)

    async def _send(self, method: str, path: str, **more: Any) -> Page:
        url = self._client.make_url(path)
        async with self.session.request(method, url, allow_redirects=False, **more) as response:
            return Page(response.status, response.headers, await response.text())


async def with_password(pool: Pool) -> tuple[int, str]:
    """The id and the name of a new user who has *PASSWORD*."""
    name = uuid4().hex
    user_id = await users.add_user(pool, name)
    await sessions.set_password(pool, user_id, name, _HASHED)
    return user_id, name
