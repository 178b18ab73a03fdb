"""OAuth's requests, proofs and codes, as pure values."""

from __future__ import annotations

import base64
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrobbled.wire import oauth
from scrobbled.wire.oauth import OUT_OF_BAND, OAuthError

PLAIN = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=40)


def test_pkce_of_the_standard() -> None:
    """The example of RFC 7636, appendix B."""
    verifier, challenge = (
        "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    )

    assert oauth.proves(verifier, challenge)
    assert not oauth.proves(verifier[:-1] + "l", challenge)
    assert not oauth.proves(challenge, challenge)


@pytest.mark.parametrize("verifier", ["", "short", "x" * 129, "ü" * 43, "x" * 42 + "\n"])
def test_no_verifier(verifier: str) -> None:
    """What RFC 7636 calls no verifier proves nothing."""
    assert not oauth.proves(verifier, "x" * 43)


@pytest.mark.parametrize("typed", ["BCDFGHJK", "bcdf ghjk", " bcdf-ghjk ", "b c d f g h j k"])
def test_user_code(typed: str) -> None:
    """A code is understood as people type it."""
    assert "BCDFGHJK" == oauth.user_code(typed)


@pytest.mark.parametrize(
    "typed", ["", "BCDFGHJ", "BCDFGHJKL", "ABCDFGHJ", "BCDFGHJ0", "éééééééé", "x" * 10_000]
)
def test_no_user_code(typed: str) -> None:
    """What can be no code is none."""
    assert None is oauth.user_code(typed)


@given(st.text())
def test_any_user_code(typed: str) -> None:
    """Whatever is typed, what comes out is a code or nothing."""
    code = oauth.user_code(typed)

    assert code is None or (len(code) == oauth.CODE_LENGTH and set(code) <= set(oauth.CODE_LETTERS))


@given(st.dictionaries(PLAIN.filter(lambda name: name[0] != "{"), PLAIN, max_size=5))
def test_forms_and_json_are_the_same(given_fields: dict[str, str]) -> None:
    """A form and a JSON object with the same parameters are read the same."""
    import orjson

    form, json = urlencode(given_fields).encode(), orjson.dumps(given_fields)

    assert given_fields == oauth.fields(form) == oauth.fields(json)


@given(st.binary())
def test_any_body(body: bytes) -> None:
    """Any bytes are parameters or a refusal, and no parameter holds what a database cannot."""
    try:
        found = oauth.fields(body)
    except OAuthError:
        return

    assert all(value.isprintable() for value in found.values())


@given(st.text())
def test_any_authorization(header: str) -> None:
    """Any authorization header is a client id and a secret, or nothing."""
    assert oauth.fields(b"", header).keys() <= {"client_id", "client_secret"}


def test_basic_gives_way() -> None:
    """What the body says stands before the header."""
    header = "Basic " + base64.b64encode(b"one:secret").decode()

    assert {"client_id": "two", "client_secret": "secret"} == oauth.fields(b"client_id=two", header)


def test_numbers_and_nothing() -> None:
    """A number is its digits; null, empty and nested parameters are left out."""
    assert {"code": "12"} == oauth.fields(b'{"code": 12, "a": null, "b": "", "c": {}, "d": [1], "e": true}')


@pytest.mark.parametrize(
    "redirect_uri",
    [
        "https://user@app.example/",
        "https:///path",
        "https://app.example/#fragment",
        "http://127.0.0.1.evil.example/",
        "http://localhost.evil.example/",
        "http://localhost@evil.example/",
        "http://127.0.0.1:80;x/",
        "HTTP://evil.example",
        "JavaScript:alert(1)",
        "java\tscript:alert(1)",
        "app name://x",
        "http://[::1",
        "//evil.example",
        "/path",
        "",
    ],
)
def test_not_for_strangers(redirect_uri: str) -> None:
    """Nobody's app is led to what others read, what runs, or what two parsers read differently."""
    assert not oauth.may_redirect(redirect_uri, None)


@given(st.text())
def test_any_redirect(redirect_uri: str) -> None:
    """Whatever an app names is allowed or not; a registered one only letter for letter."""
    oauth.may_redirect(redirect_uri, None)
    oauth.may_register(redirect_uri)

    assert oauth.may_redirect(redirect_uri, [redirect_uri])
    assert not oauth.may_redirect(redirect_uri + "x", [redirect_uri])


@pytest.mark.parametrize(
    ("redirect_uri", "allowed"),
    [
        (OUT_OF_BAND, True),
        ("http://tv.local:8123/back", True),
        ("https://app.example/back?x=1", True),
        ("tv.app://back", True),
        ("javascript:alert(1)", False),
        ("https://app.example/#x", False),
        ("https://app.example/ x", False),
        ("https://app.example;x/", False),
        ("back", False),
    ],
)
def test_registering(redirect_uri: str, allowed: bool) -> None:
    """An operator may register any address an app can be at."""
    assert allowed is oauth.may_register(redirect_uri)


def test_redirect() -> None:
    """An answer is added to what the address has already."""
    assert "a://b?code=1%262&state=" == oauth.redirect("a://b", code="1&2", state="", error=None)
    assert "a://b?x=1&code=2" == oauth.redirect("a://b?x=1", code="2")
