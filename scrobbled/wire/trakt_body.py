"""What bodies to Trakt's API are made of: objects; what is none is refused in words."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import orjson

from scrobbled.errors import PayloadError, UnprocessableError


def read(body: bytes, holding: Collection[str] = ()) -> Mapping[str, Any]:
    """
    The object in *body*. Raises *PayloadError* for what is not JSON, *UnprocessableError* for what is no
    object; it then says what one is *holding*.
    """
    try:
        payload = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        message = f"the body is not JSON: {error}" if body.strip() else "the body is empty"
        raise PayloadError(message) from error
    if not isinstance(payload, dict):
        parts = f" with {', '.join(holding)}" if holding else ""
        raise UnprocessableError(f"the body must be an object{parts}, got {shown(payload)}")
    return payload


def part(holder: Mapping[str, Any], where: str) -> Mapping[str, Any] | None:
    """The object under the last part of *where*; None for nothing. Raises *UnprocessableError* otherwise."""
    found = holder.get(where.rpartition(".")[2])
    if found is not None and not isinstance(found, dict):
        raise UnprocessableError(f"{where} must be an object, got {shown(found)}")
    return found


def shown(value: object) -> str:
    """*value* for a message: never all of it, and nothing nested."""
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    return "nothing" if value is None else f"{value!r:.40}"
