"""Made-up words and numbers, that must be like no other and read as nothing but a name or an id."""

from __future__ import annotations

import random
from itertools import count

#: No digit: ``E996E74F`` is two episodes to who reads files' names.
_LETTERS = "abcdefghijklmnopqrtuvwxyz"

_random = random.SystemRandom()

#: Nine digits, as ids are long: a short one could be filled up with noughts, or be a year.
_numbers = count(_random.randrange(10**8, 9 * 10**8))


def made_up() -> str:
    """Sixteen letters at random: no other test's, and the tests of a session share one catalogue."""
    return "".join(_random.choices(_LETTERS, k=16))


def made_up_number() -> int:
    """A number of nine digits that nobody else in this process was given."""
    return next(_numbers)
