"""Things to watch, people who watch them, and what they watched, put straight into the database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from scrobbled.model.media import Kind
from scrobbled.model.play import Play
from scrobbled.store import verdicts
from tests.words import made_up

if TYPE_CHECKING:
    from scrobbled.store.pool import Pool

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)

_numbers = count(1)


class Film:
    """A film in the catalogue."""

    kind = Kind.MOVIE

    def __init__(self, number: int, name: str) -> None:
        self.id = self.title_id = number
        self.name = name


class Episode:
    """An episode in the catalogue, with its show and season."""

    kind = Kind.EPISODE

    def __init__(self, number: int, show: int, season: int) -> None:
        self.id, self.title_id, self.season_id = number, show, season


async def film(pool: Pool, name: str | None = None, **ids: str) -> Film:
    """A new film; *ids* are what others call it."""
    name = name or f"Film {next(_numbers)} {made_up()}"
    number = await pool.fetchval(
        "insert into titles (kind, name, slug, year, runtime, ids)"
        " values ('movie', $1, $2, 1999, 100, $3) returning id",
        name,
        uuid4().hex,
        ids,
    )
    await _give(pool, "movie", number, ids)
    return Film(number, name)


async def episodes(pool: Pool, how_many: int = 1, **ids: str) -> list[Episode]:
    """A new show whose first season has *how_many* episodes; *ids* are the show's."""
    name = f"Show {next(_numbers)} {made_up()}"
    show = await pool.fetchval(
        "insert into titles (kind, name, slug, year, ids) values ('show', $1, $2, 2008, $3) returning id",
        name,
        uuid4().hex,
        ids,
    )
    await _give(pool, "show", show, ids)
    season = await pool.fetchval("insert into seasons (show_id, number) values ($1, 1) returning id", show)
    numbers = await pool.fetch(
        "insert into episodes (show_id, season, number, name, ids)"
        " select $1, 1, n, 'Part ' || n, jsonb_build_object('tvdb', n::text)"
        " from generate_series(1, $2::int) as n returning id",
        show,
        how_many,
    )
    return [Episode(row["id"], show, season) for row in numbers]


async def watch(
    pool: Pool, user_id: int, item: Film | Episode, at: datetime = NOON, *, cause: str = "scrobble"
) -> Play:
    """A play of *item* in a user's history."""
    made = Play(
        user_id=user_id,
        item_id=item.id,
        title_id=item.title_id,
        kind=item.kind,
        watched_at=at,
        cause=cause,
        source="test",
        event_id=uuid4(),
    )
    async with pool.acquire() as connection:
        await verdicts.insert_plays(connection, [made])
    return made


async def pause(pool: Pool, user_id: int, item: Film | Episode, progress: float, at: datetime = NOON) -> int:
    """A saved position; returns its id."""
    number: int = await pool.fetchval(
        "insert into playback (user_id, item_id, title_id, kind, last_event_at, paused_at,"
        " viewing, counted, settled, position, progress)"
        " values ($1, $2, $3, $4, $6, $6, 'suspended', false, false, $5, $5) returning item_id",
        user_id,
        item.id,
        item.title_id,
        item.kind.value,
        progress,
        at,
    )
    return number


async def put_on(
    pool: Pool, user_id: int, item: Film | Episode, *, ends_in: timedelta = timedelta(hours=1)
) -> None:
    """Let a user be watching *item*; with a negative *ends_in* it is over."""
    now = datetime.now(UTC)
    await pool.execute(
        "insert into viewers"
        " (user_id, applied_to, item_ids, action, event_id, source, started_at, expires_at)"
        " values ($1, $4, $2, 'scrobble', $3, 'test', $4, $5)",
        user_id,
        [item.id],
        uuid4(),
        now,
        now + ends_in,
    )


async def ended(pool: Pool, user_id: int, event_id: UUID, item: Film | Episode | None, outcome: str) -> None:
    """An event that ended as *outcome*."""
    await pool.execute(
        "insert into events"
        " (user_id, id, occurred_at, received_at, source, action, item_ids, outcome, reason)"
        " values ($1, $2, $3, $3, 'test', 'stop', $4, $5, 'because')",
        user_id,
        event_id,
        NOON,
        [] if item is None else [item.id],
        outcome,
    )


async def left_over(pool: Pool, user_id: int, title: str, at: datetime = NOON) -> UUID:
    """An event that nobody could match, as a worker keeps it."""
    event_id = uuid4()
    event = {
        "id": str(event_id), "user_id": user_id, "source": "test", "action": "stop", "progress": 95.0,
        "media": {"kind": "movie", "title": title},
        "occurred_at": at.isoformat(), "received_at": at.isoformat(),
    }  # fmt: skip
    await pool.execute(
        "insert into unmatched (user_id, event_id, event, candidates, occurred_at)"
        " values ($1, $2, $3, $4, $5)",
        user_id,
        event_id,
        event,
        [{"id": 1, "score": 0.4}],
        at,
    )
    return event_id


async def _give(pool: Pool, kind: str, number: int, ids: dict[str, str]) -> None:
    for source, value in ids.items():
        await pool.execute("insert into external_ids values ($1, $2, $3, $4)", kind, source, value, number)
