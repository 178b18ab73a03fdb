"""
Anime as the rest of the catalogue has it: one show for what the anime sites list by season.

The anime-offline-database has the names and ids, the Anime-Lists say what belongs to which
TVDB show. Both are held in memory while they are put together: some 40,000 titles.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from scrobbled.catalog import anime_list, anime_offline
from scrobbled.catalog.anime_list import ListedAnime
from scrobbled.catalog.anime_offline import Entry
from scrobbled.catalog.reading import Reading
from scrobbled.catalog.records import PartRecord, Record, checked
from scrobbled.model.media import TitleKind

#: What stands for a show where there is none, of titles that are not for everybody, or are none.
_ADULT: Final = "hentai"
_MUSIC: Final = "music video"


class _Anime(msgspec.Struct, frozen=True, gc=False):
    """What both sources say of one title of the anime sites; one of them may be silent."""

    where: str
    entry: Entry | None
    listed: ListedAnime | None

    @property
    def is_movie(self) -> bool:
        """A film, or what IMDb and TMDB list as one: a special of one episode."""
        if self.entry is None:
            return _is_one_off(self.listed)
        several = self.entry.type == "TV" or self.entry.episodes > 1
        return self.entry.type == "MOVIE" or (not several and _is_one_off(self.listed))

    @property
    def names(self) -> list[str]:
        names = [self.entry.title, *self.entry.synonyms] if self.entry else []
        return list(dict.fromkeys([*names, *([self.listed.name] if self.listed else [])]))

    @property
    def ids(self) -> dict[str, list[str]]:
        """Its ids at the anime sites."""
        ids = self.entry.ids() if self.entry else {}
        return ids or ({"anidb": [self.listed.anidb]} if self.listed else {})


def records(
    offline: str | None, lists: str | None, reading: Reading, *, adult: bool = False
) -> Iterator[Record]:
    """
    The shows and films of the anime-offline-database at the path *offline* and of the Anime-Lists
    at *lists*; either may be None. What the lists mark as music video is left out, and as adult
    unless wanted. Raises *PayloadError* for a damaged file.
    """
    by_anidb = {each.anidb: each for each in anime_list.anime(lists, reading)} if lists else {}
    parts: defaultdict[str, list[_Anime]] = defaultdict(list)
    for each in _both(offline, by_anidb, reading):
        if not _is_wanted(each.listed, adult=adult):
            continue
        if each.listed is not None and each.listed.tvdb is not None and not each.is_movie:
            parts[each.listed.tvdb].append(each)
        else:
            yield from _told(each, _alone(each), reading)
    for tvdb, together in parts.items():
        together.sort(key=_place_in_show)
        if _begins(together[0]):
            yield from _told(together[0], _show(tvdb, together), reading)
            continue
        for each in together:  # the show's beginning is no anime: these are no name and no id of it
            yield from _told(each, _alone(each), reading)


def _both(offline: str | None, by_anidb: Mapping[str, ListedAnime], reading: Reading) -> Iterator[_Anime]:
    used: set[str] = set()
    for where, entry in anime_offline.entries(offline, reading) if offline else ():
        anidb = next((each for each in entry.ids().get("anidb", []) if each in by_anidb), None)
        if anidb is not None:
            used.add(anidb)
        yield _Anime(where, entry, by_anidb[anidb] if anidb is not None else None)
    for anidb, listed in by_anidb.items():
        if anidb not in used and (listed.tvdb is not None or _is_one_off(listed)):
            yield _Anime(f"line {listed.line}", None, listed)


def _is_one_off(listed: ListedAnime | None) -> bool:
    """Whether the lists mark a film, or give ids that only films have there."""
    return listed is not None and bool(listed.marked == "movie" or listed.imdb or listed.tmdb_movies)


def _is_wanted(listed: ListedAnime | None, *, adult: bool) -> bool:
    return listed is None or (listed.marked != _MUSIC and (adult or listed.marked != _ADULT))


def _place_in_show(each: _Anime) -> tuple[bool, int, int, int]:
    """The part that begins the show sorts first, its specials last."""
    assert each.listed is not None  # parts are those that are listed
    part = each.listed.part
    season = 1 if part.season is None else part.season
    return (season == 0, season, part.offset, int(each.listed.anidb))


def _alone(each: _Anime) -> dict[str, Any]:
    """A film, or a show that TVDB does not have."""
    ids: dict[str, list[str]] = dict(each.ids)
    if each.listed is not None and each.is_movie:
        ids |= {"imdb": each.listed.imdb, "tmdb": each.listed.tmdb_movies}
    kind = TitleKind.MOVIE if each.is_movie else TitleKind.SHOW
    return {"type": kind, "ids": ids, **_described(each)}


def _show(tvdb: str, together: list[_Anime]) -> dict[str, Any]:
    """
    The show that *together* make up. Its ids and names are those of the part that begins it: the
    others' numbers are not the show's, so their ids and names stay with the parts.
    """
    ids = {"tvdb": [tvdb], **together[0].ids}
    tmdb = dict.fromkeys(each for one in together if one.listed for each in one.listed.tmdb_shows)
    if len(tmdb) == 1:  # where TMDB has several shows for it, none of them is the same one
        ids["tmdb"] = list(tmdb)
    parts = [_part(each) for each in together]
    return {"type": TitleKind.SHOW, "ids": ids, **_described(together[0]), "parts": parts}


def _begins(each: _Anime) -> bool:
    """Whether the part's first episode is the show's."""
    assert each.listed is not None  # parts are those that are listed
    part = each.listed.part
    return part.season in {1, None} and part.offset == 0


def _described(each: _Anime) -> dict[str, Any]:
    names = each.names
    entry = each.entry
    return {
        "title": names[0],
        "anime": True,
        "aka": names[1:],
        "year": entry.animeSeason.year if entry else None,
        "runtime": entry.duration.value / 60 if entry and entry.duration else None,
    }


def _part(each: _Anime) -> PartRecord:
    assert each.listed is not None  # parts are those that are listed
    episodes = each.entry.episodes if each.entry else 0
    return msgspec.structs.replace(
        each.listed.part, ids=dict(each.ids), names=each.names, episodes=episodes or None
    )


def _told(each: _Anime, says: dict[str, Any], reading: Reading) -> Iterator[Record]:
    try:
        yield checked(**says)
    except ValueError as error:
        reading.refuse(each.where, error)
