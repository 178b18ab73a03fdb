"""Where the episodes of a show stand in it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress, count
from typing import cast

import msgspec
import orjson


class Places(msgspec.Struct, frozen=True, gc=False):
    """
    The episodes of a show in their order: *ids*, *seasons* and *numbers* are parallel, as text with commas
    between, since most are asked for to find that nothing changed. *aired* is how many of them can be by now,
    specials aside; *version* is that of the show's own row.
    """

    ids: str
    seasons: str
    numbers: str
    aired: int
    version: str

    def find(self, item_ids: Sequence[int]) -> tuple[list[int], list[int], list[int]]:
        """
        Parallel, in the order of the show: where in *item_ids* its episodes are, their seasons and their
        numbers. What is in *item_ids* and no episode of it is left out.
        """
        ids, seasons, numbers = (orjson.loads(f"[{each}]") for each in (self.ids, self.seasons, self.numbers))
        at = dict(zip(item_ids, count()))
        found = list(map(at.get, ids))
        if None not in found:
            return cast("list[int]", found), seasons, numbers
        there = [each is not None for each in found]
        return (
            [each for each in found if each is not None],
            list(compress(seasons, there)),
            list(compress(numbers, there)),
        )
