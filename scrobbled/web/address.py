"""Where the server is reached, and from where it is asked: behind a proxy, its headers say."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

from aiohttp import web

from scrobbled.web.apps import PUBLIC_URL

#: A host with a port, and nothing that leaves the authority of a URL.
_HOST = re.compile(r"(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")


def base_url(request: web.Request) -> str:
    """The server's address as its asker sees it, with no slash at the end."""
    set_up = request.app.get(PUBLIC_URL, "")
    if set_up:
        return set_up.rstrip("/")
    host = _first(request, "X-Forwarded-Host") or request.host
    if not _HOST.fullmatch(host):
        host = "localhost"
    scheme = _first(request, "X-Forwarded-Proto").lower() or request.scheme
    return f"{'https' if scheme == 'https' else 'http'}://{host}"


def base_path(request: web.Request) -> str:
    """The path of the base URL: what stands before every path of ours, '' as a rule."""
    return urlsplit(base_url(request)).path


def asker(request: web.Request) -> str:
    """
    The address a request came from. A peer in a private network may be a proxy, so what
    it says last in ``X-Forwarded-For`` is believed.
    """
    peer = request.remote or ""
    forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    try:
        if forwarded and not ip_address(peer).is_global:
            return str(ip_address(forwarded))
    except ValueError:  # a socket has no address, and a header may hold anything
        pass
    return peer


def _first(request: web.Request, header: str) -> str:
    return request.headers.get(header, "").partition(",")[0].strip()
