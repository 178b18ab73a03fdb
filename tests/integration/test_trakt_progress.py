"""How far somebody is in shows, what comes next, and what they hide."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.library import NOON, Episode, episodes, film, watch

if TYPE_CHECKING:
    from scrobbled.store.pool import Pool
    from tests.integration.conftest import Person

UP_NEXT = "/trakt/sync/progress/up_next"


async def _post(person: Person, path: str, status: int, **body: Any) -> Any:
    response = await person.ask("POST", f"/trakt{path}", json=body)
    assert status == response.status, await response.text()
    return await response.json()


async def _begun(pool: Pool, person: Person, how_many: int, watched: int, day: int = 0) -> list[Episode]:
    """A show of which the first episodes were watched on one day."""
    parts = await episodes(pool, how_many)
    for number, part in enumerate(parts[:watched]):
        await watch(pool, person.id, part, NOON + timedelta(days=day, hours=number))
    return parts


async def test_progress(pool: Pool, person: Person) -> None:
    """A show tells what has aired, what was watched, by season and episode, and what comes next."""
    first, _second, third = await _begun(pool, person, 3, 2)
    await pool.execute("update seasons set name = 'Book One' where id = $1", first.season_id)
    found = await person.get(f"/trakt/shows/{first.title_id}/progress/watched", include_stats="true")

    assert (3, 2, "2026-03-01T13:00:00.000Z", None) == tuple(
        found[name] for name in ("aired", "completed", "last_watched_at", "reset_at")
    )
    assert (third.id, 2) == (found["next_episode"]["ids"]["trakt"], found["last_episode"]["number"])
    (season,) = found["seasons"]
    assert (1, "Book One", 3, 2) == tuple(season[name] for name in ("number", "title", "aired", "completed"))
    assert [(1, True), (2, True), (3, False)] == [
        (each["number"], each["completed"]) for each in season["episodes"]
    ]
    assert ([], 2) == (found["hidden_seasons"], found["stats"]["play_count"])


async def test_what_has_not_aired(pool: Pool, person: Person) -> None:
    """What comes later does not count yet; specials count for who asks."""
    parts = await _begun(pool, person, 3, 1)
    show = parts[0].title_id
    await pool.execute("update episodes set first_aired = '2020-01-01' where show_id = $1", show)
    await pool.execute("update episodes set first_aired = '2999-01-01' where id = $1", parts[2].id)
    await pool.execute(
        "insert into episodes (show_id, season, number, first_aired) values ($1, 0, 1, '2020-01-01')", show
    )
    path = f"/trakt/shows/{show}/progress/watched"

    assert [2, 3, 2] == [
        (await person.get(path, **query))["aired"]
        for query in ({}, {"specials": "true"}, {"specials": "true", "count_specials": "false"})
    ]


async def test_reset(pool: Pool, person: Person, somebody_else: Person) -> None:
    """After a reset the show begins again, until the reset is taken back; for this user alone."""
    first, _ = await _begun(pool, person, 2, 2)
    await watch(pool, somebody_else.id, first)
    path = f"/trakt/shows/{first.title_id}/progress/watched"
    told = await (await person.ask("POST", f"{path}/reset")).json()
    after = await person.get(path)
    up_next = await person.get(UP_NEXT)
    earlier = await _post(
        person, f"{path.removeprefix('/trakt')}/reset", 200, reset_at="2026-03-01T12:30:00Z"
    )
    half = await person.get(path)
    undone = await person.ask("DELETE", f"{path}/reset")

    assert (0, told["reset_at"], 1) == (
        after["completed"],
        after["reset_at"],
        after["next_episode"]["number"],
    )
    assert [first.title_id] == [each["show"]["ids"]["trakt"] for each in up_next]
    assert ({"reset_at": "2026-03-01T12:30:00.000Z"}, 1) == (earlier, half["completed"])
    assert (204, b"", 2) == (undone.status, await undone.read(), (await person.get(path))["completed"])
    assert 1 == (await somebody_else.get(path))["completed"]
    assert 422 == (await person.ask("POST", f"{path}/reset", json={"reset_at": "soon"})).status


async def test_lifetime_stats(pool: Pool, person: Person) -> None:
    """After a reset the counts begin again, unless those of a lifetime are asked for; what is next stays."""
    first, _ = await _begun(pool, person, 2, 2)
    await person.ask("POST", f"/trakt/shows/{first.title_id}/progress/watched/reset")
    told = [
        (await person.get(UP_NEXT, include_stats="true", **query))[0]["progress"]
        for query in ({}, {"lifetime_stats": "true"})
    ]

    assert [0, 2] == [each["completed"] for each in told]
    assert [0, 2] == [each["stats"]["play_count"] for each in told]
    assert [1, 1] == [each["next_episode"]["number"] for each in told]


async def test_resets_among_what_is_hidden(pool: Pool, person: Person) -> None:
    """Old clients reset a show by hiding it, and find every reset there."""
    (first, _), (second, _) = [await _begun(pool, person, 2, 2) for _ in range(2)]
    hidden = "/users/hidden/progress_watched_reset"
    path = "/trakt/shows/{}/progress/watched"
    await person.ask("POST", f"{path.format(first.title_id)}/reset")
    body = {"shows": [{"ids": {"trakt": second.title_id}}]}
    await _post(person, hidden, 201, **body)
    listed = {each["show"]["ids"]["trakt"] for each in await person.get(f"/trakt{hidden}")}
    begun_again = (await person.get(path.format(second.title_id)))["completed"]
    await _post(person, f"{hidden}/remove", 200, **body)
    await person.ask("DELETE", f"{path.format(first.title_id)}/reset")

    assert ({first.title_id, second.title_id}, 0) == (listed, begun_again)
    assert 2 == (await person.get(path.format(second.title_id)))["completed"]
    assert [] == await person.get(f"/trakt{hidden}")


@pytest.mark.parametrize("word", ["no-such-show", "12", "%ED%A0%80"])
async def test_no_such_show(person: Person, word: str) -> None:
    """A show that nobody knows is a 404."""
    for what in ("watched", "collection"):
        assert (await person.ask("GET", f"/trakt/shows/{word}/progress/{what}")).status in {400, 404}


async def test_collected(pool: Pool, person: Person) -> None:
    """The same of what somebody has."""
    first, second = await episodes(pool, 2)
    await _post(person, "/sync/collection", 201, episodes=[{"ids": {"trakt": first.id}}])
    found = await person.get(f"/trakt/shows/{first.title_id}/progress/collection")

    assert (2, 1, second.id) == (found["aired"], found["completed"], found["next_episode"]["ids"]["trakt"])
    assert found["last_collected_at"] == found["seasons"][0]["episodes"][0]["collected_at"]


async def test_up_next(pool: Pool, person: Person) -> None:
    """Shows with something left to watch come up, the last one watched first, and not the finished ones."""
    older, newer, done = [
        await _begun(pool, person, 2, watched, day) for watched, day in ((1, 1), (1, 2), (2, 3))
    ]
    found = await person.get(UP_NEXT, include_stats="true")
    everything = await person.get("/trakt/sync/progress/watched")

    assert [newer[1].id, older[1].id] == [each["progress"]["next_episode"]["ids"]["trakt"] for each in found]
    assert 1 == found[0]["progress"]["stats"]["play_count"]
    assert [done[0].title_id, newer[0].title_id, older[0].title_id] == [
        each["show"]["ids"]["trakt"] for each in everything
    ]
    for flag, count in (("hide_completed", 2), ("hide_not_completed", 1), ("only_rewatching", 0)):
        assert count == len(await person.get("/trakt/sync/progress/watched", **{flag: "true"}))
    assert [older[0].title_id, newer[0].title_id] == [
        each["show"]["ids"]["trakt"] for each in await person.get(UP_NEXT, sort_how="asc")
    ]
    assert 1 == len(await person.get(UP_NEXT, limit=1, page=2))


async def test_intents(pool: Pool, person: Person) -> None:
    """What to continue, to start and what is completed can be asked for by themselves."""
    begun, done = await _begun(pool, person, 2, 1), await _begun(pool, person, 1, 1)
    (wanted,) = await episodes(pool)
    await pool.execute(
        "insert into list_items (user_id, list_id, item_id, title_id, kind, rank)"
        " values ($1, 1, $2, $2, 'show', 1)",
        person.id, wanted.title_id,
    )  # fmt: skip
    shows = {
        intent: [each["show"]["ids"]["trakt"] for each in await person.get(f"{UP_NEXT}_nitro", intent=intent)]
        for intent in ("all", "continue", "start", "completed")
    }

    assert {
        "all": [begun[0].title_id, wanted.title_id], "continue": [begun[0].title_id],
        "start": [wanted.title_id], "completed": [done[0].title_id],
    } == shows  # fmt: skip


async def test_hidden(pool: Pool, person: Person, somebody_else: Person) -> None:
    """Films, shows and seasons are hidden by section, listed, and shown again; nobody else's are."""
    (episode, *_), item = await _begun(pool, person, 2, 1), await film(pool)
    show = {"ids": {"trakt": episode.title_id}}
    lost = {"ids": {"trakt": 7}}
    body = {"shows": [show, lost], "movies": [{"ids": {"trakt": item.id}}]}
    told = await _post(person, "/users/hidden/calendar", 201, **body)
    again = await _post(person, "/users/hidden/calendar", 201, **body)
    await _post(
        person, "/users/hidden/progress_watched", 201, seasons=[{"ids": {"trakt": episode.season_id}}]
    )
    found = await person.get("/trakt/users/hidden/calendar")

    assert {"movies": 1, "shows": 1, "seasons": 0, "users": 0} == told["added"]
    assert ({"movies": [], "shows": [lost], "seasons": [], "users": []}, 0) == (
        told["not_found"],
        again["added"]["shows"],
    )
    assert {"movie", "show"} == {each["type"] for each in found}
    assert ["show"] == [
        each["type"] for each in await person.get("/trakt/users/hidden/calendar", type="show")
    ]
    assert [] == await somebody_else.get("/trakt/users/hidden/calendar")
    progress = await person.get(f"/trakt/shows/{episode.title_id}/progress/watched")
    assert ([1], 0) == ([each["number"] for each in progress["hidden_seasons"]], progress["aired"])
    assert (
        2 == (await person.get(f"/trakt/shows/{episode.title_id}/progress/watched", hidden="true"))["aired"]
    )
    gone = await _post(person, "/users/hidden/calendar/remove", 200, **body)
    assert {"movies": 1, "shows": 1, "seasons": 0, "users": 0} == gone["deleted"]
    assert [] == await person.get("/trakt/users/hidden/calendar")


async def test_hidden_shows_do_not_come_up(pool: Pool, person: Person) -> None:
    """What is dropped, or hidden from progress, is not what to watch next."""
    shows = [(await _begun(pool, person, 2, 1))[0].title_id for _ in range(3)]
    for section, show in (("dropped", shows[0]), ("progress_watched", shows[1]), ("calendar", shows[2])):
        await _post(person, f"/users/hidden/{section}", 201, shows=[{"ids": {"trakt": show}}])
    activities = await person.get("/trakt/sync/last_activities")

    assert [shows[2]] == [each["show"]["ids"]["trakt"] for each in await person.get(UP_NEXT)]
    assert activities["shows"]["rated_at"] < activities["shows"]["dropped_at"]
    assert 404 == (await person.ask("GET", "/trakt/users/hidden/songs")).status
