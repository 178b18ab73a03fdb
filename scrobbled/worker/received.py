"""What events came in: kept beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from scrobbled.store import webhooks
from scrobbled.stream.codec import decode_webhook

if TYPE_CHECKING:
    from scrobbled.model.event import PlaybackEvent
    from scrobbled.store.pool import Connection
    from scrobbled.stream.consumer import Delivery


async def keep(connection: Connection, entries: Sequence[tuple[Delivery, PlaybackEvent]]) -> None:
    """Store the webhooks that *entries* came in, and what kept ones are read as now; all at once."""
    rows = [(event, decode_webhook(delivery.webhook)) for delivery, event in entries if delivery.webhook]
    if rows:
        await webhooks.keep(connection, rows)
    again = [event for _, event in entries if event.replayed]
    if again:
        await webhooks.read_anew(connection, again)
