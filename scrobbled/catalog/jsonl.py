"""The importer of our own JSON-lines format (docs/catalog-format.md)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from scrobbled.catalog.lines import LONGEST_LINE, Source, numbered
from scrobbled.catalog.loading import Item, Listener, Problem, Summary, load_records
from scrobbled.catalog.records import parse

if TYPE_CHECKING:
    from scrobbled.store.pool import Connection

SOURCE: Final = "jsonl"


async def import_jsonl(
    connection: Connection,
    source: Source,
    *,
    listener: Listener = Listener(place="line {}".format),  # noqa: B008  # frozen
) -> Summary:
    """
    Merge *source* (a path, gzipped or not, ``-`` for standard input, or the lines) into the
    catalogue. A bad line is noted and skipped; raises *PayloadError* for a damaged file.
    """
    return await load_records(connection, SOURCE, items(source), listener=listener)


def items(source: Source) -> Iterator[Item]:
    """What each line of *source* says; None for a blank one."""
    last = 0
    for number, line in numbered(source):
        for _ in range(last + 1, number):
            yield None
        last = number
        yield _item(line)


def _item(line: bytes | None) -> Item:
    if line is None:
        return Problem(f"longer than {LONGEST_LINE >> 20} MiB")
    try:
        return parse(line)
    except ValueError as error:  # msgspec's errors are ValueErrors too
        return Problem(str(error))
