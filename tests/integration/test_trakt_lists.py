"""Watchlist, favorites and own lists, as Trakt's clients read and write them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.conftest import new_person
from tests.library import NOON, Episode, Film, episodes, film, watch

if TYPE_CHECKING:
    from scrobbled.store.pool import Pool
    from tests.integration.conftest import Client, Person

LISTS = ("sync/watchlist", "sync/favorites", "sync/recommendations")
PAGES = [f"X-Pagination-{name}" for name in ("Page", "Limit", "Page-Count", "Item-Count")]
SORTED = ("X-Sort-By", "X-Sort-How", "X-Applied-Sort-By", "X-Applied-Sort-How")


async def send(person: Person, method: str, path: str, status: int, **body: Any) -> Any:
    """What the server answers to a write, in JSON or None."""
    response = await person.ask(method, f"/trakt/{path}", json=body)
    assert status == response.status, await response.text()
    return await response.json() if await response.read() else None


def of(item: Film | Episode, **more: Any) -> dict[str, Any]:
    """How a client names it."""
    return {"ids": {"trakt": item.id}, **more}


async def order(person: Person, path: str, **query: str | int) -> list[tuple[int, int]]:
    """The ranks and the Trakt ids on a list of films."""
    found = await person.get(f"/trakt/{path}", **query)
    return [(each["rank"], each["movie"]["ids"]["trakt"]) for each in found]


async def filled(pool: Pool, person: Person, path: str, how_many: int = 3) -> tuple[list[Film], list[int]]:
    """Films on a list, and their ids there."""
    films = [await film(pool) for _ in range(how_many)]
    await send(person, "POST", path, 201, movies=[of(each) for each in films])
    found = await person.get(f"/trakt/{path}")
    return films, [each["id"] for each in found]


async def own_list(person: Person, **said: Any) -> dict[str, Any]:
    """A new list."""
    found: dict[str, Any] = await send(person, "POST", "users/me/lists", 201, **{"name": "Best", **said})
    return found


# Watchlist and favorites ---------------------------------------------------------------


async def test_added(pool: Pool, person: Person) -> None:
    """Films, shows, seasons and episodes are listed with rank, id, time and notes; again is existing."""
    item, (first, second) = await film(pool), await episodes(pool, 2)
    show = {"ids": {"trakt": first.title_id}}
    body = {
        "movies": [of(item, notes="soon"), {"ids": {"imdb": "tt9999999"}}],
        "shows": [show, {**show, "seasons": [{"number": 1}]}],
        "episodes": [of(second)],
    }
    added = await send(person, "POST", "sync/watchlist", 201, **body)
    again = await send(person, "POST", "sync/watchlist", 201, **body)
    found = await person.get("/trakt/sync/watchlist")

    ones = {"movies": 1, "shows": 1, "seasons": 1, "episodes": 1}
    assert (ones, dict.fromkeys(ones, 0)) == (added["added"], added["existing"])
    assert (dict.fromkeys(ones, 0), ones, 4) == (
        again["added"],
        again["existing"],
        again["list"]["item_count"],
    )
    assert [{"ids": {"imdb": "tt9999999"}}] == added["not_found"]["movies"]
    assert [(1, "movie", "soon"), (2, "show", None), (3, "season", None), (4, "episode", None)] == [
        (each["rank"], each["type"], each["notes"]) for each in found
    ]
    assert [False, True, True, True] == ["show" in each for each in found]
    assert found[0]["listed_at"].endswith(".000Z")


async def test_favorites_take_films_and_shows(pool: Pool, person: Person) -> None:
    """Favorites are films and shows, under the old name too; what else is sent is passed over."""
    item, (episode,) = await film(pool), await episodes(pool)
    added = await send(person, "POST", "sync/recommendations", 201, movies=[of(item)], episodes=[of(episode)])
    found = await person.get("/trakt/sync/favorites")

    assert {"movies": 1, "shows": 0} == added["added"]
    assert [item.id] == [each["movie"]["ids"]["trakt"] for each in found]
    assert found == await person.get("/trakt/sync/recommendations/movies/rank")
    assert [] == await person.get("/trakt/sync/watchlist")


@pytest.mark.parametrize("path", LISTS)
async def test_removed(pool: Pool, person: Person, path: str) -> None:
    """What is removed leaves no gap in the ranks."""
    films, _ = await filled(pool, person, path)
    gone = await send(person, "POST", f"{path}/remove", 200, movies=[of(films[1]), {"ids": {"trakt": 1}}])

    assert (1, 2) == (gone["deleted"]["movies"], gone["list"]["item_count"])
    assert [{"ids": {"trakt": 1}}] == gone["not_found"]["movies"]
    assert [(1, films[0].id), (2, films[2].id)] == await order(person, path)


@pytest.mark.parametrize("path", LISTS)
async def test_reordered(pool: Pool, person: Person, path: str) -> None:
    """Ids come in the order they are named in; those that are not on the list are told of."""
    films, (one, two, three) = await filled(pool, person, path)
    answer = await send(person, "POST", f"{path}/reorder", 200, rank=[three, 999_999, one])

    assert (2, [999_999]) == (answer["updated"], answer["skipped_ids"])
    assert [(1, films[2].id), (2, films[0].id), (3, films[1].id)] == await order(person, path)
    assert two


async def test_item_changed(pool: Pool, person: Person) -> None:
    """A thing gets notes, loses them, and is moved; one that is not there is a 404 and changes nothing."""
    films, ids = await filled(pool, person, "sync/watchlist")
    await send(person, "PUT", f"sync/watchlist/{ids[2]}", 204, notes="with Ada", rank=1)
    moved = await person.get("/trakt/sync/watchlist")
    await send(person, "PUT", f"sync/watchlist/{ids[2]}", 204, notes=None)

    assert [(1, films[2].id, "with Ada"), (2, films[0].id, None), (3, films[1].id, None)] == [
        (each["rank"], each["movie"]["ids"]["trakt"], each["notes"]) for each in moved
    ]
    assert None is (await person.get("/trakt/sync/watchlist"))[0]["notes"]
    await send(person, "PUT", "sync/watchlist/999999", 404, rank=1)
    await send(person, "PUT", "sync/watchlist/nonsense", 404, rank=1)


async def test_watchlist_changed(pool: Pool, person: Person) -> None:
    """Both generations of PUT are taken: the list's own order, and notes and places of things on it."""
    films, _ = await filled(pool, person, "sync/watchlist")
    changed = await send(person, "PUT", "sync/watchlist", 200, sort_by="added", sort_how="desc")
    many = await send(
        person,
        "PUT",
        "sync/watchlist",
        200,
        movies=[of(films[2], rank=1, notes="first"), {"ids": {"trakt": 1}, "rank": 2}],
    )
    response = await person.ask("GET", "/trakt/sync/watchlist")

    assert ("added", "desc") == (changed["sort_by"], changed["sort_how"])
    assert (1, [{"ids": {"trakt": 1}, "rank": 2}]) == (
        many["existing"]["movies"],
        many["not_found"]["movies"],
    )
    assert ["added", "desc", "added", "desc"] == [response.headers[name] for name in SORTED]
    assert [films[2].id, films[0].id, films[1].id] == [
        each for _, each in await order(person, "sync/watchlist/movies/rank/asc")
    ]


