"""
When an event arrives after newer ones were applied.

The user's recent past is loaded as it was told, told again with the late event in
its place, and what came out differently is what is written: verdicts are a function
of the events, not of the order they came in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from scrobbled.model.event import Action
from scrobbled.model.outcome import Outcome
from scrobbled.model.play import BY_HAND, play_id
from scrobbled.model.viewing import NEVER_PLAYED, Counted, Fact, Moment, Removal, Verdict, Viewer, Viewing
from scrobbled.rules.timeline import Story, retell
from scrobbled.store import catalog, timeline
from scrobbled.store.timeline import RecentEvent, ViewingRow

if TYPE_CHECKING:
    import asyncpg

    from scrobbled.model.media import Item
    from scrobbled.rules.policy import Policy
    from scrobbled.store.pool import Connection

#: What may leave a position to continue from.
_PLACING = frozenset({Action.START, Action.PROGRESS, Action.PAUSE, Action.STOP, Action.CHECKIN})


class Past(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of one user: events with their outcomes, plays, removed plays, viewings by item."""

    events: list[RecentEvent]
    plays: Sequence[asyncpg.Record]
    removed: Sequence[asyncpg.Record]
    rows: dict[int, ViewingRow]


async def load_pasts(
    connection: Connection,
    user_ids: list[int],
    moments: Mapping[int, Sequence[Moment]],
    loaded: Mapping[tuple[int, int], ViewingRow],
) -> dict[int, Past]:
    """The kept past of each of *user_ids*, with the items of their new *moments* in it."""
    events = await timeline.recent_events(connection, user_ids)
    pairs = sorted(
        {(user, item) for user in user_ids for item in _items(events.get(user, ()), moments.get(user, ()))}
    )
    rows = await _rows(connection, pairs, loaded)
    plays = await timeline.plays_of_items(connection, pairs)
    removed = await timeline.removed_plays(connection, user_ids)
    return {
        user: Past(
            events=events.get(user, []),
            plays=plays.get(user, []),
            removed=[play for play in removed.get(user, ()) if play["item_id"] in rows[user]],
            rows=rows[user],
        )
        for user in user_ids
    }


async def _rows(
    connection: Connection,
    pairs: Sequence[tuple[int, int]],
    loaded: Mapping[tuple[int, int], ViewingRow],
) -> defaultdict[int, dict[int, ViewingRow]]:
    """By user and item, the viewings of (user, item) *pairs*."""
    stored = await timeline.viewings(connection, pairs)
    # An event that was refused left no viewing; told again, it may count.
    refused = {item for user, item in pairs if (user, item) not in stored and (user, item) not in loaded}
    known = await catalog.items(connection, refused)
    rows: defaultdict[int, dict[int, ViewingRow]] = defaultdict(dict)
    for user, item in pairs:
        row = stored.get((user, item)) or loaded.get((user, item)) or _unseen(known.get(item))
        if row is not None:
            rows[user][item] = row
    return rows


def retell_past(past: Past, moments: Sequence[Moment], policy: Policy, now: datetime) -> Story:
    """*past* with *moments* in their place, up to *now*."""
    everything = [event.moment for event in past.events] + list(moments)
    explained = {moment.id for moment in everything}
    facts: list[Fact | Removal] = [
        _fact(play) for play in (*past.plays, *past.removed) if play["event_id"] not in explained
    ]
    facts += [
        Removal(
            event_id=play["event_id"],
            item_id=play["item_id"],
            watched_at=play["watched_at"],
            told_at=play["removed_at"],
        )
        for play in past.removed
    ]
    beginning = min(moment.at for moment in everything)
    placed = {item for moment in everything if moment.action in _PLACING for item in moment.items}
    viewings = {item: _before(row.viewing, beginning, told=item in placed) for item, row in past.rows.items()}
    story = retell(Viewer(viewings=viewings), everything, facts, policy, now)
    return msgspec.structs.replace(story, changed=story.changed | set(past.rows))


def difference(past: Past, story: Story) -> tuple[list[Counted], list[tuple[int, int]]]:
    """The plays to add, or to move in time, and the (id, item id) of those that are gone."""
    explained = {event.moment.id for event in past.events}
    told = {play_id(play.event_id, play.item_id): play for play in story.plays}
    before = {play["id"]: play for play in past.plays if play["event_id"] in explained}
    added = [
        play
        for key, play in told.items()
        if key not in before
        or (before[key]["watched_at"], before[key]["cause"]) != (play.watched_at, play.cause)
    ]
    return added, [(key, play["item_id"]) for key, play in before.items() if key not in told]


def changed_verdicts(past: Past, story: Story) -> Iterator[tuple[UUID, Verdict]]:
    """Events that were told one outcome and have another now; stale ones stay stale."""
    for event in past.events:
        verdict = story.verdicts[event.moment.id]
        if (verdict.outcome, verdict.reason) == (event.outcome, event.reason):
            continue
        if event.outcome is Outcome.STALE and verdict.outcome not in (Outcome.SCROBBLED, Outcome.DUPLICATE):
            continue
        yield event.moment.id, verdict


def _fact(play: asyncpg.Record) -> Fact:
    """A play that stands. What somebody added by hand was not known before they did."""
    by_hand = play["cause"] == BY_HAND
    return Fact(
        event_id=play["event_id"],
        item_id=play["item_id"],
        watched_at=play["watched_at"],
        told_at=play["created_at"] if by_hand else play["watched_at"],
    )


def _unseen(item: Item | None) -> ViewingRow | None:
    if item is None:
        return None
    return ViewingRow(title_id=item.title.id, kind=item.kind, viewing=NEVER_PLAYED)


def _items(events: Sequence[RecentEvent], moments: Sequence[Moment]) -> set[int]:
    told = {item for event in events for item in event.moment.items}
    return told | {item for moment in moments for item in moment.items}


def _before(viewing: Viewing, beginning: datetime, *, told: bool) -> Viewing:
    """
    What is known of an item before its user's kept past begins: a saved position at most. Unless it is
    *told* by events that are kept, it stands: a play of years ago says nothing of last month's pause.
    """
    if viewing.paused_at is not None and (viewing.paused_at < beginning or not told):
        return Viewing(saved=viewing.saved, paused_at=viewing.paused_at)
    return NEVER_PLAYED
