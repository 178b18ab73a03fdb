"""From what a player says to what it means, on a real catalogue."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import orjson

from scrobbled.catalog.jsonl import import_jsonl
from scrobbled.model.event import Action, PlaybackEvent
from scrobbled.model.media import Kind, Media
from scrobbled.store.pool import open_pool
from scrobbled.worker.matching import Matched, Matcher
from tests.integration.conftest import catalogue_names
from tests.words import made_up

if TYPE_CHECKING:
    from scrobbled.store.pool import Pool
    from tests.conftest import Servers

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def event(media: Media | None, *, provisional: bool = False) -> PlaybackEvent:
    """An event about something."""
    return PlaybackEvent(
        id=uuid4(),
        user_id=1,
        source="test",
        action=Action.STOP,
        occurred_at=NOW,
        received_at=NOW,
        media=media,
        provisional=provisional,
    )


def film(**more: Any) -> Media:
    """A film, as a player describes it."""
    return Media(kind=Kind.MOVIE, **more)


def episode(**more: Any) -> Media:
    """An episode, as a player describes it."""
    return Media(kind=Kind.EPISODE, **more)


async def load(pool: Pool, *records: dict[str, Any]) -> None:
    """Import records."""
    async with pool.acquire() as connection:
        summary = await import_jsonl(connection, [orjson.dumps(each) for each in records])
    assert summary.bad == 0


async def match(pool: Pool, media: Media, *, provisional: bool = False) -> Matched:
    """What one event is about."""
    return (await Matcher(catalogue_names()).match(pool, [event(media, provisional=provisional)]))[0]


def numbers(matched: Matched) -> list[tuple[int | None, int | None]]:
    """Season and number of each item."""
    return [(item.season, item.episode) for item in matched.items]


async def test_an_id_is_trusted_over_the_words(pool: Pool) -> None:
    """A title that contradicts the id does not matter."""
    word = made_up()
    await load(pool, {"type": "movie", "title": word, "ids": {"imdb": f"tt{word}"}})

    matched = await match(pool, film(title="Something Else", ids={"imdb": f"tt{word}"}))

    assert matched.how == "id"
    assert [item.title.name for item in matched.items] == [word]


async def test_the_most_specific_of_several_ids_counts(pool: Pool) -> None:
    """When ids name two films, imdb is believed before tmdb."""
    word = made_up()
    await load(
        pool,
        {"type": "movie", "title": f"{word} a", "ids": {"imdb": f"tt{word}"}},
        {"type": "movie", "title": f"{word} b", "ids": {"tmdb": word}},
    )

    matched = await match(pool, film(title=word, ids={"tmdb": word, "imdb": f"tt{word}"}))

    assert matched.items[0].title.name == f"{word} a"


async def test_an_id_of_an_episode_is_never_one_of_a_show(pool: Pool) -> None:
    """The same number at tvdb names a show and an episode of another: the scope decides."""
    word = made_up()
    await load(
        pool,
        {"type": "show", "title": f"{word} a", "ids": {"tvdb": word}},
        {
            "type": "show",
            "title": f"{word} b",
            "episode_list": [{"season": 4, "number": 2, "ids": {"tvdb": word}}],
        },
    )

    by_episode = await match(pool, episode(season=1, episode=1, ids={"tvdb": word}))
    by_show = await match(pool, episode(season=1, episode=1, show_ids={"tvdb": word}))

    assert (by_episode.items[0].title.name, numbers(by_episode)) == (f"{word} b", [(4, 2)])
    assert (by_show.items[0].title.name, numbers(by_show)) == (f"{word} a", [(1, 1)])


async def test_our_own_ids_are_looked_up_as_they_are(pool: Pool) -> None:
    """An id we gave in place of Trakt's leads back to the title; one that does not exist leads nowhere."""
    word = made_up()
    await load(pool, {"type": "movie", "title": word, "ids": {"imdb": f"tt{word}"}})
    title = (await match(pool, film(ids={"imdb": f"tt{word}"}))).items[0].title

    assert (await match(pool, film(ids={"trakt": str(title.id)}))).items[0].id == title.id
    assert (await match(pool, film(ids={"trakt": "999999999999"}))).items == ()


