"""
The names of the catalogue as one process sees them: a file mapped into memory that all
processes of the machine share, and on top of it what has changed since it was built.

What lies on top is in two layers, so that a single change costs little however much has
changed before. They are made beside the work and not in its way. When they grow large,
somebody builds a new file (see *rebuild*); whoever finds it takes it in its place.
"""

from __future__ import annotations

import asyncio
import io
import mmap
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import structlog

from scrobbled.catalog.names import write_to
from scrobbled.match.decide import Decision, decide
from scrobbled.match.index import NameIndex
from scrobbled.match.search import search
from scrobbled.store import names as store

if TYPE_CHECKING:
    from scrobbled.match.layout import Listed
    from scrobbled.match.query import Query
    from scrobbled.match.search import Found
    from scrobbled.store.pool import Database

log = structlog.get_logger(stage="match")

#: Changed titles that lie on top of the file at most; from *WORTH_A_BUILD* a new one is due.
MOST_ON_TOP: Final = 20_000
WORTH_A_BUILD: Final = 5_000

#: Titles that have just changed: so few that they are taken in at once. More go to those
#: that changed before, whose layer is larger and made anew less often.
_RECENT: Final = 200

#: Seconds after which a look at the catalogue was long, and how many times what it took more it rests then.
_LONG: Final = 1.0
_RESTS: Final = 3.0
_LONGEST_REST: Final = 1.0

#: Seconds that a thread works on when another waits, while a new part is made.
_GIVES_WAY: Final = 0.0005

#: Decisions remembered.
_REMEMBERED: Final = 50_000


class _Layer(NamedTuple):
    """Titles that changed, and their index; None for none."""

    titles: dict[int, Listed]
    names: NameIndex | None


class Names:
    """What this process can match with. *path* is where the shared file is, or will be."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: tuple[int, int] | None = None
        self._base: NameIndex | None = None
        self._changed = _Layer({}, None)
        self._recent = _Layer({}, None)
        self._indexes: list[NameIndex] = []
        self._hidden: list[Collection[int]] = []
        self._horizon = 0
        self._database = ""
        self._memory: dict[Query, Decision] = {}
        self._refreshing = asyncio.Lock()
        self._next_look = 0.0
        self.version = 0

    @property
    def built(self) -> bool:
        """Whether there is a file."""
        return self._base is not None

    @property
    def waiting(self) -> int:
        """Titles that have changed since the file was built."""
        return len(self._changed.titles) + len(self._recent.titles)

    @property
    def count(self) -> int:
        """Titles in the file."""
        return 0 if self._base is None else self._base.header.titles

    def decide(self, query: Query) -> Decision:
        """The title *query* names; the same question is answered from memory."""
        known = self._memory.get(query)
        if known is None:
            known = decide(query, self._indexes, hidden=self._hidden)
            if len(self._memory) >= _REMEMBERED:
                self._memory.clear()
            self._memory[query] = known
        return known

    def search(self, text: str, kinds: Collection[str]) -> list[Found]:
        """The titles that *text* may be looking for, the best first."""
        return search(text, self._indexes, hidden=self._hidden, kinds=kinds)

    async def refresh(self, database: Database) -> bool:
        """
        Take in a new file and what changed; whether there was anything. After a look that took
        long the next ones wait: a large import goes on for a while. Raises asyncpg's errors.
        """
        clock = asyncio.get_running_loop().time
        async with self._refreshing:
            started = clock()
            if started < self._next_look:
                return False
            changed = await self._look(database)
            took = clock() - started
            self._next_look = clock() + min(_RESTS * max(took - _LONG, 0.0), _LONGEST_REST)
            return changed

    async def take(self, database: Database) -> None:
        """Take in a file that has just been built, however long the last look took."""
        self._next_look = 0.0
        await self.refresh(database)

    async def _look(self, database: Database) -> bool:
        horizon = await store.horizon(database)
        reopened = self._open(horizon.database)
        rows = await store.changed(database, self._horizon, MOST_ON_TOP)
        news = {row.id: row for row in rows if self._known(row.id) != row}
        if len(rows) < MOST_ON_TOP:
            self._horizon = horizon.transaction
        if not news and not reopened:
            return False
        recent = self._recent.titles | news
        with _giving_way():
            if len(recent) <= _RECENT:
                self._recent = await asyncio.to_thread(_layer, recent)
            else:
                self._changed = await asyncio.to_thread(_layer, self._changed.titles | recent)
                self._recent = _Layer({}, None)
        self._put_together()
        return True

    def _known(self, title_id: int) -> Listed | None:
        return self._recent.titles.get(title_id) or self._changed.titles.get(title_id)

    def _put_together(self) -> None:
        """What is decided by: each layer with what those above it have instead."""
        changed, recent = self._changed, self._recent
        layers: list[tuple[NameIndex | None, Collection[int]]] = [
            (self._base, changed.titles.keys() | recent.titles.keys())
        ]
        layers += [(changed.names, recent.titles.keys()), (recent.names, ())]
        self._indexes = [index for index, _ in layers if index is not None]
        self._hidden = [ids for index, ids in layers if index is not None]
        self._memory.clear()
        self.version += 1

    def _open(self, database: str) -> bool:
        """Map the file when it is another than before, and of this *database*."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return self._begin(database)
        if (found.st_ino, found.st_mtime_ns) == self._file and database == self._database:
            return False
        self._file = (found.st_ino, found.st_mtime_ns)
        try:
            with self.path.open("rb") as file:
                index = NameIndex(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        except (OSError, ValueError) as error:
            log.warning(
                "index_unreadable", path=str(self.path), error=str(error), action="a new one is built"
            )
            return self._begin(database)
        if index.header.database != database:
            return self._begin(database)
        self._base, self._horizon, self._database = index, index.header.horizon, database
        self._changed = self._recent = _Layer({}, None)
        return True

    def _begin(self, database: str) -> bool:
        """Without a file, everything there is has changed."""
        if self._database == database and self._base is None:
            return False
        self._base, self._horizon, self._database = None, 0, database
        self._changed = self._recent = _Layer({}, None)
        return True

    @property
    def needs_a_build(self) -> bool:
        """Whether so much has changed that a new file is due."""
        return self.waiting >= WORTH_A_BUILD


@contextmanager
def _giving_way() -> Iterator[None]:
    """
    Threads hand the interpreter over soon when another waits: usually they keep it for 5 ms, and
    the event loop needs it several times before anybody gets an answer.
    """
    usual = sys.getswitchinterval()
    sys.setswitchinterval(_GIVES_WAY)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)


def _layer(titles: dict[int, Listed]) -> _Layer:
    made = io.BytesIO()
    write_to(made, titles.values())
    return _Layer(titles, NameIndex(made.getbuffer()))
