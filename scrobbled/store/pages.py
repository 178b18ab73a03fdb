"""Pages of a history, for protocols that count them: all that stands on one comes in one statement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
import orjson

from scrobbled.store import sql
from scrobbled.store.asking import asking
from scrobbled.store.items import Version
from scrobbled.store.lengths import Lengths
from scrobbled.store.reads import Span, Subject, put_for

if TYPE_CHECKING:
    from datetime import datetime

    from scrobbled.store.pool import Connection, Database

_READS, _QUERIES = sql.load("reads"), sql.load("pages")

#: What finds the plays of a page, with what is shown of them around it.
_PAGES: Final = {
    name: f"with page as materialized (\n{_READS[name]}\n)\n{_QUERIES['shown']}"
    for name in ("history", "history_of_titles", "history_of_items")
}

#: One for the process, which has one database; those of another would have other times.
_LENGTHS = Lengths()


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """
    Plays, newest first; all lists are parallel. *dates* are text, ``2014-09-01T09:10:11.123456`` in UTC.
    *items* are the episodes, and *titles* the films and shows; of a film the item, and of what the catalogue
    lost both have no version.
    """

    ids: list[int]
    dates: list[str]
    causes: list[str]
    items: list[Version]
    titles: list[Version]


async def history(
    database: Database, user_id: int, span: Span, subject: Subject, *, offset: int, limit: int
) -> tuple[Page, int]:
    """A page of the plays of *subject*, newest first, and the number of all of them."""
    name, asked = put_for(subject, "history")
    word = subject.kind and subject.kind.value
    async with asking(database, "history_page") as connection:
        row = await connection.fetchrow(
            _PAGES[name], user_id, span.until, -1, span.since, word, limit, offset, *asked
        )
        assert row is not None  # an aggregate of everything has one
        ids, dates, causes, item_ids, items, title_ids, titles, moved = row
        shown = len(ids or ())
        if shown < limit and (shown or offset == 0):
            total = offset + shown  # the last page: nothing is left to count
        else:
            total = await _total(connection, user_id, span, subject, moved)
    if not shown:
        return Page(ids=[], dates=[], causes=[], items=[], titles=[]), total
    return Page(
        ids=ids,
        dates=orjson.loads(dates),
        causes=causes,
        items=list(zip(item_ids, items, strict=True)),
        titles=list(zip(title_ids, titles, strict=True)),
    ), total


async def _total(
    connection: Connection, user_id: int, span: Span, subject: Subject, moved: list[datetime] | None
) -> int:
    """How many plays there are; *moved*: as they were when these times were read."""
    if span == Span() and subject.items is None and subject.titles is None:
        return await _LENGTHS.of(connection, user_id, subject.kind, moved)
    name, asked = put_for(subject, "count_history")
    word = subject.kind and subject.kind.value
    total: int = await connection.fetchval(_READS[name], user_id, span.until, span.since, word, *asked)
    return total
