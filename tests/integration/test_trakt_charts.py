"""Charts and calendars: what many watch, and what comes out; of no single user anything but a number."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from scrobbled.store import totals
from scrobbled.worker.totals import Counting
from tests import library
from tests.integration.test_matching import load
from tests.integration.test_names import unique
from tests.integration.test_trakt_titles import NOW, film, number, show

if TYPE_CHECKING:
    from scrobbled.store.pool import Pool
    from tests.integration.conftest import Client, Person

TODAY = NOW.date()


async def own_id(pool: Pool, said: dict[str, Any]) -> int:
    """Our id of a title that was imported."""
    found: int = await pool.fetchval(
        "select entity_id from external_ids where source = 'trakt' and value = $1 and kind = $2",
        said["ids"]["trakt"],
        said["type"],
    )
    return found


async def get(client: Client, path: str, **query: str | int) -> Any:
    """The JSON at *path*, which must be there, without a token."""
    response = await client.get(f"/trakt/{path}", params=query)
    assert 200 == response.status, await response.text()
    return await response.json()


async def rows_of(client: Client, path: str, said: dict[str, Any], **query: str | int) -> list[Any]:
    """The entries of a chart about one title; other tests have theirs on it too."""
    wanted = int(said["ids"]["trakt"])
    found = await get(client, path, limit=250, **query)
    return [each for each in found if (each.get(said["type"]) or each)["ids"]["trakt"] == wanted]


async def test_most_watched(pool: Pool, client: Client, person: Person, somebody_else: Person) -> None:
    """Watchers and plays of a period, of everybody together."""
    said = await film(pool)
    item = library.Film(await own_id(pool, said), "")
    for one, ago in ((person, 1), (person, 2), (somebody_else, 20), (somebody_else, 700)):
        await library.watch(pool, one.id, item, NOW - timedelta(days=ago, minutes=-5))
    await totals.refresh(pool, NOW)

    for period, counts in {"daily": (1, 1), "weekly": (1, 2), "monthly": (2, 3), "all": (2, 4)}.items():
        for chart in ("watched", "played"):
            (row,) = await rows_of(client, f"movies/{chart}/{period}", said)
            assert counts == (row["watcher_count"], row["play_count"]), period
    assert await rows_of(client, "movies/watched", said) == await rows_of(
        client, "movies/watched/weekly", said
    )


async def test_shows_collected_and_favorited(pool: Pool, client: Client, person: Person) -> None:
    """A show that is had counts its episodes and who has it; favorites count users."""
    said = await show(pool)
    show_id = await own_id(pool, said)
    await pool.execute(
        "insert into collection (user_id, item_id, title_id, kind, collected_at)"
        " select $1, id, show_id, 'episode', $3 from episodes where show_id = $2",
        person.id,
        show_id,
        NOW - timedelta(hours=2),
    )
    await pool.execute(
        "insert into list_items (user_id, list_id, item_id, title_id, kind, rank, listed_at)"
        " values ($1, 2, $2, $2, 'show', 1, $3), ($1, 1, $2, $2, 'show', 1, $3)",
        person.id,
        show_id,
        NOW - timedelta(hours=2),
    )
    await totals.refresh(pool, NOW)
    (had,), (liked,) = [
        await rows_of(client, f"shows/{chart}/weekly", said) for chart in ("collected", "favorited")
    ]

    assert (5, 1) == (had["collected_count"], had["collector_count"])
    assert 1 == liked["user_count"]
    stats = await get(client, f"shows/{said['ids']['trakt']}/stats")
    assert (1, 1, 1) == (stats["collectors"], stats["lists"], stats["favorited"])
    assert 5 == stats["collected_episodes"]


async def test_what_is_gone_is_gone_from_the_charts(pool: Pool, client: Client, person: Person) -> None:
    """A removed play is not counted any more, next time."""
    said = await film(pool)
    item = library.Film(await own_id(pool, said), "")
    await library.watch(pool, person.id, item, NOW - timedelta(hours=1))
    await totals.refresh(pool, NOW)
    before = await rows_of(client, "movies/watched/daily", said)
    await pool.execute("delete from plays where user_id = $1", person.id)
    await totals.refresh(pool, NOW)

    assert (1, []) == (len(before), await rows_of(client, "movies/watched/daily", said))


async def test_a_private_film_is_on_no_chart(pool: Pool, client: Client, person: Person) -> None:
    """What only one player's own words made, and nobody else knows, is told to nobody."""
    name = unique()
    number_here = await pool.fetchval(
        "insert into titles (kind, name, slug, provisional, popularity)"
        " values ('movie', $1, $1, true, 1e9) returning id",
        name,
    )
    item = library.Film(number_here, name)
    await library.watch(pool, person.id, item, NOW - timedelta(hours=1))
    await library.put_on(pool, person.id, item)
    await totals.refresh(pool, NOW)

    for chart in ("watched/all", "trending", "popular", "updates", "played/daily"):
        assert name not in await (await client.get(f"/trakt/movies/{chart}?limit=250")).text(), chart
    assert [] == await get(client, "search/movie", query=name)


