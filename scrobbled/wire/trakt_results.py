"""What Trakt answers to a sync write: how much was done, and what was not found (Trakt fact sheet §6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from scrobbled.model.media import Kind
from scrobbled.wire.trakt_items import SECTIONS

#: What a history counts: never shows or seasons, though these may have been sent.
WATCHABLE: Final = ("movies", "episodes")


def counts(kinds: Iterable[str], sections: Sequence[str] = SECTIONS) -> dict[str, int]:
    """``{"movies": 1, "episodes": 2}``: how many there are of each kind of *sections*."""
    found = Counter(kinds)
    return {section: found[section.removesuffix("s")] for section in sections}


def watchable(kinds: Iterable[Kind]) -> dict[str, int]:
    """The same of films and episodes alone."""
    return counts((kind.value for kind in kinds), WATCHABLE)


def added(kinds: Iterable[Kind], lost: Mapping[str, Any]) -> dict[str, Any]:
    """``POST /sync/history``."""
    return {"added": watchable(kinds), "updated": watchable(()), "not_found": lost}


def deleted(kinds: Iterable[Kind], lost: Mapping[str, Any], lost_ids: Sequence[object]) -> dict[str, Any]:
    """``POST /sync/history/remove``."""
    return {"deleted": watchable(kinds), "not_found": {**lost, "ids": list(lost_ids)}}
