"""What was put in comes out again: a large account, exported by traktexport."""

from __future__ import annotations

import json
import os
import random
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.instance import Instance
from tests.clients.conftest import HERE, Somebody, somebody_at
from tests.clients.person import Person

PLAYS, RATINGS, LISTED = 20_000, 3_000, 1_000
FILMS, SHOWS, SEASONS, EPISODES = 3_000, 400, 3, 8

#: As many as a client sends at once.
AT_ONCE = 1_000


def film_id(number: int) -> str:
    """What IMDb would call a film."""
    return f"tt1{number:07d}"


def episode_id(show: int, season: int, number: int) -> int:
    """What TheTVDB would call an episode."""
    return 5_000_000 + show * 1000 + season * 100 + number


def catalogue() -> Iterator[dict[str, Any]]:
    """Films and shows."""
    for number in range(FILMS):
        yield {"type": "movie", "title": f"Film {number}", "year": 1990, "ids": {"imdb": film_id(number)}}
    for show in range(SHOWS):
        listed = [
            {
                "season": season,
                "number": number,
                "first_aired": "2001-01-01T20:00:00Z",
                "ids": {"tvdb": str(episode_id(show, season, number))},
            }
            for season in range(1, SEASONS + 1)
            for number in range(1, EPISODES + 1)
        ]
        yield {
            "type": "show",
            "title": f"Show {show}",
            "year": 2001,
            "ids": {"tvdb": str(900_000 + show)},
            "episode_list": listed,
        }


@pytest.fixture(scope="module")
def library() -> Iterator[Instance]:
    """A running instance with a large catalogue."""
    made = Instance()
    try:
        made.start()
        path = made.folder / "catalogue.jsonl"
        path.write_text("\n".join(map(json.dumps, catalogue())))
        made.run("catalog", "import", "jsonl", str(path))
        yield made
    finally:
        made.remove()


def plays(chance: random.Random) -> Iterator[tuple[str, dict[str, Any]]]:
    """Things watched, each at a second of its own."""
    start = datetime(2015, 1, 1, tzinfo=UTC)
    for position in range(PLAYS):
        at = (start + timedelta(minutes=97 * position)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        if chance.random() < 0.3:
            yield "movies", {"watched_at": at, "ids": {"imdb": film_id(chance.randrange(FILMS))}}
        else:
            told = episode_id(
                chance.randrange(SHOWS), chance.randint(1, SEASONS), chance.randint(1, EPISODES)
            )
            yield "episodes", {"watched_at": at, "ids": {"tvdb": told}}


def send(server: Instance, token: str, path: str, items: list[tuple[str, dict[str, Any]]]) -> int:
    """Put *items* in, as many at once as clients do; returns how many were added."""
    added = 0
    for some in _batches(items):
        body: dict[str, list[dict[str, Any]]] = {}
        for what, item in some:
            body.setdefault(what, []).append(item)
        reply = server.call("POST", f"/trakt/sync/{path}", body, token=token, timeout=60)
        assert reply.status == 201, reply.body
        added += sum(reply.json["added"].values())
    return added


def _batches(items: list[tuple[str, dict[str, Any]]]) -> Iterator[list[tuple[str, dict[str, Any]]]]:
    iterator = iter(items)
    while some := list(islice(iterator, AT_ONCE)):
        yield some


def exported(server: Instance, somebody: Somebody, python: Path) -> dict[str, Any]:
    """Everything that traktexport gets, after signing in as its user does."""
    environment = os.environ | {
        "TRAKTEXPORT_CFG": str(server.folder / "traktexport.json"),
        "TRAKTEXPORT_SLEEP_TIME": "0",
        "TRAKT_CLIENT_ID": somebody.client_id,
        "TRAKT_CLIENT_SECRET": somebody.client_secret,
        "OAUTHLIB_INSECURE_TRANSPORT": "1",
    }
    command = [str(python), str(HERE / "traktexport_walk.py"), f"{server.url}/trakt"]
    signing_in = subprocess.Popen(
        [*command, "auth", somebody.name],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert signing_in.stdout is not None
    address = signing_in.stdout.readline().split()[-1]
    code = Person(server.url).allow(address, somebody.name, somebody.password)
    signing_in.communicate(code + "\n", timeout=60)
    assert signing_in.returncode == 0
    run = subprocess.run(
        [*command, "export", somebody.name],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    found: dict[str, Any] = json.loads(run.stdout)
    return found


def identity(entry: dict[str, Any]) -> tuple[str, Any]:
    """What an entry is about, as it was put in."""
    kind = entry["type"]
    ids = entry[kind]["ids"]
    return ("movies", ids["imdb"]) if kind == "movie" else (f"{kind}s", ids["tvdb"])


def test_an_export_equals_what_was_put_in(library: Instance, python: Path) -> None:
    """20,000 plays, 3,000 ratings and 1,000 titles of a watchlist come out as they went in."""
    chance, somebody = random.Random(7), somebody_at(library)
    token = library.run("token", "create", somebody.name, "--label", "import").stdout.strip()
    history = list(plays(chance))
    rated = [
        (
            "movies",
            {
                "rating": chance.randint(1, 10),
                "rated_at": "2020-02-02T20:20:20.000Z",
                "ids": {"imdb": film_id(n)},
            },
        )
        for n in range(RATINGS)
    ]
    listed = [("shows", {"ids": {"tvdb": 900_000 + n}}) for n in range(SHOWS)] + [
        ("movies", {"ids": {"imdb": film_id(n)}}) for n in range(LISTED - SHOWS)
    ]

    assert send(library, token, "history", history) == PLAYS
    assert send(library, token, "ratings", rated) == RATINGS
    assert send(library, token, "watchlist", listed) == LISTED
    out = exported(library, somebody, python)

    def ids(entries: list[tuple[str, dict[str, Any]]], *more: str) -> list[tuple[Any, ...]]:
        return sorted((what, *item["ids"].values(), *(item[each] for each in more)) for what, item in entries)

    assert sorted((*identity(each), each["watched_at"]) for each in out["history"]) == ids(
        history, "watched_at"
    )
    assert sorted((*identity(each), each["rating"], each["rated_at"]) for each in out["ratings"]) == ids(
        rated, "rating", "rated_at"
    )
    assert sorted(identity(each) for each in out["watchlist"]) == ids(listed)
    assert out["stats"]["movies"]["plays"] + out["stats"]["episodes"]["plays"] == PLAYS
    assert sum(each["plays"] for each in out["watched"]) == PLAYS
    assert out["settings"]["user"]["username"] == somebody.name
