"""One fault under load, and what it did."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tests.acceptance.load import Person, Storm, people
from tests.faults.checker import Comparison, compare, look
from tests.faults.kinds import KINDS
from tests.faults.stack import Stack

PEOPLE, RATE = 20, 200.0


@dataclass
class Round:
    """A fault and its consequences; times in seconds. *noticed*: the warnings in the log, by event."""

    kind: str
    seed: int
    compared: Comparison
    refused: int
    broken: int
    accepting_after: float
    drained_after: float
    slowest_refusal: float
    dead: int
    noticed: Counter[str]

    @property
    def good(self) -> bool:
        """Whether every accepted event ended once and rightly."""

        return self.compared.good and not self.dead

    def __str__(self) -> str:
        found = self.compared
        return (
            f"{self.kind} (seed {self.seed}): accepted {found.accepted}, lost {len(found.lost)}, "
            f"doubled {found.doubled.total()}, plays missing {found.missing.total()}, "
            f"nobody's {len(found.strange)}, wrong {len(found.wrong)}, dead {self.dead}; "
            f"refused {self.refused} (slowest {self.slowest_refusal:.2f} s), broken {self.broken}; "
            f"accepting after {self.accepting_after:.2f} s, drained after {self.drained_after:.1f} s; "
            f"noticed {dict(self.noticed)}"
        )


async def play(stack: Stack, kind: str, seed: int) -> Round:
    """Let *kind* happen at a random moment of some people's evening."""

    chance = random.Random(seed)
    everybody = await people(stack.database_url, PEOPLE)
    said = len(stack.instance.stderr)
    over = 0.0

    async def _attack() -> None:
        nonlocal over
        await asyncio.sleep(chance.uniform(0.4, 1.4))
        await KINDS[kind](stack, chance)
        over = time.monotonic()

    await Storm(stack.instance.port, everybody, RATE, seed).during(_attack)
    await asyncio.to_thread(stack.instance.drain, 120)
    drained = time.monotonic()
    found = await look(stack.database_url, everybody)
    return Round(
        kind=kind,
        seed=seed,
        compared=compare(everybody, found),
        refused=sum(each.refused for each in everybody),
        broken=sum(each.broken for each in everybody),
        accepting_after=_first_after(everybody, over),
        drained_after=drained - over,
        slowest_refusal=max(each.slowest_refusal for each in everybody),
        dead=int(await asyncio.to_thread(stack.instance.metric, "scrobbled_stream_dead")),
        noticed=_warnings(stack.instance.stderr[said:]),
    )


def _warnings(said: str) -> Counter[str]:
    lines = (json.loads(line) for line in said.rpartition("\n")[0].splitlines() if line.startswith("{"))
    return Counter(line["event"] for line in lines if line["level"] in {"warning", "error"})


def _first_after(everybody: Sequence[Person], over: float) -> float:
    """Seconds until the first event was accepted."""

    after = (at for each in everybody for at in each.accepted_at if at >= over)
    return min(after, default=float("inf")) - over
