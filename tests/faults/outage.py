"""The stream is down for long while people watch: nobody is refused, nothing is lost, the order is kept."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from tests.acceptance.load import Person, Storm, people
from tests.faults.checker import Comparison, compare, look
from tests.faults.stack import Stack

PEOPLE, RATE = 40, 200.0


@dataclass
class Outage:
    """What *seconds* without a stream did. *disordered*: users whose events were not applied as sent."""

    seconds: float
    compared: Comparison
    refused: int
    broken: int
    disordered: list[int]

    def __str__(self) -> str:
        found = self.compared
        return (
            f"no stream for {self.seconds:g} s: accepted {found.accepted}, refused {self.refused}, "
            f"broken {self.broken}, lost {len(found.lost)}, doubled {found.doubled.total()}, "
            f"wrong {len(found.wrong)}, users out of order {len(self.disordered)} of {PEOPLE}"
        )


async def endure(stack: Stack, seconds: float, seed: int) -> Outage:
    """Take the stream away for *seconds* under load."""

    everybody = await people(stack.database_url, PEOPLE)
    said = len(stack.instance.stderr)

    async def _attack() -> None:
        await asyncio.sleep(1)
        stack.kill("valkey")
        await asyncio.sleep(seconds)
        stack.revive("valkey")
        await asyncio.sleep(2)

    await Storm(stack.instance.port, everybody, RATE, seed).during(_attack)
    await asyncio.to_thread(stack.instance.drain, 120)
    found = await look(stack.database_url, everybody)
    return Outage(
        seconds=seconds,
        compared=compare(everybody, found),
        refused=sum(each.refused for each in everybody),
        broken=sum(each.broken for each in everybody),
        disordered=disordered(stack.instance.stderr[said:], everybody),
    )


def disordered(said: str, everybody: Sequence[Person]) -> list[int]:
    """The users whose events the log has in another order than they were sent in."""

    applied: defaultdict[int, dict[str, None]] = defaultdict(dict)
    for line in said.splitlines():
        if line.startswith("{"):
            told = json.loads(line)
            if told["event"] == "event" and "user_id" in told:
                applied[told["user_id"]].setdefault(told["event_id"])
    wrong = []
    for person in everybody:
        accepted = [str(each.id) for each in person.sent.values() if each.accepted]
        # What was refused may have been kept all the same, and at any place.
        if accepted != [each for each in applied[person.user_id] if each in set(accepted)]:
            wrong.append(person.user_id)
    return wrong
