"""`scrobbled catalog import tmdb|tvmaze|wikidata|anime`: what other people's catalogues know."""

# ruff: noqa: PLC0415 - imported when run, not for --help

from __future__ import annotations

import asyncio
import itertools
import sys
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
import msgspec

from scrobbled.cli.context import resolved_settings
from scrobbled.model.media import TitleKind

if TYPE_CHECKING:
    from scrobbled.catalog.reading import Reading
    from scrobbled.catalog.records import Record
    from scrobbled.config import Settings

_OFFLINE: Final = (
    "https://github.com/manami-project/anime-offline-database/releases/latest/download/"
    "anime-offline-database-minified.json"
)
_LISTS: Final = "https://raw.githubusercontent.com/Anime-Lists/anime-lists/master/anime-list.xml"

#: Problems shown at the end; the summary counts them all.
_SHOWN_PROBLEMS: Final = 20

_KINDS: Final = {"movie": TitleKind.MOVIE, "show": TitleKind.SHOW}

_file = click.option(
    "--file",
    "files",
    multiple=True,
    metavar="FILE",
    help="Read FILE instead of loading; - is standard input.",
)
_folder = click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where to load files to (data directory).",
)
_only_known = click.option(
    "--only-known", is_flag=True, help="Add to titles that are known already, and make no new ones."
)

_adult = click.option("--adult", is_flag=True, help="Adult titles, too.")


@click.command()
@_file
@_folder
@_only_known
@click.option("--kind", type=click.Choice([*_KINDS]), help="Only films or only shows.")
@click.option(
    "--details",
    default=0,
    type=click.IntRange(0),
    metavar="N",
    help="Ask the API for the N best known of each kind.",
)
@_adult
def tmdb(
    *,
    files: tuple[str, ...],
    folder: Path | None,
    only_known: bool,
    kind: str | None,
    details: int,
    adult: bool,
) -> None:
    """Import TMDB's lists of ids, and details of the best known.

    The lists are loaded unless --file names them. --details needs SCROBBLED_TMDB_KEY.
    """
    from scrobbled.catalog import tmdb as source
    from scrobbled.catalog.tmdb_api import kept_details

    settings = resolved_settings()
    if details and settings.tmdb_key is None:
        raise click.UsageError("--details needs a key of TMDB in SCROBBLED_TMDB_KEY")
    if details and "-" in files:
        raise click.UsageError("--details reads the lists twice, so they cannot come from standard input")
    into = _folder_of(settings, folder)
    kinds = [_KINDS[kind]] if kind else list(TitleKind)
    lists = list(files) or asyncio.run(_load_lists(into, kinds))
    wanted = _most_popular(lists, details, adult=adult) if details else []
    asyncio.run(_load_details(settings, wanted, into))
    reading = _new_reading()
    listed = (record for path in lists for record in source.records(path, reading, adult=adult))
    # Details first: a title that is made should be made of them.
    found = itertools.chain(kept_details(wanted, into, reading), listed)
    asyncio.run(_import(found, "tmdb", reading, only_known=only_known))


@click.command()
@_file
@_folder
@_only_known
@click.option(
    "--episodes",
    default=0,
    type=click.IntRange(0),
    metavar="N",
    help="Also load the episodes of the N best known shows.",
)
def tvmaze(files: tuple[str, ...], *, folder: Path | None, only_known: bool, episodes: int) -> None:
    """Import TVmaze's shows and their episodes.

    The index is loaded unless --file names its pages, shows or lists of episodes. One call is made
    every half second: the index takes some three minutes, the episodes of 1,000 shows nine.
    """
    from scrobbled.catalog import tvmaze as source
    from scrobbled.catalog.tvmaze_api import kept_episodes

    settings = resolved_settings()
    into = _folder_of(settings, folder)
    reading = _new_reading()
    pages = list(files) or asyncio.run(_load_tvmaze(into, episodes))
    episodes_of = source.no_episodes if files else kept_episodes(into, reading)
    found = (record for page in pages for record in source.records(page, reading, episodes_of=episodes_of))
    asyncio.run(_import(found, "tvmaze", reading, only_known=only_known))


@click.command()
@_file
@click.option("--query", type=click.Choice([*_KINDS]), help="Print the SPARQL query for the file, and stop.")
def wikidata(files: tuple[str, ...], query: str | None) -> None:
    """Import Wikidata's crosswalk: the ids a title has elsewhere.

    FILE is a result of the query that --query prints, in the SPARQL JSON format. It only adds
    ids and names to titles that are known.
    """
    from scrobbled.catalog import wikidata as source

    if query is not None:
        click.echo(source.query(_KINDS[query]), nl=False)
        return
    if not files:
        raise click.UsageError(
            "name the result with --file; --query movie and --query show print the queries"
        )
    reading = _new_reading()
    found = (record for file in files for record in source.records(file, reading))
    asyncio.run(_import(found, "wikidata", reading, only_known=True))


