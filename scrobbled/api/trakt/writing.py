"""What Trakt's sync writes share: how much they take, what they could not find, their routes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scrobbled.model.wanted import Found
from scrobbled.web.routes import Handler, Route, Scope, Surface
from scrobbled.wire import trakt_items
from scrobbled.wire.trakt_items import Body, Entry

#: Bytes that a body of thousands of items may have.
LIMIT = 8 * 1024 * 1024

#: Where what is written came from.
SOURCE = "trakt"


def lost(
    body: Body,
    entries: Sequence[Entry],
    found: Sequence[Found | None],
    sections: Sequence[str] = trakt_items.SECTIONS,
) -> dict[str, list[Any]]:
    """``not_found``: the caller's own objects of those *entries* that were not *found*."""
    missing = (entry for entry, each in zip(entries, found, strict=True) if each is None)
    return trakt_items.not_found(body, missing, sections)


def routes(path: str, add: Handler, remove: Handler, what: str) -> list[Route]:
    """``POST path`` and ``POST path/remove`` of *what* somebody has."""
    refused = ((400, "No JSON"), (422, "What is wrong with the body"))
    return [
        Route(
            "POST",
            at,
            handler,
            Surface.TRAKT,
            Scope.WRITE,
            summary,
            limit=LIMIT,
            answers=((status, "How much was done, and what was not found"), *refused),
        )
        for at, handler, summary, status in (
            (path, add, f"Add to {what}", 201),
            (f"{path}/remove", remove, f"Remove from {what}", 200),
        )
    ]
