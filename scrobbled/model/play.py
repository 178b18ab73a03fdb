"""A play, and its id, which is derived rather than handed out."""

from __future__ import annotations

from datetime import datetime
from hashlib import blake2b
from typing import Final
from uuid import UUID

import msgspec

from scrobbled.model.media import Kind

#: The cause of what somebody added to their history by hand.
BY_HAND: Final = "watch"


class Play(msgspec.Struct, frozen=True, kw_only=True):
    """
    One entry of somebody's history.

    *item_id* is the film or episode, *title_id* the film or show. *cause* is
    scrobble, checkin, lost_stop, or watch for what somebody added by hand.
    """

    user_id: int
    item_id: int
    title_id: int
    kind: Kind
    watched_at: datetime
    cause: str
    source: str
    event_id: UUID

    @property
    def id(self) -> int:
        """Derived, so that applying the event again makes the same play."""
        return play_id(self.event_id, self.item_id)


def play_id(event_id: UUID, item_id: int) -> int:
    """
    The history id of the play *event_id* made of *item_id*.

    53 bits: clients written in JavaScript read ids as floating point numbers.
    """
    data = event_id.bytes + item_id.to_bytes(8, "big")
    return int.from_bytes(blake2b(data, digest_size=8).digest(), "big") >> 11
