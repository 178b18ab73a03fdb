"""The device flow, as Trakt's clients poll it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from scrobbled.store import devices, sessions
from tests.integration.browser import Browser, with_password
from tests.integration.conftest import let_in

if TYPE_CHECKING:
    from scrobbled.store.pool import Pool
    from tests.integration.conftest import Client, Person

APP = "d" * 64

#: Where clients with each habit ask; the last drops its prefix and names itself.
ROOTS: list[tuple[str, dict[str, str]]] = [
    ("/trakt", {}),
    ("", {}),
    ("/", {}),
    ("", {"Host": "api.trakt.tv"}),
    ("", {"Host": "auth.trakt.tv"}),
    ("", {"trakt-api-key": APP, "trakt-api-version": "2"}),
]


async def start(client: Client, **headers: str) -> dict[str, Any]:
    """The codes of a new device."""
    response = await client.post("/oauth/device/code", json={"client_id": APP}, headers=headers)
    assert response.status == 200, await response.text()
    codes: dict[str, Any] = await response.json()
    return codes


async def poll(client: Client, codes: dict[str, Any], **more: str) -> tuple[int, bytes]:
    """What a device's poll is answered."""
    body = {"code": codes["device_code"], "client_id": APP, **more}
    response = await client.post("/oauth/device/token", json=body)
    return response.status, await response.read()


@pytest.mark.parametrize(("root", "headers"), ROOTS)
async def test_codes(client: Client, root: str, headers: dict[str, str]) -> None:
    """Wherever a client asks, without key or token, it gets what Trakt would give it."""
    url = str(client.make_url("/")).rstrip("/") + f"{root}/oauth/device/code"
    async with client.session.post(url, json={"client_id": APP}, headers=headers) as response:
        codes = await response.json()

    assert {"device_code", "user_code", "verification_url", "expires_in", "interval"} == set(codes)
    assert (64, 8, 600, 5) == (
        len(codes["device_code"]), len(codes["user_code"]), codes["expires_in"], codes["interval"],
    )  # fmt: skip
    assert codes["verification_url"].endswith("/activate")


async def test_verification_url_behind_a_proxy(client: Client) -> None:
    """People are sent to the address that the proxy in front was asked for."""
    codes = await start(client, **{"X-Forwarded-Proto": "https", "X-Forwarded-Host": "tv.example"})

    assert "https://tv.example/activate" == codes["verification_url"]


async def test_approved(pool: Pool, client: Client, person: Person) -> None:
    """Empty 400s until somebody says yes, then tokens that work, then 409."""
    codes = await start(client)
    pending = await poll(client, codes)
    await devices.decide(pool, codes["user_code"], person.id, approved=True)
    body = {"code": codes["device_code"], "client_id": APP, "client_secret": "f" * 64}
    answered = await client.post("/oauth/device/token", json=body)
    tokens = await answered.json()
    me = await client.get("/v1/me", headers={"Authorization": f"Bearer {tokens['access_token']}"})
    again = await poll(client, codes)

    assert ((400, b""), 200, (409, b"")) == (pending, answered.status, again)
    assert {
        "access_token", "token_type", "expires_in", "refresh_token", "scope", "created_at",
    } == set(tokens)  # fmt: skip
    assert ("bearer", "public", 7_776_000) == (tokens["token_type"], tokens["scope"], tokens["expires_in"])
    assert person.id == (await me.json())["id"]


async def test_polled_too_fast(pool: Pool, client: Client) -> None:
    """A client that does not wait is told to, with an empty 429; the clock of the others is not set back."""
    codes = await start(client)
    first = await poll(client, codes)
    # However long this machine takes for the next one.
    await pool.execute(
        "update devices set polled_at = now() + interval '1 minute' where user_code = $1", codes["user_code"]
    )
    body = {"code": codes["device_code"]}
    second = await client.post("/oauth/device/token", json=body)

    assert (400, 429, "5", b"") == (
        first[0], second.status, second.headers["Retry-After"], await second.read(),
    )  # fmt: skip


async def test_waiting_is_rewarded(pool: Pool, client: Client) -> None:
    """Polls that come too early do not put off the next one that comes in time."""
    codes = await start(client)
    await poll(client, codes)
    await poll(client, codes)
    await pool.execute(
        "update devices set polled_at = polled_at - interval '5 seconds' where user_code = $1",
        codes["user_code"],
    )

    assert (400, b"") == await poll(client, codes)


async def test_denied(pool: Pool, client: Client, person: Person) -> None:
    """When the person says no, the device hears 418."""
    codes = await start(client)
    await devices.decide(pool, codes["user_code"], person.id, approved=False)

    assert (418, b"") == await poll(client, codes)


async def test_expired(pool: Pool, client: Client, person: Person) -> None:
    """A code nobody entered in time is 410, and cannot be entered any more."""
    codes = await start(client)
    await pool.execute("update devices set expires_at = now() where user_code = $1", codes["user_code"])
    late = await devices.decide(pool, codes["user_code"], person.id, approved=True)

    assert (False, (410, b"")) == (late, await poll(client, codes))


@pytest.mark.parametrize(
    "body",
    [
        {"code": "0" * 64, "client_id": APP},
        {"client_id": APP},
        {"code": "a\x00b"},
        {"code": ["x"]},
        {"code": None},
        {},
    ],
)
async def test_unknown_code(client: Client, body: dict[str, Any]) -> None:
    """A device code nobody was given is no device code, whatever it looks like."""
    response = await client.post("/oauth/device/token", json=body)

    assert response.status in {400, 404}
    assert 404 == response.status or b"invalid_request" in await response.read()


