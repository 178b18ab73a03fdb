"""Trakt's common filters, wherever Trakt has them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.library import NOON, Episode, Film, episodes, film, watch

if TYPE_CHECKING:
    from scrobbled.store.pool import Pool
    from tests.integration.conftest import Person

#: What is said of the film that every one of FILTERS but the last finds.
FOUND = {
    "released": "1980-05-23", "rating": 8.4, "votes": 900_000, "language": "en",
    "certification": "R", "network": "HBO", "status": "released",
}  # fmt: skip

FILTERS = [
    ("years", "1979-1981", "2001"),
    ("genres", "horror,comedy", "western"),
    ("languages", "de,en", "fr"),
    ("countries", "us", "gb"),
    ("runtimes", "140-150", "20-30"),
    ("ratings", "80-90", "90-100"),
    ("votes", "1000-1000000", "1-9"),
    ("certifications", "r", "pg-13"),
    ("networks", "hbo", "fox"),
    ("status", "released", "rumored"),
    ("query", "SHINING", "dull boy"),
]

LISTS = [
    "sync/history", "sync/history/movies", "users/me/history", "users/me/history/movies", "sync/playback",
    "sync/playback/movies", "sync/collection/movies", "users/me/collection/media", "sync/watchlist",
    "users/me/watchlist/movies/added", "calendars/my/movies/1980-05-20/7", "calendars/my/media/1980-05-20/7",
]  # fmt: skip

each_filter = pytest.mark.parametrize(("name", "fits", "fails"), FILTERS)
each_list = pytest.mark.parametrize("path", LISTS)


async def described(pool: Pool, item: Film | Episode, name: str, year: int, details: dict[str, Any]) -> None:
    """Give a title what filters look at."""
    await pool.execute(
        "update titles set name = $2, year = $3, runtime = 144, country = 'us', genres = '{Horror,Drama}',"
        " details = $4 where id = $1",
        item.title_id, name, year, details,
    )  # fmt: skip


async def kept(pool: Pool, person: Person) -> tuple[Film, Film]:
    """Two films that a user watched, has, wants and paused; nothing is known of the second."""
    known, unknown = await film(pool, "The Shining"), await film(pool, "Unknown")
    await described(pool, known, "The Shining", 1980, FOUND)
    await pool.execute("update titles set year = null, runtime = null where id = $1", unknown.id)
    for each in (known, unknown):
        await watch(pool, person.id, each, NOON)
        await pool.execute(
            "insert into playback (user_id, item_id, title_id, kind, id, last_event_at, viewing, counted,"
            " settled, progress, paused_at) values ($1, $2, $2, 'movie', $2, $3, 'suspended', false, false,"
            " 40, $3) on conflict (user_id, item_id) do update set progress = 40, paused_at = $3",
            person.id, each.id, NOON,
        )  # fmt: skip
    body = {"movies": [{"ids": {"trakt": each.id}} for each in (known, unknown)]}
    for place in ("collection", "watchlist"):
        assert 201 == (await person.ask("POST", f"/trakt/sync/{place}", json=body)).status
    return known, unknown


async def ids(person: Person, path: str, **query: str | int) -> tuple[list[int], str]:
    """The films in an answer, and how many its headers say there are."""
    response = await person.ask("GET", f"/trakt/{path}", params=query)
    assert 200 == response.status, await response.text()
    found = await response.json()
    total = response.headers.get("X-Pagination-Item-Count", str(len(found)))
    return [each["movie"]["ids"]["trakt"] for each in found], total


@each_filter
async def test_filter(pool: Pool, person: Person, name: str, fits: str, fails: str) -> None:
    """Every list takes every filter: what fits is shown and counted, what is unknown does not fit."""
    known, _ = await kept(pool, person)

    for path in LISTS:
        assert ([known.id], "1") == await ids(person, path, **{name: fits}), path
        assert ([], "0") == await ids(person, path, **{name: fails}), path


@each_list
async def test_wrong_range(person: Person, path: str) -> None:
    """A range that is none is a 400 that says so; an empty filter, and one nobody knows, filter nothing."""
    wrong = await person.ask("GET", f"/trakt/{path}", params={"years": "soon"})
    empty = await person.ask("GET", f"/trakt/{path}", params={"years": "", "genres": ",", "smell": "good"})

    assert 400 == wrong.status
    assert "years" in (await wrong.json())["error_description"]
    assert 200 == empty.status


async def test_page_behind_the_end(pool: Pool, person: Person) -> None:
    """Behind the end the headers still count what fits alone."""
    await kept(pool, person)

    for path in ("sync/history", "sync/playback", "sync/collection/movies", "sync/watchlist"):
        assert ([], "1") == await ids(person, path, genres="horror", page=3, limit=5), path


async def test_shows(pool: Pool, person: Person) -> None:
    """Episodes are filtered by their show: history, calendar, collection, what comes next."""
    now = datetime.now(UTC)
    first, second = await episodes(pool, 2)
    other, _ = await episodes(pool, 2)
    await described(pool, first, "Lost", 2004, {"network": "ABC"})
    for each in (first, second, other):
        await pool.execute("update episodes set first_aired = $2 where id = $1", each.id, now - timedelta(2))
    for each in (first, other):
        await watch(pool, person.id, each, NOON)
    body = {"episodes": [{"ids": {"trakt": each.id}} for each in (first, other)]}
    assert 201 == (await person.ask("POST", "/trakt/sync/collection", json=body)).status
    day = (now - timedelta(3)).date().isoformat()
    paths = [
        "sync/history/shows", "sync/collection/shows", "sync/collection/episodes",
        f"calendars/my/shows/{day}/7", "sync/progress/up_next", "sync/progress/up_next_nitro",
    ]  # fmt: skip

    for path in paths:
        found = await person.get(f"/trakt/{path}", networks="abc")
        assert {first.title_id} == {each["show"]["ids"]["trakt"] for each in found}, path


async def test_ignored(pool: Pool, person: Person, somebody_else: Person) -> None:
    """What who asks watched, has or wants is left out for them alone, from charts, calendars and lists."""
    known, _ = await kept(pool, person)
    path = "calendars/all/movies/1980-05-20/7"
    all_of_it = [known.id in (await ids(each, path, limit=250))[0] for each in (person, somebody_else)]

    assert [True, True] == all_of_it
    for flag in ("ignore_watched", "ignore_collected", "ignore_watchlisted"):
        assert known.id not in (await ids(person, path, **{flag: "true"}))[0]
        assert known.id in (await ids(person, path, **{flag: "false"}))[0]
        assert known.id in (await ids(somebody_else, path, **{flag: "true"}))[0]
        assert ([], "0") == await ids(person, "sync/watchlist", **{flag: "true"})
        popular = await person.get("/trakt/movies/popular", query="the shining", **{flag: "true"})
        assert known.id not in [each["ids"]["trakt"] for each in popular]


async def test_ignored_is_not_kept(pool: Pool, person: Person, somebody_else: Person) -> None:
    """An answer without somebody's own is for nobody else, nor to be kept on the way."""
    known, _ = await kept(pool, person)
    path = "/trakt/movies/popular?query=the%20shining&ignore_watched=true&limit=250"
    own = await person.ask("GET", path)
    theirs = await somebody_else.ask("GET", path)
    without = await person.client.get(path)

    assert "public" not in own.headers.get("Cache-Control", "")
    assert known.id not in [each["ids"]["trakt"] for each in await own.json()]
    for each in (theirs, without):
        assert known.id in [title["ids"]["trakt"] for title in await each.json()]
