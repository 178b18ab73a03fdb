"""The index of names follows the catalogue, with a file and without, whoever builds it when."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import asyncpg
import pytest
from click.testing import CliRunner, Result
from structlog.testing import capture_logs

from scrobbled.catalog import names as making
from scrobbled.catalog.live import Names
from scrobbled.catalog.rebuild import alone, build
from scrobbled.cli.main import scrobbled
from scrobbled.match.layout import Listed
from scrobbled.match.query import Query
from tests.integration.test_matching import load
from tests.words import made_up, made_up_number

if TYPE_CHECKING:
    from scrobbled.store.pool import Pool
    from tests.conftest import Servers


def unique() -> str:
    """A name no other test uses, nor one like it."""
    return f"{made_up()} {made_up()}"


async def add(pool: Pool, name: str, **more: Any) -> int:
    """A new film; returns its id."""
    imdb = f"tt{made_up_number()}"
    await load(pool, {"type": "movie", "title": name, "ids": {"imdb": imdb}, **more})
    found: int = await pool.fetchval(
        "select entity_id from external_ids where source = 'imdb' and value = $1", imdb
    )
    return found


async def follows(names: Names, pool: Pool, true: Callable[[], bool]) -> None:
    """Wait until *names* has seen what makes *true* so; after a long look it rests a little."""
    async with asyncio.timeout(60):
        await names.refresh(pool)
        while not true():
            await asyncio.sleep(0.05)
            await names.refresh(pool)


def found(names: Names, text: str, **more: Any) -> int | None:
    """The title *text* names."""
    return names.decide(Query(text, **more)).title_id


async def write_file(pool: Pool, path: Path) -> None:
    """Build the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    async with pool.acquire() as connection:
        await build(connection, path)


@pytest.fixture(params=["no file", "a file"])
async def names(pool: Pool, tmp_path: Path, request: pytest.FixtureRequest) -> Names:
    """The names of a process that has begun, with a file and without."""
    path = tmp_path / "names" / "index"
    if request.param == "a file":
        await write_file(pool, path)
    made = Names(path)
    await made.refresh(pool)
    assert made.built == (request.param == "a file")
    return made


async def test_a_new_title_is_seen(pool: Pool, names: Names) -> None:
    """After the next look it is matched, though the same words were not before."""
    name = unique()
    before = found(names, name)
    title = await add(pool, name)

    await follows(names, pool, lambda: found(names, name) == title)
    assert before is None


async def test_a_new_name_of_an_old_title_is_seen(pool: Pool, names: Names) -> None:
    """An alias that an import adds leads to the title at once."""
    name, alias = unique(), unique()
    record = {"type": "movie", "title": name, "ids": {"imdb": f"tt{made_up_number()}"}}
    await load(pool, record)
    await follows(names, pool, lambda: found(names, name) is not None)
    title = found(names, name)
    await load(pool, record | {"aka": [alias]})

    await follows(names, pool, lambda: found(names, alias) == title)
    assert found(names, name) == title


async def test_a_renamed_title_is_seen(pool: Pool, names: Names) -> None:
    """It is found by its new name."""
    name, new = unique(), unique()
    record = {"type": "movie", "title": name, "ids": {"imdb": f"tt{made_up_number()}"}}
    await load(pool, record)
    await follows(names, pool, lambda: found(names, name) is not None)
    title = found(names, name)
    await load(pool, record | {"title": new})

    await follows(names, pool, lambda: found(names, new) == title)


async def test_a_changed_popularity_is_seen(pool: Pool, names: Names) -> None:
    """The better known of two of one name comes first, as soon as it is that."""
    name = unique()
    ids = [f"tt{made_up_number()}" for _ in range(2)]
    records = [
        {"type": "movie", "title": name, "year": 1950, "ids": {"imdb": each}, "popularity": 10 - place}
        for place, each in enumerate(ids)
    ]  # fmt: skip
    await load(pool, *records)

    def first() -> int | None:
        """The better known one, once both are seen."""
        candidates = names.decide(Query(name)).candidates
        return candidates[0].title_id if len(candidates) > 1 else None

    await follows(names, pool, lambda: first() is not None)
    before = first()
    await load(pool, records[1] | {"popularity": 900_000})

    await follows(names, pool, lambda: first() not in {None, before})


async def test_a_transaction_that_was_open_during_a_build_is_not_lost(pool: Pool, tmp_path: Path) -> None:
    """It began before the build and is committed after it: what it did is seen."""
    path, name = tmp_path / "names" / "index", unique()
    async with pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        title = await connection.fetchval(
            "insert into titles (kind, name, slug, ids) values ('movie', $1, $2, '{}') returning id",
            name,
            uuid4().hex,
        )
        await write_file(pool, path)
        names = Names(path)
        await names.refresh(pool)
        before = found(names, name)
        await transaction.commit()

    await follows(names, pool, lambda: found(names, name) == title)
    assert before is None


