"""
Plex' own history, with the few calls it takes (decision 16 says why not plexapi).

``/status/sessions/history/all`` lists plays, paged by ``X-Plex-Container-Start`` and ``-Size``
(https://developer.plex.tv/pms/). Its rows have no external ids; ``/library/metadata/1,2,3`` has
those of a whole page at once.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

import aiohttp

from scrobbled.catalog.client import Api, Patience
from scrobbled.errors import NotFound
from scrobbled.model.event import Receipt
from scrobbled.sync.server import PAGE, PATIENCE, PAUSE, Account, ask, objects
from scrobbled.wire import history
from scrobbled.wire.fields import count, mapping, text
from scrobbled.wire.history import Page

_WHAT: Final = "Plex"
_CONTAINER: Final = "MediaContainer"


class Plex:
    """The Plex server at *url*. *since* leaves out what was played before."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        url: str,
        token: str,
        *,
        receipt: Receipt,
        since: datetime | None = None,
        patience: Patience = PATIENCE,
    ) -> None:
        self._api = Api(session, url, pause=PAUSE, headers={"X-Plex-Token": token}, patience=patience)
        self._receipt, self._since = receipt, since
        self._details: dict[str, dict[str, Any]] = {}

    async def accounts(self) -> list[Account]:
        """The accounts the server knows; 0 is nobody."""
        answer = await self._ask("/accounts")
        found = [
            Account(text(each.get("id")) or "", text(each.get("name")) or "")
            for each in objects(answer.get("Account"))
        ]
        return [account for account in found if account.name and account.id not in {"", "0"}]

    async def pages(self, account: Account) -> AsyncIterator[Page]:
        """What *account* played, newest first: a play meanwhile makes a row come twice, and none is lost."""
        server = text((await self._ask("/identity")).get("machineIdentifier")) or ""
        start, total = 0, 1
        while start < total:
            answer = await self._ask("/status/sessions/history/all", **self._wanted(account, start))
            rows = objects(answer.get("Metadata"))
            total = count(answer.get("totalSize")) or start + len(rows)
            start += len(rows)
            if not rows:
                return
            await self._learn(rows)
            yield history.of_plex(rows, self._details, server, self._receipt)

    def _wanted(self, account: Account, start: int) -> dict[str, str]:
        wanted = {
            "accountID": account.id,
            "sort": "viewedAt:desc",
            "X-Plex-Container-Start": str(start),
            "X-Plex-Container-Size": str(PAGE),
        }
        if self._since is not None:
            wanted["viewedAt>"] = str(int(self._since.timestamp()) - 1)
        return wanted

    async def _learn(self, rows: list[dict[str, Any]]) -> None:
        """Ask once for the metadata of the items of *rows* that are not known yet."""
        missing = [key for key in history.plex_items(rows) if key not in self._details]
        if not missing:
            return
        self._details.update({key: {} for key in missing})  # what was removed is not asked for again
        with suppress(NotFound):  # all of them were removed
            answer = await self._ask(f"/library/metadata/{','.join(missing)}", includeGuids="1")
            for each in objects(answer.get("Metadata")):
                self._details[text(each.get("ratingKey")) or ""] = each

    async def _ask(self, path: str, **parameters: str) -> Mapping[str, Any]:
        return mapping((await ask(self._api, path, parameters, what=_WHAT)).get(_CONTAINER))
