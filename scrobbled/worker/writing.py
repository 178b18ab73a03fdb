"""
What a batch writes: events with their outcomes, plays, viewings, ratings; each as one set.

The number of statements does not depend on the number of events.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from scrobbled.model.event import Action
from scrobbled.model.outcome import Outcome
from scrobbled.model.play import Play
from scrobbled.model.viewing import NEVER_PLAYED, Verdict
from scrobbled.store import activities, rated, verdicts
from scrobbled.store.timeline import KnownEvent, ViewerRow, ViewingRow
from scrobbled.store.verdicts import EventRow
from scrobbled.worker.reading import Reading, moment_of, ratings_of, subject_of

if TYPE_CHECKING:
    from scrobbled.model.viewing import Moment
    from scrobbled.store.pool import Connection


class Loaded(msgspec.Struct, kw_only=True):
    """The state a batch touches."""

    known: dict[tuple[int, UUID], KnownEvent]
    reopened: set[tuple[int, UUID]]
    users: dict[int, ViewerRow]
    moments: dict[int, list[Moment]]
    rows: dict[tuple[int, int], ViewingRow]


class Written(msgspec.Struct, kw_only=True):
    """What the rules said, gathered over all users, to be written at once."""

    verdicts: dict[UUID, Verdict] = {}
    plays: list[Play] = []
    gone: list[tuple[int, int]] = []
    viewings: dict[tuple[int, int], ViewingRow] = {}
    viewers: list[tuple[int, datetime, Any]] = []
    outcomes: list[tuple[int, UUID, Outcome, str | None]] = []
    moved: set[tuple[int, str]] = set()


async def write_events(
    connection: Connection, readings: Sequence[Reading], loaded: Loaded, written: Written
) -> None:
    """Store the new events among *readings* with their outcomes, and what waits for a title."""
    rows: dict[UUID, EventRow] = {}
    unmatched = []
    for reading in readings:
        event = reading.event
        if (event.user_id, event.id) in loaded.known or event.id in rows or event.user_id not in loaded.users:
            continue
        outcome, reason, _ = ending(reading, written)
        rows[event.id] = _event_row(reading, outcome, reason)
        if outcome is Outcome.UNMATCHED and event.action is not Action.PROGRESS:
            unmatched.append((event, reading.matched.candidates))
    if rows:
        await verdicts.insert_events(connection, list(rows.values()))
    if ratings := [each for reading in readings if reading.event.id in rows for each in ratings_of(reading)]:
        await rated.rate(connection, ratings)
        written.moved |= {(each.user_id, activities.of(each.kind, "rated_at")) for each in ratings}
    if unmatched:
        await verdicts.keep_unmatched(connection, unmatched)
    # One that was resolved may have waited for longer than its outcome was kept.
    waited = loaded.reopened | {
        (row.event.user_id, row.event.id) for row in rows.values() if row.event.resolution is not None
    }
    if waited:
        matched = {key for key in waited if rows[key[1]].outcome is not Outcome.UNMATCHED}
        await verdicts.forget_unmatched(connection, matched)


async def write_state(connection: Connection, written: Written) -> None:
    """Store plays, viewings and what is being watched as they are now."""
    if written.outcomes:
        await verdicts.update_outcomes(connection, written.outcomes)
    if written.gone:
        await verdicts.delete_plays(connection, written.gone)
    if written.plays:
        await verdicts.insert_plays(connection, written.plays)
    blank = [key for key, row in written.viewings.items() if row.viewing == NEVER_PLAYED]
    if blank:
        await verdicts.forget_viewings(connection, blank)
    if len(blank) < len(written.viewings):
        told = {key: row for key, row in written.viewings.items() if row.viewing != NEVER_PLAYED}
        await verdicts.write_viewings(connection, told)
    if written.viewers:
        await verdicts.write_viewers(connection, written.viewers)
    await activities.moved(connection, sorted(written.moved))


def ending(reading: Reading, written: Written) -> tuple[Outcome, str | None, Verdict | None]:
    """How a new event ended: (outcome, reason, the rules' verdict if they were asked)."""
    if reading.event.ignored is not None:
        return Outcome.IGNORED, reading.event.ignored, None
    verdict = written.verdicts.get(reading.event.id)
    if verdict is None and reading.event.of_show:
        verdict = Verdict(outcome=Outcome.IGNORED, reason="unknown_show")
    if verdict is None:
        return Outcome.UNMATCHED, reading.matched.reason, None
    return verdict.outcome, verdict.reason, verdict


def _event_row(reading: Reading, outcome: Outcome, reason: str | None) -> EventRow:
    moment = moment_of(reading) if reading.counts else None
    return EventRow(
        event=reading.event,
        items=moment.items if moment else (),
        progress=moment.progress if moment else reading.event.progress,
        runtime=moment.runtime if moment else None,
        outcome=outcome,
        reason=reason,
        subject=None if moment and moment.items else subject_of(reading.event.media),
        score=reading.matched.score if moment and moment.items else None,
    )
