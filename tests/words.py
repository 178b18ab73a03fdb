"""Made-up words for names that must be like no other and read as nothing but a name."""

from __future__ import annotations

import random

#: No digit: ``E996E74F`` is two episodes to who reads files' names.
_LETTERS = "abcdefghijklmnopqrtuvwxyz"

_random = random.SystemRandom()


def made_up() -> str:
    """Sixteen letters at random: no other test's, and the tests of a session share one catalogue."""
    return "".join(_random.choices(_LETTERS, k=16))
