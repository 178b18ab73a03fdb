"""
`python -m tests.fuzz parsers|titles|requests|described|covered`: as much broken input as one likes, counted.

Ends with status 1 when something broke, and writes what broke it into `--keep`.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from itertools import islice
from pathlib import Path

from tests.fuzz import covered, described, requests
from tests.fuzz.inputs import Inputs
from tests.fuzz.targets import read_title, run, targets


def main() -> int:
    """Run what is asked for; the status to end with."""
    asked = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    asked.add_argument("what", choices=("parsers", "titles", "requests", "described", "covered"))
    asked.add_argument(
        "--count", type=int, default=100_000, help="inputs, requests, or `described` ones for each operation"
    )
    asked.add_argument("--seed", type=int, default=int(time.time()), help="to see the same ones again")
    asked.add_argument("--seconds", type=int, default=60, help="of `covered`, for each target")
    asked.add_argument(
        "--keep", type=Path, default=Path("fuzz-found"), help="where to put what broke something"
    )
    chosen = asked.parse_args()
    print(f"{chosen.what}: seed {chosen.seed}", flush=True)
    match chosen.what:
        case "parsers":
            return parsers(chosen.count, chosen.seed, chosen.keep)
        case "titles":
            return titles(chosen.count, chosen.seed, chosen.keep)
        case "requests":
            return requests.main(chosen.count, chosen.seed)
        case "described":
            return described.main(chosen.count, chosen.seed)
        case _:
            return covered.main(chosen.seconds, chosen.keep)


def parsers(count: int, seed: int, keep: Path) -> int:
    """*count* bodies, each to one parser after the other."""
    known, inputs = targets(), Inputs(seed)
    sources = {False: inputs.bodies(), True: inputs.bodies(ours=True)}
    names, counts, broken = list(known), Counter[str](), 0
    began = time.process_time()
    for number in range(count):
        name = names[number % len(names)]
        body = next(sources[name.startswith(("native", "trakt", "reelrifter"))])
        found = guarded(partial(run, name, known[name], body), name, body, keep)
        broken += found == "broken"
        counts[f"{name}: {found if isinstance(found, str) else 'refused' if found is None else 'read'}"] += 1
    return _told(counts, count, broken, time.process_time() - began)


def titles(count: int, seed: int, keep: Path) -> int:
    """*count* titles, each normalised and read."""
    counts, broken = Counter[str](), 0
    began = time.process_time()
    for text in islice(Inputs(seed).titles(), count):
        found = guarded(partial(read_title, text), "title", text.encode("utf-8", "surrogatepass"), keep)
        broken += found == "broken"
        counts["title: " + (found if isinstance(found, str) else "read" if found else "no reading")] += 1
    return _told(counts, count, broken, time.process_time() - began)


def guarded(work: Callable[[], int | None], name: str, source: bytes, keep: Path) -> int | str | None:
    """What *work* gives; 'broken' for any error, and what led to it is kept."""
    try:
        return work()
    except Exception as error:  # noqa: BLE001  # any error is what is looked for
        keep.mkdir(parents=True, exist_ok=True)
        place = keep / f"{name.replace(' ', '-')}-{abs(hash(source)):x}"
        place.write_bytes(source)
        print(f"{name}: {type(error).__name__}: {error!s:.300} ({place})", flush=True)
        return "broken"


def _told(counts: Counter[str], count: int, broken: int, seconds: float) -> int:
    for name, number in sorted(counts.items()):
        print(f"  {name}: {number:,}")
    print(f"{count:,} inputs, {broken} broke something; {seconds:.0f} s of processor time", flush=True)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
