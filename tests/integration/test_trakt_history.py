"""Adding to the history by hand, and removing from it, as Trakt's clients do."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from scrobbled.api.pool import NAMES
from tests.library import NOON, Film, episodes, film, pause, watch

if TYPE_CHECKING:
    from scrobbled.catalog.live import Names
    from scrobbled.store.pool import Pool
    from tests.integration.conftest import Client, Person

PATH = "/trakt/sync/history"
ADDED = {"movies": 0, "episodes": 0}
NOTHING_LOST: dict[str, list[Any]] = {"movies": [], "shows": [], "seasons": [], "episodes": []}


async def _send(person: Person, path: str, status: int = 201, **body: Any) -> dict[str, Any]:
    response = await person.ask("POST", path, json=body)
    assert status == response.status, await response.text()
    found: dict[str, Any] = await response.json()
    return found


async def _dates(person: Person, kind: str = "movies") -> list[str]:
    return [each["watched_at"] for each in await person.get(f"{PATH}/{kind}", limit=250)]


def names_of(client: Client) -> Names:
    """The names that the server finds titles by."""
    application = client.app
    assert application is not None
    names: Names = application[NAMES]
    return names


def _of(item: Film) -> dict[str, Any]:
    return {"ids": {"trakt": item.id}}


async def test_a_film(pool: Pool, person: Person) -> None:
    """A film is added at its date, with the action watch, and how many were is told."""
    item = await film(pool)
    told = await _send(person, PATH, movies=[{**_of(item), "watched_at": "2014-09-01T09:10:11.000Z"}])
    (entry,) = await person.get(PATH)

    assert {"added": {"movies": 1, "episodes": 0}, "updated": ADDED, "not_found": NOTHING_LOST} == told
    assert ("2014-09-01T09:10:11.000Z", "watch") == (entry["watched_at"], entry["action"])
    assert item.id == entry["movie"]["ids"]["trakt"]


async def test_sent_twice(pool: Pool, person: Person) -> None:
    """What is sent twice, in one body or in two, is two plays."""
    item = {**_of(await film(pool)), "watched_at": "2014-09-01T09:10:11.000Z"}
    await _send(person, PATH, movies=[item, item])
    await _send(person, PATH, movies=[item])
    entries = await person.get(PATH)

    assert 3 == len({each["id"] for each in entries})


async def test_a_show(pool: Pool, person: Person) -> None:
    """A show is what has aired of it, a season all that has aired of that; the nearest date counts."""
    parts = await episodes(pool, 3)
    await pool.execute(
        "update episodes set first_aired = '2020-01-01 20:00Z'::timestamptz + number * interval '1 day',"
        " runtime = 60 where show_id = $1",
        parts[0].title_id,
    )
    await pool.execute("update episodes set first_aired = '2999-01-01' where id = $1", parts[2].id)
    show = {"ids": {"trakt": parts[0].title_id}}
    whole = await _send(person, PATH, shows=[{**show, "watched_at": "released"}])
    season = await _send(person, PATH, shows=[{**show, "watched_at": "unknown", "seasons": [{"number": 1}]}])
    nested = [{"number": 1, "episodes": [{"number": 3, "watched_at": "2021-05-05T05:05:05Z"}]}]
    one = await _send(person, PATH, shows=[{**show, "watched_at": "unknown", "seasons": nested}])

    assert [2, 2, 1] == [told["added"]["episodes"] for told in (whole, season, one)]
    assert [
        "2021-05-05T05:05:05.000Z", "2020-01-03T21:00:00.000Z", "2020-01-02T21:00:00.000Z",
        "1970-01-01T00:00:00.000Z", "1970-01-01T00:00:00.000Z",
    ] == await _dates(person, "shows")  # fmt: skip


async def test_released(pool: Pool, person: Person) -> None:
    """A film is over when its day of release has begun and it has run; a date nobody knows is unknown."""
    dated, undated, odd = [await film(pool) for _ in range(3)]
    for item, date in ((dated, "1999-03-31"), (odd, "1999")):
        await pool.execute(
            "update titles set details = jsonb_build_object('released', $2::text) where id = $1",
            item.id,
            date,
        )
    await _send(
        person, PATH, movies=[{**_of(item), "watched_at": "released"} for item in (dated, undated, odd)]
    )

    assert ["1999-03-31T01:40:00.000Z", *["1970-01-01T00:00:00.000Z"] * 2] == await _dates(person)


async def test_now(pool: Pool, person: Person) -> None:
    """Without a date it is now, and so is a date ahead."""
    item = _of(await film(pool))
    await _send(person, PATH, movies=[item, {**item, "watched_at": "2999-01-01T00:00:00Z"}])
    now = datetime.now().astimezone()

    for date in await _dates(person):
        assert timedelta(0) <= now - datetime.fromisoformat(date) < timedelta(minutes=1)


async def test_not_found(pool: Pool, person: Person) -> None:
    """What is not in the catalogue comes back as it was sent; the rest is added."""
    item, (episode,) = await film(pool), await episodes(pool)
    lost = {"title": "Nobody Made This", "year": 1901, "ids": {"imdb": "tt9999999"}, "x": [1]}
    show = {"ids": {"trakt": str(episode.title_id)}}
    season = {"number": 1, "episodes": [{"number": 1}, {"number": 9}]}
    told = await _send(
        person,
        PATH,
        movies=[lost, _of(item)],
        shows=[{**show, "seasons": [season]}],
        episodes=[{}, {"ids": None}],
    )

    assert {"movies": 1, "episodes": 1} == told["added"]
    assert {
        "movies": [lost],
        "shows": [{**show, "seasons": [{"number": 1, "episodes": [{"number": 9}]}]}],
        "seasons": [],
        "episodes": [{}, {"ids": None}],
    } == told["not_found"]


async def test_by_name(pool: Pool, person: Person) -> None:
    """A film or show without ids is found by its title and year; never by a title that has another id."""
    item = await film(pool, "The Unmistakable Lighthouse Affair", imdb="tt0077100")
    await names_of(person.client).take(pool)
    named = {"title": "The Unmistakable Lighthouse Affair", "year": 1999}
    told = await _send(person, PATH, movies=[named, {**named, "ids": {"imdb": "tt0077101"}}])

    assert {"movies": 1, "episodes": 0} == told["added"]
    assert 1 == len(told["not_found"]["movies"])
    assert item.name == (await person.get(PATH))[0]["movie"]["title"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"movies": [{"watched_at": "soon"}]}, 422),
        ({"movies": 5}, 422),
        ([], 422),
        (None, 400),
    ],
)
async def test_refused(pool: Pool, person: Person, body: Any, status: int) -> None:
    """What cannot be read is refused in Trakt's form, and nothing of it is added."""
    if isinstance(body, dict) and isinstance(body["movies"], list):
        body["movies"].insert(0, _of(await film(pool)))
    sent = {"data": b"{"} if body is None else {"json": body}
    response = await person.ask("POST", PATH, **sent)

    assert (status, {"error", "error_description"}) == (response.status, set(await response.json()))
    assert [] == await person.get(PATH)


