"""
Episodes that are numbered within a part of a show, placed where they stand in the show.

The anime sites list each season as a title of its own and number it from 1. What comes with
nothing but such an id, or by such a name, has the part's numbers; where they stand is known from the
catalogue's parts. See docs/decisions/0014.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

import msgspec

from scrobbled.catalog.numbering import Place, place
from scrobbled.catalog.records import NumberingRule, PartRecord
from scrobbled.catalog.trust import SEVERAL_IDS
from scrobbled.match.parts import meant
from scrobbled.match.score import FEATURES
from scrobbled.model.media import Kind, Media
from scrobbled.store import parts
from scrobbled.worker.search import numbers_of

if TYPE_CHECKING:
    from scrobbled.store.parts import Part
    from scrobbled.store.pool import Database
    from scrobbled.worker.search import Search

#: Sites whose ids are those of parts. Beside an id of any other the numbers are the show's.
_SITES: Final = SEVERAL_IDS | {"simkl"}

#: Seasons a part has: its specials and its regular episodes.
_OF_A_PART: Final = frozenset({0, 1, None})

#: Orders of the player's own: their numbers are not the part's.
_OTHER_ORDERS: Final = frozenset({"dvd", "hama"})

_ALIAS: Final = FEATURES.index("alias")


def ids_of(media: Media) -> Iterable[tuple[str, str]]:
    """The ids of *media* that may be a part's, by source."""
    if media.kind is not Kind.EPISODE or not media.show_ids.keys() <= _SITES:
        return ()
    return media.show_ids.items()


async def by_ids(database: Database, searches: Sequence[Search], hits: Mapping[int, int]) -> None:
    """Place those of *searches* whose ids are a part's: *hits* are part ids by position."""
    if not hits:
        return
    known = await parts.by_id(database, hits.values())
    for position, part_id in hits.items():
        search, part = searches[position], known.get(part_id)
        if part is None or (search.resolution is not None and search.resolution.title_id != part.show_id):
            continue
        search.title_id, search.how, search.score = part.show_id, "id", 1.0
        _place(search, part)


async def by_names(database: Database, searches: Sequence[Search]) -> None:
    """Place those of *searches* that were found by a name of a part."""
    unclear = [search for search in searches if _may_mean_a_part(search)]
    if not unclear:
        return
    shows = {search.title_id for search in unclear if search.title_id is not None}
    names = await parts.names_of(database, shows)
    found = [(search, meant(_texts(search), names.get(search.title_id or 0, ()))) for search in unclear]
    named = {part_id for _, part_id in found if part_id is not None}
    known = await parts.by_id(database, named) if named else {}
    for search, part_id in found:
        if part_id is not None and part_id in known:
            _place(search, known[part_id])


async def by_absolute_numbers(database: Database, searches: Sequence[Search]) -> bool:
    """
    Place those of *searches* whose absolute number no episode has, by the part that is numbered so;
    whether there were any.
    """
    lost = [search for search in searches if _is_lost(search)]
    if not lost:
        return False
    known = await parts.absolute(
        database, {search.title_id for search in lost if search.title_id is not None}
    )
    placed = False
    for search in lost:
        part = known.get(search.title_id or 0)
        media = None if part is None else moved(search.media, _record(part))
        if media is not None and media.episode is not None:
            search.media, placed = media, True
    return placed


def moved(media: Media, part: PartRecord) -> Media | None:
    """
    *media*, which has the numbers of *part*, with those of the show; None when the show has no such
    episode, or when what is one file here is not one run of episodes there.
    """
    numbers = numbers_of(media)
    season = 0 if media.season == 0 else 1
    found = [place(part, season, number) for number in numbers]
    if not all(found):
        return None
    places = [each for several in found for each in several]
    return _numbered(media, places) if places else media


def _place(search: Search, part: Part) -> None:
    media = search.media
    if media.season not in _OF_A_PART or media.order in _OTHER_ORDERS:
        return  # these are the show's numbers already
    found = moved(media, _record(part))
    if found is None:
        search.nowhere = True
    else:
        search.media = found


def _numbered(media: Media, places: Sequence[Place]) -> Media | None:
    first, last = places[0], places[-1]
    if first.season is None or first.number is None:
        if len(places) > 1:
            return None
        return msgspec.structs.replace(
            media, season=None, episode=None, episode_end=None, absolute=first.absolute, order=None
        )
    run = [(first.season, first.number + step) for step in range(len(places))]
    if [(each.season, each.number) for each in places] != run:
        return None
    return msgspec.structs.replace(
        media,
        season=first.season,
        episode=first.number,
        episode_end=last.number if len(places) > 1 else None,
        absolute=first.absolute if len(places) == 1 else None,
        order=None,
    )


def _record(part: Part) -> PartRecord:
    rules = msgspec.convert(part.rules, list[NumberingRule], strict=False)
    return PartRecord(season=part.season, offset=part.offset, rules=rules)


def _may_mean_a_part(search: Search) -> bool:
    """Whether it was found by another name than the main one of its show."""
    decision, media = search.decision, search.media
    if search.title_id is None or decision is None or decision.title_id != search.title_id:
        return False
    if media.kind is not Kind.EPISODE or media.season not in _OF_A_PART:
        return False
    best = decision.candidates[0]
    return best.alike or bool(best.values[_ALIAS]) or best.reading.season not in {None, media.season}


def _texts(search: Search) -> list[str]:
    assert search.query is not None  # it was found by a name
    assert search.decision is not None
    return [search.query.text, search.decision.candidates[0].reading.text]


def _is_lost(search: Search) -> bool:
    media = search.media
    if search.title_id is None or search.item_ids or search.nowhere:
        return False
    return media.kind is Kind.EPISODE and media.episode is None and media.absolute is not None
