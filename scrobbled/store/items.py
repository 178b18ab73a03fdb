"""What clients name in thousands, found in the catalogue with a handful of questions; nothing is created."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeAlias

from scrobbled.model.media import ID_SOURCES, Facts, Item, Kind, Season, Thing, Title, TitleKind
from scrobbled.model.wanted import Called, Found, ThingKind, Wanted, Watchable
from scrobbled.store import catalog, sql

if TYPE_CHECKING:
    from scrobbled.store.pool import Database

_QUERIES = sql.load("items")

#: A row of the catalogue as it is now: its id, and the transaction that wrote it. What is made of the row
#: alone holds as long as this does.
Version: TypeAlias = tuple[int, str | None]

#: Ours begin here; Trakt's own lie below.
FIRST_ID = 1_000_000_000

#: Which of several ids is believed: Trakt's first; a slug, which is only made of a name, last.
_ORDER = ("trakt", "imdb", "tmdb", "tvdb")
_LAST = len(ID_SOURCES)

#: An enum takes longer to look up, and there are thousands.
_TITLE_KINDS = {kind.value: kind for kind in TitleKind}

#: Finds films and shows by their names: for each that it knows, the id.
ByName: TypeAlias = Callable[[Sequence[Called]], Awaitable[Mapping[Called, int]]]


async def resolve(database: Database, wanted: Sequence[Wanted], by_name: ByName) -> list[Found | None]:
    """
    For each of *wanted* what it means, None where the catalogue does not have it. Ids go before a place
    in a show, which goes before names; *by_name* is asked for what no id finds.
    """
    called = {name for each in wanted for name in (each.called, each.show) if name is not None}
    entities = await _by_ids(database, [name for name in called if name.ids])
    unknown = [name for name in called if name.title is not None and name not in entities]
    if unknown:
        entities |= await by_name(unknown)
    at_place = await _at_places(database, wanted, entities)
    ids = [entities.get(each.called, at_place.get(at)) for at, each in enumerate(wanted)]
    places = await _places(database, wanted, ids)
    return [_found(each, entity, places) for each, entity in zip(wanted, ids, strict=True)]


async def watchables(
    database: Database, found: Sequence[Found | None], *, aired_by: datetime | None
) -> list[Watchable]:
    """
    The films and episodes that *found* means or holds, each with its position there. *aired_by*: of
    shows and seasons only what had aired then, and no specials of a show; None for everything.
    """
    single = [
        (at, each.id)
        for at, each in enumerate(found)
        if each is not None and each.kind in (ThingKind.MOVIE, ThingKind.EPISODE)
    ]
    holders = [
        (at, each.title_id, each.season)
        for at, each in enumerate(found)
        if each is not None and each.kind in (ThingKind.SHOW, ThingKind.SEASON)
    ]
    rows = await database.fetch(
        _QUERIES["watchables"], *sql.columns(single, 2), *sql.columns(holders, 3), aired_by
    )
    return [
        Watchable(
            position=row["position"],
            item_id=row["item_id"],
            title_id=row["title_id"],
            kind=Kind(row["kind"]),
            over_at=_over_at(row),
        )
        for row in rows
    ]


def _over_at(row: Any) -> datetime | None:
    """When it had first been shown to its end; a film's day of release begins at midnight, UTC."""
    begins: datetime | None = row["first_aired"]
    if begins is None and row["released"] is not None:
        try:
            begins = datetime.fromisoformat(row["released"]).replace(tzinfo=UTC)
        except ValueError:
            return None
    return None if begins is None else begins + timedelta(minutes=row["runtime"] or 0)


async def things(database: Database, ids: Iterable[int]) -> dict[int, Thing]:
    """Films, shows, seasons and episodes by id; an id that is none of them is left out."""
    wanted = list(set(ids))
    if not wanted:
        return {}
    titles: dict[int, Title] = {}
    found = (_thing(row, titles) for row in await database.fetch(_QUERIES["things"], wanted))
    return {thing.id: thing for thing in found}


async def versions(database: Database, ids: Iterable[int]) -> list[tuple[str, Version, Version]]:
    """
    Of films, shows, seasons and episodes: what each is, its version, and that of its title. Of a film or a
    show the first has no transaction.
    """
    row = await database.fetchrow(_QUERIES["versions"], list(set(ids)))
    if row is None or row["ids"] is None:
        return []
    own, kinds, parts, title_ids, titles = row
    items = zip(own, parts, strict=True)
    return list(zip(kinds, items, zip(title_ids, titles, strict=True), strict=True))


async def facts(database: Database, ids: Iterable[int]) -> dict[int, Facts]:
    """What the catalogue knows of titles, seasons and episodes beyond their names: ``extended=full``."""
    wanted = list(set(ids))
    if not wanted:
        return {}
    return {
        row["id"]: _told(row)
        for query in ("title_facts", "season_facts", "episode_facts")
        for row in await database.fetch(_QUERIES[query], wanted)
    }


