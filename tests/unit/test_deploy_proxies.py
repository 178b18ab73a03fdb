"""The proxy examples of deploy/ keep tokens out of logs and pass on what scrobbled needs."""

from __future__ import annotations

import http.client
import os
import re
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from tests.programs import needs, run

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
SECRET = "s3cr3t-token"


class _Behind(BaseHTTPRequestHandler):
    """A server behind the proxy that remembers what reached it."""

    seen: ClassVar[list[dict[str, Any]]] = []

    def do_POST(self) -> None:
        """Remember the request and answer 202."""

        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.seen.append(
            {"path": self.path, "body": body, **{key.lower(): self.headers[key] for key in self.headers}}
        )
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class calls it that
        """Say nothing."""


@contextmanager
def _server_behind() -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """A listening server: its port, and the requests that reach it."""

    _Behind.seen = []
    with ThreadingHTTPServer(("127.0.0.1", 0), _Behind) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port, _Behind.seen
        finally:
            server.shutdown()
            thread.join()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _nginx(folder: Path, port: int, behind: int) -> list[str]:
    """Run nginx with our example, moved to *folder* and *port*."""

    nginx = needs("nginx", "the example is tried")
    openssl = needs("openssl", "the example is given a certificate")
    subject = ["-nodes", "-subj", "/CN=scrobble.example.org", "-keyout", f"{folder}/privkey.pem"]
    run(openssl, "req", "-x509", "-newkey", "ed25519", *subject, "-out", f"{folder}/fullchain.pem")
    text = (DEPLOY / "proxy/nginx.conf").read_text()
    for found, instead in (
        (r"/etc/letsencrypt/live/scrobble.example.org|/var/log/nginx|/run(?=/nginx.pid)", str(folder)),
        (r"user www-data;.*", ""),
        (r"listen \[::\].*|listen 80;", ""),
        (r"listen 443", f"listen 127.0.0.1:{port}"),
        (r"127\.0\.0\.1:8080", f"127.0.0.1:{behind}"),
        (r"server \{(?=\s+server_name)", f"server {{ listen 127.0.0.1:{_free_port()};"),
        (r"http \{", "http {" + "".join(f"{kind}_temp_path {folder};" for kind in _TEMPORARY)),
    ):
        text = re.sub(found, instead, text)
    (folder / "nginx.conf").write_text(text)
    return [
        nginx,
        "-e",
        f"{folder}/start.log",
        "-c",
        f"{folder}/nginx.conf",
        "-g",
        "daemon off; master_process off;",
    ]


_TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def _caddy(folder: Path, port: int, behind: int) -> list[str]:
    """Run Caddy with our example, moved to *port*."""

    caddy = needs("caddy", "the example is tried")
    text = (DEPLOY / "proxy/Caddyfile").read_text()
    text = text.replace("scrobble.example.org {", f"http://127.0.0.1:{port} {{").replace("8080", str(behind))
    (folder / "Caddyfile").write_text(text.replace("\n{\n", "\n{\nadmin off\n", 1))
    return [caddy, "run", "--adapter", "caddyfile", "--config", f"{folder}/Caddyfile"]


_PROXIES = {"nginx": _nginx, "caddy": _caddy}


@contextmanager
def _proxy(name: str, folder: Path, behind: int) -> Iterator[int]:
    """One of the examples, running before *behind*; gives the port it listens on."""

    port = _free_port()
    command = _PROXIES[name](folder, port, behind)
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    with (
        (folder / "output.log").open("wb") as output,
        subprocess.Popen(command, stdout=output, stderr=output, env=environment) as process,
    ):
        try:
            _wait_until_open(port)
            yield port
        finally:
            process.terminate()


def _wait_until_open(port: int) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail("the proxy did not start")


