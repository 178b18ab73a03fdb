"""What administrators see: users, and events that were given up."""

from __future__ import annotations

from datetime import datetime

import msgspec


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """A user, as an administrator sees them."""

    id: int
    name: str
    created_at: datetime


class People(msgspec.Struct, frozen=True, kw_only=True):
    """A page of users by id; *next_after* is null on the last one."""

    data: list[Person]
    next_after: int | None


class NewPerson(msgspec.Struct, frozen=True, kw_only=True):
    """A new user; *token* is shown this once."""

    id: int
    name: str
    token: str


class DeadLetter(msgspec.Struct, frozen=True, kw_only=True):
    """An event that was given up after so many tries; null is what its bytes no longer tell."""

    id: str
    user_id: int | None
    event_id: str | None
    source: str | None
    reason: str
    tries: int
    died_at: datetime


class DeadLetters(msgspec.Struct, frozen=True, kw_only=True):
    """Events that were given up, newest first."""

    data: list[DeadLetter]
