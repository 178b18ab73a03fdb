"""`scrobbled backup FILE` and `scrobbled restore FILE`."""

# ruff: noqa: PLC0415 - imported when run, not for --help

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scrobbled.cli.context import resolved_settings
from scrobbled.errors import ConfigError

if TYPE_CHECKING:
    from scrobbled.config import Settings
    from scrobbled.servers import Places
    from scrobbled.store.archive import Manifest

#: Seconds an embedded server may take to start.
_START = 120.0

#: …and to stop.
_STOP = 15.0


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Write all there is into FILE, while everything goes on."""
    settings = resolved_settings()
    with _servers(settings):
        manifest = asyncio.run(_backup(settings, file))
    click.echo(f"{file}: {_said(manifest)}", err=True)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Delete what the database holds first.")
@click.option("--check", is_flag=True, help="Only say what is in FILE, and whether it is whole.")
def restore(file: Path, *, replace: bool, check: bool) -> None:
    """Put what is in FILE into an empty database: all of it, or nothing happens."""
    from scrobbled.store.archive import reading

    if check:
        with reading(file) as reader:
            reader.check()
            click.echo(f"{file}: whole; {_said(reader.manifest)}", err=True)
        return
    settings = resolved_settings()
    with _servers(settings):
        manifest, ran = asyncio.run(_restore(settings, file, replace=replace))
    for name in ran:
        click.echo(name)
    click.echo(f"restored {_said(manifest)}. Restart scrobbled where it runs.", err=True)


async def _backup(settings: Settings, path: Path) -> Manifest:
    from scrobbled.store.archive import writing
    from scrobbled.store.backup import copy, inbox
    from scrobbled.store.migrate import require_current
    from scrobbled.store.pool import connect
    from scrobbled.stream import keeping
    from scrobbled.stream.connection import open_redis

    connection = await connect(settings.database_url or "")
    try:
        await require_current(connection)
        async with open_redis(settings.redis_url or "") as client:
            with writing(path) as writer:
                count = 0
                with writer.member("waiting") as (member, file):
                    async for event, webhook in inbox(connection):
                        keeping.write(keeping.Entry(event, webhook), file)
                        count += 1
                    async for entry in keeping.entries(client, settings.partitions):
                        keeping.write(entry, file)
                        count += 1
                return await copy(connection, writer, member, count)
    finally:
        await connection.close()


async def _restore(settings: Settings, path: Path, *, replace: bool) -> tuple[Manifest, list[str]]:
    from scrobbled.store.archive import reading
    from scrobbled.store.pool import connect
    from scrobbled.store.restore import restore as put_back
    from scrobbled.stream import keeping
    from scrobbled.stream.connection import open_redis

    connection = await connect(settings.database_url or "")
    try:
        async with open_redis(settings.redis_url or "") as client:
            waits = await keeping.held(client, settings.partitions)
            if waits and not replace:
                message = f"the stream holds {waits} events of this server; --replace deletes them too"
                raise ConfigError(message)
            if replace and await keeping.is_read(client, settings.partitions):
                message = "workers still apply events of what would be replaced; stop scrobbled first"
                raise ConfigError(message)
            with reading(path) as reader:
                ran = await put_back(connection, reader, replace=replace)
                # The index is of the catalogue that was; workers build a new one.
                settings.names_path.unlink(missing_ok=True)
                await keeping.clear(client, settings.partitions)
                with reader.open(reader.manifest.waiting) as file:
                    await keeping.put(client, keeping.read(file), settings.partitions)
                return reader.manifest, ran
    finally:
        await connection.close()


def _said(manifest: Manifest) -> str:
    tables = {table.name: table.rows for table in manifest.tables}
    taken = manifest.taken_at.isoformat(timespec="seconds")
    parts = [f"{tables.get(name, 0):,} {name}" for name in ("users", "plays", "titles")]
    return f"{', '.join(parts)}, {manifest.waiting_count:,} events not applied yet; taken at {taken}"


@contextmanager
def _servers(settings: Settings) -> Iterator[None]:
    """The embedded servers, started for the command where scrobbled does not run."""
    from scrobbled.servers import Places, postgres, valkey

    places = Places(settings.data_dir)
    wanted = [
        make
        for make, url, own in (
            (valkey.program, settings.redis_url, places.redis_url),
            (postgres.program, settings.database_url, places.database_url),
        )
        if url == own
    ]
    with ExitStack() as stack:
        if wanted and _claimed(stack, places):
            # Made only now: making one ends what a killed instance left behind.
            programs = [make(places) for make in wanted]
            for program in programs:
                program.start()
                stack.callback(program.stop, _STOP)
            for program in programs:
                program.wait_ready(_START)
        yield


def _claimed(stack: ExitStack, places: Places) -> bool:
    """Whether the data directory is ours now; it is not where scrobbled runs, and its servers with it."""
    from scrobbled.servers import claim

    places.make()
    try:
        stack.enter_context(claim(places))
    except ConfigError:
        return False
    return True
