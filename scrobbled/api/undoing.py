"""Taking an action back: each of its plays is un-ticked, at the time it was watched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import blake2b
from uuid import UUID

from scrobbled.model.event import Action, PlaybackEvent, Resolution
from scrobbled.model.media import Item, Kind, Media
from scrobbled.store.actions import TickedPlay

SOURCE = "native"


def unticks(
    user_id: int, plays: Iterable[TickedPlay], items: Mapping[int, Item], now: datetime
) -> list[PlaybackEvent]:
    """
    The events that take *plays* back, whose *items* the catalogue has. Asked for twice they are the
    same, and at the same instant an un-tick comes after what was watched.
    """
    return [_untick(user_id, play, items[play.item_id], now) for play in plays if play.item_id in items]


def _untick(user_id: int, play: TickedPlay, item: Item, now: datetime) -> PlaybackEvent:
    name = b"%d|undo|%b|%d" % (user_id, play.event_id.bytes, play.item_id)
    return PlaybackEvent(
        id=UUID(bytes=blake2b(name, digest_size=16).digest()),
        user_id=user_id,
        source=SOURCE,
        action=Action.UNWATCH,
        occurred_at=play.watched_at,
        received_at=now,
        media=Media(kind=item.kind, season=item.season, episode=item.episode),
        by_hand=True,
        resolution=_which(item),
    )


def _which(item: Item) -> Resolution:
    if item.kind is Kind.MOVIE:
        return Resolution(kind=item.kind, title_id=item.title.id, how="undo")
    return Resolution(
        kind=item.kind, title_id=item.title.id, season=item.season, episode=item.episode, how="undo"
    )
