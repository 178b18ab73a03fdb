"""
The bodies of Trakt's sync writes: films, shows, seasons and episodes, and what is said of them.

``{"movies": [], "shows": [], "seasons": [], "episodes": [], "ids": []}``, each of them optional
(Trakt fact sheet §2, §6, §11). Shows hold seasons and seasons hold episodes, by number; what stands
nearest to an item counts. An empty list inside a show is as good as none: the whole show is meant.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

import msgspec

from scrobbled.errors import UnprocessableError
from scrobbled.model.wanted import Called, ThingKind, Wanted
from scrobbled.wire import fields, trakt_body
from scrobbled.wire.ids import external_ids

#: Where in a body something stood: ("shows", 0, "seasons", 2, "episodes", 1).
Path: TypeAlias = tuple[str | int, ...]

SECTIONS: Final = ("movies", "shows", "seasons", "episodes")

#: What can be on a list at Trakt, but is nobody's here.
PEOPLE: Final = "people"

_KINDS: Final = {
    "movies": ThingKind.MOVIE,
    "shows": ThingKind.SHOW,
    "seasons": ThingKind.SEASON,
    "episodes": ThingKind.EPISODE,
}

#: Things that one body may name, seasons and episodes inside shows counted.
MOST: Final = 100_000

_HIGHEST_NUMBER: Final = 100_000  # of a season or an episode
_HIGHEST_ID: Final = 2**63 - 1


class Entry(msgspec.Struct, frozen=True, gc=False):
    """
    A thing that a body names. *levels* are the objects it stands in, its own first; *leaf* says that
    nothing stands in it.
    """

    wanted: Wanted
    path: Path
    levels: tuple[Mapping[str, object], ...]
    leaf: bool

    def said(self, name: str) -> object:
        """What is said of it under *name*, by itself or by the nearest around it; None for nothing."""
        return next((level[name] for level in self.levels if level.get(name) not in (None, "")), None)

    @property
    def where(self) -> str:
        """Its place in words: ``shows[0].seasons[2]``."""
        words = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in self.path)
        return words.removeprefix(".")


class Body(msgspec.Struct, frozen=True, gc=False):
    """
    A body that was read. *ids* are the plays it names and *odd_ids* what stood among them and is no
    play's id.
    """

    payload: Mapping[str, Any]
    entries: list[Entry]
    ids: list[int]
    odd_ids: list[object]

    @property
    def leaves(self) -> list[Entry]:
        """The entries in which nothing else stands: what a history or a list takes."""
        return [entry for entry in self.entries if entry.leaf]


def parse(body: bytes) -> Body:
    """
    Read a body. Raises *PayloadError* for what is not JSON, *UnprocessableError* for what has another
    shape. An item that can be read but names nothing is an entry whose *wanted* nobody finds.
    """
    payload = trakt_body.read(body, SECTIONS)
    entries: list[Entry] = []
    for section in SECTIONS:
        for index, item in enumerate(_list(payload, section, section)):
            entries.extend(_entries(section, index, item))
            if len(entries) > MOST:
                message = f"the body names more than {MOST} items; send it in parts"
                raise UnprocessableError(message)
    ids, odd_ids = _play_ids(payload)
    return Body(payload, entries, ids, odd_ids)


def not_found(
    body: Body, missing: Iterable[Entry], sections: Sequence[str] = SECTIONS
) -> dict[str, list[Any]]:
    """
    The caller's own objects of what is *missing*, by section. Of a show in which only some seasons or
    episodes are missing, those; of people, where *sections* has them, all.
    """
    lost: dict[str, dict[int, list[Path]]] = {section: {} for section in sections}
    for entry in missing:
        section, index, *rest = entry.path
        if section in lost:
            lost[str(section)].setdefault(int(index), []).append(tuple(rest))
    told: dict[str, list[Any]] = {
        section: [_cut(body.payload[section][index], paths) for index, paths in found.items()]
        for section, found in lost.items()
    }
    if PEOPLE in lost:
        sent = body.payload.get(PEOPLE)
        told[PEOPLE] = sent if isinstance(sent, list) else []
    return told


def _cut(item: Mapping[str, Any], paths: Sequence[Path]) -> Mapping[str, Any]:
    """*item* with only that of its seasons or episodes to which *paths* lead; () is the item itself."""
    if () in paths:
        return item
    kept: dict[str, dict[int, list[Path]]] = {}
    for inner, index, *rest in paths:
        kept.setdefault(str(inner), {}).setdefault(int(index), []).append(tuple(rest))
    return {
        **item,
        **{
            inner: [_cut(item[inner][index], below) for index, below in found.items()]
            for inner, found in kept.items()
        },
    }


# Reading ---------------------------------------------------------------------------


def _list(holder: Mapping[str, Any], name: str, where: str) -> list[Mapping[str, Any]]:
    found = holder.get(name)
    if found is None:
        return []
    if not isinstance(found, list):
        message = f"{where} must be a list"
        raise UnprocessableError(message)
    for index, item in enumerate(found):
        if not isinstance(item, dict):
            message = f"{where}[{index}] must be an object"
            raise UnprocessableError(message)
    return found


def _entries(section: str, index: int, item: Mapping[str, Any]) -> Iterator[Entry]:
    path, kind = (section, index), _KINDS[section]
    show = _mapping(item.get("show"))
    called = _called(kind, item)
    if kind is ThingKind.MOVIE:
        yield Entry(Wanted(called=called), path, (item,), leaf=True)
    elif kind is ThingKind.SHOW:
        yield from _show(called, path, item)
    elif kind is ThingKind.SEASON:
        yield from _season(called, _called(ThingKind.SHOW, show), path, (item,))
    else:
        yield _episode(called, _called(ThingKind.SHOW, show), item.get("season"), path, (item,))


def _show(called: Called, path: Path, item: Mapping[str, Any]) -> Iterator[Entry]:
    seasons = _list(item, "seasons", f"{path[0]}[{path[1]}].seasons")
    yield Entry(Wanted(called=called), path, (item,), leaf=not seasons)
    for index, season in enumerate(seasons):
        yield from _season(
            _called(ThingKind.SEASON, season), called, (*path, "seasons", index), (season, item)
        )


def _season(
    called: Called, show: Called, path: Path, levels: tuple[Mapping[str, Any], ...]
) -> Iterator[Entry]:
    item = levels[0]
    wanted = Wanted(called=called, show=show, number=_number(item.get("number")))
    entry = Entry(wanted, path, levels, leaf=True)
    episodes = _list(item, "episodes", f"{entry.where}.episodes")
    yield Entry(wanted, path, levels, leaf=not episodes)
    for index, episode in enumerate(episodes):
        inner = (*path, "episodes", index)
        yield _episode(
            _called(ThingKind.EPISODE, episode), show, item.get("number"), inner, (episode, *levels)
        )


def _episode(
    called: Called, show: Called, season: object, path: Path, levels: tuple[Mapping[str, Any], ...]
) -> Entry:
    wanted = Wanted(called=called, show=show, season=_number(season), number=_number(levels[0].get("number")))
    return Entry(wanted, path, levels, leaf=True)


def _called(kind: ThingKind, item: Mapping[str, Any]) -> Called:
    """What it is called; an episode's or a season's own title names nothing."""
    ids = external_ids(_mapping(item.get("ids")).items())
    titled = kind in (ThingKind.MOVIE, ThingKind.SHOW)
    return Called(
        kind,
        tuple(ids.items()),
        fields.text(item.get("title")) if titled else None,
        fields.year(item.get("year")) if titled else None,
    )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _number(value: object) -> int | None:
    found = fields.count(value)
    return found if found is not None and found <= _HIGHEST_NUMBER else None


def _play_ids(payload: Mapping[str, Any]) -> tuple[list[int], list[object]]:
    """The ids of plays, and what cannot be one."""
    found = payload.get("ids")
    if found is None:
        return [], []
    if not isinstance(found, list):
        raise UnprocessableError("ids must be a list of history ids")
    ids, odd = [], []
    for each in found:
        number = identifier(each)
        if number is None:
            odd.append(each)
        else:
            ids.append(number)
    return ids, odd


def identifier(value: object) -> int | None:
    """The id that *value* is, as a number or its digits; None for anything else."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= 19:  # noqa: PLR2004  # digits of the highest
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if 0 < value <= _HIGHEST_ID else None
