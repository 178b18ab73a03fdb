"""``/v1/unmatched/{id}/resolve`` and ``/v1/corrections`` over HTTP: what is refused, listed, forgotten."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import jsonschema
import pytest

from scrobbled.match.corrections import Key, Lesson
from scrobbled.store import corrections, sql
from tests.integration.conftest import new_person
from tests.library import ended, film, left_over
from tests.words import made_up, made_up_number

if TYPE_CHECKING:
    from scrobbled.store.pool import Pool
    from tests.integration.conftest import Client, Person


async def taught(pool: Pool, user_id: int, title_id: int, *words: str) -> int:
    """A correction of somebody."""
    lessons = [Lesson(Key("movie", "words", each)) for each in words]
    number = await corrections.teach(pool, user_id, title_id, lessons, agreement=3)
    assert number is not None
    return number


async def test_corrections_are_listed_in_pages(pool: Pool, person: Person, somebody_else: Person) -> None:
    """Newest first, each once, one's own alone."""
    title = await film(pool, imdb=f"tt{made_up_number()}")
    numbers = [await taught(pool, person.id, title.id, uuid4().hex) for _ in range(5)]
    await taught(pool, somebody_else.id, title.id, uuid4().hex)
    seen, cursor = [], None
    while True:
        page = await person.get("/v1/corrections", limit=2, **({"cursor": cursor} if cursor else {}))
        seen += [each["id"] for each in page["data"]]
        if (cursor := page["next_cursor"]) is None:
            break

    assert numbers[::-1] == seen
    assert title.name == page["data"][0]["title"]["title"]


async def test_nobody_waits_for_the_charts(pool: Pool, person: Person) -> None:
    """While a worker counts what everybody did, which takes minutes, people teach all the same."""
    title = await film(pool)
    async with pool.acquire() as counting, counting.transaction():
        assert await counting.fetchval(sql.load("totals")["lock"])
        async with asyncio.timeout(20):
            number = await taught(pool, person.id, title.id, made_up())

    assert [number] == [each["id"] for each in (await person.get("/v1/corrections"))["data"]]


async def test_what_holds_for_everybody_is_marked(pool: Pool, client: Client) -> None:
    """A user sees which of their corrections became everybody's."""
    title, words = await film(pool), uuid4().hex
    people = [await new_person(pool, client) for _ in range(3)]
    for each in people:
        await taught(pool, each.id, title.id, words, f"{words} {each.id}")
    listed = await people[0].get("/v1/corrections")

    assert {words: True, f"{words} {people[0].id}": False} == {
        said["value"]: said["everybody"] for said in listed["data"][0]["said"]
    }


async def test_a_correction_is_taken_back(pool: Pool, person: Person, somebody_else: Person) -> None:
    """204 and gone; nobody else's is."""
    number = await taught(pool, person.id, (await film(pool)).id, uuid4().hex)
    path = f"/v1/corrections/{number}"
    statuses = [(await each.ask("DELETE", path)).status for each in (somebody_else, person, person)]

    assert [404, 204, 404] == statuses
    assert [] == (await person.get("/v1/corrections"))["data"]


