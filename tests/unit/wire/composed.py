"""Payloads composed for the tests: neutral people, servers and addresses."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from uuid import UUID

from scrobbled.model.event import Receipt

RECEIPT = Receipt(
    id=UUID("00000000-0000-0000-0000-00000000abcd"),
    user_id=42,
    received_at=datetime(2026, 3, 1, 20, 0, tzinfo=UTC),
)


def plex(event: str = "media.scrobble", **metadata: object) -> dict[str, object]:
    """Compose a Plex payload about *metadata*."""
    return {
        "event": event,
        "user": True,
        "owner": True,
        "Account": {"id": 1, "title": "Robin"},
        "Server": {"title": "Attic", "uuid": "s" * 40},
        "Player": {"local": True, "title": "Bedroom TV", "uuid": "p" * 20},
        "Metadata": metadata,
    }


def plex_film(event: str = "media.scrobble", **changes: object) -> dict[str, object]:
    """Compose a Plex payload about a film."""
    film: dict[str, object] = {
        "type": "movie",
        "title": "Arrival",
        "year": 2016,
        "duration": 7_000_000,
        "guid": "plex://movie/5d776b59ad5437001f79c6f8",
        "Guid": [{"id": "imdb://tt2543164"}, {"id": "tmdb://329865"}],
    }
    return plex(event, **(film | changes))


def plex_episode(event: str = "media.stop", **changes: object) -> dict[str, object]:
    """Compose a Plex payload about an episode."""
    episode: dict[str, object] = {
        "type": "episode",
        "title": "Winter Is Coming",
        "grandparentTitle": "Game of Thrones",
        "parentTitle": "Season 1",
        "parentIndex": 1,
        "index": 1,
        "year": 2011,
        "duration": 3_600_000,
        "viewOffset": 900_000,
        "guid": "plex://episode/5d9c1276e264b7001fcaaaaa",
        "grandparentGuid": "plex://show/5d9c086c46115600200aaaaa",
        "Guid": [{"id": "imdb://tt1480055"}, {"id": "tvdb://3254641"}],
    }
    return plex(event, **(episode | changes))


def jellyfin_film(event: str = "PlaybackStop", **changes: object) -> dict[str, object]:
    """Compose what "Send All Properties" sends about a film."""
    sent: dict[str, object] = {
        "ServerId": "a" * 32,
        "ServerVersion": "10.10.6",
        "NotificationType": event,
        "UtcTimestamp": "2026-03-01T19:59:30.1234567Z",
        "Name": "Arrival",
        "ItemType": "Movie",
        "RunTimeTicks": 70_000_000_000,
        "Year": 2016,
        "Provider_imdb": "tt2543164",
        "Provider_tmdb": "329865",
        "Provider_tmdbcollection": "0",
        "PlaybackPositionTicks": 35_000_000_000,
        "IsPaused": False,
        "DeviceName": "Bedroom TV",
        "ClientName": "Jellyfin Web",
        "NotificationUsername": "Robin",
        "UserId": "b" * 32,
    }
    return sent | changes


def jellyfin_episode(event: str = "PlaybackStop", **changes: object) -> dict[str, object]:
    """Compose what "Send All Properties" sends about an episode."""
    episode: dict[str, object] = {
        "Name": "Winter Is Coming",
        "ItemType": "Episode",
        "SeriesName": "Game of Thrones",
        "SeasonNumber": 1,
        "EpisodeNumber": 1,
        "Year": 2011,
        "Provider_imdb": "tt1480055",
        "Provider_tmdb": "63056",
    }
    return jellyfin_film(event, **(episode | changes))


def nested(event: str, item: dict[str, object], **top: object) -> dict[str, object]:
    """Compose the nested shape of community templates."""
    return {"Event": event, "Item": item, **top}


def encoded(payload: object) -> bytes:
    """Give *payload* as JSON."""
    return json.dumps(payload).encode()


def multipart(
    *parts: tuple[str, bytes], boundary: str = "-" * 24 + "0f1e2d3c4b5a6978", newline: bytes = b"\r\n"
) -> bytes:
    """Join *parts* (header lines and content) to a multipart body."""
    body = b""
    for headers, content in parts:
        lines = [b"--" + boundary.encode(), *headers.encode().split(b"\n"), b"", content]
        body += newline.join(lines) + newline
    return body + b"--" + boundary.encode() + b"--" + newline
