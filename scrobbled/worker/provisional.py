"""
Titles the catalogue lacks, made from what a player knows about them.

A media server that sends ids and metadata is enough to begin a history with an empty
catalogue; an importer completes the title later. Made under one lock: two workers
that meet the same new title make one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any

from scrobbled.match.normalize import normalize
from scrobbled.match.reading import plain
from scrobbled.model.media import Kind, TitleKind
from scrobbled.store import catalog
from scrobbled.store.catalog import NewEpisode, NewTitle
from scrobbled.worker.search import Search, numbers_of, season_of

if TYPE_CHECKING:
    from scrobbled.store.pool import Pool

ByIds = Callable[[Any, Sequence[Search]], Awaitable[None]]


def may_create_title(search: Search) -> bool:
    """Whether *search* found nothing, nothing it might be confused with, and knows enough."""
    if not search.provisional or search.title_id is not None or search.episode_id is not None:
        return False
    if search.query is None or (search.decision is not None and search.decision.reason == "ambiguous"):
        return False
    media = search.media
    if media.kind is Kind.EPISODE:
        return bool(media.ids or media.show_ids) and media.season is not None and media.episode is not None
    return bool(media.ids)


async def create_titles(pool: Pool, searches: Sequence[Search], by_ids: ByIds) -> None:
    """Make what may be made; *by_ids* looks again under the lock, and afterwards."""
    async with pool.acquire() as connection, connection.transaction():
        await catalog.lock(connection)
        wanted = [search for search in searches if may_create_title(search)]
        await by_ids(connection, wanted)
        await _by_own_name(connection, wanted)
        new: dict[tuple[Any, ...], NewTitle] = {}
        for search in wanted:
            if may_create_title(search):
                title = _new_title(search)
                new.setdefault(
                    (title.kind, title.normalized, title.year, tuple(sorted(title.ids.items()))), title
                )
        made = _without_shared_ids(list(new.values()))
        if made:
            await catalog.create_titles(connection, made)
        await by_ids(connection, wanted)
        await _by_own_name(connection, wanted)


async def create_episodes(pool: Pool, searches: Sequence[Search]) -> bool:
    """Make the episodes of known shows that are played for the first time; whether there were any."""
    new = []
    for search in searches:
        media = search.media
        if media.kind is Kind.MOVIE or search.item_ids or search.title_id is None or media.episode is None:
            continue
        if search.nowhere:
            continue
        numbers = numbers_of(media)
        for number in numbers:
            alone = len(numbers) == 1
            new.append(
                NewEpisode(
                    show_id=search.title_id,
                    season=season_of(media),
                    number=number,
                    name=media.title if alone else None,
                    runtime=_minutes(media.runtime, len(numbers)),
                    ids=media.ids if alone else {},
                )
            )
    if new:
        async with pool.acquire() as connection, connection.transaction():
            await catalog.lock(connection)
            await catalog.create_episodes(connection, new)
    return bool(new)


def _new_title(search: Search) -> NewTitle:
    assert search.query is not None  # may_create_title demands it
    name = plain(search.query)
    film = search.media.kind is Kind.MOVIE
    normalized = normalize(name.text)
    return NewTitle(
        kind=TitleKind.MOVIE if film else TitleKind.SHOW,
        name=name.text,
        normalized=normalized,
        slug=_slug(normalized),
        year=name.year,
        runtime=_minutes(search.media.runtime, 1) if film else None,
        ids=search.media.ids if film else search.media.show_ids,
    )


def _without_shared_ids(titles: list[NewTitle]) -> list[NewTitle]:
    """
    One of those titles of a batch that are the same: they share an id, or one has none
    and shares the name. The ones that know more come first.
    """
    seen: set[Any] = set()
    kept = []
    for title in sorted(titles, key=lambda each: (-len(each.ids), each.year is None)):
        marks = {(title.kind, source, value) for source, value in title.ids.items()}
        names = {(title.kind, title.normalized, year) for year in {title.year, None}}
        if not (marks or names) & seen:
            kept.append(title)
        seen |= marks | names
    return kept


async def _by_own_name(connection: Any, searches: Sequence[Search]) -> None:
    """Series without ids of their own are found again by the name they were made under."""
    names = {
        position: plain(search.query)
        for position, search in enumerate(searches)
        if search.query is not None and search.media.kind is Kind.EPISODE
        if search.title_id is None and search.episode_id is None
    }
    asked = [(position, name.text, name.year) for position, name in names.items()]
    for position, title_id in (await catalog.shows_without_ids(connection, asked)).items():
        search = searches[position]
        search.title_id, search.how, search.score = title_id, "created", 1.0


def _slug(normalized: str) -> str:
    return normalized.replace(" ", "-") or "untitled"


def _minutes(seconds: float | None, parts: int) -> int | None:
    return max(round(seconds / parts / 60), 1) if seconds else None
