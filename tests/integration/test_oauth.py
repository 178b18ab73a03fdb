"""OAuth 2 for apps: codes, PKCE, renewals, revocation, and what is refused."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import uuid4

import pytest
from aiohttp.test_utils import TestClient, TestServer

from scrobbled.store import apps
from scrobbled.wire.oauth import OUT_OF_BAND
from tests.integration.browser import Browser, Page, with_password
from tests.integration.conftest import served

if TYPE_CHECKING:
    from scrobbled.store.pool import Pool
    from tests.conftest import Servers
    from tests.integration.conftest import Client, Person

BACK = "https://app.example/back?x=1"
VERIFIER = "v" * 50
CHALLENGE = base64.urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
PKCE = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}


class App:
    """An app with a client id and a secret, and somebody who lets it in."""

    def __init__(self, client: Client, browser: Browser, name: str, client_id: str, secret: str) -> None:
        self.client, self.browser, self.name = client, browser, name
        self.id, self.secret = client_id, secret

    def address(self, redirect_uri: str = BACK, **more: str) -> str:
        """The page an app sends people to."""
        query = {"response_type": "code", "client_id": self.id, "redirect_uri": redirect_uri, **more}
        return f"/oauth/authorize?{urlencode(query)}"

    async def consent(self, redirect_uri: str = BACK, **more: str) -> Page:
        """The consent page, after signing in where that is needed."""
        page = await self.browser.get(self.address(redirect_uri, **more))
        return await self.browser.sign_in(page, self.name) if "password" in page.fields else page

    async def code(self, redirect_uri: str = BACK, **more: str) -> str:
        """A code the person allowed."""
        answer = await self.browser.send(await self.consent(redirect_uri, **more), answer="allow")
        return dict(parse_qsl(urlsplit(answer.leads_to).query))["code"]

    async def exchange(self, code: str, **more: str | None) -> tuple[int, Any]:
        """What the app gets for a code."""
        body = {
            "code": code, "client_id": self.id, "client_secret": self.secret, "redirect_uri": BACK,
            "grant_type": "authorization_code",
        }  # fmt: skip
        return await self.post("token", {**body, **more})

    async def renew(self, refresh_token: str, **more: str | None) -> tuple[int, Any]:
        """What the app gets for a refresh token."""
        body = {
            "refresh_token": refresh_token, "client_id": self.id, "client_secret": self.secret,
            "redirect_uri": BACK, "grant_type": "refresh_token",
        }  # fmt: skip
        return await self.post("token", {**body, **more})

    async def post(self, what: str, body: dict[str, str | None]) -> tuple[int, Any]:
        """Ask as an app does."""
        response = await self.client.post(f"/oauth/{what}", json=body)
        return response.status, await response.json()

    async def works(self, tokens: dict[str, Any]) -> bool:
        """Whether the access token does."""
        headers = {"Authorization": f"Bearer {tokens['access_token']}"}
        return (await self.client.get("/v1/me", headers=headers)).status == 200


@pytest.fixture
async def app(pool: Pool, client: Client) -> AsyncIterator[App]:
    """A registered app and somebody with a password at a browser."""
    client_id, secret = await apps.register(pool, "Marquee", [BACK, OUT_OF_BAND])
    _, name = await with_password(pool)
    async with Browser(client) as browser:
        yield App(client, browser, name, client_id, secret)


@pytest.fixture
async def stranger(pool: Pool, client: Client) -> AsyncIterator[App]:
    """An app whose client id came along with it."""
    _, name = await with_password(pool)
    async with Browser(client) as browser:
        yield App(client, browser, name, uuid4().hex * 2, "s" * 64)


async def test_code(app: App) -> None:
    """Signing in and allowing leads back with a code and the state; the code becomes tokens that work."""
    consent = await app.consent(state="s&t=1")
    answer = await app.browser.send(consent, answer="allow")
    back = dict(parse_qsl(urlsplit(answer.leads_to).query))
    status, tokens = await app.exchange(back["code"])

    assert "Marquee" in consent.text
    assert answer.leads_to.startswith(BACK + "&")
    assert (302, "1", "s&t=1") == (answer.status, back["x"], back["state"])
    assert (200, "bearer", "public", 7_776_000) == (
        status, tokens["token_type"], tokens["scope"], tokens["expires_in"],
    )  # fmt: skip
    assert await app.works(tokens)


@pytest.mark.parametrize("how", ["form", "basic", "trakt", "slashes"])
async def test_every_way_to_ask(app: App, how: str) -> None:
    """JSON, a form, Basic authorization, with the prefix or too many slashes: all are served."""
    body = {"code": await app.code(), "redirect_uri": BACK, "grant_type": "authorization_code"}
    given = {"client_id": app.id, "client_secret": app.secret}
    basic = {"Authorization": "Basic " + base64.b64encode(f"{app.id}:{app.secret}".encode()).decode()}
    path = {"trakt": "/trakt/oauth/token", "slashes": "//oauth/token/"}.get(how, "/oauth/token")
    url = str(app.client.make_url("/")).rstrip("/") + path
    sent: dict[str, Any] = {"json": body | given}
    if how == "form":
        sent = {"data": body | given}
    if how == "basic":
        sent = {"data": body, "headers": basic}
    async with app.client.session.post(url, **sent) as response:
        tokens = await response.json()

    assert await app.works(tokens)


async def test_pkce(app: App) -> None:
    """With PKCE no secret is needed, but the verifier is."""
    code = await app.code(**PKCE)
    without = await app.exchange(code, client_secret=None)
    wrong = await app.exchange(code, client_secret=None, code_verifier="w" * 50)
    status, tokens = await app.exchange(code, client_secret=None, code_verifier=VERIFIER)
    renewed, _ = await app.renew(tokens["refresh_token"], client_secret=None)

    assert [(400, "invalid_grant")] * 2 == [(each[0], each[1]["error"]) for each in (without, wrong)]
    assert (200, 200) == (status, renewed)


async def test_pkce_downgraded(app: App) -> None:
    """Who has a verifier asked with a challenge: a code without one is another (RFC 9700 §2.1.1)."""
    code = await app.code()
    status, answer = await app.exchange(code, code_verifier=VERIFIER)
    right, _ = await app.exchange(code)

    assert (400, "invalid_grant", 200) == (status, answer["error"], right)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"redirect_uri": BACK.upper()}, (400, "invalid_grant")),
        ({"redirect_uri": None}, (400, "invalid_grant")),
        ({"code": "0" * 64}, (400, "invalid_grant")),
        ({"code": None}, (400, "invalid_request")),
        ({"code": "\x00"}, (400, "invalid_request")),
        ({"client_secret": "wrong"}, (401, "invalid_client")),
        ({"client_secret": None}, (401, "invalid_client")),
        ({"client_id": "unknown"}, (401, "invalid_client")),
        ({"client_id": None}, (400, "invalid_request")),
        ({"grant_type": "password"}, (400, "unsupported_grant_type")),
        ({"grant_type": None}, (400, "invalid_request")),
    ],
)
async def test_bad_exchange(app: App, changed: dict[str, str | None], expected: tuple[int, str]) -> None:
    """What does not fit is refused in OAuth's words with a sentence, and the code stays good."""
    code = await app.code()
    status, answer = await app.exchange(**({"code": code} | changed))  # type: ignore[arg-type]
    right, _ = await app.exchange(code)

    assert (*expected, 200) == (status, answer["error"], right)
    assert answer["error_description"]


