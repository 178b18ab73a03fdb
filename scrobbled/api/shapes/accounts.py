"""Accounts at shared connections."""

from __future__ import annotations

from datetime import datetime

import msgspec


class WaitingAccount(msgspec.Struct, frozen=True, kw_only=True):
    """
    An account that is nobody's yet: what its *player* calls it, the id first, and how many *events*
    are held of it, from *since* to *until*. Without a name: events that name no account.
    """

    player: str
    account: list[str]
    events: int
    since: datetime
    until: datetime


class MappedAccount(msgspec.Struct, frozen=True, kw_only=True):
    """An account, by its id or its name in plain letters, and the name of our user."""

    player: str
    account: str
    user: str


class Accounts(msgspec.Struct, frozen=True, kw_only=True):
    """The accounts at your shared connections."""

    waiting: list[WaitingAccount]
    mapped: list[MappedAccount]


class NewlyMapped(msgspec.Struct, frozen=True, kw_only=True):
    """Whose an account is now, and how many held *events* were sent into their history."""

    mapped: MappedAccount
    events: int
