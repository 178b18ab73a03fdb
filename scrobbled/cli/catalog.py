"""`scrobbled catalog …`: fill the catalogue, and see how much is in it."""

# ruff: noqa: PLC0415 - imported when run, not for --help

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scrobbled.cli import catalog_sources
from scrobbled.cli.context import resolved_settings

if TYPE_CHECKING:
    from scrobbled.catalog.imdb import Options

_again = click.option("--again", is_flag=True, help="Import files that were imported before all the same.")
_conflicts = click.option(
    "--conflicts",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    metavar="FILE",
    help="Write every conflicting id to FILE, one JSON object a line.",
)
_KINDS = ("movie", "tvMovie", "tvSpecial", "video", "short", "tvShort", "tvSeries", "tvMiniSeries")


@click.group()
def catalog() -> None:
    """Fill the catalogue of films and shows, and see how much is in it."""


@catalog.group("import")
def import_() -> None:
    """Add what a source lists; running it again changes nothing."""


@import_.command("jsonl")
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@_again
@_conflicts
def jsonl(files: tuple[str, ...], *, again: bool, conflicts: Path | None) -> None:
    """Import FILE… in our own format. One title a line, gzipped or not; - reads standard input."""
    asyncio.run(_jsonl(files, again=again, conflicts=conflicts))


@import_.command("imdb")
@click.argument(
    "files", nargs=-1, metavar="[FILE…]", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option(
    "--directory",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Use the title.*.tsv.gz in DIR.",
)
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice(_KINDS),
    help="Titles of this type only; may be repeated.",
)
@click.option(
    "--votes", type=click.IntRange(0), default=0, metavar="N", help="Titles with at least N votes only."
)
@click.option(
    "--language",
    "languages",
    multiple=True,
    metavar="LL",
    help="Other names in this language; may be repeated. [all]",
)
@click.option(
    "--region",
    "regions",
    multiple=True,
    metavar="RR",
    help="Other names of this region; may be repeated. [all]",
)
@click.option("--episodes/--no-episodes", default=True, help="List the episodes of shows. [yes]")
@click.option("--adult", is_flag=True, help="Titles for adults too.")
@_again
@_conflicts
def imdb(
    files: tuple[Path, ...],
    *,
    directory: Path | None,
    kinds: tuple[str, ...],
    votes: int,
    languages: tuple[str, ...],
    regions: tuple[str, ...],
    episodes: bool,
    adult: bool,
    again: bool,
    conflicts: Path | None,
) -> None:
    """
    Import IMDb's public dumps. FILE…, those in a directory, or the ones fetched from IMDb.

    FILE… are title.basics.tsv.gz and those of title.akas, title.episode and title.ratings that are
    wanted. See https://developer.imdb.com/non-commercial-datasets/ for IMDb's terms.
    """
    from scrobbled.catalog.imdb import Options

    options = Options(
        kinds=kinds or _KINDS,
        votes=votes,
        languages=[each.lower() for each in languages],
        regions=[each.upper() for each in regions],
        episodes=episodes,
        adult=adult,
    )
    paths = [*files, *(sorted(directory.glob("title.*.tsv*")) if directory is not None else ())]
    asyncio.run(_imdb(paths, options, again=again, conflicts=conflicts))


for _command in catalog_sources.COMMANDS:
    import_.add_command(_command)


@catalog.command("stats")
def stats() -> None:
    """Count titles, episodes, names and ids. Tell which sources they came from."""
    asyncio.run(_stats())


async def _jsonl(files: tuple[str, ...], *, again: bool, conflicts: Path | None) -> None:
    from scrobbled.catalog.jsonl import SOURCE, import_jsonl
    from scrobbled.cli.importing import Import, connected

    async with connected() as connection:
        for file in files:
            paths = [] if file == "-" else [Path(file)]
            run = Import(connection, SOURCE, paths, {}, name=file, again=again, conflicts=conflicts)
            await run(partial(import_jsonl, connection, file), place="line")


async def _imdb(paths: list[Path], options: Options, *, again: bool, conflicts: Path | None) -> None:
    import msgspec

    from scrobbled.catalog.imdb import SOURCE, import_imdb
    from scrobbled.catalog.imdb_files import Meter
    from scrobbled.cli.importing import Import, connected

    paths = paths or await _fetched(options)
    meter = Meter()
    told: dict[str, Any] = msgspec.to_builtins(options)
    async with connected() as connection:
        run = Import(
            connection, SOURCE, paths, told, name="IMDb", again=again, conflicts=conflicts, meter=meter
        )
        await run(partial(import_imdb, connection, paths, options, meter=meter))


async def _fetched(options: Options) -> list[Path]:
    """The dumps that *options* want, from IMDb's own host; what is there already is not fetched again."""
    from scrobbled.catalog.download import fetch
    from scrobbled.catalog.imdb_files import HOST, NAMES

    folder = resolved_settings().data_dir / "downloads" / "imdb"
    wanted = [name for name in NAMES if options.episodes or name != "episode"]
    return [await fetch(f"{HOST}/{NAMES[name]}", folder) for name in wanted]


@catalog.command("index")
@click.option("--quiet", is_flag=True, help="Say nothing when it went well.")
def index(*, quiet: bool) -> None:
    """Build the index of names anew. Workers do so by themselves when much has changed."""
    asyncio.run(_index(quiet=quiet))


async def _index(*, quiet: bool) -> None:
    from time import monotonic

    from scrobbled.catalog.rebuild import alone, build
    from scrobbled.cli.importing import connected

    path, started = resolved_settings().names_path, monotonic()
    with alone(path) as chosen:
        if not chosen:
            if not quiet:
                click.echo("It is being built already.")
            return
        async with connected() as connection:
            header = await build(connection, path)
    if not quiet:
        size = path.stat().st_size / 2**20
        seconds = monotonic() - started
        click.echo(
            f"{header.titles:,} titles, {header.names:,} names, {size:,.0f} MiB in {seconds:.1f} s: {path}"
        )


async def _stats() -> None:
    from scrobbled.cli.importing import connected
    from scrobbled.store import catalog as store

    async with connected() as connection:
        counts, sources = await store.stats(connection), await store.sources(connection)
    for name, count in counts.items():
        click.echo(f"{name.replace('_', ' '):20}{count:>12,}")
    for source, count, imported_at in sources:
        when = "" if imported_at is None else f"  imported {imported_at.astimezone():%Y-%m-%d %H:%M}"
        click.echo(f"{f'described by {source}':20}{count:>12,}{when}")
