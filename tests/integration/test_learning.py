"""Resolving what nobody could match, and what follows for others: real workers, real servers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
import redis.asyncio

from scrobbled.api.resolving import Resolved, Resolver, Target
from scrobbled.errors import NotFound, PayloadError, UnprocessableError
from scrobbled.model.event import Action, PlaybackEvent
from scrobbled.model.media import Kind, Media
from scrobbled.store import corrections, reads, waiting
from scrobbled.stream import producer
from scrobbled.stream.connection import open_redis
from scrobbled.web.errors import Refusal
from scrobbled.worker import waiting as rounds
from tests.integration.at_work import PARTITIONS, working
from tests.library import episodes, film
from tests.words import made_up, made_up_number

if TYPE_CHECKING:
    from scrobbled.store.pool import Pool
    from tests.conftest import Servers

LAST_WEEK = datetime.now(UTC) - timedelta(days=7)


class House:
    """People, their players, and the server between them. *resolver* is what they ask."""

    def __init__(self, pool: Pool, stream: redis.asyncio.Redis) -> None:
        self.pool, self.stream = pool, stream
        self.resolver = Resolver(pool, self._put_back, agreement=3)

    async def user(self) -> int:
        """Somebody new."""
        number: int = await self.pool.fetchval(
            "insert into users (name, slug) values ($1, $1) returning id", uuid4().hex
        )
        return number

    async def play(self, user_id: int, media: Media, at: datetime = LAST_WEEK) -> PlaybackEvent:
        """A player says that *media* was watched; returns when that was applied."""
        event = PlaybackEvent(
            id=uuid4(), user_id=user_id, source="test", action=Action.WATCHED,
            occurred_at=at, received_at=datetime.now(UTC), media=media,
        )  # fmt: skip
        await self.send(event)
        await until(lambda: self.outcome(event), "applied")
        return event

    async def send(self, *events: PlaybackEvent) -> None:
        """Put events into the stream."""
        await producer.put_back(self.stream, events, PARTITIONS)

    async def resolve(self, event: PlaybackEvent, target: Target) -> Resolved:
        """The user of *event* says what it is."""
        return await self.resolver.resolve(event.user_id, event.id, target)

    async def outcome(self, event: PlaybackEvent) -> str | None:
        """How an event ended, None while it is open."""
        found: str | None = await self.pool.fetchval(
            "select outcome from events where user_id = $1 and id = $2", event.user_id, event.id
        )
        return found

    async def is_played(self, event: PlaybackEvent) -> bool:
        """Whether an event made a play."""
        return await self.outcome(event) == "scrobbled"

    async def plays(self, user_id: int) -> list[tuple[int, datetime]]:
        """(item, time) of a history, oldest first."""
        rows = await self.pool.fetch(
            "select item_id, watched_at from plays where user_id = $1 order by watched_at", user_id
        )
        return [(row["item_id"], row["watched_at"]) for row in rows]

    async def waits(self, user_id: int) -> int:
        """How many of a user's events wait."""
        count: int = await self.pool.fetchval("select count(*) from unmatched where user_id = $1", user_id)
        return count

    async def _put_back(self, events: Sequence[PlaybackEvent]) -> None:
        await self.send(*events)

        async def applied() -> bool:
            return not await waiting.still(self.pool, events[0].user_id, [event.id for event in events])

        await until(applied, "applied")


async def until(true: Any, what: str, seconds: float = 60) -> None:
    """Wait until *true* is."""
    end = asyncio.get_running_loop().time() + seconds
    while not await true():
        assert asyncio.get_running_loop().time() < end, f"not within {seconds} s: {what}"
        await asyncio.sleep(0.02)


@pytest.fixture
async def stream(servers: Servers) -> AsyncIterator[redis.asyncio.Redis]:
    """An empty stream server."""
    async with open_redis(servers.redis_url) as opened:
        await opened.flushall()
        yield opened
        await opened.flushall()


@pytest.fixture
async def house(stream: redis.asyncio.Redis, pool: Pool) -> AsyncIterator[House]:
    """A server with one worker."""
    async with working(stream, pool):
        yield House(pool, stream)


def unheard(**more: Any) -> Media:
    """A film under a name that no catalogue has."""
    return Media(kind=Kind.MOVIE, **({"title": f"unheard {made_up()}"} | more))


