"""What clients name, found in the catalogue: by ids, by places in a show, by names."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import orjson

from scrobbled.model.wanted import Called, Found, ThingKind
from scrobbled.store import items
from scrobbled.wire import trakt_items
from tests.library import Film, episodes, film

if TYPE_CHECKING:
    from scrobbled.store.pool import Pool


async def _nobody(_called: Sequence[Called]) -> dict[Called, int]:
    return {}


async def _resolved(pool: Pool, **body: object) -> list[Found | None]:
    wanted = [entry.wanted for entry in trakt_items.parse(orjson.dumps(body)).leaves]
    return await items.resolve(pool, wanted, _nobody)


def _movie(item: Film) -> Found:
    return Found(kind=ThingKind.MOVIE, id=item.id, title_id=item.id)


async def test_ids_of_a_film(pool: Pool) -> None:
    """A film is found by any of its ids, ours too, as number or text; the first that fits decides."""
    item = await film(pool, trakt="771", imdb="tt0000771", tmdb="7710")
    slug = await pool.fetchval("select slug from titles where id = $1", item.id)
    named: list[dict[str, object]] = [
        {"trakt": 771}, {"imdb": "tt0000771"}, {"tmdb": "7710"}, {"trakt": item.id}, {"slug": slug},
        {"trakt": None, "imdb": "", "tmdb": 7710}, {"trakt": 999_999, "imdb": "tt0000771"},
    ]  # fmt: skip

    assert [_movie(item)] * len(named) == await _resolved(pool, movies=[{"ids": ids} for ids in named])


async def test_kinds_do_not_mix(pool: Pool) -> None:
    """The id of a film names no show, and that of a show no film."""
    item, (episode,) = await film(pool, tmdb="7720"), await episodes(pool, tmdb="7721")
    found = await _resolved(
        pool,
        movies=[
            {"ids": {"tmdb": 7721}},
            {"ids": {"trakt": episode.title_id}},
            {"ids": {"trakt": episode.id}},
        ],
        shows=[{"ids": {"tmdb": 7720}}, {"ids": {"trakt": item.id}}],
        episodes=[{"ids": {"trakt": item.id}}],
    )

    assert [None] * 6 == found


async def test_places(pool: Pool) -> None:
    """Seasons and episodes are found by number in their show, by ids of their own, or with their show."""
    first, second = await episodes(pool, 2, tvdb="7730")
    show = {"ids": {"tvdb": "7730"}}
    found = await _resolved(
        pool,
        shows=[
            {**show, "seasons": [{"number": "1", "episodes": [{"number": 2}]}, {"number": 1}, {"number": 9}]}
        ],
        seasons=[{"ids": {"trakt": first.season_id}}],
        episodes=[{"ids": {"trakt": first.id}}, {"season": 1, "number": "2", "show": show}],
    )
    season = Found(kind=ThingKind.SEASON, id=first.season_id, title_id=first.title_id, season=1)
    one, two = (
        Found(kind=ThingKind.EPISODE, id=each.id, title_id=each.title_id, season=1)
        for each in (first, second)
    )

    assert [two, season, None, season, one, two] == found


async def test_watchables(pool: Pool) -> None:
    """A show stands for its episodes that have aired, specials aside; for all where all are asked for."""
    first, *_ = await episodes(pool, 3, tvdb="7740")
    show = first.title_id
    await pool.execute(
        "update episodes set first_aired = '2020-01-01', runtime = 50 where show_id = $1", show
    )
    await pool.execute(
        "update episodes set first_aired = '2999-01-01' where show_id = $1 and number = 3", show
    )
    await pool.execute(
        "insert into episodes (show_id, season, number, first_aired) values ($1, 0, 1, '2020-01-01')", show
    )
    found = await _resolved(
        pool, shows=[{"ids": {"tvdb": 7740}}], movies=[{"ids": {"trakt": (await film(pool)).id}}]
    )
    aired = await items.watchables(pool, found, aired_by=datetime(2026, 1, 1, tzinfo=UTC))
    everything = await items.watchables(pool, found, aired_by=None)

    assert [0, 1, 1] == sorted(each.position for each in aired)
    assert datetime(2020, 1, 1, 0, 50, tzinfo=UTC) == next(
        each.over_at for each in aired if each.position == 1
    )
    assert 5 == len(everything)


async def test_nobody_knows_the_dates(pool: Pool) -> None:
    """Where no episode of a show has a date, all of them have aired."""
    await episodes(pool, 3, tvdb="7750")
    found = await _resolved(pool, shows=[{"ids": {"tvdb": 7750}}])

    assert 3 == len(await items.watchables(pool, found, aired_by=datetime(2026, 1, 1, tzinfo=UTC)))
