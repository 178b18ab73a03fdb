"""What all lists share, the watchlist and the favorites too: pages, additions, removals, orders."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec
from aiohttp import web
from msgspec.structs import replace

from scrobbled.api import parameters
from scrobbled.api.pool import POOL
from scrobbled.api.trakt import asked, paging, writing
from scrobbled.api.trakt.meant import meant
from scrobbled.api.trakt.media import full
from scrobbled.errors import NotFound
from scrobbled.model.wanted import ThingKind
from scrobbled.rules import ranks
from scrobbled.store import items, list_items, lists, users
from scrobbled.web.responses import answer
from scrobbled.web.routes import Parameter
from scrobbled.wire import trakt_items, trakt_lists, trakt_results, trakt_said
from scrobbled.wire.trakt_media import thing_objects

if TYPE_CHECKING:
    from scrobbled.store.list_items import Key
    from scrobbled.wire.trakt_items import Body, Entry

#: What can be on a list.
EVERYTHING = tuple(ThingKind)

#: The query parameters of a list, for the API description.
PARAMETERS = (
    *paging.PARAMETERS,
    *asked.FILTERS,
    Parameter("sort_by", f"One of {', '.join(trakt_lists.SORTS)}"),
    Parameter("sort_how", "asc or desc"),
)


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A list that is to be shown: of whom, which, how its owner sorts it, whether the owner is private."""

    key: list_items.Key
    sort_by: str = "rank"
    sort_how: str = "asc"
    private: bool = False


async def page(request: web.Request, shown: Shown, among: tuple[ThingKind, ...] = EVERYTHING) -> web.Response:
    """What is on a list: everything unless a page is asked for, in the order asked for or its owner's."""
    kinds = trakt_lists.kinds(request.match_info.get("type"), among)
    if kinds is None:
        raise NotFound
    sort, part = _sort(request, shown), paging.page(request, default=None)
    found, total = await list_items.entries(
        request.app[POOL],
        shown.key,
        kinds,
        sort,
        asked.filters(request),
        offset=part.offset,
        limit=part.limit,
    )
    things = await items.things(request.app[POOL], (each.item_id for each in found))
    known = await full(request, things.values())
    data = [
        trakt_lists.entry(each.id, each.rank, each.listed_at, each.notes)
        | thing_objects(things[each.item_id], known)
        for each in found
        if each.item_id in things
    ]
    return answer(data, headers={**part.headers(total), **_headers(shown, sort)})


async def add(request: web.Request, key: Key, sections: Sequence[str] = trakt_items.SECTIONS) -> web.Response:
    """Put what the body names at the end: 201, how much was new, there already, and not found."""
    body = trakt_items.parse(await request.read())
    entries = _entries(body, sections)
    notes = [trakt_said.notes(entry, trakt_lists.NOTES) for entry in entries]
    found = await meant(request, entries)
    new = [
        list_items.NewEntry(item_id=each.id, title_id=each.title_id, kind=each.kind, notes=said)
        for each, said in zip(found, notes, strict=True)
        if each is not None
    ]
    added, existing, state = await list_items.add(request.app[POOL], key, new)
    counted = {"added": _counts(added, sections), "existing": _counts(existing, sections)}
    lost = {"not_found": writing.lost(body, entries, found, sections)}
    return answer(counted | lost | {"list": _state(state)}, 201)


async def remove(
    request: web.Request, key: Key, sections: Sequence[str] = trakt_items.SECTIONS
) -> web.Response:
    """Take off what the body names, and nothing that only belongs to it: 200."""
    body = trakt_items.parse(await request.read())
    entries = _entries(body, sections)
    found = await meant(request, entries)
    ids = [each.id for each in found if each is not None]
    kinds, state = await list_items.remove(request.app[POOL], key, ids)
    lost = writing.lost(body, entries, found, sections)
    return answer({"deleted": _counts(kinds, sections), "not_found": lost, "list": _state(state)})


async def reorder(request: web.Request, key: Key) -> web.Response:
    """``{"rank": [ids]}``: these first, in this order, the rest behind them as it was. 200."""
    named = trakt_lists.ranks(trakt_lists.body(await request.read()))
    known, state = await list_items.arrange(
        request.app[POOL], key, lambda order: ranks.reordered(order, named)
    )
    skipped = [each for each in named if each not in known]
    updated = len(known & set(named))
    return answer({"updated": updated, "skipped_ids": skipped, "list": _state(state)})


async def change(request: web.Request, key: Key) -> web.Response:
    """``{"notes"?, "rank"?}`` of the item that the path names: 204, or 404 when it is not on the list."""
    entry_id = parameters.number(request.match_info["list_item_id"])
    said = trakt_lists.body(await request.read())
    place = trakt_lists.place(said)
    notes = trakt_lists.text(said, "notes", trakt_lists.NOTES)
    if entry_id is None:
        raise NotFound
    change = list_items.Change(
        named=[entry_id],
        notes={entry_id: notes} if "notes" in said else {},
        into=partial(ranks.moved, places={} if place is None else {entry_id: place}),
    )
    await list_items.change(request.app[POOL], key, change)
    return web.Response(status=204)


def _entries(body: Body, sections: Sequence[str]) -> list[Entry]:
    return [entry for entry in body.leaves if entry.path[0] in sections]


def _counts(kinds: Sequence[ThingKind], sections: Sequence[str]) -> dict[str, int]:
    return trakt_results.counts((kind.value for kind in kinds), sections)


def _state(state: list_items.State) -> dict[str, Any]:
    return trakt_lists.state(state.updated_at, state.item_count)


def _sort(request: web.Request, shown: Shown) -> tuple[str, str]:
    """What the path asks for, or the query, or else the owner's own; a word that is none is ignored."""
    said = request.match_info.get("sort_by") or request.query.get("sort_by") or ""
    how = (request.match_info.get("sort_how") or request.query.get("sort_how") or "").lower()
    by = trakt_lists.sort_word(said)
    usual = shown.sort_how if by is None or by == shown.sort_by else trakt_lists.SORTS[by]
    return by or shown.sort_by, how if how in trakt_lists.HOWS else usual


def _headers(shown: Shown, sort: tuple[str, str]) -> dict[str, str]:
    return {
        "X-Sort-By": shown.sort_by,
        "X-Sort-How": shown.sort_how,
        "X-Applied-Sort-By": sort[0],
        "X-Applied-Sort-How": sort[1],
        "X-Private-User": str(shown.private).lower(),
    }


async def shown_special(request: web.Request, user_id: int, list_id: int) -> Shown:
    """The watchlist or the favorites of a user."""
    found = await lists.special(request.app[POOL], user_id, list_id)
    shown = Shown(key=(user_id, list_id), private=(await users.profile(request.app[POOL], user_id)).private)
    if found is None:
        return shown
    return replace(shown, sort_by=found.settings.sort_by, sort_how=found.settings.sort_how)
