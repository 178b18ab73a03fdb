"""Imports that ran to their end are remembered, so that the same files are not read again."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import orjson

from scrobbled.catalog.loading import Summary
from scrobbled.errors import PayloadError
from scrobbled.store import catalog_load

if TYPE_CHECKING:
    from scrobbled.store.pool import Connection


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """An import of *files* (name, size in bytes, sha256) from *source* with *options*."""

    source: str
    files: list[dict[str, Any]]
    options: dict[str, Any]

    @property
    def digest(self) -> str:
        """The same for the same content, whatever the files are called, and the same options."""
        content = [sorted(file["sha256"] for file in self.files), self.options]
        return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


def run_of(source: str, files: Sequence[Path], options: dict[str, Any]) -> Run:
    """Describe an import; reads all of *files*. Raises *PayloadError* for one that cannot be read."""
    return Run(source=source, files=[_described(file) for file in files], options=options)


async def finished_at(connection: Connection, run: Run) -> datetime | None:
    """When *run* ended before; None when it never did."""
    return await catalog_load.import_known(connection, run.source, run.digest)


async def remember(connection: Connection, run: Run, summary: Summary) -> None:
    """Note that *run* ended now."""
    counts = msgspec.to_builtins(summary)
    del counts["problems"]
    await catalog_load.remember_import(
        connection, run.source, run.digest, files=run.files, options=run.options, counts=counts
    )


def _described(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return {"name": path.name, "size": path.stat().st_size, "sha256": digest}
    except OSError as error:
        raise PayloadError(f"{path}: {error.strerror}") from error
