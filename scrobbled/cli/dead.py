"""`scrobbled dead …`: events that were given up after retries."""

# ruff: noqa: PLC0415 - imported when run, not for --help

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

import click

from scrobbled.cli.context import resolved_settings

if TYPE_CHECKING:
    import redis.asyncio

T = TypeVar("T")


@click.group()
def dead() -> None:
    """List events that were given up, and try them again."""


@dead.command("list")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 10_000))
def list_dead(limit: int) -> None:
    """List dead letters, newest first: id, time, tries, what it was, why."""
    from scrobbled.stream.dead import letters

    for letter in _with_stream(lambda client: letters(client, limit)):
        event = letter.event
        what = f"{event.source} {event.action.value} of user {event.user_id}" if event else "not an event"
        died = letter.died_at.isoformat(timespec="seconds")
        click.echo(f"{letter.id}\t{died}\t{letter.tries}\t{what}\t{letter.reason}")


@dead.command("retry")
@click.argument("ids", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Try all of them again.")
def retry_dead(ids: tuple[str, ...], *, everything: bool) -> None:
    """Put dead letters (by id, or --all) back, each at its own time."""
    from scrobbled.errors import NotFound
    from scrobbled.stream.dead import letters, retry

    if not ids and not everything:
        raise click.UsageError("name the ids to try again, or say --all")

    async def again(client: redis.asyncio.Redis) -> int:
        chosen = [each for each in await letters(client, 10_000) if everything or each.id in ids]
        if unknown := {*ids} - {each.id for each in chosen}:
            raise NotFound(f"no dead letter {', '.join(sorted(unknown))}; see `scrobbled dead list`")
        for letter in chosen:
            await retry(client, letter)
        return len(chosen)

    click.echo(f"{_with_stream(again)} put back", err=True)


def _with_stream(work: Callable[[redis.asyncio.Redis], Awaitable[T]]) -> T:
    from scrobbled.stream.connection import open_redis

    async def run() -> T:
        async with open_redis(resolved_settings().redis_url or "") as client:
            return await work(client)

    return asyncio.run(run())
