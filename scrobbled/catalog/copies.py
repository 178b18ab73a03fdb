"""
Answers of an API, kept as files: a run that was cut off goes on where it stopped, and what
did not change is not asked for again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec

from scrobbled.catalog.client import Api
from scrobbled.errors import ScrobbledError, plainly

#: Requests under way at once; the API's pause still lies between them.
_AT_ONCE: Final = 4

#: Is told how many copies are there, and how many there will be.
Progress = Callable[[int, int], None]


class Copy(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to *address*, kept at *path* and asked for again when it is from before *fresh_from*."""

    address: str
    path: Path
    #: In seconds since 1970, UTC.
    fresh_from: float
    parameters: dict[str, str] = {}

    @property
    def is_fresh(self) -> bool:
        """Whether it is there and new enough."""
        return self.path.is_file() and self.path.stat().st_mtime >= self.fresh_from

    def write(self, answer: bytes | None) -> None:
        """Keep *answer*. That there is none is kept too, as an empty file."""
        part = self.path.with_name(self.path.name + ".part")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            part.write_bytes(answer or b"")
            part.replace(self.path)
        except OSError as error:
            raise ScrobbledError(f"{self.path}: {plainly(error)}") from error


async def keep(api: Api, copies: Sequence[Copy], *, progress: Progress | None = None) -> None:
    """Ask for all *copies* that are not fresh. Raises what *Api.get* raises; what was kept stays."""
    stale = [copy for copy in copies if not copy.is_fresh]
    there, waiting = len(copies) - len(stale), iter(stale)

    async def take(waiting: Iterator[Copy]) -> None:
        nonlocal there
        for copy in waiting:
            copy.write(await api.get(copy.address, **copy.parameters))
            there += 1
            if progress is not None:
                progress(there, len(copies))

    tasks = [asyncio.create_task(take(waiting)) for _ in range(_AT_ONCE)]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
