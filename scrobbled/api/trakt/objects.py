"""
Media objects as they are written into answers: made once, and kept as long as their row of the catalogue.

A history names the same shows over and over, and so do the lists of people who watch the same. Which
transaction wrote a row comes with each question, so what is kept is never older than the catalogue.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

import orjson
from aiohttp import web

from scrobbled.api.pool import POOL
from scrobbled.api.trakt.media import full, is_full
from scrobbled.store import items as store
from scrobbled.web.responses import dump
from scrobbled.wire.trakt_media import media_object, members

if TYPE_CHECKING:
    from scrobbled.model.media import Thing
    from scrobbled.store.items import Version
    from scrobbled.store.pool import Pool

#: Objects that are kept; some 400 bytes each.
_MOST: Final = 50_000


class Objects:
    """Minimal objects of one catalogue as JSON; what was made longest ago leaves first."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._made: dict[Version, str] = {}

    async def of(self, pool: Pool, versions: Iterable[Version]) -> dict[Version, str]:
        """Those of films, shows, seasons and episodes; what the catalogue lost is left out."""
        made, found, missing = self._made, {}, {}
        for version in versions:
            if (text := made.get(version)) is not None:
                found[version] = text
            elif version[1] is not None:
                missing[version[0]] = version
        things = await store.things(pool, missing) if missing else {}
        for own, thing in things.items():
            found[missing[own]] = self._keep(missing[own], thing)
        return found

    def _keep(self, version: Version, thing: Thing) -> str:
        while len(self._made) >= self._most:
            del self._made[next(iter(self._made))]
        text = self._made[version] = dump(media_object(thing)).decode()
        return text


#: One for the application; without it everything is made anew.
OBJECTS: web.AppKey[Objects] = web.AppKey("objects", Objects)


async def played(
    request: web.Request, items: Sequence[Version], titles: Sequence[Version]
) -> list[str | None]:
    """
    The members ``"type": …`` and the objects after it of films and episodes, whose versions and those of
    their titles are parallel; None for what the catalogue lost.
    """
    texts = await _written(request, {*items, *titles})
    found: list[str | None] = []
    for item, title in zip(items, titles, strict=True):
        kind = "movie" if item[1] is None else "episode"
        told = _members(texts, kind, item, title)
        found.append(None if told is None else f'"type":"{kind}",{told}')
    return found


async def things(request: web.Request, ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """By id of a film, show, season or episode: which of them it is, and its members of an entry."""
    versions = await store.versions(request.app[POOL], ids)
    texts = await _written(request, {each for _, *both in versions for each in both})
    told = ((item[0], kind, _members(texts, kind, item, title)) for kind, item, title in versions)
    return {own: (kind, members) for own, kind, members in told if members is not None}


def _members(texts: Mapping[Version, str], kind: str, item: Version, title: Version) -> str | None:
    """Of objects by version; None where one that is needed is not there."""
    whole, part = texts.get(title), None if item[1] is None else texts.get(item)
    if whole is None or (part is None and item[1] is not None):
        return None
    return members(kind, part, whole)


async def shows(request: web.Request, aired: Mapping[Version, int]) -> dict[int, str]:
    """By id, shows with the number of episodes that have *aired*."""
    texts = await _written(request, aired)
    if is_full(request):  # it is among all that is known, and counted otherwise
        told = ((own, orjson.loads(text) | {"aired_episodes": aired[own]}) for own, text in texts.items())
        return {own[0]: dump(show).decode() for own, show in told}
    return {own[0]: f'{text[:-1]},"aired_episodes":{aired[own]}}}' for own, text in texts.items()}


async def _written(request: web.Request, versions: Iterable[Version]) -> dict[Version, str]:
    """The objects as JSON, with all that is known where ``extended=full`` asks for it: that is not kept."""
    pool = request.app[POOL]
    if not is_full(request):
        objects = request.app.get(OBJECTS) or Objects()
        return await objects.of(pool, versions)
    wanted = {version[0]: version for version in versions if version[1] is not None}
    things = await store.things(pool, wanted)
    known = await full(request, things.values())
    return {wanted[own]: dump(media_object(thing, known)).decode() for own, thing in things.items()}