async def test_sorted(pool: Pool, person: Person) -> None:
    """Lists are sorted by the path or the query, and the headers tell how; ranks stay what they are."""
    films = [await film(pool, name) for name in ("B", "c", "A")]
    await send(person, "POST", "sync/watchlist", 201, movies=[of(each) for each in films])
    await send(person, "POST", "sync/ratings", 201, movies=[of(films[1], rating=9), of(films[2], rating=4)])
    await watch(pool, person.id, await film(pool))
    response = await person.ask("GET", "/trakt/sync/watchlist/movies/title")

    assert ["rank", "asc", "title", "asc"] == [response.headers[name] for name in SORTED]
    assert [3, 1, 2] == [each["rank"] for each in await response.json()]
    for path, query, ranks in (
        ("/movie/title/desc", {}, [2, 1, 3]),
        ("", {"sort_by": "title", "sort_how": "desc"}, [2, 1, 3]),
        ("/movies/my_rating", {}, [2, 3, 1]),
        ("/all/rank/desc", {}, [3, 2, 1]),
        ("/movies,shows/nonsense/upwards", {}, [1, 2, 3]),
    ):
        found = await order(person, f"sync/watchlist{path}", **query)
        assert ranks == [rank for rank, _ in found], path
    for word in ("released", "runtime", "popularity", "random", "watched", "collected", "votes"):
        assert 3 == len(await order(person, f"sync/watchlist/movies/{word}"))


