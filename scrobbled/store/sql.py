"""Named SQL: ``-- name: …`` blocks in *queries/*.sql*, loaded once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

#: Not by importlib.resources, whose import takes longer than reading all of them.
_QUERIES = Path(__file__).with_name("queries")

_NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)


def load(module: str) -> dict[str, str]:
    """
    The queries of *queries/<module>.sql* by name.

    A block starts at its ``-- name:`` line and runs to the next one; comments
    below the name say what the query promises and stay in the text, where
    ``pg_stat_statements`` shows them.
    """
    text = (_QUERIES / f"{module}.sql").read_text("utf-8")
    parts = _NAME.split(text)
    return {name: body.strip().rstrip(";") for name, body in zip(parts[1::2], parts[2::2], strict=True)}


def columns(rows: Iterable[Sequence[Any]], width: int) -> list[list[Any]]:
    """*rows* of *width* values turned into parallel columns, as unnest takes them."""
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(width)]
