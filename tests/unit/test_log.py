"""Log lines have one shape and hold no secret."""

from __future__ import annotations

import io
import json
import logging
import warnings
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from scrobbled import log

TOKEN = "scr_pat_Zm9vYmFyYmF6cXV4-_0123456789abcdefghijklmnop"


class Lines(io.BytesIO):
    """What was logged."""

    def parsed(self) -> list[dict[str, Any]]:
        """Each line as JSON."""

        log.flush()
        return [json.loads(line) for line in self.getvalue().splitlines()]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """Log as JSON to memory, and leave logging as it was."""

    root = logging.getLogger()
    before = (root.handlers, root.level)
    output = Lines()
    log.set_up("json", "info", output)
    yield output
    logging.captureWarnings(capture=False)
    root.handlers, root.level = before
    structlog.reset_defaults()
    log._open.clear()
    structlog.contextvars.clear_contextvars()


def test_shape(lines: Lines) -> None:
    """A line begins with the event, then level and time, then the stage and the facts."""

    structlog.get_logger(stage="worker").info("event applied", outcome="scrobbled")

    (line,) = lines.parsed()
    assert ["event", "level", "at", "stage", "outcome"] == list(line)
    assert datetime.fromisoformat(line["at"]).tzinfo is not None


def test_level(lines: Lines) -> None:
    """What is less important than the level is not written."""

    structlog.get_logger(stage="worker").debug("heartbeat")

    assert [] == lines.parsed()


def test_a_shape_says_what_a_logger_says(lines: Lines) -> None:
    """A line made from its shape has the logger's keys, values and order of time."""
    shape = log.Shape("seen", fixed={"stage": "web", "path": "/100%"}, varying=("number", "none", "word"))
    assert shape.say(1.5, None, "word")
    structlog.get_logger().info("seen", stage="web", path="/100%", number=1.5, none=None, word="word")
    made, said = lines.parsed()
    assert made.pop("at") <= said.pop("at")
    assert made == said


def test_a_shape_leaves_other_formats_to_loggers(lines: Lines) -> None:
    """On a console, or above info, nothing is written and the caller is told."""
    shape = log.Shape("seen", fixed={}, varying=())
    for log_format, log_level in (("console", "info"), ("json", "warning")):
        log.set_up(log_format, log_level, lines)
        assert not shape.say()
    assert not lines.parsed()


def test_bound_facts(lines: Lines) -> None:
    """What is bound to a logger stands on every line of it."""

    structlog.get_logger(stage="ingest").bind(request_id="r1").info("accepted")

    assert "r1" == lines.parsed()[0]["request_id"]


def test_standard_library(lines: Lines) -> None:
    """The standard library's loggers and warnings have the same shape, aiohttp's access log never."""

    logging.getLogger("aiohttp.server").error("Error handling request from %s", "::1")
    logging.getLogger("aiohttp.access").info("GET /")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("old", UserWarning, stacklevel=1)

    server, warning = lines.parsed()
    assert ("Error handling request from ::1", "aiohttp.server") == (server["event"], server["stage"])
    assert ("warning", "py.warnings") == (warning["level"], warning["stage"])


def test_exceptions(lines: Lines) -> None:
    """A traceback is part of the one line, its secrets hidden."""

    try:
        raise ValueError(f"cannot use {TOKEN}")
    except ValueError:
        structlog.get_logger(stage="web").exception("unexpected")
        logging.getLogger("asyncio").exception("task failed")

    for line in lines.parsed():
        assert "ValueError: cannot use scr_pat_***" in line["exception"]


def test_anything_can_be_logged(lines: Lines) -> None:
    """Values that JSON does not know are written all the same."""

    logger = structlog.get_logger(stage="worker")
    logger.info("odd", path=Path("/x"), big=2**80, lone="\ud800", key={1: object()})
    logger.info("after")

    odd, after = lines.parsed()
    assert ("/x", 2**80) == (odd["path"], odd["big"])
    assert "after" == after["event"]


