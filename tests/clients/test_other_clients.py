"""More of Trakt's clients, unmodified: media centres, players and what keeps two libraries alike."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.acceptance.instance import Instance
from tests.clients.conftest import HERE, Somebody, interpreter, walk


def walked(server: Instance, somebody: Somebody, where: Path, name: str, wanted: str) -> dict[str, Any]:
    """What the walk *name* of a client written in Python got, with a folder of its own."""
    command = interpreter(name, wanted), "-u", HERE / f"{name}_walk.py", f"{server.url}/trakt", where
    return walk(server, somebody, *command, somebody.client_id, somebody.client_secret)


def test_trakt_py(server: Instance, somebody: Somebody, tmp_path: Path) -> None:
    """trakt.py, as Kodi's script.trakt uses it, scrobbles, synchronises, pages, looks up and keeps lists."""
    got = walked(server, somebody, tmp_path, "trakt_py", "trakt.py==4.4.0")

    assert got == {
        "token": ["access_token", "created_at", "expires_in", "refresh_token", "scope", "token_type"],
        "settings": somebody.name,
        "start": "start",
        "pause": 40.25,
        "paused": [[True, 40.25]],
        "stop": "scrobble",
        "again": True,
        "paused_episodes": [[True, [[1, 30.0]]]],
        "stopped_episode": "The Office",
        "absolute": 2,
        "collected": {"movies": 1, "shows": 0, "seasons": 0, "episodes": 1},
        "watched": {"movies": 0, "episodes": 1},
        "rated": 1,
        "shows": [["tvdb/73244", 8, [[[1, True, True, 1], [2, True, None, 1]]]]],
        "movies": [["imdb/tt2543164", 7, True, True, 1]],
        "watchlist": ["The Office"],
        "pages": [3, 2, 3],
        "activities": got["activities"],
        "movie": "Arrival",
        "show": "The Office",
        "seasons": [[1, 3], [2, 3]],
        "episode": "Part 1.2",
        "lookup": "Arrival",
        "lookup_show": "The Office",
        "query": ["Arrival"],
        "next": None,
        "last": [2, 3],
        "popular": ["Arrival"],
        "progress": [6, 2, [1, 3]],
        "progress_collected": [6, 1],
        "list": "Sunday evenings",
        "list_added": 1,
        "list_items": ["Arrival"],
        "lists": ["Sunday evenings"],
        "updated": "Mondays",
        "deleted": True,
        "profile": somebody.name,
        "likes": 0,
        "friends": 0,
        "public_lists": 0,
    }
    assert {"movies", "episodes", "watchlist", "recommendations"} < set(got["activities"])


def test_plextraktsync(server: Instance, somebody: Somebody, tmp_path: Path) -> None:
    """PlexTraktSync finds Plex's titles, sends and reads all that it keeps alike, and scrobbles."""
    got = walked(server, somebody, tmp_path, "plextraktsync", "plextraktsync==0.35.21")

    assert got == {
        "me": somebody.name,
        "found": ["Arrival", "The Office", "Part 1.1"],
        "slug": "Arrival",
        "table": {"1": [1, 2, 3], "2": [1, 2, 3]},
        "added": [{"movies": 1, "episodes": 0}, {"movies": 0, "episodes": 1}],
        "watched": [1, True],
        "not_watched": False,
        "collected": [False, True],
        "collection": ["Arrival", "Part 1.2"],
        "watchlist": ["The Office"],
        "ratings": [7, 8],
        "liked": [],
        "lists": [0],
        "progress": [["episode", 30.0]],
        "stopped": "The Office",
    }


def test_trakt_scrobbler(server: Instance, somebody: Somebody, tmp_path: Path) -> None:
    """trakt-scrobbler signs in, searches by words, scrobbles by number, and catches up."""
    got = walked(server, somebody, tmp_path, "trakt_scrobbler", "trakt-scrobbler==1.8.0")

    assert got == {
        "expired": False,
        "found": ["Arrival"],
        "elsewhere": -1,
        "film": ["start", "pause", "start", "scrobble"],
        "again": None,
        "part": ["The Office", "The Office"],
        "left": False,
        "backlog": [True, True],
    }


def test_pakt(server: Instance, somebody: Somebody, tmp_path: Path) -> None:
    """Pakt renews its token, sends and reads a library, and signs out."""
    got = walked(server, somebody, tmp_path, "pakt", "pakt==0.4.0")

    assert got == {
        "limits": [True, True],
        "watched": {"movies": 1, "episodes": 1},
        "rated": {"movies": 1, "shows": 0, "seasons": 0, "episodes": 1},
        "owned": {"movies": 1, "shows": 0, "seasons": 0, "episodes": 1},
        "listed": {"movies": 1, "shows": 1, "seasons": 0, "episodes": 0},
        "read": {name: 0 if name == "show_ratings" else 1 for name in got["read"]},
        "found": ["Arrival"],
        "removed": {"movies": 1, "episodes": 1},
        "signed_out": True,
        "refused": True,
    }


def test_trakt_http_client(server: Instance, somebody: Somebody, node: Path) -> None:
    """The client of a browser extension, which drops the path of a base URL, does all that it can."""
    got = walk(
        server,
        somebody,
        "node",
        HERE / "trakt_http_client_walk.mjs",
        server.url,
        node,
        somebody.client_id,
        somebody.client_secret,
    )

    assert got == {
        "settings": somebody.name,
        "added": {"movies": 1, "episodes": 1},
        "pagination": [2, 2],
        "started": "start",
        "playback": [20],
        "checkin": "Arrival",
        "busy": 409,
        "gone": 204,
        "reordered": 2,
        "noted": 204,
        "watchlist": ["The Office"],
        "favorites": ["why"],
        "found": "Arrival",
        "progress": 1,
        "seasons": 2,
    }
