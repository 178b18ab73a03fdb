"""From a show and numbers to its episodes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from scrobbled.model.media import Kind, Media
from scrobbled.store import catalog, items
from scrobbled.worker.search import Search, numbers_of, season_of

if TYPE_CHECKING:
    from scrobbled.store.pool import Pool


async def find_episodes(pool: Pool, searches: Sequence[Search]) -> None:
    """Give *searches* whose title is known the items they are about; for all of them at once."""
    await _find_shows_of_ranges(pool, searches)
    asked: list[tuple[int, int, int | None, int]] = []
    places: list[int] = []
    for position, search in enumerate(searches):
        if search.media.kind is Kind.MOVIE:
            search.item_ids = () if search.title_id is None else (search.title_id,)
        elif search.episode_id is not None and not _is_range(search.media):
            search.item_ids = (search.episode_id,)
        elif search.title_id is not None and not search.nowhere:
            for number in numbers_of(search.media):
                places.append(position)
                season = None if search.media.episode is None else season_of(search.media)
                asked.append((len(asked), search.title_id, season, number))
    known = await catalog.episodes_at(pool, asked) if asked else {}
    found: dict[int, list[int | None]] = {}
    for index, position in enumerate(places):
        found.setdefault(position, []).append(known.get(index))
    for position, episodes in found.items():
        # All of a file or none of it: those that are not listed are made, then all are found.
        listed = tuple(each for each in episodes if each is not None)
        searches[position].item_ids = listed if len(listed) == len(episodes) else ()


async def find_seasons(pool: Pool, searches: Sequence[Search]) -> None:
    """Give those of *searches* whose show is known, and whose media is a season of it, that season."""
    asked = [
        (position, search.title_id, search.media.season)
        for position, search in enumerate(searches)
        if search.title_id is not None and search.media.season is not None and not numbers_of(search.media)
    ]
    if asked:
        for position, season_id in (await items.seasons_at(pool, asked)).items():
            searches[position].season_id = season_id


async def _find_shows_of_ranges(pool: Pool, searches: Sequence[Search]) -> None:
    """The id of its first episode names the show of a file that holds several."""
    lost = [
        search
        for search in searches
        if search.episode_id is not None and search.title_id is None and _is_range(search.media)
    ]
    if not lost:
        return
    known = await catalog.items(pool, {search.episode_id for search in lost if search.episode_id is not None})
    for search in lost:
        item = known.get(search.episode_id or 0)
        if item is not None:
            search.title_id = item.title.id


def _is_range(media: Media) -> bool:
    return media.episode is not None and media.episode_end is not None and media.episode_end > media.episode
