"""Inputs that are led by the code they reach, with atheris, where its wheel can be installed."""

from __future__ import annotations

import subprocess
import sys
import time
from importlib import import_module
from importlib.util import find_spec
from itertools import islice
from pathlib import Path


def main(seconds: int, keep: Path) -> int:
    """Each target for so many *seconds*, each in a process of its own: libFuzzer ends the one it runs in."""
    if find_spec("atheris") is None:
        print("left out: atheris is not installed; `.venv/bin/uv pip install atheris` where it has a wheel")
        return 0
    failed = 0
    for name in [*import_module("tests.fuzz.targets").targets(), "title"]:
        began = time.monotonic()
        command = [sys.executable, "-m", "tests.fuzz.covered", name, str(seconds), str(keep)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        failed += done.returncode != 0
        runs = [line for line in done.stderr.splitlines() if line.startswith("Done ")]
        print(
            f"{name}: {' '.join(runs) or done.stderr[-2000:]} ({time.monotonic() - began:.0f} s)", flush=True
        )
    return 1 if failed else 0


def _one(name: str, seconds: int, keep: Path) -> None:
    """Fuzz the target *name*; only code that is imported here, and is ours, is watched."""
    atheris = import_module("atheris")
    with atheris.instrument_imports(include=["scrobbled.wire", "scrobbled.match"]):
        targets = import_module("tests.fuzz.targets")
        inputs = import_module("tests.fuzz.inputs")
    corpus = keep / "corpus" / name.replace(" ", "-")
    corpus.mkdir(parents=True, exist_ok=True)
    for number, body in enumerate(islice(inputs.Inputs(1).bodies(), 50)):
        (corpus / f"seed-{number}").write_bytes(body[:4000])
    read = targets.targets().get(name)

    def one(data: bytes) -> None:
        if read is None:
            targets.read_title(data.decode("utf-8", "replace"))
        else:
            targets.run(name, read, data)

    options = [f"-max_total_time={seconds}", "-max_len=4000", f"-artifact_prefix={keep}/"]
    atheris.Setup([sys.argv[0], str(corpus), *options], one)
    atheris.Fuzz()


if __name__ == "__main__":
    _one(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
