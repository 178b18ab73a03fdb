"""`scrobbled unmatched …`: events that wait for a title."""

# ruff: noqa: PLC0415 - imported when run, not for --help

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from scrobbled.cli.context import resolved_settings

if TYPE_CHECKING:
    from scrobbled.api.resolving import Resolved, Target
    from scrobbled.config import Settings
    from scrobbled.model.event import PlaybackEvent
    from scrobbled.store.pool import Pool
    from scrobbled.store.reads import Waiting

#: Events looked at in one go.
_MOST = 10_000

#: Seconds between two looks at whether the workers are done.
_LOOK = 0.1


@click.group()
def unmatched() -> None:
    """List events that wait for a title, say which it is, try them again."""


@unmatched.command("list")
@click.argument("name")
def list_unmatched(name: str) -> None:
    """List what NAME's players sent that nobody could match. Id, time, what it said it was."""
    for row in asyncio.run(_waiting(name)):
        media: dict[str, Any] = row.event.get("media") or {}
        name_sent = media.get("show") or media.get("title") or "?"
        episode = media.get("episode")
        number = "" if episode is None else f" S{media.get('season', 0):02}E{episode:02}"
        click.echo(f"{row.event_id}\t{row.occurred_at.isoformat(timespec='seconds')}\t{name_sent}{number}")


@unmatched.command("retry")
@click.argument("name")
def retry_unmatched(name: str) -> None:
    """Let the workers try all of NAME's again. They also do it by themselves."""
    count = asyncio.run(_retry(name))
    click.echo(f"{count} will be tried again", err=True)


@unmatched.command("resolve")
@click.argument("event_id", type=click.UUID)
@click.option(
    "--to",
    "title",
    required=True,
    metavar="TITLE",
    help="Our id (1000000123), an IMDb id (tt0386676), or SOURCE:KIND:ID such as tmdb:movie:603.",
)
@click.option("--kind", type=click.Choice(["movie", "episode"]), help="Where the player was wrong about it.")
@click.option("--season", type=click.IntRange(0), help="The event's own when not given.")
@click.option("--episode", type=click.IntRange(0), help="The event's own when not given.")
@click.option("--user", "name", help="Whose event it is, should two users have one of this id.")
def resolve(
    event_id: UUID, *, title: str, kind: str | None, season: int | None, episode: int | None, name: str | None
) -> None:
    """Say which title EVENT_ID is about. It counts at its own time, and the next are known."""
    target = _target(title, kind, season, episode)
    done = asyncio.run(_resolve(event_id, target, name))
    event = done.event
    item = event["items"][0]
    number = "" if item.season is None else f" S{item.season:02}E{item.episode:02}"
    reason = f" ({event['reason']})" if event["reason"] else ""
    plays = f", play {event['play_ids'][0]}" if event["play_ids"] else ""
    click.echo(f"{item.title.name}{number}: {event['outcome']}{reason}{plays}")
    click.echo(f"{done.also_settled} other waiting events settled", err=True)


def _target(title: str, kind: str | None, season: int | None, episode: int | None) -> Target:
    from scrobbled.api.resolving import Target
    from scrobbled.model.media import Kind

    ids: dict[str, str | int] | None = None
    if not title.isdecimal():
        source, *between, value = title.split(":") if ":" in title else ("imdb", title)
        kinds = {"movie": "movie", "show": "episode", "episode": "episode"}
        if len(between) > 1 or not {*between} <= kinds.keys() or not (source and value):
            raise click.BadParameter("write 1000000123, tt0386676 or tmdb:movie:603", param_hint="--to")
        ids, kind = {source: value}, kind or (kinds[between[0]] if between else None)
    return Target(
        title_id=int(title) if ids is None else None,
        ids=ids,
        kind=Kind(kind) if kind else None,
        season=season,
        episode=episode,
    )


async def _resolve(event_id: UUID, target: Target, name: str | None) -> Resolved:
    from scrobbled.api.resolving import Resolver
    from scrobbled.store import users
    from scrobbled.store.pool import open_pool

    settings = resolved_settings()
    async with open_pool(settings.database_url or "", size=2, name="resolve") as pool:
        if name is not None:
            user_id = (await users.user_called(pool, name)).id
        else:
            user_id = await _owner(pool, event_id)
        resolver = Resolver(pool, _put_back(pool, settings), settings.alias_users)
        return await resolver.resolve(user_id, event_id, target)


async def _owner(pool: Pool, event_id: UUID) -> int:
    from scrobbled.errors import NotFound
    from scrobbled.store import waiting

    found = await waiting.owners(pool, event_id)
    if len(found) > 1:
        raise click.UsageError("several users have an event of this id; say whose with --user")
    if not found:
        raise NotFound(f"no event {event_id} waits for a title; see `scrobbled unmatched list NAME`")
    return found[0]


def _put_back(pool: Pool, settings: Settings) -> Callable[[Sequence[PlaybackEvent]], Awaitable[None]]:
    """Sends events through the stream, and looks until they were applied or it took too long."""
    from scrobbled.store import waiting
    from scrobbled.stream import producer
    from scrobbled.stream.connection import open_redis

    async def put_back(events: Sequence[PlaybackEvent]) -> None:
        async with open_redis(settings.redis_url or "") as client:
            await producer.put_back(client, events, settings.partitions)
        ids = [event.id for event in events]
        for _ in range(int(settings.answer_timeout / _LOOK)):
            if not await waiting.still(pool, events[0].user_id, ids):
                return
            await asyncio.sleep(_LOOK)

    return put_back


async def _waiting(name: str) -> list[Waiting]:
    from scrobbled.store import reads, users
    from scrobbled.store.pool import open_pool

    async with open_pool(resolved_settings().database_url or "", size=1, name="unmatched") as pool:
        owner = await users.user_called(pool, name)
        return await reads.unmatched(pool, owner.id, after=reads.NEWEST, limit=_MOST)


async def _retry(name: str) -> int:
    from scrobbled.store import users, waiting
    from scrobbled.store.pool import open_pool

    async with open_pool(resolved_settings().database_url or "", size=1, name="unmatched") as pool:
        owner = await users.user_called(pool, name)
        return await waiting.make_due(pool, owner.id)
