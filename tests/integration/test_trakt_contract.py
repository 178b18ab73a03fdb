"""What Trakt's contract says of answers: every read that is built is held to it, and writes of lists."""

from __future__ import annotations

import gzip
import json
import os
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from scrobbled.api.trakt.operations import operations
from tests import endpoints
from tests.library import episodes, film, pause, watch

if TYPE_CHECKING:
    from aiohttp import ClientResponse

    from scrobbled.store.pool import Pool
    from tests.integration.conftest import Person

CONTRACT = (
    Path(os.environ.get("SCROBBLED_EVALUATION_DIR", "/nonexistent")) / "contracts" / "trakt-openapi.json.gz"
)

#: What is wrong in the contract itself (Trakt fact sheet §11), by path; nothing else is excused.
BUGS = {
    "GET /sync/playback/movies": "every position is typed as a film's",
    "GET /sync/playback/{type}": "every position is typed as a film's",
    "GET /shows/{id}/progress/watched": "reset_at is always null",
    "GET /shows/{id}/progress/collection": "it has the shape of the watched progress",
    "GET /shows/{id}/certifications": "a list is typed as a text",
    "GET /certifications/{type}": "one of two schemas that are the same: both fit",
    "GET /users/hidden/{section}": "films cannot be hidden, though calendars hide them",
    "PUT /users/{id}/lists/{list_id}": "an array, where clients have always been given the list",
    "POST /sync/history": "200, where all clients know 201",
    "POST /users/hidden/{section}": "200, where all clients know 201; `season` for `seasons`",
    "POST /users/hidden/{section}/remove": "`season` for `seasons`",
    "POST /sync/collection": "it has the shape of a list",
    "POST /sync/collection/remove": "it has the shape of a list",
    "POST /sync/ratings/remove": "what was not found has to carry a rating",
}

pytestmark = pytest.mark.skipif(not CONTRACT.is_file(), reason="SCROBBLED_EVALUATION_DIR is not set")


@cache
def contract() -> dict[str, Any]:
    """The contract."""
    found: dict[str, Any] = _plain(json.loads(gzip.decompress(CONTRACT.read_bytes())))
    return found


def _plain(node: Any) -> Any:
    """*node* with OpenAPI's ``nullable`` in the words of JSON Schema."""
    if isinstance(node, list):
        return [_plain(each) for each in node]
    if not isinstance(node, dict):
        return node
    found = {name: _plain(value) for name, value in node.items() if name != "nullable"}
    return {"anyOf": [found, {"type": "null"}]} if node.get("nullable") is True else found


def schemas(method: str, path: str) -> dict[int, Any]:
    """By status, the schema of what *path* answers, None for no body."""
    operation = (contract()["paths"].get(path) or contract()["paths"][f"{path}/"])[method.lower()]
    return {
        int(status): next((each["schema"] for each in answer.get("content", {}).values()), None)
        for status, answer in operation["responses"].items()
    }


def reads() -> list[str]:
    """The paths of the contract whose GET is built."""
    paths = {path.rstrip("/") for path, methods in contract()["paths"].items() if "get" in methods}
    return [
        each.path
        for each in operations(endpoints.routes())
        if each.method == "GET" and each.route is not None and each.path in paths
    ]


@pytest.fixture
async def names(pool: Pool, person: Person) -> dict[str, str]:
    """Somebody who has something of everything, and the words that paths need for it."""
    item, (first, second) = await film(pool), await episodes(pool, 2)
    for each in (item, first):
        await watch(pool, person.id, each)
    await pause(pool, person.id, second, 40.0)
    body = {
        "movies": [{"ids": {"trakt": item.id}, "rating": 7}],
        "shows": [{"ids": {"trakt": first.title_id}, "rating": 8}],
    }
    for path in ("ratings", "collection", "watchlist", "favorites"):
        await person.ask("POST", f"/trakt/sync/{path}", json=body)
    await person.ask("POST", "/trakt/users/hidden/calendar", json=body)
    listed = await (await person.ask("POST", "/trakt/users/me/lists", json={"name": "Best"})).json()
    await person.ask("POST", f"/trakt/users/me/lists/{listed['ids']['slug']}/items", json=body)
    return {
        "movie": str(item.id),
        "show": str(first.title_id),
        "user": listed["user"]["ids"]["slug"],
        "list_id": str(listed["ids"]["trakt"]),
        "season": "1",
        "episode": "1",
    }


