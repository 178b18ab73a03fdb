"""`scrobbled catalog import tmdb|tvmaze|wikidata|anime` on files, into a real PostgreSQL."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from scrobbled.catalog.jsonl import import_jsonl
from tests.words import made_up, made_up_number

if TYPE_CHECKING:
    from scrobbled.store.pool import Pool
    from tests.conftest import Servers


class Shell:
    """Runs commands against the session's database."""

    def __init__(self, servers: Servers, folder: Path) -> None:
        self.folder = folder
        self._environment = {
            "HOME": str(folder),
            "PATH": os.environ["PATH"],
            "SCROBBLED_DATABASE_URL": servers.database_url,
        }

    def file(self, name: str, content: Any) -> str:
        """A file with text, or with JSON."""
        path = self.folder / name
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return str(path)

    async def run(self, *words: str) -> tuple[int, str, str]:
        """The status, the output and the errors of ``scrobbled catalog import …``."""
        program = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "scrobbled", "catalog", "import", *words),
            env=self._environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        output, errors = await asyncio.wait_for(program.communicate(), 120)
        return program.returncode or 0, output.decode(), errors.decode()


@pytest.fixture
def shell(servers: Servers, pool: Pool, tmp_path: Path) -> Shell:  # noqa: ARG001  # the pool migrates
    """A shell in a folder of the test's own."""
    return Shell(servers, tmp_path)


async def known_film(pool: Pool, **ids: Any) -> str:
    """A film that the catalogue has; returns its name."""
    name = made_up()
    line = json.dumps({"type": "movie", "title": name, "year": 2001, "ids": ids})
    async with pool.acquire() as connection:
        await import_jsonl(connection, [line])
    return name


async def ids_of(pool: Pool, kind: str, source: str, value: str) -> dict[str, Any]:
    """All ids of the title, season or episode with this one."""
    rows = await pool.fetch(
        "select source, value from external_ids where kind = $1 and entity_id ="
        " (select entity_id from external_ids where kind = $1 and source = $2 and value = $3)",
        kind,
        source,
        value,
    )
    return {row["source"]: row["value"] for row in rows}


def item_row(**cells: str) -> dict[str, Any]:
    """A row about an item of its own."""
    cells["item"] = f"http://www.wikidata.org/entity/Q{made_up_number()}"
    return {column: {"type": "literal", "value": value} for column, value in cells.items()}


async def test_wikidata_gives_a_known_title_its_other_ids(pool: Pool, shell: Shell) -> None:
    """The crosswalk joins the ids of one film to the title that has one of them."""
    imdb, tmdb, tvdb = f"tt{made_up_number()}", str(made_up_number()), str(made_up_number())
    name = await known_film(pool, imdb=imdb)
    row = item_row(label=name, imdb=imdb, tmdb_movie=tmdb, tvdb_movie=tvdb)
    file = shell.file("result.json", {"head": {"vars": [*row]}, "results": {"bindings": [row, {}]}})

    status, output, errors = await shell.run("wikidata", "--file", file)

    assert (0, "wikidata: row 2: the column item is no Wikidata item\n") == (status, errors)
    assert "wikidata: 2 entries were read, 1 of them bad\n" in output
    assert "0 new, 1 updated" in output
    found = await ids_of(pool, "movie", "imdb", imdb)
    assert (tmdb, tvdb) == (found["tmdb"], found["tvdb"])


async def test_tvmaze_brings_episodes(pool: Pool, shell: Shell) -> None:
    """A show arrives with its episodes and their ids; a second run changes nothing."""
    show, episode, tvdb = made_up_number(), made_up_number(), made_up_number()
    listed = {
        "id": episode,
        "season": 2,
        "number": 3,
        "name": "Pilot",
        "airstamp": "2013-06-25T02:00:00+00:00",
    }
    file = shell.file(
        "show.json",
        {
            "id": show,
            "name": made_up(),
            "premiered": "2013-06-24",
            "externals": {"thetvdb": tvdb},
            "_embedded": {"episodes": [listed]},
        },
    )

    status, output, _ = await shell.run("tvmaze", "--file", file)
    _, again, _ = await shell.run("tvmaze", "--file", file)

    assert (0, True) == (status, "1 new, 0 updated" in output)
    assert "1 unchanged" in again
    assert {"tvmaze": str(show), "tvdb": str(tvdb)} == await ids_of(pool, "show", "tvmaze", str(show))
    assert {"tvmaze": str(episode)} == await ids_of(pool, "episode", "tvmaze", str(episode))