def _post(name: str, port: int, path: str, body: bytes = b"{}", headers: dict[str, str] | None = None) -> int:
    """The status that the proxy *name* answers."""

    if name == "nginx":
        context = ssl._create_unverified_context()
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            "127.0.0.1", port, context=context
        )
    else:
        connection = http.client.HTTPConnection("127.0.0.1", port)
    try:
        connection.request("POST", path, body, {"Referer": f"https://x/?token={SECRET}"} | (headers or {}))
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.mark.parametrize("name", _PROXIES)
def test_proxies_write_no_token(name: str, tmp_path: Path) -> None:
    """No token reaches a proxy's logs, whether scrobbled answers, does not, or the body is too large."""

    paths = (f"/webhooks/plex/{SECRET}", f"//Webhooks/emby/{SECRET}?x=1", f"/v1/events?a=1&token={SECRET}")
    with _proxy(name, tmp_path, _free_port()) as port:
        for path in (*paths, f"/elsewhere/scr_pat_{SECRET}"):
            assert 502 == _post(name, port, path)
        with suppress(ConnectionError):  # Caddy may hang up before it has read everything
            _post(name, port, paths[0], b"x" * 6_000_000)
        assert 502 == _post(name, port, "/v1/shown", headers={"Referer": "https://x/"})
    written = "".join(path.read_text() for path in tmp_path.glob("*.log"))

    assert "/v1/shown" in written
    assert SECRET not in written


@pytest.mark.parametrize("name", _PROXIES)
def test_proxies_pass_requests_on(name: str, tmp_path: Path) -> None:
    """Body, path and Host arrive as they were sent, and a forged X-Forwarded-For does not."""

    host = {"nginx": "api.trakt.tv"}.get(name, "127.0.0.1")
    with _server_behind() as (behind, seen), _proxy(name, tmp_path, behind) as port:
        for path in ("/webhooks/plex/a%2Fb", "/v1/events?token=x", "/oauth//device/code"):
            forged = {"Host": f"{host}:{port}", "X-Forwarded-For": "192.0.2.1"}
            assert 202 == _post(name, port, path, b"x" * 4_500_000, forged)
            assert (path, 4_500_000) == (seen[-1]["path"], len(seen[-1]["body"]))
            assert (f"{host}:{port}", "127.0.0.1") == (seen[-1]["host"], seen[-1]["x-forwarded-for"])
        assert _post(name, port, "/v1/events", b"x" * 6_000_000) in {413, 502}  # an older Caddy says 502
        assert 404 == _post(name, port, "/metrics")


def _default(name: str) -> Any:
    """The value of a setting nobody has set."""

    from scrobbled.config import Settings

    return getattr(Settings.from_mapping({"HOME": "/nowhere"}), name)


def test_log_formats_leave_addresses_out() -> None:
    """As written, nginx logs no query, Referer or webhook, and Caddy rewrites the address in every line."""

    nginx = (DEPLOY / "proxy/nginx.conf").read_text()
    caddy = (DEPLOY / "proxy/Caddyfile").read_text()
    log_format = re.findall(r"log_format[^;]*;", nginx)[0]
    webhooks = re.findall(r"location ~\* \^/webhooks[^}]*}", nginx)[0]

    assert not re.search(r"\$(request|request_uri|args|query_string|http_referer)\b", log_format)
    assert "access_log off;" in webhooks
    assert "error_log /dev/null" in webhooks
    assert "request>uri regexp" in caddy


def test_proxies_are_patient() -> None:
    """Both proxies wait longer for an answer than scrobbled lets a call wait for the worker."""

    nginx = re.findall(r"proxy_read_timeout (\d+)s", (DEPLOY / "proxy/nginx.conf").read_text())
    caddy = re.findall(r"response_header_timeout (\d+)s", (DEPLOY / "proxy/Caddyfile").read_text())

    assert all(int(seconds) > 2 * _default("answer_timeout") for seconds in nginx + caddy)
    assert 2 == len(nginx + caddy)


def test_proxies_take_the_largest_body() -> None:
    """Both proxies let through a little more than scrobbled's own largest limit."""

    largest = max(_default("body_limit"), _default("events_body_limit"))
    nginx = re.findall(r"client_max_body_size (\d+)m", (DEPLOY / "proxy/nginx.conf").read_text())
    caddy = re.findall(r"max_size (\d+)MiB", (DEPLOY / "proxy/Caddyfile").read_text())

    assert [5, 5] == [int(size) for size in nginx + caddy]
    assert largest < 5 * 1024**2
