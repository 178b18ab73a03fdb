"""
One batch, one transaction: load what it touches, decide, write.

The number of statements does not depend on the number of events. The decisions are
the rules' alone; what happens here is carrying values to them and back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from scrobbled.model.media import Kind
from scrobbled.model.outcome import Answer, Outcome
from scrobbled.model.play import Play
from scrobbled.model.viewing import NEVER_PLAYED, Counted, Verdict, Viewer
from scrobbled.rules.policy import Policy
from scrobbled.rules.timeline import Story, continue_with, needs_retelling, of_late
from scrobbled.store import activities, timeline
from scrobbled.store.pool import timed
from scrobbled.store.timeline import KnownEvent, ViewerRow, ViewingRow
from scrobbled.worker import late
from scrobbled.worker.reading import Reading, answer_of, moment_of
from scrobbled.worker.writing import Loaded, Written, ending, write_events, write_state

if TYPE_CHECKING:
    from scrobbled.model.viewing import Moment
    from scrobbled.store.pool import Connection


#: Not the last word: the same event may come again and end otherwise.
_OPEN = frozenset({Outcome.UNMATCHED, Outcome.DEAD})


class Applied(msgspec.Struct, frozen=True, kw_only=True):
    """What a batch did: an answer for each reading, in order, and the plays it made."""

    answers: list[Answer]
    plays: list[Play]


async def apply(
    connection: Connection, readings: Sequence[Reading], policy: Policy, now: datetime
) -> Applied:
    """
    Apply *readings* inside the transaction of *connection*.

    An event that was applied before changes nothing and is answered as it was then; one
    that was unmatched or given up is tried again, and so is one that was ignored when it is
    *replayed*.
    *policy* is the server's; users may have their own.
    """
    with timed("load"):
        loaded = await _load(connection, readings, {reading.event.user_id for reading in readings})
    written = await _decide(connection, loaded, policy, now)
    with timed("write"):
        await write_events(connection, readings, loaded, written)
        await write_state(connection, written)
    answers = [_answer(reading, loaded, written) for reading in readings]
    return Applied(answers=answers, plays=written.plays)


async def run_out(
    connection: Connection, user_ids: Iterable[int], policy: Policy, now: datetime
) -> list[Play]:
    """Let what these users were watching run out by *now*; return the plays that made."""
    loaded = await _load(connection, (), set(user_ids))
    written = await _decide(connection, loaded, policy, now)
    await write_state(connection, written)
    return written.plays


# Loading ---------------------------------------------------------------------


async def _load(connection: Connection, readings: Sequence[Reading], user_ids: set[int]) -> Loaded:
    await timeline.lock_users(connection, sorted(user_ids))
    told = (
        await timeline.known_events(connection, [reading.event for reading in readings]) if readings else {}
    )
    replayed = {(each.event.user_id, each.event.id) for each in readings if each.event.replayed}
    known = {key: each for key, each in told.items() if not _is_open(each.outcome, replayed=key in replayed)}
    users = await timeline.viewers(connection, user_ids)
    moments = _new_moments(readings, known, users)
    pairs = {
        (user_id, item)
        for user_id, user in users.items()
        for items in (
            *(moment.items for moment in moments[user_id]),
            user.watching.items if user.watching else (),
        )
        for item in items
    }
    rows = await timeline.viewings(connection, sorted(pairs)) if pairs else {}
    _add_unseen(rows, readings)
    reopened = told.keys() - known.keys()
    return Loaded(known=known, reopened=reopened, users=users, moments=moments, rows=rows)


def _is_open(outcome: Outcome, *, replayed: bool) -> bool:
    return outcome in _OPEN or (replayed and outcome is Outcome.IGNORED)


def _new_moments(
    readings: Sequence[Reading], known: dict[tuple[int, UUID], KnownEvent], users: dict[int, ViewerRow]
) -> defaultdict[int, list[Moment]]:
    """By user, the moments the rules have not been told yet, each once."""
    moments: defaultdict[int, list[Moment]] = defaultdict(list)
    seen: set[UUID] = set()
    for reading in readings:
        event = reading.event
        if not reading.counts or event.id in seen or event.user_id not in users:
            continue
        if (event.user_id, event.id) not in known:
            seen.add(event.id)
            moments[event.user_id].append(moment_of(reading))
    return moments


def _add_unseen(rows: dict[tuple[int, int], ViewingRow], readings: Sequence[Reading]) -> None:
    """Items a user never played have no row yet, but they have a title and a kind."""
    for reading in readings:
        for item in reading.matched.items:
            key = (reading.event.user_id, item.id)
            if key not in rows:
                rows[key] = ViewingRow(title_id=item.title.id, kind=item.kind, viewing=NEVER_PLAYED)


# Deciding ----------------------------------------------------------------------


async def _decide(connection: Connection, loaded: Loaded, policy: Policy, now: datetime) -> Written:
    written = Written(verdicts={}, plays=[], gone=[], viewings={}, viewers=[], outcomes=[], moved=set())
    to_retell: list[int] = []
    by_user: defaultdict[int, dict[int, Any]] = defaultdict(dict)
    for (user_id, item), row in loaded.rows.items():
        by_user[user_id][item] = row.viewing
    for user_id, user in loaded.users.items():
        moments = loaded.moments[user_id]
        viewer = Viewer(applied_to=user.applied_to, watching=user.watching, viewings=by_user[user_id])
        if needs_retelling(viewer, moments):
            to_retell.append(user_id)
            continue
        story = continue_with(viewer, moments, own_policy(user, policy), now)
        _gather(written, loaded, user_id, story, story.plays)
    if to_retell:
        await _retell(connection, loaded, written, to_retell, policy=policy, now=now)
    return written


async def _retell(
    connection: Connection,
    loaded: Loaded,
    written: Written,
    user_ids: list[int],
    *,
    policy: Policy,
    now: datetime,
) -> None:
    with timed("retell"):
        pasts = await late.load_pasts(connection, user_ids, loaded.moments, loaded.rows)
    for user_id in user_ids:
        past = pasts[user_id]
        loaded.rows.update({(user_id, item): row for item, row in past.rows.items()})
        story = late.retell_past(
            past, loaded.moments[user_id], own_policy(loaded.users[user_id], policy), now
        )
        added, gone = late.difference(past, story)
        written.gone.extend((user_id, play) for play, _ in gone)
        written.moved.update((user_id, activities.of(past.rows[item].kind, "watched_at")) for _, item in gone)
        written.outcomes.extend(
            (user_id, event, verdict.outcome, verdict.reason)
            for event, verdict in late.changed_verdicts(past, story)
        )
        _gather(written, loaded, user_id, story, added)


def own_policy(user: ViewerRow, policy: Policy) -> Policy:
    """The server's *policy* with what *user* decided otherwise."""
    if user.threshold is None and user.lost_stop is None:
        return policy
    return Policy(
        threshold=policy.threshold if user.threshold is None else user.threshold,
        duplicate_window=policy.duplicate_window,
        lost_stop=policy.lost_stop if user.lost_stop is None else user.lost_stop,
    )


