"""Trakt's real clients, installed as anybody installs them, and a server for them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import venv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.acceptance.instance import Instance

HERE = Path(__file__).parent

#: Where the clients are installed; they stay for the next run.
INSTALLED = Path(os.environ.get("SCROBBLED_CLIENTS_DIR", HERE.parent.parent / ".clients"))

#: What they look for.
CATALOGUE: list[dict[str, Any]] = [
    {
        "type": "movie",
        "title": "Arrival",
        "year": 2016,
        "runtime": 116,
        "popularity": 1000,
        "genres": ["Drama", "Science Fiction"],
        "ids": {"imdb": "tt2543164", "tmdb": "329865"},
    },
    {
        "type": "show",
        "title": "The Office",
        "year": 2005,
        "country": "US",
        "runtime": 22,
        "popularity": 2000,
        "seasons": 2,
        "ids": {"imdb": "tt0386676", "tvdb": "73244", "tmdb": "2316"},
        "episode_list": [
            {
                "season": season,
                "number": number,
                "title": f"Part {season}.{number}",
                "runtime": 22,
                "first_aired": (datetime(2005, 3, 24, 21, tzinfo=UTC) + timedelta(weeks=number)).isoformat(),
                "absolute": season * 3 - 3 + number,
                "ids": {"tvdb": str(110000 + season * 100 + number)},
            }
            for season in (1, 2)
            for number in (1, 2, 3)
        ],
    },
]

_USER_CODE = re.compile(r"user code is: (\w+)")


@dataclass
class Somebody:
    """A user with a password, and an app they use."""

    name: str
    password: str
    client_id: str
    client_secret: str


@pytest.fixture(scope="session")
def server() -> Iterator[Instance]:
    """A running instance with something in its catalogue."""
    made = Instance()
    try:
        made.start()
        path = made.folder / "catalogue.jsonl"
        path.write_text("\n".join(map(json.dumps, CATALOGUE)))
        made.run("catalog", "import", "jsonl", str(path))
        yield made
    finally:
        made.remove()


@pytest.fixture
def somebody(server: Instance) -> Somebody:
    """A new user of *server*, and an app that is known to it."""
    return somebody_at(server)


def somebody_at(server: Instance) -> Somebody:
    """A new user of *server* with a password, and an app."""
    name, password = f"user{uuid4().hex[:8]}", uuid4().hex
    server.run("user", "add", name)
    server.run("user", "password", name, stdin=password + "\n")
    said = dict(line.split("\t") for line in server.run("app", "add", f"app of {name}").stdout.splitlines())
    return Somebody(name, password, said["client_id"], said["client_secret"])


@pytest.fixture(scope="session")
def python() -> Path:
    """An interpreter that has PyTrakt and traktexport."""
    return interpreter("python", *(HERE / "requirements.txt").read_text().split())


def interpreter(name: str, *wanted: str) -> Path:
    """An interpreter of its own, since clients do not agree on what they need, that has what is *wanted*."""
    home = INSTALLED / name
    found, stamp = home / "bin" / "python", home / "installed.txt"
    if not stamp.exists() or stamp.read_text().split() != list(wanted):
        venv.create(home, with_pip=True, clear=True)
        subprocess.run([found, "-m", "pip", "install", "--quiet", *wanted], check=True, timeout=300)
        stamp.write_text("\n".join(wanted))
    return found


@pytest.fixture(scope="session")
def node() -> Path:
    """A folder that has the clients written in JavaScript."""
    home = INSTALLED / "node"
    wanted = (HERE / "package.json").read_text()
    home.mkdir(parents=True, exist_ok=True)
    if not (home / "node_modules").exists() or (home / "package.json").read_text() != wanted:
        (home / "package.json").write_text(wanted)
        subprocess.run(
            ["npm", "install", "--silent", "--no-audit", "--no-fund"], cwd=home, check=True, timeout=300
        )
    return home


def walk(
    server: Instance, somebody: Somebody, *command: str | Path, environment: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """
    Run a client that signs in with a code, approve it as *somebody*, and return what it got. *environment*
    is what it finds there beside what everybody does.
    """
    process = subprocess.Popen(
        [*map(str, command)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=server.folder,
        env={**os.environ, **(environment or {})},
    )
    said: list[str] = []
    assert process.stdout is not None
    for line in process.stdout:
        said.append(line)
        if (code := _USER_CODE.search(line)) is not None:
            server.run("device", "approve", code[1], "--user", somebody.name)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 0, f"{errors}\n{''.join(said)}"
    found: dict[str, Any] = json.loads(said[-1].removeprefix("GOT "))
    return found


if sys.platform != "linux":
    collect_ignore_glob = ["test_*.py"]  # processes are looked up in /proc
