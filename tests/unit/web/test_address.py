"""Where the server is reached, and from where it is asked."""

from __future__ import annotations

import pytest
from aiohttp.test_utils import make_mocked_request
from aiohttp.web import Application, Request

from scrobbled.config import Settings
from scrobbled.web.address import PROXIES, Proxies, asker, base_path, base_url, neighbourhood
from scrobbled.web.apps import PUBLIC_URL


def request(
    headers: dict[str, str], public_url: str = "", remote: str = "127.0.0.1", proxies: str = "private"
) -> Request:
    """A request with *headers* from *remote*, where *proxies* are believed."""
    application = Application()
    application[PUBLIC_URL] = public_url
    settings = Settings.from_mapping({"HOME": "/", "SCROBBLED_PROXIES": proxies})
    application[PROXIES] = Proxies(settings.proxies)
    return make_mocked_request("GET", "/activate", headers, app=application).clone(remote=remote)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Host": "tv.example:8080"}, "http://tv.example:8080"),
        ({"Host": "[::1]:8080"}, "http://[::1]:8080"),
        ({"Host": "a", "X-Forwarded-Host": "tv.example, b"}, "http://tv.example"),
        ({"Host": "tv.example", "X-Forwarded-Proto": "HTTPS"}, "https://tv.example"),
        ({"Host": "tv.example", "X-Forwarded-Proto": "javascript"}, "http://tv.example"),
        ({"Host": "evil.example/path?"}, "http://localhost"),
        ({"Host": "tv.example", "X-Forwarded-Host": "a@b"}, "http://localhost"),
    ],
)
def test_base_url(headers: dict[str, str], expected: str) -> None:
    """The address is what the request, or the proxy in front, says; never more than a host."""
    assert expected == base_url(request(headers))


def test_public_url() -> None:
    """SCROBBLED_PUBLIC_URL stands before all headers, with its path."""
    asked = request({"Host": "a", "X-Forwarded-Host": "b"}, "https://tv.example/scrobbled/")

    assert ("https://tv.example/scrobbled", "/scrobbled") == (base_url(asked), base_path(asked))


@pytest.mark.parametrize(
    ("remote", "forwarded", "expected"),
    [
        ("192.168.1.2", "203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "198.51.100.7, 203.0.113.9", "203.0.113.9"),
        ("::ffff:10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("::1", "2001:DB8::1", "2001:db8::/64"),
        ("2001:db8::2", "203.0.113.9", "2001:db8::/64"),
        ("8.8.8.8", "203.0.113.9", "8.8.8.8"),
        ("127.0.0.1", "no address", "127.0.0.1"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("", "203.0.113.9", ""),
    ],
)
def test_asker(remote: str, forwarded: str, expected: str) -> None:
    """A proxy at home is believed for who it was asked by last; nobody else is."""
    assert expected == asker(request({"X-Forwarded-For": forwarded}, remote=remote))


@pytest.mark.parametrize(
    ("proxies", "remote", "expected"),
    [
        ("none", "127.0.0.1", "127.0.0.1"),
        ("10.0.0.5", "10.0.0.5", "203.0.113.9"),
        ("10.0.0.5", "10.0.0.6", "10.0.0.6"),
        ("private, 8.8.8.0/24", "8.8.8.8", "203.0.113.9"),
        ("private, 8.8.8.0/24", "192.168.0.7", "203.0.113.9"),
    ],
)
def test_who_is_believed(proxies: str, remote: str, expected: str) -> None:
    """SCROBBLED_PROXIES says whose word counts, and nobody else can pass for another address."""
    assert expected == asker(request({"X-Forwarded-For": "203.0.113.9"}, remote=remote, proxies=proxies))


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("", ""),
    ],
)
def test_what_one_customer_has(address: str, expected: str) -> None:
    """Somebody with a whole network of IPv6 addresses counts as one, however they write them."""
    assert expected == neighbourhood(address)
