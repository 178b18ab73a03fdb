"""Search by words and by ids, as Trakt's clients do it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests import library
from tests.integration.test_matching import load
from tests.integration.test_names import unique
from tests.integration.test_trakt_titles import film, number, show
from tests.words import made_up

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrobbled.store.pool import Pool
    from tests.integration.conftest import Client


async def found(client: Client, path: str, **query: str | int) -> Any:
    """What a search finds."""
    response = await client.get(f"/trakt/search/{path}", params=query)
    assert 200 == response.status, await response.text()
    return await response.json()


def ids(rows: Sequence[Any]) -> list[int]:
    """The Trakt ids of what was found."""
    return [each[each["type"]]["ids"]["trakt"] for each in rows]


async def test_words_find_titles(pool: Pool, client: Client) -> None:
    """By the whole name, its beginning, some of its words, another name, and with a slip."""
    first, second, third = (made_up() for _ in range(3))
    name, other = f"{first} {second} {third}", unique()
    said = await film(pool, title=name, names=[{"name": other, "language": "de"}])

    for words in (
        name,
        name.upper(),
        f"{first} {second}",
        f"{first} {second[:4]}",
        f"{third} {first}",
        other,
    ):
        rows = await found(client, "movie", query=words)
        assert int(said["ids"]["trakt"]) in ids(rows), words
    (row,) = await found(client, "movie", query=name)
    assert {"type", "score", "movie"} == set(row)
    assert 0 < row["score"] <= 1000
    slip = f"{first} {second} {third[:3]}{third[4:]}"
    assert [int(said["ids"]["trakt"])] == ids(await found(client, "movie", query=slip))


async def test_the_best_known_comes_first(pool: Pool, client: Client) -> None:
    """Of what fits alike; and a whole name before one that goes on."""
    name = unique()
    unknown = await film(pool, title=name, popularity=10)
    known = await film(pool, title=name, popularity=100_000)
    longer = await film(pool, title=f"{name} returns", popularity=10)
    rows = await found(client, "movie", query=name)

    assert [int(each["ids"]["trakt"]) for each in (known, unknown, longer)] == ids(rows)
    exact = await found(client, "movie/exact", query=name)
    assert [int(each["ids"]["trakt"]) for each in (known, unknown)] == ids(exact)


async def test_types_and_pages(pool: Pool, client: Client) -> None:
    """One type or several; pages say how many there are. Nobody and no list is found."""
    name = unique()
    movie, series = await film(pool, title=name, popularity=9), await show(pool, title=name, popularity=5)
    both = await found(client, "movie,show", query=name)
    response = await client.get("/trakt/search/show%2Cmovie", params={"query": name, "limit": 1, "page": 2})

    assert [("movie", int(movie["ids"]["trakt"])), ("show", int(series["ids"]["trakt"]))] == [
        (each["type"], *ids([each])) for each in both
    ]
    assert [int(series["ids"]["trakt"])] == ids(await response.json())
    assert ("2", "1", "2", "2") == tuple(
        response.headers[f"X-Pagination-{each}"] for each in ("Page", "Limit", "Page-Count", "Item-Count")
    )
    assert [int(series["ids"]["trakt"])] == ids(await found(client, "show", query=name))
    for nothing in ("person", "list"):
        assert [] == await (await client.get(f"/trakt/search/{nothing}", params={"query": name})).json()


async def test_an_episode_by_its_place(pool: Pool, client: Client) -> None:
    """An episode is found by its show's name with season and number."""
    said = await show(pool)
    rows = await found(client, "episode", query=f"{said['title']} S02E01")

    assert [("episode", "2-1", said["title"])] == [
        (each["type"], each["episode"]["title"], each["show"]["title"]) for each in rows
    ]


async def called(pool: Pool, name: str, popularity: float) -> int:
    """The id of a new episode with that name, of a show so well known."""
    (episode,) = await library.episodes(pool, 1)
    await pool.execute("update episodes set name = $2 where id = $1", episode.id, name)
    await pool.execute("update titles set popularity = $2 where id = $1", episode.title_id, popularity)
    return episode.id


async def test_an_episode_by_its_name(pool: Pool, client: Client) -> None:
    """By its whole name before one that goes on, by some words, by a beginning; the best known show first."""
    word, other = made_up(), made_up()
    unknown = await called(pool, f"The {word}", 5)
    known = await called(pool, f"The {word}", 50_000)
    longer = await called(pool, f"The {word} and {other}", 10)

    rows = await found(client, "episode", query=f"The {word.upper()}")
    assert [known, unknown, longer] == ids(rows)
    assert ["episode"] * 3 == [each["type"] for each in rows]
    assert [known, unknown] == ids(await found(client, "episode/exact", query=f"the {word}"))
    for words in (f"{other} {word}", other[:6]):
        (row,) = await found(client, "movie,episode", query=words)
        assert (longer, f"The {word} and {other}") == (
            row["episode"]["ids"]["trakt"],
            row["episode"]["title"],
        )
    assert [] == await (await client.get(f"/trakt/search/show?query={other}")).json()
    assert [] == await (await client.get(f"/trakt/search/episode?query={other}&years=1900")).json()


