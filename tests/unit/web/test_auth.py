"""Tokens: how seldom the database is asked, and what is believed while it is away."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from hashlib import sha256

import msgspec
import pytest
from aiohttp.test_utils import make_mocked_request

from scrobbled.errors import Unavailable
from scrobbled.web import auth
from scrobbled.web.auth import Authenticator, Identity, token_of

ANN = Identity(user_id=1, token_id=2, name="ann", scopes=frozenset({"read"}))


class Database:
    """Knows tokens by their hash, counts how often it is asked, and can be away or silent."""

    def __init__(self) -> None:
        self.tokens = {sha256(b"good").digest(): ANN}
        self.asked = 0
        self.away = self.silent = False
        self.noted: list[list[tuple[int, int]]] = []
        self.refused = 0

    async def look_up(self, digest: bytes) -> Identity | None:
        """Whom the token stands for, when there is anybody to ask."""
        self.asked += 1
        if self.silent:
            await asyncio.sleep(60)
        await asyncio.sleep(0)
        if self.away:
            raise Unavailable
        return self.tokens.get(digest)

    async def touch(self, used: list[tuple[int, int]]) -> None:
        """Note which tokens were used."""
        if self.away:
            self.refused += 1
            raise Unavailable
        self.noted.append(used)


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """What time it is."""
        return self.now


@pytest.fixture
def database() -> Database:
    """A database that answers."""
    return Database()


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still."""
    return Clock()


@pytest.fixture
def authenticator(database: Database, clock: Clock) -> Authenticator:
    """One that asks *database*."""
    return Authenticator(database.look_up, database.touch, clock)


async def test_asked_once(authenticator: Authenticator, database: Database, clock: Clock) -> None:
    """A good token is looked up once in 15 seconds, however often it is used."""
    for _ in range(100):
        assert ANN == await authenticator.owner("good")
    clock.now += auth.FRESH - 0.1
    await authenticator.owner("good")

    assert 1 == database.asked


async def test_asked_together(authenticator: Authenticator, database: Database) -> None:
    """Requests that come at once with the same token are one question."""
    found = await asyncio.gather(*(authenticator.owner("good") for _ in range(50)))

    assert [ANN] * 50 == found
    assert 1 == database.asked


async def test_revoked(authenticator: Authenticator, database: Database, clock: Clock) -> None:
    """A token that was revoked elsewhere is refused within 30 seconds."""
    await authenticator.owner("good")
    database.tokens.clear()
    clock.now += 30

    assert None is await authenticator.owner("good")


async def test_revoked_during_hiccup(authenticator: Authenticator, database: Database, clock: Clock) -> None:
    """A database that was away for a moment does not make that longer."""
    await authenticator.owner("good")
    database.tokens.clear()
    clock.now += auth.FRESH
    database.away = True
    await authenticator.owner("good")
    database.away = False
    clock.now += 30 - auth.FRESH

    assert None is await authenticator.owner("good")


async def test_forgotten(authenticator: Authenticator, database: Database) -> None:
    """A token that was revoked here is refused at once."""
    await authenticator.owner("good")
    database.tokens.clear()
    authenticator.forget(ANN.user_id, ANN.token_id)

    assert None is await authenticator.owner("good")


async def test_wrong(authenticator: Authenticator, database: Database, clock: Clock) -> None:
    """A wrong token is looked up once in 5 seconds, so one created just now works soon."""
    for _ in range(10):
        assert None is await authenticator.owner("new")
    database.tokens[sha256(b"new").digest()] = ANN
    clock.now += auth.WRONG

    assert ANN == await authenticator.owner("new")
    assert 2 == database.asked


async def test_away(authenticator: Authenticator, database: Database, clock: Clock) -> None:
    """While the database is away a token known before works on for five minutes, and no longer."""
    await authenticator.owner("good")
    database.away = True
    clock.now += auth.STALE - 1
    assert ANN == await authenticator.owner("good")
    clock.now += auth.AGAIN + 1

    with pytest.raises(Unavailable):
        await authenticator.owner("good")


async def test_away_is_asked_seldom(authenticator: Authenticator, database: Database, clock: Clock) -> None:
    """A database that is away is not asked again for every request."""
    await authenticator.owner("good")
    database.away = True
    clock.now += auth.FRESH
    for _ in range(100):
        await authenticator.owner("good")

    assert 2 == database.asked


