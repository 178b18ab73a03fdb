"""Run the benchmarks and print their tables: ``python -m benchmarks [NAME…] [--smoke]``."""

from __future__ import annotations

import argparse
import os
import platform
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
    pipeline,
    visible,
)
from benchmarks.stack import Stack, running

NAMES = ("accept", "pipeline", "answers", "overload", "history", "imports", "visible", "lookup", "matching")


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
    smoke: bool = arguments.smoke
    print(
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores, Python {platform.python_version()}",
        flush=True,
    )
    rate = arguments.rate / 10 if smoke else arguments.rate
    for name in arguments.names:
        match name:
            case "matching":
                rows = _matching(smoke=smoke, large=arguments.large)
            case "faults":
                short = smoke or arguments.rounds == 0
                rows = faults.measure(
                    rounds=arguments.rounds or 1,
                    outage=5 if short else 60,
                    backlog=2_000 if short else 20_000,
                )
            case _:
                with running() as stack:
                    rows = _stacked(name, stack, smoke=smoke, rate=rate)
        print(f"\n## {name}\n", *rows, sep="\n", flush=True)


def _stacked(name: str, stack: Stack, *, smoke: bool, rate: float) -> list[str]:
    """Rows of the table of a benchmark that wants an instance."""
    match name:
        case "accept":
            return accept.measure(stack, seconds=0.5 if smoke else 5.0, rounds=1 if smoke else 5)
        case "pipeline":
            return pipeline.sustained(stack, rate=rate, seconds=3 if smoke else 60)
        case "answers":
            return pipeline.answers(stack, rate=rate / 2, seconds=4 if smoke else 30)
        case "overload":
            return overload.measure(stack, rate=rate, seconds=4 if smoke else 60)
        case "imports":
            scale = 200 if smoke else 1
            return imports.measure(
                stack, count=1_000_000 // scale, episodes=5_000_000 // scale, akas=10_000_000 // scale
            )
        case "visible":
            scale = 10 if smoke else 1
            return visible.measure(
                stack, count=20_000 // scale, changed=5_000 // scale, turns=2 if smoke else 10
            )
        case "lookup":
            scale = 50 if smoke else 1
            rows = 1_000_000 // scale
            return lookup.measure(stack, plays=rows, names=rows, seconds=1 if smoke else 5)
        case _:
            return history.measure(stack, plays=10_000 if smoke else 1_000_000, seconds=1 if smoke else 5)


def _matching(*, smoke: bool, large: bool) -> list[str]:
    """Rows of tables: the labelled queries where they are, then made-up catalogues."""
    place = labelled.folder()
    rows = (
        ["left out: SCROBBLED_EVALUATION_DIR names no folder with labelled queries"]
        if place is None
        else matching.measure(place, part=20 if smoke else 1)
    )
    if large or smoke:
        rows += ["", *growth.measure((5_000,) if smoke else (100_000, 1_000_000, 10_000_000))]
    return rows


if __name__ == "__main__":
    main()
