"""Nobody can take the server from the others: sizes, slow senders, connections; against the real server."""

from __future__ import annotations

import gzip
import json
import socket
import time
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress

import pytest

from tests.acceptance.instance import Instance, eventually

EVENT = {"action": "start", "progress": 5, "movie": {"title": "Bound", "year": 1991, "ids": {"tmdb": 4100}}}


#: Where a body is read, by each reader there is.
BODIES = ("/v1/events", "/webhooks/plex/{}", "/trakt/scrobble/stop", "/api/public/v1/scrobble")


@pytest.fixture(scope="module")
def small() -> Iterator[Instance]:
    """An instance with room for 20 connections."""

    made = Instance({"SCROBBLED_CONNECTIONS": "20"})
    try:
        yield made.start()
    finally:
        made.remove()


@pytest.fixture(scope="module")
def shared() -> Iterator[Instance]:
    """An instance that gives each address room for 5 connections, and believes no proxy but one."""

    made = Instance({"SCROBBLED_CONNECTIONS_PER_ADDRESS": "5", "SCROBBLED_PROXIES": "127.0.0.2"})
    try:
        yield made.start()
    finally:
        made.remove()


def connect(instance: Instance, source: str = "127.0.0.1") -> socket.socket:
    """A connection from the address *source* on which nothing has been said."""

    return socket.create_connection(("127.0.0.1", instance.port), timeout=90, source_address=(source, 0))


def begin(instance: Instance, connection: socket.socket) -> None:
    """Send a request without the most of its body; returns when the server is in the middle of it."""

    head = f"POST /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {instance.token}\r\n"
    connection.sendall(f"{head}Expect: 100-continue\r\nContent-Length: 1000\r\n\r\n".encode())
    assert b" 100 " in connection.recv(65536)
    connection.sendall(b"[")


def said(connection: socket.socket) -> bytes:
    """All that comes until the server hangs up, or says nothing for half a minute."""

    connection.settimeout(30)
    found = b""
    with suppress(TimeoutError, ConnectionResetError):
        while part := connection.recv(65536):
            found += part
    return found


def closed_within(connection: socket.socket, seconds: float, dribble: bytes = b"") -> bool:
    """Whether the server hangs up within *seconds*, although a byte of *dribble* comes every half of one."""

    connection.settimeout(0.5)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if dribble:
                connection.sendall(dribble)
            if connection.recv(65536) == b"":
                return True
        except TimeoutError:
            continue
        except OSError:
            return True
    return False


def was_cut(connection: socket.socket) -> bool:
    """Whether the server hung up before all was read; what lies in the buffers still comes."""

    connection.settimeout(30)
    try:
        while connection.recv(65536):
            pass
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False
    return True


# Sizes -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "head",
    [
        "GET /" + "a" * 20_000 + " HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /v1/me HTTP/1.1\r\nHost: x\r\nX-Long: " + "a" * 20_000 + "\r\n\r\n",
        "GET /v1/me HTTP/1.1\r\nHost: x\r\n" + "".join(f"X-{n}: 1\r\n" for n in range(500)) + "\r\n",
    ],
    ids=["a long path", "a long header", "many headers"],
)
def test_a_large_head_is_refused(instance: Instance, head: str) -> None:
    """A head beyond the bounds is 400, without a stack, and the connection is closed."""

    with closing(connect(instance)) as connection:
        with suppress(OSError):
            connection.sendall(head.encode())
        answer = said(connection)

    assert b" 400 " in answer.split(b"\r\n")[0]
    assert b"Traceback" not in answer
    eventually(instance.ready, "ready")


@pytest.mark.parametrize("packing", ["gzip", "deflate"])
def test_a_packed_body_is_bounded_unpacked(instance: Instance, packing: str) -> None:
    """A body that is small packed and huge unpacked is 413 wherever a body is read."""

    huge = b'{"action": "' + b"x" * 200_000_000 + b'"}'
    body = gzip.compress(huge, 1) if packing == "gzip" else zlib.compress(huge, 1)
    body = body if len(body) < 1_000_000 else body[:1_000_000]
    statuses = [
        instance.call("POST", path.format(instance.token), body, headers={"Content-Encoding": packing}).status
        for path in BODIES
    ]

    assert [413] * 4 == statuses
    eventually(instance.ready, "ready")


