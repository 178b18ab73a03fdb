"""Programs that a test uses when the machine has them."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest


def needs(program: str, why: str) -> str:
    """The path of *program*; skips the test where it is not installed."""

    folders = os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"
    found = shutil.which(program, path=folders)
    if not found:
        pytest.skip(f"{program} is not installed; with it, {why}")
    return found


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    """Run *command* to its end, with both outputs as one text."""

    return subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60, check=False
    )
