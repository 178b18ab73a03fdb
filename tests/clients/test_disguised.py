"""Clients that have Trakt's address compiled in, unmodified: the machine's proxy says where that is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.instance import Instance
from tests.clients.conftest import HERE, Somebody, interpreter, walk
from tests.clients.disguise import disguised


@pytest.fixture(scope="module")
def trakt(server: Instance) -> Iterator[dict[str, str]]:
    """The environment in which Trakt's addresses are *server*'s."""
    with disguised(server.port, server.folder) as environment:
        yield environment


@pytest.fixture
def walked(server: Instance, somebody: Somebody, tmp_path: Path, trakt: dict[str, str]) -> Any:
    """Runs a walk with the packages that it needs, and returns what it got."""

    def run(name: str, *wanted: str) -> dict[str, Any]:
        command = interpreter(name, *wanted), "-u", HERE / f"{name}_walk.py", f"{server.url}/trakt", tmp_path
        return walk(server, somebody, *command, somebody.client_id, somebody.client_secret, environment=trakt)

    return run


def test_retraktarr(walked: Any) -> None:
    """Retraktarr renews its token, makes a list where there is none, fills and empties it."""
    assert walked("retraktarr", "retraktarr==1.1.6") == {
        "missing": [[], [], [], []],
        "limit": True,
        "added": [329865],
        "again": [329865],
        "emptied": [],
    }


def test_imdb_syncer(walked: Any, somebody: Somebody) -> None:
    """IMDBTraktSyncer reads watchlist, ratings, comments and history page by page, and sends one by one."""
    assert walked("imdb_syncer", "imdbtraktsyncer==3.6.9") == {
        "expires": "+00:00",
        "sent": [201] * 5,
        "me": somebody.name,
        "watchlist": [["movie", "tt2543164"]],
        "ratings": [["Arrival", 9, 2016], ["The Office: Part 1.1", 7, None]],
        "comments": [],
        "watched": [["The Office: Part 1.1", 2005, "2024-05-05T12:00:00.000Z"]],
        "removed": 200,
    }
