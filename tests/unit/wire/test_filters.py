"""What a connection is asked to count: the rest is ignored, with the reason."""

from __future__ import annotations

from typing import Any

import pytest

from scrobbled.wire import reasons, webhook
from scrobbled.wire.filters import Filters

from .composed import RECEIPT, emby, encoded, jellyfin_film, plex_episode, plex_film, tautulli

FILMS = plex_film(librarySectionTitle="Films")
EMBY: dict[str, Any] = emby()
ON_DISK = EMBY | {"Item": EMBY["Item"] | {"Path": "D:\\Media\\Films\\Arrival (2016)\\arrival.mkv"}}


def ignored(payload: dict[str, Any], **filters: list[str]) -> str | None:
    """Why *payload* does not count where *filters* say what does."""
    return webhook.parse("auto", encoded(payload), RECEIPT, only=Filters(**filters)).ignored


@pytest.mark.parametrize(
    ("payload", "filters", "reason"),
    [
        (FILMS, {"kinds": ["movie"]}, None),
        (FILMS, {"kinds": ["Movie", "episode"]}, None),
        (FILMS, {"kinds": ["episode"]}, reasons.OTHER_KIND),
        (plex_episode(), {"kinds": ["movie"]}, reasons.OTHER_KIND),
        (FILMS, {"libraries": ["films "]}, None),
        (FILMS, {"libraries": ["Kids", "Films"]}, None),
        (FILMS, {"libraries": ["Kids"]}, reasons.OTHER_LIBRARY),
        (tautulli(library_name="Films"), {"libraries": ["films"]}, None),
        (ON_DISK, {"paths": ["d:/media/films/*"]}, None),
        (ON_DISK, {"paths": ["D:\\Media\\Films\\*"]}, None),
        (ON_DISK, {"paths": ["/other/*", "*.mkv"]}, None),
        (ON_DISK, {"paths": ["*/Kids/*"]}, reasons.OTHER_PATH),
        (jellyfin_film(Path="/media/films/a.mkv"), {"paths": ["/media/*"]}, None),
        (ON_DISK, {"paths": ["*"], "kinds": ["movie"], "libraries": []}, None),
    ],
)
def test_what_fits_counts(payload: dict[str, Any], filters: dict[str, list[str]], reason: str | None) -> None:
    """Without case, with either slash; several of a sort are alternatives, all sorts have to fit."""
    assert reason == ignored(payload, **filters)


@pytest.mark.parametrize(
    ("filters", "reason"),
    [
        ({"libraries": ["Films"]}, reasons.OTHER_LIBRARY),
        ({"libraries": [""]}, reasons.OTHER_LIBRARY),
        ({"paths": ["*"]}, reasons.OTHER_PATH),
    ],
)
def test_what_is_not_said_does_not_fit(filters: dict[str, list[str]], reason: str) -> None:
    """A play too few can be added."""
    assert reason == ignored(jellyfin_film(), **filters)


def test_another_reason_comes_first() -> None:
    """What would never count keeps its own reason."""
    assert reasons.LIBRARY_EVENT == ignored({"event": "library.new"}, kinds=["episode"])
