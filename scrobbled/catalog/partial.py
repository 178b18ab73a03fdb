"""A file that is being loaded: what is there of it, where it comes from, and whether it is whole."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import IO, Any, Final

import aiohttp
import msgspec

from scrobbled.errors import PayloadError

_PARTIAL: Final = 206
_RANGE: Final = re.compile(r"bytes ([0-9]{1,18})-[0-9]{1,18}/([0-9]{1,18}|\*)", re.ASCII)
_PIECE: Final = 1 << 20


class Changed(Exception):  # noqa: N818  # what happened to the file
    """What was loaded so far does not belong to what the server has now."""


class Origin(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a file comes from, and how its server tells one state of it from another."""

    url: str = ""
    etag: str | None = None
    last_modified: str | None = None
    size: int | None = None
    #: Whether *last_modified* lies so far back that the file cannot have changed within its second.
    settled: bool = False
    #: Algorithm and hexadecimal digest of the whole file, where the server gave one.
    digest: tuple[str, str] | None = None

    @classmethod
    def of(cls, path: Path, url: str) -> Origin:
        """The origin of the file at *path* if that is whole and came from *url*, else an empty one."""
        origin = _stored(path.with_name(path.name + ".origin"))
        size = path.stat().st_size if path.is_file() else None
        return origin if size is not None and (origin.url, origin.size) == (url, size) else cls()

    @classmethod
    def told(cls, url: str, answer: aiohttp.ClientResponse, total: int | None) -> Origin:
        """What *answer* says of the file at *url*, which has *total* bytes."""
        headers = answer.headers
        return cls(
            url=url,
            etag=headers.get("ETag"),
            last_modified=headers.get("Last-Modified"),
            size=total,
            settled=_is_settled(headers.get("Last-Modified"), headers.get("Date")),
            digest=_digest(answer),
        )

    def conditions(self) -> dict[str, str]:
        """The headers that ask for the file only if it changed."""
        if self.etag:
            return {"If-None-Match": self.etag}
        return {"If-Modified-Since": self.last_modified} if self.last_modified else {}

    @property
    def validator(self) -> str | None:
        """What If-Range may name: a strong tag, or a date that is as good as one."""
        if self.etag and not self.etag.startswith("W/"):
            return self.etag
        return self.last_modified if self.settled and not self.etag else None


