"""`scrobbled match`: what the matcher makes of some words."""

# ruff: noqa: PLC0415 - imported when run, not for --help

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import click

from scrobbled.cli.context import resolved_settings

if TYPE_CHECKING:
    from scrobbled.match.choose import Choice
    from scrobbled.match.normalize import Name
    from scrobbled.model.media import Title, TitleKind
    from scrobbled.store.pool import Connection


@click.command()
@click.argument("text")
@click.option("--year", type=click.IntRange(1800, 2200), help="The film's year, or the show's.")
@click.option("--kind", type=click.Choice(["movie", "show"]), help="Both are tried when not given.")
@click.option("--season", type=click.IntRange(0), help="With a season or an episode it is a show.")
@click.option("--episode", type=click.IntRange(0))
def match(text: str, year: int | None, kind: str | None, season: int | None, episode: int | None) -> None:
    """Look TEXT up as a player's title would be, and print what it is taken for.

    Nothing is written. When it would be left unmatched, the candidates are
    printed and the status is 1.
    """
    if kind == "movie" and (season is not None or episode is not None):
        raise click.UsageError("a movie has no seasons and episodes")
    if kind is None and (season is not None or episode is not None):
        kind = "show"
    place = None if episode is None else (1 if season is None else season, episode)
    choice, listed = asyncio.run(_match(resolved_settings().database_url or "", text, year, kind, place))
    if choice.title is None:
        click.echo(f"no match: {choice.reason}", err=True)
        for title, score in choice.candidates:
            click.echo(f"  {score:.3f}  {_described(title)}")
        raise SystemExit(1)
    click.echo(f"{_described(choice.title)}  score {choice.score:.3f}, {choice.confidence}")
    if place is not None:
        click.echo(f"S{place[0]:02}E{place[1]:02} is {'' if listed else 'not '}listed")


async def _match(
    database_url: str, text: str, year: int | None, kind: str | None, place: tuple[int, int] | None
) -> tuple[Choice, bool]:
    """The choice, and whether the episode at *place* (season, number) is listed."""
    from scrobbled.match.normalize import Name, split_suffix
    from scrobbled.model.media import TitleKind
    from scrobbled.store import catalog
    from scrobbled.store.pool import connect

    split = split_suffix(text)
    name = Name(split.text, year or split.year, split.country)
    connection = await connect(database_url)
    try:
        choice = await _choice(connection, name, [TitleKind(kind)] if kind else list(TitleKind))
        if choice.title is None or place is None:
            return choice, False
        return choice, bool(await catalog.episodes_at(connection, [(0, choice.title.id, *place)]))
    finally:
        await connection.close()


async def _choice(connection: Connection, name: Name, kinds: list[TitleKind]) -> Choice:
    """Exact names first, then those that are alike, as the worker does it."""
    from scrobbled.match.choose import Candidate, choose
    from scrobbled.match.normalize import normalize, spellings
    from scrobbled.store import catalog

    asked = [(0, kind, spelling) for kind in kinds for spelling in spellings(name)]
    found = await catalog.by_names(connection, asked, alike=False)
    exact = [Candidate(*each) for each in found.get(0, [])]
    choice = choose(name, exact)
    if choice.title is not None or choice.reason == "ambiguous":
        return choice
    asked = [(0, kind, normalize(name.text)) for kind in kinds]
    alike = await catalog.by_names(connection, asked, alike=True)
    return choose(name, [*exact, *(Candidate(*each) for each in alike.get(0, []))])


def _described(title: Title) -> str:
    year = "" if title.year is None else f" ({title.year})"
    ids = " ".join(f"{source}:{value}" for source, value in title.ids.items())
    return f"{title.kind.value} {title.id}  {title.name}{year}  {ids}".rstrip()
