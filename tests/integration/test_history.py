"""The history as ``/v1`` and ReelRifter serve it: pages, filters, and whose it is."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from scrobbled.web.responses import cursor_of
from tests.library import NOON, episodes, film, watch

if TYPE_CHECKING:
    from scrobbled.store.pool import Pool
    from tests.integration.conftest import Person


async def _all_pages(person: Person, path: str, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    page = await person.get(path, **query)
    while True:
        found += page["data"]
        if page["next_cursor"] is None:
            return found
        page = await person.get(path, **query, cursor=page["next_cursor"])


async def test_empty(person: Person) -> None:
    """Who watched nothing has an empty history, not an error."""
    assert {"data": [], "next_cursor": None} == await person.get("/v1/history")


async def test_film(pool: Pool, person: Person) -> None:
    """A play says what was watched, when, why it counted, and which event made it."""
    item = await film(pool, imdb="tt99133093")
    play = await watch(pool, person.id, item)
    page = await person.get("/v1/history")

    slug = await pool.fetchval("select slug from titles where id = $1", item.id)
    assert [
        {
            "id": play.id,
            "watched_at": "2026-03-01T12:00:00Z",
            "kind": "movie",
            "cause": "scrobble",
            "source": "test",
            "event_id": str(play.event_id),
            "item": {
                "kind": "movie",
                "id": item.id,
                "title": item.name,
                "year": 1999,
                "slug": slug,
                "ids": {"imdb": "tt99133093"},
                "runtime": 100,
            },
        }
    ] == page["data"]


async def test_episode(pool: Pool, person: Person) -> None:
    """An episode comes with its numbers and its show."""
    _, second = await episodes(pool, 2, tvdb="81189")
    await watch(pool, person.id, second)
    (play,) = (await person.get("/v1/history"))["data"]

    assert ("episode", second.id, "Part 2", 1, 2, {"tvdb": "2"}) == tuple(
        play["item"][name] for name in ("kind", "id", "title", "season", "episode", "ids")
    )
    assert (second.title_id, 2008, {"tvdb": "81189"}) == tuple(
        play["item"]["show"][name] for name in ("id", "year", "ids")
    )


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 500])
async def test_pages(pool: Pool, person: Person, limit: int) -> None:
    """The pages together are the history, newest first, each play once, at whatever size."""
    item = await film(pool)
    chance = random.Random(limit)
    # Several at the same instant, so that pages end between plays that only their id tells apart.
    plays = [
        await watch(pool, person.id, item, NOON + timedelta(hours=chance.randrange(4))) for _ in range(20)
    ]
    found = await _all_pages(person, "/v1/history", limit=limit)

    expected = sorted(plays, key=lambda play: (play.watched_at, play.id), reverse=True)
    assert [play.id for play in expected] == [play["id"] for play in found]


async def test_page_stays_put(pool: Pool, person: Person) -> None:
    """A play that enters the history meanwhile moves no page that comes after."""
    item = await film(pool)
    plays = [await watch(pool, person.id, item, NOON + timedelta(days=day)) for day in range(4)]
    first = await person.get("/v1/history", limit=2)
    await watch(pool, person.id, item, NOON + timedelta(days=9))
    second = await person.get("/v1/history", limit=2, cursor=first["next_cursor"])

    assert [plays[1].id, plays[0].id] == [play["id"] for play in second["data"]]


async def test_default_limit(pool: Pool, person: Person) -> None:
    """A page holds 50 plays unless asked otherwise."""
    item = await film(pool)
    for hour in range(51):
        await watch(pool, person.id, item, NOON + timedelta(hours=hour))
    page = await person.get("/v1/history")

    assert 50 == len(page["data"])
    assert page["next_cursor"]


async def test_kind(pool: Pool, person: Person) -> None:
    """The history can be of films or of episodes alone."""
    item, (episode,) = await film(pool), await episodes(pool)
    movie, part = await watch(pool, person.id, item), await watch(pool, person.id, episode)

    assert [movie.id] == [play["id"] for play in (await person.get("/v1/history", kind="movie"))["data"]]
    assert [part.id] == [play["id"] for play in (await person.get("/v1/history", kind="episode"))["data"]]


async def test_title_and_item(pool: Pool, person: Person) -> None:
    """The history can be of one show, one episode or one film, page by page."""
    item, parts = await film(pool), await episodes(pool, 3)
    await watch(pool, person.id, item)
    plays = [
        await watch(pool, person.id, part, NOON + timedelta(hours=hour)) for hour, part in enumerate(parts)
    ]
    of_show = await _all_pages(person, "/v1/history", title_id=parts[0].title_id, limit=2)
    of_episode = await person.get("/v1/history", item_id=parts[1].id)
    of_film = await person.get("/v1/history", item_id=item.id)

    assert [play.id for play in reversed(plays)] == [play["id"] for play in of_show]
    assert [plays[1].id] == [play["id"] for play in of_episode["data"]]
    assert [item.id] == [play["item"]["id"] for play in of_film["data"]]


async def test_title_by_name(pool: Pool, person: Person) -> None:
    """A name in any spelling, or a part of one, finds the plays of all titles called so."""
    first, second, other = (
        await film(pool, "Solaris 100%"),
        await film(pool, "Solàris: Remake"),
        await film(pool),
    )
    for item in (first, second, other):
        await watch(pool, person.id, item)

    for words, wanted in (
        ("SOLARIS", {first.id, second.id}),
        ("laris r", {second.id}),
        ("solaris remake", {second.id}),
        (other.name, {other.id}),
        ("no such name", set()),
        ("%", set()),
        ("__", set()),
        ("so", set()),
    ):
        found = await person.get("/v1/history", title=words)
        assert wanted == {play["item"]["id"] for play in found["data"]}, words


async def test_time(pool: Pool, person: Person) -> None:
    """*since* is part of the span and *until* is not; both take dates, and a cursor keeps them."""
    item = await film(pool)
    plays = [await watch(pool, person.id, item, NOON + timedelta(days=day)) for day in range(5)]
    span = {"since": "2026-03-02T12:00:00Z", "until": "2026-03-05T12:00:00Z"}

    wanted = [plays[3].id, plays[2].id, plays[1].id]
    assert wanted == [play["id"] for play in await _all_pages(person, "/v1/history", **span)]
    assert wanted == [play["id"] for play in await _all_pages(person, "/v1/history", **span, limit=1)]
    assert wanted == [
        play["id"]
        for play in await _all_pages(
            person, "/v1/history", since="2026-03-02", until="2026-03-05T14:00:00+02:00"
        )
    ]


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"},
        {"limit": "501"},
        {"limit": "-1"},
        {"limit": "ten"},
        {"limit": "1e3"},
        {"limit": "٣"},
        {"limit": "9" * 5000},
        {"kind": "song"},
        {"kind": ""},
        {"title_id": "abc"},
        {"title_id": "-5"},
        {"item_id": "99999999999999999999"},
        {"since": "yesterday"},
        {"until": "2026-13-01"},
        {"since": "0001-01-01T00:00:00+14:00"},
        {"until": "9999-12-31T23:59:59-14:00"},
        {"since": "99999-01-01"},
        {"title": "a\x00b"},
        {"cursor": ""},
        {"cursor": "nonsense"},
        {"cursor": "AAAA"},
        {"cursor": "x" * 3000},
        {"cursor": cursor_of(NOON, 2**63)},
    ],
)
async def test_bad_query(person: Person, query: dict[str, str]) -> None:
    """What is wrong with a parameter is said, in our envelope, with 400."""
    response = await person.ask("GET", "/v1/history", params=query)
    body = await response.json()

    assert (400, "invalid_request") == (response.status, body["error"]["code"])
    assert next(iter(query)) in body["error"]["message"]


async def test_an_empty_time_is_none(pool: Pool, person: Person) -> None:
    """A form that sends its fields unfilled gets what it gets without them."""
    await watch(pool, person.id, await film(pool))

    assert 1 == len((await person.get("/v1/history", since="", until=""))["data"])


@pytest.mark.parametrize("at", ["0001-01-01", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
async def test_ends_of_time(pool: Pool, person: Person, at: str) -> None:
    """The first and the last instant there are do no harm as a bound."""
    await watch(pool, person.id, await film(pool))

    assert len((await person.get("/v1/history", since=at))["data"]) + len(
        (await person.get("/v1/history", until=at))["data"]
    ) in (1, 2)


async def test_nobody_elses(pool: Pool, person: Person, somebody_else: Person) -> None:
    """Nobody reads another's history: not with ids, and not with another's cursor."""
    item = await film(pool)
    for hour in range(3):
        await watch(pool, somebody_else.id, item, NOON + timedelta(hours=hour))
    cursor = (await somebody_else.get("/v1/history", limit=1))["next_cursor"]

    for query in ({}, {"item_id": item.id}, {"title_id": item.id}, {"title": item.name}, {"cursor": cursor}):
        assert [] == (await person.get("/v1/history", **query))["data"]


async def test_lost_title(pool: Pool, person: Person) -> None:
    """A play whose title left the catalogue stays in the history."""
    item = await film(pool)
    play = await watch(pool, person.id, item)
    await pool.execute("delete from titles where id = $1", item.id)
    (entry,) = (await person.get("/v1/history"))["data"]

    assert (play.id, "movie", None) == (entry["id"], entry["kind"], entry["item"])


async def test_reelrifter(pool: Pool, person: Person) -> None:
    """ReelRifter's clients get the same timeline in their own shape, page by page."""
    item, (episode,) = await film(pool), await episodes(pool)
    await watch(pool, person.id, item)
    await watch(pool, person.id, episode, NOON + timedelta(hours=1))
    first = await person.get("/api/public/v1/history", limit=1)
    second = await person.get("/api/public/v1/history", limit=1, cursor=first["nextCursor"])

    assert [("TV", 1, 1)] == [(each["mediaType"], each["season"], each["episode"]) for each in first["items"]]
    assert [("MOVIE", item.name)] == [(each["mediaType"], each["title"]) for each in second["items"]]
    assert None is second["nextCursor"]


@pytest.mark.parametrize("query", [{"limit": "201"}, {"limit": "0"}, {"cursor": "nonsense"}])
async def test_reelrifter_bad_query(person: Person, query: dict[str, str]) -> None:
    """They get a 400 for a wrong parameter too."""
    assert 400 == (await person.ask("GET", "/api/public/v1/history", params=query)).status


async def test_reelrifter_me(person: Person) -> None:
    """A token can be checked there."""
    assert str(person.id) == (await person.get("/api/public/v1/me"))["id"]
    assert 401 == (await person.client.get("/api/public/v1/me")).status