async def test_code_ran_out(pool: Pool, app: App) -> None:
    """A code is good for ten minutes."""
    code = await app.code()
    await pool.execute("update authorization_codes set expires_at = now()")
    status, answer = await app.exchange(code)

    assert (400, "invalid_grant") == (status, answer["error"])


async def test_code_used_twice(app: App) -> None:
    """A code that comes twice was stolen by somebody: what it was exchanged for ends."""
    code = await app.code()
    _, tokens = await app.exchange(code)
    worked = await app.works(tokens)
    status, answer = await app.exchange(code)

    assert (True, 400, "invalid_grant") == (worked, status, answer["error"])
    assert not await app.works(tokens)


async def test_code_exchanged_at_once(app: App) -> None:
    """Of many exchanges of one code at once, at most one gets tokens."""
    code = await app.code()
    answers = await asyncio.gather(*(app.exchange(code) for _ in range(5)))

    assert 1 >= sum(status == 200 for status, _ in answers)


async def test_renewal(app: App) -> None:
    """A renewal gives new tokens and ends the old ones."""
    _, first = await app.exchange(await app.code())
    worked = await app.works(first)
    status, second = await app.renew(first["refresh_token"])

    assert (True, 200) == (worked, status)
    assert await app.works(second)
    assert not await app.works(first)


