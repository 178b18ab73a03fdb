"""
The importer of our own JSON-lines format (docs/catalog-format.md).

It streams: a few thousand records are read, compared with what the catalogue says of
them, and written in one transaction. Running it again with the same file changes
nothing, so an import that was cut off is simply started again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import msgspec

from scrobbled.catalog import merge
from scrobbled.catalog.lines import LONGEST_LINE, Source, numbered
from scrobbled.catalog.records import EpisodeRecord, Record, minutes, names_of, parse, usable_ids
from scrobbled.store import catalog, catalog_load
from scrobbled.store.catalog_load import TitleRow

if TYPE_CHECKING:
    from scrobbled.store.pool import Connection

#: Records, and episodes, in one transaction.
CHUNK: Final = 5_000
_CHUNK_EPISODES: Final = 20_000

#: Problems kept word for word; beyond them only their number is.
_MOST_PROBLEMS: Final = 100

Pair = tuple[str, str]


class Summary(msgspec.Struct, kw_only=True):
    """
    What an import did, in lines: *read* = *new* + *updated* + *unchanged* + *bad*. *conflicts*
    counts external ids that belong to a title other than the line's. *problems* are
    sentences with the line's number, the first hundred of them.
    """

    read: int = 0
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    conflicts: int = 0
    bad: int = 0
    problems: list[str] = msgspec.field(default_factory=list)

    def note(self, line: int, sentence: str) -> None:
        """Keep what is wrong with *line*, while there is room."""
        if len(self.problems) < _MOST_PROBLEMS:
            self.problems.append(f"line {line}: {sentence}")


class _Entry(msgspec.Struct, kw_only=True):
    """A record on its way into the catalogue."""

    line: int
    kind: str
    record: Record
    ids: list[Pair]
    names: list[str]
    title: TitleRow | None = None
    slug: str | None = None
    given: list[Pair] = []
    changed: bool = False

    @property
    def title_id(self) -> int:
        assert self.title is not None  # every entry has one once it is linked
        return self.title.id


async def import_jsonl(
    connection: Connection, source: Source, *, progress: Callable[[Summary], None] | None = None
) -> Summary:
    """
    Merge *source* (a path, gzipped or not, ``-`` for standard input, or the lines) into the
    catalogue; *progress* hears the summary so far after each transaction. A bad line is
    noted and skipped; raises *PayloadError* for a damaged file.
    """
    summary = Summary()
    await catalog_load.prepare(connection)
    for chunk in _chunks(source, summary):
        await _import_chunk(connection, chunk, summary)
        if progress is not None:
            progress(summary)
    await catalog_load.analyze(connection)
    return summary


# Reading -----------------------------------------------------------------------


def _chunks(source: Source, summary: Summary) -> Iterator[list[_Entry]]:
    """
    Records by the transaction. Two that share an id (or, without ids, name and year) never
    lie in one: the second is compared with what became of the first.
    """
    chunk: list[_Entry] = []
    marks: set[Any] = set()
    episodes = 0
    for entry in _entries(source, summary):
        own: set[Any] = {(entry.kind, *pair) for pair in entry.ids} or {
            (entry.kind, entry.names[0], entry.record.year)
        }
        episodes += len(entry.record.episode_list)
        if chunk and (len(chunk) >= CHUNK or episodes > _CHUNK_EPISODES or marks & own):
            yield chunk
            chunk, marks, episodes = [], set(), len(entry.record.episode_list)
        chunk.append(entry)
        marks |= own
    if chunk:
        yield chunk


def _entries(source: Source, summary: Summary) -> Iterator[_Entry]:
    for number, line in numbered(source):
        summary.read += 1
        try:
            if line is None:
                raise ValueError(f"longer than {LONGEST_LINE >> 20} MiB")  # noqa: TRY301  # told like the others
            record = parse(line)
        except ValueError as error:  # msgspec's errors are ValueErrors too
            summary.bad += 1
            summary.note(number, str(error))
            continue
        yield _Entry(
            line=number,
            kind=record.type.value,
            record=record,
            ids=usable_ids(record.ids),
            names=names_of(record),
        )


# Merging -----------------------------------------------------------------------


async def _import_chunk(connection: Connection, chunk: list[_Entry], summary: Summary) -> None:
    async with connection.transaction():
        await catalog_load.lock(connection)
        await _link(connection, chunk, summary)
        new = await _add_new(connection, [entry for entry in chunk if entry.title is None])
        await _update(connection, [entry for entry in chunk if entry.slug is None])
        with_new_names = await catalog_load.add_names(
            connection, [(name, entry.title_id) for entry in chunk for name in entry.names]
        )
        given = [(entry.kind, entry.title_id, dict([pair])) for entry in chunk for pair in entry.given]
        await catalog.give_ids(connection, given)
        with_new_episodes = await _merge_episodes(connection, chunk)
    touched = with_new_names | with_new_episodes
    known = [entry for entry in chunk if entry.slug is None]
    updated = sum(1 for entry in known if entry.changed or entry.given or entry.title_id in touched)
    summary.new += new
    summary.updated += updated
    summary.unchanged += len(chunk) - new - updated


async def _link(connection: Connection, chunk: Sequence[_Entry], summary: Summary) -> None:
    """Find the title each entry is about, and which of its ids are still nobody's."""
    asked = [(entry.kind, *pair) for entry in chunk for pair in entry.ids]
    owner_ids = await catalog_load.owners(connection, asked)
    rows = await catalog_load.titles(connection, set(owner_ids.values()))
    of_owner = await catalog_load.ids_of(connection, rows)
    by_kind: dict[str, dict[Pair, TitleRow]] = {"movie": {}, "show": {}}
    for (kind, source, value), owner in owner_ids.items():
        if owner in rows:
            by_kind[kind][source, value] = rows[owner]
    for entry in chunk:
        owners = by_kind[entry.kind]
        found = merge.link(entry.ids, owners, of_owner)
        entry.title = found.title
        entry.given = [pair for pair in entry.ids if pair not in owners]
        summary.conflicts += found.conflicts
        if found.conflicts:
            _note_conflicts(entry, owners, summary)
    await _link_by_name(connection, [entry for entry in chunk if entry.title is None])


