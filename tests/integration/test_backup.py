"""Backups: everything, back as it was, from any schema; and no upgrade loses a row."""

from __future__ import annotations

import zipfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from scrobbled.errors import ConfigError, PayloadError
from scrobbled.store import users
from scrobbled.store.archive import Manifest, reading, writing
from scrobbled.store.backup import copy
from scrobbled.store.migrate import available, migrate, prepare
from scrobbled.store.pool import connect
from scrobbled.store.restore import restore
from tests.integration.filled import Content, content, fill, sequences
from tests.integration.test_schema import fresh

if TYPE_CHECKING:
    from scrobbled.store.backup import Session
    from tests.conftest import Servers

VERSIONS = list(available())

#: Where a migration moves values, by table and column.
MOVED = {
    # 0002: the catalogue's names stand as they are written, the main one in titles alone.
    ("title_names", "normalized"): ("titles", "name"),
    ("title_names", "title_id"): ("titles", "id"),
    # 0006: the watchlist is a list like the others.
    ("watchlist", "user_id"): ("list_items", "user_id"),
    ("watchlist", "title_id"): ("list_items", "title_id"),
    ("watchlist", "listed_at"): ("list_items", "listed_at"),
    # 0012: a position is named by its item.
    ("playback", "id"): ("playback", "item_id"),
}


@asynccontextmanager
async def database(servers: Servers, name: str, schema: int | None = None) -> AsyncIterator[Session]:
    """A database of its own, at *schema* (None: no table yet)."""
    connection = await connect(await fresh(servers, name))
    try:
        if schema is not None:
            await prepare(connection)
            for version in VERSIONS[: VERSIONS.index(schema) + 1]:
                name, statements = available()[version]
                await connection.execute(statements)
                await connection.execute("insert into schema_migrations values ($1, $2)", version, name)
        yield connection
    finally:
        await connection.close()


async def taken(connection: Session, path: Path) -> Manifest:
    """A backup of *connection*'s database, at whatever schema it is."""
    with writing(path) as writer:
        with writer.member("waiting") as (member, file):
            file.write(b"")
        return await copy(connection, writer, member, 0)


async def test_a_backup_comes_back_as_it_was(servers: Servers, tmp_path: Path) -> None:
    """Every row of every table, and where each sequence stood, are the same in another database."""
    path = tmp_path / "backup"
    async with database(servers, "taken", VERSIONS[-1]) as source:
        await fill(source)
        manifest = await taken(source, path)
        expected, standing = await content(source), await sequences(source)
    async with database(servers, "given") as target:
        with reading(path) as reader:
            ran = await restore(target, reader, replace=False)
        found, stands = await content(target), await sequences(target)

    assert expected == found
    assert standing == stands
    assert [] == ran
    assert {1} == {len(rows) for rows in expected.values()} == {table.rows for table in manifest.tables}
    assert 0o600 == path.stat().st_mode & 0o777


@pytest.mark.parametrize("schema", VERSIONS)
async def test_an_upgrade_keeps_everything(servers: Servers, tmp_path: Path, schema: int) -> None:
    """From every earlier schema, migrating where it is and restoring a backup of it both keep every value."""
    path = tmp_path / "backup"
    url = await fresh(servers, "upgraded")
    async with database(servers, "upgraded", schema) as connection:
        await fill(connection)
        before = await content(connection)
        await taken(connection, path)
    await migrate(url)
    upgraded = await connect(url)
    after = await content(upgraded)
    await upgraded.close()
    async with database(servers, "restored") as target:
        with reading(path) as reader:
            ran = await restore(target, reader, replace=False)
        restored = await content(target)

    assert len(VERSIONS) - VERSIONS.index(schema) - 1 == len(ran)
    assert [] == [*_lost(before, after)]
    assert [] == [*_lost(before, restored)]
    assert after.keys() == restored.keys()


async def test_what_is_there_is_not_overwritten(servers: Servers, tmp_path: Path) -> None:
    """A database that holds anything is refused, unless it is to be replaced; a first start is nothing."""
    path = tmp_path / "backup"
    async with database(servers, "taken", VERSIONS[-1]) as source:
        await fill(source)
        await taken(source, path)
        expected = await content(source)
        with reading(path) as reader, pytest.raises(ConfigError, match="plays"):
            await restore(source, reader, replace=False)
        await source.execute("delete from plays")
        with reading(path) as reader:
            await restore(source, reader, replace=True)
        replaced = await content(source)
    url = await fresh(servers, "given")
    await migrate(url)
    await users.first_user(url)
    target = await connect(url)
    with reading(path) as reader:
        await restore(target, reader, replace=False)
    begun = await content(target)
    await target.close()

    assert expected == replaced == begun


