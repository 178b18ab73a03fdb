"""Importing and asking the catalogue, in a real PostgreSQL."""

from __future__ import annotations

import asyncio
import gzip
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from scrobbled.catalog.jsonl import import_jsonl
from scrobbled.catalog.loading import Summary
from scrobbled.errors import PayloadError
from scrobbled.model.media import Kind, TitleKind
from scrobbled.store import catalog
from scrobbled.store.catalog import NewEpisode, NewTitle
from tests.words import made_up

if TYPE_CHECKING:
    from scrobbled.store.pool import Pool


def movie(name: str, **more: Any) -> dict[str, Any]:
    """A film as a catalogue file has it."""
    return {"type": "movie", "title": name, **more}


async def load(pool: Pool, *records: dict[str, Any] | bytes) -> Summary:
    """Import records."""
    lines = [each if isinstance(each, bytes) else orjson.dumps(each) for each in records]
    async with pool.acquire() as connection:
        return await import_jsonl(connection, lines)


async def title_of(pool: Pool, kind: str, source: str, value: str) -> Any:
    """The title an id belongs to."""
    return await pool.fetchrow(
        "select titles.* from external_ids join titles on titles.id = entity_id"
        " where external_ids.kind = $1 and external_ids.source = $2 and value = $3",
        kind,
        source,
        value,
    )


def counts(summary: Summary) -> tuple[int, int, int, int, int]:
    """How much of everything there is."""
    return summary.new, summary.updated, summary.unchanged, summary.conflicts, summary.bad


async def test_a_second_run_changes_nothing(pool: Pool) -> None:
    """Importing a file again finds everything as it is, to the row version."""
    word = made_up()
    records = [
        movie(
            f"{word} one",
            year=2001,
            ids={"imdb": f"{word}1", "anidb": [f"{word}8", f"{word}7"]},
            aka=["Другое"],
        ),
        movie(f"{word} one", year=2001, ids={"tmdb": f"{word}2"}),
        movie(f"{word} bare", year=1950),
        {
            "type": "show",
            "title": f"{word} show",
            "country": "UK",
            "ids": {"tvdb": word},
            "episode_list": [{"season": 1, "number": 1, "title": "Pilot", "ids": {"tvdb": f"{word}e"}}],
        },
    ]
    everything = (
        "select xmin::text, ctid::text from titles union all select xmin::text, ctid::text from episodes"
    )
    first = await load(pool, *records)
    before = sorted(map(tuple, await pool.fetch(everything)))

    second = await load(pool, *records)

    assert counts(first) == (4, 0, 0, 0, 0)
    assert counts(second) == (0, 0, 4, 0, 0)
    assert before == sorted(map(tuple, await pool.fetch(everything)))


async def test_titles_merge_on_shared_ids(pool: Pool) -> None:
    """Two sources that share an id describe one title, with the ids and names of both."""
    word = made_up()
    await load(pool, movie(word, year=2001, ids={"imdb": f"tt{word}", "tmdb": f"m{word}"}))

    summary = await load(
        pool, movie(word, runtime=90, ids={"tmdb": f"m{word}", "tvdb": f"v{word}"}, aka=[f"{word} b"])
    )

    title = await title_of(pool, "movie", "tvdb", f"v{word}")
    names = await pool.fetch("select name from title_names where title_id = $1", title["id"])
    assert counts(summary) == (0, 1, 0, 0, 0)
    assert (title["year"], title["runtime"]) == (2001, 90)
    assert title["ids"] == {"imdb": f"tt{word}", "tmdb": f"m{word}", "tvdb": f"v{word}"}
    assert [row["name"] for row in names] == [f"{word} b"]


async def test_a_contradiction_is_two_titles_and_a_conflict(pool: Pool) -> None:
    """A shared id under different better ids is reported and stays with its first owner."""
    word = made_up()
    summary = await load(
        pool,
        movie(f"{word} a", ids={"imdb": f"{word}1", "tmdb": word}),
        movie(f"{word} b", ids={"imdb": f"{word}2", "tmdb": word}),
    )

    owner = await title_of(pool, "movie", "tmdb", word)
    assert counts(summary) == (2, 0, 0, 1, 0)
    assert owner["name"] == f"{word} a"
    assert summary.problems[0].startswith("line 2: tmdb")


