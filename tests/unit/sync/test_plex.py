"""Plex' history, read from a server that answers as Plex does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from aiohttp import web

from scrobbled.catalog.client import Patience, open_session
from scrobbled.errors import ConfigError, NotFound, Unavailable
from scrobbled.model.event import Action, PlaybackEvent, Receipt
from scrobbled.sync import plex, server
from scrobbled.sync.server import Account, account_called
from scrobbled.wire import reasons
from tests.media_servers import (
    TOKEN,
    PlexStandIn,
    StandIn,
    busy,
    hangs_up,
    plex_film,
    plex_row,
    portal,
    serving,
)

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
RECEIPT = Receipt(id=UUID(int=1), user_id=7, received_at=NOW)
ROBIN = Account("1", "Robin")
PATIENCE = Patience(tries=3, first_wait=0.001)


async def listed(
    stand_in: StandIn, *, token: str = TOKEN, since: datetime | None = None, account: Account = ROBIN
) -> list[PlaybackEvent]:
    """All that is read of a server's list."""
    async with open_session() as session:
        asked = plex.Plex(session, stand_in.base, token, receipt=RECEIPT, since=since, patience=PATIENCE)
        return [event async for page in asked.pages(account) for event in page.events]


def at(hours: float) -> datetime:
    """So many hours ago."""
    return NOW - timedelta(hours=hours)


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of three rows and no rest between requests, for quick tests."""
    monkeypatch.setattr(plex, "PAGE", 3)
    monkeypatch.setattr(plex, "PAUSE", 0.0)
    assert server.PAGE > 3


def titles(events: Sequence[PlaybackEvent]) -> list[Any]:
    """What the events are about."""
    return [event.media and event.media.title for event in events]


async def test_pages() -> None:
    """Every row of every page comes once, newest first, with its own date and ids."""
    rows = [plex_row(number, at(number)) for number in range(1, 8)]
    async with serving(PlexStandIn(rows, [plex_film(number) for number in range(1, 8)])) as stand_in:
        events = await listed(stand_in)

    assert [f"Film {number}" for number in range(1, 8)] == titles(events)
    assert [at(number) for number in range(1, 8)] == [event.occurred_at for event in events]
    assert {Action.WATCHED} == {event.action for event in events}
    assert {"imdb": "tt0000001", "tmdb": "1"} == (events[0].media and events[0].media.ids)
    assert 7 == len({event.id for event in events})
    assert 3 == len([path for path in stand_in.asked if path.startswith("/library/metadata/")])


async def test_several_plays() -> None:
    """A film played twice is two events, and its metadata is asked for once."""
    rows = [plex_row(1, at(hours)) for hours in (1, 30, 60, 90)]
    async with serving(PlexStandIn(rows, [plex_film(1)])) as stand_in:
        events = await listed(stand_in)

    assert 4 == len({event.id for event in events})
    assert 1 == stand_in.asked.count("/library/metadata/1")


async def test_what_was_removed() -> None:
    """What is not in the library any more is told by its row."""
    rows = [
        plex_row(
            1, at(1), type="episode", title="Part 2", grandparentTitle="The Wire", parentIndex=1, index=2
        ),
        plex_row(2, at(2)),
    ]
    async with serving(PlexStandIn(rows)) as stand_in:
        (part, film) = await listed(stand_in)

    assert part.media is not None
    assert film.media is not None
    assert ("The Wire", 1, 2) == (part.media.show, part.media.season, part.media.episode)
    assert "Film 2" == film.media.title
    assert {} == film.media.ids


async def test_one_account() -> None:
    """Only the plays of the account that was asked for."""
    rows = [plex_row(1, at(1)), plex_row(2, at(2), account=5)]
    async with serving(PlexStandIn(rows)) as stand_in:
        events = await listed(stand_in, account=Account("5", "Sam"))

    assert ["Film 2"] == titles(events)


async def test_since() -> None:
    """What was played before the day is not asked for."""
    rows = [plex_row(number, at(24 * number)) for number in range(1, 6)]
    async with serving(PlexStandIn(rows)) as stand_in:
        events = await listed(stand_in, since=at(49))

    assert ["Film 1", "Film 2"] == titles(events)


async def test_without_a_date() -> None:
    """A row without a date is no play of now."""
    async with serving(PlexStandIn([plex_row(1, at(1), viewedAt=None)])) as stand_in:
        (event,) = await listed(stand_in)

    assert reasons.UNDATED == event.ignored


async def test_songs_are_passed_over() -> None:
    """Songs are counted and not told one by one."""
    rows = [plex_row(1, at(1), type="track"), plex_row(2, at(2))]
    async with serving(PlexStandIn(rows)) as stand_in, open_session() as session:
        asked = plex.Plex(session, stand_in.base, TOKEN, receipt=RECEIPT, patience=PATIENCE)
        pages = [page async for page in asked.pages(ROBIN)]

    assert [(1, 1)] == [(len(page.events), page.other) for page in pages]


async def test_accounts() -> None:
    """The account that stands for nobody is left out."""
    async with serving(PlexStandIn([])) as stand_in, open_session() as session:
        asked = plex.Plex(session, stand_in.base, TOKEN, receipt=RECEIPT, patience=PATIENCE)

        assert [ROBIN] == await asked.accounts()


def test_whose_plays() -> None:
    """Where several use a server, one of them must be named; nobody else's plays are taken."""
    both = [ROBIN, Account("5", "Sam")]

    assert ROBIN == account_called([ROBIN], None)
    assert both[1] == account_called(both, " sam ")
    assert both[1] == account_called(both, "5")
    with pytest.raises(NotFound, match=r"Robin, Sam.*--account"):
        account_called(both, None)
    with pytest.raises(NotFound, match="nobody called Kim"):
        account_called(both, "Kim")


