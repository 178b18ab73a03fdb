"""Query parameters, read strictly: what is wrong is said, with what would be right."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

from scrobbled.errors import PayloadError
from scrobbled.model.media import Kind
from scrobbled.store import reads
from scrobbled.web.responses import read_cursor
from scrobbled.web.routes import Parameter

if TYPE_CHECKING:
    from aiohttp import web

#: Digits that surely fit PostgreSQL's bigint.
_DIGITS = 18

#: What *instant* takes, for the API description.
INSTANT: Final = {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "string", "maxLength": 0}]}

#: The parameter that *after_event* reads, and others do in their own way, for the API description.
CURSOR: Final = Parameter("cursor", "next_cursor of the page before")


def limit(usual: int, highest: int) -> Parameter:
    """The parameter ``limit`` of a page, from 1 to *highest*, for the API description."""
    return Parameter(
        "limit", "Entries on a page", {"type": "integer", "minimum": 1, "maximum": highest, "default": usual}
    )


def number(text: str) -> int | None:
    """The number that *text* is, in plain digits; None for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _DIGITS else None


def whole(request: web.Request, name: str, default: int, lowest: int, highest: int) -> int:
    """A whole number between *lowest* and *highest*; an empty one was not given."""
    text = request.query.get(name)
    if not text:
        return default
    value = number(text)
    if value is None or not lowest <= value <= highest:
        message = f"{name} must be a whole number from {lowest} to {highest}, got {text!r:.40}"
        raise PayloadError(message)
    return value


def optional(request: web.Request, name: str, lowest: int, highest: int) -> int | None:
    """A whole number between *lowest* and *highest*, None when it is not given."""
    return whole(request, name, lowest, lowest, highest) if request.query.get(name) else None


def clamped(request: web.Request, name: str, default: int, highest: int) -> int:
    """A whole number from 1; more than *highest* means *highest*, as Trakt does it."""
    return min(whole(request, name, default, 1, 10**9), highest)


def optional_id(request: web.Request, name: str) -> int | None:
    """An id of ours, None when it is not given."""
    return whole(request, name, 0, 1, 2**62) or None


def storable(text: str, name: str) -> str:
    """*text* where PostgreSQL could hold it: no NUL and no half of a surrogate pair."""
    if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        message = f"{name} holds characters that no title has"
        raise PayloadError(message)
    return text


def kind(request: web.Request) -> Kind | None:
    """``kind=movie`` or ``kind=episode``."""
    text = request.query.get("kind")
    if text is None:
        return None
    try:
        return Kind(text)
    except ValueError as error:
        message = f"kind must be movie or episode, got {text!r:.40}"
        raise PayloadError(message) from error


def instant(request: web.Request, name: str, default: datetime) -> datetime:
    """An ISO 8601 date or time; one without a zone is UTC, an empty one was not given."""
    text = request.query.get(name)
    return instant_of(text, name) if text else default


def instant_of(text: str, name: str) -> datetime:
    """The instant that *text*, which the client calls *name*, stands for. Raises *PayloadError*."""
    try:
        found = datetime.fromisoformat(text.replace(" ", "+"))  # an unescaped + arrives as a space
        if found.tzinfo is None:
            found = found.replace(tzinfo=UTC)
        return found.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        message = f"{name} must be a date or time such as 2026-11-21T20:15:00Z, got {text!r:.40}"
        raise PayloadError(message) from error


def after_event(request: web.Request) -> tuple[datetime, UUID]:
    """
    Where a page of events begins, newest first: behind the (time, id) that ``cursor`` stands for, without
    one at the newest. Raises *PayloadError*.
    """
    word = request.query.get("cursor")
    if word is None:
        return reads.NEWEST
    at, number = read_cursor(word, lowest=0, highest=reads.NEWEST[1].int)
    return at, UUID(int=number)


def uuid(text: str, name: str) -> UUID:
    """An id of an event."""
    try:
        return UUID(text)
    except ValueError as error:
        message = f"{name} must be a UUID, got {text!r:.40}"
        raise PayloadError(message) from error
