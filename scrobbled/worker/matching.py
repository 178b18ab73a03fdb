"""
Which titles a batch is about: a memory in front, then ids, names, likeness, by the batch.

The pure decisions are *match*'s; this asks the catalogue for what they decide about.
What is not listed and may be made (a player's own metadata with ids) is made here, in
a transaction of its own: the catalogue belongs to everybody.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from scrobbled import metrics
from scrobbled.match.decide import confidence
from scrobbled.model.event import Action
from scrobbled.model.media import ID_SOURCES, Item, Kind, Media, Title
from scrobbled.store import catalog
from scrobbled.worker import parts, provisional
from scrobbled.worker.corrections import Corrections
from scrobbled.worker.episodes import find_episodes, find_seasons
from scrobbled.worker.memory import Memory
from scrobbled.worker.naming import by_names
from scrobbled.worker.search import Search

if TYPE_CHECKING:
    from scrobbled.catalog.live import Names
    from scrobbled.match.decide import Decision
    from scrobbled.model.event import PlaybackEvent
    from scrobbled.store.pool import Pool

#: Ids from here on are our own, not Trakt's.
OWN_IDS_FROM = 1_000_000_000


#: What is remembered: the media with all it depends on, and whose answer it is.
_Key: TypeAlias = tuple[bytes, int]
EVERYBODY = 0


class Matched(msgspec.Struct, frozen=True, kw_only=True):
    """
    What an event is about. *items* is empty when nobody can say; then *reason* says why
    and *candidates* what it might be. *score* 0–1; *how* is resolved, id, correction, alias,
    exact, fuzzy, created, cached or none. *title_id* is the film or show, where only that is known, and
    *season_id* a season of it that was asked for.
    """

    items: tuple[Item, ...] = ()
    score: float = 0.0
    how: str = "none"
    reason: str | None = None
    candidates: list[dict[str, Any]] = []
    title_id: int | None = None
    season_id: int | None = None


NOTHING = Matched(reason="nothing_to_match")


class Matcher:
    """Matches for one worker by the *names* of the catalogue; keeps what it found for a minute."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.corrections = Corrections()
        self._memory: Memory[_Key, Matched] = Memory(most=50_000, seconds=60.0)
        self._misses: Memory[tuple[_Key, int], Matched] = Memory(most=10_000, seconds=30.0)

    async def match(self, pool: Pool, events: Sequence[PlaybackEvent]) -> list[Matched]:
        """What each of *events* is about, in their order. Raises asyncpg's errors."""
        now = time.monotonic()
        keys = [_key(event, self.corrections.mark(event.user_id)) for event in events]
        found: dict[_Key, Matched] = {}
        personal: set[bytes] = set()
        # What depends on a history is searched once more, for each further user.
        while searches := self._open(events, keys, found, personal, now):
            with metrics.match_seconds.labels("searched").time():
                fresh = await self._search(pool, list(searches.values()))
            for (key, _), search, matched in zip(searches, searches.values(), fresh, strict=True):
                place = key, search.user_id if search.personal else EVERYBODY
                if search.personal:
                    personal.add(key)
                found[place] = matched
                if matched.items:
                    self._memory.put(place, msgspec.structs.replace(matched, how="cached"), now)
                else:
                    self._misses.put((place, self.names.version), matched, now)
        return [
            found.get((key, EVERYBODY)) or found.get((key, event.user_id)) or NOTHING
            if event.ignored is None
            else NOTHING
            for key, event in zip(keys, events, strict=True)
        ]

    def _open(
        self,
        events: Sequence[PlaybackEvent],
        keys: Sequence[bytes],
        found: dict[_Key, Matched],
        personal: Collection[bytes],
        now: float,
    ) -> dict[_Key, Search]:
        """What has to be searched for; what is remembered goes to *found*."""
        searches: dict[_Key, Search] = {}
        for key, event in zip(keys, events, strict=True):
            shared, own = (key, EVERYBODY), (key, event.user_id)
            wanted = own if key in personal else shared
            if shared in found or own in found or wanted in searches:
                continue
            if event.media is None or event.ignored is not None:
                continue
            for place in (shared, own):
                if (known := self._remembered(place, event, now)) is not None:
                    found[place] = known
                    break
            else:
                searches[wanted] = Search(
                    media=_sought(event.media, of_show=event.of_show),
                    provisional=event.provisional,
                    user_id=event.user_id,
                    resolution=event.resolution,
                )
        return searches

    def _remembered(self, place: _Key, event: PlaybackEvent, now: float) -> Matched | None:
        known = self._memory.get(place, now)
        if known is None and event.action is Action.PROGRESS:
            # A heartbeat every second must not search every second for what is not there.
            known = self._misses.get((place, self.names.version), now)
        return known

    async def _search(self, pool: Pool, searches: list[Search]) -> list[Matched]:
        await _by_ids(pool, searches)
        await self.corrections.settle(pool, searches)
        await by_names(pool, self.names, searches)
        if any(provisional.may_create_title(search) for search in searches):
            await provisional.create_titles(pool, searches, _by_ids)
        await find_episodes(pool, searches)
        if await parts.by_absolute_numbers(pool, searches):
            await find_episodes(pool, searches)
        if await provisional.create_episodes(pool, searches):
            await find_episodes(pool, searches)
        await find_seasons(pool, searches)
        items = await catalog.items(pool, {item for search in searches for item in search.item_ids})
        told = {
            candidate.title_id
            for search in searches
            if search.title_id is None and search.decision is not None
            for candidate in search.decision.candidates
        }
        titles = await catalog.titles(pool, told) if told else {}
        return [_matched(search, items, titles) for search in searches]


