"""Whom a token stands for, and the tokens they hold."""

from __future__ import annotations

from datetime import datetime

import msgspec


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """The user's own rules; null is the server's."""

    watched_threshold: float | None
    lost_stop: bool | None


class CurrentToken(msgspec.Struct, frozen=True, kw_only=True):
    """The token that asks."""

    id: int
    scopes: list[str]


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """Who the token stands for."""

    id: int
    name: str
    created_at: datetime
    rules: Rules
    token: CurrentToken


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """
    A token as it is listed: everything but the token. *last_event_at* is when the newest webhook
    came by it, within some seconds.
    """

    id: int
    label: str
    scopes: list[str]
    created_at: datetime
    last_used_at: datetime | None
    last_event_at: datetime | None


class Tokens(msgspec.Struct, frozen=True, kw_only=True):
    """The active tokens, oldest first."""

    data: list[Token]


class CreatedToken(msgspec.Struct, frozen=True, kw_only=True):
    """A new token; *token* is shown this once."""

    id: int
    token: str
    label: str
    scopes: list[str]