async def test_a_failed_restore_changes_nothing(servers: Servers, tmp_path: Path) -> None:
    """A backup that breaks in the middle leaves the database as it was, to the last row."""
    path, broken = tmp_path / "backup", tmp_path / "broken"
    async with database(servers, "taken", VERSIONS[-1]) as source:
        await fill(source)
        await taken(source, path)
        before = await content(source)
        _rewritten(path, broken, b'"rows": 1', b'"rows": 2')
        with reading(broken) as reader, pytest.raises(PayloadError, match="damaged"):
            await restore(source, reader, replace=True)
        after = await content(source)

    assert before == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'"name": "users"', b'"name": "nobodys"'),
        (b'"name": "titles"', b'"name": "users; drop table users"'),
        (b'"sequences": {', b'"sequences": {"nobodys_seq": 1, '),
        (b'"hash"', b'"hush"'),
    ],
)
async def test_what_fits_no_schema_is_refused(
    servers: Servers, tmp_path: Path, before: bytes, after: bytes
) -> None:
    """Whoever wrote a manifest with other tables, columns or sequences hears that, and nothing is changed."""
    path, foreign = tmp_path / "backup", tmp_path / "foreign"
    async with database(servers, "taken", VERSIONS[-1]) as source:
        await fill(source)
        await taken(source, path)
    _rewritten(path, foreign, before, after)
    async with database(servers, "given") as target:
        with reading(foreign) as reader, pytest.raises(PayloadError, match="fit"):
            await restore(target, reader, replace=False)
        tables = await content(target)

    assert {} == tables


async def test_a_damaged_backup_is_noticed_first(servers: Servers, tmp_path: Path) -> None:
    """A file that is cut, changed, none of ours, or newer is refused before anything is touched."""
    path = tmp_path / "backup"
    async with database(servers, "taken", VERSIONS[-1]) as source:
        await fill(source)
        await taken(source, path)
    whole = path.read_bytes()
    (tmp_path / "cut").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "none").write_bytes(b"-- a dump\n")
    _rewritten(path, tmp_path / "newer", b'"format": 1', b'"format": 99')
    _rewritten(path, tmp_path / "upgraded", b'"schema": %d' % VERSIONS[-1], b'"schema": 9999')
    _rewritten(path, tmp_path / "changed", b'"digest": "', b'"digest": "0')
    async with database(servers, "given") as target:
        for name in ("cut", "none", "newer", "upgraded", "changed"):
            with pytest.raises(PayloadError), reading(tmp_path / name) as reader:
                await restore(target, reader, replace=False)
        tables = await content(target)

    assert {} == tables


def test_a_backup_overwrites_nothing(tmp_path: Path) -> None:
    """A file that is there stays, and a backup that fails leaves no file behind."""
    path = tmp_path / "backup"
    path.write_bytes(b"precious")
    with pytest.raises(PayloadError, match="already"), writing(path):
        pass
    with pytest.raises(ZeroDivisionError), writing(tmp_path / "other"):
        raise ZeroDivisionError

    assert b"precious" == path.read_bytes()
    assert [path] == list(tmp_path.iterdir())


def _lost(before: Content, after: Content) -> Iterator[tuple[str, str, Any]]:
    """Each value of *before* that is not where it was, nor where a migration moves it."""
    for table, rows in before.items():
        for row in rows:
            for column, value in row.items():
                stays = [each.get(column) for each in after.get(table, [])]
                moves, to = MOVED.get((table, column), (table, column))
                if value not in stays and value not in [each.get(to) for each in after.get(moves, [])]:
                    yield table, column, value


def _rewritten(path: Path, to: Path, old: bytes, new: bytes) -> None:
    """A copy of a backup with *new* for *old* in its manifest."""
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(to, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            assert name != "manifest.json" or old in data
            target.writestr(name, data.replace(old, new) if name == "manifest.json" else data)
