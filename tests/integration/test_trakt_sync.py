"""Watched, collection, ratings and last activities, as Trakt's clients read and write them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.library import NOON, Episode, Film, episodes, film, pause, watch

if TYPE_CHECKING:
    from scrobbled.store.pool import Pool
    from tests.integration.conftest import Person

DAY = timedelta(days=1)
STARTED = "2026-03-01T12:00:00.000Z"


async def send(person: Person, path: str, status: int = 201, **body: Any) -> dict[str, Any]:
    """What the server answers to a write."""
    response = await person.ask("POST", f"/trakt/sync{path}", json=body)
    assert status == response.status, await response.text()
    found: dict[str, Any] = await response.json()
    return found


def of(item: Film | Episode) -> dict[str, Any]:
    """How a client names it."""
    return {"ids": {"trakt": item.id}}


# Watched ---------------------------------------------------------------------------


async def test_watched_movies(pool: Pool, person: Person) -> None:
    """Films come with how often and when they were last seen, the last one first."""
    often, once = await film(pool), await film(pool)
    for day, item in enumerate((often, once, often)):
        await watch(pool, person.id, item, NOON + day * DAY)
    found = await person.get("/trakt/sync/watched/movies")

    assert [(often.id, 2, "2026-03-03T12:00:00.000Z"), (once.id, 1, "2026-03-02T12:00:00.000Z")] == [
        (each["movie"]["ids"]["trakt"], each["plays"], each["last_watched_at"]) for each in found
    ]
    assert found[0]["last_updated_at"].endswith(".000Z")


async def test_watched_shows(pool: Pool, person: Person) -> None:
    """Shows come with their seasons, as clients expected it always, with full too; with noseasons without."""
    first, second, *_ = await episodes(pool, 3)
    for day, item in enumerate((first, second, first)):
        await watch(pool, person.id, item, NOON + day * DAY)
    (found,) = await person.get("/trakt/sync/watched/shows")
    full, bare, both = [
        (await person.get("/trakt/sync/watched/shows", extended=words, limit=0))[0]
        for words in ("full", "noseasons", "full,progress")
    ]

    assert (3, "2026-03-03T12:00:00.000Z", None) == (
        found["plays"],
        found["last_watched_at"],
        found["reset_at"],
    )
    assert [
        {
            "number": 1,
            "episodes": [
                {"number": 1, "plays": 2, "last_watched_at": "2026-03-03T12:00:00.000Z"},
                {"number": 2, "plays": 1, "last_watched_at": "2026-03-02T12:00:00.000Z"},
            ],
        }
    ] == found["seasons"]
    assert (first.title_id, 3) == (found["show"]["ids"]["trakt"], found["show"]["aired_episodes"])
    assert [True, False, True] == ["seasons" in each for each in (full, bare, both)]
    assert "overview" in full["show"]


async def test_watched_specials(pool: Pool, person: Person) -> None:
    """Specials are there for who asks for them."""
    (episode,) = await episodes(pool)
    special = await pool.fetchval(
        "insert into episodes (show_id, season, number) values ($1, 0, 1) returning id", episode.title_id
    )
    await watch(pool, person.id, Episode(special, episode.title_id, 0))

    assert [] == await person.get("/trakt/sync/watched/shows")
    assert 0 == (await person.get("/trakt/sync/watched/shows", specials="true"))[0]["seasons"][0]["number"]


async def test_watched_in_short(pool: Pool, person: Person) -> None:
    """With extended=min everything comes by id: films, episodes, shows by season and episode."""
    item, (episode,) = await film(pool), await episodes(pool)
    await watch(pool, person.id, item)
    await watch(pool, person.id, item, NOON - DAY)
    await watch(pool, person.id, episode)
    movies, parts, shows, numbered = [
        await person.get(f"/trakt/sync/watched/{word}", extended="min", **more)
        for word, more in (
            ("movies", {}),
            ("episodes", {}),
            ("shows", {}),
            ("shows", {"season_numbers": "true"}),
        )
    ]

    assert {str(item.id): [STARTED, "2026-02-28T12:00:00.000Z"]} == movies
    assert {str(episode.id): [STARTED]} == parts
    assert {str(episode.title_id): {str(episode.season_id): {str(episode.id): [STARTED]}}} == shows
    assert {str(episode.title_id): {"1": {str(episode.id): [STARTED]}}} == numbered


async def test_watched_pages(pool: Pool, person: Person) -> None:
    """Who asks for no page gets everything, and is told that it is one page; HEAD tells the same."""
    for _ in range(3):
        await watch(pool, person.id, await film(pool))
    asked = [{}, {"limit": "all"}, {"page": 2, "limit": 2}, {"page": 1}]
    found = [await person.ask("GET", "/trakt/sync/watched/movies", params=query) for query in asked]
    head = await person.ask("HEAD", "/trakt/sync/watched/movies", params={"limit": 2})
    names = [f"X-Pagination-{name}" for name in ("Page", "Limit", "Page-Count", "Item-Count")]

    assert [3, 3, 1, 3] == [len(await response.json()) for response in found]
    assert [["1", "3", "1", "3"], ["1", "3", "1", "3"], ["2", "2", "2", "3"], ["1", "100", "1", "3"]] == [
        [response.headers[name] for name in names] for response in found
    ]
    assert (["1", "2", "2", "3"], b"") == ([head.headers[name] for name in names], await head.read())


@pytest.mark.parametrize(
    "path", ["watched/songs", "collection/songs", "collection/minimal/media", "ratings/songs"]
)
async def test_no_such_type(person: Person, path: str) -> None:
    """A type that is none is a 404."""
    assert 404 == (await person.ask("GET", f"/trakt/sync/{path}")).status


# Collection ------------------------------------------------------------------------


async def test_collection(pool: Pool, person: Person) -> None:
    """Copies are added, changed, or there already; what is told of them comes back when asked for."""
    item, (first, second) = await film(pool), await episodes(pool, 2)
    copy = {**of(item), "collected_at": STARTED, "media_type": "bluray", "3d": False}
    added = await send(person, "/collection", movies=[copy], shows=[{"ids": {"trakt": first.title_id}}])
    again = await send(person, "/collection", movies=[of(item)], episodes=[of(first)])
    changed = await send(person, "/collection", movies=[{**of(item), "resolution": "uhd_4k"}], episodes=[{}])
    (movie,) = await person.get("/trakt/sync/collection/movies", extended="metadata")
    (show,) = await person.get("/trakt/sync/collection/shows")

    none = {"movies": 0, "shows": 0, "seasons": 0, "episodes": 0}
    assert none | {"movies": 1, "episodes": 2} == added["added"]
    assert (none, none | {"movies": 1, "episodes": 1}) == (again["updated"], again["existing"])
    assert (none | {"movies": 1}, [{}]) == (changed["updated"], changed["not_found"]["episodes"])
    assert (STARTED, "movie", item.id) == (
        movie["collected_at"],
        movie["type"],
        movie["movie"]["ids"]["trakt"],
    )
    assert {
        "media_type": None, "resolution": "uhd_4k", "hdr": None,
        "audio": None, "audio_channels": None, "3d": False,
    } == movie["metadata"]  # fmt: skip
    assert [1, 2] == [each["number"] for each in show["seasons"][0]["episodes"]]
    assert 3 == len(await person.get("/trakt/sync/collection/media"))
    assert second.id == (await person.get("/trakt/sync/collection/episodes"))[1]["episode"]["ids"]["trakt"]


async def test_collection_in_short(pool: Pool, person: Person) -> None:
    """The minimal forms have the time by id; shows by season and number."""
    item, (episode,) = await film(pool), await episodes(pool)
    await send(
        person,
        "/collection",
        movies=[{**of(item), "collected_at": STARTED}],
        episodes=[{**of(episode), "collected_at": STARTED}],
    )
    found = [
        await person.get(f"/trakt/sync/collection/minimal/{word}") for word in ("movies", "episodes", "shows")
    ]

    assert [
        {str(item.id): STARTED},
        {str(episode.id): STARTED},
        {str(episode.title_id): {"1": {"1": STARTED}}},
    ] == found


async def test_uncollect(pool: Pool, person: Person, somebody_else: Person) -> None:
    """Films, episodes, seasons and shows are removed, of this user alone."""
    item, (first, *_), (other,) = await film(pool), await episodes(pool, 3), await episodes(pool)
    for each in (person, somebody_else):
        await send(
            each,
            "/collection",
            movies=[of(item)],
            shows=[{"ids": {"trakt": show.title_id}} for show in (first, other)],
        )
    told = await send(
        person, "/collection/remove", 200, movies=[of(item), of(item), {"ids": {"tmdb": 1}}],
        seasons=[{"ids": {"trakt": first.season_id}}],
    )  # fmt: skip

    assert {"movies": 1, "shows": 0, "seasons": 0, "episodes": 3} == told["deleted"]
    assert [{"ids": {"tmdb": 1}}] == told["not_found"]["movies"]
    assert 1 == len(await person.get("/trakt/sync/collection/media"))
    assert 5 == len(await somebody_else.get("/trakt/sync/collection/media"))


# Ratings ---------------------------------------------------------------------------


async def test_ratings(pool: Pool, person: Person) -> None:
    """Films, shows, seasons and episodes are rated by themselves, and listed by type and number."""
    item, (episode,) = await film(pool), await episodes(pool)
    show = {
        "ids": {"trakt": episode.title_id},
        "rating": 9,
        "rated_at": "2026-03-04T00:00:00.000Z",
        "seasons": [
            {"number": 1, "rating": "8", "episodes": [{"number": 1, "rating": 7}, {"number": 9, "rating": 5}]}
        ],
    }
    told = await send(
        person, "/ratings", movies=[{**of(item), "rating": 10, "rated_at": STARTED}], shows=[show]
    )
    found = await person.get("/trakt/sync/ratings")

    assert {"movies": 1, "shows": 1, "seasons": 1, "episodes": 1} == told["added"]
    assert [{"number": 9, "rating": 5}] == told["not_found"]["shows"][0]["seasons"][0]["episodes"]
    assert {("show", 9), ("season", 8), ("episode", 7), ("movie", 10)} == {
        (each["type"], each["rating"]) for each in found
    }
    assert ("movie", STARTED) == (found[-1]["type"], found[-1]["rated_at"])
    assert {"rated_at", "rating", "type", "season", "show"} == set(
        next(each for each in found if each["type"] == "season")
    )
    for path, count in (("movies", 1), ("movie/10", 1), ("all/7,8", 2), ("seasons/9", 0), ("all", 4)):
        assert count == len(await person.get(f"/trakt/sync/ratings/{path}"))
    for path in ("movies/11", "movies/x", "songs"):
        assert 404 == (await person.ask("GET", f"/trakt/sync/ratings/{path}")).status


async def test_rated_again_and_not_at_all(pool: Pool, person: Person) -> None:
    """A rating takes the place of the one before it, and can be removed; a part's goes alone."""
    item, (episode,) = await film(pool), await episodes(pool)
    show = {"ids": {"trakt": episode.title_id}}
    await send(
        person,
        "/ratings",
        movies=[{**of(item), "rating": 5}],
        shows=[{**show, "rating": 6}],
        episodes=[{**of(episode), "rating": 7}],
    )
    await send(person, "/ratings", movies=[{**of(item), "rating": 8}])
    told = await send(
        person, "/ratings/remove", 200, shows=[show], movies=[{"ids": {"imdb": "tt1"}, "rating": 3}]
    )

    assert {"movies": 0, "shows": 1, "seasons": 0, "episodes": 0} == told["deleted"]
    assert [{"ids": {"imdb": "tt1"}, "rating": 3}] == told["not_found"]["movies"]
    assert {8, 7} == {each["rating"] for each in await person.get("/trakt/sync/ratings")}


