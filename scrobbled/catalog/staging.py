"""Records as the rows a chunk is copied to PostgreSQL in (COPY's text format; pure)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import msgspec

from scrobbled.catalog.records import (
    EpisodeRecord,
    Record,
    main_name,
    minutes,
    names_of,
    names_of_parts,
    usable_ids,
)
from scrobbled.catalog.slugs import slug
from scrobbled.store.catalog_load import LONGEST_NAME, Staged

if TYPE_CHECKING:
    from scrobbled.model.details import Details, EpisodeDetails

#: Rows of a chunk. Larger ones cost memory and are not merged faster.
CHUNK: Final = 200_000

_NOTHING: Final = b"{}"

#: COPY's own signs, and NUL, which PostgreSQL does not store.
_ESCAPES: Final = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": None})


def stage(staged: Staged, number: int, record: Record) -> None:
    """Add *record* to *staged* as its record *number*."""
    kind = record.type.value
    name = main_name(record)
    staged.titles.append(
        row(
            number, kind, name, slug(record.title), record.year, record.end_year, minutes(record.runtime),
            record.popularity, (record.country or "").strip().upper() or None, _array(record.genres),
            record.anime, record.seasons, record.episodes, _said(record.details), False,
        )
    )  # fmt: skip
    for place, (source, value) in enumerate(usable_ids(record.ids)):
        staged.ids.append(row(number, place, kind, source, value))
    for each in names_of(record):
        staged.names.append(row(number, each.name[:LONGEST_NAME], each.language, each.region))
    if kind == "show":
        for episode in _once(record.episode_list):
            _stage_episode(staged, number, episode)
        _stage_parts(staged, number, record)


def row(*values: Any) -> bytes:
    """One row of COPY's text format, with its newline."""
    return ("\t".join(map(_text, values)) + "\n").encode()


def _stage_episode(staged: Staged, number: int, episode: EpisodeRecord) -> None:
    name = " ".join((episode.title or "").split()) or None
    staged.episodes.append(
        row(
            number, episode.season, episode.number, episode.absolute, name, minutes(episode.runtime),
            episode.first_aired, _said(episode.details),
        )
    )  # fmt: skip
    for source, value in usable_ids(episode.ids):
        staged.episode_ids.append(row(number, episode.season, episode.number, source, value))


def _stage_parts(staged: Staged, number: int, record: Record) -> None:
    """The parts that have an id, by which alone they are found again."""
    for place, (part, names) in enumerate(zip(record.parts, names_of_parts(record), strict=True)):
        ids = usable_ids(part.ids)
        if not ids:
            continue
        rules = msgspec.json.encode(part.rules).decode()
        staged.parts.append(row(number, place, part.season, part.offset, part.episodes, rules))
        for rank, (source, value) in enumerate(ids):
            staged.part_ids.append(row(number, place, rank, source, value))
        for name in names:
            staged.part_names.append(row(number, place, name[:LONGEST_NAME]))


def _once(episodes: Sequence[EpisodeRecord]) -> list[EpisodeRecord]:
    """The first episode of each season and number."""
    return list({(each.season, each.number): each for each in reversed(episodes)}.values())[::-1]


def _text(value: Any) -> str:
    return "\\N" if value is None else str(value).translate(_ESCAPES)


def _said(details: Details | EpisodeDetails) -> str | None:
    """As JSON; None when nothing was said."""
    said = msgspec.json.encode(details)
    return None if said == _NOTHING else said.decode()


def _array(values: Sequence[str] | None) -> str | None:
    """A PostgreSQL array literal."""
    if values is None:
        return None
    quoted = (value.replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return "{" + ",".join(f'"{value}"' for value in quoted) + "}"
