"""Ratings of films, shows, seasons and episodes (Trakt fact sheet §6)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from scrobbled.api import parameters
from scrobbled.api.pool import POOL
from scrobbled.api.trakt import paging, people, writing
from scrobbled.api.trakt.meant import meant
from scrobbled.api.trakt.objects import things
from scrobbled.errors import NotFound
from scrobbled.model.wanted import ThingKind
from scrobbled.store import ratings as store
from scrobbled.web.auth import IDENTITY
from scrobbled.web.responses import answer, written
from scrobbled.web.routes import Route, Scope, Surface
from scrobbled.wire import trakt_items, trakt_lists, trakt_results, trakt_said
from scrobbled.wire.trakt_items import Body, Entry
from scrobbled.wire.trakt_media import array_of, instants

if TYPE_CHECKING:
    from aiohttp import web

    from scrobbled.model.wanted import Found

_LOWEST, _HIGHEST = 1, 10


async def listed(request: web.Request) -> web.Response:
    """``GET /sync/ratings[/{type}[/{rating}]]``, ``/users/{user}/ratings…``: the newest first."""
    user_id, page = await people.whose(request), paging.page(request, default=None)
    found, total = await store.ratings(
        request.app[POOL], user_id, _kinds(request), _numbers(request), offset=page.offset, limit=page.limit
    )
    told = await things(request, (each.item_id for each in found))
    dates = instants([each.rated_at for each in found])
    entries = (
        trakt_lists.rated(at, each.rating, *told[each.item_id])
        for each, at in zip(found, dates, strict=True)
        if each.item_id in told
    )
    return written(array_of(entries), headers=page.headers(total))


async def add(request: web.Request) -> web.Response:
    """``POST /sync/ratings``: 201. A show's or season's rating is its own, whatever stands in it."""
    body, now = trakt_items.parse(await request.read()), datetime.now(UTC)
    entries = list(_rated(body))
    said = [(trakt_said.rating(entry), trakt_said.when(entry, "rated_at", now)) for entry in entries]
    found = await meant(request, entries)
    given = [
        store.Given(
            item_id=each.id,
            title_id=each.title_id,
            kind=each.kind,
            rating=rating,
            rated_at=at if isinstance(at, datetime) else now,
        )
        for each, (rating, at) in zip(found, said, strict=True)
        if each is not None
    ]
    kept = await store.rate(request.app[POOL], request[IDENTITY].user_id, given, writing.SOURCE)
    counted = trakt_results.counts(each.kind.value for each in kept)
    return answer({"added": counted, "not_found": writing.lost(body, entries, found)}, 201)


async def remove(request: web.Request) -> web.Response:
    """``POST /sync/ratings/remove``: 200."""
    body = trakt_items.parse(await request.read())
    leaves = body.leaves
    found: list[Found | None] = await meant(request, leaves)
    kinds = await store.unrate(
        request.app[POOL], request[IDENTITY].user_id, [each.id for each in found if each is not None]
    )
    counted = trakt_results.counts(kind.value for kind in kinds)
    return answer({"deleted": counted, "not_found": writing.lost(body, leaves, found)})


def _rated(body: Body) -> Iterator[Entry]:
    """What carries a rating; and what stands in nothing that does, where one is missing then."""
    for entry in body.entries:
        own = entry.levels[0].get("rating") not in (None, "")
        if own or (entry.leaf and entry.said("rating") is None):
            yield entry


def _kinds(request: web.Request) -> list[ThingKind]:
    word = request.match_info.get("type", "all")
    if word == "all":
        return list(ThingKind)
    try:
        return [ThingKind(word.removesuffix("s"))]
    except ValueError as error:
        raise NotFound from error


def _numbers(request: web.Request) -> list[int] | None:
    """``8`` or ``8,9,10``; None for all."""
    words = request.match_info.get("rating")
    if words is None:
        return None
    numbers = [parameters.number(word.strip()) for word in words.split(",")]
    if not all(number is not None and _LOWEST <= number <= _HIGHEST for number in numbers):
        raise NotFound
    return [number for number in numbers if number is not None]


def routes() -> list[Route]:
    """The routes."""
    reads = [
        Route(
            "GET",
            f"{base}/ratings{rest}",
            listed,
            Surface.TRAKT,
            Scope.READ,
            "Ratings",
            query=paging.PARAMETERS,
            answers=((200, "Ratings, the newest first"), (404, "No such type or rating")),
            anonymous=people.WHO in base,
        )
        for base in ("/trakt/sync", "/trakt/users/{user}")
        for rest in ("", "/{type}", "/{type}/{rating}")
    ]
    return [*reads, *writing.routes("/trakt/sync/ratings", add, remove, "ratings")]
