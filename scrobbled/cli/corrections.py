"""`scrobbled corrections …`: what people taught by resolving events."""

# ruff: noqa: PLC0415 - imported when run, not for --help

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import click

from scrobbled.cli.context import resolved_settings

if TYPE_CHECKING:
    from scrobbled.store.corrections import Correction

#: Corrections listed in one go.
_MOST = 10_000


@click.group()
def corrections() -> None:
    """List what was taught by resolving events, and take it back."""


@corrections.command("list")
@click.argument("name")
def list_corrections(name: str) -> None:
    """List what NAME taught, newest first.

    Id, what was said, the title; * where it holds for everybody.
    """
    for each in asyncio.run(_listed(name)):
        said = ", ".join(f"{said['source']} {said['value']}{'*' * said['everybody']}" for said in each.said)
        title = f"{each.title.name} ({each.title.id})" if each.title else "a title that is gone"
        number = "" if each.season is None else f" S{each.season:02}E{each.number:02}"
        click.echo(f"{each.id}\t{said}\t{title}{number}")


@corrections.command("remove")
@click.argument("name")
@click.argument("number", type=click.IntRange(1), metavar="ID")
def remove(name: str, number: int) -> None:
    """Take NAME's correction ID back; plays that it made stay."""
    asyncio.run(_remove(name, number))
    click.echo(f"correction {number} of {name} removed", err=True)


async def _listed(name: str) -> list[Correction]:
    from scrobbled.store import corrections as store
    from scrobbled.store import users
    from scrobbled.store.pool import open_pool

    async with open_pool(resolved_settings().database_url or "", size=1, name="corrections") as pool:
        owner = await users.user_called(pool, name)
        return await store.listed(pool, owner.id, limit=_MOST)


async def _remove(name: str, number: int) -> None:
    from scrobbled.store import corrections as store
    from scrobbled.store import users
    from scrobbled.store.pool import open_pool

    settings = resolved_settings()
    async with open_pool(settings.database_url or "", size=1, name="corrections") as pool:
        owner = await users.user_called(pool, name)
        await store.take_back(pool, owner.id, number, settings.alias_users)