def an_episode(season: int | None = 1, number: int | None = 1, **more: Any) -> Media:
    """An episode of a show under a name that no catalogue has."""
    name = {"show": f"unheard {made_up()}"}
    return Media(kind=Kind.EPISODE, season=season, episode=number, **(name | more))


# Resolving ---------------------------------------------------------------------


async def test_a_resolved_event_counts_at_its_own_time(house: House) -> None:
    """One play, of when it was watched; the event waits no more."""
    title, user = await film(house.pool), await house.user()
    event = await house.play(user, unheard())
    done = await house.resolve(event, Target(title_id=title.id))

    assert ("scrobbled", 0) == (done.event["outcome"], done.also_settled)
    assert [(title.id, event.occurred_at)] == await house.plays(user)
    assert 0 == await house.waits(user)


async def test_ids_of_others_name_the_title(house: House) -> None:
    """An IMDb id does as well as ours."""
    imdb = f"tt{made_up_number()}"
    title, user = await film(house.pool, imdb=imdb), await house.user()
    event = await house.play(user, unheard())
    await house.resolve(event, Target(ids={"imdb": imdb}))

    assert [title.id] == [item for item, _ in await house.plays(user)]


async def test_what_else_waits_and_is_meant_is_settled_too(house: House) -> None:
    """Three evenings with one unknown film need one answer; another film goes on waiting."""
    title, user, media = await film(house.pool), await house.user(), unheard()
    days = [LAST_WEEK + timedelta(days=day) for day in range(3)]
    events = [await house.play(user, media, day) for day in days]
    await house.play(user, unheard())
    done = await house.resolve(events[1], Target(title_id=title.id))

    assert 2 == done.also_settled
    assert [(title.id, day) for day in days] == await house.plays(user)
    assert 1 == await house.waits(user)


async def test_resolving_again_changes_nothing(house: House) -> None:
    """Also both at once: one play, and the same answer."""
    title, user = await film(house.pool), await house.user()
    event = await house.play(user, unheard())
    target = Target(title_id=title.id)
    done = await asyncio.gather(house.resolve(event, target), house.resolve(event, target))
    again = await house.resolve(event, target)

    assert 1 == len(await house.plays(user))
    assert [again.event] * 2 == [each.event for each in done]


async def test_an_event_is_not_resolved_to_something_else(house: House) -> None:
    """What is in the history is not moved in silence."""
    title, other, user = await film(house.pool), await film(house.pool), await house.user()
    event = await house.play(user, unheard())
    await house.resolve(event, Target(title_id=title.id))
    with pytest.raises(Refusal, match=str(title.id)) as refused:
        await house.resolve(event, Target(title_id=other.id))

    assert 409 == refused.value.status


async def test_of_two_answers_at_once_one_counts(house: House) -> None:
    """The other is refused, and nothing is learned from it."""
    titles, user, media = [await film(house.pool) for _ in range(2)], await house.user(), unheard()
    event = await house.play(user, media)
    done = await asyncio.gather(
        *(house.resolve(event, Target(title_id=title.id)) for title in titles), return_exceptions=True
    )
    (refused,) = [each for each in done if isinstance(each, Refusal)]
    ((played, _),) = await house.plays(user)
    taught = await corrections.listed(house.pool, user, limit=10)

    assert 409 == refused.status
    assert {each.title.id for each in taught if each.title} <= {played}


async def test_nobody_resolves_what_is_not_theirs(house: House) -> None:
    """Somebody else's event is not there."""
    title, user, other = await film(house.pool), await house.user(), await house.user()
    event = await house.play(user, unheard())
    with pytest.raises(NotFound):
        await house.resolver.resolve(other, event.id, Target(title_id=title.id))

    assert 1 == await house.waits(user)


async def test_a_target_that_cannot_be_is_refused(house: House) -> None:
    """Each with what is wrong; nothing is applied and nothing learned."""
    title, (listed, *_), user = await film(house.pool), await episodes(house.pool, 3), await house.user()
    of_film, of_episode = await house.play(user, unheard()), await house.play(user, an_episode(None, None))
    refused: list[tuple[PlaybackEvent, Target, str]] = [
        (of_film, Target(title_id=1), "no film or show 1;"),
        (of_film, Target(ids={"imdb": "tt0000000001"}), "tt0000000001 is no movie"),
        (of_film, Target(title_id=listed.title_id), "is a show"),
        (of_film, Target(title_id=title.id, kind=Kind.MOVIE, season=1), "a film has no season"),
        (of_episode, Target(title_id=title.id), "is a film"),
        (of_episode, Target(title_id=listed.title_id), "give season and episode"),
        (of_episode, Target(title_id=listed.title_id, season=7, episode=1), "has no season 7 episode 1"),
    ]
    for event, target, sentence in refused:
        with pytest.raises(UnprocessableError, match=sentence):
            await house.resolve(event, target)
    for target in (Target(), Target(title_id=title.id, ids={"imdb": "tt1"}), Target(ids={"nonsense": 1})):
        with pytest.raises(PayloadError):
            await house.resolve(of_film, target)

    assert [] == await corrections.listed(house.pool, user, limit=10)
    assert 2 == await house.waits(user)