async def test_the_year_of_an_episode_does_not_filter_its_show(pool: Pool) -> None:
    """A new episode of an old show is an episode of that show."""
    word = made_up()
    await load(pool, {"type": "show", "title": word, "year": 2005, "ids": {"imdb": word}})

    matched = await match(pool, episode(show=word, year=2024, season=19, episode=3))

    assert matched.how == "exact"
    assert numbers(matched) == [(19, 3)]


async def test_a_year_in_the_name_chooses_the_show(pool: Pool) -> None:
    """*Bluey (2018)* is the one of 2018."""
    word = made_up()
    await load(
        pool,
        {"type": "show", "title": word, "year": 1976, "ids": {"imdb": f"{word}1"}},
        {"type": "show", "title": word, "year": 2018, "ids": {"imdb": f"{word}2"}},
    )

    matched = await match(pool, episode(show=f"{word} (2018)", season=1, episode=1))
    unsure = await match(pool, episode(show=word, season=1, episode=1))

    assert matched.items[0].title.year == 2018
    assert (unsure.items, unsure.reason, len(unsure.candidates)) == ((), "ambiguous", 2)


async def test_a_typo_is_forgiven_when_nothing_else_is_near(pool: Pool) -> None:
    """Likeness finds what the exact name does not."""
    word = made_up()
    await load(pool, {"type": "movie", "title": f"The Lighthouse of {word}", "year": 2001})

    matched = await match(pool, film(title=f"The Lighthose of {word}", year=2001))

    assert matched.how == "fuzzy"
    assert matched.items[0].title.year == 2001


async def test_several_episodes_in_one_file_are_several_items(pool: Pool) -> None:
    """Listed or not, each episode of the file is there, in order."""
    word = made_up()
    await load(
        pool,
        {"type": "show", "title": word, "ids": {"imdb": word}, "episode_list": [{"season": 1, "number": 2}]},
    )

    matched = await match(pool, episode(show_ids={"imdb": word}, season=1, episode=1, episode_end=3))

    assert numbers(matched) == [(1, 1), (1, 2), (1, 3)]


async def test_a_file_of_thousands_of_episodes_is_cut(pool: Pool) -> None:
    """A broken range makes fifty items at most."""
    word = made_up()
    await load(pool, {"type": "show", "title": word, "ids": {"imdb": word}})

    matched = await match(pool, episode(show_ids={"imdb": word}, season=1, episode=1, episode_end=90_000))

    assert len(matched.items) == 50


async def test_several_episodes_are_found_by_the_first_ones_id(pool: Pool) -> None:
    """The id of an episode names the show for the others of its file."""
    word = made_up()
    listed = [{"season": 1, "number": 1, "ids": {"tvdb": word}}, {"season": 1, "number": 2}]
    await load(pool, {"type": "show", "title": word, "ids": {"imdb": word}, "episode_list": listed})

    matched = await match(pool, episode(ids={"tvdb": word}, season=1, episode=1, episode_end=2))

    assert numbers(matched) == [(1, 1), (1, 2)]


async def test_absolute_numbers_become_season_and_episode(pool: Pool) -> None:
    """An anime counted through is found where the catalogue knows how."""
    word = made_up()
    listed = [{"season": 1, "number": 1, "absolute": 1}, {"season": 2, "number": 1, "absolute": 26}]
    await load(pool, {"type": "show", "title": word, "ids": {"anidb": word}, "episode_list": listed})

    assert numbers(await match(pool, episode(show=word, absolute=26))) == [(2, 1)]


async def test_an_unlisted_film_is_made_from_what_a_server_knows(pool: Pool) -> None:
    """An empty catalogue works on day one, when ids come with the title."""
    word = made_up()
    media = film(title=word, year=2001, runtime=6000.0, ids={"tmdb": word})

    refused = await match(pool, media)
    made = await match(pool, media, provisional=True)
    again = await match(pool, film(ids={"tmdb": word}))

    assert refused.items == ()
    assert made.items == again.items
    assert (made.items[0].runtime, made.items[0].title.year, made.items[0].ids) == (100, 2001, {"tmdb": word})


