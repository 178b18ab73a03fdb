"""What somebody has: copies of films and episodes, and what is told of them (Trakt fact sheet §6)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from scrobbled.api.pool import POOL
from scrobbled.api.trakt import asked, paging, people, writing
from scrobbled.api.trakt.meant import meant
from scrobbled.api.trakt.media import full
from scrobbled.api.trakt.objects import things
from scrobbled.errors import NotFound
from scrobbled.model.media import Item, Kind, Title
from scrobbled.model.selection import selected
from scrobbled.store import collection as store
from scrobbled.store import items
from scrobbled.web.auth import IDENTITY
from scrobbled.web.responses import answer, written
from scrobbled.web.routes import Route, Scope, Surface
from scrobbled.wire import trakt_collection, trakt_items, trakt_results, trakt_said
from scrobbled.wire.trakt_media import array_of, instant, instant_of, instants, title_object, trakt_id
from scrobbled.wire.trakt_said import UNKNOWN_DATE, When

if TYPE_CHECKING:
    from aiohttp import web

    from scrobbled.model.media import Thing
    from scrobbled.model.wanted import Watchable

_KINDS = {
    "movies": (Kind.MOVIE,),
    "episodes": (Kind.EPISODE,),
    "media": (Kind.MOVIE, Kind.EPISODE),
}
_SHOWS = "shows"


async def listed(request: web.Request) -> web.Response:
    """``GET /sync/collection/{type}``: everything unless a page is asked for, the newest first."""
    word = request.match_info["type"]
    if word == _SHOWS:
        return await _shows(request)
    if word not in _KINDS:
        raise NotFound
    page, user_id = paging.page(request, default=None), await people.whose(request)
    found = await store.items(request.app[POOL], user_id, _KINDS[word])
    found = await asked.fitting(request, found, lambda each: each.title_id)
    shown = page.cut(found)
    told = await things(request, (each.item_id for each in shown))
    with_metadata = "metadata" in paging.extended(request)
    collected_at = instants([each.collected_at for each in shown])
    updated_at = instants([each.updated_at for each in shown])
    entries = (
        trakt_collection.item(collected, updated, *told[each.item_id], each.media if with_metadata else None)
        for each, collected, updated in zip(shown, collected_at, updated_at, strict=True)
        if each.item_id in told
    )
    return written(array_of(entries), headers=page.headers(len(found)))


async def _shows(request: web.Request) -> web.Response:
    page, user_id = paging.page(request, default=None), await people.whose(request)
    found = await store.shows(request.app[POOL], user_id, datetime.now(UTC))
    found = await asked.fitting(request, found, lambda each: each.title_id)
    shown = page.cut(found)
    titles = await items.things(request.app[POOL], (each.title_id for each in shown))
    known, with_metadata = await full(request, titles.values()), "metadata" in paging.extended(request)
    data = []
    for each in shown:
        title = titles.get(each.title_id)
        if isinstance(title, Title):
            parts = trakt_collection.seasons(
                each.seasons, each.numbers, each.dates, each.media, with_metadata=with_metadata
            )
            data.append({
                "last_collected_at": instant_of(each.last_collected_at),
                "last_updated_at": instant(each.last_updated_at),
                "type": "show",
                "show": title_object(title, known),
                "seasons": parts,
            })  # fmt: skip
    return answer(data, headers=page.headers(len(found)))


async def minimal(request: web.Request) -> web.Response:
    """``GET /sync/collection/minimal/{type}``: when each was got, by id; shows by season and episode."""
    word, pool = request.match_info["type"], request.app[POOL]
    if word not in ("movies", "episodes", _SHOWS):
        raise NotFound
    kinds = _KINDS["movies" if word == "movies" else "episodes"]
    found = await store.items(pool, request[IDENTITY].user_id, kinds)
    known = await items.things(pool, (each.item_id for each in found))
    data: dict[str, Any] = {}
    for each in found:
        thing = known.get(each.item_id)
        if thing is None:
            continue
        holder = data
        if word == _SHOWS and isinstance(thing, Item):
            holder = data.setdefault(str(trakt_id(thing.title.ids, thing.title.id)), {})
            holder = holder.setdefault(str(thing.season), {})
        holder[_key(thing, numbered=word == _SHOWS)] = instant(each.collected_at)
    return answer(data)


def _key(thing: Thing, *, numbered: bool) -> str:
    if numbered and isinstance(thing, Item):
        return str(thing.episode)
    return str(trakt_id(thing.ids, thing.id))


async def add(request: web.Request) -> web.Response:
    """``POST /sync/collection``: 201. Whole shows and seasons are what has aired of them."""
    body, now = trakt_items.parse(await request.read()), datetime.now(UTC)
    leaves = body.leaves
    said = [
        (
            None if entry.said("collected_at") is None else trakt_said.when(entry, "collected_at", now),
            dict(trakt_said.media(entry)),
        )
        for entry in leaves
    ]
    found = await meant(request, leaves)
    had = await items.watchables(request.app[POOL], found, aired_by=now)
    copies = [_copy(each, *said[each.position], now) for each in had]
    became = await store.add(request.app[POOL], request[IDENTITY].user_id, copies)
    counted = {
        word: trakt_results.counts(each.kind.value for each in became if each.became == word)
        for word in ("added", "updated", "existing")
    }
    return answer(counted | {"not_found": writing.lost(body, leaves, found)}, 201)


def _copy(had: Watchable, at: When | None, media: dict[str, Any], now: datetime) -> store.NewCopy:
    if at is not None and not isinstance(at, datetime):
        at = min(had.over_at, now) if at is trakt_said.DateWord.RELEASED and had.over_at else UNKNOWN_DATE
    return store.NewCopy(
        item_id=had.item_id, title_id=had.title_id, kind=had.kind, collected_at=at, media=media
    )


async def remove(request: web.Request) -> web.Response:
    """``POST /sync/collection/remove``: 200."""
    body = trakt_items.parse(await request.read())
    leaves = body.leaves
    found = await meant(request, leaves)
    kinds = await store.remove(request.app[POOL], request[IDENTITY].user_id, selected(found))
    counted = trakt_results.counts(kind.value for kind in kinds)
    return answer({"deleted": counted, "not_found": writing.lost(body, leaves, found)})


def routes() -> list[Route]:
    """The routes."""
    told = ((200, "What somebody has, the newest first"), (404, "No such type"))
    base = "/trakt/sync/collection"
    reads = [
        Route(
            "GET",
            path,
            handler,
            Surface.TRAKT,
            Scope.READ,
            summary,
            query=paging.PARAMETERS,
            answers=told,
            anonymous=people.WHO in path,
        )
        for path, handler, summary in (
            (f"{base}/minimal/{{type}}", minimal, "When what was got, by id"),
            (f"{base}/{{type}}", listed, "What one has"),
            ("/trakt/users/{user}/collection/{type}", listed, "What a user has"),
        )
    ]
    return [*reads, *writing.routes(base, add, remove, "what one has")]
