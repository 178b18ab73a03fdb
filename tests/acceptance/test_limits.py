"""Limits: readers have them, over all front doors together, and scrobbles have none."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from typing import TypeVar

import pytest

from tests.acceptance.instance import Instance, Reply, eventually

HISTORY = "/v1/history"
TRAKT = "/trakt/sync/history"

T = TypeVar("T")

#: The last parts of addresses that nothing was counted for.
_addresses = count(1)


@pytest.fixture(scope="module")
def limited() -> Iterator[Instance]:
    """An instance with small limits."""

    made = Instance(
        {
            "SCROBBLED_REQUESTS_PER_MINUTE": "20",
            "SCROBBLED_REQUESTS_PER_DAY": "50",
            "SCROBBLED_SURFACE_LIMITS": "reelrifter=5/0",
            "SCROBBLED_TRAKT_READS": "12",
            "SCROBBLED_TRAKT_WRITES": "4",
        }
    )
    try:
        yield made.start()
    finally:
        made.remove()


@contextmanager
def fresh_token(limited: Instance) -> Iterator[str]:
    """A token of which nothing was counted yet."""

    yield limited.run("token", "create", "admin", "--label", "fresh").stdout.strip()
    listed = limited.run("token", "list", "admin").stdout.splitlines()
    mine = next(line.split("\t")[0] for line in listed if line.split("\t")[1] == "fresh")
    limited.run("token", "revoke", "admin", mine)


def within(limited: Instance, seconds: int, ask: Callable[[str], T]) -> T:
    """
    What *ask* finds with a fresh token, all of it in one window of so many seconds: when that ended
    meanwhile, what was counted began at zero again, and another token asks once more.
    """

    while True:
        with fresh_token(limited) as token:
            window = time.time() // seconds
            found = ask(token)
            if window == time.time() // seconds:
                return found


def test_the_documented_defaults_hold() -> None:
    """Unless an operator says otherwise, a token has 60 requests a minute and 5,000 a day."""

    from scrobbled.config import Settings

    settings = Settings.from_mapping({"HOME": "/"})

    assert (60, 5000) == (settings.requests_per_minute, settings.requests_per_day)


def test_a_reader_is_told_what_is_left(limited: Instance) -> None:
    """Each counted answer has Flick's headers; the first beyond the limit is a 429 that says when."""

    paths = [HISTORY if n % 2 else "/v1/playback?limit=x" for n in range(20)]
    *replies, refused = within(
        limited, 60, lambda token: [limited.call("GET", path, token=token) for path in [*paths, HISTORY]]
    )

    assert {200: 10, 400: 10} == Counter(reply.status for reply in replies)
    assert [str(left) for left in range(19, -1, -1)] == [
        each.headers["X-RateLimit-Remaining"] for each in replies
    ]
    assert {"20"} == {reply.headers["X-RateLimit-Limit"] for reply in replies}
    assert ("50", "30") == (
        replies[-1].headers["X-RateLimit-Limit-Day"],
        replies[-1].headers["X-RateLimit-Remaining-Day"],
    )
    assert 429 == refused.status
    assert "rate_limited" == refused.json["error"]["code"]
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert 0 == int(refused.headers["X-RateLimit-Reset"]) % 60
    assert ("0", "30") == (
        refused.headers["X-RateLimit-Remaining"],
        refused.headers["X-RateLimit-Remaining-Day"],
    )


def test_a_scrobble_is_never_refused(limited: Instance) -> None:
    """A token with nothing left to read still scrobbles on every surface, and may ask what became of it."""

    with fresh_token(limited) as token:
        _scrobble_on(limited, token)


def _scrobble_on(limited: Instance, token: str) -> None:
    while limited.call("GET", HISTORY, token=token).status == 200:
        pass
    movie = {"title": "Beyond", "year": 1990, "ids": {"tmdb": 4000}}
    event = {"action": "start", "progress": 5, "movie": movie}
    events = [limited.call("POST", "/v1/events", event, token=token) for _ in range(30)]
    webhooks = [limited.call("POST", f"/webhooks/plex/{token}", b"{}", token=None) for _ in range(30)]
    scrobbles = [
        limited.call("POST", "/trakt/scrobble/start", {"movie": movie, "progress": 5}, token=token)
        for _ in range(30)
    ]
    looked_up = [limited.outcome(events[0].json["id"], token=token) for _ in range(30)]

    assert {202} == {reply.status for reply in events}
    assert {200} == {reply.status for reply in webhooks}
    assert {201} == {reply.status for reply in scrobbles}
    assert 30 == len(looked_up)
    assert not any(name.lower().startswith("x-ratelimit") for name in webhooks[0].headers)


