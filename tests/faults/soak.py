"""
An hour of evenings with faults: ``python -m tests.faults.soak [--minutes 60] [--seed N]``.

One fault after the other under load, each followed by the checker; in between what the
processes hold, how old the queue gets, and how events end. Ends with status 1 when
anything was lost, doubled or wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path

from tests.faults.kinds import KINDS, impossible
from tests.faults.rounds import Round, play
from tests.faults.stack import Stack, running

#: Whoever is killed begins with little memory again, which says nothing about growth.
_LEFT_ALIVE = [kind for kind in KINDS if "killed" not in kind or "PostgreSQL" in kind or "Valkey" in kind]
_SAMPLE = 2.0


@dataclass
class Watched:
    """What was seen: resident MiB by process, the oldest waiting event in seconds, and its most."""

    memory: list[dict[str, float]] = field(default_factory=list)
    oldest: float = 0.0
    depth: float = 0.0

    def sample(self, stack: Stack) -> None:
        """Look once; what is away is not looked at."""

        with suppress(OSError, HTTPException, AssertionError):
            metric = stack.instance.metric
            self.oldest = max(
                self.oldest,
                metric("scrobbled_stream_oldest_seconds"),
                metric("scrobbled_inbox_oldest_seconds"),
            )
            self.depth = max(self.depth, metric("scrobbled_stream_depth") + metric("scrobbled_inbox_depth"))

    def weigh(self, stack: Stack) -> None:
        """Note what each process holds at rest."""

        pids = stack.instance.parts() | {"valkey": stack.programs["valkey"].pid or 0}
        self.memory.append({name: resident for name, pid in pids.items() if (resident := _resident(pid))})


async def soak(minutes: float, seed: int) -> tuple[list[Round], Watched, Counter[str]]:
    """Faults at random for *minutes*: the rounds, what was watched, how events ended."""

    chance = random.Random(seed)
    done: list[Round] = []
    watched = Watched()
    async with running() as stack:
        watching = asyncio.create_task(_watch(stack, watched))
        end = time.monotonic() + minutes * 60
        possible = [kind for kind in _LEFT_ALIVE if impossible(stack, kind) is None]
        while time.monotonic() < end:
            done.append(await play(stack, chance.choice(possible), chance.randrange(2**32)))
            watched.weigh(stack)
            print(done[-1], file=sys.stderr, flush=True)  # noqa: T201  # progress
        watching.cancel()
        outcomes = await asyncio.to_thread(_outcomes, stack)
    return done, watched, outcomes


async def _watch(stack: Stack, watched: Watched) -> None:
    while True:
        await asyncio.to_thread(watched.sample, stack)
        await asyncio.sleep(_SAMPLE)


def _outcomes(stack: Stack) -> Counter[str]:
    text = stack.instance.call("GET", "/metrics", token=None).body.decode()
    found: Counter[str] = Counter()
    for labels, value in re.findall(
        r"^scrobbled_worker_outcomes_total\{([^}]*)\} (\S+)$", text, re.MULTILINE
    ):
        found[re.search(r'outcome="(\w+)"', labels)[1]] += int(float(value))  # type: ignore[index]  # it has one
    return found


def _resident(pid: int) -> float:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
    return 0.0


def report(done: Sequence[Round], watched: Watched, outcomes: Counter[str]) -> list[str]:
    """Rows of tables for people."""

    rows = ["| memory at rest, MiB | first | middle | last | most |", "| --- | --- | --- | --- | --- |"]
    for name in sorted(watched.memory[0]):
        held = [each[name] for each in watched.memory if name in each]
        first, middle, last = held[0], held[len(held) // 2], held[-1]
        rows.append(f"| {name} | {first:.0f} | {middle:.0f} | {last:.0f} | {max(held):.0f} |")
    bad = [each for each in done if not each.good]
    ended = ", ".join(f"{name} {count:,}" for name, count in outcomes.most_common())
    accepted = sum(each.compared.accepted for each in done)
    return [
        *rows,
        "",
        f"{len(done)} faults, {accepted:,} events accepted, rounds with anything wrong: {len(bad)}",
        f"oldest waiting event {watched.oldest:.1f} s, most waiting {watched.depth:,.0f}",
        f"outcomes: {ended}",
        *map(str, bad),
    ]


def main() -> None:
    """Soak and report."""

    parser = argparse.ArgumentParser(prog="python -m tests.faults.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    arguments = parser.parse_args()
    done, watched, outcomes = asyncio.run(soak(arguments.minutes, arguments.seed))
    print(f"seed {arguments.seed}", *report(done, watched, outcomes), sep="\n")  # noqa: T201  # its purpose
    sys.exit(not all(each.good for each in done))


if __name__ == "__main__":
    main()
