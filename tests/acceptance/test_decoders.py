"""Clients that read with types, and refuse a whole answer for one thing that is not as they demand."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.acceptance import demands
from tests.acceptance.demands import COUNTS, LOST, STATE, TITLE, WATCHABLE, Demand, Instant, every, unmet
from tests.acceptance.instance import Instance, eventually
from tests.acceptance.test_contract import FILM, SHOW

KEYS = {"trakt-api-version": "2", "trakt-api-key": "5" * 64}
OF_FILM, OF_SHOW = {"ids": {"imdb": "tt2543164"}}, {"ids": {"tvdb": 73244}}
UNKNOWN = {"ids": {"imdb": "tt9999999"}}
BOTH = {"movies": [OF_FILM, UNKNOWN], "shows": [OF_SHOW]}
LISTED, LOST_OF_LISTS = demands.OF_LISTS, demands.LOST_OF_LISTS

#: What somebody sends, in this order, and what is read of the answers.
WRITES: list[tuple[str, dict[str, Any], Demand]] = [
    ("users/me/lists", {"name": "Sunday evenings"}, demands.LIST),
    (
        "users/me/lists/sunday-evenings/items",
        BOTH,
        {"added": LISTED, "existing": LISTED, "not_found": LOST_OF_LISTS, "list": STATE},
    ),
    ("users/me/lists/sunday-evenings/items/remove", BOTH, {"deleted": LISTED, "not_found": LOST_OF_LISTS}),
    ("sync/watchlist", BOTH, {**every("added existing", COUNTS), "not_found": LOST, "list": STATE}),
    ("sync/watchlist/remove", BOTH, {"deleted": COUNTS, "not_found": LOST}),
    ("sync/history", BOTH, {"added": WATCHABLE, "not_found": LOST}),
    (
        "sync/collection",
        {**BOTH, "movies": [{**OF_FILM, "media_type": "digital"}]},
        {**every("added updated existing", WATCHABLE), "not_found": LOST},
    ),
    ("sync/ratings", {"movies": [{**OF_FILM, "rating": 8}]}, {"added": COUNTS, "not_found": LOST}),
    (
        "users/hidden/progress_watched",
        {"shows": [OF_SHOW]},
        {"added": every("movies shows seasons users", int), "not_found": {"users": [dict]}},
    ),
    ("checkin", {"movie": OF_FILM}, demands.CHECKED_IN),
]

#: What is read afterwards.
READS: dict[str, Demand] = {
    "users/settings": demands.SETTINGS,
    "users/me?extended=full": demands.FULL_USER,
    "users/me/stats": demands.USER_STATS,
    "users/me/watching": demands.WATCHING,
    "users/me/lists": [demands.LIST],
    "users/hidden/progress_watched": [{"hidden_at": Instant, "type": str, "show": TITLE}],
    "sync/last_activities": demands.ACTIVITIES,
    "sync/history?limit=5": [{"id": int, "watched_at": Instant, "action": str, "type": str}],
    "sync/watched/shows": [demands.WATCHED_SHOW],
    "sync/collection/movies?extended=metadata": [demands.COLLECTED_MOVIE],
    "sync/collection/shows?extended=metadata": [demands.COLLECTED_SHOW],
    "sync/ratings": [{"rated_at": Instant, "rating": int, "type": str, "movie": TITLE}],
    "movies/arrival?extended=full": {**TITLE, **demands.FACTS},
    "movies/arrival/aliases": [{"title": str, "country": str}],
    "movies/arrival/stats": demands.STATS,
    "movies/arrival/ratings": {"rating": float, "votes": int, "distribution": demands.TEN},
    "shows/the-office?extended=full": demands.FULL_SHOW,
    "shows/the-office/stats": {**demands.STATS, **every("collected_episodes recommended", int)},
    "shows/the-office/seasons/1/stats": {**demands.STATS, "collected_episodes": int},
    "shows/the-office/seasons?extended=full,episodes": [demands.SEASON],
    "shows/the-office/seasons/1?translations=pl": [{**demands.EPISODE, "translations": [dict]}],
    "shows/the-office/seasons/1/episodes/1?extended=full": demands.FULL_EPISODE,
    "shows/the-office/progress/watched": demands.PROGRESS,
    "shows/the-office/progress/collection": {**demands.PROGRESS, "last_collected_at": Instant},
    "search/movie?query=arrival": [{"type": str, "score": float, "movie": TITLE}],
}


@pytest.fixture(scope="module")
def library(instance: Instance) -> Instance:
    """The instance, with a film and a show in its catalogue."""
    path = instance.folder / "decoded.jsonl"
    path.write_text("\n".join(map(json.dumps, (FILM, SHOW))))
    instance.run("catalog", "import", "jsonl", str(path))
    eventually(lambda: instance.call("GET", "/trakt/search/imdb/tt2543164").json, "the catalogue")
    return instance


def test_typed_clients_can_read(library: Instance) -> None:
    """Each answer to a tracker's calls has all that its models must find, of the type they demand."""
    found: dict[str, list[str]] = {}
    for path, body, demand in WRITES:
        reply = library.call("POST", f"/trakt/{path}", body, headers=KEYS)
        assert reply.status in (200, 201), (path, reply.body)
        found[f"POST {path}"] = unmet(reply.json, demand)
    for path, demand in READS.items():
        reply = library.call("GET", f"/trakt/{path}", headers=KEYS)
        assert (200, True) == (reply.status, bool(reply.json)), (path, reply.body)
        found[path] = unmet(reply.json, demand)
    library.call("DELETE", "/trakt/checkin", headers=KEYS)

    assert {} == {path: missing for path, missing in found.items() if missing}


def test_people_on_a_list_are_told_of(library: Instance) -> None:
    """People, whom nobody knows here, come back as they were sent; what is no list of them is passed over."""
    library.call("POST", "/trakt/users/me/lists", {"name": "Directors"})
    items, person = "/trakt/users/me/lists/directors/items", {"ids": {"trakt": 297737}}
    added = library.call("POST", items, {"people": [person]}).json
    odd = library.call("POST", items, {"people": "all", "movies": [OF_FILM]}).json

    assert (0, [person]) == (added["added"]["people"], added["not_found"]["people"])
    assert (1, []) == (odd["added"]["movies"], odd["not_found"]["people"])
