"""Run the benchmarks and print their tables: ``python -m benchmarks [NAME…] [--smoke]``."""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from benchmarks import (
    accept,
    faults,
    growth,
    history,
    imports,
    labelled,
    lookup,
    matching,
    overload,
    parts,
    pipeline,
    restart,
    tracker,
    visible,
    webhooks,
)
from benchmarks.stack import Stack, running


@dataclass(frozen=True)
class Asked:
    """How to measure: *smoke* for seconds instead of minutes, *rate* in events a second."""

    smoke: bool
    rate: float
    large: bool
    rounds: int


def _accept(stack: Stack, asked: Asked) -> list[str]:
    return accept.measure(stack, seconds=0.5 if asked.smoke else 5.0, rounds=1 if asked.smoke else 5)


def _pipeline(stack: Stack, asked: Asked) -> list[str]:
    return pipeline.sustained(stack, rate=asked.rate, seconds=3 if asked.smoke else 60)


def _answers(stack: Stack, asked: Asked) -> list[str]:
    return pipeline.answers(stack, rate=asked.rate / 2, seconds=4 if asked.smoke else 30)


def _overload(stack: Stack, asked: Asked) -> list[str]:
    return overload.measure(stack, rate=asked.rate, seconds=4 if asked.smoke else 60)


def _history(stack: Stack, asked: Asked) -> list[str]:
    return history.measure(stack, plays=10_000 if asked.smoke else 1_000_000, seconds=1 if asked.smoke else 5)


def _imports(stack: Stack, asked: Asked) -> list[str]:
    scale = 200 if asked.smoke else 1
    return imports.measure(
        stack, count=1_000_000 // scale, episodes=5_000_000 // scale, akas=10_000_000 // scale
    )


def _visible(stack: Stack, asked: Asked) -> list[str]:
    scale = 10 if asked.smoke else 1
    return visible.measure(
        stack, count=20_000 // scale, changed=5_000 // scale, turns=2 if asked.smoke else 10
    )


def _lookup(stack: Stack, asked: Asked) -> list[str]:
    rows = 1_000_000 // (50 if asked.smoke else 1)
    return lookup.measure(stack, plays=rows, names=rows, seconds=1 if asked.smoke else 5)


def _tracker(stack: Stack, asked: Asked) -> list[str]:
    others = 5_000 if asked.smoke else 100_000
    return tracker.measure(stack, plays=20_000, others=others, seconds=0.3 if asked.smoke else 5)


def _webhooks(stack: Stack, asked: Asked) -> list[str]:
    return webhooks.measure(stack, seconds=1 if asked.smoke else 15)


def _restart(stack: Stack, asked: Asked) -> list[str]:
    return restart.measure(stack, rounds=1 if asked.smoke else 10)


def _matching(asked: Asked) -> list[str]:
    """Rows of tables: the labelled queries where they are, then made-up catalogues."""
    place = labelled.folder()
    rows = (
        ["left out: SCROBBLED_EVALUATION_DIR names no folder with labelled queries"]
        if place is None
        else matching.measure(place, part=20 if asked.smoke else 1)
    )
    if asked.large or asked.smoke:
        rows += ["", *growth.measure((5_000,) if asked.smoke else (100_000, 1_000_000, 10_000_000))]
    return rows


def _parts(asked: Asked) -> list[str]:
    return parts.measure(count=500 if asked.smoke else 2000, rounds=2 if asked.smoke else 40)


def _faults(asked: Asked) -> list[str]:
    short = asked.smoke or asked.rounds == 0
    return faults.measure(
        rounds=asked.rounds or 1, outage=5 if short else 60, backlog=2_000 if short else 20_000
    )


#: What is measured on an instance, and what needs none (or makes its own).
_ON_A_STACK: dict[str, Callable[[Stack, Asked], list[str]]] = {
    "accept": _accept,
    "pipeline": _pipeline,
    "answers": _answers,
    "overload": _overload,
    "history": _history,
    "imports": _imports,
    "visible": _visible,
    "lookup": _lookup,
    "tracker": _tracker,
    "webhooks": _webhooks,
    "restart": _restart,
}
_ALONE: dict[str, Callable[[Asked], list[str]]] = {
    "parts": _parts,
    "matching": _matching,
    "faults": _faults,
}

#: What is measured when nothing is named.
NAMES = (*_ON_A_STACK, "parts", "matching")


def main() -> None:
    """Parse the arguments, run, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "names", nargs="*", default=NAMES, metavar="NAME", help=f"faults, or some of {', '.join(NAMES)}"
    )
    parser.add_argument(
        "--smoke", action="store_true", help="seconds instead of minutes: does it run at all?"
    )
    parser.add_argument(
        "--rate", type=float, default=2000.0, help="events a second for pipeline (answers: half)"
    )
    parser.add_argument(
        "--large", action="store_true", help="matching: made-up catalogues of up to 10 million names as well"
    )
    parser.add_argument("--rounds", type=int, default=0, help="faults: rounds of every kind")
    arguments = parser.parse_args()
    asked = Asked(
        smoke=arguments.smoke,
        rate=arguments.rate / 10 if arguments.smoke else arguments.rate,
        large=arguments.large,
        rounds=arguments.rounds,
    )
    print(
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores, Python {platform.python_version()}",
        flush=True,
    )
    for name in arguments.names:
        print(f"\n## {name}\n", *_measured(name, asked), sep="\n", flush=True)


def _measured(name: str, asked: Asked) -> list[str]:
    """Rows of a table."""
    if name in _ALONE:
        return _ALONE[name](asked)
    with running() as stack:
        return _ON_A_STACK[name](stack, asked)


if __name__ == "__main__":
    main()
