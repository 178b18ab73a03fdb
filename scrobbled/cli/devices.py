"""`scrobbled device …`: devices that show a code and wait for somebody to enter it."""

# ruff: noqa: PLC0415 - imported when run, not for --help

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from scrobbled.cli.context import with_database
from scrobbled.errors import NotFound

if TYPE_CHECKING:
    import asyncpg


@click.group()
def device() -> None:
    """List devices that show a code, let one in: for boxes without a browser."""


@device.command("list")
def list_devices() -> None:
    """List devices that wait. Code, client id, what it calls itself, minutes left."""
    from scrobbled.store import devices

    now = datetime.now(UTC)
    for each in with_database(devices.waiting):
        left = max(round((each.expires_at - now).total_seconds() / 60), 0)
        click.echo(f"{each.user_code}\t{each.client_id}\t{each.agent or '-'}\t{left} min left")


@device.command("approve")
@click.argument("code")
@click.option("--user", "name", required=True, help="Whose account it may use.")
def approve(code: str, name: str) -> None:
    """Let the device in that shows CODE."""
    from scrobbled.store import devices, users
    from scrobbled.wire import oauth

    async def decide(connection: asyncpg.Connection[asyncpg.Record]) -> None:
        owner = await users.user_called(connection, name)
        entered = oauth.user_code(code)
        if entered is None or not await devices.decide(connection, entered, owner.id, approved=True):
            message = f"no device shows {code} now; see `scrobbled device list`"
            raise NotFound(message)

    with_database(decide)
    click.echo(f"the device that shows {code} may use the account of {name}", err=True)