async def test_readers_go_on_while_a_file_is_replaced(pool: Pool, tmp_path: Path) -> None:
    """Whoever has the old one mapped decides with it, and takes the new one at its next look."""
    path, name = tmp_path / "names" / "index", unique()
    title = await add(pool, name)
    await write_file(pool, path)
    names = Names(path)
    await names.refresh(pool)
    old, new = names.count, unique()
    added = await add(pool, new)
    await write_file(pool, path)

    assert found(names, name) == title
    assert found(names, new) is None
    await follows(names, pool, lambda: names.count > old)
    assert (title, added) == (found(names, name), found(names, new))


async def test_a_damaged_file_is_ignored_and_replaced(pool: Pool, tmp_path: Path) -> None:
    """One warning says so; matching goes on without it, and the next build is taken."""
    path, name = tmp_path / "names" / "index", unique()
    title = await add(pool, name)
    await write_file(pool, path)
    path.write_bytes(path.read_bytes()[:1000])
    names = Names(path)
    with capture_logs() as lines:
        await follows(names, pool, lambda: found(names, name) == title)
        await names.refresh(pool)
        await names.refresh(pool)
    damaged = names.built
    await write_file(pool, path)

    await follows(names, pool, lambda: names.built)
    assert not damaged
    assert [each["event"] for each in lines] == ["index_unreadable"]
    assert found(names, name) == title


async def test_a_file_of_another_database_is_ignored(pool: Pool, tmp_path: Path) -> None:
    """Its titles have other ids: none of them is matched."""
    path, name, foreign = tmp_path / "names" / "index", unique(), unique()
    title = await add(pool, name)
    path.parent.mkdir()
    making.write(path, [Listed(1, "movie", (foreign,))], database="another/database", horizon=1)
    names = Names(path)

    await follows(names, pool, lambda: found(names, name) == title)
    assert (found(names, foreign), names.built) == (None, False)


async def test_an_ordinary_user_of_the_database_may_match(pool: Pool, servers: Servers) -> None:
    """Nothing that is asked needs rights beyond the tables'."""
    role, name = f"r{uuid4().hex[:8]}", unique()
    title = await add(pool, name)
    await pool.execute(f"create role {role}")
    await pool.execute(f"grant select on titles, title_names to {role}")
    connection = await asyncpg.connect(servers.database_url)
    try:
        await connection.execute(f"set role {role}")
        names = Names(Path("/nonexistent/index"))
        await names.refresh(connection)
        assert found(names, name) == title
    finally:
        await connection.close()


async def _run(servers: Servers, folder: Path, *arguments: str) -> Result:
    """Run a command on the session's database, with a data directory of its own."""
    environment = {"SCROBBLED_DATABASE_URL": servers.database_url, "SCROBBLED_DATA_DIR": str(folder)}
    return await asyncio.to_thread(CliRunner().invoke, scrobbled, list(arguments), env=environment)


async def test_one_builds_and_the_other_does_not(pool: Pool, servers: Servers, tmp_path: Path) -> None:
    """A command that finds somebody building says so and leaves it to them."""
    path = tmp_path / "names" / "index"
    await add(pool, unique())
    with alone(path) as first, alone(path) as second:
        refused = await _run(servers, tmp_path, "catalog", "index")
        built = path.exists()
    done = await _run(servers, tmp_path, "catalog", "index")

    assert (first, second, built) == (True, False, False)
    assert (refused.exit_code, refused.output) == (0, "It is being built already.\n")
    assert done.exit_code == 0, done.output
    assert f"names, {path.stat().st_size / 2**20:,.0f} MiB" in done.output
    assert done.output.endswith(f"{path}\n")


async def test_the_command_says_what_words_mean(pool: Pool, servers: Servers, tmp_path: Path) -> None:
    """The title, how the words were read and what each field gave; status 1 and a reason for none."""
    name = unique().title()
    title = await add(pool, name, year=2019)
    explained = await _run(
        servers, tmp_path, "match", f"{name.replace(' ', '.')}.2019.1080p.BluRay.x264-GRP", "--explain"
    )
    # No letter of the other tests' names, which chance may make alike.
    nothing = await _run(servers, tmp_path, "match", "Qwjzkvy Xylmtropw")

    assert explained.exit_code == 0, explained.output
    assert f"movie {title}  {name} (2019)" in explained.output
    assert f"read as {name!r} (release name)" in explained.output
    assert "year same" in explained.output
    assert (nothing.exit_code, nothing.output) == (1, "no match: no_candidates\n")