async def _by_ids(database: Database, called: Sequence[Called]) -> dict[Called, int]:
    listed: list[tuple[int, int, str, str, str]] = []
    own: list[tuple[int, int, str, int]] = []
    slugs: list[tuple[int, int, str, str]] = []
    for position, name in enumerate(called):
        for source, value in name.ids:
            rank = _ORDER.index(source) if source in _ORDER else ID_SOURCES.index(source) + len(_ORDER)
            if source == "slug":
                slugs.append((position, _LAST + len(_ORDER), name.kind.value, value))
            elif source == "trakt" and int(value) >= FIRST_ID:
                own.append((position, rank, name.kind.value, int(value)))
            else:
                listed.append((position, rank, name.kind.value, source, value))
    if not (listed or own or slugs):
        return {}
    rows = await database.fetch(
        _QUERIES["by_ids"], *sql.columns(listed, 5), *sql.columns(own, 4), *sql.columns(slugs, 4)
    )
    return {called[row["position"]]: row["entity_id"] for row in rows}


async def _at_places(
    database: Database, wanted: Sequence[Wanted], entities: Mapping[Called, int]
) -> dict[int, int]:
    """By position, the seasons and episodes that are only known by their place in a show."""
    seasons: list[tuple[int, int, int]] = []
    episodes: list[tuple[int, int, int | None, int]] = []
    for at, each in enumerate(wanted):
        show = entities.get(each.show) if each.show is not None else None
        if show is None or each.number is None or each.called in entities:
            continue
        if each.kind is ThingKind.SEASON:
            seasons.append((at, show, each.number))
        elif each.season is not None:
            episodes.append((at, show, each.season, each.number))
    found = await catalog.episodes_at(database, episodes) if episodes else {}
    if seasons:
        found |= await seasons_at(database, seasons)
    return found


async def seasons_at(database: Database, asked: Sequence[tuple[int, int, int]]) -> dict[int, int]:
    """By position, the season at (position, show, number)."""
    rows = await database.fetch(_QUERIES["seasons_at"], *sql.columns(asked, 3))
    return {row["position"]: row["id"] for row in rows}


async def _places(
    database: Database, wanted: Sequence[Wanted], ids: Sequence[int | None]
) -> dict[int, tuple[int, int]]:
    """By id, the show and the season's number of seasons and episodes."""
    inside = [
        entity
        for each, entity in zip(wanted, ids, strict=True)
        if entity is not None and each.kind in (ThingKind.SEASON, ThingKind.EPISODE)
    ]
    if not inside:
        return {}
    rows = await database.fetch(_QUERIES["places"], list(set(inside)))
    return {row["id"]: (row["show_id"], row["season"]) for row in rows}


def _found(wanted: Wanted, entity: int | None, places: Mapping[int, tuple[int, int]]) -> Found | None:
    if entity is None:
        return None
    if wanted.kind in (ThingKind.MOVIE, ThingKind.SHOW):
        return Found(kind=wanted.kind, id=entity, title_id=entity)
    if entity not in places:
        return None
    show, season = places[entity]
    return Found(kind=wanted.kind, id=entity, title_id=show, season=season)


def _told(row: Any) -> dict[str, Any]:
    """The row, over the details in it: a column says it better, where it says anything."""
    known = {name: value for name, value in row.items() if value is not None and name != "details"}
    told: dict[str, Any] = {**(row.get("details") or {}), **known}
    if isinstance(told.get("first_aired"), str):
        told["first_aired"] = datetime.fromisoformat(told["first_aired"])
    return told


def _thing(row: Any, titles: dict[int, Title]) -> Thing:
    """The row as what it is; *titles* are those of the rows before it, since many are of one show."""
    (
        season_id, episode_id, title_id, kind, name, year, runtime, slug, popularity, title_ids,
        season, number, own_name, own_runtime, own_ids,
    ) = row  # fmt: skip
    title = titles.get(title_id)
    if title is None:
        title = titles[title_id] = Title(
            id=title_id,
            kind=_TITLE_KINDS[kind],
            name=name,
            slug=slug,
            year=year,
            runtime=runtime,
            popularity=popularity,
            ids=title_ids,
        )
    if episode_id is not None:
        return Item(
            id=episode_id,
            kind=Kind.EPISODE,
            title=title,
            season=season,
            episode=number,
            episode_title=own_name,
            ids=own_ids,
            runtime=own_runtime or runtime,
        )
    if season_id is not None:
        return Season(id=season_id, number=season, title=title, name=own_name, ids=own_ids)
    return title
