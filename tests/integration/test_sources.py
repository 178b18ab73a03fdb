"""Several sources that describe the same titles: who is believed, and what nobody settles."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from itertools import permutations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncpg
import orjson
import pytest
from click.testing import CliRunner, Result

from scrobbled.catalog.loading import Item, Listener, Problem, Summary, load_records
from scrobbled.catalog.records import EpisodeRecord, NameRecord, Record
from scrobbled.cli.main import scrobbled
from scrobbled.model.media import TitleKind
from scrobbled.store import catalog
from scrobbled.store.catalog import NewTitle
from tests.words import made_up

if TYPE_CHECKING:
    from scrobbled.store.pool import Pool
    from tests.conftest import Servers


def film(title: str, **more: Any) -> Record:
    """A film as a source describes it."""
    return Record(type=TitleKind.MOVIE, title=title, **more)


def show(title: str, **more: Any) -> Record:
    """A show as a source describes it."""
    return Record(type=TitleKind.SHOW, title=title, **more)


async def load(pool: Pool, source: str, *items: Item, listener: Listener | None = None) -> Summary:
    """Import *items* of *source*."""
    async with pool.acquire() as connection:
        return await load_records(connection, source, items, listener=listener or Listener())


async def title_of(pool: Pool, source: str, value: str) -> Any:
    """The film or show an id belongs to, with its names."""
    return await pool.fetchrow(
        "select titles.*, array("
        "select name from title_names where title_id = titles.id order by name) as names"
        " from external_ids join titles on titles.id = entity_id"
        " where external_ids.kind in ('movie', 'show') and external_ids.source = $1 and value = $2",
        source,
        value,
    )


@pytest.mark.parametrize("order", list(permutations(("jsonl", "tmdb", "anime"))))
async def test_the_best_source_is_believed_in_any_order(pool: Pool, order: tuple[str, ...]) -> None:
    """A worse source fills gaps and adds names and ids; it never overwrites a better one."""
    word = made_up()
    said = {
        "jsonl": film(f"{word} Best", year=2001, ids={"imdb": word}),
        "tmdb": film(f"{word} Good", year=2002, runtime=90, ids={"imdb": word, "tmdb": word}),
        "anime": film(f"{word} Worse", year=2003, anime=True, ids={"imdb": word, "mal": word}),
    }

    for source in order:
        await load(pool, source, said[source])

    found = await title_of(pool, "mal", word)
    assert (found["name"], found["year"], found["source"]) == (f"{word} Best", 2001, "jsonl")
    assert (found["runtime"], found["anime"]) == (90, True)
    assert found["names"] == [f"{word} Good", f"{word} Worse"]
    assert found["ids"] == {"imdb": word, "tmdb": word, "mal": word}


async def test_a_source_may_correct_itself(pool: Pool) -> None:
    """What it says today replaces what it said before, unless it says nothing."""
    word = made_up()
    await load(pool, "tmdb", film(word, year=2001, runtime=90, genres=["Drama"], ids={"tmdb": word}))

    summary = await load(pool, "tmdb", film(word, year=2002, genres=["Drama", "War"], ids={"tmdb": word}))

    found = await title_of(pool, "tmdb", word)
    assert summary.updated == 1
    assert (found["year"], found["runtime"], found["genres"]) == (2002, 90, ["Drama", "War"])


async def test_a_source_that_is_gone_is_believed_no_more(pool: Pool) -> None:
    """Whatever told a title's facts, if it has no place in the order any of ours is better."""
    word = made_up()
    await load(pool, "anime", film(word, year=2001, ids={"mal": word}))
    await pool.execute("update titles set source = 'rumour' where name = $1", word)

    await load(pool, "anime", film(word, year=2002, ids={"mal": word}))

    found = await title_of(pool, "mal", word)
    assert (found["year"], found["source"]) == (2002, "anime")


async def test_episodes_follow_the_trust_of_their_source(pool: Pool) -> None:
    """A worse source adds episodes and fills gaps, a better one corrects."""
    word = made_up()

    def listed(name: str, runtime: int | None, *numbers: int) -> Record:
        """The show with episodes as a source names them."""
        episodes = [
            EpisodeRecord(season=1, number=each, title=f"{name} {each}", runtime=runtime) for each in numbers
        ]
        return show(word, ids={"tvdb": word}, episode_list=episodes)

    await load(pool, "tvmaze", listed("tvmaze", None, 1))
    worse = await load(pool, "wikidata", listed("wikidata", 45, 1, 2))
    better = await load(pool, "tmdb", listed("tmdb", None, 2))

    rows = await pool.fetch(
        "select episodes.name, episodes.runtime from episodes join titles on titles.id = show_id"
        " where titles.name = $1 order by number",
        word,
    )
    assert [tuple(row) for row in rows] == [("tvmaze 1", 45), ("tmdb 2", 45)]
    assert (worse.episodes_new, worse.episodes_updated) == (1, 1)
    assert (better.episodes_new, better.episodes_updated) == (0, 1)


