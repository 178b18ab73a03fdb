"""Films, shows, seasons and episodes, as Trakt's clients look them up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from scrobbled.store import totals
from tests.integration.test_matching import load
from tests.integration.test_names import unique
from tests.library import Film, watch
from tests.words import made_up_number

if TYPE_CHECKING:
    from scrobbled.store.pool import Pool
    from tests.integration.conftest import Client, Person

NOW = datetime.now(UTC)


def number() -> str:
    """An id that nobody else has."""
    return str(made_up_number())


async def film(pool: Pool, **more: Any) -> dict[str, Any]:
    """A film that much is known of; what was said of it."""
    record = {
        "type": "movie",
        "title": unique(),
        "year": 2021,
        "runtime": 155,
        "country": "US",
        "genres": ["Sci-Fi", "Drama"],
        "ids": {"imdb": f"tt{number()}", "tmdb": number(), "trakt": number()},
        "names": [{"name": unique(), "language": "de", "region": "DE"}],
        "details": {
            "overview": "Sand.",
            "tagline": "It begins.",
            "status": "released",
            "released": "2021-10-22",
            "language": "en",
            "certification": "PG-13",
            "rating": 7.8,
            "votes": 900,
            "studios": [{"name": "Sand & Sons", "country": "US", "tmdb": 923}],
            "releases": [
                {"country": "us", "date": "2021-10-22", "type": "theatrical", "certification": "PG-13"},
                {"country": "de", "date": "2021-09-16", "type": "theatrical"},
            ],
        },
    }
    record |= more
    await load(pool, record)
    return record


async def show(pool: Pool, *, dated: bool = True, **more: Any) -> dict[str, Any]:
    """A show of two seasons and a special: the second season has aired half; what was said of it."""
    days = {(0, 1): -60, (1, 1): -50, (1, 2): -49, (2, 1): -1, (2, 2): 6}
    record = {
        "type": "show",
        "title": unique(),
        "year": 2019,
        "runtime": 50,
        "genres": ["Drama"],
        "ids": {"imdb": f"tt{number()}", "tvdb": number(), "trakt": number()},
        "details": {"overview": "People.", "network": "HBO", "status": "returning series"},
        "episode_list": [
            {
                "season": season,
                "number": place,
                "title": f"{season}-{place}",
                "ids": {"tvdb": number()},
                "details": {"overview": f"In {season}-{place}."},
                **({"first_aired": (NOW + timedelta(days=at)).isoformat()} if dated else {}),
            }
            for (season, place), at in days.items()
        ],
    }
    record |= more
    await load(pool, record)
    return record


async def test_a_film_by_every_name(pool: Pool, client: Client) -> None:
    """By Trakt's id, IMDb's, ours and its slug, without a token; minimal unless more is asked for."""
    said = await film(pool)
    path = f"/trakt/movies/{said['ids']['trakt']}"
    found = await (await client.get(path)).json()
    own = await pool.fetchval("select id from titles where slug = $1", found["ids"]["slug"])

    assert {"title", "year", "ids"} == set(found)
    assert (said["title"], 2021) == (found["title"], found["year"])
    for word in (said["ids"]["imdb"], found["ids"]["slug"], own):
        assert found == await (await client.get(f"/trakt/movies/{word}")).json()


async def test_a_slug_with_the_year(pool: Pool, client: Client) -> None:
    """Clients make slugs of name and year; it must be the right one."""
    said = await film(pool)
    slug = (await (await client.get(f"/trakt/movies/{said['ids']['trakt']}")).json())["ids"]["slug"]

    assert 200 == (await client.get(f"/trakt/movies/{slug}-2021")).status
    assert 404 == (await client.get(f"/trakt/movies/{slug}-2020")).status


async def test_when_a_show_airs(pool: Pool, client: Client) -> None:
    """Day, time and time zone are all there, known or not."""
    said = await show(pool, details={"airs": {"day": "Sunday"}})
    found = await (await client.get(f"/trakt/shows/{said['ids']['trakt']}?extended=full")).json()

    assert {"day": "Sunday", "time": None, "timezone": None} == found["airs"]


async def test_all_that_is_known_of_a_film(pool: Pool, client: Client) -> None:
    """``extended=full`` tells what importers know, with Trakt's words for genres, and null for the rest."""
    said = await film(pool)
    found = await (await client.get(f"/trakt/movies/{said['ids']['trakt']}?extended=full,nonsense")).json()

    assert {
        "overview": "Sand.",
        "tagline": "It begins.",
        "released": "2021-10-22",
        "runtime": 155,
        "country": "us",
        "genres": ["science-fiction", "drama"],
        "certification": "PG-13",
        "rating": 7.8,
        "votes": 900,
        "status": "released",
        "language": "en",
        "available_translations": ["de"],
        "trailer": None,
        "homepage": None,
    }.items() <= found.items()


