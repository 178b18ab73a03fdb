"""What got its 2xx compared, event by event, with outcomes, plays and playback state."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg

from scrobbled.model.event import Action
from scrobbled.model.outcome import Outcome
from scrobbled.model.viewing import Moment, Viewer
from scrobbled.rules.policy import Policy
from scrobbled.rules.timeline import Story, retell
from tests.acceptance.load import Person

#: What a late event cannot know.
OF_THE_PRESENT = {Outcome.STARTED, Outcome.PROGRESSED, Outcome.PAUSED}

Rows = dict[tuple[int, UUID], Mapping[str, Any]]
PlayKey = tuple[int, int, datetime, str]
#: A user's item: how its viewing stands, the position in it, and the one saved to continue from.
Standing = tuple[str, bool, float | None, float | None]


@dataclass
class Found:
    """What the database holds of some people."""

    events: Rows
    plays: Counter[PlayKey]
    playback: dict[tuple[int, int], Standing]


@dataclass
class Comparison:
    """What was accepted beside what the database holds; all but *accepted* and *plays* should be empty."""

    accepted: int
    plays: int
    lost: set[tuple[int, UUID]]
    strange: set[tuple[int, UUID]]
    missing: Counter[PlayKey]
    doubled: Counter[PlayKey]
    wrong: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether nothing is lost, doubled or wrong."""

        return not (self.lost or self.strange or self.missing or self.doubled or self.wrong)


def compare(everybody: Sequence[Person], found: Found) -> Comparison:
    """Hold *found* against what *everybody* sent and the rules make of it."""

    accepted = {
        (person.user_id, event.id) for person in everybody for event in person.sent.values() if event.accepted
    }
    expected, wrong = tell(everybody, found)
    return Comparison(
        accepted=len(accepted),
        plays=found.plays.total(),
        lost=accepted - found.events.keys(),
        strange=unknown(everybody, found.events),
        missing=expected - found.plays,
        doubled=found.plays - expected,
        wrong=wrong,
    )


async def look(database_url: str, everybody: Sequence[Person]) -> Found:
    """What is in the database, once nothing is left to run out."""

    ids = [person.user_id for person in everybody]
    connection = await asyncpg.connect(database_url)
    try:
        silent = "select count(*) from viewers where user_id = any($1) and expires_at < now()"
        end = time.monotonic() + 20
        while await connection.fetchval(silent, ids) and time.monotonic() < end:  # noqa: ASYNC110  # a database
            await asyncio.sleep(0.2)
        rows = await connection.fetch("select * from events where user_id = any($1)", ids)
        plays = await connection.fetch("select * from plays where user_id = any($1)", ids)
        playback = await connection.fetch("select * from playback where user_id = any($1)", ids)
    finally:
        await connection.close()
    return Found(
        {(row["user_id"], row["id"]): dict(row) for row in rows},
        Counter((row["user_id"], row["item_id"], row["watched_at"], row["cause"]) for row in plays),
        {
            (row["user_id"], row["item_id"]): (
                row["viewing"],
                row["counted"],
                row["position"],
                row["progress"],
            )
            for row in playback
        },
    )


def unknown(everybody: Sequence[Person], rows: Rows) -> set[tuple[int, UUID]]:
    """Rows of events that nobody sent."""

    return rows.keys() - {(person.user_id, event_id) for person in everybody for event_id in person.sent}


def tell(everybody: Sequence[Person], found: Found) -> tuple[Counter[PlayKey], list[str]]:
    """The plays that the rules give for what was applied, and whatever else is not as they say.

    What was applied: all that was accepted, and of what broke in the middle that which
    was durable before its sender could be told.
    """

    films = items(everybody, found.events)
    plays: Counter[PlayKey] = Counter()
    wrong: list[str] = []
    for person in everybody:
        story = _story(person, films, found.events)
        plays.update((person.user_id, play.item_id, play.watched_at, play.cause) for play in story.plays)
        wrong += _wrong_outcomes(person, story, found.events)
        wrong += _wrong_positions(person, story, found.playback)
    return plays, wrong


def _story(person: Person, films: Mapping[int, int], rows: Rows) -> Story:
    moments = [
        Moment(
            id=event.id,
            at=event.at,
            action=Action(event.action),
            items=(films[event.film],),
            progress=event.progress,
            runtime=person.runtime,
            source="native",
        )
        for event in person.sent.values()
        if event.accepted or (person.user_id, event.id) in rows
    ]
    return retell(Viewer(), moments, (), Policy(), datetime.now(UTC))


def _wrong_outcomes(person: Person, story: Story, rows: Rows) -> list[str]:
    """An outcome may also be stale: the event came late, and it only said where the player was."""

    wrong = []
    for event_id, verdict in story.verdicts.items():
        row = rows.get((person.user_id, event_id))
        if row is None or row["outcome"] == verdict.outcome:
            continue
        if row["outcome"] != Outcome.STALE or verdict.outcome not in OF_THE_PRESENT:
            wrong.append(f"{event_id}: {row['outcome']} instead of {verdict.outcome.value}")
    return wrong


def _wrong_positions(person: Person, story: Story, playback: Mapping[tuple[int, int], Standing]) -> list[str]:
    wrong = []
    for item, viewing in story.viewer.viewings.items():
        told = (viewing.stage.value, viewing.counted, viewing.position, viewing.saved)
        stands = playback.get((person.user_id, item))
        if told != stands:
            wrong.append(f"playback of {item} by {person.user_id}: {stands} instead of {told}")
    return wrong


def items(everybody: Sequence[Person], rows: Rows) -> dict[int, int]:
    """Film -> its item; each film became one title, whoever was killed while it was made."""

    found = {
        (event.film, *rows[person.user_id, event.id]["item_ids"])
        for person in everybody
        for event in person.sent.values()
        if (person.user_id, event.id) in rows
    }
    films = dict(found)
    assert sorted(films.items()) == sorted(found)
    assert len(films) == len(set(films.values()))
    return films
