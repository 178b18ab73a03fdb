"""What a connection is asked to count, beside accounts: kinds, libraries and folders.

They stand in the webhook's address, since a player's own settings rarely have them. What a payload
does not say does not fit: a play too few can be added, one too many spoils a history.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from fnmatch import fnmatchcase
from typing import Final, NamedTuple

from scrobbled.model.event import PlaybackEvent
from scrobbled.wire import reasons
from scrobbled.wire.fields import text
from scrobbled.wire.keys import folded

#: Where players write what they call the library, in folded keys: Plex, Tautulli, templates.
_LIBRARIES: Final = ("librarysectiontitle", "libraryname", "library")

#: …and where the file lies.
_PATHS: Final = ("path", "file", "filepath")

#: The objects in a payload that have them.
_INSIDE: Final = ("metadata", "item")


class Filters(NamedTuple):
    """Kinds (movie, episode), names of libraries, patterns of paths (``/media/films/*``); none means all."""

    kinds: Collection[str] = ()
    libraries: Collection[str] = ()
    paths: Collection[str] = ()


NONE: Final = Filters()


def refused(filters: Filters, event: PlaybackEvent, payload: Mapping[str, object]) -> str | None:
    """Give the reason why *event*, which was read from *payload*, is not to be counted; None when it is."""
    if filters.kinds and (event.media is None or event.media.kind.value not in map(_plain, filters.kinds)):
        return reasons.OTHER_KIND
    if filters.libraries and _said(payload, _LIBRARIES) not in {*map(_plain, filters.libraries)}:
        return reasons.OTHER_LIBRARY
    if filters.paths:
        path = _said(payload, _PATHS)
        if path is None or not any(fnmatchcase(path, _plain(pattern)) for pattern in filters.paths):
            return reasons.OTHER_PATH
    return None


def _said(payload: Mapping[str, object], keys: Collection[str]) -> str | None:
    fields = folded(payload)
    for each in (fields, *(folded(fields.get(name)) for name in _INSIDE)):
        for key in keys:
            if (said := text(each.get(key))) is not None:
                return _plain(said)
    return None


def _plain(word: str) -> str:
    """Give *word* without case, and with one sort of slash."""
    return word.strip().casefold().replace("\\", "/")
