"""What a source says of a title, checked; also one line of our JSON-lines format (pure)."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Annotated, Any, Final

import msgspec

from scrobbled.model.details import Details, EpisodeDetails
from scrobbled.model.media import ID_SOURCES, TitleKind

#: Slugs are made, not imported.
_RANK: Final = {source: rank for rank, source in enumerate(ID_SOURCES) if source != "slug"}

_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]
_Year = Annotated[int, msgspec.Meta(ge=1800, le=2200)]
_Count = Annotated[int, msgspec.Meta(ge=0, le=100_000)]
_Minutes = Annotated[float, msgspec.Meta(ge=0, le=100_000)]
_Ids = dict[str, str | int | list[str | int] | None]


class EpisodeRecord(msgspec.Struct, frozen=True, kw_only=True):
    """An episode as a line lists it. *runtime* in minutes; *season* 0 holds the specials."""

    season: _Count
    number: _Count
    absolute: _Count | None = None
    title: str | None = None
    runtime: _Minutes | None = None
    first_aired: datetime | None = None
    ids: _Ids = {}
    details: EpisodeDetails = EpisodeDetails()


class NameRecord(msgspec.Struct, frozen=True, kw_only=True):
    """Another name, in *language* (ISO 639-1) or used in *region* (ISO 3166-1), where known."""

    name: str
    language: Annotated[str, msgspec.Meta(max_length=35)] | None = None
    region: Annotated[str, msgspec.Meta(max_length=35)] | None = None


class NumberingRule(msgspec.Struct, frozen=True, kw_only=True):
    """
    Where some episodes of a part stand in the show: those in *pairs* at the numbers listed
    (an empty list: nowhere), those from *first* to *last* moved by *offset*. *part_season*
    is 1 for the part's regular episodes and 0 for its specials; *season* is the show's.
    """

    part_season: _Count
    season: _Count
    first: _Count | None = None
    last: _Count | None = None
    offset: Annotated[int, msgspec.Meta(ge=-100_000, le=100_000)] = 0
    pairs: dict[_Count, list[_Count]] = {}


class PartRecord(msgspec.Struct, frozen=True, kw_only=True):
    """
    A part of a show that another source lists as a title of its own and numbers from 1, as
    the anime sites do with seasons. *season* is the show's season it is, None when its
    numbers are the show's absolute ones; *offset* is added to them. *catalog.numbering* reads it.
    """

    ids: _Ids = {}
    names: list[str] = []
    episodes: _Count | None = None
    season: _Count | None = None
    offset: Annotated[int, msgspec.Meta(ge=-100_000, le=100_000)] = 0
    rules: list[NumberingRule] = []


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """
    A film or show as a source describes it. *runtime* in minutes, *end_year* of a show that
    ended, *seasons* and *episodes* counts; *names* are like *aka*, for a source that knows
    more of them. *only_known* marks a record that knows too little to make a title of (a line of
    ids, say): it adds to the title that has its ids, and is passed over when there is none.
    Unknown fields are skipped.
    """

    type: TitleKind
    title: _Name
    year: _Year | None = None
    end_year: _Year | None = None
    runtime: _Minutes | None = None
    popularity: Annotated[float, msgspec.Meta(ge=0)] | None = None
    country: Annotated[str, msgspec.Meta(max_length=3)] | None = None
    genres: list[str] | None = None
    anime: bool | None = None
    seasons: _Count | None = None
    episodes: _Count | None = None
    ids: _Ids = {}
    aka: list[str] = []
    names: list[NameRecord] = []
    episode_list: list[EpisodeRecord] = []
    parts: list[PartRecord] = []
    details: Details = Details()
    only_known: bool = False


_decode = msgspec.json.Decoder(Record).decode


def parse(line: bytes) -> Record:
    """The record of *line*; raises *ValueError* with a sentence for people."""
    try:
        record = _decode(line)
    except UnicodeDecodeError as error:
        raise ValueError(f"not UTF-8: {error}") from error
    if b"\\u0000" in line and _has_nul(msgspec.json.decode(line)):
        raise ValueError("a text holds the character NUL")
    if not record.title.strip():
        raise ValueError("the title is blank")
    return record


def checked(**fields: Any) -> Record:
    """The record with these *fields*, held to what a line may say; raises *ValueError* as *parse* does."""
    return parse(msgspec.json.encode(fields))


def usable_ids(ids: _Ids) -> list[tuple[str, str]]:
    """The (source, value) pairs we understand, most specific source first; a list gives several."""
    pairs: dict[tuple[str, str], None] = {}
    for source in sorted(ids.keys() & _RANK.keys(), key=_RANK.__getitem__):
        values = ids[source]
        for value in values if isinstance(values, list) else (values,):
            text = str(value).strip() if value is not None else ""
            if text and text != "0" and len(text) <= 64:  # noqa: PLR2004  # longer than any id there is
                pairs[source, text] = None
    return list(pairs)


def names_of(record: Record) -> list[NameRecord]:
    """
    The names *record* gives beside the main one, with single spaces; those that differ
    in case alone once.
    """
    main = main_name(record)
    seen = {(main or "").casefold(), ""}
    found = []
    others = [record.title, *record.aka] if main is None else record.aka
    for each in [*record.names, *(NameRecord(name=name) for name in others)]:
        name = _plain(each.name)
        if name.casefold() not in seen:
            seen.add(name.casefold())
            found.append(msgspec.structs.replace(each, name=name))
    return found


def names_of_parts(record: Record) -> list[list[str]]:
    """
    The names of each of *record*'s parts, with single spaces, that are no other part's and not
    the whole show's; those that differ in case alone once.
    """
    whole = {(main_name(record) or "").casefold(), ""} | {each.name.casefold() for each in names_of(record)}
    named = [{_plain(name).casefold(): _plain(name) for name in part.names} for part in record.parts]
    owners = Counter(folded for names in named for folded in names)
    return [
        [name for folded, name in names.items() if folded not in whole and owners[folded] == 1]
        for names in named
    ]


def main_name(record: Record) -> str | None:
    """The main name *record* gives, with single spaces; one that only adds to a title gives none."""
    return None if record.only_known else _plain(record.title)


def minutes(value: float | None) -> int | None:
    """Whole minutes; 0 stands for unknown in more than one source."""
    return round(value) or None if value is not None else None


def _plain(name: str) -> str:
    return " ".join(name.split())


def _has_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, dict):
        return any(_has_nul(key) or _has_nul(each) for key, each in value.items())
    return isinstance(value, list) and any(_has_nul(each) for each in value)
