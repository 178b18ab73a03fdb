"""`scrobbled accounts …`: whose the accounts of a media server are that one token stands for."""

# ruff: noqa: PLC0415 - imported when run, not for --help

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import click

from scrobbled.cli.context import resolved_settings
from scrobbled.wire.counting import plain
from scrobbled.wire.webhook import READERS

if TYPE_CHECKING:
    from scrobbled.store.accounts import Mapped, Waiting

_player = click.argument("player", type=click.Choice(list(READERS)))


@click.group()
def accounts() -> None:
    """Say who the accounts of a media server are, for tokens created with --shared."""


@accounts.command("list")
@click.argument("owner")
def list_accounts(owner: str) -> None:
    """List the accounts at OWNER's connections. Player, account, our user or what waits."""
    waiting, mapped = asyncio.run(_listed(owner))
    for each in waiting:
        names = " or ".join(repr(name) for name in each.account)
        click.echo(f"{each.source}\t{names}\t{each.events} waiting since {each.since:%Y-%m-%d}")
    for one in mapped:
        click.echo(f"{one.source}\t{one.account!r}\t{one.name}")


@accounts.command("map")
@click.argument("owner")
@_player
@click.argument("account")
@click.argument("name")
def map_account(owner: str, player: str, account: str, name: str) -> None:
    """Say that ACCOUNT at OWNER's connections is our user NAME.

    ACCOUNT is what PLAYER calls it, its id or name.
    What it did meanwhile enters NAME's history at its own time.
    """
    count = asyncio.run(_map(owner, player, plain(account), name))
    click.echo(f"{player} account {account!r} is {name}; {count} held events are applied", err=True)


@accounts.command("unmap")
@click.argument("owner")
@_player
@click.argument("account")
def unmap_account(owner: str, player: str, account: str) -> None:
    """Forget whose ACCOUNT at OWNER's connections is. What it does from now on waits."""
    asyncio.run(_unmap(owner, player, plain(account)))
    click.echo(f"{player} account {account!r} is nobody's", err=True)


async def _listed(owner: str) -> tuple[list[Waiting], list[Mapped]]:
    from scrobbled.store import accounts, users
    from scrobbled.store.pool import open_pool

    async with open_pool(resolved_settings().database_url or "", size=1, name="accounts") as pool:
        user_id = (await users.user_called(pool, owner)).id
        return await accounts.waiting(pool, user_id), await accounts.mapped(pool, user_id)


async def _map(owner: str, player: str, account: str, name: str) -> int:
    from scrobbled.store import accounts, users
    from scrobbled.store.pool import open_pool
    from scrobbled.stream import producer
    from scrobbled.stream.connection import open_redis

    settings = resolved_settings()
    async with (
        open_pool(settings.database_url or "", size=1, name="accounts") as pool,
        open_redis(settings.redis_url or "") as client,
    ):
        user_id, member = (await users.user_called(pool, owner)).id, await users.user_called(pool, name)
        events = await accounts.put(pool, user_id, player, account, member.id)
        await producer.put_back(client, events, settings.partitions)
    return len(events)


async def _unmap(owner: str, player: str, account: str) -> None:
    from scrobbled.store import accounts, users
    from scrobbled.store.pool import open_pool

    async with open_pool(resolved_settings().database_url or "", size=1, name="accounts") as pool:
        await accounts.remove(pool, (await users.user_called(pool, owner)).id, player, account)
