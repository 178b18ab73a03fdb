"""IMDb's dumps into a real PostgreSQL."""

from __future__ import annotations

import gzip
import random
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from scrobbled.catalog import imdb, imdb_files
from scrobbled.catalog.imdb import Options, import_imdb
from scrobbled.catalog.imdb_files import HEADERS, NAMES
from scrobbled.catalog.loading import Listener, Summary
from scrobbled.errors import PayloadError

if TYPE_CHECKING:
    from scrobbled.store.pool import Pool

#: Every test has a thousand numbers of its own: the session's tests share one catalogue.
_blocks = count(20_000_000, 1000)

#: All that an import may write, with the versions of the rows.
_EVERYTHING = " union all ".join(
    f"select '{table}', xmin::text, ctid::text from {table}"
    for table in ("titles", "title_names", "seasons", "episodes", "external_ids")
)


class World:
    """A small IMDb: rows are added to its files, in the exact public format, and imported."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.first = folder, next(_blocks)
        self.lines: dict[str, list[str]] = {name: [] for name in HEADERS}

    def id(self, number: int) -> str:
        """The id of this world's title *number*."""
        return f"tt{self.first + number}"

    def add(self, file: str, number: int, *values: object) -> None:
        """A line of *file* about title *number*; None is null."""
        fields = [self.id(number), *("\\N" if value is None else str(value) for value in values)]
        self.lines[file].append("\t".join(fields))

    def title(self, number: int, kind: str, name: str, *, year: int | None = 1999, **more: Any) -> None:
        """A line of title.basics."""
        original, adult = more.get("original", name), int(more.get("adult", False))
        end, runtime, genres = more.get("end"), more.get("runtime"), more.get("genres")
        self.add("basics", number, kind, name, original, adult, year, end, runtime, genres)

    def aka(
        self,
        number: int,
        name: str,
        region: str | None = None,
        language: str | None = None,
        original: int = 0,
    ) -> None:
        """A line of title.akas."""
        self.add("akas", number, 1, name, region, language, None, None, original)

    def episode(
        self, number: int, show: int, season: int | None, place: int | None, name: str = "Pilot"
    ) -> None:
        """Both lines of an episode."""
        self.title(number, "tvEpisode", name)
        self.add("episode", number, self.id(show), season, place)

    def files(self) -> list[Path]:
        """The files, written now."""
        for name, lines in self.lines.items():
            content = "\n".join([HEADERS[name].decode(), *lines, ""])
            (self.folder / NAMES[name]).write_bytes(gzip.compress(content.encode()))
        return [self.folder / name for name in NAMES.values()]

    async def load(
        self, pool: Pool, options: Options | None = None, listener: Listener | None = None
    ) -> Summary:
        """Import the files."""
        async with pool.acquire() as connection:
            return await import_imdb(
                connection, self.files(), options or Options(), listener=listener or Listener()
            )

    async def titles(self, pool: Pool) -> dict[int, Any]:
        """This world's titles in the catalogue by number, each with its names."""
        rows = await pool.fetch(
            "select titles.*, external_ids.value as imdb, array(select name from title_names"
            " where title_id = titles.id order by name) as names"
            " from external_ids join titles on titles.id = entity_id"
            " where external_ids.kind in ('movie', 'show') and external_ids.source = 'imdb'"
            " and value between $1 and $2 and length(value) = length($1)",  # between as words, else
            self.id(0),
            self.id(999),
        )
        return {int(row["imdb"][2:]) - self.first: row for row in rows}

    async def episodes(self, pool: Pool) -> list[tuple[int, int, str | None, dict[str, str]]]:
        """Season, number, name and ids of all episodes of this world's shows."""
        shows = [row["id"] for row in (await self.titles(pool)).values()]
        rows = await pool.fetch(
            "select season, number, name, ids from episodes where show_id = any($1) order by season, number",
            shows,
        )
        return [tuple(row) for row in rows]


@pytest.fixture
def world(tmp_path: Path) -> World:
    """An empty one."""
    return World(tmp_path)


