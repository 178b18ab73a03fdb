"""The catalogue as the matcher and the answers need it: asked and extended by the batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from scrobbled.model.media import Item, Kind, Title, TitleKind
from scrobbled.store import sql

if TYPE_CHECKING:
    from scrobbled.store.pool import Database

_QUERIES = sql.load("catalog")


class NewTitle(msgspec.Struct, frozen=True, kw_only=True):
    """A title to be made from a player's metadata. *runtime* in minutes, *name* as sent."""

    kind: TitleKind
    name: str
    normalized: str
    slug: str
    year: int | None
    runtime: int | None
    ids: dict[str, str]


class NewEpisode(msgspec.Struct, frozen=True, kw_only=True):
    """An episode to be made when it is first played. *runtime* in minutes."""

    show_id: int
    season: int
    number: int
    name: str | None
    runtime: int | None
    ids: dict[str, str]


async def items(database: Database, item_ids: Iterable[int]) -> dict[int, Item]:
    """Films and episodes by id; an id that is neither is left out."""
    wanted = list(set(item_ids))
    if not wanted:
        return {}
    return {row["id"]: _item(row) for row in await database.fetch(_QUERIES["items"], wanted)}


async def titles(database: Database, title_ids: Iterable[int]) -> dict[int, Title]:
    """Films and shows by id."""
    return {row["id"]: _title(row) for row in await database.fetch(_QUERIES["titles"], list(title_ids))}


async def by_external_ids(
    database: Database, asked: Sequence[tuple[int, str, str, str]]
) -> list[tuple[int, int]]:
    """
    For each (position, kind, source, value) that is known: (position, entity id).
    *kind* is movie, show, season or episode: the id spaces overlap.
    """
    rows = await database.fetch(_QUERIES["by_external_ids"], *_columns(asked, 4))
    return [(row["position"], row["entity_id"]) for row in rows]


async def by_names(
    database: Database, asked: Sequence[tuple[int, TitleKind, str]], *, alike: bool
) -> dict[int, list[tuple[Title, str]]]:
    """
    By position, the titles called (or, if *alike*, called something like) each
    (position, kind, normalised name), with the name that fits.
    """
    name = "like_names" if alike else "by_names"
    columns = _columns([(position, kind.value, text) for position, kind, text in asked], 3)
    found: defaultdict[int, list[tuple[Title, str]]] = defaultdict(list)
    for row in await database.fetch(_QUERIES[name], *columns):
        found[row["position"]].append((_title(row), row["matched"]))
    return found


async def episodes_at(
    database: Database, asked: Sequence[tuple[int, int, int | None, int]]
) -> dict[int, int]:
    """By position, the episode at (position, show, season, number); season None: by absolute number."""
    rows = await database.fetch(_QUERIES["episodes_at"], *_columns(asked, 4))
    return {row["position"]: row["id"] for row in rows}


async def create_titles(database: Database, new: Sequence[NewTitle]) -> None:
    """
    Make provisional titles; look them up by their ids or names afterwards.

    Two workers that make the same title at once make one: whoever claims its first
    external id keeps it, the other's title stays without ids and is never found by them.
    """
    slugs = await _free_slugs(database, new)
    by_slug = {(title.kind.value, slug): title for title, slug in zip(new, slugs, strict=True)}
    ordered = sorted(by_slug.items(), key=lambda entry: entry[0])
    values = [(kind, title.name, title.year, title.runtime, slug) for (kind, slug), title in ordered]
    rows = await database.fetch(_QUERIES["insert_titles"], *_columns(values, 5))
    made = [(row["id"], by_slug[row["kind"], row["slug"]]) for row in rows]
    await database.execute(
        _QUERIES["insert_names"], [title.normalized for _, title in made], [entity for entity, _ in made]
    )
    await give_ids(database, [(title.kind.value, entity, title.ids) for entity, title in made])


async def create_episodes(database: Database, new: Sequence[NewEpisode]) -> None:
    """Make the episodes that are not listed; one that is stays as it is."""
    ordered = sorted(new, key=lambda each: (each.show_id, each.season, each.number))
    await database.execute(
        _QUERIES["insert_episodes"],
        *_columns([(each.show_id, each.season, each.number, each.name, each.runtime) for each in ordered], 5),
    )
    known = await episodes_at(
        database, [(index, each.show_id, each.season, each.number) for index, each in enumerate(ordered)]
    )
    await give_ids(database, [("episode", known[index], each.ids) for index, each in enumerate(ordered) if index in known])


async def give_ids(database: Database, given: Iterable[tuple[str, int, Mapping[str, str]]]) -> None:
    """
    Give entities their external ids: (kind, entity id, ids). The one place that writes
    them: to the look-up index, and from there to the entities' own ids.
    """
    rows = sorted(
        (kind, source, value, entity) for kind, entity, ids in given for source, value in ids.items() if source != "slug"
    )
    if not rows:
        return
    await database.execute(_QUERIES["claim_ids"], *_columns(rows, 4))
    of_episodes = {entity for kind, *_, entity in rows if kind == "episode"}
    of_titles = {entity for kind, *_, entity in rows if kind in ("movie", "show")}
    if of_titles:
        await database.execute(_QUERIES["show_title_ids"], sorted(of_titles))
    if of_episodes:
        await database.execute(_QUERIES["show_episode_ids"], sorted(of_episodes))


async def stats(database: Database) -> dict[str, int]:
    """How much of everything there is."""
    row = await database.fetchrow(_QUERIES["stats"])
    return dict(row) if row is not None else {}


async def _free_slugs(database: Database, new: Sequence[NewTitle]) -> list[str]:
    """A slug nobody has for each: the name, then with its year, then counted on."""
    rows = await database.fetch(
        _QUERIES["taken_slugs"], [title.kind.value for title in new], [title.slug for title in new]
    )
    taken = {(row["kind"], row["slug"]) for row in rows}
    chosen = []
    for title in new:
        bases = [title.slug] if title.year is None else [title.slug, f"{title.slug}-{title.year}"]
        slug = _first_free(bases, title.kind.value, taken)
        taken.add((title.kind.value, slug))
        chosen.append(slug)
    return chosen


def _first_free(bases: Sequence[str], kind: str, taken: set[tuple[str, str]]) -> str:
    for base in bases:
        if (kind, base) not in taken:
            return base
    number = 2
    while (kind, f"{bases[-1]}-{number}") in taken:
        number += 1
    return f"{bases[-1]}-{number}"


def _columns(rows: Sequence[Sequence[Any]], width: int) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(width)]


def _title(row: Mapping[str, Any]) -> Title:
    return Title(
        id=row["id"],
        kind=TitleKind(row["kind"]),
        name=row["name"],
        slug=row["slug"],
        year=row["year"],
        runtime=row["runtime"],
        popularity=row["popularity"],
        ids=row["ids"],
    )


def _item(row: Mapping[str, Any]) -> Item:
    title = Title(
        id=row["title_id"],
        kind=TitleKind(row["kind"]),
        name=row["name"],
        slug=row["slug"],
        year=row["year"],
        runtime=row["runtime"],
        popularity=row["popularity"],
        ids=row["title_ids"],
    )
    if row["episode_id"] is None:
        return Item(id=title.id, kind=Kind.MOVIE, title=title, ids=title.ids, runtime=title.runtime)
    return Item(
        id=row["episode_id"],
        kind=Kind.EPISODE,
        title=title,
        season=row["season"],
        episode=row["number"],
        episode_title=row["episode_name"],
        ids=row["episode_ids"],
        runtime=row["episode_runtime"] or title.runtime,
    )
