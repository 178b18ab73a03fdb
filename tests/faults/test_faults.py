"""
Faults on purpose: what got its 2xx is applied once, whatever fails.

``FAULT_ROUNDS=20`` makes as many rounds of every kind; by itself some kinds, chosen at
random, have one round each. ``FAULT_SEED`` repeats a run, ``FAULT_KINDS=disk`` takes the kinds
with that word, ``FAULT_OUTAGE=60`` keeps the stream down for so many seconds.
"""

from __future__ import annotations

import os
import random
import sys

import pytest

from tests.faults.kinds import KINDS, impossible
from tests.faults.outage import endure
from tests.faults.rounds import play
from tests.faults.stack import running

ROUNDS = int(os.environ.get("FAULT_ROUNDS", "0"))
SEED = int(os.environ.get("FAULT_SEED", "0")) or random.randrange(2**32)
#: Seconds without a stream.
OUTAGE = float(os.environ.get("FAULT_OUTAGE", "5"))
CHOSEN = [kind for kind in KINDS if os.environ.get("FAULT_KINDS", "") in kind]
#: Rounds of the short form.
FEW = 6

if sys.platform != "linux":
    pytest.skip("processes are looked up in /proc", allow_module_level=True)


async def test_faults(capsys: pytest.CaptureFixture[str]) -> None:
    """Every fault, at random moments under load: 0 lost, 0 doubled, every outcome and position right."""

    chance = random.Random(SEED)
    kinds = CHOSEN * ROUNDS if ROUNDS else chance.sample(CHOSEN, min(FEW, len(CHOSEN)))
    failed = []
    async with running() as stack:
        _say(capsys, f"\nFAULT_SEED={SEED}")
        for kind in kinds:
            if (why := impossible(stack, kind)) is not None:
                _say(capsys, f"  {kind}: left out, {why}")
                continue
            done = await play(stack, kind, chance.randrange(2**32))
            _say(capsys, f"  {done}")
            failed += [] if done.good else [done]

    assert [] == failed


async def test_the_stream_is_down(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a stream nobody is refused, and each user's events are applied in their order, once."""

    async with running() as stack:
        found = await endure(stack, OUTAGE, SEED)
        _say(capsys, f"\nFAULT_SEED={SEED} {found}")

    assert found.compared.good
    assert (0, 0, []) == (found.refused, found.broken, found.disordered)


def _say(capsys: pytest.CaptureFixture[str], line: str) -> None:
    with capsys.disabled():
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