async def test_a_correction_about_a_lost_title_can_be_taken_back(pool: Pool, person: Person) -> None:
    """The title has left the catalogue; the correction is listed without it."""
    title = await film(pool)
    number = await taught(pool, person.id, title.id, uuid4().hex)
    await pool.execute("delete from titles where id = $1", title.id)

    assert [None] == [each["title"] for each in (await person.get("/v1/corrections"))["data"]]
    assert 204 == (await person.ask("DELETE", f"/v1/corrections/{number}")).status


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"[]", 400),
        (b"{}", 400),
        (b'{"title_id": "x"}', 400),
        (b'{"title_id": 0}', 400),
        (b'{"title_id": 1, "ids": {"imdb": "tt1"}}', 400),
        (b'{"ids": {}}', 400),
        (b'{"ids": {"letterboxd": "heat"}}', 400),
        (b'{"title_id": 1000000000, "kind": "song"}', 400),
        (b'{"title_id": 1000000000, "season": -1}', 400),
        (b"\xff", 400),
        (b"[" * 100_000, 400),
        (b'{"title_id": 1}', 422),
        (b'{"title_id": 4611686018427387904}', 422),
        (b'{"ids": {"imdb": "tt0000000000"}}', 422),
    ],
)
async def test_a_wrong_target_is_refused(pool: Pool, person: Person, body: bytes, status: int) -> None:
    """With a sentence that says what is wrong; the event goes on waiting."""
    event = await left_over(pool, person.id, f"unheard {made_up()}")
    reply = await person.ask("POST", f"/v1/unmatched/{event}/resolve", data=body)

    assert status == reply.status
    assert len((await reply.json())["error"]["message"]) > 10
    assert [str(event)] == [each["id"] for each in (await person.get("/v1/unmatched"))["data"]]


async def test_what_does_not_wait_is_not_resolved(pool: Pool, person: Person, somebody_else: Person) -> None:
    """404 for what is not theirs or not there, 409 for what ended otherwise, 400 for what is no id."""
    title, other = await film(pool), await film(pool)
    theirs, ignored, matched = (
        await left_over(pool, somebody_else.id, f"unheard {made_up()}"),
        uuid4(),
        uuid4(),
    )
    await ended(pool, person.id, ignored, None, "ignored")
    await ended(pool, person.id, matched, other, "scrobbled")
    cases = {"nothing": 400, str(uuid4()): 404, str(theirs): 404, str(ignored): 409, str(matched): 409}
    replies = {
        event: (
            await person.ask("POST", f"/v1/unmatched/{event}/resolve", json={"title_id": title.id})
        ).status
        for event in cases
    }
    same = await person.ask("POST", f"/v1/unmatched/{matched}/resolve", json={"title_id": other.id})

    assert cases == replies
    assert 200 == same.status


async def test_resolving_needs_the_scope(pool: Pool, client: Client) -> None:
    """A player's token resolves nothing and takes nothing back."""
    player = await new_person(pool, client, scopes=("scrobble", "read"))
    replies = [
        await player.ask("POST", f"/v1/unmatched/{uuid4()}/resolve", json={"title_id": 1}),
        await player.ask("DELETE", "/v1/corrections/1"),
    ]

    assert [403, 403] == [reply.status for reply in replies]


async def test_not_applied_in_time_says_so(pool: Pool, person: Person) -> None:
    """No worker is there: 503 with a time to ask again; what was taught is kept."""
    title, event = await film(pool), await left_over(pool, person.id, f"unheard {made_up()}")
    reply = await person.ask("POST", f"/v1/unmatched/{event}/resolve", json={"title_id": title.id})

    assert 503 == reply.status
    assert "Retry-After" in reply.headers
    assert 1 == len((await person.get("/v1/corrections"))["data"])


async def test_the_descriptions_are_true(pool: Pool, client: Client, person: Person) -> None:
    """What is answered is what the description says."""
    title, event = await film(pool), uuid4()
    await taught(pool, person.id, title.id, uuid4().hex)
    await ended(pool, person.id, event, title, "scrobbled")
    document = await (await client.get("/openapi.json")).json()
    resolved = await person.ask("POST", f"/v1/unmatched/{event}/resolve", json={"title_id": title.id})

    _check(document, "/v1/corrections", "get", await person.get("/v1/corrections"))
    _check(document, "/v1/unmatched/{id}/resolve", "post", await resolved.json())


def _check(document: dict[str, Any], path: str, method: str, body: Any) -> None:
    responses = document["paths"][path][method]["responses"]
    schema = responses["200"]["content"]["application/json"]["schema"]
    jsonschema.validate(body, {**schema, "components": document["components"]})