async def test_leaves_the_watchlist(pool: Pool, person: Person) -> None:
    """What was watched leaves the watchlist, an episode with its season and its show."""
    item, (episode,), (other,) = await film(pool), await episodes(pool), await episodes(pool)
    for thing, title, kind in (
        (item.id, item.id, "movie"), (episode.title_id, episode.title_id, "show"),
        (episode.season_id, episode.title_id, "season"), (other.title_id, other.title_id, "show"),
    ):  # fmt: skip
        await pool.execute(
            "insert into list_items (user_id, list_id, item_id, title_id, kind, rank)"
            " values ($1, 1, $2, $3, $4, 1)",
            person.id, thing, title, kind,
        )  # fmt: skip
    await _send(person, PATH, movies=[_of(item)], episodes=[{"ids": {"trakt": episode.id}}])
    left = await pool.fetch("select item_id from list_items where user_id = $1", person.id)
    moved = await pool.fetch("select what from activities where user_id = $1 order by what", person.id)

    assert [other.title_id] == [row["item_id"] for row in left]
    assert [
        "episodes.watched_at", "movies.watched_at", "movies.watchlisted_at", "seasons.watchlisted_at",
        "shows.watchlisted_at", "watchlist.updated_at",
    ] == [row["what"] for row in moved]  # fmt: skip


async def test_positions(pool: Pool, person: Person) -> None:
    """A position saved before the play is left behind, a later one stays."""
    before, after = await film(pool), await film(pool)
    for item in (before, after):
        await pause(pool, person.id, item, 40)
    dates = {before.id: "2026-03-01T13:00:00Z", after.id: "2020-01-01T00:00:00Z"}
    await _send(
        person, PATH, movies=[{**_of(item), "watched_at": dates[item.id]} for item in (before, after)]
    )
    (kept,) = await person.get("/trakt/sync/playback")

    assert after.id == kept["movie"]["ids"]["trakt"]


