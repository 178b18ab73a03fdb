"""The watchlist, and the favorites, which were called recommendations once (Trakt fact sheet §6, §7)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from scrobbled.api.pool import POOL
from scrobbled.api.trakt import listing, people, writing
from scrobbled.api.trakt.meant import meant
from scrobbled.model.listing import ListSettings
from scrobbled.model.wanted import ThingKind
from scrobbled.rules import ranks
from scrobbled.store import list_items, lists
from scrobbled.web.auth import IDENTITY
from scrobbled.web.responses import answer
from scrobbled.web.routes import Handler, Route, Scope, Surface
from scrobbled.wire import trakt_items, trakt_lists, trakt_results, trakt_said

if TYPE_CHECKING:
    from aiohttp import web

    from scrobbled.wire.trakt_items import Body, Entry


class Special(msgspec.Struct, frozen=True, kw_only=True):
    """One of the two lists that everybody has: its id, its *words* in paths, what can be on it."""

    id: int
    words: tuple[str, ...]
    kinds: tuple[ThingKind, ...]

    @property
    def sections(self) -> tuple[str, ...]:
        """The parts of a body that it takes."""
        return tuple(f"{kind.value}s" for kind in self.kinds)


WATCHLIST = Special(id=lists.WATCHLIST, words=("watchlist",), kinds=listing.EVERYTHING)
FAVORITES = Special(
    id=lists.FAVORITES, words=("favorites", "recommendations"), kinds=(ThingKind.MOVIE, ThingKind.SHOW)
)


async def listed(special: Special, request: web.Request) -> web.StreamResponse:
    """``GET /sync/watchlist[/{type}[/{sort_by}[/{sort_how}]]]``, ``/users/{user}/watchlist…``."""
    shown = await listing.shown_special(request, await people.whose(request), special.id)
    return await listing.page(request, shown, special.kinds)


async def add(special: Special, request: web.Request) -> web.StreamResponse:
    """``POST /sync/watchlist``: 201. A show alone is the show; of a show with seasons, these."""
    return await listing.add(request, _key(request, special), special.sections)


async def remove(special: Special, request: web.Request) -> web.StreamResponse:
    """``POST /sync/watchlist/remove``: 200."""
    return await listing.remove(request, _key(request, special), special.sections)


async def reorder(special: Special, request: web.Request) -> web.StreamResponse:
    """``POST /sync/watchlist/reorder``: 200."""
    return await listing.reorder(request, _key(request, special))


async def change(special: Special, request: web.Request) -> web.StreamResponse:
    """``PUT /sync/watchlist/{list_item_id}``: 204."""
    return await listing.change(request, _key(request, special))


async def edit(special: Special, request: web.Request) -> web.StreamResponse:
    """
    ``PUT /sync/watchlist``: 200. Its own description and order, and notes and places of things on it:
    one generation of Trakt's API has the former, the other the latter.
    """
    raw, key = await request.read(), _key(request, special)
    said = trakt_lists.settings(trakt_lists.body(raw))
    body = trakt_items.parse(raw or b"{}")
    answered = await _change_many(request, key, body, special)
    found = await lists.special(request.app[POOL], *key)
    settings = ListSettings(name=special.words[0].title()) if found is None else found.settings
    said = {name: said[name] for name in ("description", "sort_by", "sort_how") if name in said}
    if said:
        settings = msgspec.structs.replace(settings, **said)
        await lists.edit(request.app[POOL], *key, settings)
    shown = {name: getattr(settings, name) for name in ("description", "sort_by", "sort_how")}
    return answer(answered | shown)


async def _change_many(
    request: web.Request, key: list_items.Key, body: Body, special: Special
) -> dict[str, Any]:
    """Notes and places of what *body* names, where it is on the list."""
    entries = [entry for entry in body.leaves if entry.path[0] in special.sections]
    said = [(_notes(entry), trakt_lists.place(entry.levels[0])) for entry in entries]
    found = await meant(request, entries)
    ids = await list_items.ids_of(request.app[POOL], key, [each.id for each in found if each is not None])
    known = [each if each is not None and each.id in ids else None for each in found]
    met = [(ids[each.id], each.kind, *said[at]) for at, each in enumerate(known) if each is not None]
    state = await list_items.change(
        request.app[POOL],
        key,
        list_items.Change(
            named=[each for each, *_ in met],
            notes={each: text for each, _, notes, _ in met for text in notes},
            into=partial(ranks.moved, places={each: place for each, _, _, place in met if place}),
        ),
    )
    return {
        "added": trakt_results.counts((), special.sections),
        "existing": trakt_results.counts((kind.value for _, kind, *_ in met), special.sections),
        "not_found": writing.lost(body, entries, known, special.sections),
        "list": trakt_lists.state(state.updated_at, state.item_count),
    }


def _notes(entry: Entry) -> list[str | None]:
    """The notes that are said, or that there are to be none; nothing where nothing is said."""
    return [trakt_said.notes(entry, trakt_lists.NOTES)] if "notes" in entry.levels[0] else []


def _bound(
    handler: Callable[[Special, web.Request], Awaitable[web.StreamResponse]], special: Special
) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        return await handler(special, request)

    return handle


def _key(request: web.Request, special: Special) -> list_items.Key:
    return request[IDENTITY].user_id, special.id


def routes() -> list[Route]:
    """The routes."""
    return [
        route for special in (WATCHLIST, FAVORITES) for word in special.words for route in _of(special, word)
    ]


def _of(special: Special, word: str) -> Iterator[Route]:
    path, trakt = f"/trakt/sync/{word}", Surface.TRAKT
    refused = ((400, "No JSON"), (422, "What is wrong with the body"))
    for base in ("/trakt/sync", f"/trakt/users/{{{people.WHO}}}"):
        for rest in ("", "/{type}", "/{type}/{sort_by}", "/{type}/{sort_by}/{sort_how}"):
            yield Route(
                "GET",
                f"{base}/{word}{rest}",
                _bound(listed, special),
                trakt,
                Scope.READ,
                f"What is on the {word}",
                query=listing.PARAMETERS,
                answers=((200, "In the order asked for, or the owner's"), (404, "No such type")),
                anonymous=people.WHO in base,
            )
    yield from writing.routes(path, _bound(add, special), _bound(remove, special), f"the {word}")
    for method, rest, handler, summary, status in (
        ("POST", "/reorder", reorder, f"Put the {word} in order", 200),
        ("PUT", "", edit, f"Change what is said of the {word}, and of things on it", 200),
        ("PUT", "/{list_item_id}", change, f"Change notes or place of a thing on the {word}", 204),
    ):
        yield Route(
            method,
            path + rest,
            _bound(handler, special),
            trakt,
            Scope.WRITE,
            summary,
            limit=writing.LIMIT,
            answers=((status, "Done"), *refused, (404, "It is not there")),
        )
