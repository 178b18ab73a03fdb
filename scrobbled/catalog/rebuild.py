"""
Building the shared file of names: one process of the machine at a time, beside all others.

A process of its own does it, so that nobody who matches waits for it.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from scrobbled.catalog.names import write
from scrobbled.store import names as store

if TYPE_CHECKING:
    from scrobbled.match.layout import Header, Listed
    from scrobbled.store.pool import Connection


@contextmanager
def alone(path: Path) -> Iterator[bool]:
    """Whether this process is the one that builds *path*; it stays so for the block."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.with_suffix(".lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


async def build(connection: Connection, path: Path) -> Header:
    """Read the whole catalogue through *connection* and write its index to *path*."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        horizon = await store.horizon(connection)
        loop = asyncio.get_running_loop()
        titles = _pulled(loop, store.everything(connection))
        return await asyncio.to_thread(
            write, path, titles, database=horizon.database, horizon=horizon.transaction
        )


async def build_beside(path: Path) -> int | None:
    """Run ``scrobbled catalog index`` at low priority; its status, None if somebody else builds."""
    with alone(path) as chosen:
        if not chosen:
            return None
    before = _made(path)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "scrobbled", "catalog", "index", "--quiet", preexec_fn=lambda: os.nice(10)
    )
    try:
        status = await process.wait()
    except asyncio.CancelledError:
        process.terminate()
        raise
    # Between looking and starting another may have begun; then the process left it to that one.
    return None if status == 0 and _made(path) == before else status


def _made(path: Path) -> tuple[int, int] | None:
    """Which file is at *path*."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns


def _pulled(loop: asyncio.AbstractEventLoop, pieces: AsyncIterator[list[Listed]]) -> Iterator[Listed]:
    """The titles of *pieces*, fetched through *loop* from another thread."""

    async def following() -> list[Listed]:
        return await anext(pieces, [])

    while piece := asyncio.run_coroutine_threadsafe(following(), loop).result():
        yield from piece
