"""
What words leave open, decided: the index of names first, then what the user knows.

Nothing is asked of the database for most of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from scrobbled.match.corrections import contradicts
from scrobbled.match.decide import prefer
from scrobbled.model.media import Kind, Media, Title
from scrobbled.store import catalog
from scrobbled.worker import parts
from scrobbled.worker.search import Search, wanted

if TYPE_CHECKING:
    from scrobbled.catalog.live import Names
    from scrobbled.match.decide import Decision
    from scrobbled.store.pool import Pool


async def by_names(pool: Pool, names: Names, searches: Sequence[Search]) -> None:
    """Give what ids left open the title its name means; nothing is asked of the database for most."""
    for search in searches:
        if search.title_id is None and search.episode_id is None:
            search.query = wanted(search.media)
    undecided = [search for search in searches if search.query is not None]
    version = names.version
    _decide(names, undecided)
    # Nothing is left unmatched for a title that is there by now.
    unclear = any(search.decision is None or search.decision.title_id is None for search in undecided)
    if unclear:
        await names.refresh(pool)
        if names.version != version:  # whoever took it in
            _decide(names, undecided)
    await _prefer_familiar(pool, undecided)
    known = await _titles_with_ids(pool, undecided)
    for search in undecided:
        if search.decision is not None and search.decision.title_id is not None:
            _settle(search, search.decision, known.get(search.decision.title_id))
    await parts.by_names(pool, undecided)


def _decide(names: Names, searches: Sequence[Search]) -> None:
    for search in searches:
        search.decision = names.decide(search.query) if search.query is not None else None


def _settle(search: Search, decision: Decision, listed: Title | None) -> None:
    best, media = decision.candidates[0], search.media
    # What has ids of its own may be made: then only its very name is another title's.
    if _has_ids(media) and (best.alike or (listed is not None and contradicts(media, listed.ids))):
        return
    search.title_id, search.score = best.title_id, decision.score
    search.how = "fuzzy" if best.alike else "exact"
    numbered = media.season is not None or media.episode is not None or media.absolute is not None
    if media.kind is Kind.EPISODE and not numbered:
        said = best.reading
        search.media = msgspec.structs.replace(
            media, season=said.season, episode=said.episode, absolute=said.absolute
        )


async def _prefer_familiar(pool: Pool, searches: Sequence[Search]) -> None:
    """Of several of one name somebody means the one that is in their history."""
    unclear = [search for search in searches if search.decision and search.decision.reason == "ambiguous"]
    asked = [
        (search.user_id, candidate.title_id)
        for search in unclear
        if search.decision is not None
        for candidate in search.decision.candidates
    ]
    if not asked:
        return
    seen = await catalog.in_history(pool, asked)
    for search in unclear:
        search.personal = True
        if search.decision is not None:
            search.decision = prefer(search.decision, seen.get(search.user_id, frozenset()))


async def _titles_with_ids(pool: Pool, searches: Sequence[Search]) -> dict[int, Title]:
    """Titles whose own ids have to be looked at, or that are told as candidates."""
    wanted_ids: set[int] = set()
    for search in searches:
        if search.decision is not None and search.decision.title_id is not None and _has_ids(search.media):
            wanted_ids.add(search.decision.title_id)
    return await catalog.titles(pool, wanted_ids) if wanted_ids else {}


def _has_ids(media: Media) -> bool:
    """Whether *media* has ids of the title itself."""
    return bool(media.ids if media.kind is Kind.MOVIE else media.show_ids or media.ids)