@pytest.mark.parametrize("rating", [0, 11, None, "x"])
async def test_no_rating(pool: Pool, person: Person, rating: object) -> None:
    """A rating out of its range refuses all of the body."""
    good, bad = [of(await film(pool)) for _ in range(2)]
    await send(person, "/ratings", 422, movies=[{**good, "rating": 5}, {**bad, "rating": rating}])

    assert [] == await person.get("/trakt/sync/ratings")


# Last activities -------------------------------------------------------------------


async def test_last_activities(pool: Pool, person: Person) -> None:
    """Everything has a time from the beginning, and each change moves its own and the newest of all."""
    item, (episode,) = await film(pool), await episodes(pool)
    steps = [
        ("/history", 201, "movies.watched_at", {"movies": [of(item)]}),
        ("/history/remove", 200, "movies.watched_at", {"movies": [of(item)]}),
        ("/history", 201, "episodes.watched_at", {"episodes": [of(episode)]}),
        ("/collection", 201, "movies.collected_at", {"movies": [of(item)]}),
        ("/collection/remove", 200, "movies.collected_at", {"movies": [of(item)]}),
        (
            "/ratings",
            201,
            "seasons.rated_at",
            {"seasons": [{"ids": {"trakt": episode.season_id}, "rating": 5}]},
        ),
        ("/ratings/remove", 200, "seasons.rated_at", {"seasons": [{"ids": {"trakt": episode.season_id}}]}),
    ]
    before = _flat(await person.get("/trakt/sync/last_activities"))

    assert 1 == len(set(before.values()))
    assert {"recommendations.updated_at", "movies.favorited_at", "account.settings_at"} <= set(before)
    for path, status, leaf, body in steps:
        await send(person, path, status, **body)
        after = _flat(await person.get("/trakt/sync/last_activities"))
        assert {leaf} == {name for name in after if after[name] != before[name]} - {"all"}
        assert after[leaf] > before[leaf]
        assert after["all"] == max(after.values())
        before = after


async def test_forgetting_a_position_is_activity(pool: Pool, person: Person) -> None:
    """A position that is removed moves the time of what is paused."""
    position = await pause(pool, person.id, await film(pool), 40)
    before = _flat(await person.get("/trakt/sync/last_activities"))
    await person.ask("DELETE", f"/trakt/sync/playback/{position}")
    after = _flat(await person.get("/trakt/sync/last_activities"))

    assert {"movies.paused_at"} == {name for name in after if after[name] != before[name]} - {"all"}


def _flat(told: dict[str, Any]) -> dict[str, str]:
    leaves = {
        f"{group}.{leaf}": at
        for group, inside in told.items()
        if group != "all"
        for leaf, at in inside.items()
    }
    return {"all": told["all"], **leaves}
