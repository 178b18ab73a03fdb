"""Trakt's reads and writes beside playing: one module for each of its subjects (Trakt fact sheet)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrobbled.api.trakt import history, playing

if TYPE_CHECKING:
    from scrobbled.web.routes import Route


def routes() -> list[Route]:
    """The routes of all of them."""
    return [*history.routes(), *playing.routes()]
