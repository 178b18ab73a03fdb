"""Trakt's reads and writes beside playing: one module for each of its subjects (Trakt fact sheet)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrobbled.api.trakt import activities, collection, history, playing, ratings, watched

if TYPE_CHECKING:
    from scrobbled.web.routes import Route


def routes() -> list[Route]:
    """The routes of all of them."""
    subjects = (activities, collection, history, playing, ratings, watched)
    return [route for subject in subjects for route in subject.routes()]
