"""What Jellyfin and Emby list as played, read from servers that answer as they do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from scrobbled.catalog.client import Patience, open_session
from scrobbled.errors import ConfigError, Unavailable
from scrobbled.model.event import Action, PlaybackEvent, Receipt
from scrobbled.model.media import Kind
from scrobbled.sync import media_server
from scrobbled.sync.media_server import MediaServer
from scrobbled.sync.server import Account
from scrobbled.wire import reasons
from scrobbled.wire.history import Page
from tests.media_servers import TOKEN, MediaServerStandIn, busy, episode, film, hangs_up, series, serving

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
RECEIPT = Receipt(id=UUID(int=1), user_id=7, received_at=NOW)
ROBIN = Account(MediaServerStandIn.user["Id"], "Robin")
PATIENCE = Patience(tries=3, first_wait=0.001)

each_server = pytest.mark.parametrize("source", ["jellyfin", "emby"])


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of three items and no rest between requests, for quick tests."""
    monkeypatch.setitem(media_server._PLAYED, "Limit", "3")
    monkeypatch.setattr(media_server, "PAUSE", 0.0)


def at(hours: float) -> datetime:
    """So many hours ago."""
    return NOW - timedelta(hours=hours)


def server_of(source: str, items: Sequence[dict[str, Any]]) -> MediaServerStandIn:
    """A server of *source* with these items and their series."""
    return MediaServerStandIn(items, [series()], is_emby=source == "emby")


async def pages(
    source: str, stand_in: MediaServerStandIn, *, token: str = TOKEN, since: datetime | None = None
) -> list[Page]:
    """All pages of a server's list."""
    async with open_session() as session:
        asked = MediaServer(
            source, session, stand_in.base, token, receipt=RECEIPT, since=since, patience=PATIENCE
        )
        return [page async for page in asked.pages(ROBIN)]


async def listed(source: str, items: Sequence[dict[str, Any]], **options: Any) -> list[PlaybackEvent]:
    """All that is read of a server that has these items."""
    stand_in = server_of(source, items)
    async with serving(stand_in):
        return [event for page in await pages(source, stand_in, **options) for event in page.events]


@each_server
async def test_pages(source: str) -> None:
    """Every played item of every page comes once, with its own date and ids."""
    events = await listed(source, [film(number, at(4 * number)) for number in range(1, 8)])

    assert [at(4 * number) for number in range(1, 8)] == [event.occurred_at for event in events]
    assert {(Action.LISTED, source, None)} == {
        (event.action, event.source, event.ignored) for event in events
    }
    assert events[0].media is not None
    assert ({"imdb": "tt0000001", "tmdb": "1"}, 2001) == (events[0].media.ids, events[0].media.year)
    assert 7 == len({event.id for event in events})


@each_server
async def test_episodes_have_the_ids_of_their_series(source: str) -> None:
    """The series is asked once for all of its episodes, and gives its ids and its year."""
    stand_in = server_of(source, [episode(number, at(4 * number)) for number in range(1, 6)])
    async with serving(stand_in):
        events = [event for page in await pages(source, stand_in) for event in page.events]

    media = [event.media for event in events if event.media]
    assert [(Kind.EPISODE, "The Wire", 1, number) for number in range(1, 6)] == [
        (each.kind, each.show, each.season, each.episode) for each in media
    ]
    assert [{"tvdb": "79126", "imdb": "tt0306414"}] * 5 == [each.show_ids for each in media]
    assert 4 == len(stand_in.asked)  # its name, two pages, the series


@each_server
async def test_unplayed_items_do_not_come(source: str) -> None:
    """What was begun and never finished is not in the list."""
    events = await listed(source, [film(1, at(9), Played=False), film(2, at(10))])

    assert ["Film 2"] == [event.media and event.media.title for event in events]


@each_server
async def test_several_plays(source: str) -> None:
    """Only the last play has a date; the others are not made up."""
    events = await listed(source, [film(1, at(9), PlayCount=4)])

    assert [at(9)] == [event.occurred_at for event in events]


@each_server
async def test_without_a_date(source: str) -> None:
    """What was played at a time nobody knows is no play of now, and it can be looked up why."""
    (event,) = await listed(source, [film(1, None)])

    assert reasons.UNDATED == event.ignored


@each_server
async def test_what_may_go_on_is_left_for_later(source: str) -> None:
    """Begun an hour ago, a film of 100 minutes may still be on; begun again, it is not finished."""
    stand_in = server_of(
        source, [film(1, at(1)), film(2, at(9), PlaybackPositionTicks=12_000_000_000), film(3, at(9))]
    )
    async with serving(stand_in):
        (page,) = await pages(source, stand_in)

    assert (2, 1) == (page.later, len(page.events))


@each_server
async def test_since(source: str) -> None:
    """What was begun before the day does not come, and pages full of it are not asked for."""
    stand_in = server_of(source, [film(number, at(24 * number)) for number in range(1, 13)])
    async with serving(stand_in):
        found = await pages(source, stand_in, since=at(49))

    assert 2 == sum(len(page.events) for page in found)
    assert 3 == len(stand_in.asked)  # its name, the page with it, the page that is older


@each_server
async def test_a_wrong_token(source: str) -> None:
    """The sentence says that it is the token, and does not show it."""
    stand_in = server_of(source, [])
    async with serving(stand_in), open_session() as session:
        asked = MediaServer(source, session, stand_in.base, "wrong", receipt=RECEIPT, patience=PATIENCE)
        with pytest.raises(ConfigError, match=f"{source.capitalize()} refuses the token") as caught:
            await asked.accounts()

    assert "wrong" not in str(caught.value)


@each_server
async def test_accounts(source: str) -> None:
    """The server's users by id and name."""
    stand_in = server_of(source, [])
    async with serving(stand_in), open_session() as session:
        asked = MediaServer(source, session, stand_in.base, TOKEN, receipt=RECEIPT, patience=PATIENCE)

        assert [ROBIN] == await asked.accounts()


@each_server
async def test_passing_troubles(source: str) -> None:
    """A server that is busy, or hangs up, is asked again; nothing is lost and nothing twice."""
    stand_in = server_of(source, [film(number, at(4 * number)) for number in range(1, 6)])
    async with serving(stand_in):
        stand_in.troubles = {1: busy, 3: hangs_up, 5: busy}
        found = [event for page in await pages(source, stand_in) for event in page.events]

    assert 5 == len(found) == len({event.id for event in found})


@each_server
async def test_troubles_that_stay(source: str) -> None:
    """A server that breaks in the middle ends it with a sentence that says where."""
    stand_in = server_of(source, [film(number, at(4 * number)) for number in range(1, 6)])
    async with serving(stand_in):
        stand_in.troubles = dict.fromkeys(range(3, 12), hangs_up)
        with pytest.raises(Unavailable, match="Items: the connection broke off after 3 tries"):
            await pages(source, stand_in)


@each_server
async def test_a_count_that_lies(source: str) -> None:
    """A server that promises more than it has does not keep us asking."""
    stand_in = server_of(source, [film(1, at(9))])
    stand_in.claimed = 1_000
    async with serving(stand_in):
        (page,) = await pages(source, stand_in)

    assert 1 == len(page.events)