async def test_trending(pool: Pool, client: Client, person: Person, somebody_else: Person) -> None:
    """What is being watched, with how many do; a show by any of its episodes. Nobody is named."""
    said = await show(pool)
    episodes = await pool.fetch(
        "select id from episodes where show_id = $1 order by id", await own_id(pool, said)
    )
    for one, row in zip((person, somebody_else), episodes, strict=False):
        await library.put_on(pool, one.id, library.Episode(row["id"], 0, 0))
    (row,) = await rows_of(client, "shows/trending", said)
    shows, films = [
        int(
            (await client.get(f"/trakt/{kind}/trending", params={"limit": 1})).headers[
                "X-Trending-User-Count"
            ]
        )
        for kind in ("shows", "movies")
    ]

    assert shows >= 2
    assert shows + films <= await pool.fetchval("select count(*) from viewers where item_ids is not null")
    assert {"watchers", "show"} == set(row)
    assert 2 == row["watchers"]
    watching = f"shows/{said['ids']['trakt']}/watching"
    assert [] == await get(client, watching)


async def test_popular_in_pages(pool: Pool, client: Client) -> None:
    """The best known first, bare, in pages that say how many there are."""
    said = [await film(pool, popularity=10.0**12 + rank) for rank in range(3)]
    first = await client.get("/trakt/movies/popular", params={"limit": 2})
    second = await client.get("/trakt/movies/popular", params={"limit": 2, "page": 2})
    ids = [each["ids"]["trakt"] for each in [*await first.json(), *await second.json()]]

    assert [int(each["ids"]["trakt"]) for each in reversed(said)] == ids[:3]
    assert ("1", "2") == (first.headers["X-Pagination-Page"], first.headers["X-Pagination-Limit"])
    assert int(first.headers["X-Pagination-Item-Count"]) >= 3


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ({"years": "2021"}, True),
        ({"years": "2010-2020"}, False),
        ({"years": "2020-"}, True),
        ({"genres": "western,science-fiction"}, True),
        ({"genres": "western"}, False),
        ({"runtimes": "150-160", "countries": "us,de", "languages": "en"}, True),
        ({"countries": "de"}, False),
        ({"ratings": "70-80", "votes": "900"}, True),
        ({"ratings": "90-100"}, False),
        ({"certifications": "pg-13", "status": "released"}, True),
        ({"networks": "hbo"}, False),
    ],
)
async def test_filters(pool: Pool, client: Client, query: dict[str, str], fits: bool) -> None:
    """A list is narrowed down; what is not known of a title does not fit."""
    said = await film(pool, popularity=10.0**10)

    assert fits is bool(await rows_of(client, "movies/popular", said, **query))
    assert fits is bool(await rows_of(client, "search/movie", said, query=said["title"], **query))


async def test_anticipated(pool: Pool, client: Client, person: Person) -> None:
    """What is in lists and has not come out."""
    coming = await film(pool, details={"released": (TODAY + timedelta(days=90)).isoformat()})
    out = await film(pool)
    for said in (coming, out):
        await pool.execute(
            "insert into list_items (user_id, list_id, item_id, title_id, kind, rank)"
            " values ($1, 1, $2, $2, 'movie', 1)",
            person.id,
            await own_id(pool, said),
        )
    await totals.refresh(pool, datetime.now(UTC))

    assert [1] == [each["list_count"] for each in await rows_of(client, "movies/anticipated", coming)]
    assert [] == await rows_of(client, "movies/anticipated", out)


