"""Trakt's reads and writes beside scrobbling: one module for each of its subjects (Trakt fact sheet)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrobbled.api.trakt import (
    activities,
    calendars,
    charts,
    collection,
    hidden,
    history,
    lists,
    media_charts,
    playing,
    profiles,
    progress,
    ratings,
    searching,
    seasons,
    social,
    titles,
    up_next,
    vocabularies,
    watched,
    watchlist,
)

if TYPE_CHECKING:
    from scrobbled.web.routes import Route

#: In the order they are asked: the first route that fits is taken, so literal paths come before templates.
_SUBJECTS = (
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
    charts,
    media_charts,
    seasons,
    social,
    titles,
    calendars,
    searching,
    vocabularies,
)


def routes() -> list[Route]:
    """The routes of all of them."""
    return [route for subject in _SUBJECTS for route in subject.routes()]
