"""How events ended, and those that wait for a title."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from scrobbled.api.shapes.items import Episode, Movie, item_of
from scrobbled.model.event import Action
from scrobbled.model.outcome import Outcome


class Unmatched(msgspec.Struct, frozen=True, kw_only=True):
    """An event that waits for its title: what it said, and what it could be."""

    id: UUID
    occurred_at: datetime
    source: str | None
    action: str | None
    progress: float | None
    media: dict[str, Any] | None
    candidates: list[Any]


class UnmatchedPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of what waits, newest first; *next_cursor* is null on the last one."""

    data: list[Unmatched]
    next_cursor: str | None


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """
    How an event ended. *play_id* is the play it made, *play_ids* all of them when its
    file holds several episodes; *subject* is what it said it was, *score* (0–1) how
    sure the match is.
    """

    id: UUID
    outcome: Outcome
    reason: str | None
    source: str
    action: Action
    occurred_at: datetime
    received_at: datetime
    progress: float | None
    subject: str | None
    score: float | None
    play_id: int | None
    play_ids: list[int]
    items: list[Movie | Episode]


def event_of(found: dict[str, Any]) -> Event:
    """How an event ended, from what the store knows of it."""
    plays, items = found["play_ids"], [item_of(each) for each in found["items"]]
    return Event(**(found | {"items": items}), play_id=plays[0] if plays else None)
