"""``GET /v1/resolve``, and what history settles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from scrobbled.worker.matching import Matcher
from tests import library
from tests.integration.conftest import Client, Person, catalogue_names, new_person
from tests.integration.test_matching import episode, event, load
from tests.integration.test_names import unique
from tests.words import made_up_number

if TYPE_CHECKING:
    from scrobbled.store.pool import Pool


async def resolved(person: Person, **query: str | int) -> Any:
    """What the words of *query* mean."""
    return await person.get("/v1/resolve", **query)


async def shows_of_one_name(pool: Pool, *years: int, **more: Any) -> str:
    """Shows that differ by their year alone."""
    name = unique()
    await load(
        pool,
        *(
            {
                "type": "show",
                "title": name,
                "year": year,
                "ids": {"imdb": f"tt{made_up_number()}"},
                **more,
            }
            for year in years
        ),
    )
    return name


async def test_words_have_a_match_with_all_that_is_known(pool: Pool, person: Person) -> None:
    """The title, its ids, a score, a confidence and what each field gave."""
    name, imdb = unique(), f"tt{made_up_number()}"
    await load(pool, {"type": "movie", "title": name, "year": 1999, "runtime": 100, "ids": {"imdb": imdb}})
    answer = await resolved(person, title=f"{name} (1999)", kind="movie", runtime=100)
    match = answer["match"]

    assert (match["kind"], match["title"], match["year"], match["ids"]) == (
        "movie",
        name,
        1999,
        {"imdb": imdb},
    )
    assert 0.0 < match["score"] <= 1.0
    assert match["confidence"] in {"medium", "high"}
    assert match["explanation"]["year_same"] > 0
    assert (answer["reason"], answer["candidates"][0]) == (None, match)


async def test_without_a_year_namesakes_are_ambiguous(pool: Pool, person: Person) -> None:
    """No match, a reason, and five candidates at most, the best first."""
    years = 1950, 1960, 1970, 1980, 1990, 2000, 2010
    name = await shows_of_one_name(pool, *years)
    answer = await resolved(person, title=name)
    chosen = await resolved(person, title=name, year=1970, kind="episode", season=1, episode=2)
    scores = [each["score"] for each in answer["candidates"]]

    assert (answer["match"], answer["reason"]) == (None, "ambiguous")
    assert (len(scores), scores) == (5, sorted(scores, reverse=True))
    assert chosen["match"]["year"] == 1970


async def test_words_nobody_knows_have_no_match(person: Person) -> None:
    """An answer all the same."""
    answer = await person.get("/v1/resolve", title=unique())

    assert answer == {"match": None, "reason": "no_candidates", "candidates": []}


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({}, "title"),
        ({"title": "  "}, "title"),
        ({"title": "Dune", "year": "1500"}, "year"),
        ({"title": "Dune", "year": "soon"}, "year"),
        ({"title": "Dune", "kind": "song"}, "kind"),
        ({"title": "Dune", "season": "-1"}, "season"),
        ({"title": "Dune", "episode": "one"}, "episode"),
        ({"title": "Dune", "runtime": "0"}, "runtime"),
    ],
)
async def test_what_cannot_be_read_is_refused(person: Person, query: dict[str, str], named: str) -> None:
    """400, and the parameter that is wrong."""
    response = await person.ask("GET", "/v1/resolve", params=query)

    assert response.status == 400
    assert named in await response.text()


async def test_any_text_is_an_answer(person: Person) -> None:
    """However long or strange."""
    for text in ("(" * 3000, "\u200b", "S01E01", "/" * 400, "進" * 600):
        assert (await person.ask("GET", "/v1/resolve", params={"title": text})).status in {200, 400}, text


async def test_it_is_read_with_a_token_that_may_read(pool: Pool, client: Client) -> None:
    """The scope is *read*."""
    sender = await new_person(pool, client, ("scrobble",))
    reader = await new_person(pool, client, ("read",))
    statuses = [
        (await each.ask("GET", "/v1/resolve", params={"title": "Dune"})).status for each in (sender, reader)
    ]

    assert statuses == [403, 200]
    assert (await client.get("/v1/resolve", params={"title": "Dune"})).status == 401


async def test_history_settles_which_show_is_meant(pool: Pool, person: Person, somebody_else: Person) -> None:
    """Who has watched one of two shows of one name means that one; for others it stays open."""
    name, show = await _watched_one_of_two(pool, person)
    asked = event(episode(show=name, season=1, episode=2))
    mine, theirs = (msgspec.structs.replace(asked, user_id=each.id) for each in (person, somebody_else))

    for batch in ([mine], [theirs], [mine, theirs], [theirs, mine], [theirs, theirs, mine, mine]):
        matcher = Matcher(catalogue_names())
        matcher.corrections.know([], aliases=False)  # as a worker does: it knows that nobody taught anything
        for _ in range(2):  # from memory too
            matched = await matcher.match(pool, batch)
            expected = [[show] if each is mine else [] for each in batch]
            assert [[item.title.id for item in each.items] for each in matched] == expected


async def _watched_one_of_two(pool: Pool, person: Person) -> tuple[str, int]:
    """The name of two shows, and the one of them that *person* has watched."""
    name = await shows_of_one_name(pool, 1955, 2011)
    show: int = await pool.fetchval("select id from titles where name = $1 and year = 1955", name)
    number = await pool.fetchval(
        "insert into episodes (show_id, season, number, ids) values ($1, 1, 1, '{}') returning id", show
    )
    await library.watch(pool, person.id, library.Episode(number, show, 1))
    return name, show
