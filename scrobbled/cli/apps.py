"""`scrobbled app …`: apps that may ask people to let them in."""

# ruff: noqa: PLC0415 - imported when run, not for --help

from __future__ import annotations

import click

from scrobbled.cli.context import with_database


@click.group()
def app() -> None:
    """Register apps that may ask people to let them in."""


@app.command("add")
@click.argument("name")
@click.option(
    "--redirect-uri", "uris", multiple=True, help="Where it may be led back to; several times for several."
)
def add(name: str, uris: tuple[str, ...]) -> None:
    """Register the app NAME and print its client id and secret. The secret is shown this once.

    Without --redirect-uri people carry the code over themselves.
    """
    from scrobbled.store import apps
    from scrobbled.wire import oauth

    for uri in uris:
        if not oauth.may_register(uri):
            raise click.BadParameter(
                f"{uri!r} is no address an app can be led back to", param_hint="--redirect-uri"
            )
    client_id, secret = with_database(
        lambda connection: apps.register(connection, name, uris or (oauth.OUT_OF_BAND,))
    )
    click.echo(f"client_id\t{client_id}\nclient_secret\t{secret}")


@app.command("list")
def list_apps() -> None:
    """List apps. Client id, name, whether registered, sign-ins, redirect URIs."""
    from scrobbled.store import apps

    for each in with_database(apps.everything):
        known = "registered" if each.registered else "came by itself"
        uris = " ".join(each.redirect_uris)
        click.echo(f"{each.client_id}\t{each.name}\t{known}\t{each.sign_ins} signed in\t{uris}")


@app.command("remove")
@click.argument("client_id")
def remove(client_id: str) -> None:
    """Forget the app CLIENT_ID; all its sign-ins end within 30 seconds."""
    from scrobbled.store import apps

    with_database(lambda connection: apps.remove(connection, client_id))
    click.echo(f"removed {client_id}", err=True)
