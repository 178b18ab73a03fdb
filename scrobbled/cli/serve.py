"""`scrobbled serve`: everything, or the roles one names."""

# ruff: noqa: PLC0415 - a role imports only what it runs

from __future__ import annotations

import os
from dataclasses import replace

import click

from scrobbled.cli.context import resolved_settings, settings_from_environment
from scrobbled.config import Settings

FRONT_ROLES = {"ingest", "api", "ui"}
ROLES = {*FRONT_ROLES, "worker"}


def _parse_roles(_context: click.Context, _parameter: click.Parameter, text: str | None) -> set[str]:
    roles = {word.strip() for word in text.split(",")} if text is not None else set()
    if wrong := roles - ROLES:
        raise click.BadParameter(f"{', '.join(sorted(wrong))}: choose from {', '.join(sorted(ROLES))}")
    return roles


@click.command()
@click.option(
    "--role",
    "roles",
    callback=_parse_roles,
    help="Run only this (worker, or some of ingest,api,ui), with no supervisor and no embedded servers.",
)
def serve(roles: set[str]) -> None:
    """Run the server: embedded servers where no URL is set, the front door and the workers."""

    if not roles:
        _everything(settings_from_environment())
    elif roles == {"worker"}:
        _worker(resolved_settings())
    elif "worker" not in roles:
        _front_door(resolved_settings(), roles)
    else:
        raise click.UsageError("the worker is a process of its own: start `--role worker` beside the others")


def _everything(settings: Settings) -> None:
    from scrobbled.serve import supervise
    from scrobbled.store.migrate import migrate
    from scrobbled.store.users import first_user

    supervise(settings, os.environ, migrate, first_user)


def _worker(settings: Settings) -> None:
    from scrobbled.roles.memory import load

    load()
    from scrobbled.roles.worker import run

    run(replace(settings, workers=1))


def _front_door(settings: Settings, roles: set[str]) -> None:
    from scrobbled.roles.memory import load

    load()
    from scrobbled.roles.front import run

    run(settings, roles)
