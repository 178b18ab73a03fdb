"""A server is down for long while people watch: nobody is refused, nothing is lost, the order is kept."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.client import HTTPException

from tests.acceptance.instance import Instance
from tests.acceptance.load import Person, Storm, people
from tests.faults.checker import Comparison, compare, look
from tests.faults.stack import Stack

PEOPLE, RATE = 40, 200.0

#: Players that send webhooks meanwhile, and seconds between two of each.
PLAYERS, EVERY = 4, 0.1


@dataclass
class Player:
    """Whoever sends webhooks by a person's token: the ids that were answered 2xx, in order; other answers."""

    person: Person
    accepted: list[str] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)

    async def send(self, instance: Instance) -> None:
        """One webhook after the other, until cancelled."""

        number = 0
        while True:
            number += 1
            body = {
                "event": "pause",
                "title": "Film 0",
                "year": 1990,
                "tmdb": "900000",
                "progress": number % 90 + 1,
            }
            await self._one(instance, body)
            await asyncio.sleep(EVERY)

    async def _one(self, instance: Instance, body: dict[str, object]) -> None:
        path = f"/webhooks/generic/{self.person.token}"
        try:
            reply = await asyncio.to_thread(instance.call, "POST", path, body, token=None)
        except (OSError, HTTPException) as error:
            self.refused[type(error).__name__] += 1
            return
        if reply.status == 200:
            self.accepted.append(reply.json["id"])
        else:
            self.refused[str(reply.status)] += 1


@dataclass
class Outage:
    """
    What *seconds* without *server* did. *webhooks* were accepted, *unheard* of them never applied,
    *disordered*: users whose events were not applied as sent.
    """

    server: str
    seconds: float
    compared: Comparison
    refused: int
    broken: int
    disordered: list[int]
    webhooks: int
    unheard: int

    def __str__(self) -> str:
        found = self.compared
        return (
            f"no {self.server} for {self.seconds:g} s: accepted {found.accepted}, refused {self.refused}, "
            f"broken {self.broken}, lost {len(found.lost)}, doubled {found.doubled.total()}, "
            f"wrong {len(found.wrong)}, webhooks {self.webhooks} of which lost {self.unheard}, "
            f"users out of order {len(self.disordered)} of {PEOPLE + PLAYERS}"
        )


async def endure(stack: Stack, server: str, seconds: float, seed: int) -> Outage:
    """Take *server* (valkey or postgres) away for *seconds* under load."""

    everybody = await people(stack.database_url, PEOPLE)
    players = [Player(person) for person in await people(stack.database_url, PLAYERS)]
    said = len(stack.instance.stderr)

    async def _attack() -> None:
        sending = [asyncio.create_task(player.send(stack.instance)) for player in players]
        await asyncio.sleep(1)
        stack.kill(server)
        await asyncio.sleep(seconds)
        stack.revive(server)
        await asyncio.sleep(2)
        for task in sending:
            task.cancel()

    await Storm(stack.instance.port, everybody, RATE, seed).during(_attack)
    await asyncio.to_thread(stack.instance.drain, 120)
    found = await look(stack.database_url, everybody)
    applied = await _told(
        stack.instance, said, sum(len(each.accepted) for each in players) + _accepted(everybody)
    )
    return Outage(
        server=server,
        seconds=seconds,
        compared=compare(everybody, found),
        refused=sum(each.refused for each in everybody) + sum(each.refused.total() for each in players),
        broken=sum(each.broken for each in everybody),
        disordered=disordered(applied, everybody) + unlike(applied, players),
        webhooks=sum(len(each.accepted) for each in players),
        unheard=sum(len({*each.accepted} - applied[each.person.user_id].keys()) for each in players),
    )


def _accepted(everybody: Sequence[Person]) -> int:
    return sum(event.accepted for each in everybody for event in each.sent.values())


async def _told(instance: Instance, said: int, count: int) -> defaultdict[int, dict[str, None]]:
    """*orders* of the log from *said* on, once it has *count* events: lines are written a moment later."""

    end = time.monotonic() + 60
    applied = orders(instance.stderr[said:])
    while sum(map(len, applied.values())) < count and time.monotonic() < end:
        await asyncio.sleep(0.3)
        applied = orders(instance.stderr[said:])
    return applied


def orders(said: str) -> defaultdict[int, dict[str, None]]:
    """User -> the ids of their events in the order in which the log has them."""

    applied: defaultdict[int, dict[str, None]] = defaultdict(dict)
    for line in said.splitlines():
        if line.startswith("{") and line.endswith("}"):  # the last one may be in the middle of its way
            told = json.loads(line)
            if told["event"] == "event" and "user_id" in told:
                applied[told["user_id"]].setdefault(told["event_id"])
    return applied


def unlike(applied: defaultdict[int, dict[str, None]], players: Sequence[Player]) -> list[int]:
    """The users of *players* whose webhooks were applied in another order than they were sent in."""

    return [
        each.person.user_id
        for each in players
        if [one for one in applied[each.person.user_id] if one in {*each.accepted}]
        != [one for one in each.accepted if one in applied[each.person.user_id]]
    ]


def disordered(applied: defaultdict[int, dict[str, None]], everybody: Sequence[Person]) -> list[int]:
    """The users whose events were applied in another order than they were sent in."""

    wrong = []
    for person in everybody:
        accepted = [str(each.id) for each in person.sent.values() if each.accepted]
        # What was refused may have been kept all the same, and at any place.
        if accepted != [each for each in applied[person.user_id] if each in set(accepted)]:
            wrong.append(person.user_id)
    return wrong
