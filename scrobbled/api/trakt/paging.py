"""Pages as Trakt counts them, and the headers that tell of them (Trakt fact sheet §1)."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import TYPE_CHECKING, TypeVar

import msgspec

from scrobbled.api import parameters
from scrobbled.web.routes import Parameter

if TYPE_CHECKING:
    from aiohttp import web

Entry = TypeVar("Entry")

#: Entries on a page at most; who asks for more gets these.
MOST = 250

#: Entries of a page that is asked for without a limit, where everything would be given without a page.
USUAL = 100

#: The query parameters of a paged route, for the API description.
PARAMETERS = (
    Parameter("page", "From 1", {"type": "integer", "minimum": 1}),
    Parameter("limit", f"Entries on a page, at most {MOST}, or all"),
    Parameter("extended", "full for all that is known of each title"),
)


class Page(msgspec.Struct, frozen=True):
    """The page with this *number*, from 1, of *limit* entries; *limit* None is everything."""

    number: int
    limit: int | None

    @property
    def offset(self) -> int:
        """Entries before it."""
        return 0 if self.limit is None else (self.number - 1) * self.limit

    def cut(self, entries: Sequence[Entry]) -> Sequence[Entry]:
        """Those of *entries*, which are all, that are on it."""
        return entries if self.limit is None else entries[self.offset : self.offset + self.limit]

    def headers(self, total: int) -> dict[str, str]:
        """What a client is told of *total* entries; the limit is the one that was applied."""
        limit = max(total, 1) if self.limit is None else self.limit
        return {
            "X-Pagination-Page": str(self.number),
            "X-Pagination-Limit": str(limit),
            "X-Pagination-Page-Count": str(ceil(total / limit)),
            "X-Pagination-Item-Count": str(total),
        }


def page(request: web.Request, *, default: int | None, most: int = MOST) -> Page:
    """
    The page that is asked for, *default* entries without a limit. *default* None gives everything to
    who names neither a page nor a limit, as clients from before 2026 expect it; a limit of 0 is none
    (TMDb Helper). ``limit=all`` is everything always. Raises *PayloadError* for what is no number.
    """
    said, usual = request.query.get("limit", "").lower(), default or USUAL
    limited = said not in {"", "0"}
    if said == "all" or (default is None and not limited and not request.query.get("page")):
        return Page(1, None)
    return Page(
        parameters.clamped(request, "page", 1, 10**9),
        parameters.clamped(request, "limit", usual, most) if limited else min(usual, most),
    )


def extended(request: web.Request) -> frozenset[str]:
    """The words of ``extended=full,episodes``; those that nobody knows are ignored."""
    words = ",".join(request.query.getall("extended", []))
    return frozenset(word.strip().lower() for word in words.split(",") if word.strip())


def flag(request: web.Request, name: str) -> bool:
    """Whether ``name=true`` is said, in one of the ways that clients say it."""
    return request.query.get(name, "").lower() in ("true", "1", "yes")
