"""What goes wrong on the command line is told in a sentence: what, where, what to do."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

import click
import pytest

from scrobbled.cli.main import COMMANDS
from scrobbled.errors import plainly
from tests.programs import run

#: How wide a terminal is at least.
COLUMNS = 80


def scrobbled(*words: str, **settings: str | Path) -> tuple[int, str]:
    """The status and the words with which `scrobbled` ends, run with *settings* and no server of a URL."""
    unset = ["--unset=SCROBBLED_DATABASE_URL", "--unset=SCROBBLED_REDIS_URL"]
    chosen = [f"SCROBBLED_{name}={value}" for name, value in settings.items()]
    ended = run("env", *unset, *chosen, sys.executable, "-m", "scrobbled", *words)
    return ended.returncode, ended.stdout


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (FileNotFoundError(2, "No such file or directory", "/nope"), "No such file or directory"),
        (ConnectionRefusedError(111, "Connect call failed"), "Connect call failed"),
        (TimeoutError(), "no answer in time"),
        (ValueError(), "ValueError"),
        (ValueError("bad"), "bad"),
    ],
)
def test_an_error_in_words(error: Exception, said: str) -> None:
    """What an error says has no number and no second path, and is never empty."""
    assert said == plainly(error)


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("HOST", "no.such.host.invalid", "SCROBBLED_HOST no.such.host.invalid"),
        ("DATA_DIR", "/dev/null/here", "cannot use /dev/null/here: Not a directory\n"),
    ],
)
def test_a_start_that_cannot_be(setting: str, value: str, said: str, tmp_path: Path) -> None:
    """A setting that cannot work ends the start with a sentence that names it."""
    status, words = scrobbled("serve", **({"DATA_DIR": str(tmp_path)} | {setting: value}))

    assert 1 == status
    assert said in words
    assert "Traceback" not in words
    assert "Errno" not in words


def test_a_server_of_its_own_does_not_start(tmp_path: Path) -> None:
    """What keeps an embedded server from starting is told, and not that nothing runs."""
    manifest = tmp_path / "valkey" / "appendonlydir" / "appendonly.aof.manifest"
    manifest.parent.mkdir(parents=True)
    manifest.write_text("damaged\n")
    status, words = scrobbled("serve", DATA_DIR=tmp_path, PORT="18471")

    assert 1 == status
    assert "valkey did not start" in words
    assert "no `scrobbled serve` runs" not in words


@pytest.mark.parametrize("command", ["token list anna", "dead list", "match Dune"])
def test_nothing_runs(command: str, tmp_path: Path) -> None:
    """Without a running server a command says so, and where it looked."""
    status, words = scrobbled(*command.split(), DATA_DIR=tmp_path)

    assert 1 == status
    assert "does not answer" in words
    assert f"no `scrobbled serve` runs with SCROBBLED_DATA_DIR {tmp_path}" in words
    assert "Errno" not in words


def test_another_server_is_away(tmp_path: Path) -> None:
    """A server that a URL names is told by its place, without its password, and nothing else is suspected."""
    url = "postgresql://u:secret@127.0.0.1:1/x"
    status, words = scrobbled(
        "token", "list", "anna", DATA_DIR=tmp_path, DATABASE_URL=url, REDIS_URL="redis://x"
    )

    assert 1 == status
    assert "127.0.0.1" in words
    assert "secret" not in words
    assert "scrobbled serve" not in words


def commands() -> list[tuple[str, click.Command]]:
    """Every command of every group, with its full name."""
    found: list[tuple[str, click.Command]] = []
    left = [
        (name, getattr(import_module(f"scrobbled.cli.{where}"), name))
        for name, (where, _) in COMMANDS.items()
    ]
    while left:
        name, command = left.pop()
        if isinstance(command, click.Group):
            left += [(f"{name} {each}", one) for each, one in command.commands.items()]
            found += [(f"{name} {each}", one) for each, one in command.commands.items()]
    return found


@pytest.mark.parametrize(("name", "command"), commands(), ids=[name for name, _ in commands()])
def test_one_line_of_help(name: str, command: click.Command) -> None:
    """A list of commands has a whole sentence for each, on a terminal of 80 columns."""
    group = name.rpartition(" ")[0]
    longest = max(len(each.rpartition(" ")[2]) for each, _ in commands() if each.rpartition(" ")[0] == group)

    assert not command.get_short_help_str(COLUMNS - 6 - longest).endswith("...")


def test_commands_of_the_table() -> None:
    """Every line of `scrobbled --help` fits an 80-column terminal in one line."""
    longest = max(map(len, COMMANDS))

    assert [] == [line for _, line in COMMANDS.values() if len(line) > COLUMNS - 6 - longest]
