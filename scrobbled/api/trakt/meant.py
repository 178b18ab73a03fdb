"""What the bodies of sync writes mean: items found by their ids, and by name where they have none."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from scrobbled.api.pool import NAMES, POOL
from scrobbled.errors import UnprocessableError
from scrobbled.match.query import Query
from scrobbled.store import catalog, items

if TYPE_CHECKING:
    from aiohttp import web

    from scrobbled.model.media import Title
    from scrobbled.model.wanted import Called, Found
    from scrobbled.wire.trakt_items import Entry

#: Names that are looked for before others get their turn, and that one request may ask for.
_AT_ONCE, _MOST = 20, 5_000


async def meant(request: web.Request, entries: Sequence[Entry]) -> list[Found | None]:
    """For each of *entries* what it means in the catalogue; None where it has nothing by its ids or name."""
    pool, names = request.app[POOL], request.app[NAMES]

    async def by_name(called: Sequence[Called]) -> dict[Called, int]:
        if len(called) > _MOST:
            message = f"more than {_MOST} items have no id that is known here; send them in parts"
            raise UnprocessableError(message)
        await names.refresh(pool)
        decided: dict[Called, int] = {}
        for number, name in enumerate(called, start=1):
            title = names.decide(Query(name.title or "", name.kind.value, name.year)).title_id
            if title is not None:
                decided[name] = title
            if number % _AT_ONCE == 0:
                await asyncio.sleep(0)
        titles = await catalog.titles(pool, set(decided.values()))
        return {
            name: title
            for name, title in decided.items()
            if title in titles and not _contradicted(name, titles[title])
        }

    return await items.resolve(pool, [entry.wanted for entry in entries], by_name)


def _contradicted(name: Called, title: Title) -> bool:
    """Whether an id that was sent is another one than the title has from the same source."""
    return any(source != "slug" and title.ids.get(source, value) != value for source, value in name.ids)