async def test_a_wrong_token() -> None:
    """The sentence says that it is the token, and does not show it."""
    async with serving(PlexStandIn([])) as stand_in, open_session() as session:
        asked = plex.Plex(session, stand_in.base, "wrong", receipt=RECEIPT, patience=PATIENCE)
        with pytest.raises(ConfigError, match="Plex refuses the token") as caught:
            await asked.accounts()

    assert "wrong" not in str(caught.value)


async def test_nothing_answers() -> None:
    """Where no server is, the sentence says so."""
    async with serving(PlexStandIn([])) as stand_in:
        pass

    with pytest.raises(Unavailable, match="nothing answers at this address"):
        await listed(stand_in)


async def test_tls_where_there_is_none() -> None:
    """A certificate that is not trusted, or none at all, is told at once and with what to do."""
    async with serving(PlexStandIn([])) as stand_in:
        stand_in.base = stand_in.base.replace("http:", "https:")
        with pytest.raises(Unavailable, match="certificate is not trusted, or it does not speak TLS"):
            await listed(stand_in)


async def test_passing_troubles() -> None:
    """A server that is busy, or hangs up, is asked again; nothing is lost and nothing twice."""
    rows = [plex_row(number, at(number)) for number in range(1, 6)]
    async with serving(PlexStandIn(rows, [plex_film(1)])) as stand_in:
        stand_in.troubles = {2: busy, 4: hangs_up, 6: portal}
        events = await listed(stand_in)

    assert [f"Film {number}" for number in range(1, 6)] == titles(events)


async def test_again() -> None:
    """Read twice, the same entries have the same ids; for another user they are others."""
    async with serving(PlexStandIn([plex_row(1, at(1)), plex_row(1, at(9))], [plex_film(1)])) as stand_in:
        first, second = await listed(stand_in), await listed(stand_in)

    assert [event.id for event in first] == [event.id for event in second]


async def test_another_kind_of_server() -> None:
    """A server that is no Plex is recognised as none."""
    async with serving(StandInWithout()) as stand_in:
        with pytest.raises(NotFound, match="is it Plex"):
            await listed(stand_in)


class StandInWithout(PlexStandIn):
    """A server that has none of Plex' paths."""

    def __init__(self) -> None:
        super().__init__([])

    def respond(self, request: web.Request) -> web.StreamResponse:  # noqa: ARG002 - the stand-in's signature
        """404, whatever is asked."""
        return web.Response(status=404)
