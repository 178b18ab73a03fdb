"""kill -9 under load: what got its 2xx is applied once, whoever dies.

``KILL_ROUNDS=20`` is the long form; by itself it is short.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from scrobbled.model.event import Action
from scrobbled.model.outcome import Outcome
from scrobbled.model.viewing import Moment, Viewer
from scrobbled.rules.policy import Policy
from scrobbled.rules.timeline import retell
from tests.acceptance.instance import Instance
from tests.acceptance.load import Person, Storm, people

ROUNDS = int(os.environ.get("KILL_ROUNDS", "6"))
PEOPLE, RATE = 40, 300.0

#: What a late event cannot know.
OF_THE_PRESENT = {Outcome.STARTED, Outcome.PROGRESSED, Outcome.PAUSED}

Rows = dict[tuple[int, UUID], Mapping[str, Any]]
PlayKey = tuple[int, int, datetime, str]


@dataclass
class Found:
    """What the database holds of some people."""

    events: Rows
    plays: Counter[PlayKey]


async def test_killed_processes(instance: Instance, capsys: pytest.CaptureFixture[str]) -> None:
    """Kill -9 of the worker and of the front door, again and again: 0 lost, 0 doubled."""

    victims = ("worker", "front door")
    await survive(instance, [victims[number % 2] for number in range(ROUNDS)], capsys)


async def test_killed_workers(own_instance: Instance, capsys: pytest.CaptureFixture[str]) -> None:
    """Kill -9 of one of several workers, whose users the others take over: 0 lost, 0 doubled."""

    own_instance.environment["SCROBBLED_WORKERS"] = "3"
    await asyncio.to_thread(own_instance.start)
    await survive(own_instance, ["worker"] * (ROUNDS // 2), capsys)


async def test_killed_servers(instance: Instance, capsys: pytest.CaptureFixture[str]) -> None:
    """Kill -9 of Valkey and of PostgreSQL: 0 lost, 0 doubled."""

    await survive(instance, ["valkey", "postgres"], capsys)


def test_a_worker_that_hangs(instance: Instance) -> None:
    """A call whose worker does not answer is 503 with Retry-After, and its event is still applied, once."""

    film = {"title": "The Long Wait", "year": 1954, "ids": {"tmdb": 950_000}}
    worker = instance.parts()["worker"]
    os.kill(worker, signal.SIGSTOP)
    try:
        reply = instance.call("POST", "/trakt/scrobble/stop", {"movie": film, "progress": 95})
    finally:
        os.kill(worker, signal.SIGCONT)
    instance.drain()
    again = instance.call("POST", "/trakt/scrobble/stop", {"movie": film, "progress": 95})

    assert (503, True) == (reply.status, int(reply.headers["Retry-After"]) > 0)
    assert 409 == again.status
    assert 1 == len([play for play in instance.history() if play["item"]["title"] == film["title"]])


async def survive(instance: Instance, victims: Sequence[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Kill *victims* one after the other under load, let everything settle, and compare."""

    seed = random.randrange(2**32)
    everybody = await people(instance, PEOPLE)
    storm = Storm(instance, everybody, RATE, seed)
    began = time.monotonic()
    await storm.during(lambda: attack(instance, victims, random.Random(seed)))
    seconds = time.monotonic() - began
    await asyncio.to_thread(instance.drain, 120)
    accepted = {
        (person.user_id, event.id) for person in everybody for event in person.sent.values() if event.accepted
    }
    found = await look(instance, everybody)
    expected, wrong = tell(everybody, found.events)
    lost, strange = accepted - found.events.keys(), unknown(everybody, found.events)
    missing, doubled = expected - found.plays, found.plays - expected
    with capsys.disabled():
        sys.stdout.write(
            table(victims, seed, seconds, everybody, found)
            + f"  lost events {len(lost)}, events nobody sent {len(strange)}, wrong outcomes {len(wrong)}\n"
            f"  plays {found.plays.total()}, lost {missing.total()}, doubled {doubled.total()}\n"
        )

    assert set() == lost
    assert set() == strange
    assert Counter() == missing
    assert Counter() == doubled
    assert [] == wrong
    assert 0 == instance.metric("scrobbled_stream_dead")