SECRETS = [
    {"text": TOKEN},
    {"path": f"/webhooks/plex/{TOKEN}"},
    {"path": "/webhooks/plex/somebodys-password"},
    {"path": "/webhooks/jellyfin/somebodys-password?x=1"},
    {"url": "http://host/v1/me?token=somebodys-password&x=1"},
    {"url": "http://host/v1/me?x=1&access_token=somebodys-password"},
    {"url": "https://host/?X-Plex-Token=somebodys-password"},
    {"header": "Authorization: Bearer somebodys-password"},
    {"header": "AUTHORIZATION: Basic somebodys-password"},
    {"headers": {"Authorization": "Bearer somebodys-password"}},
    {"headers": repr({"Authorization": "Bearer somebodys-password"})},
    {"headers": json.dumps({"authorization": "somebodys-password"})},
    {"headers": [("Authorization", "Bearer somebodys-password")]},
    {"headers": str([(b"authorization", b"Bearer somebodys-password")])},
    {"body": {"token": "somebodys-password", "title": "Dune"}},
    {"body": '{"refresh_token": "somebodys-password"}'},
    {"said": "bearer somebodys-password"},
    {"url": "postgresql://anna:somebodys-password@db/scrobbled"},
    {"url": "redis://:somebodys-password@cache:6379/0"},
]


@pytest.mark.parametrize("facts", SECRETS)
@pytest.mark.parametrize("log_format", ["json", "console"])
def test_secrets_are_hidden(facts: dict[str, object], log_format: str, lines: Lines) -> None:
    """No token, password or key reaches the log, in whatever it is wrapped; both formats."""

    log.set_up(log_format, "info", lines)
    structlog.get_logger(stage="web").info("request", **facts)

    log.flush()
    written = lines.getvalue().decode()
    assert "***" in written
    assert "somebodys-password" not in written
    assert TOKEN[8:] not in written


def test_events_and_standard_library_are_redacted_too(lines: Lines) -> None:
    """A secret in the event itself, or in what a library logs, is hidden as well."""

    structlog.get_logger(stage="web").info(f"no user for {TOKEN}")
    logging.getLogger("aiohttp.server").error("GET /webhooks/emby/%s failed", TOKEN)

    assert ["no user for scr_pat_***", "GET /webhooks/emby/*** failed"] == [
        line["event"] for line in lines.parsed()
    ]


@pytest.mark.parametrize(
    "text",
    [
        "/webhooks/plex",
        "anna@example.org",
        "token_id",
        "https://host/path",
        "http://host:8080/@anna",
        "scrobbled",
    ],
)
def test_the_rest_stays(text: str) -> None:
    """What is no secret is left as it is."""

    assert text == log.redact_text(text)


@pytest.mark.parametrize("word", ["/oauth/device/token", "invalid_token", "no authorization", "token"])
def test_the_next_key_stays(word: str) -> None:
    """A value that ends in such a word does not cost the line its next key; a secret after it is hidden."""

    line = json.loads(log.render_json(None, "info", {"event": "x", "path": word, "status": 405}))
    pair = log.render_json(None, "info", {"event": "x", "said": [word, "geheim"]})

    assert (word, 405) == (line["path"], line["status"])
    assert b"geheim" not in pair


@given(st.text(), st.text())
def test_tokens_anywhere(before: str, after: str) -> None:
    """A token is found whatever stands around it, and the line stays valid JSON."""

    line = log.render_json(None, "info", {"event": "x", "said": f"{before} {TOKEN} {after}"})

    assert TOKEN.encode() not in line
    assert json.loads(line)["event"] == "x"


def test_a_pool_that_cannot_connect(lines: Lines) -> None:
    """A database that is away is a sentence, and the driver's stack is left out."""

    try:
        raise ConnectionRefusedError(111, "Connection refused")
    except OSError:
        logging.getLogger("asyncpg.pool").warning("Failed to restore the pool", exc_info=True)

    (line,) = lines.parsed()
    assert ("database_away", "warning", "Connection refused") == (line["event"], line["level"], line["error"])
    assert "exception" not in line