@click.command()
@click.option("--file", "offline", metavar="FILE", help="The anime-offline-database instead of loading it.")
@click.option("--lists", metavar="FILE", help="anime-list.xml of the Anime-Lists instead of loading it.")
@_folder
@_only_known
@_adult
def anime(
    *, offline: str | None, lists: str | None, folder: Path | None, only_known: bool, adult: bool
) -> None:
    """Import anime. Names and ids of the anime-offline-database, seasons of the Anime-Lists.

    Both are loaded unless a file is named; with one file named, the other is left out.
    """
    from scrobbled.catalog import anime as source

    settings = resolved_settings()
    if offline is None and lists is None:
        offline, lists = asyncio.run(_load_anime(_folder_of(settings, folder)))
    reading = _new_reading()
    found = source.records(offline, lists, reading, adult=adult)
    asyncio.run(_import(found, "anime", reading, only_known=only_known))


COMMANDS: Final = (tmdb, tvmaze, wikidata, anime)


# Loading -----------------------------------------------------------------------


async def _load_lists(into: Path, kinds: Iterable[TitleKind]) -> list[str]:
    """Today's lists of TMDB, or yesterday's while today's are not there yet."""
    from scrobbled.catalog.download import fetch_first
    from scrobbled.catalog.tmdb import export_days, export_url

    days = export_days(datetime.now(UTC).date())
    paths = [
        await fetch_first(
            [export_url(kind, day) for day in days], into / "tmdb", progress=_show_bytes(f"{kind.value}s")
        )
        for kind in kinds
    ]
    return [str(path) for path in paths]


async def _load_details(settings: Settings, wanted: list[tuple[TitleKind, int]], into: Path) -> None:
    """Keep the details of *wanted*; without any, nothing is asked."""
    from scrobbled.catalog.client import open_session
    from scrobbled.catalog.tmdb_api import connect, keep_details

    async with open_session() as session:
        api = connect(session, settings.tmdb_key or "")
        await keep_details(api, wanted, into, now=time.time(), progress=_show_count("details"))


async def _load_tvmaze(into: Path, episodes: int) -> list[str]:
    from scrobbled.catalog import tvmaze_api
    from scrobbled.catalog.client import open_session

    async with open_session() as session:
        api = tvmaze_api.connect(session)
        pages = await tvmaze_api.keep_pages(api, into, now=time.time(), progress=_show_count("pages"))
        shows = tvmaze_api.best_known(pages, episodes) if episodes else []
        await tvmaze_api.keep_episodes(api, shows, into, progress=_show_count("shows"))
    return [str(page) for page in pages]


async def _load_anime(into: Path) -> tuple[str, str]:
    from scrobbled.catalog.download import fetch

    offline = await fetch(_OFFLINE, into / "anime", progress=_show_bytes("anime-offline-database"))
    lists = await fetch(_LISTS, into / "anime", progress=_show_bytes("anime-list"))
    return str(offline), str(lists)


def _most_popular(lists: Iterable[str], count: int, *, adult: bool) -> list[tuple[TitleKind, int]]:
    from scrobbled.catalog.tmdb import most_popular

    best = [entry for path in lists for entry in most_popular(path, _new_reading(), count, adult=adult)]
    return [(entry.kind, entry.id) for entry in best]


# Into the catalogue ------------------------------------------------------------


async def _import(records: Iterable[Record], source: str, reading: Reading, *, only_known: bool) -> None:
    from scrobbled.catalog.loading import load_records
    from scrobbled.cli.importing import Import, connected

    if only_known:
        records = (msgspec.structs.replace(record, only_known=True) for record in records)
    async with connected() as connection:
        # What a run adds depends on the titles that are there, so no run is remembered as done.
        run = Import(connection, source, [], {}, name=source)
        await run(partial(load_records, connection, source, records), place="title")
    for problem in reading.problems[:_SHOWN_PROBLEMS]:
        click.echo(f"{source}: {problem}", err=True)
    click.echo(f"{source}: {reading.read:,} entries were read, {reading.bad:,} of them bad")


def _new_reading() -> Reading:
    from scrobbled.catalog.reading import Reading

    return Reading()


def _folder_of(settings: Settings, folder: Path | None) -> Path:
    return folder or settings.data_dir / "downloads"


# On the terminal ---------------------------------------------------------------


def _show(line: str) -> None:
    """One line that the next one takes the place of."""
    if sys.stderr.isatty():
        click.echo(f"\r\x1b[K{line}", nl=False, err=True)


def _show_bytes(name: str) -> Callable[[int, int | None], None]:
    def show(there: int, total: int | None) -> None:
        of = f" of {total / 2**20:,.1f}" if total else ""
        _show(f"{name}: {there / 2**20:,.1f}{of} MiB")

    return show


def _show_count(what: str) -> Callable[[int, int], None]:
    return lambda there, total: _show(f"{what}: {there:,} of {total:,}")
