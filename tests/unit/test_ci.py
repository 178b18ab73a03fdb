"""What CI runs ends, says why it did not, and says what it left out."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    """*command*, with what it says."""
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


@pytest.mark.skipif(shutil.which("timeout") is None, reason="there is no timeout here, as on macOS")
def test_what_hangs_is_ended() -> None:
    """A step that takes too long fails and is named; a step that ends keeps its status."""
    hung = run(TOP / ".ci" / "limited", "0.005", "sleep", "25")
    failed = run(TOP / ".ci" / "limited", "1", "sh", "-c", "exit 7")

    assert (124, True) == (hung.returncode, "'sleep 25' was ended" in hung.stderr)
    assert (7, "") == (failed.returncode, failed.stderr)


def test_every_step_is_limited() -> None:
    """No step of CI can hang."""
    steps = re.findall(r"^ *(.*\bmake [a-z-]+.*)$", (TOP / ".ci" / "run").read_text(), re.MULTILINE)
    named = [step for step in steps if not step.startswith("#")]

    assert len(named) >= 5
    assert [] == [step for step in named if not re.match(r"\.ci/limited [0-9]+ make ", step)]


def test_an_audit_that_was_not_made_says_so(tmp_path: Path) -> None:
    """Without the tool or the service, the audit is skipped in so many words, for each lock."""
    nothing = tmp_path / "uv"
    nothing.write_text("#!/bin/sh\necho no network >&2\nexit 2\n")
    nothing.chmod(0o755)
    for tool in (nothing, tmp_path / "missing"):
        done = run(sys.executable, TOP / ".ci" / "audit", tool, "one.txt", "two.txt")

        assert 0 == done.returncode, done.stderr
        assert 2 == done.stdout.count("audit: SKIPPED for ")


def test_a_known_vulnerability_fails(tmp_path: Path) -> None:
    """What the advisory service knows fails the audit, by name."""
    found = '{"dependencies": [{"name": "a", "version": "1", "vulns": [{"id": "PYSEC-1"}]}]}'
    tool = tmp_path / "uv"
    tool.write_text(f"#!/bin/sh\necho '{found}'\n")
    tool.chmod(0o755)
    done = run(sys.executable, TOP / ".ci" / "audit", tool, "one.txt")

    assert 1 == done.returncode
    assert "a 1: PYSEC-1" in done.stderr
