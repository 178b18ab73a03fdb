"""What the benchmarks send."""

from __future__ import annotations

import json
import random

from benchmarks import load

#: Share of each action in a realistic mix: heartbeats outnumber everything.
_MIX = ("progress",) * 7 + ("start", "pause", "stop")

#: Fills a body up to what players send.
_TARGET = 1200


def event_body(action: str, user: int, item: int, progress: float) -> bytes:
    """A native event of about 1.2 KB, about one of many episodes."""
    season, number = divmod(item, 20)
    body = {
        "action": action,
        "progress": progress,
        "runtime": 2700,
        "player": "Living room",
        "app": "bench/1.0",
        "show": {
            "title": f"Series {item % 40}",
            "year": 2002,
            "ids": {"tvdb": 79000 + item % 40, "tmdb": 1400 + item % 40},
        },
        "episode": {
            "season": season + 1,
            "number": number + 1,
            "title": f"Part {number + 1}",
            "ids": {"tvdb": str(500_000 + item), "tmdb": str(700_000 + item)},
        },
        "device": {"user": user},
    }
    body["note"] = "x" * max(_TARGET - len(json.dumps(body)) - 12, 0)
    return json.dumps(body).encode()


def native(token: str, body: bytes) -> bytes:
    """A request to the native surface."""
    return load.request("POST", "/v1/events", body, _headers(token))


def trakt_stop(token: str, item: int, progress: float) -> bytes:
    """A Trakt scrobble, as a media centre sends it."""
    body = {
        "show": {"title": f"Series {item % 40}", "year": 2002, "ids": {"tvdb": 79000 + item % 40}},
        "episode": {"season": item // 20 + 1, "number": item % 20 + 1},
        "progress": progress,
    }
    return load.request("POST", "/trakt/scrobble/stop", json.dumps(body).encode(), _headers(token))


def mixed(users: list[tuple[int, str]], seed: int = 1) -> list[bytes]:
    """Requests of many users, 70 % heartbeats and 10 % each of start, pause and stop."""
    chance = random.Random(seed)
    requests = []
    for number in range(20 * len(users)):
        user, token = users[number % len(users)]
        item = (user * 7 + number // len(users) // 10) % 400
        body = event_body(chance.choice(_MIX), user, item, round(chance.uniform(1, 99), 1))
        requests.append(native(token, body))
    return requests


def _headers(token: str) -> list[tuple[str, str]]:
    return [("Authorization", f"Bearer {token}"), ("Content-Type", "application/json")]