async def test_pages(pool: Pool, person: Person) -> None:
    """Who asks for no page gets everything; a page is told of with the effective limit."""
    await filled(pool, person, "sync/watchlist")
    whole = await person.ask("GET", "/trakt/sync/watchlist")
    page = await person.ask("GET", "/trakt/sync/watchlist/movies", params={"page": 2, "limit": 2})
    beyond = await person.ask("GET", "/trakt/sync/watchlist", params={"page": 9, "limit": 1000})

    assert ["1", "3", "1", "3"] == [whole.headers[name] for name in PAGES]
    assert ["2", "2", "2", "3"] == [page.headers[name] for name in PAGES]
    assert [3] == [each["rank"] for each in await page.json()]
    assert (["9", "250", "1", "3"], []) == ([beyond.headers[name] for name in PAGES], await beyond.json())


@pytest.mark.parametrize("path", ["sync/watchlist/songs", "sync/favorites/nonsense", "users/me/watchlist/x"])
async def test_no_such_type(person: Person, path: str) -> None:
    """A type that is none is a 404."""
    assert 404 == (await person.ask("GET", f"/trakt/{path}")).status


async def test_watched_leaves_no_gap(pool: Pool, person: Person) -> None:
    """What was watched leaves the watchlist, and the ranks of the rest have no gap."""
    films, _ = await filled(pool, person, "sync/watchlist")
    before = (await person.get("/trakt/sync/last_activities"))["watchlist"]["updated_at"]
    await watch(pool, person.id, films[0], NOON)

    assert [(1, films[1].id), (2, films[2].id)] == await order(person, "sync/watchlist")
    assert before < (await person.get("/trakt/sync/last_activities"))["watchlist"]["updated_at"]


