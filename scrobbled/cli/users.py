"""`scrobbled user …` and `scrobbled token …`."""

# ruff: noqa: PLC0415 - imported when run, not for --help

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING, Final

import click

from scrobbled.cli.context import with_database

if TYPE_CHECKING:
    import asyncpg


#: Whether lost stops count, in words.
_LOST_STOPS: Final = {None: "as the server", True: "count", False: "do not count"}


@click.group()
def user() -> None:
    """Add and list users, set their passwords and rules."""


@click.group()
def token() -> None:
    """Create, list and revoke the tokens players sign in with."""


@user.command("add")
@click.argument("name")
@click.option("--password", "asks", is_flag=True, help="Ask for a password too, for signing apps in.")
def add(name: str, *, asks: bool) -> None:
    """Add the user NAME."""
    from scrobbled.store import sessions, users

    chosen = _password() if asks else None

    async def make(connection: asyncpg.Connection[asyncpg.Record]) -> None:
        async with connection.transaction():
            user_id = await users.add_user(connection, name)
            if chosen is not None:
                await sessions.set_password(connection, user_id, name, chosen)

    with_database(make)
    click.echo(f"added {name}; next: scrobbled connect PLAYER --user {shlex.quote(name)}", err=True)


@user.command("list")
def list_users() -> None:
    """List the users. Id, as the log has it, name, since when."""
    from scrobbled.store import users

    for each in with_database(users.everybody):
        click.echo(f"{each.id}\t{each.name}\t{each.created_at.isoformat(timespec='seconds')}")


@user.command("password")
@click.argument("name")
def password(name: str) -> None:
    """Set NAME's password.

    It is asked for twice, or is the first line of stdin. Signed-in browsers are signed out.
    """
    from scrobbled.store import sessions, users

    chosen = _password()

    async def change(connection: asyncpg.Connection[asyncpg.Record]) -> None:
        owner = await users.user_called(connection, name)
        await sessions.set_password(connection, owner.id, owner.name, chosen)

    with_database(change)
    click.echo(f"{name} has a new password; apps that are signed in stay so", err=True)


def _password() -> str:
    """A password from the person at the terminal, or from stdin where there is none; hashed."""
    from scrobbled.web.passwords import hashed

    if sys.stdin.isatty():
        return hashed(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
    return hashed(sys.stdin.readline().rstrip("\r\n"))


@user.command("set")
@click.argument("name")
@click.option("--public/--private", "public", required=True, help="Whether others see what NAME watched.")
def set_privacy(name: str, *, public: bool) -> None:
    """Let others see what NAME watches, or nobody, the default.

    That is NAME's history, ratings, watchlist and public lists.
    """
    from scrobbled.store import users

    async def change(connection: asyncpg.Connection[asyncpg.Record]) -> None:
        owner = await users.user_called(connection, name)
        await users.set_private(connection, owner.id, private=not public)

    with_database(change)
    click.echo(f"{name} is {'public' if public else 'private'}", err=True)


@user.command("rules")
@click.argument("name")
@click.option("--threshold", type=click.FloatRange(1, 100), help="Percent from which a stop counts.")
@click.option("--lost-stop/--no-lost-stop", default=None, help="Whether a viewing without a stop may count.")
def rules(name: str, *, threshold: float | None, lost_stop: bool | None) -> None:
    """Set NAME's own rules; what is not given is the server's."""
    from scrobbled.store import users

    async def change(connection: asyncpg.Connection[asyncpg.Record]) -> None:
        owner = await users.user_called(connection, name)
        await users.set_rules(connection, owner.id, watched_threshold=threshold, lost_stop=lost_stop)

    with_database(change)
    click.echo(
        f"{name}: threshold {threshold or 'as the server'}, lost stops {_LOST_STOPS[lost_stop]}", err=True
    )


@token.command("create")
@click.argument("name")
@click.option("--label", required=True, help="What it is for, such as the player's name.")
@click.option("--scope", "scopes", multiple=True, help="read, scrobble, write or admin; else all but admin.")
@click.option("--shared", is_flag=True, help="It stands for all accounts of a media server; see `accounts`.")
def create(name: str, *, label: str, scopes: tuple[str, ...], shared: bool) -> None:
    """Create a token for NAME and print it, alone; it is shown this once."""
    from scrobbled.store import users

    async def make(connection: asyncpg.Connection[asyncpg.Record]) -> str:
        owner = await users.user_called(connection, name)
        made, _ = await users.create_token(
            connection, owner.id, label, scopes or users.USUAL_SCOPES, shared=shared
        )
        return made

    click.echo(with_database(make))


@token.command("list")
@click.argument("name")
def list_tokens(name: str) -> None:
    """List the tokens of NAME. Id, label, scopes, last use, last webhook that came by it."""
    from scrobbled.store import users

    async def read(connection: asyncpg.Connection[asyncpg.Record]) -> list[users.Token]:
        return await users.tokens(connection, (await users.user_called(connection, name)).id)

    for each in with_database(read):
        used = each.last_used_at.isoformat(timespec="seconds") if each.last_used_at else "never used"
        heard = each.last_event_at.isoformat(timespec="seconds") if each.last_event_at else "no webhook"
        click.echo(f"{each.id}\t{each.label}\t{','.join(each.scopes)}\t{used}\t{heard}")


@token.command("revoke")
@click.argument("name")
@click.argument("token_id", type=int)
def revoke(name: str, token_id: int) -> None:
    """Revoke token TOKEN_ID of NAME. It is refused everywhere within 30 seconds."""
    from scrobbled.store import users

    async def end(connection: asyncpg.Connection[asyncpg.Record]) -> None:
        await users.revoke_token(connection, (await users.user_called(connection, name)).id, token_id)

    with_database(end)
    click.echo(f"revoked token {token_id} of {name}", err=True)
