"""`scrobbled connect PLAYER`: the steps, with a fresh token in the address, and whether it worked."""

# ruff: noqa: PLC0415 - imported when run, not for --help

from __future__ import annotations

import asyncio
import json
import socket
from datetime import UTC, datetime
from importlib import resources
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

import click

from scrobbled.cli.context import resolved_settings
from scrobbled.wire import reasons

if TYPE_CHECKING:
    from scrobbled.config import Settings
    from scrobbled.store.pool import Pool
    from scrobbled.store.webhooks import Listed

#: In the order of the documentation; each has its steps in the folder *connecting*.
PLAYERS: Final = ("plex", "jellyfin", "emby", "tautulli", "kodi")

#: Seconds between two looks at what came.
_LOOK: Final = 0.5

#: Webhooks looked through for the one that came by the new token.
_MOST: Final = 1_000

#: What players send when somebody presses their test button.
_TESTS: Final = frozenset({reasons.TEST_EVENT, reasons.UNRENDERED_TEMPLATE})


def steps(player: str, address: str) -> str:
    """How to connect *player*, whose webhooks go to *address*; docs/players has the same text."""
    text = resources.files("scrobbled.cli").joinpath("connecting", f"{player}.md").read_text(encoding="utf-8")
    return text.replace("{address}", address)


@click.command()
@click.argument("player", type=click.Choice(PLAYERS))
@click.option("--user", "name", help="Whose history it is; needed where there are several users.")
@click.option("--url", "base", help="How the player reaches this server, such as http://192.168.1.20:8080.")
@click.option("--label", help="The token's label; the player's name when not given.")
@click.option("--shared", is_flag=True, help="For everybody who uses the server: `accounts` says who is who.")
@click.option("--wait", is_flag=True, help="Stay until the first webhook has come, and say what was read.")
def connect(
    player: str, *, name: str | None, base: str | None, label: str | None, shared: bool, wait: bool
) -> None:
    """Make a token for PLAYER and print how to connect it."""
    asyncio.run(_connect(player, name, base, label or player, shared=shared, wait=wait))


async def _connect(
    player: str, name: str | None, base: str | None, label: str, *, shared: bool, wait: bool
) -> None:
    from scrobbled.store import users
    from scrobbled.store.pool import open_pool

    settings = resolved_settings()
    async with open_pool(settings.database_url or "", size=1, name="connect") as pool:
        owner = await users.meant(pool, name)
        made_at = datetime.now(UTC)
        token, token_id = await users.create_token(pool, owner.id, label, ["scrobble"], shared=shared)
        click.echo(steps(player, f"{(base or _base(settings)).rstrip('/')}/webhooks/{player}/{token}"))
        click.echo(f"token {token_id} of {owner.name}, shown this once", err=True)
        if shared:
            click.echo(
                f"whoever watches waits until you say who it is: scrobbled accounts list {owner.name}",
                err=True,
            )
        if wait:
            click.echo("waiting for the first webhook; Ctrl-C ends the waiting", err=True)
            _show(await _first(pool, owner.id, token_id, made_at))


def _base(settings: Settings) -> str:
    """How a player may reach this server, as far as the settings tell."""
    host = settings.host
    try:
        here = ip_address(host)
    except ValueError:
        return f"http://{host}:{settings.port}"
    if here.is_loopback:
        click.echo(
            "the server listens on this machine alone; for players elsewhere set SCROBBLED_HOST=0.0.0.0, "
            "and say with --url how they reach it",
            err=True,
        )
    elif here.is_unspecified:
        host = socket.gethostname()
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"


async def _first(pool: Pool, user_id: int, token_id: int, since: datetime) -> Listed:
    """The first webhook that came by the token, as soon as it was applied."""
    from scrobbled.store import reads, webhooks

    while True:
        came = await webhooks.page(
            pool, user_id, webhooks.Filter(since=since), after=reads.NEWEST, limit=_MOST
        )
        mine = [each for each in came if each.token_id == token_id]
        if mine:
            return mine[-1]
        await asyncio.sleep(_LOOK)


def _show(came: Listed) -> None:
    from scrobbled.wire.reading import reading
    from scrobbled.worker.reading import subject_of

    event = came.event
    if event.ignored in _TESTS:
        click.echo(f"a test of {event.source} came: the address and the token are right ({event.ignored})")
        return
    click.echo(f"received  {event.source}, event {event.event_name or '-'}")
    click.echo(f"title     {subject_of(event.media) or '-'}")
    read = {name: value for name, value in reading(event).items() if value not in (None, {})}
    click.echo(f"reading   {json.dumps(read, ensure_ascii=False)}")
    outcome = came.outcome.value if came.outcome else "not known yet"
    click.echo(f"outcome   {outcome}{f' ({came.reason})' if came.reason else ''}")
    if came.reason is not None:
        click.echo("docs/outcomes.md says what that means and what to do", err=True)
