"""Lists of one's own, and what others show of theirs (Trakt fact sheet §7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from aiohttp import web

from scrobbled.api import parameters
from scrobbled.api.pool import POOL
from scrobbled.api.trakt import listing, paging, people, writing
from scrobbled.catalog.slugs import slug
from scrobbled.errors import NotFound, UnprocessableError
from scrobbled.model.listing import ListHead, ListSettings
from scrobbled.store import lists as store
from scrobbled.store import users
from scrobbled.web.address import base_url
from scrobbled.web.auth import IDENTITY
from scrobbled.web.responses import answer
from scrobbled.web.routes import Route, Scope, Surface
from scrobbled.wire import trakt_items, trakt_lists, trakt_people

if TYPE_CHECKING:
    from scrobbled.store.list_items import Key
    from scrobbled.web.routes import Handler

#: What a list may hold: clients read how many people there are, too.
_SECTIONS = (*trakt_items.SECTIONS, trakt_items.PEOPLE)

#: Lists on a page that is asked for without a limit.
_USUAL = 100


async def listed(request: web.Request) -> web.Response:
    """``GET /users/{user}/lists``: all own lists; of somebody else those that are public."""
    user_id = await people.whose(request)
    found = [
        each for each in await store.heads(request.app[POOL], user_id) if _shows(request, each, "public")
    ]
    page = paging.page(request, default=_USUAL)
    owner = await _owner(request, user_id)
    return answer(
        [trakt_lists.head(each, owner, base_url(request)) for each in page.cut(found)],
        headers=page.headers(len(found)),
    )


async def one(request: web.Request) -> web.Response:
    """``GET /users/{user}/lists/{list_id}``, ``/lists/{list_id}``."""
    return await _told(request, await _visible(request))


async def create(request: web.Request) -> web.Response:
    """``POST /users/{user}/lists``: 201, or 420 when there are too many."""
    user_id = await people.own(request)
    said = trakt_lists.settings(trakt_lists.body(await request.read()))
    if "name" not in said:
        raise UnprocessableError("name is missing")
    settings = ListSettings(**said)
    list_id = await store.create(request.app[POOL], user_id, settings, slug(settings.name) or "list")
    return await _told(request, await _own(request, list_id), 201)


async def edit(request: web.Request) -> web.Response:
    """``PUT /users/{user}/lists/{list_id}``: 200. Its slug stays, so that addresses do."""
    found = await _own(request)
    said = trakt_lists.settings(trakt_lists.body(await request.read()))
    await store.edit(
        request.app[POOL], found.user_id, found.id, msgspec.structs.replace(found.settings, **said)
    )
    return await _told(request, await _own(request, found.id))


async def delete(request: web.Request) -> web.Response:
    """``DELETE /users/{user}/lists/{list_id}``: 204."""
    found = await _own(request)
    if not await store.delete(request.app[POOL], found.user_id, found.id):
        raise NotFound
    return web.Response(status=204)


async def reorder(request: web.Request) -> web.Response:
    """``POST /users/{user}/lists/reorder``: 200."""
    user_id = await people.own(request)
    named = trakt_lists.ranks(trakt_lists.body(await request.read()))
    known = await store.reorder(request.app[POOL], user_id, named)
    return answer({"updated": len(known), "skipped_ids": [each for each in named if each not in known]})


async def items(request: web.Request) -> web.Response:
    """``GET …/lists/{list_id}/items[/{type}[/{sort_by}[/{sort_how}]]]``."""
    found = await _visible(request)
    shown = listing.Shown(
        key=(found.user_id, found.id),
        sort_by=found.settings.sort_by,
        sort_how=found.settings.sort_how,
        private=(await users.profile(request.app[POOL], found.user_id)).private,
    )
    return await listing.page(request, shown)


async def add_items(request: web.Request) -> web.Response:
    """``POST …/items``: 201, or 420 when the list is full."""
    return await listing.add(request, await _key(request), _SECTIONS)


async def remove_items(request: web.Request) -> web.Response:
    """``POST …/items/remove``: 200."""
    return await listing.remove(request, await _key(request), _SECTIONS)


async def reorder_items(request: web.Request) -> web.Response:
    """``POST …/items/reorder``, or ``…/reorder``: 200."""
    return await listing.reorder(request, await _key(request))


async def change_item(request: web.Request) -> web.Response:
    """``PUT …/items/{list_item_id}``: 204."""
    return await listing.change(request, await _key(request))


async def none(request: web.Request) -> web.Response:
    """``GET /users/{user}/lists/collaborations``: nobody keeps a list together here."""
    await people.whose(request)
    return answer([], headers=paging.page(request, default=_USUAL).headers(0))


async def _told(request: web.Request, found: ListHead, status: int = 200) -> web.Response:
    owner = await _owner(request, found.user_id)
    return answer(trakt_lists.head(found, owner, base_url(request)), status)


async def _owner(request: web.Request, user_id: int) -> dict[str, Any]:
    return trakt_people.user(await users.profile(request.app[POOL], user_id))


async def _key(request: web.Request) -> Key:
    found = await _own(request)
    return found.user_id, found.id


async def _own(request: web.Request, list_id: int | None = None) -> ListHead:
    """The list that a path names, to be changed. Raises *NotFound*, and *Refusal* 403 for others'."""
    user_id = await people.own(request)
    if list_id is not None:
        found = await store.head(request.app[POOL], user_id, list_id=list_id)
    else:
        found = await _named(request, user_id)
    if found is None:
        raise NotFound
    return found


