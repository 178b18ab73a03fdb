"""The page of the apps a person let in: what it lists, and ending that."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from uuid import uuid4

from tests.integration.browser import Browser, with_password
from tests.integration.conftest import Person, let_in

if TYPE_CHECKING:
    from scrobbled.store.pool import Pool
    from tests.integration.conftest import Client

_SIGN_INS = re.compile(r'name="sign_in" value="([^"]+)"')


async def test_nothing_let_in(pool: Pool, client: Client) -> None:
    """Who let no app in is told so, after signing in."""
    _, name = await with_password(pool)
    async with Browser(client) as browser:
        asked = await browser.get("/apps")
        inside = await browser.sign_in(asked, name)

    assert "password" in asked.fields
    assert "No app may use your account now" in inside.text


async def test_end_of_one(pool: Pool, client: Client) -> None:
    """One sign-in ends at once, its refresh token too; those of other apps go on."""
    user_id, name = await with_password(pool)
    person = Person(client, user_id, "")
    first = await let_in(pool, person, uuid4().hex)
    second = await let_in(pool, person, uuid4().hex)
    known = [(await Person(client, user_id, each["access_token"]).ask("GET", "/v1/me")).status
             for each in (first, second)]  # fmt: skip
    async with Browser(client) as browser:
        page = await browser.sign_in(await browser.get("/apps"), name)
        (target,) = await pool.fetch(
            "select grant_id from tokens where user_id = $1 order by id limit 1", user_id
        )
        gone = await browser.send(page, sign_in=str(target["grant_id"]))
        after = await browser.get(gone.leads_to)
    statuses = [
        (await Person(client, user_id, each["access_token"]).ask("GET", "/v1/me")).status
        for each in (first, second)
    ]
    renewed = await client.post(
        "/oauth/token", json={"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    )

    assert ([200, 200], [401, 200]) == (known, statuses)
    assert 400 == renewed.status
    assert (2, 303) == (len(_SIGN_INS.findall(page.text)), gone.status)
    assert str(target["grant_id"]) not in after.text
    assert "access has ended" in after.text
    assert 1 == len(_SIGN_INS.findall(after.text))


async def test_of_somebody_else(pool: Pool, client: Client) -> None:
    """Nobody sees or ends what another person let in, nor does a word that is no id harm."""
    other_id, _ = await with_password(pool)
    theirs = await let_in(pool, Person(client, other_id, ""), uuid4().hex)
    grant_id = await pool.fetchval("select id from grants where user_id = $1", other_id)
    user_id, name = await with_password(pool)
    await let_in(pool, Person(client, user_id, ""), uuid4().hex)
    async with Browser(client) as browser:
        page = await browser.sign_in(await browser.get("/apps"), name)
        answers = [await browser.send(page, sign_in=word) for word in (str(grant_id), "", "x\x00", "\u2603")]
    still = await Person(client, other_id, theirs["access_token"]).ask("GET", "/v1/me")

    assert str(grant_id) not in page.text
    assert [303] * 4 == [each.status for each in answers]
    assert 200 == still.status


async def test_forged(pool: Pool, client: Client) -> None:
    """A form of another page, without what only ours carry, ends nothing."""
    user_id, name = await with_password(pool)
    await let_in(pool, Person(client, user_id, ""), uuid4().hex)
    grant_id = await pool.fetchval("select id from grants where user_id = $1", user_id)
    async with Browser(client) as browser:
        page = await browser.sign_in(await browser.get("/apps"), name)
        forged = await browser.send(page, sign_in=str(grant_id), csrf="0" * 64)
    ended = await pool.fetchval("select revoked_at from grants where user_id = $1", user_id)

    assert (403, None) == (forged.status, ended)


async def test_linked(pool: Pool, client: Client) -> None:
    """Every page of somebody who is signed in leads there."""
    _, name = await with_password(pool)
    async with Browser(client) as browser:
        await browser.sign_in(await browser.get("/signin"), name)
        pages = [await browser.get(path) for path in ("/signin", "/activate", "/apps")]

    assert [True] * 3 == ['href="/apps"' in page.text for page in pages]
