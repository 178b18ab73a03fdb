"""
What people taught, as one worker sees it: the step between ids and names.

Who taught anything is known without asking, and is part of the key of the matcher's
memory: nothing of one user's reaches another, and nothing outlives a correction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from scrobbled.match.corrections import WORDS, contradicts, keys_of
from scrobbled.model.media import Kind, Media, TitleKind
from scrobbled.store import corrections
from scrobbled.worker.search import numbers_of

if TYPE_CHECKING:
    from scrobbled.store.corrections import Found
    from scrobbled.store.pool import Database
    from scrobbled.worker.search import Search


class Corrections:
    """Who taught something. Until *know* was called everybody may have, and is asked for."""

    def __init__(self) -> None:
        self._known = False
        self._aliases = False
        self._versions: dict[int, int] = {}  # of each user who taught something
        self._everybody = 0
        self._changes = 0

    def know(self, users: Iterable[int], *, aliases: bool) -> None:
        """
        Who taught anything, and whether there are aliases: at the start, and after notices
        may have been missed.
        """
        self._known, self._aliases = True, aliases
        self._versions = dict.fromkeys(users, 0)
        self._everybody = self._next()

    def hear(self, payload: str) -> None:
        """Something changed: the corrections of the user *payload* names, or the aliases."""
        if payload:
            self._versions[int(payload)] = self._next()
        else:
            self._aliases = True
            self._everybody = self._next()

    def mark(self, user_id: int) -> tuple[int, ...]:
        """
        What a found title depends on beside the media: it is remembered under this. Users
        who taught nothing share a mark, once it is known who they are.
        """
        version = self._versions.get(user_id)
        if version is None and self._known:
            return (self._everybody,)
        return (self._everybody, user_id, version or 0)

    async def settle(self, database: Database, searches: Sequence[Search]) -> None:
        """Give *searches* that were decided before, or that somebody taught, their title."""
        asked = []
        for position, search in enumerate(searches):
            resolution = search.resolution
            if resolution is not None:
                numbers = resolution.season, resolution.episode
                _settle(search, resolution.title_id, resolution.kind, numbers)
                search.how, search.score = resolution.how, resolution.score
            elif self._may_know(search) and _is_open(search):
                keys = enumerate(keys_of(search.media))
                asked += [(position, search.user_id, rank, *key) for rank, key in keys]
        if not asked:
            return
        for position, found in (await corrections.find(database, asked)).items():
            search = searches[position]
            fits = next((each for each in found if _fits(search, each)), None)
            if fits is not None:
                kind = Kind.MOVIE if fits.kind is TitleKind.MOVIE else Kind.EPISODE
                _settle(search, fits.title_id, kind, (fits.season, fits.number))
                search.how, search.score = "correction" if fits.own else "alias", 1.0

    def _may_know(self, search: Search) -> bool:
        return self._aliases or search.user_id in self._versions or not self._known

    def _next(self) -> int:
        self._changes += 1
        return self._changes


def _is_open(search: Search) -> bool:
    """Whether ids left open which title it is, or which episode of it."""
    if search.episode_id is not None:
        return False
    if search.title_id is None or search.nowhere:
        return True
    return search.media.kind is Kind.EPISODE and search.media.episode is None


def _fits(search: Search, found: Found) -> bool:
    if search.title_id is not None and (search.title_id != found.title_id or found.season is None):
        return False
    return not (found.source == WORDS and contradicts(search.media, found.ids))


def _settle(search: Search, title_id: int, kind: Kind, numbers: tuple[int | None, int | None]) -> None:
    search.title_id, search.episode_id, search.decision, search.nowhere = title_id, None, None, False
    search.media = _corrected(search.media, kind, *numbers)


def _corrected(media: Media, kind: Kind, season: int | None, number: int | None) -> Media:
    """
    *media* as the person meant it. Its ids and its name are left out: what one user says
    of a title adds none to the catalogue, which belongs to everybody.
    """
    changed: dict[str, Any] = {"kind": kind, "title": None, "ids": {}, "show_ids": {}}
    if season is not None and number is not None:
        several = len(numbers_of(media)) if media.kind is Kind.EPISODE else 1
        changed |= {
            "season": season,
            "episode": number,
            "episode_end": number + several - 1 if several > 1 else None,
            "absolute": None,
        }
    return replace(media, **changed)
