"""What every `scrobbled catalog import …` does around its source: progress, conflicts, a summary."""

# ruff: noqa: PLC0415 - imported when run, not for --help

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import ExitStack, asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from scrobbled.catalog import finished
from scrobbled.catalog.imdb_files import Meter
from scrobbled.catalog.loading import Listener, Summary
from scrobbled.cli.context import resolved_settings

if TYPE_CHECKING:
    from scrobbled.store.catalog_load import Conflict
    from scrobbled.store.pool import Connection

#: Problems shown at the end; the summary counts them all.
_SHOWN_PROBLEMS = 20
#: Seconds between two looks at the progress.
_TICK = 0.5
_BAR = 24


@asynccontextmanager
async def connected() -> AsyncIterator[Connection]:
    """A connection to the catalogue, whose schema must be this version's."""
    from scrobbled.store.migrate import require_current
    from scrobbled.store.pool import connect

    connection = await connect(resolved_settings().database_url or "")
    try:
        await require_current(connection)
        yield connection
    finally:
        await connection.close()


class Import:
    """
    One import at the terminal. *files* with the same content and *options* are not read a second
    time, unless *again*; without *files* (standard input) nothing is remembered.
    """

    def __init__(
        self,
        connection: Connection,
        source: str,
        files: Sequence[Path],
        options: dict[str, Any],
        *,
        name: str,
        again: bool = False,
        conflicts: Path | None = None,
        meter: Meter | None = None,
    ) -> None:
        self._connection, self._name, self._again = connection, name, again
        self._source, self._files, self._options = source, files, options
        self._conflicts, self._meter = conflicts, meter or Meter()
        self._summary = Summary()

    async def __call__(self, work: Callable[..., Awaitable[Summary]], *, place: str = "record") -> None:
        """Let *work* import (it is given a *listener*), show how it goes, and what it did."""
        run = await self._wanted_run()
        if run is None and self._remembered:
            return
        started = time.perf_counter()
        gc.set_threshold(200_000)  # rows come by the million and are no cycles: a sixth of the reading
        summary = await self._watched(work, place)
        if run is not None:
            await finished.remember(self._connection, run, summary)
        _show(self._name, summary, time.perf_counter() - started)

    @property
    def _remembered(self) -> bool:
        return bool(self._files) and all(file.is_file() for file in self._files)

    async def _wanted_run(self) -> finished.Run | None:
        """What to remember afterwards; None when that was done before."""
        if not self._remembered:
            return None
        run = await asyncio.to_thread(finished.run_of, self._source, self._files, self._options)
        done = await finished.finished_at(self._connection, run)
        if done is None or self._again:
            return run
        when = done.astimezone().isoformat(" ", "minutes")
        click.echo(
            f"{self._name}: imported already, {when}, with the same options; --again does it all the same"
        )
        return None

    async def _watched(self, work: Callable[..., Awaitable[Summary]], place: str) -> Summary:
        with ExitStack() as stack:
            write = None
            if self._conflicts is not None:
                file = stack.enter_context(self._conflicts.open("a", encoding="utf-8"))
                write = partial(_write, file)
            listener = Listener(progress=self._hear, conflict=write, place=f"{place} {{}}".format)
            ticking = asyncio.create_task(self._tick()) if sys.stderr.isatty() else None
            try:
                return await work(listener=listener)
            finally:
                if ticking is not None:
                    ticking.cancel()
                    with suppress(asyncio.CancelledError):
                        await ticking
                    click.echo("\r\x1b[K", nl=False, err=True)

    def _hear(self, summary: Summary) -> None:
        self._summary = summary

    async def _tick(self) -> None:
        """Show a bar where the length is known, and what is done."""
        started = time.perf_counter()
        while True:
            await asyncio.sleep(_TICK)
            bar = ""
            if self._meter.total:
                share = min(self._meter.done / self._meter.total, 1.0)
                bar = f"[{'#' * round(share * _BAR):{_BAR}}] {share:4.0%} "
            rows = _rows(self._summary)
            rate = rows / (time.perf_counter() - started)
            click.echo(f"\r\x1b[K{bar}{rows:,} rows, {rate:,.0f}/s", nl=False, err=True)


def _show(name: str, summary: Summary, seconds: float) -> None:
    for problem in summary.problems[:_SHOWN_PROBLEMS]:
        click.echo(f"{name}: {problem}", err=True)
    rate = summary.read / seconds if seconds else 0.0
    click.echo(
        f"{name}: {summary.read:,} read: {summary.new:,} new, {summary.updated:,} updated, "
        f"{summary.unchanged:,} unchanged, {summary.bad:,} bad; {summary.episodes_new:,} new episodes, "
        f"{summary.episodes_updated:,} updated; {summary.names:,} new names, {summary.ids:,} new ids, "
        f"{summary.conflicts:,} conflicting; {seconds:,.1f} s, {rate:,.0f} rows/s"
    )


def _rows(summary: Summary) -> int:
    return summary.new + summary.updated + summary.unchanged + summary.episodes_new + summary.names


def _write(file: Any, conflict: Conflict, sentence: str) -> None:
    file.write(json.dumps({**msgspec.to_builtins(conflict), "problem": sentence}, ensure_ascii=False) + "\n")
