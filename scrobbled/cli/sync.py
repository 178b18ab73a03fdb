"""`scrobbled sync …`: what a media server lists as played, and no webhook brought."""

# ruff: noqa: PLC0415 - imported when run, not for --help

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import uuid4

import click

from scrobbled.cli.context import resolved_settings

if TYPE_CHECKING:
    from scrobbled.config import Settings
    from scrobbled.model.event import PlaybackEvent
    from scrobbled.store.pool import Pool
    from scrobbled.sync.catching_up import Send, Tally
    from scrobbled.sync.server import Account, Server

#: Seconds that a page may take to be applied before the next one is read.
_PATIENCE = 60.0

_Connect = Callable[..., "Server"]


def _address(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    try:
        address = urlsplit(value)
        is_one = address.scheme in {"http", "https"} and address.hostname and address.port != 0
    except ValueError:  # a port that is none, a bracket too few
        is_one = False
    if not is_one:
        raise click.BadParameter("write it with its port, such as http://192.168.1.20:8096")
    return value.rstrip("/")


def _token(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    token = value.strip()
    if not token or not token.isascii() or not token.isprintable() or '"' in token:
        raise click.BadParameter("a token is one word of ASCII characters")
    return token


def _since(_context: click.Context, _parameter: click.Parameter, value: datetime | None) -> datetime | None:
    return None if value is None else value.replace(tzinfo=UTC)


@click.command()
@click.argument("player", type=click.Choice(["plex", "jellyfin", "emby"]))
@click.argument("url", callback=_address)
@click.option(
    "--token",
    required=True,
    callback=_token,
    envvar="MEDIA_SERVER_TOKEN",
    show_envvar=True,
    help="The server's own token or API key; docs/players/PLAYER.md says where to find it.",
)
@click.option("--user", "name", help="Whose history it enters; needed where there are several users.")
@click.option("--account", help="Id or name of the account there; needed where there are several.")
@click.option(
    "--since", type=click.DateTime(["%Y-%m-%d"]), callback=_since, help="Not what was played before (UTC)."
)
@click.option("--dry-run", is_flag=True, help="List what would be added, and add nothing.")
def sync(**options: Any) -> None:
    """Add what the media server PLAYER at URL lists as played and is missing, at its own dates.

    What webhooks brought is not doubled, and running it again changes nothing: it may run every night.
    """
    asyncio.run(_sync(**options))


async def _sync(
    *,
    player: str,
    url: str,
    token: str,
    name: str | None,
    account: str | None,
    since: datetime | None,
    dry_run: bool,
) -> None:
    from scrobbled.catalog.client import open_session
    from scrobbled.model.event import Receipt
    from scrobbled.store import users
    from scrobbled.store.pool import open_pool
    from scrobbled.sync.server import account_called

    settings = resolved_settings()
    async with open_pool(settings.database_url or "", size=2, name="sync") as pool, open_session() as session:
        owner = await users.meant(pool, name)
        receipt = Receipt(id=uuid4(), user_id=owner.id, received_at=datetime.now(UTC))
        server = _connection(player)(session, url, token, receipt=receipt, since=since)
        whose = account_called(await server.accounts(), account)
        click.echo(f"{player}: what {whose.name} played, into the history of {owner.name}", err=True)
        if dry_run:
            await _show_missing(server, whose, pool)
        else:
            await _add_missing(server, whose, pool, settings)


def _connection(player: str) -> _Connect:
    from scrobbled.sync.media_server import MediaServer
    from scrobbled.sync.plex import Plex

    return Plex if player == "plex" else partial(MediaServer, player)


async def _show_missing(server: Server, account: Account, pool: Pool) -> None:
    """Each entry that is not known, on a line: its time, what it is, why it would be ignored."""
    from scrobbled.sync.catching_up import missing
    from scrobbled.worker.reading import subject_of

    count = 0
    async for page in server.pages(account):
        for event in await missing(pool, page.events):
            count += 1
            when = event.occurred_at.isoformat(timespec="seconds")
            click.echo(f"{when}\t{subject_of(event.media)}\t{event.ignored or ''}")
    click.echo(f"{count} would be sent; what webhooks brought ends as duplicate", err=True)


async def _add_missing(server: Server, account: Account, pool: Pool, settings: Settings) -> None:
    from scrobbled.sync.catching_up import Tally, catch_up

    tally = Tally()
    async with _stream(settings) as send:
        async for tally in catch_up(server, account, pool, send, patience=_PATIENCE):
            click.echo(f"{tally.listed + tally.later + tally.other} read", err=True)
    for line in _summary(tally):
        click.echo(line)


@asynccontextmanager
async def _stream(settings: Settings) -> AsyncIterator[Send]:
    from scrobbled.stream import producer
    from scrobbled.stream.connection import open_redis

    async with open_redis(settings.redis_url or "") as client:

        async def send(events: Sequence[PlaybackEvent]) -> None:
            await producer.put_back(client, events, settings.partitions)

        yield send


def _summary(tally: Tally) -> list[str]:
    """What became of the list, a line for each way it ended."""
    lines = [f"{tally.listed} plays listed, {tally.known} of them known from before"]
    for (outcome, reason), count in tally.outcomes.most_common():
        lines.append(f"{count} {outcome}{f' ({reason})' if reason else ''}")
    if tally.open:
        lines.append(f"{tally.open} sent and not applied yet: is a worker running?")
    if tally.later:
        lines.append(f"{tally.later} left for the next time: begun lately, or begun again and not finished")
    if tally.other:
        lines.append(f"{tally.other} passed over: neither film nor episode")
    return lines
