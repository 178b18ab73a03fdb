"""Trakt's clients, unmodified: an address is all that changes."""

from __future__ import annotations

from pathlib import Path

from tests.acceptance.instance import Instance
from tests.clients.conftest import HERE, Somebody, walk


def test_pytrakt(server: Instance, somebody: Somebody, python: Path) -> None:
    """PyTrakt signs in, searches, scrobbles, syncs, keeps lists and checks in."""
    got = walk(
        server,
        somebody,
        python,
        "-u",
        HERE / "pytrakt_walk.py",
        f"{server.url}/trakt",
        server.folder,
        somebody.client_id,
        somebody.client_secret,
    )

    assert got == {
        "settings": somebody.name,
        "search": ["Arrival", 2016, "The Office"],
        "by_id": ["Arrival"],
        "film": [2016, True],
        "seasons": [1, 2],
        "episodes": ["Part 1.1", "Part 1.2", "Part 1.3"],
        "episode": ["Part 1.1", 1, 1],
        "next": True,
        "genres": True,
        "popular": ["The Office"],
        "trending": got["trending"],
        "playback": [["movie", 40.0]],
        "watching": "Arrival",
        "stopped": "scrobble",
        "after": 0,
        "added": {"movies": 0, "episodes": 1},
        "watched": ["Arrival", "The Office"],
        "watched_episodes": [[1, 1, 1]],
        "progress": 1,
        "rated": got["rated"] | {"movies": 1},
        "ratings": [[9, "2024-05-04T20:15:00.000Z"]],
        "watchlist": ["The Office"],
        "unlisted": 0,
        "collection": ["Arrival"],
        "removed": {"movies": 0, "episodes": 1},
        "left": ["movie"],
        "list": ["Arrival"],
        "emptied": 0,
        "lists": 0,
        "stats": 1,
        "checkin": "Arrival",
        "idle": True,
        "calendar": 0,
    }


def test_trakt_tv(server: Instance, somebody: Somebody, node: Path) -> None:
    """The npm package signs in, refreshes its token, scrobbles, syncs and signs out."""
    got = walk(
        server,
        somebody,
        "node",
        HERE / "trakt_tv_walk.cjs",
        f"{server.url}/trakt",
        node,
        somebody.client_id,
        somebody.client_secret,
    )

    assert got == {
        "settings": somebody.name,
        "search": ["Arrival", "The Office"],
        "by_id": ["Arrival"],
        "summary": 116,
        "seasons": [3, 3],
        "episode": "Part 1.2",
        "start": "start",
        "pause": "pause",
        "playback": [50],
        "removed": 0,
        "stop": "scrobble",
        "again": 409,
        "added": {"movies": 0, "episodes": 1},
        "history": [["watch", 1, "2024-01-01T10:00:00.000Z"]],
        "pagination": {"item-count": "1", "limit": "10", "page": "1", "page-count": "1"},
        "rated": got["rated"] | {"movies": 1},
        "ratings": [8],
        "listed": got["listed"] | {"shows": 1},
        "watchlist": ["The Office"],
        "collected": got["collected"] | {"movies": 1},
        "collection": 1,
        "activities": "string",
        "progress": 1,
        "watched": [1],
        "unwatched": {"movies": 0, "episodes": 1},
        "calendar": True,
    }
