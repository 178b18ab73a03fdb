"""The table of commands, and how errors reach the person at the terminal."""

from __future__ import annotations

import sys
from importlib import import_module

import click

from scrobbled import __version__
from scrobbled.cli.context import nothing_runs
from scrobbled.errors import NoAnswer, ScrobbledError

#: Command -> the module in this package that holds it under the same name, and its line in --help.
COMMANDS = {
    "serve": ("serve", "Run the server, or one role of it."),
    "migrate": ("migrate", "Bring the database schema up to date."),
    "user": ("users", "Add and list users, set their passwords and rules."),
    "token": ("users", "Create, list and revoke tokens."),
    "app": ("apps", "Register apps that may ask people to let them in."),
    "device": ("devices", "List devices that show a code, let one in."),
    "catalog": ("catalog", "Import what can be watched, and count it."),
    "connect": ("connect", "Say how to connect a player, with a fresh token."),
    "sync": ("sync", "Add what a media server lists as played and is missing."),
    "match": ("match", "Say which title a text means."),
    "unmatched": ("unmatched", "List events that wait for a title, say which it is."),
    "actions": ("actions", "List what was ticked by hand, and take it back."),
    "accounts": ("accounts", "Say who the accounts of a media server are."),
    "webhooks": ("webhooks", "List received webhooks, show one, read them again."),
    "corrections": ("corrections", "List what was taught by resolving, and take it back."),
    "dead": ("dead", "List events that were given up, and try them again."),
    "backup": ("backup", "Write everything into one file, while the server runs."),
    "restore": ("backup", "Put a backup into an empty database."),
    "doctor": ("doctor", "Check the settings and the servers they name."),
}


class Commands(click.Group):
    """A group that imports a command when it is called: --help stays fast, and so does every command."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The commands in the order of the table, which is the order one needs them in."""

        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Import the command *cmd_name*."""

        if cmd_name not in COMMANDS:
            return None
        command = getattr(import_module(f"scrobbled.cli.{COMMANDS[cmd_name][0]}"), cmd_name)
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """List the commands from the table, importing none."""

        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="scrobbled")
def scrobbled() -> None:
    """Record what people watch, from every player that speaks Trakt, Plex, Jellyfin, Emby or JSON.

    Settings come from the environment (SCROBBLED_*); `scrobbled doctor` shows them.
    """


def main() -> None:
    """Run the command line; what we expect to go wrong ends with one sentence and status 1."""

    try:
        scrobbled(prog_name="scrobbled")
    except ScrobbledError as error:
        more = nothing_runs() if isinstance(error, NoAnswer) else ""
        click.echo(f"scrobbled: {error}{more}", err=True)
        sys.exit(1)
