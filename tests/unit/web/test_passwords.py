"""Passwords: what is kept of them, who is right, how many at once."""

from __future__ import annotations

import asyncio

import pytest

from scrobbled.errors import PayloadError, Unavailable
from scrobbled.web import passwords
from scrobbled.web.passwords import Checker, hashed


@pytest.fixture
def checker() -> Checker:
    """A checker of its own."""
    return Checker()


async def test_right_and_wrong(checker: Checker) -> None:
    """The password is right, another is not, and nobody's never is."""
    kept = hashed("correct horse")

    assert await checker.right("correct horse", kept)
    assert not await checker.right("correct horsf", kept)
    assert not await checker.right("correct horse", None)
    assert not await checker.right("", None)


async def test_letters_are_composed(checker: Checker) -> None:
    """An ü is an ü, in one piece or in two."""
    assert await checker.right("gru\u0308n gr\u00fcn", hashed("gr\u00fcn gru\u0308n"))


async def test_any_text(checker: Checker) -> None:
    """What is no password is wrong, not an error."""
    kept = hashed("correct horse")

    assert [False] * 3 == [await checker.right(text, kept) for text in ("\x00", "\ud800", "x" * 100_000)]
    assert not await checker.right("x", "no hash")


@pytest.mark.parametrize("password", ["", "short", "x" * 201, "with\x00nothing"])
def test_no_password(password: str) -> None:
    """A password has 8 to 200 characters."""
    with pytest.raises(PayloadError, match="8 to 200"):
        hashed(password)


def test_nobodys_password_costs_the_same() -> None:
    """A name that nobody has is checked with the parameters of one that somebody has: it takes as long."""
    algorithm = slice(1, 4)  # its name, version, and memory, passes and lanes

    assert hashed("correct horse").split("$")[algorithm] == passwords._NOBODYS.split("$")[algorithm]


async def test_bounded(checker: Checker) -> None:
    """Beyond fifty who wait, people are sent away at once; the others are served."""
    kept = hashed("correct horse")
    answers = await asyncio.gather(
        *(checker.right("correct horse", kept) for _ in range(60)), return_exceptions=True
    )

    assert 50 == answers.count(True)
    assert 10 == sum(isinstance(answer, Unavailable) for answer in answers)
