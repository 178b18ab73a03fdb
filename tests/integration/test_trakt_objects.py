"""What is kept of the catalogue for answers, while the catalogue changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from scrobbled.api.trakt.objects import Objects
from tests.library import Film, episodes, film, watch
from tests.words import made_up

if TYPE_CHECKING:
    from scrobbled.store.items import Version
    from scrobbled.store.pool import Pool
    from tests.integration.conftest import Person

HISTORY = "/trakt/sync/history"


async def _names(person: Person) -> list[tuple[Any, Any]]:
    """What each entry is called: the film or the show, and the episode."""
    found = []
    for entry in await person.get(HISTORY):
        title, part = entry.get("movie") or entry["show"], entry.get("episode", {})
        found.append((title["title"], part.get("title")))
    return found


async def _version(pool: Pool, item: Film) -> Version:
    version: str = await pool.fetchval("select xmin::text from titles where id = $1", item.id)
    return item.id, version


async def test_names_are_those_of_now(pool: Pool, person: Person) -> None:
    """A film, a show and an episode that were shown before are shown under their new names at once."""
    seen, (part,) = await film(pool), await episodes(pool)
    await watch(pool, person.id, seen)
    await watch(pool, person.id, part)
    before = [await _names(person) for _ in range(2)]
    names = [made_up() for _ in range(3)]
    await pool.execute("update titles set name = $2 where id = $1", seen.id, names[0])
    await pool.execute("update titles set name = $2 where id = $1", part.title_id, names[1])
    await pool.execute("update episodes set name = $2 where id = $1", part.id, names[2])

    assert before[0] == before[1]
    assert {(names[0], None), (names[1], names[2])} == set(await _names(person))


async def test_what_is_lost_is_left_out(pool: Pool, person: Person) -> None:
    """A play of a film, an episode or a show that is gone makes no entry; the others stay."""
    gone, stays = await film(pool), await film(pool)
    (part,), (lonely,) = await episodes(pool), await episodes(pool)
    plays = [await watch(pool, person.id, each) for each in (gone, stays, part, lonely)]
    known = {each["id"] for each in await person.get(HISTORY)}
    await pool.execute("delete from titles where id = any($1::bigint[])", [gone.id, lonely.title_id])
    await pool.execute("delete from episodes where id = $1", part.id)

    assert {each.id for each in plays} == known
    assert [plays[1].id] == [each["id"] for each in await person.get(HISTORY)]


async def test_memory_is_bounded(pool: Pool) -> None:
    """Where no more than one is kept, all that are asked for are there nevertheless."""
    objects = Objects(most=1)
    versions = [await _version(pool, await film(pool)) for _ in range(3)]
    found = [await objects.of(pool, versions) for _ in range(2)]
    lost = await objects.of(pool, [(1, "1"), (versions[0][0], None)])

    assert set(versions) == found[0].keys()
    assert found[0] == found[1]
    assert all(orjson.loads(text)["title"] for text in found[0].values())
    assert {} == lost
