"""`scrobbled migrate`: bring the database schema up to date."""

# ruff: noqa: PLC0415 - imported when run, not for --help

from __future__ import annotations

import click

from scrobbled.cli.context import resolved_settings


@click.command()
def migrate() -> None:
    """Bring the database schema up to date and name what was applied.

    `scrobbled serve` does this by itself; a setup with roles on several
    machines runs it once before they start.
    """

    import asyncio

    from scrobbled.store.migrate import migrate as apply

    applied = asyncio.run(apply(resolved_settings().database_url or ""))
    for name in applied:
        click.echo(name)
    if not applied:
        click.echo("nothing to do: the schema is current", err=True)
