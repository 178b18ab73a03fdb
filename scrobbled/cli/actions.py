"""`scrobbled actions …`: what people ticked by hand in their players, and taking it back as one."""

# ruff: noqa: PLC0415 - imported when run, not for --help

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

import click

from scrobbled.cli.context import resolved_settings

if TYPE_CHECKING:
    from scrobbled.model.media import Title
    from scrobbled.store.actions import TickAction

#: Actions that are listed.
_MOST = 100


@click.group()
def actions() -> None:
    """List what was ticked by hand, such as a season at once, and take it back."""


@actions.command("list")
@click.argument("name")
def list_actions(name: str) -> None:
    """List what NAME ticked, newest first. Id, time, player, how many plays, of what."""
    found, titles = asyncio.run(_listed(name))
    for each in found:
        title = titles.get(each.title_id)
        at = each.made_at.isoformat(timespec="seconds")
        click.echo(f"{each.id}\t{at}\t{each.source}\t{len(each.plays)}\t{title.name if title else '-'}")


@actions.command("undo")
@click.argument("name")
@click.argument("action_id", type=click.UUID)
def undo(name: str, action_id: UUID) -> None:
    """Take the plays of NAME's action ACTION_ID back. What was watched since stays."""
    count = asyncio.run(_undo(name, action_id))
    click.echo(f"{count} plays are taken back", err=True)


async def _listed(name: str) -> tuple[list[TickAction], dict[int, Title]]:
    from scrobbled.store import actions, catalog, users
    from scrobbled.store.pool import open_pool

    async with open_pool(resolved_settings().database_url or "", size=1, name="actions") as pool:
        user_id = (await users.user_called(pool, name)).id
        found = await actions.newest(pool, user_id, limit=_MOST)
        return found, await catalog.titles(pool, {each.title_id for each in found})


async def _undo(name: str, action_id: UUID) -> int:
    from scrobbled.api.undoing import unticks
    from scrobbled.errors import NotFound
    from scrobbled.store import actions, catalog, users
    from scrobbled.store.pool import open_pool
    from scrobbled.stream import producer
    from scrobbled.stream.connection import open_redis

    settings = resolved_settings()
    async with (
        open_pool(settings.database_url or "", size=1, name="actions") as pool,
        open_redis(settings.redis_url or "") as client,
    ):
        user_id = (await users.user_called(pool, name)).id
        found = await actions.holding(pool, user_id, action_id)
        if found is None:
            raise NotFound(f"no action {action_id} has a play left; see `scrobbled actions list {name}`")
        items = await catalog.items(pool, {play.item_id for play in found.plays})
        events = unticks(user_id, found.plays, items, datetime.now(UTC))
        await producer.put_back(client, events, settings.partitions)
    return len(events)
