"""JSON answers, and the cursors that continue a list."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from aiohttp import web

from scrobbled.errors import PayloadError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def dump(value: Any) -> bytes:
    """*value* as JSON; instants in UTC with a Z, ids (of asyncpg's own kind too) as text."""
    return orjson.dumps(value, default=str, option=orjson.OPT_UTC_Z)


def answer(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """A JSON answer."""
    return web.Response(body=dump(value), status=status, headers=headers, content_type="application/json")


def cursor_of(at: datetime, number: int) -> str:
    """An opaque word for the place after (at, number) in a list that runs newest first."""
    micros = (at - _EPOCH) // timedelta(microseconds=1)
    return base64.urlsafe_b64encode(f"{micros}.{number}".encode()).decode().rstrip("=")


def read_cursor(word: str) -> tuple[datetime, int]:
    """The place a cursor stands for; raises *PayloadError* when it is not one of ours."""
    try:
        text = base64.urlsafe_b64decode(word + "=" * (-len(word) % 4)).decode()
        micros, _, number = text.partition(".")
        return _EPOCH + timedelta(microseconds=int(micros)), int(number)
    except (ValueError, OverflowError, binascii.Error) as error:
        message = "cursor is not one this server gave out; start again without it"
        raise PayloadError(message) from error