async def test_anime_makes_a_show_of_seasons(pool: Pool, shell: Shell) -> None:
    """Both files together give one show with the first season's ids."""
    first, second, mal, tvdb = (made_up_number() for _ in range(4))
    name = made_up()
    more = {"type": "TV", "episodes": 12, "animeSeason": {"season": "FALL", "year": 2013}}
    sources = [f"https://anidb.net/anime/{first}", f"https://myanimelist.net/anime/{mal}"]
    entries = [
        {"title": name, "sources": sources, "synonyms": ["進撃"], **more},
        {"title": f"{name} 2", "sources": [f"https://anidb.net/anime/{second}"], **more},
    ]
    lists = "".join(
        f'<anime anidbid="{anidb}" tvdbid="{tvdb}" defaulttvdbseason="{season}"><name>{name}</name></anime>'
        for season, anidb in enumerate((first, second), start=1)
    )
    offline = shell.file("offline.json", {"data": entries})
    xml = shell.file("anime-list.xml", f"<anime-list>{lists}</anime-list>")

    status, output, errors = await shell.run("anime", "--file", offline, "--lists", xml)

    assert (0, "") == (status, errors)
    assert "anime: 4 entries were read, 0 of them bad" in output
    assert "1 new, 0 updated" in output
    expected = {"tvdb": str(tvdb), "anidb": str(first), "mal": str(mal)}
    assert expected == await ids_of(pool, "show", "tvdb", str(tvdb))


async def test_tmdb_gives_the_original_name(pool: Pool, shell: Shell) -> None:
    """A line of the daily list adds the name a film has at home, and neither renames nor makes a title."""
    tmdb, unknown, original = made_up_number(), made_up_number(), made_up()
    name = await known_film(pool, tmdb=tmdb)
    lines = [json.dumps({"id": each, "original_title": original, "adult": False}) for each in (tmdb, unknown)]
    file = shell.file("movie_ids.json", "\n".join(lines))

    status, output, _ = await shell.run("tmdb", "--file", file)

    assert 0 == status
    assert "0 new, 1 updated" in output
    names = await pool.fetch(
        "select title_names.name from title_names join titles on titles.id = title_id where titles.name = $1",
        name,
    )
    assert [original] == [row["name"] for row in names]
    assert {} == await ids_of(pool, "movie", "tmdb", str(unknown))


async def test_a_contradiction_makes_no_title(pool: Pool, shell: Shell) -> None:
    """An item that shares one id with a film and has another IMDb id than that is not taken for it."""
    tmdb, other = str(made_up_number()), f"tt{made_up_number()}"
    await known_film(pool, imdb=f"tt{made_up_number()}", tmdb=tmdb)
    row = item_row(label="Other", imdb=other, tmdb_movie=tmdb)
    file = shell.file("result.json", {"results": {"bindings": [row]}})

    _, output, _ = await shell.run("wikidata", "--file", file)

    assert "0 new" in output
    assert {} == await ids_of(pool, "movie", "imdb", other)


async def test_only_known_makes_no_titles(pool: Pool, shell: Shell) -> None:
    """With --only-known a source adds to what is there and nothing else."""
    show = made_up_number()
    file = shell.file("show.json", {"id": show, "name": "Somewhere", "externals": {}})

    status, output, _ = await shell.run("tvmaze", "--file", file, "--only-known")

    assert (0, True) == (status, "0 new, 0 updated" in output)
    assert {} == await ids_of(pool, "show", "tvmaze", str(show))


async def test_what_is_missing_is_said(shell: Shell) -> None:
    """A damaged file, a missing one, a missing key: one sentence, no stack trace."""
    cut = shell.file("cut.json", '[{"id": 1, "name": ')

    status, _, errors = await shell.run("tvmaze", "--file", cut)
    assert (1, True) == (status, errors.startswith(f"scrobbled: {cut}: not JSON after element 0: "))
    assert 1 == errors.count("\n")
    status, _, errors = await shell.run("anime", "--lists", "/nowhere/anime-list.xml")
    assert (1, True) == (status, errors.startswith("scrobbled: /nowhere/anime-list.xml: "))
    status, _, errors = await shell.run("tmdb", "--file", cut, "--details", "5")
    assert (2, True) == (status, "SCROBBLED_TMDB_KEY" in errors)
    status, _, errors = await shell.run("wikidata")
    assert (2, True) == (status, "--query" in errors)


async def test_the_query_is_printed(shell: Shell) -> None:
    """The query alone goes to the output, to be piped or pasted."""
    status, output, errors = await shell.run("wikidata", "--query", "show")

    assert (0, "") == (status, errors)
    assert output.startswith("PREFIX wdt: ")