def _note_conflicts(entry: _Entry, owners: Mapping[Pair, TitleRow], summary: Summary) -> None:
    for pair in entry.ids:
        owner = owners.get(pair)
        if owner is not None and (entry.title is None or owner.id != entry.title.id):
            whose = f"belongs to {owner.name!r} ({owner.id})"
            summary.note(entry.line, f"{pair[0]} {pair[1]} of {entry.record.title!r} {whose}")


async def _link_by_name(connection: Connection, entries: Sequence[_Entry]) -> None:
    asked = [(index, entry.kind, entry.names[0]) for index, entry in enumerate(entries)]
    found = await catalog_load.without_ids(connection, asked) if asked else {}
    taken: set[int] = set()
    for index, titles in found.items():
        free = [title for title in titles if title.id not in taken]
        title = merge.same_without_ids(entries[index].record, free, has_ids=bool(entries[index].ids))
        entries[index].title = title
        if title is not None:
            taken.add(title.id)


async def _add_new(connection: Connection, entries: Sequence[_Entry]) -> int:
    for entry, title_id in zip(entries, await catalog_load.new_ids(connection, len(entries)), strict=True):
        says = {key: value for key, value in merge.described(entry.record).items() if value is not None}
        entry.title = TitleRow(id=title_id, kind=entry.kind, **says)
    await _name_slugs(connection, entries)
    rows = [(entry.title, entry.slug) for entry in entries if entry.title and entry.slug]
    await catalog_load.insert(connection, rows)
    await catalog_load.mark_seen(connection, [entry.title_id for entry in entries])
    return len(entries)


async def _name_slugs(connection: Connection, entries: Sequence[_Entry]) -> None:
    """The best free slug for each, the better known title choosing first."""
    waiting = sorted(entries, key=lambda each: (-(each.record.popularity or 0.0), each.line))
    taken: set[Pair] = set()
    for wishes in (merge.plain_slugs, merge.counted_slugs):  # nearly all get one of the first
        wanted = [
            (entry, wishes(entry.record.title, entry.kind, entry.record.year, entry.title_id))
            for entry in waiting
        ]
        asked = {(entry.kind, slug) for entry, slugs in wanted for slug in slugs}
        taken |= await catalog_load.taken_slugs(connection, sorted(asked))
        for entry, slugs in wanted:
            entry.slug = next((slug for slug in slugs if (entry.kind, slug) not in taken), None)
            if entry.slug is not None:
                taken.add((entry.kind, entry.slug))
        waiting = [entry for entry in waiting if entry.slug is None]


async def _update(connection: Connection, entries: Sequence[_Entry]) -> None:
    """Titles that were there before, as they are after their lines."""
    first = await catalog_load.mark_seen(connection, sorted({entry.title_id for entry in entries}))
    before: dict[int, TitleRow] = {}
    after: dict[int, TitleRow] = {}
    for entry in entries:
        assert entry.title is not None  # only linked entries come here
        title = after.setdefault(entry.title_id, entry.title)
        before.setdefault(entry.title_id, entry.title)
        result = merge.merged(title, entry.record, only_gaps=entry.title_id not in first)
        entry.changed = result != title
        after[entry.title_id] = result
        first.discard(entry.title_id)
    changed = [after[title_id] for title_id in sorted(after) if after[title_id] != before[title_id]]
    if changed:
        await catalog_load.update(connection, changed)


async def _merge_episodes(connection: Connection, chunk: Sequence[_Entry]) -> set[int]:
    """The listed episodes; returns the shows that changed."""
    listed = [(entry, each) for entry in chunk if entry.kind == "show" for each in entry.record.episode_list]
    if not listed:
        return set()
    rows = [_episode_row(entry, each) for entry, each in listed]
    changed = await catalog_load.merge_episodes(connection, rows)
    ids = await catalog_load.episode_ids(
        connection, [(entry.title_id, each.season, each.number) for entry, each in listed]
    )
    given = [
        ("episode", ids[entry.title_id, each.season, each.number], pair)
        for entry, each in listed
        for pair in usable_ids(each.ids)
    ]
    known = await catalog_load.owners(connection, [(kind, *pair) for kind, _, pair in given]) if given else {}
    fresh = [(kind, episode, dict([pair])) for kind, episode, pair in given if (kind, *pair) not in known]
    await catalog.give_ids(connection, fresh)
    with_new_ids = {episode for _, episode, _ in fresh}
    return changed | {show for (show, _, _), episode in ids.items() if episode in with_new_ids}


def _episode_row(entry: _Entry, episode: EpisodeRecord) -> tuple[Any, ...]:
    name = (episode.title or "").strip() or None
    aired = episode.first_aired
    return (
        entry.title_id, episode.season, episode.number, episode.absolute, name,
        minutes(episode.runtime), aired,
    )  # fmt: skip