def fill(world: World, titles: int = 40) -> None:
    """Films and shows in turn, with names, votes and episodes."""
    for number in range(titles):
        show = number % 2 == 1
        world.title(number, "tvSeries" if show else "movie", f"Title {number % 7}", year=1990 + number % 5)
        world.add("ratings", number, "7.0", number * 10)
        for each in range(number % 4):
            world.aka(number, f"Other {number} {each}", "DE")
        for each in range(5 if show else 0):
            world.episode(100 + number * 10 + each, number, 1 + each // 3, 1 + each % 3, f"Part {each}")


async def test_titles_come_with_names_votes_and_episodes(pool: Pool, world: World) -> None:
    """All four files are one catalogue: what each says of a title stands there."""
    world.title(
        1, "movie", "Amélie", original="Le fabuleux destin", year=2001, runtime=122, genres="Comedy,Sci-Fi"
    )
    world.aka(1, "アメリ", "JP", "ja")
    world.aka(1, "AMÉLIE", "US")
    world.add("ratings", 1, "8.3", 790_000)
    world.title(2, "tvMiniSeries", "Chernobyl", year=2019, end=2019)
    world.episode(3, 2, 1, 1, "1:23:45")
    world.episode(4, 2, 1, 2, "Episode #1.2")
    world.episode(5, 2, None, None)

    summary = await world.load(pool)

    found = await world.titles(pool)
    film, show = found[1], found[2]
    assert (film["kind"], film["name"], film["year"], film["runtime"]) == ("movie", "Amélie", 2001, 122)
    assert (film["popularity"], film["genres"], film["source"]) == (790_000, ["Comedy", "Sci-Fi"], "imdb")
    assert (film["names"], film["ids"]) == (["Le fabuleux destin", "アメリ"], {"imdb": world.id(1)})
    assert (show["kind"], show["end_year"], show["season_count"], show["episode_count"]) == (
        "show",
        2019,
        1,
        2,
    )
    assert await world.episodes(pool) == [
        (1, 1, "1:23:45", {"imdb": world.id(3)}),
        (1, 2, None, {"imdb": world.id(4)}),
    ]
    assert (summary.new, summary.episodes_new, summary.names, summary.ids, summary.conflicts) == (
        2,
        2,
        2,
        4,
        0,
    )


async def test_a_second_import_changes_nothing(pool: Pool, world: World) -> None:
    """To the row version, and nobody is told that there is something new."""
    fill(world)
    first = await world.load(pool)
    before = sorted(map(tuple, await pool.fetch(_EVERYTHING)))
    async with pool.acquire() as connection:
        heard: list[Any] = []
        await connection.add_listener("catalog_changed", lambda *each: heard.append(each))
        second = await world.load(pool)
        await connection.execute("select 1")
        await connection.reset()

    assert (first.new, first.episodes_new) == (40, 100)
    assert (second.new, second.updated, second.unchanged, second.episodes_new) == (0, 0, 40, 0)
    assert (second.names, second.ids, second.episodes_updated) == (0, 0, 0)
    assert before == sorted(map(tuple, await pool.fetch(_EVERYTHING)))
    assert heard == []


async def test_an_import_that_was_cut_off_is_run_again(
    pool: Pool, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was merged stays, and the second run adds the rest: as one whole run leaves it."""
    monkeypatch.setattr(imdb, "CHUNK", 7)
    monkeypatch.setattr(imdb_files, "BLOCK", 200)
    fill(world)
    heard: list[int] = []

    def give_up(summary: Summary) -> None:
        """Stop in the middle of the episodes."""
        heard.append(summary.new)
        if summary.episodes_new > 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await world.load(pool, listener=Listener(progress=give_up))
    cut_off = len(await world.episodes(pool))
    summary = await world.load(pool)

    found = await world.titles(pool)
    assert 20 < cut_off < 100
    assert len(heard) > 3
    assert (summary.new, summary.unchanged, summary.episodes_new) == (0, 40, 100 - cut_off)
    assert [len(found[number]["names"]) for number in range(40)] == [number % 4 for number in range(40)]
    assert len(await world.episodes(pool)) == 100
    assert len({(row["kind"], row["slug"]) for row in found.values()}) == 40


@pytest.mark.parametrize("chunk", [1, 5, 1000])
async def test_the_order_of_the_files_does_not_matter(
    pool: Pool, world: World, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    """Names that do not stand where their titles do are added afterwards; a repeated line counts once."""
    monkeypatch.setattr(imdb, "CHUNK", chunk)
    monkeypatch.setattr(imdb_files, "BLOCK", 200)
    fill(world)
    world.lines["basics"] += world.lines["basics"][:3]
    for lines in world.lines.values():
        random.Random(chunk).shuffle(lines)

    summary = await world.load(pool)

    found = await world.titles(pool)
    assert (summary.new, summary.episodes_new, summary.names) == (40, 100, 60)
    assert [len(found[number]["names"]) for number in range(40)] == [number % 4 for number in range(40)]
    assert [found[number]["popularity"] for number in range(40)] == [number * 10 for number in range(40)]


#: Options with the titles, names and episodes they leave.
_OPTIONS = [
    (Options(), ({0, 1, 3}, 3, 1)),
    (Options(adult=True), ({0, 1, 2, 3}, 3, 1)),
    (Options(kinds=["movie"]), ({0}, 3, 0)),
    (Options(votes=50), ({1}, 0, 1)),
    (Options(languages=["fr"]), ({0, 1, 3}, 2, 1)),
    (Options(regions=["DE"]), ({0, 1, 3}, 2, 1)),
    (Options(episodes=False), ({0, 1, 3}, 3, 0)),
]


@pytest.mark.parametrize(("options", "left"), _OPTIONS)
async def test_a_part_may_be_chosen(
    pool: Pool, world: World, options: Options, left: tuple[set[int], int, int]
) -> None:
    """Kinds, votes, languages, regions, episodes; nothing for adults unless asked for, games never."""
    world.title(0, "movie", "A film")
    world.aka(0, "Ein Film", "DE")
    world.aka(0, "Un film", "CA", "fr")
    world.aka(0, "Its own name", None, None, original=1)
    world.title(1, "tvSeries", "A show")
    world.add("ratings", 1, "7.0", 50)
    world.title(2, "movie", "For adults", adult=True)
    world.title(3, "short", "A short one")
    world.title(4, "videoGame", "A game")
    world.episode(5, 1, 1, 1)

    await world.load(pool, options)

    found = await world.titles(pool)
    names = sum(len(row["names"]) for row in found.values())
    assert left == (set(found), names, len(await world.episodes(pool)))


async def test_a_newer_dump_changes_what_differs(pool: Pool, world: World) -> None:
    """A new name is the main one and the old one stays; only titles that differ are marked as changed."""
    for number in range(3):
        world.title(number, "movie", f"Working title {number}", year=None)
    await world.load(pool)
    before = await world.titles(pool)
    world.lines["basics"].clear()
    world.title(0, "movie", "Working title 0", year=None)
    world.title(1, "movie", "Final title", year=2024)
    world.title(2, "movie", "WORKING TITLE 2", year=None)

    summary = await world.load(pool)

    after = await world.titles(pool)
    assert (after[1]["name"], after[1]["year"], after[1]["names"]) == (
        "Final title",
        2024,
        ["Working title 1"],
    )
    assert (after[2]["name"], after[2]["names"]) == ("WORKING TITLE 2", [])
    assert (summary.new, summary.updated, summary.unchanged) == (0, 2, 1)
    assert {0} == {number for number in range(3) if before[number]["changed"] == after[number]["changed"]}
    assert [row["slug"] for row in before.values()] == [row["slug"] for row in after.values()]


async def test_two_episodes_at_one_place_are_a_conflict(pool: Pool, world: World) -> None:
    """The first one keeps it, to the last field, in every further run."""
    world.title(1, "tvSeries", "A show")
    world.episode(2, 1, 1, 1, "The first")
    world.episode(3, 1, 1, 1, "The second")

    summaries = [await world.load(pool), await world.load(pool)]

    assert [summary.conflicts for summary in summaries] == [1, 1]
    assert f"imdb {world.id(3)} of 'A show' S01E01" in summaries[0].problems[0]
    assert await world.episodes(pool) == [(1, 1, "The first", {"imdb": world.id(2)})]


async def test_lines_that_say_nothing_are_passed_over(pool: Pool, world: World) -> None:
    """A line with too few fields, without a name, or with a strange id costs itself alone."""
    world.title(1, "movie", "Fine \\ good")
    world.lines["basics"] += ["", "tt1", "tt2\tmovie", "nm0000001\tmovie\tx\tx\t0\t1\t1\t1\tx"]
    world.add("basics", 2, "movie", None, None, 0, None, None, None, None)
    world.lines["akas"] += ["broken", f"{world.id(1)}\t1"]
    world.aka(7, "Of nobody")
    world.add("episode", 8, "tt0", 1, 1)

    summary = await world.load(pool)

    assert {1: "Fine \\ good"} == {number: row["name"] for number, row in (await world.titles(pool)).items()}
    assert (summary.new, summary.names, summary.episodes_new, summary.bad) == (1, 0, 0, 3)
    assert summary.problems == [
        "title.basics.tsv.gz: lines that have not 9 fields: 2",
        "title.akas.tsv.gz: lines that have not 8 fields: 1",
    ]


async def test_votes_need_their_file(pool: Pool, world: World) -> None:
    """Choosing by votes without title.ratings would choose nothing; it is refused with what is missing."""
    files = [file for file in world.files() if "ratings" not in file.name]
    async with pool.acquire() as connection:
        with pytest.raises(PayloadError, match=r"title\.ratings\.tsv\.gz is missing"):
            await import_imdb(connection, files, Options(votes=10))
