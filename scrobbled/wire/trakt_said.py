"""What a sync write says of an item: dates, ratings, a copy's details (Trakt fact sheet §1, §6)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final, TypeAlias

from scrobbled.errors import UnprocessableError
from scrobbled.wire import fields
from scrobbled.wire.trakt_items import Entry

#: Plays of which nobody knows when they were: shown as Trakt shows them, after all others.
UNKNOWN_DATE: Final = datetime(1970, 1, 1, tzinfo=UTC)

_LOWEST, _HIGHEST = 1, 10  # a rating

#: What is told of a copy in a collection.
MEDIA: Final = ("media_type", "resolution", "hdr", "audio", "audio_channels", "3d")

_EARLIEST: Final = datetime(1800, 1, 1, tzinfo=UTC)
_LONGEST: Final = 40  # characters of a word of a copy


class DateWord(StrEnum):
    """What may stand in place of a date."""

    RELEASED = "released"
    UNKNOWN = "unknown"


When: TypeAlias = datetime | DateWord


def when(entry: Entry, name: str, now: datetime) -> When:
    """
    The date under *name*: ISO 8601 (UTC without a zone), ``released`` or ``unknown``; *now* when nothing
    is said, and for what lies ahead of it. Raises *UnprocessableError* for anything else.
    """
    said = entry.said(name)
    if said is None:
        return now
    if isinstance(said, str) and said.strip().lower() in (DateWord.RELEASED, DateWord.UNKNOWN):
        return DateWord(said.strip().lower())
    found = date(said)
    if found is None or found < _EARLIEST:
        message = (
            f"{entry.where}.{name} must be a time such as 2026-11-21T20:15:00.000Z,"
            f" released or unknown, got {said!r:.40}"
        )
        raise UnprocessableError(message)
    return min(found, now)


def rating(entry: Entry) -> int:
    """The rating, 1 to 10; raises *UnprocessableError* for anything else."""
    found = fields.whole(entry.said("rating"))
    if found is None or not _LOWEST <= found <= _HIGHEST:
        message = (
            f"{entry.where}.rating must be a whole number from 1 to 10, got {entry.said('rating')!r:.40}"
        )
        raise UnprocessableError(message)
    return found


def media(entry: Entry) -> Mapping[str, object]:
    """What is told of a copy; unknown and empty values are left out."""
    found: dict[str, object] = {}
    for name in MEDIA:
        said = entry.said(name)
        value = fields.boolean(said) if name == "3d" else fields.text(said)
        if value is not None:
            found[name] = value if isinstance(value, bool) else value[:_LONGEST]
    return found


def notes(entry: Entry, longest: int = 500) -> str | None:
    """What somebody wrote beside it; raises *UnprocessableError* for more than *longest* characters."""
    said = entry.said("notes")
    if said is None:
        return None
    if not isinstance(said, str) or len(said) > longest:
        message = f"{entry.where}.notes must be a text of at most {longest} characters"
        raise UnprocessableError(message)
    return said.replace("\x00", "").encode("utf-8", "replace").decode()


def date(said: object) -> datetime | None:
    """
    The time that *said* is, UTC where it names no zone; None for anything else. PyTrakt wrote
    ``2026-11-21:T20:15:00.000Z`` for years, and Trakt took it.
    """
    if isinstance(said, str):
        said = said.replace(":T", "T", 1)
    found = fields.instant(said, UTC)
    if found is None and isinstance(said, str):
        try:
            found = datetime.fromisoformat(said.strip())
            found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
        except (ValueError, OverflowError):
            return None
    return found
