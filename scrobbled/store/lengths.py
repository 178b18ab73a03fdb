"""
How long histories are, remembered as long as nothing moved in them.

Who reads a history page by page asks for its length with each page, and counting 20,000 plays takes
longer than reading a page of them. Whatever changes plays moves ``movies.watched_at`` or
``episodes.watched_at`` in the same transaction, and never back; so a length that was counted after
those times were read holds until they are others. What has no such times is counted always.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from scrobbled.store import sql

if TYPE_CHECKING:
    from scrobbled.model.media import Kind
    from scrobbled.store.pool import Connection

_QUERIES = sql.load("lengths")

#: Lengths that are remembered; some 300 bytes each.
_MOST: Final = 10_000

#: By user and kind, the times at which plays last moved, and how many there were then.
_Known = dict[tuple[int, "Kind | None"], tuple[list[datetime], int]]


class Lengths:
    """The lengths of histories of one database."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._known: _Known = {}

    async def of(
        self, connection: Connection, user_id: int, kind: Kind | None, moved: list[datetime] | None
    ) -> int:
        """
        How many plays of a kind, or of both, a user has; *moved* is when they last changed, as it was read
        just now, None where that never was noted.
        """
        at, known = self._known.get((user_id, kind), (None, 0))
        if moved and at == moved:
            return known
        counted: int = await connection.fetchval(_QUERIES["length"], user_id, kind and kind.value)
        if moved:
            self._keep((user_id, kind), moved, counted)
        return counted

    def _keep(self, whose: tuple[int, Kind | None], moved: list[datetime], counted: int) -> None:
        self._known.pop(whose, None)
        while len(self._known) >= self._most:
            del self._known[next(iter(self._known))]
        self._known[whose] = moved, counted
