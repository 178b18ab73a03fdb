"""Trakt's reads and writes beside playing: one module for each of its subjects (Trakt fact sheet)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrobbled.api.trakt import calendars, charts, playing, searching, seasons, titles, vocabularies

if TYPE_CHECKING:
    from scrobbled.web.routes import Route


def routes() -> list[Route]:
    """The routes of all of them. The first that fits is taken: literal paths come before templates."""
    found = playing.routes()
    for subject in (charts, seasons, titles, calendars, searching, vocabularies):
        found += subject.routes()
    return found
