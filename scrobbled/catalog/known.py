"""
Records that only add to titles we have: each is given the name of its title, or passed over.

A line of ids says too little to make a title of, or to rename one (see docs/decisions/0013).
"""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

import msgspec

from scrobbled.catalog.reading import Reading
from scrobbled.catalog.records import Record, usable_ids
from scrobbled.model.media import Title
from scrobbled.store import catalog

if TYPE_CHECKING:
    from scrobbled.store.pool import Database

#: Records looked up at once.
_CHUNK: Final = 5_000

#: By position in a chunk, the title of each id of the record that is known, most specific first.
Owners = Mapping[int, list[Title]]


async def known(database: Database, records: Iterable[Record], reading: Reading) -> AsyncIterator[Record]:
    """
    *records*, but of those that are *only_known* the ones whose title is there, under its name;
    their own title becomes another name. The rest is counted as unknown. One with an id
    of a title that contradicts a more specific id of it is a conflict, and is noted.
    """
    waiting = iter(records)
    while chunk := list(itertools.islice(waiting, _CHUNK)):
        owners = await _owners(database, chunk)
        for position, record in enumerate(chunk):
            if not record.only_known:
                yield record
                continue
            for told in _told(record, owners.get(position, []), reading):
                yield told


async def _owners(database: Database, chunk: list[Record]) -> Owners:
    asked = [
        (position, record.type.value, *pair)
        for position, record in enumerate(chunk)
        if record.only_known
        for pair in usable_ids(record.ids)
    ]
    # One position for each id, so that the answer says which of them it is about.
    numbered = [(number, *question[1:]) for number, question in enumerate(asked)]
    found = sorted(await catalog.by_external_ids(database, numbered)) if numbered else []
    titles = await catalog.titles(database, {title_id for _, title_id in found})
    owners: dict[int, list[Title]] = {}
    for number, title_id in found:
        if title_id in titles:
            owners.setdefault(asked[number][0], []).append(titles[title_id])
    return owners


def _told(record: Record, owners: list[Title], reading: Reading) -> Iterator[Record]:
    if not owners:
        reading.unknown += 1
        return
    title = owners[0]
    contradicted = _contradicted(record, title)
    if contradicted is not None:
        reading.conflicts += 1
        reading.remark(repr(record.title), f"shares an id with {title.name!r} ({title.id}), {contradicted}")
        return
    yield msgspec.structs.replace(record, title=title.name, aka=[record.title, *record.aka])


def _contradicted(record: Record, title: Title) -> str | None:
    """Which more specific id than the one they share tells them apart."""
    pairs = usable_ids(record.ids)
    for source, value in pairs:
        theirs = title.ids.get(source)
        if (source, theirs) in pairs:
            return None
        if theirs is not None:
            return f"whose {source} id is {theirs} and not {value}"
    return None