async def test_films_and_shows_together(pool: Pool, client: Client, person: Person) -> None:
    """Charts of both kinds: trending, popular and anticipated, each by its own number, in pages."""
    later = str(TODAY.year + 1)
    series, movie = await show(pool, year=TODAY.year + 1, dated=False), await film(pool, year=TODAY.year + 1)
    await pool.execute("delete from episodes where show_id = $1", await own_id(pool, series))
    for said, popularity in ((series, 2.0e8), (movie, 1.0e8)):
        await pool.execute(
            "update titles set popularity = $2, details = details - 'released' where id = $1",
            await own_id(pool, said),
            popularity,
        )
    body = {"movies": [{"ids": movie["ids"]}], "shows": [{"ids": series["ids"]}]}
    assert 201 == (await person.ask("POST", "/trakt/sync/watchlist", json=body)).status
    await library.put_on(pool, person.id, library.Film(await own_id(pool, movie), ""))
    await totals.refresh(pool, NOW)
    wanted = [int(each["ids"]["trakt"]) for each in (series, movie)]

    popular = await get(client, "media/popular", years=later, limit=2)
    second = await client.get("/trakt/media/popular", params={"years": later, "limit": 1, "page": 2})
    assert wanted == [each["ids"]["trakt"] for each in popular]
    assert wanted[1:] == [each["ids"]["trakt"] for each in await second.json()]
    assert ("2", "1") == tuple(second.headers[f"X-Pagination-{name}"] for name in ("Page", "Limit"))
    for kind, said in (("show", series), ("movie", movie)):
        (row,) = [
            each
            for each in await get(client, "media/anticipated", years=later, limit=250)
            if each.get(kind, {}).get("ids", {}).get("trakt") == int(said["ids"]["trakt"])
        ]
        assert {"list_count": 1, kind: row[kind]} == row
    trending = await get(client, "media/trending", limit=250)
    assert [each["watchers"] for each in trending] == sorted(
        (each["watchers"] for each in trending), reverse=True
    )
    assert {"watchers", "movie"} in [set(each) for each in trending]


async def test_updates(pool: Pool, client: Client) -> None:
    """What changed since, the latest first, and the ids alone."""
    said = await film(pool)
    (row,) = await rows_of(client, "movies/updates", said)
    response = await client.get(f"/trakt/movies/updates/id/{TODAY.isoformat()}")

    assert {"updated_at", "movie"} == set(row)
    assert int(said["ids"]["trakt"]) in await response.json()
    assert f"{TODAY}T00:00:00.000Z" == response.headers["X-Start-Date"]
    assert [] == await rows_of(client, "movies/updates/2126-01-01", said)
    assert 1 == len(await rows_of(client, f"movies/updates/{int(NOW.timestamp() - 3600) * 1000}", said))
    assert [] == await rows_of(client, "movies/updates/999999999999999999", said)
    assert 400 == (await client.get("/trakt/movies/updates/soon")).status


async def test_related(pool: Pool, client: Client) -> None:
    """Titles that share genres, not the title itself."""
    genre = unique()
    one, other = await film(pool, genres=[genre]), await film(pool, genres=[genre, "Drama"])
    found = await get(client, f"movies/{one['ids']['trakt']}/related")

    assert [int(other["ids"]["trakt"])] == [each["ids"]["trakt"] for each in found]


async def test_what_there_is_not(client: Client) -> None:
    """Money and people are not known here: empty, in the right form; a period nobody knows is a 400."""
    assert [] == await get(client, "movies/boxoffice")
    assert [] == await get(client, "people/updates")
    assert [] == await get(client, "people/updates/id/2026-01-01")
    assert 400 == (await client.get("/trakt/movies/watched/hourly")).status
    assert 400 == (await client.get("/trakt/movies/popular?years=soon")).status


async def test_counting_rests(pool: Pool) -> None:
    """However often it is asked, it counts now and then."""
    counting = Counting(pool)

    assert (True, False) == (await counting.count(), await counting.count())


