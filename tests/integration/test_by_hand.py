"""What people change by hand, beside what their players tell: nothing is lost, nothing comes back."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scrobbled.model.event import Action, PlaybackEvent
from scrobbled.model.media import Kind
from scrobbled.model.play import BY_HAND, Play
from scrobbled.model.selection import Selection
from scrobbled.rules.policy import Policy
from scrobbled.store import plays
from scrobbled.worker import batch
from scrobbled.worker.matching import Matched
from scrobbled.worker.reading import Reading
from tests.integration.test_any_order import ITEMS, new_users

if TYPE_CHECKING:
    from scrobbled.store.pool import Pool

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)

#: What a person does by hand has the time of the database; this is after all of it.
AFTERWARDS = datetime.now(UTC) + timedelta(days=1)
END = AFTERWARDS + timedelta(days=30)

_WATCHING = [Action.START, Action.PROGRESS, Action.PAUSE, Action.STOP, Action.WATCHED]
_EVENTS = st.lists(
    st.tuples(
        st.integers(0, 400),
        st.sampled_from(_WATCHING),
        st.integers(0, 1),
        st.sampled_from([40.0, 85.0, 95.0]),
    ),
    max_size=8,
)
_ADDED = st.lists(st.tuples(st.integers(0, 1), st.integers(-100, 500)), max_size=4)
_RELAXED = settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def _reading(user: int, at: datetime, action: Action, item: int, progress: float | None) -> Reading:
    event = PlaybackEvent(
        id=uuid4(),
        user_id=user,
        source="test",
        action=action,
        occurred_at=at,
        received_at=at,
        progress=progress,
    )
    return Reading(event=event, matched=Matched(items=(ITEMS[item],), score=1.0, how="id"))


async def _deliver(pool: Pool, readings: Sequence[Reading]) -> None:
    async with pool.acquire() as connection, connection.transaction():
        await batch.apply(connection, readings, Policy(), END)


async def _tell(
    pool: Pool, user: int, script: Sequence[tuple[int, Action, int, float]], beginning: datetime
) -> None:
    for number, (minute, action, item, progress) in enumerate(sorted(script, key=lambda each: each[0])):
        at = beginning + timedelta(minutes=minute, microseconds=number)
        await _deliver(pool, [_reading(user, at, action, item, progress)])


async def _add(pool: Pool, user: int, added: Sequence[tuple[int, int]]) -> list[int]:
    """Add plays at so many minutes after noon; returns their ids."""
    made = [
        Play(
            user_id=user,
            item_id=ITEMS[item].id,
            title_id=ITEMS[item].id,
            kind=Kind.MOVIE,
            watched_at=NOON + timedelta(minutes=minute),
            cause=BY_HAND,
            source="test",
            event_id=uuid4(),
        )
        for item, minute in added
    ]
    await plays.add(pool, user, made)
    return [play.id for play in made]


async def _remove(pool: Pool, user: int, ids: Sequence[int]) -> None:
    await plays.remove(pool, user, Selection(), ids)


async def _history(pool: Pool, user: int) -> list[tuple[Any, ...]]:
    rows = await pool.fetch(
        "select id, item_id, watched_at, cause from plays where user_id = $1 order by id", user
    )
    return [tuple(row) for row in rows]


async def _standing(pool: Pool, user: int) -> list[tuple[Any, ...]]:
    rows = await pool.fetch(
        "select item_id, viewing, last_play_at, progress, paused_at from playback"
        " where user_id = $1 and item_id <> $2 order by 1",
        user,
        ITEMS[2].id,
    )
    return [tuple(row) for row in rows]


async def _judged_by(pool: Pool, user: int) -> list[tuple[Any, ...]]:
    rows = await pool.fetch(
        "select item_id, last_play_at from playback"
        " where user_id = $1 and last_play_at is not null order by 1",
        user,
    )
    return [tuple(row) for row in rows]


@given(_EVENTS, _ADDED, st.sets(st.integers(0, 11)), _EVENTS)
@_RELAXED
async def test_telling_the_past_again_changes_nothing(
    pool: Pool,
    before: list[tuple[int, Action, int, float]],
    added: list[tuple[int, int]],
    removed: set[int],
    after: list[tuple[int, Action, int, float]],
) -> None:
    """An event of another film arrives late: what was added stays, what was removed stays away."""
    (user,) = await new_users(pool, 1)
    await _tell(pool, user, before, NOON)
    await _add(pool, user, added)
    listed = await _history(pool, user)
    gone = [play[0] for number, play in enumerate(listed) if number in removed]
    await _remove(pool, user, gone)
    await _tell(pool, user, after, AFTERWARDS)
    history, standing = await _history(pool, user), await _standing(pool, user)
    await _deliver(pool, [_reading(user, NOON - timedelta(days=1), Action.PAUSE, 2, 50.0)])

    assert history == await _history(pool, user)
    assert standing == await _standing(pool, user)
    assert not {play[0] for play in history} & set(gone)


@given(_EVENTS, _ADDED)
@_RELAXED
async def test_added_and_removed_gives_what_was(
    pool: Pool, before: list[tuple[int, Action, int, float]], added: list[tuple[int, int]]
) -> None:
    """What is added and removed again leaves the history, and what a duplicate is judged by, as it was."""
    (user,) = await new_users(pool, 1)
    await _tell(pool, user, before, NOON)
    history = await _history(pool, user)
    judged = await _judged_by(pool, user)
    await _remove(pool, user, await _add(pool, user, added))

    assert history == await _history(pool, user)
    assert judged == await _judged_by(pool, user)


async def test_a_removed_play_is_no_duplicate(pool: Pool) -> None:
    """Who removes a play can watch the same again within the hour, and it counts."""
    (user,) = await new_users(pool, 1)
    now = datetime.now(UTC)
    await _deliver(pool, [_reading(user, now - timedelta(minutes=20), Action.WATCHED, 0, None)])
    (play,) = await _history(pool, user)
    await _remove(pool, user, [play[0]])
    await _deliver(pool, [_reading(user, now + timedelta(minutes=5), Action.WATCHED, 0, None)])

    assert [now + timedelta(minutes=5)] == [each[2] for each in await _history(pool, user)]


async def test_a_play_added_by_hand_makes_a_duplicate(pool: Pool) -> None:
    """What somebody just marked as watched does not count again when the player says so too."""
    (user,) = await new_users(pool, 1)
    now = datetime.now(UTC)
    await plays.add(
        pool,
        user,
        [
            Play(
                user_id=user, item_id=ITEMS[0].id, title_id=ITEMS[0].id, kind=Kind.MOVIE, watched_at=now,
                cause=BY_HAND, source="test", event_id=uuid4(),
            )
        ],
    )  # fmt: skip
    await _deliver(pool, [_reading(user, now + timedelta(minutes=5), Action.STOP, 0, 95.0)])

    assert 1 == len(await _history(pool, user))


async def test_workers_tell_of_activity(pool: Pool) -> None:
    """What a player brings moves the times that clients ask for: plays, and positions saved and left."""
    (user,) = await new_users(pool, 1)
    seen: list[set[str]] = []
    for minute, action, progress in (
        (0, Action.START, 0.0),
        (1, Action.PAUSE, 40.0),
        (200, Action.STOP, 95.0),
    ):
        await pool.execute("delete from activities where user_id = $1", user)
        await _deliver(pool, [_reading(user, NOON + timedelta(minutes=minute), action, 0, progress)])
        rows = await pool.fetch("select what from activities where user_id = $1", user)
        seen.append({row["what"] for row in rows})

    assert [set(), {"movies.paused_at"}, {"movies.paused_at", "movies.watched_at"}] == seen


async def test_by_hand_and_by_a_worker_at_once(pool: Pool) -> None:
    """People and workers that write at the same moment wait for each other: nothing is lost."""
    (user,) = await new_users(pool, 1)
    events = [
        _reading(user, NOON + timedelta(hours=2 * number), Action.WATCHED, 0, None) for number in range(10)
    ]
    await asyncio.gather(
        *(_deliver(pool, [event]) for event in events),
        *(_add(pool, user, [(0, 10_000 + 61 * number)]) for number in range(10)),
    )
    history = await _history(pool, user)

    assert 20 == len(history)
    assert max(play[2] for play in history) == await pool.fetchval(
        "select last_play_at from playback where user_id = $1", user
    )