_encode = msgspec.msgpack.Encoder().encode


def _key(event: PlaybackEvent, mark: tuple[int, ...]) -> bytes:
    return _encode((event.media, event.provisional, event.resolution, mark, event.of_show))


def _sought(media: Media, *, of_show: bool) -> Media:
    """What is looked for: of a show or a season that is meant as a whole, what its episodes say of it."""
    if not of_show:
        return media
    if media.season is None:
        return Media(kind=Kind.EPISODE, show=media.title, show_year=media.year, show_ids=media.show_ids)
    return Media(
        kind=Kind.EPISODE,
        show=media.show,
        show_year=media.show_year,
        season=media.season,
        show_ids=media.show_ids,
    )


# By ids ------------------------------------------------------------------------


async def _by_ids(database: Any, searches: Sequence[Search]) -> None:
    asked = [
        (position, kind, source, value)
        for position, search in enumerate(searches)
        for kind, source, value in _ids_of(search.media)
    ]
    if not asked:
        return
    # Ours are ids of the catalogue itself; all others are looked up.
    foreign = [each for each in asked if not _is_own(each[2], each[3])]
    rows = await catalog.by_external_ids(database, [(index, *each[1:]) for index, each in enumerate(foreign)])
    hits = [(*foreign[index], entity) for index, entity in rows]
    hits += [(*each, int(each[3])) for each in asked if _is_own(each[2], each[3])]
    hits.sort(key=lambda hit: (hit[0], ID_SOURCES.index(hit[2])))
    of_parts: dict[int, int] = {}
    for position, kind, _, _, entity in hits:
        search = searches[position]
        if kind == "part":
            of_parts.setdefault(position, entity)
            continue
        if kind == "episode":
            search.episode_id = search.episode_id or entity
        else:
            search.title_id = search.title_id or entity
        search.how, search.score = "id", 1.0
    await parts.by_ids(database, searches, of_parts)


def _ids_of(media: Media) -> Iterable[tuple[str, str, str]]:
    own = "movie" if media.kind is Kind.MOVIE else "episode"
    for source, value in media.ids.items():
        yield own, source, value
    if media.kind is Kind.EPISODE:
        for source, value in media.show_ids.items():
            yield "show", source, value
    for source, value in parts.ids_of(media):
        yield "part", source, value


def _is_own(source: str, value: str) -> bool:
    return source == "trakt" and value.isdecimal() and OWN_IDS_FROM <= int(value) < 2**62


def _matched(search: Search, items: dict[int, Item], titles: dict[int, Title]) -> Matched:
    found = tuple(items[item] for item in search.item_ids if item in items)
    if found:
        return Matched(items=found, score=search.score, how=search.how)
    if search.title_id is not None:
        return Matched(
            reason="unknown_episode",
            title_id=search.title_id,
            season_id=search.season_id,
            score=search.score,
            how=search.how,
        )
    if search.decision is not None and search.decision.candidates:
        return Matched(
            score=search.decision.score,
            reason=search.decision.reason or "not_sure",
            candidates=_as_values(search.decision, titles),
        )
    has_words = search.query is not None or search.media.ids or search.media.show_ids
    return Matched(reason="unknown_title" if has_words else "nothing_to_match")


def _as_values(decision: Decision, titles: dict[int, Title]) -> list[dict[str, Any]]:
    """The candidates as plain values, to be kept with an unmatched event."""
    return [
        {"id": title.id, "kind": title.kind.value, "title": title.name, "year": title.year, "ids": title.ids,
         "score": round(candidate.score, 3), "confidence": confidence(candidate.score)}
        for candidate in decision.candidates
        if (title := titles.get(candidate.title_id)) is not None
    ]  # fmt: skip