def filled(path: str, names: dict[str, str]) -> str:
    """*path* with something in place of its variables."""
    subject = path.split("/")[1].removesuffix("s")
    words = {
        **names,
        "id": names.get(subject, names["list_id"]),
        "item_id": names["movie"],
        "target": "all",
        "sort_by": "rank",
        "sort_how": "asc",
        "sort": "rank",
        "type": {"countries": "movies", "languages": "movies", "search": "movie"}.get(
            path.split("/")[1], "movies"
        ),
        "rating": "7",
        "section": "calendar",
        "period": "weekly",
        "id_type": "trakt",
        "start_date": "2026-03-01",
        "days": "7",
        "language": "en",
        "country": "us",
    }
    return re.sub(r"\{(\w+)\}", lambda found: words.get(found[1], "1"), path)


async def fault(method: str, path: str, response: ClientResponse) -> str | None:
    """What of an answer is not as the contract has it."""
    expected, text = schemas(method, path), await response.text()
    if response.status not in expected:
        return f"{method} {path}: {response.status} is none of {sorted(expected)}"
    schema = expected[response.status]
    if schema is None or not text:
        return None
    validator = Draft202012Validator({**schema, "components": contract()["components"]})
    error = next(iter(validator.iter_errors(json.loads(text))), None)
    if error is None:
        return None
    return f"{method} {path}: {'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"


async def test_reads(person: Person, names: dict[str, str]) -> None:
    """Every read that is built answers with a status and a shape that the contract has."""
    wrong = []
    for path in reads():
        if f"GET {path}" in BUGS or path.startswith(("/oauth", "/people")):  # nobody is in the catalogue
            continue
        query = {"query": "Film"} if path.startswith("/search") else {}
        response = await person.ask("GET", "/trakt" + filled(path, names), params=query)
        wrong.append(await fault("GET", path, response))

    assert [] == [each for each in wrong if each is not None]


async def test_writes(person: Person, names: dict[str, str]) -> None:
    """Every write to what is one's own answers with a status and a shape that the contract has."""
    items: dict[str, Any] = {"movies": [{"ids": {"trakt": int(names["movie"])}, "rating": 3}]}
    list_path, wrong = "/users/{id}/lists/{list_id}", []
    watched, favorite, listed = [
        (await person.get(f"/trakt{path}"))[0]["id"]
        for path in ("/sync/watchlist", "/sync/favorites", f"/users/me/lists/{names['list_id']}/items")
    ]
    calls: list[tuple[str, str, Any, int]] = [
        *(("POST", f"/sync/{word}", items, 0) for word in ("ratings", "watchlist", "favorites")),
        ("POST", "/sync/history/remove", items, 0),
        *(("PUT", f"/sync/{word}", items, 0) for word in ("watchlist", "favorites")),
        ("POST", "/sync/watchlist/reorder", {"rank": [watched, 5]}, 0),
        ("POST", "/sync/favorites/reorder", {"rank": [favorite]}, 0),
        ("PUT", "/sync/watchlist/{list_item_id}", {"notes": "x", "rank": 1}, watched),
        ("PUT", "/sync/favorites/{list_item_id}", {"notes": "x"}, favorite),
        *(("POST", f"/sync/{word}/remove", items, 0) for word in ("watchlist", "favorites")),
        ("PUT", "/users/settings", {"user": {"about": "x"}}, 0),
        ("POST", "/users/{id}/lists", {"name": "Second"}, 0),
        ("POST", "/users/{id}/lists/reorder", {"rank": [int(names["list_id"])]}, 0),
        ("PUT", list_path, {"description": "x"}, 0),
        ("POST", f"{list_path}/items", items, 0),
        ("POST", f"{list_path}/items/reorder", {"rank": [listed]}, 0),
        ("POST", f"{list_path}/reorder", {"rank": [listed]}, 0),
        ("PUT", f"{list_path}/items/{{list_item_id}}", {"rank": 1}, listed),
        ("POST", f"{list_path}/items/remove", items, 0),
        ("DELETE", list_path, None, 0),
    ]
    for method, path, body, entry in calls:
        address = "/trakt" + filled(path, {**names, "list_item_id": str(entry)})
        response = await person.ask(method, address, json=body)
        assert response.status < 300, (method, path, await response.text())  # refusals
        if f"{method} {path}" not in BUGS:
            wrong.append(await fault(method, path, response))

    assert [] == [each for each in wrong if each is not None]