async def test_an_event_whose_outcome_was_forgotten_is_resolved(house: House) -> None:
    """It waits for longer than outcomes are kept, and waits no more when it is resolved."""
    title, user = await film(house.pool), await house.user()
    event = await house.play(user, unheard())
    await house.pool.execute("delete from events where user_id = $1", user)
    await house.resolve(event, Target(title_id=title.id))

    assert [(title.id, event.occurred_at)] == await house.plays(user)
    assert 0 == await house.waits(user)


async def test_an_episode_keeps_its_numbers(house: House) -> None:
    """The title alone was unknown: season and episode are the event's, also of the next one."""
    listed, user = await episodes(house.pool, 3), await house.user()
    media = an_episode(1, 2)
    await house.resolve(await house.play(user, media), Target(title_id=listed[0].title_id))
    await house.play(user, an_episode(1, 3, show=media.show), LAST_WEEK + timedelta(days=1))

    assert [listed[1].id, listed[2].id] == [item for item, _ in await house.plays(user)]


async def test_other_numbers_are_learned_for_that_episode(house: House) -> None:
    """The same words mean the same episode; the next episode waits for a person."""
    listed, user = await episodes(house.pool, 3), await house.user()
    media = an_episode(4, 2)
    target = Target(title_id=listed[0].title_id, season=1, episode=3)
    await house.resolve(await house.play(user, media), target)
    again = await house.play(user, media, LAST_WEEK + timedelta(days=1))
    following = await house.play(user, an_episode(4, 3, show=media.show))

    assert [listed[2].id] * 2 == [item for item, _ in await house.plays(user)]
    assert ["scrobbled", "unmatched"] == [await house.outcome(again), await house.outcome(following)]


async def test_a_film_can_be_an_episode(house: House) -> None:
    """The player was wrong about the kind, and so it is with the same words the next time."""
    (listed, *_), user, media = await episodes(house.pool), await house.user(), unheard()
    event = await house.play(user, media)
    await house.resolve(event, Target(title_id=listed.title_id, kind=Kind.EPISODE, season=1, episode=1))
    await house.play(user, media, LAST_WEEK + timedelta(days=1))

    assert [listed.id] * 2 == [item for item, _ in await house.plays(user)]


# Learning ------------------------------------------------------------------------


async def test_the_next_event_is_known_and_nobody_elses(house: House) -> None:
    """A correction holds for its user at once, and for no other user."""
    title, user, other, media = await film(house.pool), await house.user(), await house.user(), unheard()
    await house.play(other, media)
    await house.resolve(await house.play(user, media), Target(title_id=title.id))
    mine = await house.play(user, media, LAST_WEEK + timedelta(days=1))
    theirs = await house.play(other, media, LAST_WEEK + timedelta(days=1))

    assert ["scrobbled", "unmatched"] == [await house.outcome(mine), await house.outcome(theirs)]
    assert [] == await house.plays(other)


async def test_ids_the_catalogue_lacks_are_learned(house: House) -> None:
    """An id that came with the event means the title from now on, whatever the words are."""
    title, user, tmdb = await film(house.pool), await house.user(), str(made_up_number())
    await house.resolve(await house.play(user, unheard(ids={"tmdb": tmdb})), Target(title_id=title.id))
    await house.play(user, unheard(ids={"tmdb": tmdb}), LAST_WEEK + timedelta(days=1))
    await house.play(user, unheard(ids={"tmdb": f"{tmdb}1"}), LAST_WEEK + timedelta(days=2))

    assert [title.id] * 2 == [item for item, _ in await house.plays(user)]
    assert 0 == await house.pool.fetchval("select count(*) from external_ids where value = $1", tmdb)