async def test_away_from_the_start(authenticator: Authenticator, database: Database) -> None:
    """A token never seen before cannot be checked then: that is no 401."""
    database.away = True

    with pytest.raises(Unavailable):
        await authenticator.owner("good")


async def test_silent(
    authenticator: Authenticator, database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database that does not answer holds up nobody whose token is known."""
    monkeypatch.setattr(auth, "HURRY", 0.01)
    await authenticator.owner("good")
    database.silent = True
    clock.now += auth.FRESH

    async with asyncio.timeout(30):
        assert ANN == await authenticator.owner("good")
    assert ANN == authenticator.remembered("good")


async def test_silent_database_and_an_unknown_token(
    authenticator: Authenticator, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is not known is told soon that nobody can check."""
    monkeypatch.setattr(auth, "PATIENCE", 0.01)
    database.silent = True

    async with asyncio.timeout(30):
        with pytest.raises(Unavailable):
            await authenticator.owner("good")


async def test_impatient_client(authenticator: Authenticator, database: Database) -> None:
    """A client that goes away does not take the answer from those who wait for the same."""
    first = asyncio.create_task(authenticator.owner("good"))
    second = asyncio.create_task(authenticator.owner("good"))
    await asyncio.sleep(0)
    first.cancel()

    assert ANN == await second
    assert 1 == database.asked


async def test_guessing(
    authenticator: Authenticator, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guesses fill no memory and push no good token out of it."""
    monkeypatch.setattr(auth, "MOST_WRONG", 10)
    await authenticator.owner("good")
    for guess in range(100):
        await authenticator.owner(f"guess {guess}")
    asked = database.asked
    await authenticator.owner("good")

    assert asked == database.asked
    assert 10 == len(authenticator._wrong)


async def test_many_tokens(
    authenticator: Authenticator, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The memory of good tokens is bounded; the one learned longest ago goes first."""
    monkeypatch.setattr(auth, "MOST", 10)
    for number in range(11):
        database.tokens[sha256(b"%d" % number).digest()] = ANN
        await authenticator.owner(str(number))
    await authenticator.owner("10")
    assert 11 == database.asked
    await authenticator.owner("0")

    assert 12 == database.asked
    assert 10 == len(authenticator._good)


async def test_use_is_noted(authenticator: Authenticator, database: Database) -> None:
    """Which tokens were used is told together, and told again when the database was away."""
    for _ in range(5):
        await authenticator.owner("good")
    database.away = True
    flushing = asyncio.create_task(authenticator.flush(0.01))
    async with asyncio.timeout(60):
        while not database.refused:  # noqa: ASYNC110  # a counter
            await asyncio.sleep(0.01)
        database.away = False
        while not database.noted:  # noqa: ASYNC110  # a list
            await asyncio.sleep(0.01)
    flushing.cancel()
    with suppress(asyncio.CancelledError):
        await flushing

    assert [[(1, 2)]] == database.noted


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/", {"Authorization": "Bearer secret"}),
        ("/", {"authorization": "bearer  secret"}),
        ("/", {"X-API-Key": "secret"}),
        ("/?token=secret", {}),
        ("/", {"Authorization": "Basic abc", "X-API-Key": "secret"}),
    ],
)
def test_where_tokens_are(path: str, headers: dict[str, str]) -> None:
    """A token comes as a bearer, as X-API-Key, or in the query."""
    request = make_mocked_request("GET", path, headers=headers, match_info={})

    assert "secret" == token_of(request)


def test_token_in_the_path() -> None:
    """A webhook's token may be a part of its path; a header goes before it."""
    path = make_mocked_request("POST", "/webhooks/plex/secret", match_info={"token": "secret"})
    both = make_mocked_request("POST", "/", headers={"X-API-Key": "other"}, match_info={"token": "secret"})

    assert "secret" == token_of(path)
    assert "other" == token_of(both)


def test_no_token() -> None:
    """No token is no token."""
    assert not token_of(make_mocked_request("GET", "/", match_info={}))


async def test_runs_out(authenticator: Authenticator, database: Database, clock: Clock) -> None:
    """A token that runs out is believed until then and no longer, whether the database answers or not."""
    database.tokens[sha256(b"short").digest()] = msgspec.structs.replace(ANN, seconds_left=10.0)
    first = await authenticator.owner("short")
    database.away = True
    clock.now += 9.9
    last = await authenticator.owner("short")
    clock.now += 0.2
    with pytest.raises(Unavailable):
        await authenticator.owner("short")

    assert None not in {first, last}
    assert 1 == database.asked - 1  # the second time when it had run out
