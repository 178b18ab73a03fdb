"""Answers of the catalogue are kept while it stays as it is, and no longer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from time import monotonic
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from scrobbled.api import trakt
from scrobbled.api.pool import POOL
from scrobbled.api.trakt.catalogue import ANSWERS, Answers, Kept
from scrobbled.web import app
from scrobbled.web.auth import Authenticator, Identity
from tests.integration.test_matching import load
from tests.integration.test_trakt_titles import film

if TYPE_CHECKING:
    from scrobbled.store.pool import Pool
    from tests.integration.conftest import Client


async def told(answers: Answers, generation: int) -> None:
    """Wait until *answers* have heard of more than that."""
    async with asyncio.timeout(60):
        while answers.generation <= generation:  # noqa: ASYNC110  # a counter of the product
            await asyncio.sleep(0.02)


@pytest.fixture
async def answers(pool: Pool) -> AsyncIterator[Answers]:
    """Answers that are kept while somebody tells of changes."""
    made = Answers()
    following = asyncio.create_task(made.follow(pool))
    await told(made, 0)
    yield made
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)


@pytest.fixture
async def keeping(pool: Pool, answers: Answers) -> AsyncIterator[Client]:
    """A client of a server that keeps *answers*."""

    async def _nobody(_digest: bytes) -> Identity | None:
        return None

    async def _touch(_used: Any) -> None:
        pass

    application = app.build(trakt.routes(), Authenticator(_nobody, _touch))
    application[POOL], application[ANSWERS] = pool, answers
    async with TestClient(TestServer(application)) as opened:
        yield opened


async def test_an_answer_is_kept_until_the_catalogue_changes(
    pool: Pool, keeping: Client, answers: Answers
) -> None:
    """What nobody announces is not seen; what an import changes is, at once."""
    before = answers.generation
    said = await film(pool)
    await told(answers, before)
    path = f"/trakt/movies/{said['ids']['trakt']}"

    async def year() -> int:
        """What the server says of it."""
        found = await (await keeping.get(path)).json()
        return int(found["year"])

    first, known = await year(), answers.generation
    await pool.execute("update titles set year = 1900 where ids ->> 'trakt' = $1", said["ids"]["trakt"])
    kept = await year()
    await load(pool, {**said, "year": 1950})
    await told(answers, known)

    assert (2021, 2021, 1950) == (first, kept, await year())


async def test_unknown_titles_are_not_kept(keeping: Client, answers: Answers) -> None:
    """A 404 holds only for the one who asked."""
    assert 404 == (await keeping.get("/trakt/movies/nowhere-at-all")).status
    assert answers.get("/trakt/movies/nowhere-at-all") is None


def test_memory_is_bounded() -> None:
    """However many addresses are asked for, the oldest answers leave."""
    small = Answers(most=10_000)
    small._told = True  # as if somebody told of changes
    for number in range(100):
        small.keep(str(number), Kept(b"x" * 1000, {}, monotonic() + 60), 0)

    assert small.get("0") is None
    assert small.get("99") is not None
    assert small._size <= 10_000


async def test_an_answer_from_before_a_change_is_not_kept(answers: Answers) -> None:
    """Whoever began to answer before the catalogue changed does not bring the old back."""
    before = answers.generation
    answers.forget()
    answers.keep("/a", Kept(b"old", {}, monotonic() + 60), before)
    answers.keep("/b", Kept(b"past", {}, monotonic() - 1), answers.generation)

    assert (None, None) == (answers.get("/a"), answers.get("/b"))