async def test_activities(pool: Pool, person: Person) -> None:
    """Every change of a list moves the times that clients look at, and nothing else does."""

    async def told() -> dict[str, str]:
        """The times that clients look at."""
        found = await person.get("/trakt/sync/last_activities")
        return {
            "watchlist": found["watchlist"]["updated_at"],
            "watchlisted": found["movies"]["watchlisted_at"],
            "favorites": found["favorites"]["updated_at"],
            "favorited": found["movies"]["favorited_at"],
            "lists": found["lists"]["updated_at"],
        }

    async def moved(method: str, path: str, status: int, **body: Any) -> set[str]:
        """Which of them a write moves."""
        before = await told()
        await send(person, method, path, status, **body)
        after = await told()
        return {name for name in before if before[name] < after[name]}

    item = await film(pool)
    listed = await own_list(person)
    path = f"users/me/lists/{listed['ids']['slug']}"

    assert {"watchlist", "watchlisted"} == await moved("POST", "sync/watchlist", 201, movies=[of(item)])
    assert set() == await moved("POST", "sync/watchlist", 201, movies=[of(item)])
    (entry,) = await person.get("/trakt/sync/watchlist")
    assert {"watchlist"} == await moved("PUT", f"sync/watchlist/{entry['id']}", 204, notes="x")
    assert {"watchlist", "watchlisted"} == await moved(
        "POST", "sync/watchlist/remove", 200, movies=[of(item)]
    )
    assert {"favorites", "favorited"} == await moved("POST", "sync/favorites", 201, movies=[of(item)])
    assert {"lists"} == await moved("POST", f"{path}/items", 201, movies=[of(item)])
    assert {"lists"} == await moved("PUT", path, 200, description="d")
    assert {"lists"} == await moved("DELETE", path, 204)


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "sync/watchlist", b"{", 400),
        ("POST", "sync/watchlist", b"[]", 422),
        ("POST", "sync/watchlist", b'{"movies": [{"ids": {"trakt": 1}, "notes": "%s"}]}' % (b"x" * 501), 422),
        ("POST", "sync/watchlist/reorder", b'{"rank": "1"}', 422),
        ("POST", "sync/watchlist/reorder", b'{"rank": [1, "x"]}', 422),
        ("POST", "sync/watchlist/reorder", b"", 422),
        ("PUT", "sync/watchlist", b'{"sort_by": "size"}', 422),
        ("PUT", "sync/watchlist/1", b'{"rank": 0}', 422),
        ("PUT", "sync/watchlist/1", b'{"notes": 3}', 422),
        ("POST", "users/me/lists", b"{}", 422),
        ("POST", "users/me/lists", b'{"name": "  "}', 422),
        ("POST", "users/me/lists", b'{"name": "A", "privacy": "open"}', 422),
        ("POST", "users/me/lists", b'{"name": "A", "display_numbers": "maybe"}', 422),
        ("POST", "users/me/lists/reorder", b'{"rank": [99999999999999999999]}', 422),
        ("PUT", "users/me/lists/none", b'{"name": "A"}', 404),
        ("DELETE", "users/me/lists/none", b"", 404),
        ("DELETE", "users/me/lists/1", b"", 404),
        ("POST", "users/me/lists/none/items", b"{}", 404),
        ("PUT", "users/settings", b'{"user": {"private": "perhaps"}}', 422),
        ("PUT", "users/settings", b'{"user": {"dob": "soon"}}', 422),
        ("PUT", "users/settings", b'{"browsing": {"spoilers": {"shows": [1]}}}', 422),
        ("PUT", "users/settings", b'{"user": 1}', 422),
    ],
)
async def test_refused(person: Person, method: str, path: str, body: bytes, status: int) -> None:
    """Bad input is refused with a status and changes nothing."""
    response = await person.ask(method, f"/trakt/{path}", data=body)

    assert status == response.status, await response.text()
    assert [] == await person.get("/trakt/sync/watchlist")
    assert [] == await person.get("/trakt/users/me/lists")


# Own lists --------------------------------------------------------------------------------


async def test_list(pool: Pool, person: Person) -> None:
    """A list is made, found by id and slug, changed, keeps its slug, and is removed with all on it."""
    made = await own_list(person, name="Best of Café", description="d", sort_by="title", display_numbers=True)
    list_id, slug = made["ids"]["trakt"], made["ids"]["slug"]
    item = await film(pool)
    await send(person, "POST", f"users/me/lists/{slug}/items", 201, movies=[of(item)])
    changed = await send(person, "PUT", f"users/me/lists/{list_id}", 200, name="Worst", privacy="public")

    assert ("best-of-cafe", "private", "title", "asc", True, 0) == (
        slug, made["privacy"], made["sort_by"], made["sort_how"], made["display_numbers"], made["item_count"],
    )  # fmt: skip
    assert ("Worst", "public", "d", 1) == tuple(
        changed[name] for name in ("name", "privacy", "description", "item_count")
    )
    assert slug == changed["ids"]["slug"]
    assert changed == await person.get(f"/trakt/users/me/lists/{slug}")
    assert [changed] == await person.get("/trakt/users/me/lists")
    assert await person.get(f"/trakt/lists/{list_id}/items") == await person.get(
        f"/trakt/users/me/lists/{slug}/items/movie,show/rank/asc"
    )
    await send(person, "DELETE", f"users/me/lists/{slug}", 204)
    assert [] == await person.get("/trakt/users/me/lists")
    assert 0 == await pool.fetchval("select count(*) from list_items where user_id = $1", person.id)


async def test_list_slugs(person: Person) -> None:
    """Two lists of one name have slugs of their own, and none is called as a part of an address is."""
    slugs = [(await own_list(person, name=name))["ids"]["slug"] for name in ("A", "A", "Reorder", "???")]

    assert ["a", "a-2", "reorder-2", "list"] == slugs


