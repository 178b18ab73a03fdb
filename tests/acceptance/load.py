"""People who watch many films at once, over HTTP, while somebody pulls the plugs."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from scrobbled.model.event import Receipt
from scrobbled.store import users
from scrobbled.wire.native import parse_events

#: Seconds a client waits for an answer before it hangs up.
PATIENCE = 30.0
FILMS = 6
#: Seconds a viewing takes, and the runtime players tell: with the second one nothing runs
#: out before the test is over, so that events continue the story instead of retelling it.
RUNTIME, ENDLESS = 6000.0, 60 * 86_400.0
#: Long enough ago for everything to have run out, and kept all the same.
BEGINNING = timedelta(days=25)
_LATE, _TWICE = 0.03, 0.03


@dataclass
class Sent:
    """An event, and whether it got its 2xx."""

    id: UUID
    film: int
    action: str
    at: datetime
    progress: float
    accepted: bool = False


@dataclass
class Person:
    """Somebody with a token. The *stubborn* send again what got no answer; others give it up.

    *runtime* is what their player says of every film; *orderly* players are never late.
    """

    user_id: int
    token: str
    stubborn: bool
    runtime: float
    orderly: bool
    sent: dict[UUID, Sent] = field(default_factory=dict)
    refused: int = 0
    broken: int = 0
    accepted_at: list[float] = field(default_factory=list)  # seconds on the steady clock
    slowest_refusal: float = 0.0  # seconds


async def people(database_url: str, how_many: int) -> list[Person]:
    """New users, straight into the database: a command for each would take a minute."""

    connection = await asyncpg.connect(database_url)
    try:
        made = []
        for number in range(how_many):
            owner = await users.add_user(connection, f"user-{random.randbytes(5).hex()}")
            token, _ = await users.create_token(connection, owner, "load")
            stubborn, orderly = number % 2 == 0, number % 4 < 2
            made.append(Person(owner, token, stubborn, ENDLESS if orderly else RUNTIME, orderly))
        return made
    finally:
        await connection.close()


def evenings(chance: random.Random, *, orderly: bool) -> Iterator[tuple[int, str, timedelta, float]]:
    """Film, action, time and progress of one viewing after the other, without end.

    Most are watched to their end, some are left in the middle, some never stopped,
    some stopped twice, and now and then a player tells of yesterday.
    """

    clock = timedelta()
    held: list[tuple[int, str, timedelta, float]] = []
    while True:
        film = chance.randrange(FILMS)
        for action, percent in _viewing(chance):
            made = (film, action, clock + timedelta(seconds=RUNTIME * percent / 100), float(percent))
            if not orderly and chance.random() < _LATE:
                held.append(made)
            else:
                yield made
        if held and chance.random() < 0.3:
            yield held.pop(0)
        clock += timedelta(seconds=RUNTIME, minutes=chance.choice([5, 20, 90]))


def _viewing(chance: random.Random) -> list[tuple[str, int]]:
    story = [("start", 0), ("progress", 25), ("progress", 50), ("progress", 85)]
    ending = {
        "seen": [("stop", 93)],
        "left": [("pause", 88)],
        "twice": [("stop", 92), ("stop", 94)],
        "silent": [],
        "declared": [("watched", 90), ("stop", 95)],
    }
    if chance.random() < 0.2:
        return [*story[:2], ("stop", 30)]
    return story + ending[chance.choices(list(ending), [6, 1, 1, 1, 1])[0]]


class Storm:
    """40 people, about *rate* events a second in all, until *end* is called."""

    def __init__(self, port: int, everybody: Sequence[Person], rate: float, seed: int) -> None:
        self._port = port
        self._everybody = everybody
        self._pause = len(everybody) / rate
        self._seed = seed
        self._over = asyncio.Event()
        self._beginning = datetime.now(UTC).replace(microsecond=0) - BEGINNING

    async def during(self, attack: Callable[[], Awaitable[None]]) -> None:
        """Send for as long as *attack* runs, and a second longer."""

        async with asyncio.TaskGroup() as tasks:
            for number, person in enumerate(self._everybody):
                tasks.create_task(self._live(person, random.Random(self._seed * 1000 + number)))
            try:
                await attack()
                await asyncio.sleep(1)
            finally:
                self._over.set()

    async def _live(self, person: Person, chance: random.Random) -> None:
        client = _Client(self._port, person)
        due = asyncio.get_running_loop().time() + chance.random() * self._pause
        for number, (film, action, offset, progress) in enumerate(evenings(chance, orderly=person.orderly)):
            await asyncio.sleep(max(due - asyncio.get_running_loop().time(), 0))
            if self._over.is_set():
                break
            due = max(due + self._pause, asyncio.get_running_loop().time() - 1)
            # No two events of a person at the same instant.
            at = self._beginning + offset + timedelta(microseconds=number)
            body = _body(f"e{number}", Sent(UUID(int=0), film, action, at, progress), person.runtime)
            (event,) = parse_events(
                body, Receipt(id=UUID(int=0), user_id=person.user_id, received_at=datetime.now(UTC))
            )
            person.sent[event.id] = Sent(event.id, film, action, at, progress)
            await self._deliver(client, person, body, event.id)
            if chance.random() < _TWICE and await client.post(body) is not None:
                person.sent[event.id].accepted = True
        client.close()

    async def _deliver(self, client: _Client, person: Person, body: bytes, event_id: UUID) -> None:
        for attempt in range(400):
            said = await client.post(body)
            if said is not None:
                assert str(event_id) == said
                person.sent[event_id].accepted = True
                return
            if not person.stubborn:
                return
            await asyncio.sleep(min(0.05 * 2**attempt, 0.4))


class _Client:
    """One connection, opened again when it breaks."""

    def __init__(self, port: int, person: Person) -> None:
        self._port = port
        self._person = person
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, body: bytes) -> str | None:
        """The id under which *body* was accepted; None when it was refused or nobody answered."""

        began = time.monotonic()
        try:
            async with asyncio.timeout(PATIENCE):
                status, answer = await self._exchange(body)
        except (OSError, EOFError, TimeoutError):
            self._person.broken += 1
            self.close()
            return None
        if status != 202:
            assert status == 503, (status, answer)
            self._person.refused += 1
            self._person.slowest_refusal = max(self._person.slowest_refusal, time.monotonic() - began)
            return None
        self._person.accepted_at.append(time.monotonic())
        found: str = orjson.loads(answer)["id"]
        return found

    async def _exchange(self, body: bytes) -> tuple[int, bytes]:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        head = (
            f"POST /v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {self._person.token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        writer.write(head.encode() + body)
        answer = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(answer.partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        return int(answer[9:12]), await reader.readexactly(length)

    def close(self) -> None:
        """Hang up."""

        if self._streams is not None:
            with suppress(OSError):
                self._streams[1].close()
            self._streams = None


def _body(name: str, sent: Sent, runtime: float) -> bytes:
    event: dict[str, Any] = {
        "id": name,
        "action": sent.action,
        "occurred_at": sent.at.isoformat(),
        "progress": sent.progress,
        "runtime": runtime,
        "movie": {
            "title": f"Film {sent.film}",
            "year": 1990 + sent.film,
            "ids": {"tmdb": 900_000 + sent.film},
        },
    }
    return orjson.dumps(event)
