"""`scrobbled match`: what the matcher makes of some words."""

# ruff: noqa: PLC0415 - imported when run, not for --help

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import click

from scrobbled.cli.context import resolved_settings

if TYPE_CHECKING:
    from scrobbled.match.decide import Candidate, Decision
    from scrobbled.match.query import Query
    from scrobbled.model.media import Title


@click.command()
@click.argument("text")
@click.option("--year", type=click.IntRange(1800, 2200), help="The film's year, or the show's.")
@click.option("--kind", type=click.Choice(["movie", "show"]), help="Both are tried when not given.")
@click.option("--season", type=click.IntRange(0), help="With a season or an episode it is a show.")
@click.option("--episode", type=click.IntRange(0))
@click.option("--explain", is_flag=True, help="Say how the words were read and what each field gave.")
def match(
    text: str, *, year: int | None, kind: str | None, season: int | None, episode: int | None, explain: bool
) -> None:
    """Look TEXT up as a player's title would be, and print what it is taken for.

    TEXT may be a title, a file's name, or what a service shows. Nothing is written. When it
    would be left unmatched, the candidates are printed and the status is 1.
    """
    from scrobbled.match.query import Query

    if kind == "movie" and (season is not None or episode is not None):
        raise click.UsageError("a movie has no seasons and episodes")
    query = Query(text, kind, year, season, episode)
    decision, titles, listed = asyncio.run(_match(query))
    if decision.title_id is None:
        click.echo(f"no match: {decision.reason}", err=True)
    everything = explain or decision.title_id is None
    for candidate in decision.candidates if everything else decision.candidates[:1]:
        if (title := titles.get(candidate.title_id)) is not None:
            _show(candidate, title, accepted=decision.title_id == title.id, explain=explain)
    if decision.title_id is None:
        raise SystemExit(1)
    if listed is not None:
        click.echo(listed)


def _show(candidate: Candidate, title: Title, *, accepted: bool, explain: bool) -> None:
    click.echo(_line(title, candidate.score, accepted=accepted))
    if explain:
        click.echo(f"    read as {candidate.reading.text!r} ({candidate.reading.how})")
        for name, part in candidate.explained():
            click.echo(f"    {part:+7.2f}  {name.replace('_', ' ')}")


async def _match(query: Query) -> tuple[Decision, dict[int, Title], str | None]:
    """The decision, its titles, and whether the episode is listed."""
    from scrobbled.catalog.live import Names
    from scrobbled.store import catalog
    from scrobbled.store.pool import connect

    settings = resolved_settings()
    names = Names(settings.names_path)
    connection = await connect(settings.database_url or "")
    try:
        await names.refresh(connection)
        decision = names.decide(query)
        titles = await catalog.titles(connection, [each.title_id for each in decision.candidates])
        if decision.title_id is None or decision.candidates[0].kind != "show":
            return decision, titles, None
        reading = decision.candidates[0].reading
        episode = reading.episode if query.episode is None else query.episode
        season = reading.season if query.season is None else query.season
        if episode is None:
            return decision, titles, None
        season = 1 if season is None else season
        listed = await catalog.episodes_at(connection, [(0, decision.title_id, season, episode)])
        return decision, titles, f"S{season:02}E{episode:02} is {'' if listed else 'not '}listed"
    finally:
        await connection.close()


def _line(title: Title, score: float, *, accepted: bool) -> str:
    from scrobbled.match.decide import confidence

    year = "" if title.year is None else f" ({title.year})"
    ids = " ".join(f"{source}:{value}" for source, value in title.ids.items())
    described = f"{title.kind.value} {title.id}  {title.name}{year}  {ids}".rstrip()
    return (
        f"{described}  score {score:.3f}, {confidence(score)}" if accepted else f"  {score:.3f}  {described}"
    )
