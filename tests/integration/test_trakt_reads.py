"""History, playback and watching, as Trakt's clients read them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.conftest import new_person
from tests.library import NOON, episodes, film, pause, put_on, watch

if TYPE_CHECKING:
    from scrobbled.store.pool import Pool
    from tests.integration.conftest import Client, Person

PAGES = ("X-Pagination-Page", "X-Pagination-Limit", "X-Pagination-Page-Count", "X-Pagination-Item-Count")


async def _page(person: Person, path: str, **query: Any) -> tuple[list[int], list[int]]:
    """The ids on a page, and what its headers say."""
    response = await person.ask("GET", path, params=query)
    assert response.status == 200, await response.text()
    return [each["id"] for each in await response.json()], [int(response.headers[name]) for name in PAGES]


async def test_film(pool: Pool, person: Person) -> None:
    """A film is listed as Trakt lists it: its id there, unknown ids as null, milliseconds."""
    item = await film(pool, "Dune", trakt="287071", imdb="tt1160419")
    play = await watch(pool, person.id, item)
    slug = await pool.fetchval("select slug from titles where id = $1", item.id)

    ids = {"trakt": 287071, "slug": slug, "imdb": "tt1160419", "tmdb": None}
    assert [
        {
            "id": play.id,
            "watched_at": "2026-03-01T12:00:00.000Z",
            "action": "scrobble",
            "type": "movie",
            "movie": {"title": "Dune", "year": 1999, "ids": ids},
        }
    ] == await person.get("/trakt/sync/history")


async def test_episode(pool: Pool, person: Person) -> None:
    """An episode always comes with its show."""
    (episode,) = await episodes(pool)
    await watch(pool, person.id, episode, cause="checkin")
    (entry,) = await person.get("/trakt/sync/history/episodes")

    assert ("episode", "checkin") == (entry["type"], entry["action"])
    assert (1, 1, episode.id) == (
        entry["episode"]["season"], entry["episode"]["number"], entry["episode"]["ids"]["trakt"],
    )  # fmt: skip
    assert episode.title_id == entry["show"]["ids"]["trakt"]


async def test_pages(pool: Pool, person: Person) -> None:
    """Pages are counted from 1, ten entries unless asked otherwise, and all are told of all."""
    item = await film(pool)
    plays = [await watch(pool, person.id, item, NOON + timedelta(hours=hour)) for hour in range(25)]
    newest = [play.id for play in reversed(plays)]

    assert (newest[:10], [1, 10, 3, 25]) == await _page(person, "/trakt/sync/history")
    assert (newest[20:], [3, 10, 3, 25]) == await _page(person, "/trakt/sync/history", page=3)
    assert (newest[7:14], [2, 7, 4, 25]) == await _page(person, "/trakt/sync/history", page=2, limit=7)
    assert (newest, [1, 250, 1, 25]) == await _page(person, "/trakt/sync/history", limit=100_000)
    assert ([], [9, 10, 3, 25]) == await _page(person, "/trakt/sync/history", page=9)
    assert (newest[:5], [1, 5, 5, 25]) == await _page(person, "/trakt/sync/history", limit=5)


async def test_nothing(person: Person) -> None:
    """Who watched nothing gets an empty page with its headers."""
    assert ([], [1, 10, 0, 0]) == await _page(person, "/trakt/sync/history")


async def test_span(pool: Pool, person: Person) -> None:
    """A span of time takes dates and instants."""
    item = await film(pool)
    plays = [await watch(pool, person.id, item, NOON + timedelta(days=day)) for day in range(4)]
    query = {"start_at": "2026-03-02", "end_at": "2026-03-04T12:00:00.000Z"}

    assert ([plays[2].id, plays[1].id], [1, 10, 1, 2]) == await _page(person, "/trakt/sync/history", **query)


async def test_types(pool: Pool, person: Person) -> None:
    """The history can be of films, or of shows, seasons and episodes, which are one."""
    movie = await watch(pool, person.id, await film(pool))
    (episode,) = await episodes(pool)
    part = await watch(pool, person.id, episode)

    for word in ("movies", "movie"):
        assert [movie.id] == (await _page(person, f"/trakt/sync/history/{word}"))[0]
    for word in ("shows", "show", "seasons", "episodes", "episode"):
        assert [part.id] == (await _page(person, f"/trakt/sync/history/{word}"))[0]
    assert 404 == (await person.ask("GET", "/trakt/sync/history/songs")).status


async def test_one_title(pool: Pool, person: Person) -> None:
    """One film or show is found by its id at Trakt, at IMDb, here, or by its slug."""
    item, (first, second) = (
        await film(pool, trakt="481", imdb="tt0000481"),
        await episodes(pool, 2, trakt="482"),
    )
    await watch(pool, person.id, await film(pool))
    movie = await watch(pool, person.id, item)
    parts = [
        await watch(pool, person.id, each, NOON + timedelta(hours=each.id % 2)) for each in (first, second)
    ]
    slug = await pool.fetchval("select slug from titles where id = $1", item.id)

    for word in ("481", "tt0000481", slug, item.id):
        assert ([movie.id], [1, 10, 1, 1]) == await _page(person, f"/trakt/sync/history/movies/{word}")
    for word in ("482", first.title_id):
        ids, headers = await _page(person, f"/trakt/sync/history/shows/{word}")
        assert ({play.id for play in parts}, [1, 10, 1, 2]) == (set(ids), headers)
    assert 2 == len((await _page(person, f"/trakt/sync/history/seasons/{first.season_id}"))[0])
    assert [parts[1].id] == (await _page(person, f"/trakt/sync/history/episodes/{second.id}"))[0]


async def test_one_title_in_pages(pool: Pool, person: Person) -> None:
    """The plays of one show come in counted pages as well."""
    parts = await episodes(pool, 7)
    plays = [await watch(pool, person.id, part, NOON + timedelta(hours=at)) for at, part in enumerate(parts)]
    path = f"/trakt/sync/history/shows/{parts[0].title_id}"

    assert ([plays[3].id, plays[2].id, plays[1].id], [2, 3, 3, 7]) == await _page(
        person, path, page=2, limit=3
    )
    assert ([plays[0].id], [3, 3, 3, 7]) == await _page(person, path, page=3, limit=3)


@pytest.mark.parametrize(
    "word", ["123456", "no-such-slug", "tt9999999", "9" * 30, "%00", "%ED%A0%80", "a%2Fb"]
)
async def test_unknown_title(person: Person, word: str) -> None:
    """A title the catalogue does not know was not watched; what no title can be called is a 400."""
    response = await person.ask("GET", f"/trakt/sync/history/movies/{word}")

    assert (400 if word == "%00" else 200) == response.status


@pytest.mark.parametrize(
    "query",
    [{"page": "0"}, {"page": "x"}, {"limit": "x"}, {"limit": "-5"}, {"start_at": "soon"}, {"end_at": "x"}],
)
@pytest.mark.parametrize("path", ["/trakt/sync/history", "/trakt/sync/playback"])
async def test_bad_query(person: Person, path: str, query: dict[str, str]) -> None:
    """What is wrong with a parameter is said with 400, in Trakt's form."""
    response = await person.ask("GET", path, params=query)

    assert (400, {"error", "error_description"}) == (response.status, set(await response.json()))


