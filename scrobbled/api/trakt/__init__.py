"""Trakt's reads and writes beside playing: one module for each of its subjects (Trakt fact sheet)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrobbled.api.trakt import (
    activities,
    collection,
    hidden,
    history,
    lists,
    playing,
    profiles,
    progress,
    ratings,
    up_next,
    watched,
    watchlist,
)

if TYPE_CHECKING:
    from scrobbled.web.routes import Route


def routes() -> list[Route]:
    """The routes of all of them."""
    subjects = (
        activities,
        collection,
        hidden,
        history,
        lists,
        playing,
        profiles,
        progress,
        ratings,
        up_next,
        watched,
        watchlist,
    )
    return [route for subject in subjects for route in subject.routes()]
