"""`scrobbled catalog …`: fill the catalogue, and see how much is in it."""

# ruff: noqa: PLC0415 - imported when run, not for --help

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import click

from scrobbled.cli import catalog_sources
from scrobbled.cli.context import resolved_settings

if TYPE_CHECKING:
    from scrobbled.catalog.jsonl import Summary

#: Problems shown at the end; the summary counts them all.
_SHOWN_PROBLEMS = 20


@click.group()
def catalog() -> None:
    """Fill the catalogue of films and shows, and see how much is in it."""


@catalog.group("import")
def import_() -> None:
    """Add what a source lists; running it again changes nothing."""


@import_.command("jsonl")
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
def jsonl(files: tuple[str, ...]) -> None:
    """Import FILE… in our own format, one title a line, gzipped or not; - reads standard input."""
    asyncio.run(_import(resolved_settings().database_url or "", files))


for _command in catalog_sources.COMMANDS:
    import_.add_command(_command)


@catalog.command("stats")
def stats() -> None:
    """Count titles, episodes, names and external ids."""
    for name, count in asyncio.run(_stats(resolved_settings().database_url or "")).items():
        click.echo(f"{name.replace('_', ' '):14}{count:>12,}")


async def _import(database_url: str, files: tuple[str, ...]) -> None:
    from scrobbled.catalog.jsonl import import_jsonl
    from scrobbled.store.migrate import require_current
    from scrobbled.store.pool import connect

    connection = await connect(database_url)
    try:
        await require_current(connection)
        for file in files:
            summary = await import_jsonl(connection, file, progress=_show_progress)
            _show(file, summary)
    finally:
        await connection.close()


async def _stats(database_url: str) -> dict[str, int]:
    from scrobbled.store import catalog as store
    from scrobbled.store.pool import connect

    connection = await connect(database_url)
    try:
        return await store.stats(connection)
    finally:
        await connection.close()


def _show_progress(summary: Summary) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r{summary.read:,} lines", nl=False, err=True)


def _show(file: str, summary: Summary) -> None:
    if sys.stderr.isatty():
        click.echo("\r", nl=False, err=True)
    for problem in summary.problems[:_SHOWN_PROBLEMS]:
        click.echo(f"{file}: {problem}", err=True)
    click.echo(
        f"{file}: {summary.read:,} read: {summary.new:,} new, {summary.updated:,} updated, "
        f"{summary.unchanged:,} unchanged, {summary.bad:,} bad; {summary.conflicts:,} conflicting ids"
    )
