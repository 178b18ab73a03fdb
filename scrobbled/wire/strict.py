"""Bodies that are read strictly: JSON of one type; what does not fit is refused in words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, TypeVar

import msgspec

from scrobbled.errors import PayloadError

T = TypeVar("T")

_HALF_PAIR: Final = re.compile(rb"\\u[dD][89a-fA-F]")


def plain(problem: str) -> str:
    """The decoder's *problem*, such as "Expected `str`, got `int` - at `$.name`", without its marks."""
    return problem.replace("`", "")


def read(body: bytes, decoder: msgspec.json.Decoder[T], in_words: Callable[[str], str] = plain) -> T:
    """
    What *decoder* makes of *body*. Raises *PayloadError* that says what is wrong and where; *in_words*
    makes it of the decoder's own problem where the type does not fit.
    """
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        raise PayloadError(in_words(str(error))) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise PayloadError(_not_json(body, error)) from error
    except RecursionError as error:
        message = "the body is nested too deeply"
        raise PayloadError(message) from error


def _not_json(body: bytes, error: Exception) -> str:
    if not body.strip():
        return "the body is empty"
    if _HALF_PAIR.search(body):
        return f"the body is not JSON, perhaps for half a surrogate pair: {error}"
    return f"the body is not JSON: {error}"