@pytest.mark.parametrize("path", ["/v1/events", "/nothing", "/webhooks/plex/wrong"])
def test_nothing_is_unpacked_for_strangers(instance: Instance, path: str) -> None:
    """A body of which nobody knows who sent it is not unpacked: what it is packed as does not matter."""

    refusals = [
        instance.call("POST", path, b"x", token=None, headers={"Content-Encoding": packing}).status
        for packing in ("gzip", "br", "zstd")
    ]

    assert [404 if path == "/nothing" else 401] * 3 == refusals


@pytest.mark.parametrize("path", BODIES)
def test_a_packed_body_is_read(instance: Instance, path: str) -> None:
    """What comes as gzip or deflate is read as what it holds; another packing is 415, a damaged one 400."""

    good, address = json.dumps(EVENT).encode(), path.format(instance.token)
    plain = instance.call("POST", address, good).status
    packed = [
        instance.call("POST", address, body, headers={"Content-Encoding": packing}).status
        for packing, body in (
            ("gzip", gzip.compress(good)),
            ("deflate", zlib.compress(good)),
            ("deflate", zlib.compress(good, wbits=-15)),
            ("identity", good),
        )
    ]
    bad = [
        instance.call("POST", address, body, headers={"Content-Encoding": packing}).status
        for packing, body in (("br", good), ("gzip", good), ("gzip", gzip.compress(good)[:-9]))
    ]

    assert {plain} == {*packed} - {409}
    assert [415, 400, 400] == bad


def test_a_body_of_unknown_length_is_bounded(instance: Instance) -> None:
    """A body that comes in pieces, and never says how long it is, is 413 as soon as it is too large."""

    statuses = set()
    for path in BODIES:
        pieces = (b" " * 65_536 for _ in range(100))
        with suppress(OSError):  # the server hangs up in the middle
            statuses.add(instance.call("POST", path.format(instance.token), pieces).status)

    assert {413} >= statuses
    eventually(instance.ready, "ready")


@pytest.mark.parametrize("level", [b"[", b'{"a":'], ids=["lists", "objects"])
def test_deep_nesting_breaks_nothing(instance: Instance, level: bytes) -> None:
    """JSON of a hundred thousand levels is refused, or kept as a webhook nobody can read; never an error."""

    statuses = [instance.call("POST", path.format(instance.token), level * 100_000).status for path in BODIES]

    assert [400, 200, 400, 400] == statuses
    assert [] == [line for line in instance.log() if line["event"] == "handler_failed"]


def test_many_parts_are_kept_as_unreadable(instance: Instance) -> None:
    """Thousands of parts, and thousands of fields, end as a webhook nobody can read."""

    part = '--B\r\nContent-Disposition: form-data; name="n{}"\r\n\r\n1\r\n'
    multipart = ("".join(part.format(n) for n in range(10_000)) + "--B--\r\n").encode()
    form = "&".join(f"n{n}=1" for n in range(20_000)).encode()
    kinds = {"multipart/form-data; boundary=B": multipart, "application/x-www-form-urlencoded": form}
    for kind, body in kinds.items():
        reply = instance.call("POST", "/webhooks/jellyfin", body, headers={"Content-Type": kind})
        found = instance.outcome(reply.json["id"])

        assert 200 == reply.status
        assert "ignored" == found["outcome"], found


# Slow senders ------------------------------------------------------------------------