class Partial:
    """The part of the file for *path* that is loaded from *url*; *close* it in the end."""

    def __init__(self, path: Path, url: str) -> None:
        self._path, self._url = path, url
        self._part = path.with_name(path.name + ".part")
        self._note = path.with_name(path.name + ".part.origin")
        self._origin = _stored(self._note)
        self._file: IO[bytes] | None = None
        usable = self._part.is_file() and self._origin.url == url and self._origin.validator is not None
        self.size = self._part.stat().st_size if usable else 0

    def conditions(self) -> dict[str, str]:
        """The headers that ask for the rest, or all of it if it changed; {} when nothing is there."""
        if not self.size or self._origin.validator is None:
            return {}
        return {"Range": f"bytes={self.size}-", "If-Range": self._origin.validator}

    def begin(self, answer: aiohttp.ClientResponse, start: int) -> int | None:
        """
        Get ready for the body of *answer*, which begins at byte *start*; returns how long the file
        will be, None if the server does not say. Raises *Changed* when the body is not the rest.
        """
        length = answer.headers.get("Content-Length")
        total = int(length) if length and length.isdigit() else None
        if answer.status == _PARTIAL:
            total = self._rest_of(answer, start)
        else:
            self._origin = Origin.told(self._url, answer, total)
        self._file = self._part.open("r+b" if start else "wb")
        self._file.seek(start)
        self._file.truncate()
        self.size = start
        self._note.write_bytes(msgspec.json.encode(self._origin))
        return total

    def _rest_of(self, answer: aiohttp.ClientResponse, start: int) -> int | None:
        found = _RANGE.fullmatch(answer.headers.get("Content-Range", "").strip())
        if found is None or int(found[1]) != start:
            raise Changed("the server sent another part of it than was asked for")
        total = None if found[2] == "*" else int(found[2])
        etag = answer.headers.get("ETag")
        if (etag and self._origin.etag and etag != self._origin.etag) or (
            None not in (total, self._origin.size) and total != self._origin.size
        ):
            raise Changed("the server's copy changed")
        return total

    def write(self, piece: bytes) -> None:
        """Add what arrived."""
        assert self._file is not None  # it began
        self._file.write(piece)
        self.size += len(piece)

    def complete(self, total: int | None, sha256: str | None) -> Path:
        """Check the file and put it in its place. Raises *PayloadError* when it is not what it should be."""
        assert self._file is not None  # it began
        self._file.flush()
        os.fsync(self._file.fileno())
        self.close()
        if total is not None and self.size != total:
            self.discard()
            raise PayloadError(f"{self._url}: {self.size} bytes arrived of a file of {total}")
        for algorithm, expected in _expected(self._origin, sha256):
            actual = _hash(self._part, algorithm)
            if actual != expected:
                self.discard()
                raise PayloadError(f"{self._url}: its {algorithm} is {actual} and should be {expected}")
        return self._put_in_place()

    def _put_in_place(self) -> Path:
        note = self._path.with_name(self._path.name + ".origin")
        note.unlink(missing_ok=True)  # a crash in between leaves a file that is loaded again
        self._part.replace(self._path)
        self._note.unlink(missing_ok=True)
        note.write_bytes(msgspec.json.encode(msgspec.structs.replace(self._origin, size=self.size)))
        return self._path

    def discard(self) -> None:
        """Forget what was loaded."""
        self.close()
        self._part.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)
        self.size = 0

    def close(self) -> None:
        """Let go of the file; what arrived stays."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _stored(note: Path) -> Origin:
    try:
        return msgspec.json.decode(note.read_bytes(), type=Origin)
    except (FileNotFoundError, ValueError):  # one that a crash cut off says nothing
        return Origin()


def _is_settled(last_modified: str | None, date: str | None) -> bool:
    """Whether a date is a strong validator (https://www.rfc-editor.org/rfc/rfc9110#section-8.8.2.2)."""
    try:
        changed, sent = parsedate_to_datetime(last_modified or ""), parsedate_to_datetime(date or "")
        return (sent - changed).total_seconds() >= 1
    except (ValueError, TypeError):  # an aware and a naive one
        return False


def _expected(origin: Origin, sha256: str | None) -> list[tuple[str, str]]:
    known = [origin.digest] if origin.digest else []
    return [*known, *([("sha256", sha256.lower())] if sha256 else [])]


def _digest(answer: aiohttp.ClientResponse) -> tuple[str, str] | None:
    """
    The digest of the whole file that a server may give: Repr-Digest (RFC 9530), Digest (RFC 3230,
    which it replaced) or Content-MD5, the last one only where the body is the whole file.
    """
    found = re.search(r"(?i)\bsha-256=:?([A-Za-z0-9+/]{43}=)", answer.headers.get("Repr-Digest", ""))
    found = found or re.search(r"(?i)\bsha-256=([A-Za-z0-9+/]{43}=)", answer.headers.get("Digest", ""))
    if found is not None:
        return ("sha256", base64.b64decode(found[1]).hex())
    try:
        md5 = base64.b64decode(answer.headers.get("Content-MD5", ""), validate=True)
    except (binascii.Error, ValueError):
        return None
    return ("md5", md5.hex()) if len(md5) == hashlib.md5(usedforsecurity=False).digest_size else None


def _hash(path: Path, algorithm: str) -> str:
    makers: dict[str, Callable[..., Any]] = {"sha256": hashlib.sha256, "md5": hashlib.md5}
    digest = makers[algorithm](usedforsecurity=False)
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return str(digest.hexdigest())
