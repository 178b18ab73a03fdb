"""What players sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from scrobbled.model.outcome import Outcome


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """
    A received webhook. *player* is the one in its address, *source* whose body it was read as, *event*
    the player's own word for what happened, *reading* what it was taken to mean, *size* that of its
    body in bytes. *outcome* is null while it is not known.
    """

    id: UUID
    received_at: datetime
    occurred_at: datetime
    token_id: int
    player: str
    source: str
    event: str | None
    reading: dict[str, Any]
    outcome: Outcome | None
    reason: str | None
    size: int


class Webhooks(msgspec.Struct, frozen=True, kw_only=True):
    """A page of received webhooks, newest first; *next_cursor* is null on the last one."""

    data: list[Webhook]
    next_cursor: str | None


class WholeWebhook(Webhook, frozen=True, kw_only=True):
    """
    A received webhook with its *body*: secrets and addresses removed, null when it was not kept, without
    its end when *truncated*. *filters* is what its address counts (account, kind, library,
    path); none means all.
    """

    content_type: str
    filters: dict[str, list[str]]
    body: str | None
    truncated: bool