def test_slow_clients_are_cut(instance: Instance) -> None:
    """Silence, rest, a head or a body byte by byte, an answer nobody takes: all end, none is our error."""

    bearer = f"Authorization: Bearer {instance.token}\r\n"
    with ExitStack() as stack:
        silent, slow, sender, deaf, resting = (
            stack.enter_context(closing(connect(instance))) for _ in range(5)
        )
        resting.sendall(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b" 200 " in resting.recv(65536)
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.sendall(b"GET /v1/me HTTP/1.1\r\nX-Slow: ")
        sender.sendall(
            f"POST /v1/events HTTP/1.1\r\nHost: x\r\n{bearer}Content-Length: 100000\r\n\r\n[".encode()
        )
        deaf.setblocking(False)
        with suppress(BlockingIOError):
            deaf.sendall(b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * 5000)

        assert closed_within(slow, 60, b"a")
        assert closed_within(silent, 30)
        assert 200 == instance.call("GET", "/v1/me").status
        assert closed_within(sender, 120, b" ")
        assert closed_within(resting, 60)
        assert was_cut(deaf)
    assert [] == [line for line in instance.log() if line["event"] == "handler_failed"]


def test_a_client_that_leaves_is_no_error(instance: Instance) -> None:
    """Whoever hangs up in the middle of a body is one line in the log, 499 or 400, and no error."""

    head = f"POST /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {instance.token}\r\n"
    for framing in (
        "Content-Length: 100000\r\n\r\n[",
        "Transfer-Encoding: chunked\r\n\r\n5\r\n[",
        "Transfer-Encoding: chunked\r\n\r\nzz\r\n[",
    ):
        with closing(connect(instance)) as connection:
            connection.sendall(f"{head}X-Request-ID: left-{len(framing)}\r\n{framing}".encode())
            time.sleep(0.3)
    eventually(lambda: "left-" in instance.stderr, "its line")
    instance.call("GET", "/v1/me", headers={"X-Request-ID": "after-leaving"})
    eventually(lambda: '"after-leaving"' in instance.stderr, "the line of the next request")
    lines = [line for line in instance.log() if str(line.get("request_id", "")).startswith("left-")]

    assert {499, 400} >= {line["status"] for line in lines}
    assert [] == [line for line in instance.log() if line["event"] == "handler_failed"]


# Connections -------------------------------------------------------------------------


def test_what_rests_makes_way(small: Instance) -> None:
    """Hundreds of connections that rest keep nobody out, and no more are held than there is room for."""

    with ExitStack() as stack:
        held = [stack.enter_context(closing(connect(small))) for _ in range(200)]
        replies = [small.call("GET", "/v1/me").status for _ in range(5)]
        open_ones = [each for each in held if not closed_within(each, 0.2)]

    assert [200] * 5 == replies
    assert len(open_ones) <= 20


def test_where_all_are_busy_there_is_no_room(small: Instance) -> None:
    """While every connection is in the middle of a request, a new one is told 503 and when to come back."""

    with ExitStack() as stack:
        for _ in range(20):
            begin(small, stack.enter_context(closing(connect(small))))
        with closing(connect(small)) as late:
            late.sendall(b"GET /v1/me HTTP/1.1\r\nHost: x\r\n\r\n")
            answer = said(late)

    assert b" 503 " in answer.split(b"\r\n")[0]
    assert b"Retry-After:" in answer
    eventually(small.ready, "room again")


def test_an_address_has_its_share(shared: Instance) -> None:
    """While one address sends slowly on all the connections it may have, it is refused; others are not."""

    def ask(source: str) -> bytes:
        with closing(connect(shared, source)) as connection:
            connection.sendall(b"GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            return said(connection).split(b"\r\n")[0]

    with ExitStack() as stack:
        for source in ("127.0.0.1", "127.0.0.2"):
            for _ in range(5):
                begin(shared, stack.enter_context(closing(connect(shared, source))))
        full, proxy, other = ask("127.0.0.1"), ask("127.0.0.2"), ask("127.0.0.3")
    eventually(shared.ready, "room again")

    assert b" 503 " in full
    assert b" 200 " in proxy
    assert b" 200 " in other


def test_what_rests_makes_way_for_its_own(shared: Instance) -> None:
    """An address with many connections that rest gets new ones, and holds no more than its share."""

    with ExitStack() as stack:
        held = [stack.enter_context(closing(connect(shared))) for _ in range(30)]
        replies = [shared.call("GET", "/v1/me").status for _ in range(3)]
        left = [each for each in held if not closed_within(each, 0.2)]

    assert [200] * 3 == replies
    assert len(left) <= 5
