"""A person with a phone signs apps and devices in; an operator does it at the terminal."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.acceptance.chromium import Phone, phone
from tests.acceptance.instance import Instance

PASSWORD = "correct horse battery"

#: An app's own small server would listen there; nothing does, and the address is what counts.
BACK = "http://127.0.0.1:9/back"

#: The sizes of the letters of a page's codes, which people compare with another screen, and of its text.
CODES = (
    "return [...document.querySelectorAll('.code')].map(code => parseFloat(getComputedStyle(code).fontSize))"
)
BODY_PIXELS = 16


@pytest.fixture(scope="module")
def browser() -> Iterator[Phone]:
    """One browser for the module."""
    with phone() as opened:
        yield opened


@pytest.fixture
def signed_out(instance: Instance, browser: Phone) -> Phone:
    """The browser with no cookie, and a user called admin who has a password."""
    instance.run("user", "password", "admin", stdin=f"{PASSWORD}\n")
    browser.driver.delete_all_cookies()
    browser.driver.get(f"{instance.url}/signin")
    browser.driver.delete_all_cookies()
    browser.told()
    return browser


def seen(browser: Phone, name: str) -> None:
    """Hold a page to what all of them promise; keep a picture where SCROBBLED_BENCH_DIR says."""
    assert not browser.overflows()
    assert [] == browser.told()
    assert all(size > BODY_PIXELS for size in browser.driver.execute_script(CODES))
    folder = os.environ.get("SCROBBLED_BENCH_DIR")
    if folder:
        browser.driver.save_screenshot(str(Path(folder) / f"{name}.png"))


def authorize(instance: Instance, **more: str) -> str:
    """The address an app sends people to."""
    query = {"response_type": "code", "client_id": "a" * 64, "redirect_uri": BACK, "state": "s", **more}
    return f"{instance.url}/oauth/authorize?{urlencode(query)}"


def sign_in(browser: Phone, password: str = PASSWORD) -> None:
    """Fill in the form for name and password."""
    browser.type("Name", "admin")
    browser.type("Password", password)
    browser.press("Sign in")


def test_app(instance: Instance, signed_out: Phone) -> None:
    """Sign in, see what the app may do, allow it: the browser is back at the app with a code that works."""
    signed_out.open(authorize(instance))
    seen(signed_out, "sign-in")
    sign_in(signed_out)
    signed_out.until("use your account?")
    seen(signed_out, "consent")
    signed_out.press("Allow")
    back = parse_qs(urlsplit(signed_out.until_at(BACK)).query)
    body = {
        "code": back["code"][0],
        "client_id": "a" * 64,
        "client_secret": "b" * 64,
        "redirect_uri": BACK,
        "grant_type": "authorization_code",
    }
    tokens = instance.call("POST", "/trakt/oauth/token", body, token=None)
    me = instance.call("GET", "/v1/me", token=tokens.json["access_token"])

    assert (["s"], 200, "admin") == (back["state"], tokens.status, me.json["name"])


def test_no(instance: Instance, signed_out: Phone) -> None:
    """Not allowing it leads back to the app as well, with no code."""
    signed_out.open(authorize(instance))
    sign_in(signed_out)
    signed_out.until("use your account?")
    signed_out.press("Do not allow")
    back = parse_qs(urlsplit(signed_out.until_at(BACK)).query)

    assert ["access_denied"] == back["error"]


def test_carried_over(instance: Instance, signed_out: Phone) -> None:
    """An app that cannot be led back to shows where to enter the code that the page shows."""
    signed_out.open(authorize(instance, redirect_uri="urn:ietf:wg:oauth:2.0:oob"))
    sign_in(signed_out)
    signed_out.until("to be entered in the app")
    signed_out.press("Allow")
    signed_out.until("Enter this code in the app")
    seen(signed_out, "code")


def test_wrong_password(instance: Instance, signed_out: Phone) -> None:
    """A wrong password is said at the form, which is still there."""
    signed_out.open(f"{instance.url}/activate")
    sign_in(signed_out, "wrong wrong")
    signed_out.until("do not belong together")
    signed_out.told()  # the browser notes the status
    seen(signed_out, "wrong-password")
    sign_in(signed_out)
    signed_out.until("Enter the code your device shows")


def test_device(instance: Instance, signed_out: Phone) -> None:
    """Enter the code of a device on a phone in the dark, allow it: the device gets tokens that work."""
    codes = instance.call("POST", "/oauth/device/code", {"client_id": "d" * 64}, token=None).json
    signed_out.dark()
    signed_out.open(codes["verification_url"])
    sign_in(signed_out)
    signed_out.until("Enter the code your device shows")
    seen(signed_out, "activate")
    signed_out.type("Code", codes["user_code"].lower())
    signed_out.press("Continue")
    signed_out.until("Does your device show this code?")
    seen(signed_out, "device")
    signed_out.press("Yes, allow it")
    signed_out.until("Done")
    seen(signed_out, "done")
    body = {"code": codes["device_code"], "client_id": "d" * 64}
    tokens = instance.call("POST", "/oauth/device/token", body, token=None)

    assert codes["verification_url"] == f"{instance.url}/activate"
    assert 200 == instance.call("GET", "/v1/me", token=tokens.json["access_token"]).status


def test_link_with_the_code(instance: Instance, signed_out: Phone) -> None:
    """The address with the code at its end asks at once, and no means no."""
    codes = instance.call("POST", "/oauth/device/code", {"client_id": "d" * 64}, token=None).json
    signed_out.open(f"{codes['verification_url']}/{codes['user_code']}")
    sign_in(signed_out)
    signed_out.until("Does your device show this code?")
    signed_out.press("No")
    signed_out.until("Not allowed")
    tokens = instance.call("POST", "/oauth/device/token", {"code": codes["device_code"]}, token=None)

    assert 418 == tokens.status


def test_sign_out(instance: Instance, signed_out: Phone) -> None:
    """Who signs out has to sign in again."""
    signed_out.open(f"{instance.url}/signin")
    sign_in(signed_out)
    signed_out.until("Hello, admin")
    signed_out.press("Sign out")
    signed_out.until("This browser is signed out")
    signed_out.open(f"{instance.url}/activate")
    signed_out.until("Password")


def test_end_of_access(instance: Instance, signed_out: Phone) -> None:
    """Somebody sees which apps they let in, and ends one: its tokens are worth nothing from then on."""
    codes = instance.call("POST", "/oauth/device/code", {"client_id": "9" * 64}, token=None).json
    instance.run("device", "approve", codes["user_code"], "--user", "admin")
    body = {"code": codes["device_code"], "client_id": "9" * 64}
    token = instance.call("POST", "/oauth/device/token", body, token=None).json["access_token"]
    before = instance.call("GET", "/v1/me", token=token).status
    signed_out.open(f"{instance.url}/signin")
    sign_in(signed_out)
    signed_out.until("Hello, admin")
    signed_out.follow("Which apps may use your account?")
    signed_out.until("app 99999999")
    seen(signed_out, "apps")
    signed_out.press("End access")  # the one that was used last stands first
    signed_out.until("access has ended")
    seen(signed_out, "access-ended")

    assert "app 99999999" not in signed_out.text()
    assert (200, 401) == (before, instance.call("GET", "/v1/me", token=token).status)


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_other_pages(instance: Instance, signed_out: Phone, path: str) -> None:
    """The server's bare address leads to a page, and the description of the API fits a phone."""
    signed_out.open(f"{instance.url}{path}")
    signed_out.until("Sign in" if path == "/" else "/v1/events")

    seen(signed_out, "front" if path == "/" else "docs")


