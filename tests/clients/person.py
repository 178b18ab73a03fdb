"""A person with a browser, who lets an app in."""

from __future__ import annotations

import re
from http.cookiejar import CookieJar
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPCookieProcessor, build_opener

from tests.integration.browser import Page

_CODE = re.compile(r'class="code"[^>]*>\s*([^<\s]+)')


class Person:
    """Somebody at a browser, looking at *server*."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._browser = build_opener(HTTPCookieProcessor(CookieJar()))

    def allow(self, address: str, name: str, password: str) -> str:
        """Sign in at an app's *address*, let it in, and return the code to carry over."""
        page = self._open(address)
        page = self._send(page, name=name, password=password)
        page = self._send(page, answer="allow")
        found = _CODE.search(page.text)
        assert found is not None, page.text
        return found[1]

    def _open(self, address: str, data: bytes | None = None) -> Page:
        with self._browser.open(urljoin(self._server, address), data, timeout=30) as response:
            return Page(response.status, response.headers, response.read().decode())

    def _send(self, page: Page, **fields: str) -> Page:
        assert page.action is not None, page.text
        return self._open(page.action, urlencode(page.fields | fields).encode())
