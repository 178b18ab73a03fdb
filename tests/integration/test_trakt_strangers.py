"""Nobody's token, and no token at all, shows or changes what is another's: every route is walked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from scrobbled.api import trakt
from tests.integration.conftest import new_person
from tests.library import episodes, film, pause, put_on, watch

if TYPE_CHECKING:
    from scrobbled.store.pool import Pool
    from scrobbled.web.routes import Route
    from tests.integration.conftest import Client, Person

ROUTES = trakt.routes()

#: Tables of a user's own; each has the column user_id.
TABLES = (
    *("plays", "playback", "ratings", "collection", "lists", "list_items", "hidden", "progress_resets"),
    *("removed_plays", "activities", "viewers"),
)


class Owner:
    """Somebody who has some of everything, under a *mark* that nobody else has."""

    def __init__(self, person: Person, names: dict[str, str], mark: str) -> None:
        self.person, self.names, self.mark = person, names, mark

    def path(self, route: Route) -> str:
        """*route* with the owner's own names in it; the types are films."""
        return re.sub(r"\{(\w+)\}", lambda found: self.names.get(found[1], "movies"), route.path)


@pytest.fixture
async def owner(pool: Pool, client: Client) -> Owner:
    """A private user with everything that there is to have."""
    person, mark = await new_person(pool, client), "ZQXMARK"
    item, (episode,) = await film(pool, f"{mark} film"), await episodes(pool)
    await pool.execute("update titles set name = $2 where id = $1", episode.title_id, f"{mark} show")
    for each in (item, episode):
        await watch(pool, person.id, each)
    position = await pause(pool, person.id, item, 40.0)
    await put_on(pool, person.id, item)
    body = {"movies": [{"ids": {"trakt": item.id}, "rating": 7, "notes": mark}]}
    for path in ("ratings", "collection", "watchlist", "favorites"):
        await person.ask("POST", f"/trakt/sync/{path}", json=body)
    await person.ask("POST", "/trakt/users/hidden/calendar", json=body)
    listed = await (await person.ask("POST", "/trakt/users/me/lists", json={"name": mark})).json()
    slug = listed["user"]["ids"]["slug"]
    await person.ask("POST", f"/trakt/users/{slug}/lists/{listed['ids']['slug']}/items", json=body)
    entry = (await person.get("/trakt/sync/watchlist"))[0]["id"]
    names = {
        "user": slug,
        "id": str(position),
        "list_id": str(listed["ids"]["trakt"]),
        "list_item_id": str(entry),
        "section": "calendar",
        "rating": "7",
        "sort_by": "rank",
        "sort_how": "asc",
    }
    return Owner(person, names, mark)


async def had(pool: Pool, user_id: int) -> dict[str, list[Any]]:
    """Everything that is a user's."""
    found: dict[str, list[Any]] = {
        table: sorted(map(repr, await pool.fetch(f"select * from {table} where user_id = $1", user_id)))
        for table in TABLES
    }
    found["users"] = [repr(await pool.fetchrow("select * from users where id = $1", user_id))]
    return found


async def test_owner_is_shown_everything(owner: Owner) -> None:
    """The owner sees the mark on their own routes, so that the walk below could find it."""
    seen = set()
    for route in ROUTES:
        if route.method == "GET" and ("/users/{user}" in route.path or "/lists/{list_id}" in route.path):
            response = await owner.person.ask("GET", owner.path(route))
            if owner.mark in await response.text():
                seen.add(route.path)

    assert {
        "/trakt/users/{user}/history",
        "/trakt/users/{user}/watched/{type}",
        "/trakt/users/{user}/collection/{type}",
        "/trakt/users/{user}/ratings/{type}/{rating}",
        "/trakt/users/{user}/watchlist/{type}/{sort_by}/{sort_how}",
        "/trakt/users/{user}/favorites",
        "/trakt/users/{user}/lists",
        "/trakt/users/{user}/lists/{list_id}/items",
        "/trakt/users/{user}/watching",
        "/trakt/lists/{list_id}",
        "/trakt/lists/{list_id}/items/{type}",
    } <= seen


async def test_strangers(pool: Pool, client: Client, owner: Owner) -> None:
    """A foreign token, and none, read nothing and change nothing on any route, whatever they send."""
    stranger, before = await new_person(pool, client), await had(pool, owner.person.id)
    body = {
        "rank": [int(owner.names["list_item_id"]), int(owner.names["list_id"])],
        "ids": [
            row["id"] for row in await pool.fetch("select id from plays where user_id = $1", owner.person.id)
        ],
        "name": "taken over",
        "privacy": "public",
        "notes": "taken over",
        "user": {"private": False},
    }
    told = []
    for route in ROUTES:
        if route.path.startswith(("/trakt/movies", "/trakt/shows", "/trakt/media", "/trakt/search")):
            continue  # the catalogue is everybody's
        for ask in (stranger.ask, client.request):
            more: dict[str, Any] = {} if route.method == "GET" else {"json": body}
            response = await ask(route.method, owner.path(route), **more)
            assert response.status < 500, (route, await response.text())
            if owner.mark in await response.text():
                told.append((route.method, route.path))

    assert [] == told
    assert before == await had(pool, owner.person.id)


async def test_names_in_the_path(client: Client, owner: Owner, somebody_else: Person) -> None:
    """A private user's data is a 401, their lists a 404, and what would change them a 403."""
    user = f"/trakt/users/{owner.names['user']}"
    for part in ("", "/stats", "/history", "/watchlist", "/favorites", "/lists", "/ratings", "/watching"):
        statuses = [(await ask("GET", user + part)).status for ask in (somebody_else.ask, client.request)]
        assert [401, 401] == statuses, part
    path = f"{user}/lists/{owner.names['list_id']}"
    assert [404, 404] == [(await somebody_else.ask("GET", path + part)).status for part in ("", "/items")]
    assert [403, 403, 403] == [
        (await somebody_else.ask(method, path + part, json={"name": "x"})).status
        for method, part in (("PUT", ""), ("DELETE", ""), ("POST", "/items"))
    ]
