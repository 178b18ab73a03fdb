"""Reading kept webhooks again, with the parser of today; see docs/decisions/0015."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec
from msgspec.structs import replace

from scrobbled.errors import PayloadError
from scrobbled.model.event import PlaybackEvent, Receipt
from scrobbled.model.outcome import Outcome
from scrobbled.store import webhooks
from scrobbled.store.webhooks import Kept
from scrobbled.wire import webhook
from scrobbled.wire.filters import Filters
from scrobbled.wire.reading import reading
from scrobbled.wire.reasons import UNKNOWN_ACCOUNT

if TYPE_CHECKING:
    from scrobbled.store.pool import Database

#: What did not count. All else is left alone: its owner has seen it, and perhaps built on it.
MISSED = (Outcome.IGNORED, Outcome.UNMATCHED, Outcome.DEAD)

_PAGE = 200
_FIRST = UUID(int=0)


class ReadAgain(msgspec.Struct, frozen=True, kw_only=True):
    """A kept webhook and what it is read as today."""

    kept: Kept
    event: PlaybackEvent


async def missed(
    database: Database,
    user_id: int,
    outcomes: Sequence[Outcome] = MISSED,
    *,
    player: str | None = None,
    since: datetime,
) -> AsyncIterator[list[ReadAgain]]:
    """
    A user's webhooks that ended as one of *outcomes* and read differently today: a page at a time,
    oldest first.
    """
    after = since, _FIRST
    while True:
        page = await webhooks.missed(database, user_id, outcomes, player=player, after=after, limit=_PAGE)
        if not page:
            return
        after = page[-1].received_at, page[-1].id
        again = [ReadAgain(kept=kept, event=event) for kept in page if (event := _differently(kept, user_id))]
        if again:
            yield again


def _differently(kept: Kept, user_id: int) -> PlaybackEvent | None:
    """What *kept* is read as today: under its own id, marked; None when it says what it said."""
    receipt = Receipt(id=kept.id, user_id=user_id, received_at=kept.received_at)
    if kept.event.ignored == UNKNOWN_ACCOUNT:
        return None  # held whole until somebody says whose account it is
    # One that was let in as the right account's stays that, whatever was removed from its body.
    accounts = kept.filters.get("account", ()) if kept.event.ignored else ()
    shared = kept.event.account is not None
    only = Filters(*(kept.filters.get(name, ()) for name in ("kind", "library", "path")))
    try:
        event = webhook.parse(
            kept.player, kept.body or b"", receipt, kept.content_type, accounts, only=only, shared=shared
        )
    except PayloadError:
        return None
    if (reading(event), event.ignored) == (reading(kept.event), kept.event.ignored):
        return None
    return replace(event, id=kept.id, replayed=True)
