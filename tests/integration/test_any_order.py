"""The promise itself, on a real database: any order, any repetition, any crash, one history."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scrobbled.model.event import Action, PlaybackEvent
from scrobbled.model.media import Item, Kind, Title, TitleKind
from scrobbled.rules.policy import Policy
from scrobbled.worker import batch
from scrobbled.worker.matching import Matched
from scrobbled.worker.reading import Reading

if TYPE_CHECKING:
    from scrobbled.store.pool import Pool

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(days=30)
ITEMS = [
    Item(
        id=number,
        kind=Kind.MOVIE,
        title=Title(id=number, kind=TitleKind.MOVIE, name=f"Film {number}", slug=f"any-order-{number}"),
        runtime=100,
    )
    for number in (910_001, 910_002, 910_003)
]


class CrashError(Exception):
    """A worker that dies between two steps."""


@st.composite
def scripts(draw: st.DrawFn) -> list[tuple[int, int, Action, int, float | None]]:
    """What happens: (user, minute, action, item, progress) for each event."""
    return draw(
        st.lists(
            st.tuples(
                st.integers(0, 1),
                st.integers(0, 600),
                st.sampled_from(list(Action)),
                st.integers(0, 2),
                st.none() | st.sampled_from([0.0, 1.0, 40.0, 79.9, 80.0, 95.0, 100.0]),
            ),
            min_size=1,
            max_size=30,
        )
    )


def readings(
    script: Sequence[tuple[int, int, Action, int, float | None]], users: Sequence[int]
) -> list[Reading]:
    """The script as events of *users*; ids are the script's own, so that two deliveries agree."""
    made = []
    for number, (user, minute, action, item, progress) in enumerate(script):
        event = PlaybackEvent(
            id=uuid4(),
            user_id=users[user],
            source="test",
            action=action,
            occurred_at=NOON + timedelta(minutes=minute, microseconds=number),
            received_at=LATER,
            progress=progress,
            rating=(progress or 0.0) / 10,
            by_hand=action is Action.WATCHED and progress is not None,
        )
        items = () if action is Action.CANCEL_CHECKIN else (ITEMS[item],)
        made.append(Reading(event=event, matched=Matched(items=items, score=1.0, how="id")))
    return made


async def deliver(pool: Pool, events: Sequence[Reading], *, crash: bool = False) -> None:
    """One batch in one transaction, as the worker does it; perhaps it dies before the commit."""
    async with pool.acquire() as connection:
        try:
            async with connection.transaction():
                await batch.apply(connection, events, Policy(), LATER)
                if crash:
                    raise CrashError
        except CrashError:
            pass


async def history(pool: Pool, user_id: int) -> dict[str, Any]:
    """Everything the events of a user led to, without what names the user or the events."""
    plays = await pool.fetch(
        "select item_id, watched_at, cause from plays where user_id = $1 order by 2, 1", user_id
    )
    playback = await pool.fetch(
        "select item_id, viewing, counted, settled, position, last_play_at, progress, paused_at, unticked_at"
        " from playback where user_id = $1 order by 1",
        user_id,
    )
    watching = await pool.fetch(
        "select applied_to, item_ids, action, started_at, expires_at from viewers where user_id = $1", user_id
    )
    ratings = await pool.fetch(
        "select item_id, rating, rated_at from ratings where user_id = $1 order by 1", user_id
    )
    return {
        "ratings": list(map(tuple, ratings)),
        "plays": list(map(tuple, plays)),
        "playback": list(map(tuple, playback)),
        "watching": list(map(tuple, watching)),
    }


async def new_users(pool: Pool, count: int) -> list[int]:
    """Users nobody else has, in a catalogue that knows the films."""
    await pool.executemany(
        "insert into titles (id, kind, name, slug) values ($1, 'movie', $2, $3) on conflict do nothing",
        [(item.id, item.title.name, item.title.slug) for item in ITEMS],
    )
    return [
        await pool.fetchval("insert into users (name, slug) values ($1, $1) returning id", uuid4().hex)
        for _ in range(count)
    ]


@given(scripts(), st.integers(0, 2**32))
@settings(
    max_examples=250,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_any_order_any_repetition_any_crash(
    pool: Pool, script: list[tuple[int, int, Action, int, float | None]], seed: int
) -> None:
    """Shuffled, repeated, cut into batches at random, with crashes between: the same history and state."""
    chance = random.Random(seed)
    calm, stormy = await new_users(pool, 2), await new_users(pool, 2)
    in_order = sorted(readings(script, calm), key=lambda reading: reading.event.occurred_at)
    for reading in in_order:
        await deliver(pool, [reading])
    storm = readings(script, stormy)
    storm += chance.sample(storm, k=chance.randint(0, len(storm)))
    chance.shuffle(storm)
    while storm:
        size = chance.randint(1, len(storm))
        part, storm = storm[:size], storm[size:]
        if chance.random() < 0.3:
            await deliver(pool, part, crash=True)
        await deliver(pool, part)
        if chance.random() < 0.3:
            await deliver(pool, part)  # died between the commit and the acknowledgement

    for one, other in zip(calm, stormy, strict=True):
        assert await history(pool, one) == await history(pool, other)


async def test_two_workers_with_the_same_events_at_once(pool: Pool) -> None:
    """The same batch applied by two workers at the same moment counts once."""
    (user,) = await new_users(pool, 1)
    script = [(0, minute, Action.WATCHED, 0, None) for minute in range(0, 600, 61)]
    events = readings(script, [user, user])
    await asyncio.gather(*(deliver(pool, events) for _ in range(4)))
    plays = await pool.fetchval("select count(*) from plays where user_id = $1", user)

    assert len(events) == plays


async def test_statements_do_not_grow_with_the_batch(pool: Pool) -> None:
    """A batch of 300 events needs as many statements as one of 3."""
    counts = []
    async with pool.acquire() as connection:
        for size in (2, 3, 300):  # the first one also asks about types
            users = await new_users(pool, 2)
            script = [(number % 2, number, Action.PROGRESS, 0, 10.0) for number in range(size)]
            asked: list[str] = []
            with connection.query_logger(lambda record, asked=asked: asked.append(record.query)):
                async with connection.transaction():
                    await batch.apply(connection, readings(script, users), Policy(), LATER)
            counts.append(len([query for query in asked if query.strip()]))

    assert counts[1] == counts[2]