# Calendars -----------------------------------------------------------------------------


async def on(client: Client | Person, path: str, said: dict[str, Any]) -> list[tuple[int, int]]:
    """(season, number) of the episodes of one show on a calendar."""
    found = await get(client, path)  # type: ignore[arg-type]
    wanted = int(said["ids"]["trakt"])
    return [
        (each["episode"]["season"], each["episode"]["number"])
        for each in found
        if each["show"]["ids"]["trakt"] == wanted
    ]


async def test_calendar_of_everything(pool: Pool, client: Client) -> None:
    """Episodes by the day they air: all, new shows, premieres, finales; specials on none."""
    said = await show(pool)
    begin = (TODAY - timedelta(days=52)).isoformat()
    recent = (TODAY - timedelta(days=2)).isoformat()

    assert [(1, 1), (1, 2)] == await on(client, f"calendars/all/shows/{begin}/7", said)
    assert [(1, 1)] == await on(client, f"calendars/all/shows/new/{begin}", said)
    assert [(1, 2)] == await on(client, f"calendars/all/shows/finales/{begin}/7", said)
    assert [(2, 1)] == await on(client, f"calendars/all/shows/premieres/{recent}/7", said)
    assert [(2, 2)] == await on(client, "calendars/all/shows", said)
    assert [(2, 1), (2, 2)] == await on(client, f"calendars/all/shows/{recent}/33", said)
    assert [] == await on(client, f"calendars/all/shows/{TODAY - timedelta(days=62)}/7", said)


async def test_calendar_says_what_it_covers(client: Client) -> None:
    """The days are in the headers; more than 33 are 33, and what is no date is a 400."""
    response = await client.get("/trakt/calendars/all/shows/2026-03-01/90")

    assert ("2026-03-01", "2026-04-02") == (response.headers["X-Start-Date"], response.headers["X-End-Date"])
    for rest in ("soon", "2026-03-01/0", "2026-03-01/many", "9999-12-31/7"):
        assert 400 == (await client.get(f"/trakt/calendars/all/shows/{rest}")).status, rest


async def test_films_come_out(pool: Pool, client: Client) -> None:
    """Films by their first day, by that of the disc, and by that online."""
    day, disc_day, online_day = ((TODAY + timedelta(days=days)).isoformat() for days in (3, 4, 5))
    said = await film(pool, details={"released": day, "on_disc": disc_day, "streamed": online_day})
    (row,), (disc,), (online,) = [
        await rows_of(client, f"calendars/all/{path}", said) for path in ("movies", "dvd", "streaming")
    ]

    assert (day, said["title"]) == (row["released"], row["movie"]["title"])
    assert (disc_day, online_day) == (disc["released"], online["released"])
    together = await get(client, "calendars/all/media")
    assert said["title"] in [each["movie"]["title"] for each in together if "movie" in each]


async def test_my_calendar(pool: Pool, client: Client, person: Person, somebody_else: Person) -> None:
    """What I watched or want to watch, without what I hid; and nobody else's."""
    watched, wanted, hidden, strange = [await show(pool) for _ in range(4)]
    day = (TODAY + timedelta(days=1)).isoformat()
    soon = await film(pool, details={"released": day, "on_disc": day, "streamed": day})
    for said in (watched, hidden):
        row = await pool.fetchval("select min(id) from episodes where show_id = $1", await own_id(pool, said))
        await library.watch(pool, person.id, library.Episode(row, await own_id(pool, said), 0))
    for said, kind in ((wanted, "show"), (soon, "movie")):
        await pool.execute(
            "insert into list_items (user_id, list_id, item_id, title_id, kind, rank)"
            " values ($1, 1, $2, $2, $3, 1)",
            person.id,
            await own_id(pool, said),
            kind,
        )
    await pool.execute(
        "insert into hidden (user_id, section, item_id, title_id, kind)"
        " values ($1, 'calendar', $2, $2, 'show')",
        person.id,
        await own_id(pool, hidden),
    )
    mine = await person.get("/trakt/calendars/my/shows")
    films = [await person.get(f"/trakt/calendars/my/{path}") for path in ("movies", "dvd", "streaming")]
    theirs = await somebody_else.get("/trakt/calendars/my/shows")

    expected = {int(said["ids"]["trakt"]) for said in (watched, wanted)}
    assert expected == {each["show"]["ids"]["trakt"] for each in mine}
    assert [[int(soon["ids"]["trakt"])]] * 3 == [
        [each["movie"]["ids"]["trakt"] for each in found] for found in films
    ]
    assert [] == theirs
    assert 401 == (await client.get("/trakt/calendars/my/shows")).status
    assert strange["ids"]["trakt"] not in str(mine)


