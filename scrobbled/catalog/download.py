"""Fetching the sources' public files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path


async def fetch(url: str, folder: Path, *, progress: Callable[[int, int | None], None] | None = None) -> Path:
    """Fetch *url* to *folder* and return the file's path."""
    raise NotImplementedError(url, folder, progress)
