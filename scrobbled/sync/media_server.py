"""
What Jellyfin and Emby list as played, through the HTTP API that they share.

Jellyfin: https://api.jellyfin.org (``GET /Items`` with ``userId``, ``Authorization: MediaBrowser
Token="…"``: the other ways to sign in are about to go). Emby: https://dev.emby.media/reference
(``GET /Users/{Id}/Items``, ``X-Emby-Token``).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, Final

import aiohttp

from scrobbled.catalog.client import Api, Patience
from scrobbled.model.event import Receipt
from scrobbled.sync.server import PAGE, PATIENCE, PAUSE, Account, ask, objects
from scrobbled.wire import emby, history, jellyfin
from scrobbled.wire.fields import count, instant, mapping, text
from scrobbled.wire.history import Page

_WHAT: Final = {jellyfin.SOURCE: "Jellyfin", emby.SOURCE: "Emby"}

#: Newest first: what is played meanwhile makes items come twice, not get lost. The last two fields
#: are left out by Emby unless one asks for them (https://github.com/jessielw/Reclaimerr/issues/83).
_PLAYED: Final = {
    "Recursive": "true",
    "IncludeItemTypes": "Movie,Episode",
    "Filters": "IsPlayed",
    "Fields": "ProviderIds,Path,ProductionYear,UserDataLastPlayedDate",
    "EnableUserData": "true",
    "EnableImages": "false",
    "SortBy": "DatePlayed,SortName",
    "SortOrder": "Descending",
    "Limit": str(PAGE),
}


#: Ids of 32 digits in one address, which these servers allow 8 KiB.
_MOST_IDS: Final = 100


class MediaServer:
    """The server of *source* (jellyfin or emby) at *url*. *since* leaves out what was begun before."""

    def __init__(
        self,
        source: str,
        session: aiohttp.ClientSession,
        url: str,
        token: str,
        *,
        receipt: Receipt,
        since: datetime | None = None,
        patience: Patience = PATIENCE,
    ) -> None:
        if source == emby.SOURCE:
            headers = {"X-Emby-Token": token}
        else:
            headers = {"Authorization": f'MediaBrowser Token="{token}"'}
        self._api = Api(session, url, pause=PAUSE, headers=headers, patience=patience)
        self._source, self._receipt, self._since = source, receipt, since
        self._series: dict[str, dict[str, Any]] = {}

    async def accounts(self) -> list[Account]:
        """The server's users; Jellyfin shows them all to an API key, and to administrators."""
        users = objects((await self._ask("/Users")).get("Items"))
        return [Account(text(each.get("Id")) or "", text(each.get("Name")) or "") for each in users]

    async def pages(self, account: Account) -> AsyncIterator[Page]:
        """What *account* played."""
        server = text((await self._ask("/System/Info/Public")).get("Id")) or ""
        start, total = 0, 1
        while start < total:
            answer = await self._items(account, StartIndex=str(start), **_PLAYED)
            items = objects(answer.get("Items"))
            total = count(answer.get("TotalRecordCount")) or start + len(items)
            if not items:
                return
            start += len(items)
            wanted = [item for item in items if not self._is_before(item)]
            if wanted:
                await self._learn(account, wanted)
                name = f"{server}|{account.id}"
                yield history.of_media_server(self._source, wanted, self._series, name, self._receipt)
            if not wanted and self._has_dates(items):
                return  # newest first: all that follows is older

    async def _learn(self, account: Account, items: list[dict[str, Any]]) -> None:
        """Ask once for the series of *items* that are not known yet: they have the ids."""
        keys = dict.fromkeys(text(item.get("SeriesId")) or "" for item in items if item.get("SeriesId"))
        missing = [key for key in keys if key and key not in self._series]
        self._series.update({key: {} for key in missing})  # what was removed is not asked for again
        for start in range(0, len(missing), _MOST_IDS):
            ids = ",".join(missing[start : start + _MOST_IDS])
            answer = await self._items(account, Ids=ids, Fields="ProviderIds,ProductionYear")
            self._series.update({text(each.get("Id")) or "": each for each in objects(answer.get("Items"))})

    async def _items(self, account: Account, **parameters: str) -> dict[str, Any]:
        if self._source == emby.SOURCE:
            return await self._ask(f"/Users/{account.id}/Items", **parameters)
        return await self._ask("/Items", userId=account.id, **parameters)

    async def _ask(self, path: str, **parameters: str) -> dict[str, Any]:
        return await ask(self._api, path, parameters, what=_WHAT[self._source])

    def _is_before(self, item: dict[str, Any]) -> bool:
        begun_at = _begun_at(item)
        return self._since is not None and begun_at is not None and begun_at < self._since

    @staticmethod
    def _has_dates(items: list[dict[str, Any]]) -> bool:
        return any(_begun_at(item) is not None for item in items)


def _begun_at(item: dict[str, Any]) -> datetime | None:
    return instant(mapping(item.get("UserData")).get("LastPlayedDate"), UTC)
