"""Every operation that is built answers as Trakt's own contract says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.acceptance.contract import Operation, built, disagreements, operations
from tests.acceptance.instance import Instance, eventually

FILM = {
    "type": "movie",
    "title": "Arrival",
    "year": 2016,
    "runtime": 116,
    "popularity": 1000,
    "country": "US",
    "genres": ["Drama"],
    "names": [{"name": "Première Rencontre", "language": "fr", "region": "FR"}],
    "ids": {"imdb": "tt2543164", "tmdb": "329865"},
}
OTHER_FILM = {"type": "movie", "title": "Dune", "year": 2021, "ids": {"imdb": "tt1160419", "tmdb": "438631"}}
#: Nobody watches these two: one waits to be seen, one to be seen to its end.
WAITING = {"type": "movie", "title": "Heat", "year": 1995, "ids": {"imdb": "tt0113277"}}
HALF = {"type": "movie", "title": "Ran", "year": 1985, "ids": {"imdb": "tt0089881"}}
SHOW = {
    "type": "show",
    "title": "The Office",
    "year": 2005,
    "runtime": 22,
    "popularity": 2000,
    "country": "US",
    "ids": {"imdb": "tt0386676", "tvdb": "73244", "tmdb": "2316"},
    "episode_list": [
        {
            "season": season,
            "number": number,
            "title": f"Part {season}.{number}",
            "runtime": 22,
            "first_aired": f"200{season}-01-0{number}T20:00:00Z",
            "ids": {"tvdb": str(110000 + season * 10 + number)},
        }
        for season in (1, 2)
        for number in (1, 2, 3)
    ],
}

MOVIE, SERIES = {"ids": {"imdb": "tt2543164"}}, {"ids": {"tvdb": 73244}}
PART = {"ids": {"tvdb": 110011}}
NOW = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


@dataclass
class Seeded:
    """A running instance in which a user did one of everything; *values* fill paths."""

    instance: Instance
    values: dict[str, Any]

    def call(self, method: str, path: str, body: object = None) -> Any:
        """What a call answers, which must go well."""
        reply = self.instance.call(method, f"/trakt{path}", body)
        assert reply.status < 300, f"{method} {path}: {reply.status} {reply.body!r}"
        return json.loads(reply.body) if reply.body else None


@pytest.fixture(scope="module")
def seeded() -> Iterator[Seeded]:
    """A server with a small catalogue and an account that is in use."""
    instance = Instance()
    try:
        instance.start()
        path = instance.folder / "catalogue.jsonl"
        path.write_text("\n".join(map(json.dumps, (FILM, OTHER_FILM, WAITING, HALF, SHOW))))
        instance.run("catalog", "import", "jsonl", str(path))
        made = Seeded(instance, {})
        seed(made)
        yield made
    finally:
        instance.remove()


def seed(seeded: Seeded) -> None:
    """One of everything."""
    eventually(lambda: seeded.call("GET", "/search/imdb/tt2543164"), "the catalogue")
    seeded.call("POST", "/scrobble/pause", {"movie": {"ids": {"imdb": "tt1160419"}}, "progress": 40})
    seeded.call("POST", "/scrobble/start", {"movie": {"ids": {"imdb": "tt1160419"}}, "progress": 50})
    seeded.call("POST", "/scrobble/pause", {"episode": {"ids": {"tvdb": 110022}}, "progress": 40})
    seeded.call("POST", "/scrobble/pause", {"movie": {"ids": HALF["ids"]}, "progress": 40})
    seeded.call("POST", "/scrobble/start", {"movie": MOVIE, "progress": 50})
    seeded.call("POST", "/sync/history", {"movies": [{**MOVIE, "watched_at": NOW}], "episodes": [PART]})
    seeded.call(
        "POST", "/sync/collection", {"movies": [{**MOVIE, "resolution": "hd_1080p"}], "shows": [SERIES]}
    )
    seeded.call(
        "POST",
        "/sync/ratings",
        {
            "movies": [{**MOVIE, "rating": 9}],
            "shows": [{**SERIES, "rating": 9}],
            "episodes": [{**PART, "rating": 9}],
        },
    )
    both = {"movies": [{"ids": WAITING["ids"]}], "shows": [SERIES], "episodes": [{"ids": {"tvdb": 110023}}]}
    seeded.call("POST", "/sync/watchlist", both)
    seeded.call("POST", "/sync/favorites", both)
    seeded.call("POST", "/users/hidden/calendar", {"shows": [SERIES], "movies": [MOVIE]})
    made = seeded.call("POST", "/users/me/lists", {"name": "Sunday", "privacy": "public"})
    number = made["ids"]["trakt"]
    seeded.call("POST", f"/users/me/lists/{number}/items", both)
    entry = seeded.call("GET", f"/users/me/lists/{number}/items")[0]
    saved = seeded.call("GET", "/sync/playback/movies")[-1]
    listed, favorite = (
        seeded.call("GET", "/sync/watchlist/movies")[0],
        seeded.call("GET", "/sync/favorites/movies")[0],
    )
    seeded.values |= {"list": number, "list_item": entry["id"], "playback": saved["id"]}
    seeded.values |= {"listed": listed["id"], "favorite": favorite["id"]}


#: What stands for a name in a path; {list}, … are known once the account is in use.
VALUES = {
    "type": "movies",
    "list_id": "{list}",
    "item_id": "1",
    "season": "1",
    "episode": "1",
    "sort": "rank",
    "sort_by": "rank",
    "sort_how": "asc",
    "start_date": "2026-11-01",
    "days": "7",
    "period": "weekly",
    "target": "my",
    "country": "us",
    "section": "calendar",
    "language": "fr",
    "rating": "9",
    "id_type": "imdb",
    "comment_type": "all",
    "year": "2026",
    "month": "11",
}

#: The same where the path decides: the first prefix that fits.
IDS = {
    "/movies/": "tt2543164",
    "/shows/": "tt0386676",
    "/users/": "me",
    "/lists/": "{list}",
    "/search/": "tt2543164",
    "/sync/playback/": "{playback}",
    "/sync/history/": "tt2543164",
    "/episodes/": "1",
    "/seasons/": "1",
}
LISTED = {"/sync/watchlist": "{listed}", "/sync/favorites": "{favorite}", "/users/": "{list_item}"}
TYPES = {
    "/search/{type}": "movie,show",
    "/genres/": "movies",
    "/users/{id}/comments": "all",
    "/sync/collection": "movies",
    "/sync/progress": "watched",
}

#: What is sent, by the end of the path; an account stays as it was, but for what is removed.
BODIES: dict[str, Any] = {
    "/scrobble/start": {"movie": {"ids": {"imdb": "tt1160419"}}, "progress": 10},
    "/scrobble/pause": {"movie": {"ids": {"imdb": "tt1160419"}}, "progress": 20},
    "/scrobble/stop": {"movie": {"ids": {"imdb": "tt1160419"}}, "progress": 90},
    "/checkin": {"movie": MOVIE},
    "/sync/history": {"movies": [MOVIE], "episodes": [PART]},
    "/sync/ratings": {"movies": [{**MOVIE, "rating": 7}], "shows": [{**SERIES, "rating": 7}]},
    "/items/reorder": {"rank": [1]},
    "/reorder": {"rank": [1]},
    "/users/settings": {"user": {"name": "Alex"}},
    "/users/{id}/lists": {"name": "Monday"},
    "/users/{id}/lists/{list_id}/": {"name": "Saturday"},
    "/reset": {},
}
ITEMS = {"movies": [MOVIE], "shows": [SERIES]}


def order(operation: Operation) -> tuple[int, str]:
    """Reads, then writes, then what takes parts away, then what takes away all."""
    if operation.method == "DELETE":
        return 3, operation.template
    if operation.template.rstrip("/").endswith("/remove"):
        return 2, operation.template
    return int(operation.method != "GET"), operation.template


def filled(operation: Operation, values: dict[str, Any]) -> str:
    """The path of an operation, with values that the account has."""
    template = operation.template
    for prefix, value in TYPES.items():
        if template.startswith(prefix):
            template = template.replace("{type}", value)
    for prefix, value in IDS.items():
        if template.startswith(prefix):
            template = template.replace("{id}", value)
    for prefix, value in LISTED.items():
        if template.startswith(prefix):
            template = template.replace("{list_item_id}", value)
    for name, value in VALUES.items():
        template = template.replace(f"{{{name}}}", value)
    query = "?query=arrival" if template.startswith("/search/") else ""
    return template.format(**values) + query


def body_of(operation: Operation) -> Any:
    """What is sent with an operation."""
    if operation.method in {"GET", "DELETE"}:
        return None
    return next((body for end, body in BODIES.items() if operation.template.endswith(end)), ITEMS)


def test_every_built_operation_answers_as_the_contract_says(seeded: Seeded) -> None:
    """Status and body of each, on an account in use; what the contract says wrongly is listed by name."""
    if not operations():
        pytest.skip("SCROBBLED_EVALUATION_DIR is not set, and the contract lies there")
    wrong, asked = [], 0
    for operation in sorted(operations(), key=order):
        try:
            path = filled(operation, seeded.values)
        except KeyError:
            continue  # a name that nothing of ours has
        if not built(operation.method, path):
            continue
        asked += 1
        reply = seeded.instance.call(operation.method, f"/trakt{path}", body_of(operation))
        wrong += [f"{operation}: {each}" for each in disagreements(operation, reply.status, reply.body)[:5]]

    assert asked > 20
    assert not wrong, "\n".join(wrong)
