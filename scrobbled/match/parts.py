"""Which part of a show a name means: *Rozen Maiden: Zurückspulen* is not all of it (pure)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from rapidfuzz import fuzz

from scrobbled.match.normalize import key, normalize

#: Names less alike than this (0-100) are not told from each other by it.
_ALIKE_FROM: Final = 72.0


class PartName(NamedTuple):
    """A name of a show; *part_id* is None when it means all of it."""

    name: str
    part_id: int | None


def meant(texts: Sequence[str], names: Sequence[PartName]) -> int | None:
    """
    The part that the first of *texts* that is one of *names* means, None for the whole show. When
    none of them is, the name counts that the last is most like, and of several as much alike the show's.
    """
    known: dict[str, int | None] = {}
    for name, part_id in sorted(names, key=lambda name: name.part_id is not None):
        known.setdefault(_key(name), part_id)
    keys = [_key(text) for text in texts]
    for each in keys:
        if each in known:
            return known[each]
    if not keys or not known:
        return None
    likeness, part_id = max(
        ((fuzz.ratio(keys[-1], name), part_id) for name, part_id in known.items()),
        key=lambda found: (found[0], found[1] is None),
    )
    return part_id if likeness >= _ALIKE_FROM else None


def _key(text: str) -> str:
    return key(normalize(text)).replace(" ", "")
