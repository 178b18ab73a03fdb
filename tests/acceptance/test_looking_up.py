"""Looking titles up as Trakt's clients do, from outside: no token, no path prefix, and always up to date."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from tests.acceptance.instance import Instance, Reply, eventually

#: What a client sends that drops the path prefix and is not signed in.
CLIENT = {"trakt-api-key": "0" * 64, "trakt-api-version": "2"}


def look(instance: Instance, path: str, **headers: str) -> Reply:
    """A call of a client that is not signed in."""
    return instance.call("GET", path, token=None, headers=CLIENT | headers)


def load(instance: Instance, *records: dict[str, Any]) -> None:
    """Import titles."""
    file = instance.folder / f"{uuid4().hex}.jsonl"
    file.write_text("\n".join(json.dumps(each) for each in records))
    instance.run("catalog", "import", "jsonl", str(file))


def test_a_film_is_found_shown_and_seen_trending(instance: Instance) -> None:
    """From an import through search and summary to the chart, while it is being watched."""
    film = {
        "type": "movie",
        "title": "The Lighthouse of Ys",
        "year": 2019,
        "runtime": 109,
        "ids": {"imdb": "tt9900001", "trakt": 990001},
        "details": {"overview": "Two keepers."},
    }
    load(instance, film)

    def found() -> Any:
        return look(instance, "/search/movie?query=lighthouse%20of&extended=full").json

    eventually(found, "the film in a search")
    rows = found()
    watching = {"progress": 10, "movie": {"ids": {"trakt": 990001}}}
    instance.call("POST", "/trakt/scrobble/start", watching)
    trending = look(instance, "/movies/trending")

    assert ("movie", "Two keepers.") == (rows[0]["type"], rows[0]["movie"]["overview"])
    assert [(1, 990001)] == [(each["watchers"], each["movie"]["ids"]["trakt"]) for each in trending.json]
    assert "1" == trending.headers["X-Pagination-Item-Count"]


def test_an_answer_changes_with_the_catalogue(instance: Instance) -> None:
    """Who has it gets 304; what an import changes is told anew, though answers are kept."""
    show = {"type": "show", "title": "Harbour Lights", "year": 2001, "ids": {"imdb": "tt9900002"}}
    load(instance, show)
    first = look(instance, "/shows/tt9900002/")
    tag = first.headers["Etag"]
    again = look(instance, "/shows/tt9900002", **{"If-None-Match": tag})
    load(instance, show | {"year": 2002})

    def changed() -> bool:
        return look(instance, "/shows/tt9900002", **{"If-None-Match": tag}).status == 200

    assert (304, b"") == (again.status, again.body)
    eventually(changed, "the new year")
    assert 2002 == look(instance, "/shows/tt9900002").json["year"]


def test_nothing_odd_is_an_error_of_ours(instance: Instance) -> None:
    """Odd addresses are refused or not found, and never a 500."""
    for path in (
        "/movies/%ED%A0%80",
        "/movies/%00",
        "/shows/x/seasons/999999999999999999999",
        "/search/movie?query=%00",
        "/search/movie?query=%5C",
        "/search/movie,show,,?query=a&page=99999999999999999999",
        "/movies/popular?page=999999999&limit=999999999",
        "/movies/popular?years=9999999999999999999999",
        "/movies/watched/weekly?genres=%7B%22,%5D",
        "/calendars/all/shows/0001-01-01/1",
        "/calendars/all/movies/9999-12-31/33",
        "/movies/updates/9999-12-31T23:59:59-12:00",
        "/genres/%00",
    ):
        assert look(instance, path).status in (200, 400, 404), path
