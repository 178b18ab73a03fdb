"""Where the server is reached, and from where it is asked: behind a proxy, its headers say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final, TypeAlias
from urllib.parse import urlsplit

from aiohttp import web

from scrobbled.web.apps import PUBLIC_URL

#: A host with a port, and nothing that leaves the authority of a URL.
_HOST = re.compile(r"(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")

Network: TypeAlias = IPv4Network | IPv6Network

#: Bits of an IPv6 address that one customer of a provider has; the others are theirs to choose.
_CUSTOMER: Final = 64


class Proxies:
    """The *networks* whose word is taken for who asked them."""

    def __init__(self, networks: Sequence[Network]) -> None:
        self._networks = networks

    def include(self, address: str) -> bool:
        """Whether *address* is in one of them; False for what is no address."""
        try:
            found = _plain(address)
        except ValueError:
            return False
        return any(found in network for network in self._networks)


#: Who is believed behind this application.
PROXIES = web.AppKey("proxies", Proxies)


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
    The address a request came from, as *neighbourhood*. What one of our proxies says last in
    ``X-Forwarded-For`` is believed; what anybody else says there is not.
    """
    peer = request.remote or ""
    forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    proxies = request.app.get(PROXIES)
    if forwarded and proxies is not None and proxies.include(peer):
        try:
            ip_address(forwarded)
        except ValueError:  # a header may hold anything
            return neighbourhood(peer)
        return neighbourhood(forwarded)
    return neighbourhood(peer)


def neighbourhood(address: str) -> str:
    """*address* as it is counted: an IPv6 one with all that its customer has; a socket's '' as it is."""
    try:
        found = _plain(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        return str(ip_network((found, _CUSTOMER), strict=False))
    return str(found)


def _plain(address: str) -> IPv4Address | IPv6Address:
    """*address*, an IPv4 one also where IPv6 wraps it; raises *ValueError*."""
    found = ip_address(address)
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found


def _first(request: web.Request, header: str) -> str:
    return request.headers.get(header, "").partition(",")[0].strip()
