"""What every command starts with: the settings, from the environment, and the log."""

from __future__ import annotations

import asyncio
import difflib
import os
import socket
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import structlog

from scrobbled import log
from scrobbled.config import PREFIX, Settings, table

if TYPE_CHECKING:
    import asyncpg

T = TypeVar("T")

#: Read by the tests and benchmarks alone; everything else with the prefix is a setting or a mistake.
NOT_SETTINGS = frozenset({"SCROBBLED_EVALUATION_DIR", "SCROBBLED_BENCH_DIR", "SCROBBLED_FAULT_SEED"})


def settings_from_environment() -> Settings:
    """Read the settings as they stand and set up the log."""

    settings = Settings.from_mapping(os.environ)
    log.set_up(settings.log_format, settings.log_level)
    for variable, meant in unknown_settings(os.environ).items():
        structlog.get_logger(stage="config").warning("unknown setting", variable=variable, did_you_mean=meant)
    return settings


def resolved_settings() -> Settings:
    """The settings with the URLs of the embedded servers where none is set.

    Those follow from the data directory, so a command in another terminal
    reaches the instance that runs there.
    """

    # Not needed by the supervisor's children, which are told their URLs.
    from scrobbled.servers.places import Places  # noqa: PLC0415 - as late as it is needed

    settings = settings_from_environment()
    places = Places(settings.data_dir)
    return replace(
        settings,
        database_url=settings.database_url or places.database_url,
        redis_url=settings.redis_url or places.redis_url,
    )


def nothing_runs() -> str:
    """What to add when a server does not answer: that the embedded ones do not run, and where."""

    from scrobbled.servers.places import Places  # noqa: PLC0415 - as above

    settings = Settings.from_mapping(os.environ)
    if settings.database_url and settings.redis_url:
        return ""
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(Places(settings.data_dir).valkey_socket))
        except PermissionError:
            return f"; {settings.data_dir} belongs to another user: run this as the one who runs scrobbled"
        except OSError:
            return (
                f"; no `scrobbled serve` runs with SCROBBLED_DATA_DIR {settings.data_dir}:"
                " start it, or name the directory of the one that runs"
            )
    return ""


def with_database(work: Callable[[asyncpg.Connection[asyncpg.Record]], Awaitable[T]]) -> T:
    """What *work* returns, done on one connection to the database."""

    from scrobbled.store.pool import connect  # noqa: PLC0415 - as above

    async def run() -> T:
        connection = await connect(resolved_settings().database_url or "")
        try:
            return await work(connection)
        finally:
            await connection.close()

    return asyncio.run(run())


def unknown_settings(mapping: Mapping[str, str]) -> dict[str, str | None]:
    """Variables that look like settings and are none, each with the one that was meant."""

    # Without the prefix, which all share and which says nothing about likeness.
    bare = [row.variable.removeprefix(PREFIX) for row in table()]
    known = {*(PREFIX + name for name in bare), *NOT_SETTINGS}
    found: dict[str, str | None] = {}
    for key in sorted(key for key in mapping if key.startswith(PREFIX) and key not in known):
        nearest = difflib.get_close_matches(key.removeprefix(PREFIX), bare, n=1)
        found[key] = PREFIX + nearest[0] if nearest else None
    return found