async def test_a_users_correction_wins_over_what_the_catalogue_says(house: House) -> None:
    """Words that others' events are matched by, and that are remembered, mean what this user taught."""
    user, other, media = await house.user(), await house.user(), unheard()
    mine = await film(house.pool)
    await house.resolve(await house.play(user, media), Target(title_id=mine.id))
    theirs = await film(house.pool, media.title)
    await house.play(other, media)
    await house.play(user, media, LAST_WEEK + timedelta(days=1))

    assert [theirs.id] == [item for item, _ in await house.plays(other)]
    assert [mine.id] * 2 == [item for item, _ in await house.plays(user)]


async def test_enough_users_speak_for_everybody(house: House) -> None:
    """Two are not enough; with the third what waits elsewhere is settled, and new events are known."""
    title, media = await film(house.pool), unheard()
    *teachers, fourth = [await house.user() for _ in range(4)]
    events = [await house.play(user, media) for user in teachers]
    waits = await house.play(fourth, media)
    for event in events[:2]:
        await house.resolve(event, Target(title_id=title.id))
    early = await house.play(fourth, media, LAST_WEEK + timedelta(days=1))
    before = [await house.outcome(each) for each in (waits, early)]
    await house.resolve(events[2], Target(title_id=title.id))
    await until(lambda: house.is_played(early), "what waited is settled")
    late = await house.play(await house.user(), media)

    assert ["unmatched"] * 2 == before
    assert ["scrobbled"] * 2 == [await house.outcome(each) for each in (waits, late)]


async def test_a_users_own_correction_wins_over_everybodys(house: House) -> None:
    """Who taught something else keeps it."""
    title, own, media = await film(house.pool), await film(house.pool), unheard()
    *teachers, stubborn = [await house.user() for _ in range(5)]
    await house.resolve(await house.play(stubborn, media), Target(title_id=own.id))
    for user in teachers:
        await house.resolve(await house.play(user, media), Target(title_id=title.id))
    await house.play(stubborn, media, LAST_WEEK + timedelta(days=1))

    assert [own.id] * 2 == [item for item, _ in await house.plays(stubborn)]


async def test_who_disagrees_stops_an_alias(house: House) -> None:
    """Three against three is no agreement; a correction taken back can make it one again."""
    titles, media = [await film(house.pool), await film(house.pool)], unheard()
    users = [await house.user() for _ in range(6)]
    events = [await house.play(user, media) for user in users]
    for number, event in enumerate(events):
        await house.resolve(event, Target(title_id=titles[number % 2].id))
    query = "select title_id from aliases where value = $1"
    assert media.title is not None
    divided = await house.pool.fetchval(query, media.title)
    taught = await corrections.listed(house.pool, users[0], limit=1)
    await corrections.take_back(house.pool, users[0], taught[0].id, agreement=3)

    assert (None, titles[1].id) == (divided, await house.pool.fetchval(query, media.title))


async def test_a_correction_taken_back_teaches_no_more(house: House) -> None:
    """The play stays, the next event waits; a second time there is nothing to take back."""
    title, user, media = await film(house.pool), await house.user(), unheard()
    done = await house.resolve(await house.play(user, media), Target(title_id=title.id))
    assert done.correction_id is not None
    await corrections.take_back(house.pool, user, done.correction_id, agreement=3)
    await asyncio.sleep(0.2)  # a notice is on its way
    following = await house.play(user, media, LAST_WEEK + timedelta(days=1))
    with pytest.raises(NotFound):
        await corrections.take_back(house.pool, user, done.correction_id, agreement=3)

    assert "unmatched" == await house.outcome(following)
    assert [title.id] == [item for item, _ in await house.plays(user)]


async def test_what_was_taught_is_listed(house: House) -> None:
    """Words and ids of one resolve are one correction, with the title; others' are not there."""
    title, user, media = await film(house.pool), await house.user(), unheard(ids={"tmdb": "77880011"})
    await house.resolve(await house.play(user, media), Target(title_id=title.id))
    (found,) = await corrections.listed(house.pool, user, limit=10)

    assert found.title is not None
    assert title.id == found.title.id
    assert [("words", media.title), ("tmdb", "77880011")] == [
        (said["source"], said["value"]) for said in found.said
    ]
    assert [] == await corrections.listed(house.pool, await house.user(), limit=10)


# Trying again ----------------------------------------------------------------------


async def grow(pool: Pool, name: str | None) -> int:
    """A title comes into the catalogue, as importers do it."""
    number = (await film(pool, name)).id
    await pool.execute("select pg_notify('catalog_changed', '')")
    return number