def test_each_token_and_surface_counts_alone(limited: Instance) -> None:
    """What one token uses on one surface is taken from no other token and no other surface."""

    def ask(token: str) -> tuple[int, list[int], int]:
        for _ in range(20):
            limited.call("GET", HISTORY, token=token)
        with fresh_token(limited) as another:
            other = limited.call("GET", HISTORY, token=another)
        elsewhere = [limited.call("GET", "/api/public/v1/me", token=token).status for _ in range(6)]
        return other.status, elsewhere, limited.call("GET", HISTORY, token=token).status

    assert (200, [200] * 5 + [429], 429) == within(limited, 60, ask)


def test_trakt_says_it_in_its_own_way(limited: Instance) -> None:
    """On Trakt's surface reads and writes count apart, in five minutes, and the header is Trakt's."""

    def ask(token: str) -> list[list[Reply]]:
        somewhere = {"X-Forwarded-For": f"198.51.100.{next(_addresses)}"}
        popular = "/trakt/movies/popular"
        return [
            [limited.call("GET", TRAKT, token=token) for _ in range(13)],
            [limited.call("DELETE", "/trakt/sync/playback/1", token=token) for _ in range(5)],
            [limited.call("GET", popular, token=None, headers=somewhere) for _ in range(13)],
        ]

    reads, writes, strangers = within(limited, 300, ask)
    said = json.loads(reads[-1].headers["X-Ratelimit"])

    assert [200] * 12 + [429] == [reply.status for reply in reads]
    assert [404] * 4 + [429] == [reply.status for reply in writes]
    assert ("AUTHED_API_GET_LIMIT", 300, 12) == (said["name"], said["period"], said["limit"])
    assert 0 == said["remaining"]
    assert [200] * 12 + [429] == [reply.status for reply in strangers]
    assert "UNAUTHED_API_GET_LIMIT" == json.loads(strangers[-1].headers["X-Ratelimit"])["name"]
    assert said["until"].endswith("Z")
    assert 0 < int(reads[-1].headers["Retry-After"]) <= 300
    assert "AUTHED_API_POST_LIMIT" == json.loads(writes[-1].headers["X-Ratelimit"])["name"]


def test_front_doors_count_together(limited: Instance) -> None:
    """Through two front doors at once, a token gets its limit and not one more."""

    with limited.second_door() as door, ThreadPoolExecutor(8) as pool:

        def ask(token: str) -> list[Reply]:
            doors = [limited, door] * 30
            return list(pool.map(lambda each: each.call("GET", HISTORY, token=token), doors))

        replies = within(limited, 60, ask)

    assert {200: 20, 429: 40} == Counter(reply.status for reply in replies)


def test_device_codes_are_bounded(limited: Instance) -> None:
    """Anybody may begin to sign a device in, an address so often, through all front doors together."""

    with limited.second_door() as door, ThreadPoolExecutor(8) as pool:

        def ask(_token: str) -> tuple[list[Reply], int]:
            addresses = [f"198.51.100.{next(_addresses)}" for _ in range(2)]
            before = len(limited.run("device", "list").stdout.splitlines())

            def once(number: int) -> Reply:
                asked = limited if number % 2 else door
                headers = {"X-Forwarded-For": addresses[number % 2]}
                path = "/oauth/device/code" if number % 3 else "/trakt/oauth/device/code"
                return asked.call("POST", path, {"client_id": "a"}, token=None, headers=headers)

            replies = list(pool.map(once, range(100)))
            return replies, len(limited.run("device", "list").stdout.splitlines()) - before

        replies, listed = within(limited, 600, ask)

    refused = next(reply for reply in replies if reply.status == 429)
    assert {200: 60, 429: 40} == Counter(reply.status for reply in replies)
    assert 0 < int(refused.headers["Retry-After"]) <= 600
    assert 60 == listed


def test_reads_go_on_while_nobody_counts(limited: Instance) -> None:
    """With Valkey gone, reads are answered, without limits, and it is said in log and metrics; no codes."""

    statuses: list[int] = []
    with fresh_token(limited) as token:
        while limited.call("GET", HISTORY, token=token).status == 200:
            pass
        for _ in range(10):  # Valkey may be back before all are asked, and counts again
            limited.kill("valkey")
            code = limited.call("POST", "/oauth/device/code", {"client_id": "a"}, token=None)
            replies = [limited.call("GET", HISTORY, token=token) for _ in range(3)]
            statuses = [reply.status for reply in (code, *replies)]
            eventually(limited.ready, "Valkey back")
            if statuses == [503, 200, 200, 200]:
                break

    assert [503, 200, 200, 200] == statuses  # what nobody counts could fill the disk, codes therefore not
    assert limited.metric("scrobbled_web_uncounted_total") >= 3
    eventually(lambda: any(line["event"] == "limits_away" for line in limited.log()), "a line that says so")
    eventually(
        lambda: "X-RateLimit-Remaining" in limited.call("GET", "/v1/me", token=limited.token).headers,
        "counting again",
    )