async def test_an_unlisted_episode_makes_its_show(pool: Pool) -> None:
    """The show gets the show's ids, the episode its own, and the next episode finds the show."""
    word = made_up()
    first = episode(
        show=word, title="Pilot", season=1, episode=1, ids={"tvdb": f"{word}e"}, show_ids={"tvdb": word}
    )

    made = await match(pool, first, provisional=True)
    second = await match(pool, episode(show_ids={"tvdb": word}, season=1, episode=2))

    assert (made.items[0].ids, made.items[0].title.ids) == ({"tvdb": f"{word}e"}, {"tvdb": word})
    assert made.items[0].episode_title == "Pilot"
    assert second.items[0].title.id == made.items[0].title.id


async def test_a_name_without_an_id_makes_nothing(pool: Pool) -> None:
    """Words alone could be anything."""
    matched = await match(pool, film(title=made_up()), provisional=True)

    assert (matched.items, matched.reason) == ((), "unknown_title")


async def test_an_unknown_episode_id_alone_is_unmatched(pool: Pool) -> None:
    """Without a show's name there is nothing to make."""
    matched = await match(pool, episode(ids={"tvdb": made_up()}, season=1, episode=1), provisional=True)

    assert matched.items == ()
    assert matched.reason is not None


async def test_nothing_to_go_by_is_said(pool: Pool) -> None:
    """An event without media has its reason too."""
    matched = (await Matcher(catalogue_names()).match(pool, [event(None)]))[0]

    assert (matched.items, matched.reason) == ((), "nothing_to_match")


async def test_two_workers_that_meet_a_new_title_make_one(pool: Pool) -> None:
    """The same new show in two batches at once is one show with one row for each episode."""
    word = made_up()
    batches = [
        [
            event(
                episode(
                    show=word,
                    season=1,
                    episode=number,
                    ids={"tvdb": f"{word}{number}"},
                    show_ids={"tvdb": word},
                ),
                provisional=True,
            )
            for number in range(1, 21)
        ]
        for _ in range(4)
    ]

    results = await asyncio.gather(*(Matcher(catalogue_names()).match(pool, batch) for batch in batches))

    assert len({item.title.id for result in results for each in result for item in each.items}) == 1
    assert len({item.id for result in results for each in result for item in each.items}) == 20
    assert await pool.fetchval("select count(*) from titles where name = $1", word) == 1


async def test_a_batch_is_answered_in_order_and_each_media_once(pool: Pool) -> None:
    """Equal media of a batch get equal answers, beside others that have none."""
    word = made_up()
    await load(pool, {"type": "movie", "title": word, "ids": {"imdb": word}})
    known, unknown = film(ids={"imdb": word}), film(title=made_up())

    matched = await Matcher(catalogue_names()).match(
        pool, [event(known), event(unknown), event(None), event(known)]
    )

    assert [bool(each.items) for each in matched] == [True, False, False, True]
    assert matched[0].items == matched[3].items


async def test_heartbeats_are_answered_from_memory(pool: Pool, servers: Servers) -> None:
    """The same words again ask nobody: a database that is gone is not missed."""
    word = made_up()
    await load(pool, {"type": "movie", "title": word, "ids": {"imdb": word}})
    matcher = Matcher(catalogue_names())
    beats = [event(film(title=word, ids={"imdb": word})) for _ in range(1000)]
    first = await matcher.match(pool, beats)
    async with open_pool(servers.database_url, size=1, name="gone") as gone:
        await gone.close()
        again = await matcher.match(gone, beats)

    assert {"cached"} == {each.how for each in again}
    assert [first[0].items] * len(beats) == [each.items for each in again]


async def test_what_is_unmatched_is_looked_up_again(pool: Pool) -> None:
    """A title imported a moment later is found: failure is not remembered."""
    word = made_up()
    matcher = Matcher(catalogue_names())
    asked = event(film(title=word))
    before = await matcher.match(pool, [asked])
    await load(pool, {"type": "movie", "title": word, "ids": {"imdb": word}})

    after = await matcher.match(pool, [asked])

    assert (before[0].items, after[0].how) == ((), "exact")