async def test_a_worse_source_fills_what_is_missing(pool: Pool, client: Client) -> None:
    """Details are merged one by one: an update replaces what it says and leaves the rest."""
    said = await film(pool)
    await load(
        pool,
        {
            "type": "movie",
            "title": said["title"],
            "ids": said["ids"],
            "details": {"homepage": "https://a.example"},
        },
    )
    found = await (await client.get(f"/trakt/movies/{said['ids']['trakt']}?extended=full")).json()

    assert ("Sand.", "https://a.example") == (found["overview"], found["homepage"])


async def test_what_belongs_to_a_film(pool: Pool, client: Client) -> None:
    """Other names, translations, releases, studios, people, ratings: each in Trakt's form."""
    said = await film(pool)
    path, other = f"/trakt/movies/{said['ids']['trakt']}", said["names"][0]["name"]

    async def told(rest: str) -> Any:
        """What the server says of *rest*, which must be there."""
        response = await client.get(path + rest)
        assert 200 == response.status, rest
        return await response.json()

    assert {"title": other, "country": "de"} in await told("/aliases")
    german = {"title": other, "overview": None, "tagline": None, "language": "de", "country": "de"}
    assert [german] == await told("/translations/de")
    assert ["Sand.", None] == [each["overview"] for each in await told("/translations")]
    assert ["de", "us"] == sorted(each["country"] for each in await told("/releases"))
    assert [("us", "2021-10-22", "PG-13")] == [
        (each["country"], each["release_date"], each["certification"]) for each in await told("/releases/us")
    ]
    assert ["Sand & Sons"] == [each["name"] for each in await told("/studios")]
    assert {"cast": [], "crew": {}} == await told("/people")
    for rest in ("/comments", "/comments/likes", "/lists", "/lists/personal/popular", "/watching", "/videos"):
        assert [] == await told(rest)


async def test_a_show_with_its_seasons(pool: Pool, client: Client) -> None:
    """Seasons count what has aired; with ``episodes`` they hold theirs, and a season alone lists them."""
    said = await show(pool)
    path = f"/trakt/shows/{said['ids']['trakt']}"
    summary = await (await client.get(f"{path}?extended=full")).json()
    seasons = await (await client.get(f"{path}/seasons?extended=full,episodes")).json()
    second = await (await client.get(f"{path}/seasons/2")).json()
    info = await (await client.get(f"{path}/seasons/2/info?extended=full")).json()

    assert (3, "HBO", 200) == (summary["aired_episodes"], summary["network"], summary["total_runtime"])
    assert summary["first_aired"].endswith(".000Z")
    assert [(0, 1, 1), (1, 2, 2), (2, 2, 1)] == [
        (each["number"], each["episode_count"], each["aired_episodes"]) for each in seasons
    ]
    assert ["2-1", "2-2"] == [each["title"] for each in seasons[2]["episodes"]]
    assert [(2, 1), (2, 2)] == [(each["season"], each["number"]) for each in second]
    assert {"number", "ids"} <= set(info)
    assert info == {name: value for name, value in seasons[2].items() if name != "episodes"}


async def test_one_episode(pool: Pool, client: Client) -> None:
    """With all that is known: overview, when it aired, whether it begins or ends something."""
    said = await show(pool)
    path = f"/trakt/shows/{said['ids']['trakt']}/seasons"
    found = await (await client.get(f"{path}/1/episodes/1?extended=full")).json()
    types = [
        (await (await client.get(f"{path}/{place}?extended=full")).json())["episode_type"]
        for place in ("0/episodes/1", "1/episodes/1", "1/episodes/2", "2/episodes/1")
    ]

    assert (1, 1, "1-1", "In 1-1.", 50) == (
        found["season"], found["number"], found["title"], found["overview"], found["runtime"],
    )  # fmt: skip
    assert found["first_aired"][:10] == found["released"]
    assert ["standard", "series_premiere", "season_finale", "season_premiere"] == types
    named = await (await client.get(f"{path}/1/episodes/1/translations/en")).json()
    assert [("1-1", "In 1-1.")] == [(each["title"], each["overview"]) for each in named]
    with_names = await (await client.get(f"{path}/1?translations=en&extended=full")).json()
    assert (named, []) == (
        with_names[0]["translations"],
        (await (await client.get(f"{path}/1?translations=de")).json())[0]["translations"],
    )
    for rest in ("people", "ratings", "stats", "comments/newest", "lists/all", "watching", "translations/de"):
        for place in ("1/episodes/1", "1"):
            assert 200 == (await client.get(f"{path}/{place}/{rest}")).status, rest


