"""Tolerant readers for single values, shared by the wire formats.

Players send numbers as text, text as numbers, and "" for nothing. Each reader
takes any decoded JSON value and gives what it means, or None when it means
nothing. None of them raises.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from hashlib import blake2b
from math import isfinite
from typing import Final
from uuid import UUID

from scrobbled.model.event import Receipt

#: A text is cut after this many characters.
TEXT_LIMIT: Final = 500

#: A payload's clock may be this far ahead of ours.
CLOCK_AHEAD: Final = timedelta(minutes=5)

#: Positions may overshoot the runtime by this factor; beyond it the two
#: contradict each other. Televisions under-report the duration on the first
#: play (webhooks fact sheet §1), and a wrong play is worse than an unknown one.
OVERSHOOT: Final = 1.05

_EARLIEST: Final = datetime(1900, 1, 1, tzinfo=UTC)
_WHOLE_LIMIT: Final = 2**31 - 1  # what an integer column holds
_ALL: Final = 100.0  # percent
_FIRST_YEAR: Final = 1800
_LAST_YEAR: Final = 2200
_TRUTH: Final = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
_NUMBER: Final = re.compile(r"[+-]?\d{1,20}(?:\.\d{0,20})?", re.ASCII)
_UNWANTED: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff]+")
_BROKEN: Final = "\ufffd"  # what decoding makes of bytes that are no UTF-8
_CLOCK: Final = re.compile(r"(\d{1,3}):([0-5]?\d):([0-5]?\d)(?:[.,]\d+)?", re.ASCII)
_MILLISECONDS_FROM: Final = 100_000_000_000  # a larger unix time counts milliseconds


def mapping(value: object) -> Mapping[str, object]:
    """Give *value* when it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def number(value: object) -> float | None:
    """Give a finite number from an int, a float or their text."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        value = value.strip()
        return float(value) if _NUMBER.fullmatch(value) else None
    if not isinstance(value, int | float):
        return None
    try:
        result = float(value)
    except OverflowError:
        return None
    return result if isfinite(result) else None


def whole(value: object) -> int | None:
    """Give a whole number of 32 bits from an int, a float or their text; 1.5 is none."""
    if type(value) is int:
        return value if -_WHOLE_LIMIT <= value <= _WHOLE_LIMIT else None
    parsed = number(value)
    if parsed is None or not parsed.is_integer() or abs(parsed) > _WHOLE_LIMIT:
        return None
    return int(parsed)


def count(value: object) -> int | None:
    """Give a whole number from 0 up: seasons (0 holds the specials) and episodes."""
    parsed = whole(value)
    return parsed if parsed is not None and parsed >= 0 else None


def percent(value: object) -> float | None:
    """Give a percentage, 0-100, two decimals; text may carry ``%`` or a decimal comma."""
    if isinstance(value, str):
        value = value.replace("%", "").replace(",", ".")
    parsed = number(value)
    return round(parsed, 2) if parsed is not None and 0 <= parsed <= _ALL else None


def percent_of(position: float | None, runtime: float | None) -> float | None:
    """Give how far *position* lies in *runtime* (same unit), 0-100, two decimals.

    None when either is unknown, and when they contradict each other.
    """
    if position is None or not runtime or position > runtime * OVERSHOOT:
        return None
    return round(min(_ALL, _ALL * position / runtime), 2)


#: Seconds no video has; our own API draws the line there too.
LONGEST: Final = 10_000_000
_DECIMALS: Final = 7  # of seconds: a tick, the smallest unit that players count in


def seconds(value: object, per_second: int) -> float | None:
    """Give seconds from a count of smaller units, *per_second* to one; None beyond all videos."""
    parsed = number(value)
    if parsed is None or not 0 <= parsed <= LONGEST * per_second:
        return None
    return round(parsed / per_second, _DECIMALS)


def clock(value: object) -> float | None:
    """Give seconds from ``1:47:07``, hours first."""
    found = _CLOCK.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        return None
    hours, minutes, rest = found.groups()
    return float(int(hours) * 3600 + int(minutes) * 60 + int(rest))


def boolean(value: object) -> bool | None:
    """Give a truth value from JSON's own or from ``True``, ``false``, ``1``…; "" is None."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _TRUTH.get(value.strip().lower())
    if isinstance(value, int) and value in {0, 1}:
        return value == 1
    return None


def text(value: object) -> str | None:
    """Give a clean, trimmed text of at most *TEXT_LIMIT* characters; '' is None.

    Control characters, NUL and lone surrogates become a space: PostgreSQL and
    UTF-8 refuse some of them, and no title needs one. What is left of nothing but
    broken UTF-8 is no text.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    if not isinstance(value, str):
        parsed = number(value)
        return None if parsed is None else f"{parsed:.15g}"
    if not value.isprintable():
        value = _UNWANTED.sub(" ", value)
    if _BROKEN in value and not value.strip(_BROKEN + " "):
        return None
    return value.strip()[:TEXT_LIMIT].rstrip() or None


def year(value: object) -> int | None:
    """Give a year from 1800 to 2200."""
    parsed = whole(value)
    return parsed if parsed is not None and _FIRST_YEAR <= parsed <= _LAST_YEAR else None


def instant(value: object, zone: tzinfo | None = None) -> datetime | None:
    """Give an aware UTC time from ISO 8601 text or a unix time, itself or as text.

    A text without an offset is read in *zone*; without a zone it says nothing,
    since a player's local time is not ours to guess.
    """
    try:
        stamp = number(value)
        if stamp is None and isinstance(value, str):
            return _from_iso(value.strip(), zone)
        if stamp is None or stamp <= 0:
            return None
        return datetime.fromtimestamp(stamp / 1000 if stamp > _MILLISECONDS_FROM else stamp, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _from_iso(value: str, zone: tzinfo | None) -> datetime | None:
    if len(value) < len("2026-01-31 20:15"):
        return None
    parsed = datetime.fromisoformat(value)
    if parsed.tzinfo is None:
        if zone is None:
            return None
        parsed = parsed.replace(tzinfo=zone)
    return parsed.astimezone(UTC)


def sane_time(value: datetime | None, received_at: datetime) -> datetime | None:
    """Give *value* unless it lies over 5 minutes after *received_at* or before 1900."""
    if value is None or not _EARLIEST <= value <= received_at + CLOCK_AHEAD:
        return None
    return value


def content_id(receipt: Receipt, source: str, body: bytes) -> UUID:
    """Name an event by what was sent, so that the same delivery twice is one event.

    Only for payloads with a clock of their own: without one, two equal bodies
    may be two viewings.
    """
    digest = blake2b(f"{receipt.user_id}|{source}|".encode(), digest_size=16)
    digest.update(body)
    return UUID(bytes=digest.digest())