async def attack(instance: Instance, victims: Sequence[str], chance: random.Random) -> None:
    """Kill -9 each of *victims* at a random moment; the next one only when all of them live again."""

    await asyncio.sleep(2)
    for name in victims:
        await asyncio.sleep(chance.uniform(0.2, 1.8))
        old = instance.kill(name)
        end = time.monotonic() + 60
        while instance.parts().get(name) in {None, old} or not await asyncio.to_thread(instance.ready):
            assert time.monotonic() < end, f"{name} did not come back"
            await asyncio.sleep(0.05)


async def look(instance: Instance, everybody: Sequence[Person]) -> Found:
    """What is in the database, once nothing is left to run out."""

    ids = [person.user_id for person in everybody]
    connection = await asyncpg.connect(instance.places.database_url)
    try:
        silent = "select count(*) from viewers where user_id = any($1) and expires_at < now()"
        end = time.monotonic() + 20
        while await connection.fetchval(silent, ids) and time.monotonic() < end:  # noqa: ASYNC110  # a database
            await asyncio.sleep(0.2)
        rows = await connection.fetch("select * from events where user_id = any($1)", ids)
        plays = await connection.fetch("select * from plays where user_id = any($1)", ids)
    finally:
        await connection.close()
    return Found(
        {(row["user_id"], row["id"]): dict(row) for row in rows},
        Counter((row["user_id"], row["item_id"], row["watched_at"], row["cause"]) for row in plays),
    )


def unknown(everybody: Sequence[Person], rows: Rows) -> set[tuple[int, UUID]]:
    """Rows of events that nobody sent."""

    return rows.keys() - {(person.user_id, event_id) for person in everybody for event_id in person.sent}


def tell(everybody: Sequence[Person], rows: Rows) -> tuple[Counter[PlayKey], list[str]]:
    """The plays that the rules give for what was applied, and the events whose outcome is another one.

    What was applied: all that was accepted, and of what broke in the middle that which
    was durable before its sender could be told. An outcome may also be stale: the event
    was told so when it came late, and it only said where the player was.
    """

    films = items(everybody, rows)
    plays: Counter[PlayKey] = Counter()
    wrong = []
    for person in everybody:
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
        story = retell(Viewer(), moments, (), Policy(), datetime.now(UTC))
        plays.update((person.user_id, play.item_id, play.watched_at, play.cause) for play in story.plays)
        for event_id, verdict in story.verdicts.items():
            row = rows.get((person.user_id, event_id))
            if row is None or row["outcome"] == verdict.outcome:
                continue
            if row["outcome"] != Outcome.STALE or verdict.outcome not in OF_THE_PRESENT:
                wrong.append(f"{event_id}: {row['outcome']} instead of {verdict.outcome.value}")
    return plays, wrong


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


def table(
    victims: Sequence[str], seed: int, seconds: float, everybody: Sequence[Person], found: Found
) -> str:
    """What happened, for people."""

    sent = [event for person in everybody for event in person.sent.values()]
    outcomes = Counter(row["outcome"] for row in found.events.values())
    refused, broken = sum(each.refused for each in everybody), sum(each.broken for each in everybody)
    counts = ", ".join(f"{name} {number}" for name, number in outcomes.most_common())
    killed = ", ".join(f"{name} {number}x" for name, number in Counter(victims).items())
    return (
        f"\nkilled {killed} in {seconds:.0f} s (seed {seed})\n"
        f"  sent {len(sent)}, accepted {sum(event.accepted for event in sent)}, "
        f"answers 503 {refused}, connections broken {broken}\n"
        f"  outcomes {sum(outcomes.values())}: {counts}\n"
    )
