"""Named SQL: ``-- name: …`` blocks in *queries/*.sql*, loaded once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from importlib import resources
from typing import Any

_NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)


def load(module: str) -> dict[str, str]:
    """
    The queries of *queries/<module>.sql* by name.

    A block starts at its ``-- name:`` line and runs to the next one; comments
    below the name say what the query promises and stay in the text, where
    ``pg_stat_statements`` shows them.
    """
    text = resources.files("scrobbled.store").joinpath("queries", f"{module}.sql").read_text("utf-8")
    parts = _NAME.split(text)
    return {name: body.strip().rstrip(";") for name, body in zip(parts[1::2], parts[2::2], strict=True)}


def columns(rows: Iterable[Sequence[Any]], width: int) -> list[list[Any]]:
    """*rows* of *width* values turned into parallel columns, as unnest takes them."""
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(width)]