async def test_a_second_id_of_a_source_is_a_conflict(pool: Pool) -> None:
    """One title goes by one id at a source, and nobody guesses which; anime databases list seasons."""
    word = made_up()
    heard: list[str] = []
    listener = Listener(conflict=lambda _, sentence: heard.append(sentence))
    await load(pool, "imdb", show(word, ids={"imdb": word, "tmdb": f"{word}1", "anidb": f"{word}1"}))

    summary = await load(
        pool,
        "tvmaze",
        show(word, ids={"imdb": word, "tmdb": f"{word}2", "anidb": f"{word}2"}),
        listener=listener,
    )

    assert await title_of(pool, "tmdb", f"{word}2") is None
    assert (await title_of(pool, "anidb", f"{word}2"))["name"] == word
    assert (summary.conflicts, summary.ids) == (1, 1)
    assert heard == [f"tmdb {word}2 of {word!r} was not added: it has another tmdb id"]


async def test_an_id_of_another_title_is_a_conflict_and_stays(pool: Pool) -> None:
    """It is told whose it is, each time, and a second import tells the same."""
    word = made_up()
    records = [
        film(f"{word} a", ids={"imdb": f"{word}1", "tmdb": word}),
        film(f"{word} b", ids={"imdb": f"{word}2", "tmdb": word}),
    ]

    summaries = [await load(pool, "wikidata", *records) for _ in range(2)]

    owner = await title_of(pool, "tmdb", word)
    assert owner["name"] == f"{word} a"
    assert [summary.conflicts for summary in summaries] == [1, 1]
    assert summaries[0].problems == [
        f"record 2: tmdb {word} of '{word} b' belongs to '{word} a' ({owner['id']})"
    ]


async def test_records_of_one_chunk_may_be_one_title(pool: Pool) -> None:
    """Whether they share an id or are linked by a third: the first one describes it, every time."""
    word = made_up()
    await load(pool, "tmdb", show(word, ids={"tmdb": word, "tvdb": word}))
    seasons = [
        show(f"{word} I", year=2011, ids={"tmdb": word, "mal": f"{word}1"}),
        show(f"{word} II", year=2012, runtime=24, ids={"tvdb": word, "mal": f"{word}2"}),
        show(f"{word} III", ids={"mal": [f"{word}2", f"{word}3"]}),
        show(f"{word} other", ids={"anidb": word}),
        show(f"{word} other II", ids={"anidb": [word, f"{word}2"]}),
    ]

    first, second = await load(pool, "anime", *seasons), await load(pool, "anime", *seasons)

    found, other = await title_of(pool, "mal", f"{word}3"), await title_of(pool, "anidb", f"{word}2")
    assert (found["name"], found["year"], found["runtime"]) == (word, 2011, 24)
    assert found["names"] == [f"{word} I", f"{word} II", f"{word} III"]
    assert (other["name"], other["names"]) == (f"{word} other", [f"{word} other II"])
    assert (first.new, first.updated, second.new, second.updated) == (1, 4, 0, 0)


async def test_what_only_adds_makes_and_renames_nothing(pool: Pool) -> None:
    """A line of ids gives a title ids, names and what it lacks; without a title it is passed over."""
    word = made_up()
    await load(pool, "wikidata", film(word, year=2001, ids={"imdb": word}))
    lines = [
        film(f"{word} label", year=2002, runtime=90, ids={"imdb": word, "tmdb": word}, only_known=True),
        film(f"{word} nobody", ids={"imdb": f"{word}2"}, only_known=True),
    ]

    first, second = await load(pool, "tmdb", *lines), await load(pool, "tmdb", *lines)

    found = await title_of(pool, "tmdb", word)
    assert (found["name"], found["names"], found["source"]) == (word, [f"{word} label"], "wikidata")
    assert (found["year"], found["runtime"]) == (2001, 90)
    assert await title_of(pool, "imdb", f"{word}2") is None
    assert (first.updated, first.skipped, second.unchanged, second.skipped) == (1, 1, 1, 1)


async def test_names_carry_their_language(pool: Pool) -> None:
    """Language and region are kept where the source knows them."""
    word = made_up()
    names = [NameRecord(name=f"{word} ночь", language="ru", region="RU")]
    await load(pool, "tmdb", film(word, names=names, aka=[f"{word} b"], ids={"tmdb": word}))

    rows = await pool.fetch(
        "select title_names.name, language, region from title_names join titles on titles.id = title_id"
        " where titles.name = $1 order by 1",
        word,
    )

    assert [tuple(row) for row in rows] == [(f"{word} b", None, None), (f"{word} ночь", "ru", "RU")]


