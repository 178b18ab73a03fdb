"""
What a record changes in the catalogue (pure).

The rules: a record is the title that shares its most specific external id. An id that
a more specific one contradicts names a different title; the id then stays with its
first owner and the conflict is counted. A known value is never replaced by nothing;
a provisional title gives way in everything but its slug.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import msgspec

from scrobbled.catalog.records import Record, minutes
from scrobbled.store.catalog_load import TitleRow

#: The columns a record speaks about.
_FIELDS = ("name", "year", "runtime", "popularity", "country", "season_count", "episode_count")


_NOT_IN_SLUGS: Final = re.compile(r"[^a-z0-9]+")
_LONGEST_SLUG: Final = 120


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """Which title a record is about (None: a new one), and how many of its ids belong to others."""

    title: TitleRow | None
    conflicts: int


def link(
    ids: Sequence[tuple[str, str]],
    owners: Mapping[tuple[str, str], TitleRow],
    of_owner: Mapping[int, Collection[tuple[str, str]]],
) -> Link:
    """
    The title with these *ids* (most specific first), given who *owners* of ids are and
    all ids *of_owner* by title id.
    """
    chosen = None
    for position, pair in enumerate(ids):
        owner = owners.get(pair)
        if owner is not None and not _contradicted(ids[:position], of_owner.get(owner.id, ()), pair[0]):
            chosen = owner
            break
    others = sum(1 for pair in ids if (owner := owners.get(pair)) is not None and owner is not chosen)
    return Link(title=chosen, conflicts=others)


def same_without_ids(record: Record, titles: Sequence[TitleRow], *, has_ids: bool) -> TitleRow | None:
    """
    Of *titles* of that name that have no ids at all, the one *record* is about: of the same
    year; for a provisional one an unknown year will do. With ids of its own a record only
    takes over a provisional title.
    """
    for title in titles:
        if has_ids and not title.provisional:
            continue
        if title.year == record.year or (title.provisional and None in (title.year, record.year)):
            return title
    return None


def described(record: Record) -> dict[str, Any]:
    """The columns of *record*; None where it says nothing."""
    return {
        "name": record.title.strip(),
        "year": record.year,
        "runtime": minutes(record.runtime),
        "popularity": record.popularity,
        "country": (record.country or "").strip().upper() or None,
        "season_count": record.seasons,
        "episode_count": record.episodes,
    }


def merged(title: TitleRow, record: Record, *, only_gaps: bool) -> TitleRow:
    """*title* after *record*; *only_gaps* when a better line of the same file described it before."""
    says = described(record)
    changes: dict[str, Any] = {}
    for field in _FIELDS:
        value, known = says[field], getattr(title, field)
        gap = known is None or (field == "popularity" and known == 0)
        if value is not None and (gap or title.provisional or not only_gaps):
            changes[field] = value
    return msgspec.structs.replace(title, **changes, provisional=False)


def slug(name: str) -> str:
    """*name* in the letters links are made of; '' when it has none of them."""
    spread = unicodedata.normalize("NFKD", name.replace("&", " and "))
    plain = spread.encode("ascii", "ignore").decode().lower()
    return _NOT_IN_SLUGS.sub("-", plain.replace("'", ""))[:_LONGEST_SLUG].strip("-")


def plain_slugs(name: str, kind: str, year: int | None, title_id: int) -> list[str]:
    """The slugs a new title would take, best first: its name, or its name and year."""
    base = slug(name)
    if not base:
        return [f"{kind}-{title_id}"]
    return [base] if year is None else [base, f"{base}-{year}"]


def counted_slugs(name: str, kind: str, year: int | None, title_id: int) -> list[str]:
    """The slugs left when the plain ones are taken; the last one is nobody else's."""
    stem = plain_slugs(name, kind, year, title_id)[-1]
    return [*(f"{stem}-{number}" for number in range(2, 6)), f"{stem}-{title_id}"]


def _contradicted(
    more_specific: Sequence[tuple[str, str]], known: Collection[tuple[str, str]], linking: str
) -> bool:
    """Whether record and title both have ids at a more specific source, and share none there."""
    for source in {source for source, _ in more_specific if source != linking}:
        theirs = {pair for pair in known if pair[0] == source}
        if theirs and not theirs.intersection(more_specific):
            return True
    return False