async def _visible(request: web.Request) -> ListHead:
    """
    The list that a path names, where the one who asks may see it; raises *NotFound* otherwise. What its
    owner says of the list goes before what they say of themselves.
    """
    word = request.match_info["list_id"]
    if people.WHO in request.match_info:
        found = await _named(request, await people.named(request))
    else:
        found = await _anywhere(request, parameters.number(word))
    # With a link alone means by its id, which cannot be guessed.
    by_id = found is not None and parameters.number(word) == found.id
    if found is None or not _shows(request, found, "public", *(("link",) if by_id else ())):
        raise NotFound
    return found


async def _anywhere(request: web.Request, list_id: int | None) -> ListHead | None:
    owner = None if list_id is None else await store.owner(request.app[POOL], list_id)
    return None if owner is None else await store.head(request.app[POOL], owner, list_id=list_id)


async def _named(request: web.Request, user_id: int) -> ListHead | None:
    """A user's list by its id, or else its slug: a list may be called by a number."""
    word = parameters.storable(request.match_info["list_id"], "the list")
    number, found = parameters.number(word), None
    if number is not None:
        found = await store.head(request.app[POOL], user_id, list_id=number)
    return found or await store.head(request.app[POOL], user_id, slug=word.lower())


def _shows(request: web.Request, found: ListHead, *ways: str) -> bool:
    """Whether who asks may see a list: its owner, or anybody where its privacy is one of *ways*."""
    own = IDENTITY in request and request[IDENTITY].user_id == found.user_id
    return own or found.settings.privacy in ways


def routes() -> list[Route]:
    """The routes."""
    base = f"/trakt/users/{{{people.WHO}}}/lists"
    one_of, body = f"{base}/{{list_id}}", ((400, "No JSON"), (422, "What is wrong with the body"))
    parts = ("", "/{type}", "/{type}/{sort_by}", "/{type}/{sort_by}/{sort_how}")
    gone, theirs = (404, "No such list"), (403, "Somebody else's")
    reads = [
        (base, listed, "The lists of a user", paging.PARAMETERS),
        (f"{base}/collaborations", none, "Lists kept together with others", paging.PARAMETERS),
        (one_of, one, "A list", ()),
        ("/trakt/lists/{list_id}", one, "A list by its id", ()),
    ]
    for path in (one_of, "/trakt/lists/{list_id}"):
        reads += [(f"{path}/items{rest}", items, "What is on a list", listing.PARAMETERS) for rest in parts]
    writes: list[tuple[str, str, Handler, str, int]] = [
        ("POST", base, create, "A new list", 201),
        ("POST", f"{base}/reorder", reorder, "Put one's lists in order", 200),
        ("PUT", one_of, edit, "Change what is said of a list", 200),
        ("DELETE", one_of, delete, "Remove a list", 204),
        ("POST", f"{one_of}/items", add_items, "Put things on a list", 201),
        ("POST", f"{one_of}/items/remove", remove_items, "Take things off a list", 200),
        ("POST", f"{one_of}/items/reorder", reorder_items, "Put a list in order", 200),
        ("POST", f"{one_of}/reorder", reorder_items, "Put a list in order", 200),
        ("PUT", f"{one_of}/items/{{list_item_id}}", change_item, "Change notes or place of a thing", 204),
    ]
    refused = (*body, theirs, gone, (420, "There is no room for more"))
    trakt, read, write = Surface.TRAKT, Scope.READ, Scope.WRITE
    return [
        Route(
            "GET", path, handler, trakt, read, summary,
            query=query, answers=((200, summary), gone), anonymous=True,
        )
        for path, handler, summary, query in reads
    ] + [
        Route(
            method, path, handler, trakt, write, summary,
            limit=writing.LIMIT, answers=((status, "Done"), *refused),
        )
        for method, path, handler, summary, status in writes
    ]  # fmt: skip
