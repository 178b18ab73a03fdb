"""`scrobbled unmatched …`: events that wait for a title."""

# ruff: noqa: PLC0415 - imported when run, not for --help

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from scrobbled.cli.context import resolved_settings

if TYPE_CHECKING:
    from scrobbled.store.reads import Waiting

#: Events looked at in one go.
_MOST = 10_000


@click.group()
def unmatched() -> None:
    """List events that wait for a title, and try them again."""


@unmatched.command("list")
@click.argument("name")
def list_unmatched(name: str) -> None:
    """List what NAME's players sent that nobody could match: id, time, what it said it was."""
    for row in asyncio.run(_waiting(name)):
        media: dict[str, Any] = row.event.get("media") or {}
        name_sent = media.get("show") or media.get("title") or "?"
        episode = media.get("episode")
        number = "" if episode is None else f" S{media.get('season', 0):02}E{episode:02}"
        click.echo(f"{row.event_id}\t{row.occurred_at.isoformat(timespec='seconds')}\t{name_sent}{number}")


@unmatched.command("retry")
@click.argument("name")
def retry_unmatched(name: str) -> None:
    """Try all of NAME's again, each at its own time: after an import, for example."""
    count = asyncio.run(_retry(name))
    click.echo(f"{count} put back", err=True)


async def _waiting(name: str) -> list[Waiting]:
    from scrobbled.store import reads, users
    from scrobbled.store.pool import open_pool

    async with open_pool(resolved_settings().database_url or "", size=1, name="unmatched") as pool:
        owner = await users.user_called(pool, name)
        last = (reads.END, UUID(int=2**128 - 1))
        return await reads.unmatched(pool, owner.id, after=last, limit=_MOST)


async def _retry(name: str) -> int:
    import msgspec

    from scrobbled.model.event import PlaybackEvent
    from scrobbled.stream import names
    from scrobbled.stream.codec import encode_event
    from scrobbled.stream.connection import open_redis

    settings = resolved_settings()
    events = [msgspec.convert(row.event, PlaybackEvent) for row in await _waiting(name)]
    async with open_redis(settings.redis_url or "") as client:
        for event in reversed(events):
            key = names.events(names.partition_of(event.user_id, settings.partitions))
            await client.xadd(key, {names.FIELD: encode_event(event)})
    return len(events)