async def test_refresh_token_used_twice(app: App) -> None:
    """A refresh token that comes twice was stolen by somebody: the whole sign-in ends."""
    _, first = await app.exchange(await app.code())
    _, second = await app.renew(first["refresh_token"])
    worked = await app.works(second)
    status, answer = await app.renew(first["refresh_token"])
    after, _ = await app.renew(second["refresh_token"])

    assert (True, 400, "invalid_grant", 400) == (worked, status, answer["error"], after)
    assert not await app.works(second)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"client_secret": "wrong"}, (401, "invalid_client")),
        ({"client_secret": None}, (401, "invalid_client")),
        ({"client_id": "unknown"}, (400, "invalid_grant")),
        ({"refresh_token": "scr_ref_unknown"}, (400, "invalid_grant")),
        ({"refresh_token": None}, (400, "invalid_request")),
    ],
)
async def test_bad_renewal(app: App, changed: dict[str, str | None], expected: tuple[int, str]) -> None:
    """A renewal that does not fit is refused and uses nothing up."""
    _, tokens = await app.exchange(await app.code())
    status, answer = await app.renew(**({"refresh_token": tokens["refresh_token"]} | changed))
    right, _ = await app.renew(tokens["refresh_token"])

    assert (*expected, 200) == (status, answer["error"], right)


async def test_access_token_runs_out(pool: Pool, app: App) -> None:
    """An access token past its time is no token, and its sign-in can still be renewed."""
    _, tokens = await app.exchange(await app.code())
    digest = sha256(tokens["access_token"].encode()).digest()
    await pool.execute("update tokens set expires_at = now() where hash = $1", digest)
    works = await app.works(tokens)
    renewed, _ = await app.renew(tokens["refresh_token"])

    assert (False, 200) == (works, renewed)


@pytest.mark.parametrize(
    ("which", "said"),
    [("access_token", "token"), ("refresh_token", "token"), ("access_token", "access_token")],
)
async def test_revoke(app: App, which: str, said: str) -> None:
    """Revoking one token of a sign-in ends all of it; what is no token is no error."""
    _, tokens = await app.exchange(await app.code())
    worked = await app.works(tokens)
    revoked = await app.post(
        "revoke", {said: tokens[which], "client_id": app.id, "client_secret": app.secret}
    )
    again = await app.post("revoke", {"token": "scr_app_unknown"})
    renewed, _ = await app.renew(tokens["refresh_token"])

    assert (True, (200, {}), (200, {}), 400) == (worked, revoked, again, renewed)
    assert not await app.works(tokens)


async def test_revoke_of_others(app: App, person: Person) -> None:
    """An app ends neither another app's sign-in nor a token its user made."""
    _, tokens = await app.exchange(await app.code())
    others = await app.post("revoke", {"token": tokens["access_token"], "client_id": "another"})
    own = await app.post("revoke", {"token": person.token})

    assert (403, 200) == (others[0], own[0])
    assert await app.works(tokens)
    assert 200 == (await person.ask("GET", "/v1/me")).status


async def test_revoked_by_its_user(app: App) -> None:
    """Who revokes an app's token in the list of tokens ends the sign-in, renewal included."""
    _, tokens = await app.exchange(await app.code())
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    listed = (await (await app.client.get("/v1/tokens", headers=headers)).json())["data"]
    gone = await app.client.delete(f"/v1/tokens/{listed[0]['id']}", headers=headers)
    renewed, _ = await app.renew(tokens["refresh_token"])

    assert ("Marquee", 204, 400) == (listed[0]["label"], gone.status, renewed)


async def test_app_removed(pool: Pool, app: App) -> None:
    """With an app go all its sign-ins."""
    _, tokens = await app.exchange(await app.code())
    await apps.remove(pool, app.id)
    renewed, answer = await app.renew(tokens["refresh_token"])

    assert not await app.works(tokens)
    assert (400, "invalid_grant") == (renewed, answer["error"])


async def test_denied(app: App) -> None:
    """Who says no is led back with that, and the state."""
    answer = await app.browser.send(await app.consent(state="s"), answer="deny")
    back = dict(parse_qsl(urlsplit(answer.leads_to).query))

    assert ("access_denied", "s") == (back["error"], back["state"])


async def test_out_of_band(app: App) -> None:
    """An app that cannot be led back to gets its code from the person, who reads it."""
    shown = await app.browser.send(await app.consent(OUT_OF_BAND), answer="allow")
    code = shown.text.partition('id="code">')[2].partition("<")[0]
    status, _ = await app.exchange(code, redirect_uri=OUT_OF_BAND)

    assert (200, 200) == (shown.status, status)