def test_keyboard(instance: Instance, signed_out: Phone) -> None:
    """The forms can be used with the keyboard alone: the first field has the focus, Enter sends."""
    signed_out.open(f"{instance.url}/signin")
    signed_out.driver.switch_to.active_element.send_keys("admin\t")
    signed_out.driver.switch_to.active_element.send_keys(f"{PASSWORD}\n")
    signed_out.until("Hello, admin")


def test_without_a_browser(instance: Instance) -> None:
    """On a box without a browser a device is let in at the terminal."""
    codes = instance.call("POST", "/oauth/device/code", {"client_id": "e" * 64}, token=None).json
    listed = instance.run("device", "list").stdout
    instance.run("device", "approve", codes["user_code"].lower(), "--user", "admin")
    tokens = instance.call("POST", "/oauth/device/token", {"code": codes["device_code"]}, token=None)

    assert codes["user_code"] in listed
    assert 200 == instance.call("GET", "/v1/me", token=tokens.json["access_token"]).status


def test_registered_app(instance: Instance) -> None:
    """An app is registered, listed and removed at the terminal."""
    added = instance.run("app", "add", "Marquee", "--redirect-uri", "https://marquee.example/back").stdout
    client_id = dict(line.split("\t") for line in added.splitlines())["client_id"]
    listed = instance.run("app", "list").stdout
    instance.run("app", "remove", client_id)

    assert f"{client_id}\tMarquee\tregistered\t0 signed in\thttps://marquee.example/back" in listed
    assert client_id not in instance.run("app", "list").stdout


def test_no_secret_in_the_log(instance: Instance) -> None:
    """Codes, tokens and passwords of all this are in no line of the log."""
    codes = instance.call("POST", "/oauth/device/code", {"client_id": "f" * 64}, token=None).json
    instance.call("GET", f"/activate/{codes['user_code']}", token=None)
    instance.call("GET", f"/trakt/activate/{codes['user_code']}/", token=None)
    instance.run("device", "approve", codes["user_code"], "--user", "admin")
    body = {"code": codes["device_code"], "client_secret": "5ecret" * 6}
    tokens = instance.call("POST", "/oauth/device/token", body, token=None).json
    secrets = {PASSWORD, "5ecret" * 6, *(tokens[name] for name in ("access_token", "refresh_token"))}

    assert set() == {
        each for each in secrets | {codes["device_code"], codes["user_code"]} if each in instance.stderr
    }
