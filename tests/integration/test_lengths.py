"""How long a history is said to be, page after page, while it changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrobbled.model.media import Kind
from scrobbled.store.lengths import Lengths

if TYPE_CHECKING:
    from scrobbled.store.pool import Connection, Pool
    from tests.integration.conftest import Person

PLAY = (
    "insert into plays (user_id, id, item_id, title_id, kind, watched_at, cause, source, event_id)"
    " select $1, n, n, n, $2, now(), 'scrobble', 'test', gen_random_uuid()"
    " from generate_series($3::int, $4::int) as n"
)
MOVED = (
    "insert into activities (user_id, what) values ($1, $2)"
    " on conflict (user_id, what) do update set at = activities.at + interval '1 second'"
)


MOVED_AT = (
    "select array_agg(at order by what) from activities"
    " where user_id = $1 and what in ('movies.watched_at', 'episodes.watched_at')"
)


async def _length(lengths: Lengths, connection: Connection, person: Person, kind: Kind | None) -> int:
    """How long a history is said to be when its times are read just now."""
    return await lengths.of(connection, person.id, kind, await connection.fetchval(MOVED_AT, person.id))


async def test_a_length_follows_what_changes(pool: Pool, person: Person) -> None:
    """It is counted anew when plays of either kind came or went, and told from memory in between."""
    lengths, found = Lengths(), []
    async with pool.acquire() as connection:
        for kind, first, last in (("movie", 1, 3), ("episode", 4, 8)):
            await connection.execute(PLAY, person.id, kind, first, last)
            await connection.execute(MOVED, person.id, f"{kind}s.watched_at")
            found.append([await _length(lengths, connection, person, each) for each in (None, *Kind)])
        # Nothing of ours writes a play without this time: it shows that nothing is counted again.
        await connection.execute(PLAY, person.id, "movie", 9, 9)
        remembered = await _length(lengths, connection, person, None)
        await connection.execute(MOVED, person.id, "movies.watched_at")
        moved = await _length(lengths, connection, person, None)

    assert [[3, 3, 0], [8, 3, 5]] == found
    assert (8, 9) == (remembered, moved)


async def test_what_was_never_noted_is_counted(pool: Pool, person: Person) -> None:
    """A history without a time of its last change is counted each time."""
    lengths, found = Lengths(), []
    async with pool.acquire() as connection:
        for last in (1, 2):
            await connection.execute(PLAY, person.id, "movie", last, last)
            found.append(await _length(lengths, connection, person, None))

    assert [1, 2] == found


async def test_memory_is_bounded(pool: Pool, person: Person) -> None:
    """What was remembered longest ago leaves first, and is counted again."""
    lengths = Lengths(most=1)
    async with pool.acquire() as connection:
        await connection.execute(MOVED, person.id, "movies.watched_at")
        empty = [await _length(lengths, connection, person, kind) for kind in (Kind.MOVIE, Kind.EPISODE)]
        await connection.execute(PLAY, person.id, "movie", 1, 1)
        again = await _length(lengths, connection, person, Kind.MOVIE)

    assert ([0, 0], 1) == (empty, again)