async def test_sources_may_be_slow_and_broken(pool: Pool) -> None:
    """An async iterator is read as it comes; what cannot be read is counted and told."""
    word = made_up()

    async def items() -> AsyncIterator[Item]:
        """A film, a blank line, and something broken."""
        yield film(word, ids={"tmdb": word})
        await asyncio.sleep(0)
        yield None
        yield Problem("no JSON")

    async with pool.acquire() as connection:
        summary = await load_records(connection, "tmdb", items())

    assert (summary.read, summary.new, summary.bad, summary.problems) == (2, 1, 1, ["record 3: no JSON"])


async def test_an_ordinary_user_of_the_database_may_import(pool: Pool) -> None:
    """Who may not switch foreign keys off for a while has them looked up; all else is the same."""
    word = made_up()
    records = [
        show(word, ids={"imdb": word}, aka=[f"{word} b"], episode_list=[EpisodeRecord(season=1, number=1)])
    ]
    async with pool.acquire() as connection:
        await connection.execute(f"create role {word}")
        await connection.execute(f"grant all on all tables in schema public to {word}")
        await connection.execute(f"grant all on all sequences in schema public to {word}")
        await connection.execute(f"set role {word}")
        try:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute("set session_replication_role = replica")
            summary = await load_records(connection, "tmdb", records)
        finally:
            await connection.execute("reset role")
            await connection.execute(f"drop owned by {word}")
            await connection.execute(f"drop role {word}")

    assert (summary.new, summary.episodes_new, summary.names) == (1, 1, 1)


async def test_only_known_sources_speak(pool: Pool) -> None:
    """A name without a place in the order of trust is refused before anything is read."""
    with pytest.raises(ValueError, match="'rumour' is no source of titles; there are jsonl, imdb"):
        await load(pool, "rumour", film("x"))


async def test_whoever_changes_a_title_says_so(pool: Pool) -> None:
    """Importers and players' new titles mark what they change and notify; nothing new is no news."""
    word = made_up()
    record = film(word, ids={"tmdb": word}, aka=[f"{word} b"])
    made = NewTitle(
        kind=TitleKind.MOVIE,
        name=word,
        normalized=word,
        slug=word,
        year=None,
        runtime=None,
        ids={"imdb": word},
    )
    heard: asyncio.Queue[object] = asyncio.Queue()

    async def changes() -> int:
        """The number of notifications since last time."""
        await pool.execute("select pg_notify('catalog_changed', 'end')")
        count = 0
        while await asyncio.wait_for(heard.get(), 60) != "end":
            count += 1
        return count

    async with pool.acquire() as connection:
        await connection.add_listener("catalog_changed", lambda *each: heard.put_nowait(each[3]))
        seen = [
            await load(pool, "tmdb", record),
            await changes(),
            await load(pool, "tmdb", record),
            await changes(),
        ]
        before = (await title_of(pool, "tmdb", word))["changed"]
        await load(pool, "wikidata", film(word, ids={"tmdb": word}, aka=[f"{word} c"]))
        seen += [await changes(), (await title_of(pool, "tmdb", word))["changed"] > before]
        async with pool.acquire() as other, other.transaction():
            await catalog.create_titles(other, [made])
        seen.append(await changes())
        await connection.reset()

    assert seen[1::2] == [1, 0, True]
    assert (seen[4], seen[6]) == (1, 1)


async def _run(servers: Servers, *arguments: str) -> Result:
    """The command line, as a person types it."""
    environment = {"SCROBBLED_DATABASE_URL": servers.database_url}
    return await asyncio.to_thread(CliRunner().invoke, scrobbled, ["catalog", *arguments], env=environment)


async def test_the_same_files_are_read_once(pool: Pool, servers: Servers, tmp_path: Path) -> None:
    """Whatever they are called; --again reads them all the same, and conflicts go to a file."""
    word = made_up()
    lines = [
        {"type": "movie", "title": f"{word} a", "ids": {"imdb": f"{word}1", "tmdb": word}},
        {"type": "movie", "title": f"{word} b", "ids": {"imdb": f"{word}2", "tmdb": word}},
    ]
    one, other, conflicts = tmp_path / "one.jsonl", tmp_path / "other.jsonl", tmp_path / "conflicts"
    for path in (one, other):
        path.write_bytes(b"\n".join(map(orjson.dumps, lines)))

    first = await _run(servers, "import", "jsonl", str(one))
    second = await _run(servers, "import", "jsonl", str(other))
    third = await _run(servers, "import", "jsonl", str(other), "--again", "--conflicts", str(conflicts))
    stats = await _run(servers, "stats")

    told = orjson.loads(conflicts.read_bytes())
    assert [0, 0, 0, 0] == [each.exit_code for each in (first, second, third, stats)]
    assert "2 read: 2 new" in first.output
    assert f"line 2: tmdb {word}" in first.output
    assert "imported already" in second.output
    assert "0 new, 0 updated, 2 unchanged" in third.output
    assert (told["source"], told["value"], told["owner_name"]) == ("tmdb", word, f"{word} a")
    assert "described by jsonl" in stats.output
    assert await pool.fetchval("select count(*) from titles where name like $1", f"{word} %") == 2
