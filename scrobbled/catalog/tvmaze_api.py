"""
TVmaze's API: the index of all shows, and the episodes of those that are wanted.

20 calls in 10 seconds are always answered (https://www.tvmaze.com/api#rate-limiting); the
pages of the index hold up to 250 shows, change once a day, and end with a 404.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import aiohttp

from scrobbled.catalog.client import Api, Patience
from scrobbled.catalog.copies import Copy, Progress, keep
from scrobbled.catalog.reading import Reading
from scrobbled.catalog.tvmaze import Episode, EpisodesOf, Show, episodes, objects

BASE: Final = "https://api.tvmaze.com"

#: Seconds between two calls.
_PAUSE: Final = 0.5

#: Seconds for which a page of the index stays as it is.
PAGE_AGE: Final = 24 * 3600


def connect(session: aiohttp.ClientSession, *, base: str = BASE, patience: Patience | None = None) -> Api:
    """The API at *base*."""
    return Api(session, base, pause=_PAUSE, patience=patience)


async def keep_pages(api: Api, folder: Path, *, now: float, progress: Progress | None = None) -> list[Path]:
    """
    Keep the index in *folder* and return its pages. *now* is in seconds since 1970; *progress*
    hears how many pages are there, twice, since nobody knows how many there will be.
    """
    pages: list[Path] = []
    for number in itertools.count():
        path = folder / "tvmaze" / f"shows-{number}.json"
        page = Copy(address="/shows", path=path, fresh_from=now - PAGE_AGE, parameters={"page": str(number)})
        if not page.is_fresh:
            answer = await api.get(page.address, **page.parameters)
            if answer is None:
                break
            page.write(answer)
        pages.append(path)
        if progress is not None:
            progress(len(pages), len(pages))
    return pages


def best_known(pages: Iterable[Path], count: int) -> list[Show]:
    """The *count* shows of *pages* with the greatest weight."""
    shows = (each for page in pages for _, each in objects(str(page), Reading()) if isinstance(each, Show))
    return heapq.nlargest(count, shows, key=lambda show: (show.weight, -show.id))


async def keep_episodes(
    api: Api, shows: Sequence[Show], folder: Path, *, progress: Progress | None = None
) -> None:
    """Keep the episodes of *shows* in *folder*; those of a show are asked for again once it was updated."""
    copies = [
        Copy(address=f"/shows/{show.id}/episodes", path=_path(folder, show), fresh_from=show.updated)
        for show in shows
    ]
    await keep(api, copies, progress=progress)


def kept_episodes(folder: Path, reading: Reading) -> EpisodesOf:
    """Give the episodes of a show from what is kept in *folder*."""

    def of(show: Show) -> list[Episode]:
        path = _path(folder, show)
        return episodes(str(path), reading) if path.is_file() and path.stat().st_size else []

    return of


def _path(folder: Path, show: Show) -> Path:
    return folder / "tvmaze" / f"episodes-{show.id}.json"