async def test_password_again(app: App) -> None:
    """With prompt=login even who is signed in is asked for the password, once."""
    await app.consent()
    asked = await app.browser.get(app.address(prompt="login", state="s"))
    consent = await app.browser.sign_in(asked, app.name)

    assert "password" in asked.fields
    assert "Allow" in consent.text


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": ""}, "unsupported_response_type"),
        ({"code_challenge": CHALLENGE, "code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": CHALLENGE}, "invalid_request"),
        ({"code_challenge": "short", "code_challenge_method": "S256"}, "invalid_request"),
    ],
)
async def test_registered_app_hears_of_it(app: App, changed: dict[str, str], error: str) -> None:
    """What a registered app did wrong is told to the app, by a redirect with the state."""
    answer = await app.browser.get(app.address(**{"state": "s", **changed}))
    back = dict(parse_qsl(urlsplit(answer.leads_to).query))

    assert (302, error, "s") == (answer.status, back["error"], back["state"])


async def test_no_open_redirect(stranger: App) -> None:
    """A link that anybody can make leads nowhere by itself: a person's answer leads to a stranger's app."""
    page = await stranger.browser.get(stranger.address(response_type="token", state="s"))

    assert (400, False) == (page.status, "Location" in page.headers)
    assert "response_type" in page.text


@pytest.mark.parametrize(
    ("client_id", "redirect_uri"),
    [
        (None, "https://app.example/back"),
        (None, "https://app.example/BACK?x=1"),
        (None, "https://evil.example/"),
        (None, "javascript:alert(1)"),
        (None, ""),
        (None, "https://app.example/back?x=1\r\nSet-Cookie: a=b"),
        ("", BACK),
        ("\x00", BACK),
    ],
)
async def test_led_nowhere(app: App, client_id: str | None, redirect_uri: str) -> None:
    """An address that is not exactly a registered one is never led to, and the person hears why."""
    address = app.address(redirect_uri, **({} if client_id is None else {"client_id": client_id}))
    page = await app.browser.get(address)

    assert 400 == page.status
    assert "Location" not in page.headers
    assert "text/html" in page.headers["Content-Type"]


@pytest.mark.parametrize(
    "redirect_uri",
    [OUT_OF_BAND, "http://127.0.0.1:8123/cb", "http://localhost/cb", "http://[::1]:1/", "tv.app://cb", BACK],
)
async def test_stranger(stranger: App, redirect_uri: str) -> None:
    """An app that nobody registered signs in too, with a warning, where its user's own device answers."""
    consent = await stranger.consent(redirect_uri)

    assert "Nobody registered this app" in consent.text


@pytest.mark.parametrize(
    "redirect_uri",
    [
        "http://evil.example/",
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil",
        "x",
        "https://",
        "file:///x",
    ],
)
async def test_stranger_led_nowhere(stranger: App, redirect_uri: str) -> None:
    """An app that nobody registered is led to no address that others can read or that runs."""
    assert 400 == (await stranger.browser.get(stranger.address(redirect_uri))).status


async def test_strangers_secret(pool: Pool, stranger: App) -> None:
    """An unknown app is held to the secret it came with first, and is listed from then on."""
    first, _ = await stranger.exchange(await stranger.code())
    second, answer = await stranger.exchange(await stranger.code(), client_secret="another")
    third, _ = await stranger.exchange(await stranger.code())
    listed = {each.client_id: each for each in await apps.everything(pool)}

    assert (200, 401, 200) == (first, second, third)
    assert "scrobbled app remove" in answer["error_description"]
    assert (False, 2) == (listed[stranger.id].registered, listed[stranger.id].sign_ins)


async def test_strangers_are_denied(pool: Pool, servers: Servers, stranger: App, app: App) -> None:
    """With SCROBBLED_UNKNOWN_APPS=deny only registered apps sign in; others are told what to do."""
    code, registered = await stranger.code(), await app.code()
    denying = served(pool, servers.redis_url, unknown_apps=False)
    async with TestClient(TestServer(denying)) as strict, Browser(strict) as browser:
        page = await browser.get(stranger.address())
        device = await strict.post("/oauth/device/code", json={"client_id": stranger.id})
        refused = await device.json()
        stranger.client = app.client = strict
        exchanged, _ = await stranger.exchange(code)
        known, _ = await app.exchange(registered)

    assert (403, 403, 401, 200) == (page.status, device.status, exchanged, known)
    assert "scrobbled app add" in page.text
    assert "invalid_client" == refused["error"]


async def test_token_works_for_trakt(app: App) -> None:
    """An access token opens Trakt's calls, with nothing else to set up."""
    _, tokens = await app.exchange(await app.code())
    headers = {"Authorization": f"Bearer {tokens['access_token']}", "trakt-api-key": app.id}

    assert 200 == (await app.client.get("/sync/history", headers=headers)).status