async def test_next_and_last_episode(pool: Pool, client: Client) -> None:
    """What airs next and what aired last; 204 without a body where nobody knows."""
    path = f"/trakt/shows/{(await show(pool))['ids']['trakt']}"
    undated = f"/trakt/shows/{(await show(pool, dated=False))['ids']['trakt']}"
    coming, last = await client.get(f"{path}/next_episode"), await client.get(f"{path}/last_episode")
    unknown = await client.get(f"{undated}/next_episode")

    assert ("2-2", "2-1") == ((await coming.json())["title"], (await last.json())["title"])
    assert (204, b"") == (unknown.status, await unknown.read())


async def test_without_dates_everything_has_aired(pool: Pool, client: Client) -> None:
    """Where nobody knows when any episode of a show aired, all count."""
    said = await show(pool, dated=False)
    found = await (await client.get(f"/trakt/shows/{said['ids']['trakt']}?extended=full")).json()

    assert 4 == found["aired_episodes"]


@pytest.mark.parametrize(
    "path",
    [
        "movies/0",
        "movies/no-such",
        "shows/tt9",
        "movies/x/aliases",
        "shows/x/seasons",
        "people/tt1",
        "people/x/movies",
    ],
)
async def test_unknown(client: Client, path: str) -> None:
    """What is unknown is an empty 404."""
    response = await client.get(f"/trakt/{path}")

    assert (404, b"") == (response.status, await response.read())


@pytest.mark.parametrize("rest", ["9", "x", "1/info/x", "1/episodes/99", "1/episodes/99999999999", "-1"])
async def test_unknown_parts_of_a_show(pool: Pool, client: Client, rest: str) -> None:
    """So is a season or episode that a show does not have."""
    said = await show(pool)

    assert 404 == (await client.get(f"/trakt/shows/{said['ids']['trakt']}/seasons/{rest}")).status


async def test_numbers_of_a_title(pool: Pool, client: Client, person: Person, somebody_else: Person) -> None:
    """Statistics and ratings are of all users together, once they are counted; before, of the catalogue."""
    said = await film(pool)
    path = f"/trakt/movies/{said['ids']['trakt']}"
    before = await (await client.get(f"{path}/ratings")).json()
    own = await pool.fetchval("select id from titles where ids ->> 'trakt' = $1", said["ids"]["trakt"])
    item = Film(own, "")
    for one in (person, somebody_else):
        await watch(pool, one.id, item, NOW - timedelta(hours=1))
        await pool.execute(
            "insert into ratings (user_id, item_id, title_id, kind, rating, rated_at, source)"
            " values ($1, $2, $2, 'movie', $3, now(), 'test')",
            one.id,
            own,
            8 if one is person else 5,
        )
    await watch(pool, person.id, item, NOW - timedelta(hours=5))
    await totals.refresh(pool, NOW)
    stats = await (await client.get(f"{path}/stats")).json()
    ratings = await (await client.get(f"{path}/ratings")).json()

    assert (7.8, 900) == (before["rating"], before["votes"])
    assert (2, 3, 2) == (stats["watchers"], stats["plays"], stats["votes"])
    assert (6.5, 2, 1, 1) == (
        ratings["rating"], ratings["votes"], ratings["distribution"]["8"], ratings["distribution"]["5"],
    )  # fmt: skip


async def test_who_has_it_already_gets_304(pool: Pool, client: Client) -> None:
    """An answer has an ETag; whoever sends it back is told that nothing changed."""
    said = await film(pool)
    path = f"/trakt/movies/{said['ids']['trakt']}?extended=full"
    first = await client.get(path)
    tag = first.headers["ETag"]
    again = await client.get(path, headers={"If-None-Match": f'"other", W/{tag}'})
    other = await client.get(path, headers={"If-None-Match": '"other"'})

    assert (304, b"", tag) == (again.status, await again.read(), again.headers["ETag"])
    assert (200, await first.read()) == (other.status, await other.read())
    assert "max-age" in first.headers["Cache-Control"]


async def test_head_is_answered_like_get(pool: Pool, client: Client) -> None:
    """With the headers and without the body."""
    path = f"/trakt/movies/{(await film(pool))['ids']['trakt']}"
    head = await client.head(path)

    assert (200, b"", (await client.get(path)).headers["ETag"]) == (
        head.status, await head.read(), head.headers["ETag"],
    )  # fmt: skip
