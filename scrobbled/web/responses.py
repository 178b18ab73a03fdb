"""JSON answers, and the cursors that continue a list."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import orjson
from aiohttp import web

from scrobbled.errors import PayloadError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NO_CURSOR = "cursor is not one this server gave out; start again without it"

_encode = msgspec.json.Encoder().encode


def dump(value: Any) -> bytes:
    """
    *value*, a struct or plain values, as JSON; instants in UTC with a Z, ids (of
    asyncpg's own kind too) as text.
    """
    if isinstance(value, msgspec.Struct):
        return _encode(value)
    return orjson.dumps(value, default=str, option=orjson.OPT_UTC_Z)


def answer(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """A JSON answer."""
    return web.Response(body=dump(value), status=status, headers=headers, content_type="application/json")


def written(text: str, headers: Mapping[str, str] | None = None) -> web.Response:
    """An answer of *text* that is JSON already."""
    return web.Response(body=text.encode(), headers=headers, content_type="application/json")


def cursor_of(at: datetime, number: int) -> str:
    """An opaque word for the place after (at, number) in a list that runs newest first."""
    micros = (at - _EPOCH) // timedelta(microseconds=1)
    return base64.urlsafe_b64encode(f"{micros}.{number}".encode()).decode().rstrip("=")


def read_cursor(word: str, *, lowest: int = -(2**63), highest: int = 2**63 - 1) -> tuple[datetime, int]:
    """
    The place a cursor stands for; raises *PayloadError* when it is not one of ours, or
    its number is not *lowest* to *highest* and no database would take it.
    """
    try:
        text = base64.b64decode(word + "=" * (-len(word) % 4), b"-_", validate=True).decode("ascii")
        micros, _, number = text.partition(".")
        place = _EPOCH + timedelta(microseconds=int(micros)), int(number)
    except (ValueError, OverflowError, binascii.Error) as error:
        raise PayloadError(_NO_CURSOR) from error
    if not lowest <= place[1] <= highest:
        raise PayloadError(_NO_CURSOR)
    return place
