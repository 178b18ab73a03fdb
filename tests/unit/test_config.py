"""Settings come from the environment, and a wrong one explains itself."""

from __future__ import annotations

import os
import re
from dataclasses import FrozenInstanceError
from ipaddress import ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrobbled import config
from scrobbled.cli.context import unknown_settings
from scrobbled.config import Settings
from scrobbled.errors import ConfigError
from scrobbled.setting import Setting
from scrobbled.web.routes import Surface

HOME = {"HOME": "/home/anna"}
DOCUMENT = Path(__file__).parents[2] / "docs" / "settings.md"


def settings(**variables: str) -> Settings:
    """The settings for an environment that holds *variables*, named without their prefix."""

    return Settings.from_mapping(HOME | {f"SCROBBLED_{name}": value for name, value in variables.items()})


def test_defaults() -> None:
    """With nothing set, everything has the documented default."""

    actual = settings()

    assert ("127.0.0.1", 8080) == (actual.host, actual.port)
    assert Path("/home/anna/.local/share/scrobbled") == actual.data_dir
    assert actual.data_dir / "metrics" == actual.metrics_dir
    assert (None, None, None) == (actual.database_url, actual.redis_url, actual.metrics_port)
    assert (1024**2, 4 * 1024**2) == (actual.body_limit, actual.events_body_limit)
    assert os.uname().nodename == actual.worker_name


def test_xdg_data_home() -> None:
    """The data directory follows XDG_DATA_HOME where that is set."""

    assert Path("/srv/scrobbled") == Settings.from_mapping(HOME | {"XDG_DATA_HOME": "/srv"}).data_dir


def test_empty_is_unset() -> None:
    """An empty variable counts as unset, as compose files write them."""

    assert settings() == settings(PORT="", DATABASE_URL=" ")


def test_frozen() -> None:
    """Nobody changes a setting after it was read."""

    with pytest.raises(FrozenInstanceError):
        settings().port = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    ("name", "text", "attribute", "value"),
    [
        ("PORT", " 9000 ", "port", 9000),
        ("LOG_FORMAT", "JSON", "log_format", "json"),
        ("LOST_STOP", "no", "lost_stop", False),
        ("ANSWER_TIMEOUT", "2.5", "answer_timeout", 2.5),
        ("BODY_LIMIT", "65536", "body_limit", 65536),
        ("BODY_LIMIT", "2 MiB", "body_limit", 2 * 1024**2),
        ("METRICS_PORT", "9100", "metrics_port", 9100),
        ("DATA_DIR", "/srv/data", "data_dir", Path("/srv/data")),
        ("REDIS_URL", "unix:///run/valkey.sock", "redis_url", "unix:///run/valkey.sock"),
        ("PROXIES", "None", "proxies", ()),
        ("PROXIES", "10.1.0.0/16, ::1", "proxies", (ip_network("10.1.0.0/16"), ip_network("::1"))),
    ],
)
def test_right_values(name: str, text: str, attribute: str, value: object) -> None:
    """A setting is read as its type, however people write it."""

    assert value == getattr(settings(**{name: text}), attribute)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "http"),
        ("PORT", "1_000"),
        ("PORT", "٣"),
        ("PORT", "-1"),
        ("LOG_LEVEL", "loud"),
        ("LOST_STOP", "maybe"),
        ("DATA_DIR", "relative/path"),
        ("DATABASE_URL", "mysql://db/scrobbled"),
        ("REDIS_URL", "localhost:6379"),
        ("ANSWER_TIMEOUT", "nan"),
        ("BODY_LIMIT", "1 furlong"),
        ("WATCHED_THRESHOLD", "101"),
        ("HOST", "a\nb"),
        ("PROXIES", "caddy"),
        ("PROXIES", "none, 10.0.0.1"),
        ("PROXIES", "10.0.0.1/8"),
    ],
)
def test_wrong_values(name: str, text: str) -> None:
    """A wrong value is refused with the variable, the value and what is allowed."""

    with pytest.raises(ConfigError, match=f"SCROBBLED_{name} is {re.escape(repr(text))}; it must be .+"):
        settings(**{name: text})


@given(st.sampled_from(config.table()), st.text())
def test_any_text(row: Setting, text: str) -> None:
    """Whatever a variable holds, it is a value or a ConfigError, never another error."""

    try:
        Settings.from_mapping(HOME | {row.variable: text})
    except ConfigError as error:
        assert row.variable in str(error)


@pytest.mark.parametrize(
    "url",
    ["postgresql://anna:geheim@db/x", "postgres://:geheim@db", "postgres://db/x?user=a&password=geheim&b=c"],
)
def test_passwords_are_not_shown(url: str) -> None:
    """A password in a URL appears neither in the repr, nor in the list of settings, nor in an error."""

    actual = settings(DATABASE_URL=url)
    with pytest.raises(ConfigError) as caught:
        settings(DATABASE_URL=url.replace("postgres", "mysql"))

    assert url == actual.database_url
    for shown in (repr(actual), str(dict(actual.shown())), str(caught.value)):
        assert "***" in shown
        assert "geheim" not in shown


def test_unknown_settings() -> None:
    """A mistyped variable is found, with the one that was meant."""

    environment = {"SCROBBLED_PROT": "80", "SCROBBLED_XYZZY": "", "SCROBBLED_PORT": "80", "PATH": ""}

    assert {"SCROBBLED_PROT": "SCROBBLED_PORT", "SCROBBLED_XYZZY": None} == unknown_settings(environment)


def test_no_home() -> None:
    """Without a home directory the message names the setting that is needed."""

    with pytest.raises(ConfigError, match="SCROBBLED_DATA_DIR"):
        Settings.from_mapping({"XDG_DATA_HOME": "relative"})


def test_every_setting_is_documented() -> None:
    """docs/settings.md names each setting with its default and its sentence, and no other."""

    if not DOCUMENT.exists():
        pytest.skip("docs/settings.md is not written yet")
    text = DOCUMENT.read_text()

    for row in config.table():
        assert f"`{row.variable}`" in text
        assert row.doc in text
        assert row.default is None or f"`{row.default}`" in text
    assert {row.variable for row in config.table()} >= set(
        re.findall(r"^\| `(SCROBBLED_\w+)`", text, re.MULTILINE)
    )


@pytest.mark.parametrize(
    "key", ["0123456789abcdef0123456789ABCDEF", "eyJhbGciOiJI.eyJhdWQiOiIwMTIz.c2lnbmF0dXJl"]
)
def test_a_key_is_never_shown(key: str) -> None:
    """Both of TMDB's keys are taken, and neither shows up where settings are listed or refused."""

    shown = {row.variable: text for row, text in settings(TMDB_KEY=key).shown()}

    assert key == settings(TMDB_KEY=key).tmdb_key
    assert "***" == shown["SCROBBLED_TMDB_KEY"]
    assert key not in repr(settings(TMDB_KEY=key))
    with pytest.raises(ConfigError, match=r"'\*\*\*'; it must be an API key") as caught:
        settings(TMDB_KEY=key[:-8] + " oops")
    assert key[:8] not in str(caught.value)


def test_the_example_of_surfaces_names_surfaces() -> None:
    """What the documentation proposes for surfaces' limits is taken by a server."""
    row = next(row for row in config.table() if row.attribute == "surface_limits")
    (example,) = re.findall(r"`(.+)`", row.allowed)

    limits = settings(SURFACE_LIMITS=example).surface_limits

    assert limits is not None
    assert set(limits) <= {surface.value for surface in Surface}