async def test_ids_of_films_and_shows_are_kept_apart(pool: Pool) -> None:
    """The same number names a film, a show and an episode at one provider."""
    word = made_up()
    await load(
        pool,
        movie(f"{word} film", ids={"tmdb": word}),
        {
            "type": "show",
            "title": f"{word} show",
            "ids": {"tmdb": word},
            "episode_list": [{"season": 1, "number": 1, "ids": {"tmdb": word}}],
        },
    )
    asked = [(index, kind, "tmdb", word) for index, kind in enumerate(("movie", "show", "episode", "season"))]

    found = dict(await catalog.by_external_ids(pool, asked))

    assert sorted(found) == [0, 1, 2]
    assert len(set(found.values())) == 3


async def test_bad_lines_are_named_and_skipped(pool: Pool) -> None:
    """One broken line costs itself alone."""
    word = made_up()

    summary = await load(pool, b"{", movie(word), b"", b'{"type":"movie","title":""}', movie(f"{word} 2"))

    assert counts(summary) == (2, 0, 0, 0, 2)
    assert summary.read == 4
    assert [problem.split(":")[0] for problem in summary.problems] == ["line 1", "line 4"]


async def test_files_may_be_gzipped_and_damage_is_told(pool: Pool, tmp_path: Path) -> None:
    """Gzip is recognised by its content; a file cut short is an error that names it."""
    packed = gzip.compress(orjson.dumps(movie(made_up())) + b"\n")
    whole, cut = tmp_path / "whole.jsonl", tmp_path / "cut.jsonl.gz"
    whole.write_bytes(packed)
    cut.write_bytes(packed[:-9])
    async with pool.acquire() as connection:
        summary = await import_jsonl(connection, whole)
        with pytest.raises(PayloadError, match=r"cut\.jsonl\.gz"):
            await import_jsonl(connection, cut)

    assert summary.new == 1


async def test_an_import_upgrades_a_provisional_title(pool: Pool) -> None:
    """What a player made is completed under its own id and slug."""
    word = made_up()
    made = NewTitle(
        kind=TitleKind.MOVIE,
        name=word,
        normalized=word,
        slug=word,
        year=None,
        runtime=None,
        ids={"tmdb": word},
    )
    async with pool.acquire() as connection, connection.transaction():
        await catalog.create_titles(connection, [made])
    before = await title_of(pool, "movie", "tmdb", word)

    await load(pool, movie(f"{word} right", year=2001, ids={"imdb": f"tt{word}", "tmdb": word}))

    after = await title_of(pool, "movie", "imdb", f"tt{word}")
    assert before["provisional"]
    assert not after["provisional"]
    assert (after["id"], after["slug"]) == (before["id"], word)
    assert (after["name"], after["year"]) == (f"{word} right", 2001)


async def test_slugs_are_unique_and_the_better_known_title_chooses_first(pool: Pool) -> None:
    """A name, then with its year, then counted."""
    word = made_up()
    await load(
        pool,
        movie(word, year=1984, popularity=5, ids={"imdb": f"{word}1"}),
        movie(word, year=2021, popularity=50, ids={"imdb": f"{word}2"}),
        movie(word, year=1984, popularity=1, ids={"imdb": f"{word}3"}),
    )

    slugs = [(await title_of(pool, "movie", "imdb", f"{word}{number}"))["slug"] for number in (1, 2, 3)]

    assert slugs == [f"{word}-1984", word, f"{word}-1984-2"]