async def test_playback(pool: Pool, person: Person) -> None:
    """Positions come most recently paused first: all of them, or a page, or one type."""
    item, (episode,) = await film(pool), await episodes(pool)
    earlier = await pause(pool, person.id, item, 41.5)
    later = await pause(pool, person.id, episode, 12, NOON + timedelta(hours=1))
    entries = await person.get("/trakt/sync/playback")

    assert [(later, "episode", 12), (earlier, "movie", 41.5)] == [
        (each["id"], each["type"], each["progress"]) for each in entries
    ]
    assert "2026-03-01T12:00:00.000Z" == entries[1]["paused_at"]
    assert {"episode", "show"} <= set(entries[0])
    assert ([later, earlier], [1, 2, 1, 2]) == await _page(person, "/trakt/sync/playback")
    assert ([earlier], [2, 1, 2, 2]) == await _page(person, "/trakt/sync/playback", page=2, limit=1)
    assert [earlier] == (await _page(person, "/trakt/sync/playback/movies"))[0]
    assert [later] == (await _page(person, "/trakt/sync/playback/episodes"))[0]
    assert [later] == (await _page(person, "/trakt/sync/playback", start_at="2026-03-01T12:30:00Z"))[0]


async def test_remove_position(pool: Pool, person: Person, somebody_else: Person) -> None:
    """A position is removed by its id once, by its owner alone, and what else is known of the item stays."""
    item = await film(pool)
    position = await pause(pool, person.id, item, 41)
    theirs = await somebody_else.ask("DELETE", f"/trakt/sync/playback/{position}")
    removed = await person.ask("DELETE", f"/trakt/sync/playback/{position}")
    again = await person.ask("DELETE", f"/trakt/sync/playback/{position}")
    row = await pool.fetchrow(
        "select progress, paused_at, position from playback where user_id = $1", person.id
    )

    assert [(404, b""), (204, b""), (404, b"")] == [
        (response.status, await response.read()) for response in (theirs, removed, again)
    ]
    assert row is not None
    assert (None, None, 41) == tuple(row)
    assert [] == await person.get("/trakt/sync/playback")


@pytest.mark.parametrize("position", ["0", "movies", "-1", "9" * 30])
async def test_remove_no_position(person: Person, position: str) -> None:
    """What is no position's id is a 404."""
    assert 404 == (await person.ask("DELETE", f"/trakt/sync/playback/{position}")).status


async def test_removing_needs_its_scope(pool: Pool, client: Client) -> None:
    """A token that may only read removes nothing."""
    person = await new_person(pool, client, ("read",))
    position = await pause(pool, person.id, await film(pool), 41)

    assert 403 == (await person.ask("DELETE", f"/trakt/sync/playback/{position}")).status
    assert 1 == len(await person.get("/trakt/sync/playback"))


async def test_watching(pool: Pool, person: Person, somebody_else: Person) -> None:
    """What is on is a 200, and nothing is an empty 204."""
    item = await film(pool)
    await put_on(pool, person.id, item)
    now = await person.get("/trakt/users/me/watching")
    idle = await somebody_else.ask("GET", "/trakt/users/me/watching")

    assert ("scrobble", "movie", item.name) == (now["action"], now["type"], now["movie"]["title"])
    assert (204, b"") == (idle.status, await idle.read())


async def test_at_the_root(pool: Pool, person: Person) -> None:
    """Clients that drop the path prefix read the same."""
    play = await watch(pool, person.id, await film(pool))
    response = await person.ask(
        "GET", "/sync/history/", headers={"trakt-api-version": "2"}, params={"limit": 3}
    )

    assert [play.id] == [each["id"] for each in await response.json()]
    assert "3" == response.headers["X-Pagination-Limit"]


async def test_nobody_elses(pool: Pool, person: Person, somebody_else: Person) -> None:
    """Nobody reads another's history here either."""
    item = await film(pool)
    await watch(pool, somebody_else.id, item)

    assert [] == await person.get("/trakt/sync/history")
    assert [] == await person.get(f"/trakt/sync/history/movies/{item.id}")