async def test_another_apps_code(client: Client) -> None:
    """A device code is good for the app that asked for it."""
    codes = await start(client)

    assert (404, b"") == await poll(client, codes, client_id="e" * 64)


async def test_two_polls_at_once(pool: Pool, client: Client, person: Person) -> None:
    """However many polls come at once after the yes, one gets tokens."""
    codes = await start(client)
    await devices.decide(pool, codes["user_code"], person.id, approved=True)
    answers = await asyncio.gather(*(poll(client, codes) for _ in range(5)))

    assert [200, 409, 409, 409, 409] == sorted(status for status, _ in answers)


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b"{", b"\xff", b"client_id=", b'{"client_id": "a\\u0000"}']
)
async def test_no_client_id(client: Client, body: bytes) -> None:
    """A device that does not say which app it runs gets no code, and is told why."""
    response = await client.post("/oauth/device/code", data=body)

    assert 400 == response.status
    assert "invalid_request" == (await response.json())["error"]


@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded", "text/plain"])
async def test_forms_too(client: Client, kind: str) -> None:
    """A body is read by what it is, whatever its type says."""
    headers = {"Content-Type": kind}
    form = await client.post("/oauth/device/code", data=f"client_id={APP}", headers=headers)
    json = await client.post("/oauth/device/code", data=f'{{"client_id": "{APP}"}}', headers=headers)

    assert [200, 200] == [form.status, json.status]


async def test_entered_in_a_browser(pool: Pool, client: Client) -> None:
    """A person signs in, enters the code as they read it, sees which device it is, and lets it in."""
    user_id, name = await with_password(pool)
    codes = await start(client, **{"User-Agent": "Kodi/21 <script>"})
    shown = f"{codes['user_code'][:4].lower()} - {codes['user_code'][4:]}"
    async with Browser(client) as browser:
        asked = await browser.sign_in(await browser.get("/activate"), name)
        entered = await browser.send(asked, user_code=shown)
        device = await browser.get(entered.leads_to)
        done = await browser.send(device, answer="allow")
    answered = await poll(client, codes)

    assert f"/activate/{codes['user_code']}" == entered.leads_to
    assert "Kodi/21 &lt;script&gt;" in device.text
    assert (200, 200) == (done.status, answered[0])
    assert [(user_id,)] == [
        tuple(row)
        for row in await pool.fetch("select user_id from devices where user_code = $1", codes["user_code"])
    ]


async def test_denied_in_a_browser(pool: Pool, client: Client) -> None:
    """The link with the code in it asks the same question, and no is an answer."""
    _, name = await with_password(pool)
    codes = await start(client)
    async with Browser(client) as browser:
        device = await browser.sign_in(await browser.get(f"/activate/{codes['user_code']}"), name)
        await browser.send(device, answer="deny")
        again = await browser.send(device, answer="allow")

    assert 404 == again.status
    assert (418, b"") == await poll(client, codes)


@pytest.mark.parametrize("code", ["BCDFGHJK", "AAAAAAAA", "x", "%00", "'--", "%F0%9F%98%80"])
async def test_wrong_code_in_a_browser(pool: Pool, client: Client, code: str) -> None:
    """A code that no device shows is asked for again, with a sentence."""
    _, name = await with_password(pool)
    async with Browser(client) as browser:
        page = await browser.sign_in(await browser.get("/activate"), name)
        wrong = await browser.get(f"/activate/{code}")
        typed = await browser.send(page, user_code="12345")

    assert (404, 400) == (wrong.status, typed.status)
    assert 'role="alert"' in wrong.text


async def test_codes_are_not_guessed(pool: Pool, client: Client) -> None:
    """Who enters too many codes that no device shows enters none for a while; right ones are not counted."""
    (_, name), (_, other) = await with_password(pool), await with_password(pool)
    codes = await start(client)
    right = f"/activate/{codes['user_code']}"
    async with Browser(client) as browser, Browser(client) as another:
        await browser.sign_in(await browser.get("/signin"), name)
        seen = [(await browser.get(right)).status for _ in range(3)]
        wrong = [(await browser.get("/activate/BCDFGHJK")).status for _ in range(sessions.MOST_WRONG_CODES)]
        locked = await browser.get(right)
        await another.sign_in(await another.get("/signin"), other)
        free = await another.get(right)

    assert ([200] * 3, {404}, 429, 200) == (seen, set(wrong), locked.status, free.status)
    assert 0 < int(locked.headers["Retry-After"]) <= sessions.FAILURE_SECONDS


async def test_nobody_signed_in(client: Client) -> None:
    """Nobody lets a device in without signing in: the form that would is refused."""
    codes = await start(client)
    async with Browser(client) as browser:
        page = await browser.get(f"/activate/{codes['user_code']}")
        answer = await browser.send(page, step="", answer="allow")

    assert "Password" in answer.text
    assert (400, b"") == await poll(client, codes)


async def test_sign_ins_are_not_counted_as_tokens(pool: Pool, person: Person) -> None:
    """A player that signs in over and over neither fails nor uses up its user's own tokens."""
    last = [await let_in(pool, person) for _ in range(25)][-1]
    me = await person.client.get("/v1/me", headers={"Authorization": f"Bearer {last['access_token']}"})
    own = await person.ask("POST", "/v1/tokens", json={"label": "one more"})

    assert (200, 201) == (me.status, own.status)
    assert 12 == len((await person.get("/v1/tokens"))["data"])  # ten of the app, two of their own