async def test_lists_reordered(person: Person) -> None:
    """Lists come in the order they are put in, new ones last."""
    ids = [(await own_list(person, name=name))["ids"]["trakt"] for name in "abc"]
    answer = await send(person, "POST", "users/me/lists/reorder", 200, rank=[ids[2], 5, ids[0]])

    assert {"updated": 2, "skipped_ids": [5]} == answer
    assert ["c", "a", "b"] == [each["name"] for each in await person.get("/trakt/users/me/lists")]


async def test_thousands(pool: Pool, person: Person) -> None:
    """Thousands of things go on a list, and off it, in one request each."""
    shows = await episodes(pool, 2000)
    listed = await own_list(person)
    path = f"users/me/lists/{listed['ids']['trakt']}/items"
    added = await send(person, "POST", path, 201, episodes=[of(each) for each in shows])
    gone = await send(person, "POST", f"{path}/remove", 200, episodes=[of(each) for each in shows[:-1]])

    assert (2000, 1999, 1) == (
        added["added"]["episodes"], gone["deleted"]["episodes"], gone["list"]["item_count"],
    )  # fmt: skip
    (left,) = await person.get(f"/trakt/{path}")
    assert 1 == left["rank"]


async def test_full(pool: Pool, person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """Too many lists, or things on one, are a 420 that says how many there may be; nothing is added."""
    monkeypatch.setattr("scrobbled.store.lists.MOST", 1)
    monkeypatch.setattr("scrobbled.store.list_items.MOST", 1)
    listed = await own_list(person)
    films = [of(await film(pool)) for _ in range(2)]
    path = f"/trakt/users/me/lists/{listed['ids']['slug']}/items"
    found = [
        await person.ask("POST", "/trakt/users/me/lists", json={"name": "B"}),
        await person.ask("POST", path, json={"movies": films}),
        await person.ask("POST", "/trakt/sync/watchlist", json={"movies": films}),
    ]

    assert [(420, "1")] * 3 == [(each.status, each.headers["X-Account-Limit"]) for each in found]
    assert ([], []) == (await person.get(path), await person.get("/trakt/sync/watchlist"))


# Others -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("privacy", "statuses"),
    [("private", (404, 404)), ("friends", (404, 404)), ("link", (200, 404)), ("public", (200, 200))],
)
async def test_list_privacy(
    client: Client, person: Person, somebody_else: Person, privacy: str, statuses: tuple[int, int]
) -> None:
    """A list is seen by whom its owner meant; a link is the id, which nobody can guess."""
    by_id, by_slug = statuses
    made = await own_list(person, privacy=privacy)
    slug = (await person.get("/trakt/users/me"))["ids"]["slug"]
    for asking in (somebody_else.ask, client.request):
        for part in ("", "/items"):
            paths = [
                f"/trakt/lists/{made['ids']['trakt']}",
                f"/trakt/users/{slug}/lists/{made['ids']['trakt']}",
            ]
            assert [by_id, by_id] == [(await asking("GET", path + part)).status for path in paths]
            path = f"/trakt/users/{slug}/lists/{made['ids']['slug']}"
            assert by_slug == (await asking("GET", path + part)).status
    assert 200 == (await person.ask("GET", f"/trakt/lists/{made['ids']['trakt']}")).status


async def test_numbered_slug_is_no_link(person: Person, somebody_else: Person) -> None:
    """A list with a link that is called 2026 is not found by that: only by its id."""
    await own_list(person, name="2026", privacy="link")
    slug = (await person.get("/trakt/users/me"))["ids"]["slug"]

    assert 404 == (await somebody_else.ask("GET", f"/trakt/users/{slug}/lists/2026")).status
    assert 200 == (await person.ask("GET", f"/trakt/users/{slug}/lists/2026")).status