async def test_what_waits_enters_the_history_when_the_catalogue_grows(house: House) -> None:
    """By itself, at its own time."""
    user, media = await house.user(), unheard()
    event = await house.play(user, media)
    number = await grow(house.pool, media.title)
    await until(lambda: house.is_played(event), "played")

    assert [(number, event.occurred_at)] == await house.plays(user)
    assert 0 == await house.waits(user)


async def test_a_long_import_does_not_hold_them_up(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Changes that never pause are waited for a while, and no longer."""
    user, media = await house.user(), unheard()
    event = await house.play(user, media)
    monkeypatch.setattr(rounds, "LONGEST_WAIT", 1.0)
    await film(house.pool, media.title)

    async def played_while_importing() -> bool:
        """One more change, well before it was quiet."""
        await house.pool.execute("select pg_notify('catalog_changed', '')")
        return await house.is_played(event)

    await until(played_while_importing, "played")


async def test_what_still_waits_was_looked_at_once(house: House) -> None:
    """A round looks at each event once; a second one comes with the next change."""
    user = await house.user()
    await house.play(user, unheard())
    query = "select tried_at from unmatched where user_id = $1"
    first = await house.pool.fetchval(query, user)
    await grow(house.pool, None)

    async def tried() -> bool:
        """Whether it was looked at since."""
        return bool(await house.pool.fetchval(query, user) > first)

    await until(tried, "tried again")
    second = await house.pool.fetchval(query, user)
    await asyncio.sleep(3)  # longer than a change is waited for

    assert second == await house.pool.fetchval(query, user)


async def test_candidates_are_those_of_today(house: House) -> None:
    """What an event could be follows the catalogue, though it is not sure enough to count."""
    user, media = await house.user(), unheard()
    await house.play(user, media)
    for _ in range(2):
        await film(house.pool, media.title)
    await grow(house.pool, None)

    async def two() -> bool:
        """Whether both films are candidates."""
        (found,) = await reads.unmatched(house.pool, user, after=(reads.END, uuid4()), limit=1)
        return len(found.candidates) == 2

    await until(two, "two candidates")
    assert [] == await house.plays(user)


async def test_all_of_a_user_is_tried_again_on_demand(house: House) -> None:
    """As `scrobbled unmatched retry` does it: no change of the catalogue was told."""
    user, media = await house.user(), unheard()
    event = await house.play(user, media)
    await asyncio.sleep(3)  # the round of the start is over
    await film(house.pool, media.title)

    assert 1 == await waiting.make_due(house.pool, user)
    await until(lambda: house.is_played(event), "played")


async def test_a_waiting_event_nobody_can_read_holds_nobody_up(house: House) -> None:
    """It is passed over; what waits beside it is tried, in this round and in the next."""
    user, media, more = await house.user(), unheard(), unheard()
    await house.pool.execute(
        "insert into unmatched (user_id, event_id, event, occurred_at, tried_at)"
        """ values ($1, $2, '{"made": "by hand"}', now(), '-infinity')""",
        user,
        uuid4(),
    )
    for each in (media, more):
        event = await house.play(user, each)
        await grow(house.pool, each.title)
        await until(lambda event=event: house.is_played(event), "played")
    left = await house.waits(user)
    await house.pool.execute("delete from unmatched where user_id = $1", user)

    assert 1 == left


async def test_resolve_and_retry_at_once_make_one_play(house: House, stream: redis.asyncio.Redis) -> None:
    """Two workers, the event sent again three times over, and resolved meanwhile: one play of each."""
    title, users = await film(house.pool), [await house.user() for _ in range(4)]
    events = [await house.play(user, unheard()) for user in users]
    async with working(stream, house.pool, name="second"):
        await grow(house.pool, None)
        await asyncio.gather(
            *(house.resolve(event, Target(title_id=title.id)) for event in events),
            *(waiting.make_due(house.pool, user) for user in users),
            *(house.send(event, event) for event in events),
        )
        await until(lambda: _is_empty(stream), "an empty stream")

    assert [[(title.id, event.occurred_at)] for event in events] == [
        await house.plays(user) for user in users
    ]
    assert [0] * 4 == [await house.waits(user) for user in users]


async def _is_empty(stream: redis.asyncio.Redis) -> bool:
    return await producer.depth(stream, PARTITIONS) == 0
