"""
The one loader of all sources: what they say is cut in chunks, and while PostgreSQL merges one,
the next is read in a thread. Each chunk is a transaction of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Iterable, Iterator
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from scrobbled.catalog.records import Record
from scrobbled.catalog.staging import CHUNK, stage
from scrobbled.catalog.trust import speaker
from scrobbled.store import catalog_load
from scrobbled.store.catalog_load import Conflict, Merged, Speaker, Staged

if TYPE_CHECKING:
    from scrobbled.store.pool import Connection

#: Problems kept word for word; beyond them only their number is.
_MOST_PROBLEMS = 100

#: Chunks after which the planner looks at the tables again: no longer empty, no longer small.
_ANALYZED = frozenset({1, 16})


class Problem(msgspec.Struct, frozen=True):
    """What stands where a record should be, and why it is none: a sentence for people."""

    sentence: str


#: What a source yields. None takes a number and is nothing else (a blank line).
Item: TypeAlias = Record | Problem | None


class Summary(msgspec.Struct, kw_only=True):
    """
    What an import did. Of the rows *read*, *new* and *updated* counts titles that were made and
    changed, *unchanged* those that were described as they are, *skipped* what only adds to titles
    that are not there and *bad* what could not be understood. *conflicts* counts ids that were not given.
    *problems* are sentences with the place they are about, the first hundred of them.
    """

    read: int = 0
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    episodes_new: int = 0
    episodes_updated: int = 0
    names: int = 0
    ids: int = 0
    conflicts: int = 0
    skipped: int = 0
    bad: int = 0
    problems: list[str] = msgspec.field(default_factory=list)

    def note(self, place: str, sentence: str) -> None:
        """Keep what is wrong at *place*, while there is room."""
        if len(self.problems) < _MOST_PROBLEMS:
            self.problems.append(f"{place}: {sentence}")

    def add(self, merged: Merged) -> None:
        """Count a chunk."""
        self.new += merged.new
        self.updated += merged.updated
        self.unchanged += merged.unchanged
        self.skipped += merged.unknown
        self.episodes_new += merged.episodes_new
        self.episodes_updated += merged.episodes_updated
        self.names += merged.names
        self.ids += merged.ids
        self.conflicts += len(merged.conflicts)


class Listener(msgspec.Struct, frozen=True, kw_only=True):
    """
    Who hears of an import while it runs: *progress* of the summary so far after each chunk, *conflict*
    of each conflict with its sentence. *place* says what a record's number is called.
    """

    progress: Callable[[Summary], None] | None = None
    conflict: Callable[[Conflict, str], None] | None = None
    place: Callable[[int], str] = "record {}".format


async def load_records(
    connection: Connection,
    source: str,
    items: Iterable[Item] | AsyncIterable[Item],
    *,
    listener: Listener = Listener(),  # noqa: B008  # frozen
) -> Summary:
    """
    Merge the records of *source* (one of *trust.TRUST*) into the catalogue. What the
    iterator raises ends the import; what was merged before stays.
    """
    summary = Summary()
    if isinstance(items, AsyncIterable):
        await load_chunks(connection, source, _staged(items, summary, listener), summary, listener=listener)
    else:
        chunks = _staged_lines(items, summary, listener)
        await load_chunks(connection, source, chunks, summary, listener=listener)
    return summary


async def load_chunks(
    connection: Connection,
    source: str,
    chunks: Iterator[Staged] | AsyncGenerator[Staged, None],
    summary: Summary,
    *,
    listener: Listener,
) -> None:
    """Merge *chunks* as they come, and count what they do in *summary*."""
    who = speaker(source)
    if isinstance(chunks, Iterator):
        chunks = _in_thread(chunks)
    async with catalog_load.session(connection), aclosing(chunks):
        number = 0
        async for staged in chunks:
            number += 1
            await _merge(connection, staged, who, summary, listener)
            if number in _ANALYZED:
                await catalog_load.analyze(connection)
        await catalog_load.analyze(connection)


async def _merge(
    connection: Connection, staged: Staged, who: Speaker, summary: Summary, listener: Listener
) -> None:
    merged = await catalog_load.merge(connection, staged, who)
    summary.add(merged)
    for conflict in merged.conflicts:
        _tell(conflict, summary, listener)
    if listener.progress is not None:
        listener.progress(summary)


def _take(number: int, item: Item, staged: Staged, summary: Summary, listener: Listener) -> None:
    if item is None:
        return
    summary.read += 1
    if isinstance(item, Problem):
        summary.bad += 1
        summary.note(listener.place(number), item.sentence)
    else:
        stage(staged, number, item)


def _staged_lines(items: Iterable[Item], summary: Summary, listener: Listener) -> Iterator[Staged]:
    staged = Staged()
    for number, item in enumerate(items, start=1):
        _take(number, item, staged, summary, listener)
        if len(staged) >= CHUNK:
            yield staged
            staged = Staged()
    yield staged


async def _staged(
    items: AsyncIterable[Item], summary: Summary, listener: Listener
) -> AsyncGenerator[Staged, None]:
    staged, number = Staged(), 0
    async for item in items:
        number += 1
        _take(number, item, staged, summary, listener)
        if len(staged) >= CHUNK:
            yield staged
            staged = Staged()
    yield staged


async def _in_thread(chunks: Iterator[Staged]) -> AsyncGenerator[Staged, None]:
    """*chunks*, the next of which is made in a thread while the last one is merged."""
    waiting = asyncio.create_task(asyncio.to_thread(next, chunks, None))
    try:
        while (staged := await waiting) is not None:
            waiting = asyncio.create_task(asyncio.to_thread(next, chunks, None))
            yield staged
    finally:
        with suppress(Exception):  # it ended before, or what went wrong is told already
            await waiting


def _tell(conflict: Conflict, summary: Summary, listener: Listener) -> None:
    sentence = describe(conflict)
    summary.note(listener.place(conflict.record), sentence)
    if listener.conflict is not None:
        listener.conflict(conflict, sentence)


def describe(conflict: Conflict) -> str:
    """*conflict* in a sentence for people."""
    subject = _named(conflict.title, conflict.season, conflict.number)
    if conflict.owner is None:
        fate = f"was not added: it has another {conflict.source} id"
    else:
        owner = _named(conflict.owner_name, conflict.owner_season, conflict.owner_number)
        fate = f"belongs to {owner} ({conflict.owner})"
    return f"{conflict.source} {conflict.value} of {subject} {fate}"


def _named(title: str | None, season: int | None, number: int | None) -> str:
    return repr(title) if season is None or number is None else f"{title!r} S{season:02}E{number:02}"
