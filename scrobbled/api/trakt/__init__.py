"""Trakt's reads and writes beside playing: one module for each of its subjects (Trakt fact sheet)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrobbled.api.trakt import (
    activities,
    calendars,
    charts,
    collection,
    hidden,
    history,
    playing,
    progress,
    ratings,
    searching,
    seasons,
    titles,
    up_next,
    vocabularies,
    watched,
)

if TYPE_CHECKING:
    from scrobbled.web.routes import Route


def routes() -> list[Route]:
    """The routes of all of them. The first that fits is taken: charts are named before titles' ids."""
    subjects = (
        activities, collection, hidden, history, playing, progress, ratings, up_next, watched,
        charts, seasons, titles, calendars, searching, vocabularies,
    )  # fmt: skip
    return [route for subject in subjects for route in subject.routes()]
