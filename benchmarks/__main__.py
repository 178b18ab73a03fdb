"""Run the benchmarks and print their tables: ``python -m benchmarks [NAME…] [--smoke]``."""

from __future__ import annotations

import argparse
import os
import platform
from datetime import UTC, datetime

from benchmarks import accept, growth, history, imports, labelled, matching, parts, pipeline, visible
from benchmarks.stack import Stack, running

NAMES = ("accept", "parts", "pipeline", "answers", "history", "imports", "visible", "matching")


def main() -> None:
    """Parse the arguments, run, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", default=NAMES, metavar="NAME", help=f"some of {', '.join(NAMES)}")
    parser.add_argument(
        "--smoke", action="store_true", help="seconds instead of minutes: does it run at all?"
    )
    parser.add_argument(
        "--rate", type=float, default=2000.0, help="events a second for pipeline (answers: half)"
    )
    parser.add_argument(
        "--large", action="store_true", help="matching: made-up catalogues of up to 10 million names as well"
    )
    arguments = parser.parse_args()
    smoke: bool = arguments.smoke
    print(
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores, Python {platform.python_version()}",
        flush=True,
    )
    rate = arguments.rate / 10 if smoke else arguments.rate
    for name in arguments.names:
        if name in _ALONE:
            rows = _ALONE[name](smoke, arguments.large)
        else:
            with running() as stack:
                rows = _measured(stack, name, rate=rate, smoke=smoke)
        print(f"\n## {name}\n", *rows, sep="\n", flush=True)


def _measured(stack: Stack, name: str, *, rate: float, smoke: bool) -> list[str]:
    """Rows of a table: what is measured with an instance of its own."""
    match name:
        case "accept":
            rows = accept.measure(stack, seconds=0.5 if smoke else 5.0, rounds=1 if smoke else 5)
        case "pipeline":
            rows = pipeline.sustained(stack, rate=rate, seconds=3 if smoke else 60)
        case "answers":
            rows = pipeline.answers(stack, rate=rate / 2, seconds=4 if smoke else 30)
        case "imports":
            scale = 200 if smoke else 1
            rows = imports.measure(
                stack, count=1_000_000 // scale, episodes=5_000_000 // scale, akas=10_000_000 // scale
            )
        case "visible":
            scale = 10 if smoke else 1
            rows = visible.measure(
                stack, count=20_000 // scale, changed=5_000 // scale, turns=2 if smoke else 10
            )
        case _:
            rows = history.measure(stack, plays=10_000 if smoke else 1_000_000, seconds=1 if smoke else 5)
    return rows


def _matching(smoke: bool, large: bool) -> list[str]:
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


def _parts(smoke: bool, _large: bool) -> list[str]:
    return parts.measure(count=500 if smoke else 2000, rounds=2 if smoke else 40)


#: What needs no instance: name -> (smoke, large) -> rows.
_ALONE = {"matching": _matching, "parts": _parts}

if __name__ == "__main__":
    main()