def _gather(written: Written, loaded: Loaded, user_id: int, story: Story, plays: Iterable[Counted]) -> None:
    for moment in loaded.moments[user_id]:
        row = loaded.rows.get((user_id, moment.items[0])) if moment.items else None
        last = row.viewing.last_event_at if row else None
        written.verdicts[moment.id] = of_late(story.verdicts[moment.id], moment, last)
    for item in story.changed:
        row = loaded.rows[user_id, item]
        viewing = story.viewer.viewings[item]
        if viewing != row.viewing:
            written.viewings[user_id, item] = ViewingRow(
                title_id=row.title_id, kind=row.kind, viewing=viewing
            )
            if viewing.paused_at != row.viewing.paused_at:
                written.moved.add((user_id, activities.of(row.kind, "paused_at")))
    for play in plays:
        row = loaded.rows[user_id, play.item_id]
        written.plays.append(_play(user_id, play, row.title_id, row.kind))
        written.moved.add((user_id, activities.of(row.kind, "watched_at")))
    before, after = loaded.users[user_id], story.viewer
    if after.applied_to is not None and (after.applied_to, after.watching) != (
        before.applied_to,
        before.watching,
    ):
        written.viewers.append((user_id, after.applied_to, after.watching))


def _play(user_id: int, counted: Counted, title_id: int, kind: Kind) -> Play:
    return Play(
        user_id=user_id,
        item_id=counted.item_id,
        title_id=title_id,
        kind=kind,
        watched_at=counted.watched_at,
        cause=counted.cause,
        source=counted.source,
        event_id=counted.event_id,
    )


# Answering -----------------------------------------------------------------------


def _answer(reading: Reading, loaded: Loaded, written: Written) -> Answer:
    event = reading.event
    item = reading.matched.items[0] if reading.matched.items else None
    known = loaded.known.get((event.user_id, event.id))
    if known is not None:
        return answer_of(
            event, item, Verdict(outcome=known.outcome, reason=known.reason, progress=known.progress)
        )
    if event.user_id not in loaded.users:
        return Answer(event_id=event.id, outcome=Outcome.IGNORED, reason="unknown_user")
    outcome, reason, verdict = ending(reading, written)
    return answer_of(event, item, verdict or Verdict(outcome=outcome, reason=reason, progress=event.progress))
