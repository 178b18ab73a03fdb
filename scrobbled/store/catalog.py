"""The catalogue as the matcher and the answers need it: asked and extended by the batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import msgspec

from scrobbled.model.media import Item, Kind, Title, TitleKind
from scrobbled.store import sql

if TYPE_CHECKING:
    from scrobbled.store.pool import Connection, Database

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
    rows = await database.fetch(_QUERIES["by_external_ids"], *sql.columns(asked, 4))
    return [(row["position"], row["entity_id"]) for row in rows]


async def shows_without_ids(
    database: Database, asked: Sequence[tuple[int, str, int | None]]
) -> dict[int, int]:
    """
    By position, the one show called exactly (position, name, year) that has no ids. A year
    that is not known, on either side, fits every other.
    """
    if not asked:
        return {}
    rows = await database.fetch(_QUERIES["shows_without_ids"], *sql.columns(asked, 3))
    return {row["position"]: row["id"] for row in rows}


async def in_history(database: Database, asked: Iterable[tuple[int, int]]) -> dict[int, frozenset[int]]:
    """By user, those of their (user, title) pairs that they have played."""
    rows = await database.fetch(_QUERIES["in_history"], *sql.columns(sorted(set(asked)), 2))
    found: defaultdict[int, set[int]] = defaultdict(set)
    for row in rows:
        found[row["user_id"]].add(row["title_id"])
    return {user: frozenset(titles) for user, titles in found.items()}


async def episodes_at(
    database: Database, asked: Sequence[tuple[int, int, int | None, int]]
) -> dict[int, int]:
    """By position, the episode at (position, show, season, number); season None: by absolute number."""
    rows = await database.fetch(_QUERIES["episodes_at"], *sql.columns(asked, 4))
    return {row["position"]: row["id"] for row in rows}


async def lock(connection: Connection) -> None:
    """Keep everybody else from making titles until the transaction ends; never for who holds a user."""
    await connection.execute(_QUERIES["lock"])


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
    rows = await database.fetch(_QUERIES["insert_titles"], *sql.columns(values, 5))
    made = [(row["id"], by_slug[row["kind"], row["slug"]]) for row in rows]
    await give_ids(database, [(title.kind.value, entity, title.ids) for entity, title in made])
    await database.execute(_QUERIES["announce"])


async def create_episodes(database: Database, new: Sequence[NewEpisode]) -> None:
    """Make the episodes that are not listed; one that is stays as it is."""
    ordered = sorted(new, key=lambda each: (each.show_id, each.season, each.number))
    await database.execute(
        _QUERIES["insert_episodes"],
        *sql.columns(
            [(each.show_id, each.season, each.number, each.name, each.runtime) for each in ordered], 5
        ),
    )
    known = await episodes_at(
        database, [(index, each.show_id, each.season, each.number) for index, each in enumerate(ordered)]
    )
    given = [("episode", known[index], each.ids) for index, each in enumerate(ordered) if index in known]
    await give_ids(database, given)


async def give_ids(database: Database, given: Iterable[tuple[str, int, Mapping[str, str]]]) -> None:
    """
    Give entities their external ids: (kind, entity id, ids). The one place that writes
    them: to the look-up index, and from there to the entities' own ids.
    """
    rows = sorted(
        (kind, source, value, entity)
        for kind, entity, ids in given
        for source, value in ids.items()
        if source != "slug"
    )
    if not rows:
        return
    await database.execute(_QUERIES["claim_ids"], *sql.columns(rows, 4))
    of_episodes = {entity for kind, *_, entity in rows if kind == "episode"}
    of_titles = {entity for kind, *_, entity in rows if kind in ("movie", "show")}
    if of_titles:
        await database.execute(_QUERIES["show_title_ids"], sorted(of_titles))
        await database.execute(_QUERIES["announce"])
    if of_episodes:
        await database.execute(_QUERIES["show_episode_ids"], sorted(of_episodes))


async def stats(database: Database) -> dict[str, int]:
    """How much of everything there is."""
    row = await database.fetchrow(_QUERIES["stats"])
    return dict(row) if row is not None else {}


async def sources(database: Database) -> list[tuple[str, int, datetime | None]]:
    """By importer, how many titles have their facts from it, and when a run of it last ended."""
    rows = await database.fetch(_QUERIES["sources"])
    return [(row["source"], row["titles"], row["imported_at"]) for row in rows]


async def _free_slugs(database: Database, new: Sequence[NewTitle]) -> list[str]:
    """A slug nobody has for each: the name, then with its year, then counted on."""
    wishes = [_wishes(title) for title in new]
    asked = {(title.kind.value, slug) for title, slugs in zip(new, wishes, strict=True) for slug in slugs}
    rows = await database.fetch(_QUERIES["taken_slugs"], *sql.columns(sorted(asked), 2))
    taken = {(row["kind"], row["slug"]) for row in rows}
    chosen = []
    for title, slugs in zip(new, wishes, strict=True):
        kind = title.kind.value
        slug = next((slug for slug in slugs if (kind, slug) not in taken), f"{slugs[-1]}-{uuid4().hex[:8]}")
        taken.add((kind, slug))
        chosen.append(slug)
    return chosen


def _wishes(title: NewTitle) -> list[str]:
    """The slugs a title would take, best first: asked for by name, so that an index finds them."""
    plain = [title.slug] if title.year is None else [title.slug, f"{title.slug}-{title.year}"]
    return [*plain, *(f"{plain[-1]}-{number}" for number in range(2, 10))]


def _title(row: Any, number: str = "id", ids: str = "ids") -> Title:
    """The title in *row*; *number* and *ids* are the columns of its own id and of those of others."""
    return Title(
        id=row[number],
        kind=TitleKind(row["kind"]),
        name=row["name"],
        slug=row["slug"],
        year=row["year"],
        runtime=row["runtime"],
        popularity=row["popularity"],
        ids=row[ids],
    )


def _item(row: Any) -> Item:
    title = _title(row, "title_id", "title_ids")
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
