"""
The file of a backup: a zip of tables as PostgreSQL copies them, and a manifest that can be checked.

A zip, since it can be written in one pass and read from the end: the manifest, which is known
last, is read first. Every member's SHA-256 stands in it.
"""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import IO, BinaryIO, Final, cast

import msgspec

from scrobbled.errors import PayloadError

#: Of the file itself; what the database looked like is *Manifest.schema*.
FORMAT: Final = 1

_MANIFEST: Final = "manifest.json"
_PIECE: Final = 1024 * 1024


class Member(msgspec.Struct, kw_only=True):
    """A part of the file: its *name* in it, bytes before packing, SHA-256 in hexadecimal."""

    name: str
    size: int = 0
    digest: str = ""


class Table(msgspec.Struct, kw_only=True):
    """A table: its *columns* in the order of the file, and how many *rows* there are."""

    name: str
    columns: list[str]
    rows: int
    member: Member


class Manifest(msgspec.Struct, kw_only=True):
    """What is in the file. *waiting* holds what was accepted and not applied; *taken_at* is UTC."""

    format: int
    version: str
    schema: int
    taken_at: datetime
    tables: list[Table]
    sequences: dict[str, int]
    waiting: Member
    waiting_count: int = 0


class Writer:
    """Writes members one after the other."""

    def __init__(self, package: zipfile.ZipFile) -> None:
        self._package = package

    @contextmanager
    def member(self, name: str) -> Iterator[tuple[Member, IO[bytes]]]:
        """A new member, described when the block ends, and where to write it."""
        described = Member(name=name)
        info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
        info.compress_type = zipfile.ZIP_DEFLATED
        with self._package.open(info, "w", force_zip64=True) as packed:
            counted = _Counted(packed)
            yield described, counted  # type: ignore[misc]  # of a file, only write is used
        described.size, described.digest = counted.size, counted.digest.hexdigest()

    def finish(self, manifest: Manifest) -> None:
        """Say what is in the file."""
        self._package.writestr(_MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=1))


class _Counted:
    """A file to write to, that knows what went through."""

    def __init__(self, packed: IO[bytes]) -> None:
        self._packed = packed
        self.size = 0
        self.digest = sha256()

    def write(self, data: bytes) -> int:
        """Write *data*."""
        self.size += len(data)
        self.digest.update(data)
        return self._packed.write(data)


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """
    A new file at *path*, for its owner alone, there as a whole or not at all. Raises
    *PayloadError* when there is one, or none can be made.
    """
    if path.exists():
        message = f"there is a file {path} already; name another, or remove it"
        raise PayloadError(message)
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as package:
                yield Writer(package)
            file.flush()
            os.fsync(file.fileno())
        partial.rename(path)
    except OSError as error:
        message = f"{path} cannot be written: {error.strerror}"
        raise PayloadError(message) from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


class Reader:
    """Reads what *manifest* describes."""

    def __init__(self, package: zipfile.ZipFile, manifest: Manifest) -> None:
        self._package = package
        self.manifest = manifest

    def open(self, member: Member) -> BinaryIO:
        """The bytes of *member*."""
        return cast("BinaryIO", self._package.open(member.name))

    def check(self) -> None:
        """Read everything once; raises *PayloadError* for the first part that is not as it was written."""
        for member in (*(table.member for table in self.manifest.tables), self.manifest.waiting):
            size, digest = 0, sha256()
            with self.open(member) as packed:
                while piece := packed.read(_PIECE):
                    size += len(piece)
                    digest.update(piece)
            if (size, digest.hexdigest()) != (member.size, member.digest):
                message = f"the backup is damaged: {member.name} is not what was written"
                raise PayloadError(message)


@contextmanager
def reading(path: Path) -> Iterator[Reader]:
    """The backup at *path*; raises *PayloadError* when it is none, damaged, or from a newer scrobbled."""
    try:
        with zipfile.ZipFile(path) as package:
            yield Reader(package, _manifest(package))
    except (OSError, zipfile.BadZipFile, KeyError, EOFError, zlib.error) as error:
        message = f"{path} is no backup of scrobbled, or is damaged: {error}"
        raise PayloadError(message) from error


def _manifest(package: zipfile.ZipFile) -> Manifest:
    try:
        manifest = msgspec.json.decode(package.read(_MANIFEST), type=Manifest)
    except msgspec.MsgspecError as error:
        message = f"the manifest of the backup cannot be read: {error}"
        raise PayloadError(message) from error
    if manifest.format > FORMAT:
        message = f"the backup was made by scrobbled {manifest.version}; restore it with that or a newer one"
        raise PayloadError(message)
    return manifest


__all__ = ["FORMAT", "Manifest", "Member", "Reader", "Table", "Writer", "reading", "writing"]