async def test_hot_releases(pool: Pool, client: Client, person: Person) -> None:
    """What comes out and is watched or waited for, by day; of one type; new shows and finales alone."""
    cold, warm = [await film(pool, details={"released": TODAY.isoformat()}) for _ in range(2)]
    series = await show(pool)
    body = {"movies": [{"ids": warm["ids"]}], "shows": [{"ids": series["ids"]}]}
    assert 201 == (await person.ask("POST", "/trakt/sync/watchlist", json=body)).status
    await totals.refresh(pool, NOW)
    recent, begin = ((TODAY - timedelta(days=days)).isoformat() for days in (2, 52))
    hot = "calendars/releases/hot"
    found = await get(client, f"{hot}/{recent}/7")
    films = [each["movie"]["ids"]["trakt"] for each in found if "movie" in each]

    assert int(warm["ids"]["trakt"]) in films
    assert int(cold["ids"]["trakt"]) not in films
    assert sorted(found, key=lambda each: each.get("released") or each["first_aired"]) == found
    assert [each for each in found if "movie" in each] == await get(client, f"{hot}/{recent}/7", type="movie")
    assert [each for each in found if "show" in each] == await get(client, f"{hot}/{recent}/7", type="show")
    assert [(2, 1), (2, 2)] == await on(client, f"{hot}/{recent}/33?type=show", series)
    assert [(2, 1)] == await on(client, f"{hot}/premieres/{recent}/7", series)
    assert [(1, 1)] == await on(client, f"{hot}/new/{begin}", series)
    assert [(1, 2)] == await on(client, f"{hot}/finales/{begin}/7", series)


async def test_a_hidden_season_is_not_on_it(pool: Pool, person: Person) -> None:
    """Of a show whose second season is hidden, the first alone is shown."""
    said = await show(pool)
    show_id = await own_id(pool, said)
    row = await pool.fetchval("select min(id) from episodes where show_id = $1", show_id)
    await library.watch(pool, person.id, library.Episode(row, show_id, 0))
    path = f"/trakt/calendars/my/shows/{TODAY - timedelta(days=2)}/10"
    before = await person.get(path)
    await pool.execute(
        "insert into hidden (user_id, section, item_id, title_id, kind)"
        " select $1, 'calendar', id, show_id, 'season' from seasons where show_id = $2 and number = 2",
        person.id,
        show_id,
    )

    assert (2, []) == (len(before), await person.get(path))


async def test_words(client: Client) -> None:
    """Genres, countries, languages, certifications and networks, in Trakt's form."""
    for kind in ("movies", "shows"):
        assert {"name": "Science Fiction", "slug": "science-fiction", "subgenres": []} in await get(
            client, f"genres/{kind}"
        )
        assert {"name": "Japan", "code": "jp"} in await get(client, f"countries/{kind}")
        assert {"name": "Japanese", "code": "ja"} in await get(client, f"languages/{kind}")
        assert {"name", "slug", "description"} == set((await get(client, f"certifications/{kind}"))["us"][0])
    assert {"name": "HBO", "country": "us"} in await get(client, "networks")
    assert 404 == (await client.get("/trakt/genres/songs")).status


async def test_one_more_load_is_seen(pool: Pool, client: Client) -> None:
    """Without anybody who tells of changes nothing is kept: an import is seen at once."""
    said = await film(pool)
    path = f"movies/{said['ids']['trakt']}"
    before = await get(client, path)
    await load(
        pool,
        {"type": "movie", "title": said["title"], "year": 1950, "ids": {**said["ids"], "tvdb": number()}},
    )

    assert (2021, 1950) == (before["year"], (await get(client, path))["year"])