async def test_remove_items(pool: Pool, person: Person, somebody_else: Person) -> None:
    """All plays of what is named go: films, episodes, seasons, shows; of this user alone."""
    item, (first, second), (third,) = await film(pool), await episodes(pool, 2), await episodes(pool)
    kept = await film(pool)
    for each in (item, item, first, second, third, kept):
        await watch(pool, person.id, each, NOON + timedelta(days=each.id % 50))
    await watch(pool, somebody_else.id, item)
    told = await _send(
        person, f"{PATH}/remove", 200,
        movies=[_of(item), {"ids": {"trakt": 5}}], shows=[{"ids": {"trakt": third.title_id}}],
        seasons=[{"ids": {"trakt": first.season_id}}],
    )  # fmt: skip

    assert {"movies": 2, "episodes": 3} == told["deleted"]
    assert {**NOTHING_LOST, "movies": [{"ids": {"trakt": 5}}], "ids": []} == told["not_found"]
    assert [kept.id] == [each["movie"]["ids"]["trakt"] for each in await person.get(PATH)]
    assert 1 == len(await somebody_else.get(PATH))


async def test_remove_plays(pool: Pool, person: Person, somebody_else: Person) -> None:
    """Single plays go by their ids; nobody else's do, and what is no play of theirs comes back."""
    item = await film(pool)
    first, second = [await watch(pool, person.id, item, NOON + timedelta(days=day)) for day in (0, 1)]
    theirs = await watch(pool, somebody_else.id, item)
    told = await _send(person, f"{PATH}/remove", 200, ids=[first.id, str(theirs.id), 12, "x"])

    assert ({"movies": 1, "episodes": 0}, [theirs.id, 12, "x"]) == (told["deleted"], told["not_found"]["ids"])
    assert [second.id] == [each["id"] for each in await person.get(PATH)]
    assert 1 == len(await somebody_else.get(PATH))


async def test_added_and_removed(pool: Pool, person: Person) -> None:
    """Adding and removing leaves what was: plays, and where each item stands."""
    item, other = await film(pool), await film(pool)
    await watch(pool, person.id, item)
    await pool.execute(
        "insert into playback (user_id, item_id, title_id, kind, last_event_at, viewing, counted,"
        " settled, position, last_play_at)"
        " values ($1, $2, $2, 'movie', $3, 'closed', true, false, 95, $3)",
        person.id, item.id, NOON,
    )  # fmt: skip
    before = await pool.fetch(
        "select item_id, last_play_at, viewing from playback where user_id = $1", person.id
    )
    await _send(person, PATH, movies=[_of(item), _of(other)])
    added = [each["id"] for each in await person.get(PATH)][:2]
    await _send(person, f"{PATH}/remove", 200, ids=added)

    assert 1 == len(await person.get(PATH))
    assert before == await pool.fetch(
        "select item_id, last_play_at, viewing from playback where user_id = $1", person.id
    )


async def test_of_a_user(pool: Pool, person: Person, somebody_else: Person) -> None:
    """A public user's history is for all, a private one's for nobody else; an unknown one's is a 404."""
    await watch(pool, person.id, await film(pool))
    slug = await pool.fetchval("update users set private = false where id = $1 returning slug", person.id)
    private = await pool.fetchval("select slug from users where id = $1", somebody_else.id)
    asked = [
        await somebody_else.client.get(f"/trakt/users/{slug}/history"),
        await somebody_else.ask("GET", f"/trakt/users/{slug.upper()}/history/movies"),
        await somebody_else.ask("GET", f"/trakt/users/{private}/history"),
        await person.ask("GET", f"/trakt/users/{private}/history"),
        await person.client.get("/trakt/users/me/history"),
        await person.ask("GET", "/trakt/users/nobody-at-all/history"),
    ]

    assert [200, 200, 200, 401, 401, 404] == [response.status for response in asked]
    assert [1, 1, 0] == [len(await response.json()) for response in asked[:3]]


async def test_full(pool: Pool, person: Person) -> None:
    """With extended=full comes all that is known; what is not is null."""
    await watch(pool, person.id, await film(pool))
    (entry,) = await person.get(PATH, extended="full")

    assert (100, None, []) == tuple(entry["movie"][name] for name in ("runtime", "overview", "genres"))
