"""
The episodes of shows in their order, for what people watched and have to be told in it.

That is asked for apart from what people did: joining, sorting and gathering thousands of episodes takes
PostgreSQL longer than looking them up here by id.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import compress, count
from typing import TYPE_CHECKING, cast

import msgspec

from scrobbled.store import sql

if TYPE_CHECKING:
    from scrobbled.store.pool import Connection

_QUERIES = sql.load("places")


class Places(msgspec.Struct, frozen=True, gc=False):
    """
    The episodes of a show in their order: *ids*, *seasons* and *numbers* are parallel. *aired* is how many
    of them can be by now, specials aside.
    """

    ids: list[int]
    seasons: list[int]
    numbers: list[int]
    aired: int

    def find(self, item_ids: Sequence[int]) -> tuple[list[int], list[int], list[int]]:
        """
        Parallel, in the order of the show: where in *item_ids* its episodes are, their seasons and their
        numbers. What is in *item_ids* and no episode of it is left out.
        """
        at = dict(zip(item_ids, count()))
        found = list(map(at.get, self.ids))
        if None not in found:
            return cast("list[int]", found), self.seasons, self.numbers
        there = [each is not None for each in found]
        return (
            [each for each in found if each is not None],
            list(compress(self.seasons, there)),
            list(compress(self.numbers, there)),
        )


async def places(
    connection: Connection, show_ids: Collection[int], now: datetime, *, specials: bool
) -> dict[int, Places]:
    """By id, the episodes of shows; a show without any is left out."""
    rows = await connection.fetch(_QUERIES["places"], list(show_ids), specials, now)
    return {title_id: Places(ids, seasons, numbers, aired) for title_id, ids, seasons, numbers, aired in rows}
