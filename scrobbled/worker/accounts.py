"""Whose events are that came by a connection many people use; see docs/accounts.md."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from scrobbled.model.event import Action
from scrobbled.store import accounts

if TYPE_CHECKING:
    from scrobbled.model.event import PlaybackEvent
    from scrobbled.store.pool import Connection, Pool

#: As in wire/reasons.py, which workers do not see.
_UNKNOWN = "unknown_account"


async def settle(pool: Pool, events: Sequence[PlaybackEvent]) -> list[PlaybackEvent]:
    """*events*, each as the user's whose account it names; of an account nobody mapped it is ignored."""
    if all(event.account is None for event in events):
        return list(events)
    members = await accounts.members(pool, events)
    return [_settled(event, members.get(position)) for position, event in enumerate(events)]


def _settled(event: PlaybackEvent, member: int | None) -> PlaybackEvent:
    if event.account is None:
        return event
    if member is not None:
        return replace(event, user_id=member, account=None)
    return event if event.ignored else replace(event, ignored=_UNKNOWN)


async def note(
    connection: Connection, came: Sequence[PlaybackEvent], settled: Sequence[PlaybackEvent]
) -> None:
    """Hold what nobody's account did, and let go of what *came* for one and is *settled* now."""
    shared = [pair for pair in zip(came, settled, strict=True) if pair[0].account is not None]
    unknown = [
        event for _, event in shared if event.ignored == _UNKNOWN and event.action is not Action.PROGRESS
    ]
    if unknown:
        await accounts.hold(connection, unknown)
    known = [(before.user_id, event.id, event.user_id) for before, event in shared if event.account is None]
    if known:
        await accounts.release(connection, known)