async def test_public_user(pool: Pool, client: Client, person: Person) -> None:
    """A user who is not private shows history, lists that are public and the watchlist to everybody."""
    await filled(pool, person, "sync/watchlist")
    await own_list(person, privacy="public")
    await own_list(person, privacy="private")
    await send(
        person, "PUT", "users/settings", 201, user={"private": False, "name": "Ada", "location": "Here"}
    )
    slug = (await person.get("/trakt/users/me"))["ids"]["slug"]
    stranger = await new_person(pool, client)
    profile = await stranger.get(f"/trakt/users/{slug.upper()}", extended="full")

    assert (False, "Ada", "Here") == (profile["private"], profile["name"], profile["location"])
    assert 3 == len(await stranger.get(f"/trakt/users/{slug}/watchlist"))
    assert 1 == len(await stranger.get(f"/trakt/users/{slug}/lists"))
    assert 200 == (await client.get(f"/trakt/users/{slug}/stats")).status
    assert 204 == (await client.get(f"/trakt/users/{slug}/watching")).status
    assert 404 == (await client.get("/trakt/users/nobody-at-all/stats")).status
    assert 401 == (await client.get("/trakt/users/me/stats")).status


# Users ------------------------------------------------------------------------------------


async def test_settings(person: Person) -> None:
    """Settings say who one is and how much one may have; what is set comes back, browsing when asked for."""
    said = {"user": {"about": "Films", "dob": "1990-05-21"}, "browsing": {"spoilers": {"shows": "hide"}}}
    await send(person, "PUT", "users/settings", 201, **said)
    found = await person.get("/trakt/users/settings")
    browsing = (await person.get("/trakt/users/settings", extended="browsing"))["browsing"]
    profile = await person.get("/trakt/users/me", extended="full,vip")

    assert ("Films", "1990-05-21", True, True) == (
        found["user"]["about"], found["user"]["dob"], found["user"]["private"], found["user"]["vip"],
    )  # fmt: skip
    assert {"user", "permissions", "account", "connections", "sharing_text", "limits"} == set(found)
    assert 100_000 == found["limits"]["watchlist"]["item_count"]
    assert ("hide", "show") == (browsing["spoilers"]["shows"], browsing["spoilers"]["movies"])
    assert (found["user"]["ids"]["slug"], "Films") == (profile["ids"]["slug"], profile["about"])


async def test_stats(pool: Pool, person: Person) -> None:
    """Numbers count plays, things and minutes, what one has, and ratings by number."""
    item, (first, second) = await film(pool), await episodes(pool, 2)
    for each in (item, item, first, second):
        await watch(pool, person.id, each)
    await send(person, "POST", "sync/collection", 201, movies=[of(item)], episodes=[of(first)])
    await send(
        person, "POST", "sync/ratings", 201, movies=[of(item, rating=8)], episodes=[of(first, rating=8)]
    )
    found = await person.get("/trakt/users/me/stats")

    movies = {"plays": 2, "watched": 1, "minutes": 200, "collected": 1, "ratings": 1, "comments": 0}
    assert movies == found["movies"]
    assert {"watched": 1, "collected": 1, "ratings": 0, "comments": 0} == found["shows"]
    assert (2, 2, 1) == tuple(found["episodes"][name] for name in ("plays", "watched", "collected"))
    assert (2, 2, 0) == (
        found["ratings"]["total"],
        found["ratings"]["distribution"]["8"],
        found["ratings"]["distribution"]["1"],
    )


async def test_share_link(person: Person) -> None:
    """The link of a list is an address of this server, as its asker sees it, and leads to the list."""
    made = await own_list(person, privacy="link")
    behind = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "tv.example"}
    found = await person.ask("GET", f"/trakt/users/me/lists/{made['ids']['trakt']}", headers=behind)
    (listed,) = await person.get("/trakt/users/me/lists")
    server = str(person.client.make_url("")).rstrip("/")
    opened = await person.client.get(made["share_link"].removeprefix(server))

    assert f"{server}/trakt/lists/{made['ids']['trakt']}" == made["share_link"] == listed["share_link"]
    assert f"https://tv.example/trakt/lists/{made['ids']['trakt']}" == (await found.json())["share_link"]
    assert (200, "Best") == (opened.status, (await opened.json())["name"])


@pytest.mark.parametrize("path", ["sync/watchlist", "users/me/favorites"])
async def test_whether_the_owner_is_private(person: Person, path: str) -> None:
    """A header tells whether the owner of a watchlist keeps to themselves."""
    told = []
    for private in (True, False):
        await send(person, "PUT", "users/settings", 201, user={"private": private})
        told.append((await person.ask("GET", f"/trakt/{path}")).headers["X-Private-User"])

    assert ["true", "false"] == told
