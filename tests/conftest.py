"""What all tests share: real servers, started once for the session."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, settings

from scrobbled.servers import Places, claim, postgres, valkey

# How long something takes depends on the machine, so no test fails for it.
settings.register_profile(
    "any machine",
    parent=settings.get_profile(settings.get_current_profile_name()),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("any machine")

# As it comes, a traceback is drawn with all that each function holds: seconds, in which no worker works.
structlog.configure(
    processors=[
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ]
)


@dataclass(frozen=True)
class Servers:
    """A PostgreSQL and a Valkey that belong to this test session."""

    database_url: str
    redis_url: str


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """The embedded servers in a directory of their own, empty at the start of the session.

    The directory is not pytest's: its name is so long that the sockets would
    have to live elsewhere.
    """

    with tempfile.TemporaryDirectory(prefix="scrobbled-") as folder:
        places = Places(Path(folder).resolve() / "data")
        places.make()
        with claim(places):
            programs = [valkey.program(places), postgres.program(places)]
            try:
                for program in programs:
                    program.start()
                for program in programs:
                    program.wait_ready(60)
                yield Servers(places.database_url, places.redis_url)
            finally:
                for program in programs:
                    program.stop(5)
