"""Keys as templates write them: PascalCase, camelCase and snake_case are one.

Plex is the exception: there ``Guid`` and ``guid`` are two things (webhooks fact sheet §1, §7).
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Final

#: Keys of one object that are looked at; with every stream property Jellyfin has some hundreds.
_MOST_KEYS: Final = 5_000

Fields = Mapping[str, object]

_STREAMS: Final = frozenset({"Video_", "Audio_", "Subtit"})
_STREAM_PREFIX: Final = 6


def folded(value: object) -> dict[str, object]:
    """Give a JSON object with its keys in lower case, without underscores.

    Jellyfin's stream properties (``Video_0_Codec``…, up to hundreds) are left out.
    """
    if not isinstance(value, dict):
        return {}
    return {
        key.replace("_", "").lower(): item
        for key, item in islice(value.items(), _MOST_KEYS)
        if key[:_STREAM_PREFIX] not in _STREAMS
    }


def first(fields: Fields, *names: str) -> object:
    """Give the first of *names* that holds something: "" is how templates say nothing."""
    for name in names:
        value = fields.get(name)
        if value is not None and value != "":
            return value
    return None


def letters(name: object) -> str:
    """Give the name of an event or a kind in lower case, letters alone (``playbackstop``)."""
    if not isinstance(name, str):
        return ""
    return name.lower() if name.isalpha() else "".join(filter(str.isalpha, name.lower()))