@pytest.mark.parametrize(
    "words", ["&|!", "'':*", "a'b & c:*", "\\", "(", "-", "The", "%", "\u2603\u2603\u2603"]
)
async def test_any_words(client: Client, words: str) -> None:
    """Whatever the words are, they are words: nothing of them is read as a query's own."""
    response = await client.get("/trakt/search/episode", params={"query": words})

    assert 200 == response.status, await response.text()


async def test_what_solr_reads_is_unescaped(pool: Pool, client: Client) -> None:
    """Clients put a backslash before what Solr reads as its own."""
    one, other = unique(), unique()
    said = await film(pool, title=f"{one}: {other}!")
    rows = await found(client, "movie", query=f"{one}\\: {other}\\!")

    assert [int(said["ids"]["trakt"])] == ids(rows)


async def test_full(pool: Pool, client: Client) -> None:
    """``extended=full`` tells what is known of what was found."""
    said = await film(pool)
    (row,) = await found(client, "movie", query=said["title"], extended="full")

    assert "Sand." == row["movie"]["overview"]


async def test_ids(pool: Pool, client: Client) -> None:
    """An id finds all that go by it, of all kinds unless some are asked for; none is an empty list."""
    shared = number()
    movie = await film(pool, ids={"imdb": f"tt{number()}", "tmdb": shared, "trakt": number()})
    series = await show(pool, ids={"tmdb": shared, "trakt": number()})
    episode = series["episode_list"][0]["ids"]["tvdb"]

    assert {int(movie["ids"]["trakt"]), int(series["ids"]["trakt"])} == set(
        ids(await found(client, f"tmdb/{shared}"))
    )
    assert [int(movie["ids"]["trakt"])] == ids(await found(client, f"tmdb/{shared}", type="movie,episode"))
    assert [int(movie["ids"]["trakt"])] == ids(await found(client, f"imdb/{movie['ids']['imdb']}"))
    (row,) = await found(client, f"tvdb/{episode}", type="episode")
    assert ("0-1", series["title"]) == (row["episode"]["title"], row["show"]["title"])
    own = await pool.fetchval(
        "select entity_id from external_ids where value = $1 and source = 'imdb'", movie["ids"]["imdb"]
    )
    assert [int(movie["ids"]["trakt"])] == ids(await found(client, f"trakt/{own}"))
    none = await client.get("/trakt/search/tmdb/1999999999")
    assert (200, []) == (none.status, await none.json())


async def test_all_in_the_query(client: Client, pool: Pool) -> None:
    """The first clients of this API say type and id in the query, and year for years."""
    name = unique()
    said = await film(pool, title=name, year=2016)
    expected = [int(said["ids"]["trakt"])]
    queries: list[dict[str, Any]] = [
        {"query": name, "type": "movie", "year": 2016, "page": "", "limit": ""},
        {"id_type": "imdb", "id": said["ids"]["imdb"]},
    ]

    assert expected == ids(await found(client, "", query=name))
    for query in queries:
        response = await client.get("/trakt/search", params=query)
        assert expected == ids(await response.json()), query
    response = await client.get("/trakt/search", params={"query": name, "type": "movie", "year": 2015})
    assert [] == await response.json()


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("movie", 400),
        ("movie?query=", 400),
        ("movie?query=%5C%5C%3A%20", 200),
        ("movie?query=%00", 400),
        ("songs?query=x", 404),
        ("anidb/1", 404),
        ("tmdb/1?type=song", 404),
        ("movie?query=" + "x%20" * 2000, 200),
        ("movie?query=x&years=%00", 400),
        ("movie?query=x&page=0", 400),
    ],
)
async def test_bad_searches(client: Client, path: str, status: int) -> None:
    """What is wrong is said; odd words find nothing."""
    assert status == (await client.get(f"/trakt/search/{path}")).status


async def test_names_of_others_titles_only_by_id(pool: Pool, client: Client) -> None:
    """A title that a player's words made, and that has an id of others, is found by both."""
    name, identity = unique(), f"tt{number()}"
    await load(pool, {"type": "movie", "title": name, "ids": {"imdb": identity}})
    await pool.execute("update titles set provisional = true where ids ->> 'imdb' = $1", identity)

    assert 1 == len(await found(client, "movie", query=name))
    assert 1 == len(await found(client, f"imdb/{identity}"))