async def test_two_imports_at_once_make_each_title_once(pool: Pool) -> None:
    """Whoever comes second finds what the first one made."""
    word = made_up()
    records = [movie(f"{word} {number}", ids={"imdb": f"{word}{number}"}) for number in range(50)]

    summaries = await asyncio.gather(load(pool, *records), load(pool, *records))

    assert sum(summary.new for summary in summaries) == 50
    assert await pool.fetchval("select count(*) from titles where name like $1", f"{word} %") == 50


async def test_items_are_films_and_episodes_but_never_shows(pool: Pool) -> None:
    """An item is something one can watch; an episode comes with its show."""
    word = made_up()
    await load(
        pool,
        movie(f"{word} film", runtime=100, ids={"imdb": f"{word}f"}),
        {
            "type": "show",
            "title": f"{word} show",
            "runtime": 45,
            "ids": {"imdb": f"{word}s"},
            "episode_list": [{"season": 0, "number": 3, "title": "Special", "ids": {"imdb": f"{word}e"}}],
        },
    )
    asked = [
        (0, "movie", "imdb", f"{word}f"),
        (1, "show", "imdb", f"{word}s"),
        (2, "episode", "imdb", f"{word}e"),
    ]
    found = dict(await catalog.by_external_ids(pool, asked))

    items = await catalog.items(pool, [*found.values(), 1])

    film, episode = items[found[0]], items[found[2]]
    assert set(items) == {found[0], found[2]}
    assert (film.kind, film.runtime) == (Kind.MOVIE, 100)
    assert (episode.season, episode.episode, episode.episode_title, episode.runtime) == (0, 3, "Special", 45)
    assert (episode.title.id, episode.ids) == (found[1], {"imdb": f"{word}e"})


async def test_episodes_are_found_by_number_and_by_absolute_number(pool: Pool) -> None:
    """Anime is counted through; everything else by season."""
    word = made_up()
    listed = [{"season": 1, "number": 1, "absolute": 1}, {"season": 2, "number": 1, "absolute": 13}]
    await load(pool, {"type": "show", "title": word, "ids": {"anidb": word}, "episode_list": listed})
    show = (await title_of(pool, "show", "anidb", word))["id"]

    found = await catalog.episodes_at(
        pool, [(0, show, 1, 1), (1, show, 2, 1), (2, show, None, 13), (3, show, None, 2), (4, show, 3, 1)]
    )

    assert found[1] == found[2]
    assert set(found) == {0, 1, 2}


async def test_creating_an_episode_twice_makes_one(pool: Pool) -> None:
    """Whoever plays an unlisted episode first lists it; the next one finds it, at the same moment too."""
    word = made_up()
    await load(pool, {"type": "show", "title": word, "ids": {"imdb": word}})
    show = (await title_of(pool, "show", "imdb", word))["id"]
    new = [
        NewEpisode(
            show_id=show, season=1, number=number, name=None, runtime=None, ids={"tvdb": f"{word}{number}"}
        )
        for number in (3, 1, 2)
    ]

    async def create() -> None:
        """Make the episode."""
        async with pool.acquire() as connection, connection.transaction():
            await catalog.create_episodes(connection, new)

    await asyncio.gather(*(create() for _ in range(4)))

    rows = await pool.fetch("select number, ids from episodes where show_id = $1 order by number", show)
    assert [(row["number"], row["ids"]) for row in rows] == [
        (each, {"tvdb": f"{word}{each}"}) for each in (1, 2, 3)
    ]


async def test_the_sample_catalogue_loads(pool: Pool) -> None:
    """The evaluation catalogue, when it is at hand, is imported without a bad line, twice the same."""
    folder = os.environ.get("SCROBBLED_EVALUATION_DIR")
    sample = Path(folder or ".") / "matching" / "catalog-sample.jsonl.gz"
    if folder is None or not sample.is_file():
        pytest.skip("SCROBBLED_EVALUATION_DIR names no folder with matching/catalog-sample.jsonl.gz")
    async with pool.acquire() as connection:
        first = await import_jsonl(connection, sample)
        second = await import_jsonl(connection, sample)

    assert first.bad == 0
    assert second.unchanged == second.read == first.read
