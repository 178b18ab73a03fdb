"""Signing in at the pages: passwords, sessions, forms, lock-out, headers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from scrobbled.store import sessions
from scrobbled.web.address import neighbourhood
from scrobbled.web.passwords import hashed
from tests.integration.browser import PASSWORD, Browser, Page, with_password

if TYPE_CHECKING:
    from scrobbled.store.pool import Pool
    from tests.integration.conftest import Client, Person

#: What a proxy in front says of requests that came by TLS.
TLS = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "tv.example"}


def elsewhere() -> dict[str, str]:
    """The headers of somebody whose network nobody else has."""
    number = uuid4().int
    return {"X-Forwarded-For": f"2001:{number >> 112:x}:{number >> 96 & 0xFFFF:x}:{number & 0xFFFF:x}::7"}


async def test_sign_in_and_out(pool: Pool, client: Client) -> None:
    """A name, in any case of letters, and its password sign in; signing out ends that."""
    _, name = await with_password(pool)
    async with Browser(client) as browser:
        inside = await browser.sign_in(await browser.get("/signin"), f" {name.upper()} ")
        again = await browser.get("/signin")
        out = await browser.send(again)
        after = await browser.get("/signin")

    assert f"Hello, {name}" in inside.text
    assert f"Hello, {name}" in again.text
    assert "Signed out" in out.text
    assert "password" in after.fields


async def test_cookie(pool: Pool, client: Client) -> None:
    """The cookie is kept from scripts, other sites and plain connections; only its hash is kept."""
    user_id, name = await with_password(pool)
    async with Browser(client) as browser:
        page = await browser.get("/signin")
        answer = await browser.send(page, name=name, password=PASSWORD)
        plain = answer.headers["Set-Cookie"]
        tls = (await browser.get("/signin", headers=TLS)).headers["Set-Cookie"]
    secret = plain.partition("=")[2].partition(";")[0]
    stored = await pool.fetchval("select hash from sessions where user_id = $1", user_id)

    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(plain.split("; "))
    assert tls.startswith("__Host-scrobbled=")
    assert {"HttpOnly", "Secure", "SameSite=Lax", "Path=/"} <= set(tls.split("; "))
    assert secret.encode() not in stored
    assert 43 == len(secret)


async def test_new_secret(pool: Pool, client: Client) -> None:
    """Signing in makes a new cookie, so that one that was planted before is worth nothing."""
    _, name = await with_password(pool)
    async with Browser(client) as browser:
        page = await browser.get("/signin")
        before = {cookie.value for cookie in browser.session.cookie_jar}
        await browser.sign_in(page, name)
        after = {cookie.value for cookie in browser.session.cookie_jar}

    assert not before & after


async def test_session_runs_out(pool: Pool, client: Client) -> None:
    """A session past its time is none."""
    user_id, name = await with_password(pool)
    async with Browser(client) as browser:
        await browser.sign_in(await browser.get("/signin"), name)
        await pool.execute("update sessions set expires_at = now() where user_id = $1", user_id)
        after = await browser.get("/signin")

    assert "password" in after.fields


async def test_new_password(pool: Pool, client: Client) -> None:
    """A new password signs browsers out; the old one is wrong from then on."""
    user_id, name = await with_password(pool)
    async with Browser(client) as browser:
        await browser.sign_in(await browser.get("/signin"), name)
        await sessions.set_password(pool, user_id, name, hashed("another password"))
        page = await browser.get("/signin")
        old = await browser.send(page, name=name, password=PASSWORD)
        inside = await browser.sign_in(page, name, "another password")

    assert ("password" in page.fields, 403) == (True, old.status)
    assert f"Hello, {name}" in inside.text


@pytest.mark.parametrize(
    "name", ["nobody of that name", "", "a\x00b", "x" * 500, "' or 1=1 --", "\ud7ff\U0001f600"]
)
async def test_wrong_name(client: Client, name: str) -> None:
    """A name that nobody has is refused in the words of a wrong password."""
    async with Browser(client) as browser:
        page = await browser.get("/signin", headers=elsewhere())
        answer = await browser.send(page, name=name, password=PASSWORD)

    assert 403 == answer.status
    assert "do not belong together" in answer.text


async def test_no_password(pool: Pool, client: Client, person: Person) -> None:
    """Who has no password cannot sign in with any, and is told no more than others."""
    name = await pool.fetchval("select name from users where id = $1", person.id)
    async with Browser(client) as browser:
        answer = await browser.send(await browser.get("/signin"), name=name, password="")
        other = await browser.send(answer, name=name, password=PASSWORD)

    assert (403, 403) == (answer.status, other.status)
    assert "do not belong together" in other.text


async def test_lock_out(pool: Pool, client: Client) -> None:
    """After ten wrong passwords the right one is refused there, but not elsewhere; a new one ends that."""
    user_id, name = await with_password(pool)
    here = elsewhere()
    async with Browser(client) as browser, Browser(client) as another:
        page, other_page = await browser.get("/signin"), await another.get("/signin")
        wrong = await asyncio.gather(*(_attempt(browser, page, name, "wrong wrong", here) for _ in range(12)))
        locked = await _attempt(browser, page, name, PASSWORD, here)
        others = await _attempt(another, other_page, name, PASSWORD, elsewhere())
        await sessions.set_password(pool, user_id, name, hashed(PASSWORD))
        after = await _attempt(browser, page, name, PASSWORD, here)

    statuses, waits = zip(*wrong, strict=True)
    assert [403] * 10 + [429] * 2 == sorted(statuses)
    assert (429, 303, 303) == (locked[0], others[0], after[0])
    assert all(0 < int(wait) <= 900 for wait in waits if wait)


async def test_lock_out_everywhere(pool: Pool, client: Client) -> None:
    """Wrong passwords from many networks lock a name for all of them; a new password ends that."""
    user_id, name = await with_password(pool)
    async with Browser(client) as browser:
        page = await browser.get("/signin")
        await _attempt(browser, page, name, "wrong wrong", elsewhere())
        await pool.execute(
            "update failed_sign_ins set failures = $2 where about = sha256($1)",
            f"name {name}".encode(),
            sessions.MOST_FOR_NAME - 1,
        )
        last, locked, right = [
            (await _attempt(browser, page, name, password, elsewhere()))[0]
            for password in ("wrong wrong", "wrong wrong", PASSWORD)
        ]
        await sessions.set_password(pool, user_id, name, hashed(PASSWORD))
        after = (await _attempt(browser, page, name, PASSWORD, elsewhere()))[0]

    assert (403, 429, 429, 303) == (last, locked, right, after)


async def _attempt(
    browser: Browser, page: Page, name: str, password: str, headers: dict[str, str]
) -> tuple[int, str | None]:
    """The status of a sign-in from somewhere, and how long it says to wait."""
    answer = await browser._send(
        "POST", "/signin", data=page.fields | {"name": name, "password": password}, headers=headers
    )
    return answer.status, answer.headers.get("Retry-After")


async def test_lock_out_of_an_address(pool: Pool, client: Client) -> None:
    """An address that tries many names is sent away; others are not."""
    _, name = await with_password(pool)
    address = elsewhere()
    async with Browser(client) as browser:
        page = await browser.get("/signin")
        url = client.make_url("/signin")

        async def attempt(name: str, headers: dict[str, str]) -> int:
            """The status of a sign-in as *name*."""
            form = page.fields | {"name": name, "password": PASSWORD}
            async with browser.session.post(url, data=form, headers=headers, allow_redirects=False) as answer:
                return answer.status

        # Whoever has an IPv6 network has more addresses than anybody could count.
        neighbours = [
            {"X-Forwarded-For": f"{address['X-Forwarded-For']}{n:03x}"}
            for n in range(sessions.MOST_FROM_ADDRESS + 1)
        ]
        statuses = [await attempt(uuid4().hex, neighbour) for neighbour in neighbours]
        mine, others = await attempt(name, address), await attempt(name, elsewhere())

    assert ({403}, 429) == (set(statuses[:-1]), statuses[-1])
    assert (429, 303) == (mine, others)


async def test_lock_out_ends(pool: Pool, client: Client) -> None:
    """Failures are forgotten after a quarter of an hour."""
    _, name = await with_password(pool)
    await pool.executemany(
        "insert into failed_sign_ins (about, failures, since)"
        " values (sha256($1), 999, now() - interval '16 minutes')",
        [(f"name {name}".encode(),)],
    )
    async with Browser(client) as browser:
        inside = await browser.sign_in(await browser.get("/signin"), name)

    assert 200 == inside.status


@pytest.mark.parametrize("csrf", ["", "0" * 64, "\u2603"])
async def test_forged_form(pool: Pool, client: Client, csrf: str) -> None:
    """A form that is not ours for this browser does nothing."""
    _, name = await with_password(pool)
    async with Browser(client) as browser:
        page = await browser.get("/signin")
        forged = await browser.send(page, name=name, password=PASSWORD, csrf=csrf)
        out = await browser.send(await browser.sign_in(page, name), csrf=csrf)
        still = await browser.get("/signin")

    assert (403, 403) == (forged.status, out.status)
    assert f"Hello, {name}" in still.text


async def test_somebody_elses_form(pool: Pool, client: Client) -> None:
    """A form from one browser is worth nothing in another."""
    _, name = await with_password(pool)
    async with Browser(client) as browser, Browser(client) as other:
        page = await browser.get("/signin")
        await other.get("/signin")
        answer = await other.send(page, name=name, password=PASSWORD)

    assert 403 == answer.status


@pytest.mark.parametrize("path", ["/signin", "/activate", "/activate/BCDFGHJK", "/oauth/authorize"])
async def test_headers(client: Client, path: str) -> None:
    """No page may be framed, kept, or run anything."""
    async with Browser(client) as browser:
        page = await browser.get(path)
    policy = page.headers["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert {"script-src", "unsafe-inline"}.isdisjoint(policy.split())
    assert "frame-ancestors 'none'" in policy
    assert ("DENY", "no-store", "nosniff", "no-referrer") == tuple(
        page.headers[name]
        for name in ("X-Frame-Options", "Cache-Control", "X-Content-Type-Options", "Referrer-Policy")
    )
    assert "<script" not in page.text


@pytest.mark.parametrize("body", [b"\xff", b"&" * 100, b"a=1&" * 100, b"{}", b"x" * 70_000])
async def test_bad_body(client: Client, body: bytes) -> None:
    """What is no form of ours is refused, with a page or a sentence."""
    async with Browser(client) as browser:
        answer = await browser._send("POST", "/signin", data=body)

    assert answer.status in {400, 403, 413}


async def test_proxy_is_believed_for_the_last_hop(pool: Pool, client: Client) -> None:
    """What a client wrote into X-Forwarded-For itself does not make it somebody else."""
    name = uuid4().hex
    address = elsewhere()["X-Forwarded-For"]
    async with Browser(client) as browser:
        page = await browser.get("/signin")
        url = client.make_url("/signin")
        for number in range(3):
            headers = {"X-Forwarded-For": f"198.51.100.{number}, {address}"}
            form = page.fields | {"name": f"{name}{number}", "password": PASSWORD}
            async with browser.session.post(url, data=form, headers=headers):
                pass
    failures = await pool.fetchval(
        "select failures from failed_sign_ins where about = sha256($1)",
        f"address {neighbourhood(address)}".encode(),
    )

    assert 3 == failures
