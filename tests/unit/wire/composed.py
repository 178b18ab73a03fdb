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


def emby(
    event: str = "playback.stop", item: dict[str, object] | None = None, **top: object
) -> dict[str, object]:
    """Compose what Emby 4.8 sends about *item*."""
    sent: dict[str, object] = {
        "Title": "Robin hat Arrival auf Bedroom TV beendet",
        "Date": "2026-03-01T19:59:30.1234567Z",
        "Event": event,
        "User": {"Name": "Robin", "Id": "b" * 32},
        "Item": EMBY_FILM if item is None else item,
        "Server": {"Name": "Attic", "Id": "a" * 32, "Version": "4.8.8.0"},
        "Session": {"Client": "Emby Web", "DeviceName": "Bedroom TV", "DeviceId": "d", "Id": "e" * 32},
    }
    return sent | top


EMBY_FILM: dict[str, object] = {
    "Type": "Movie",
    "Name": "Arrival",
    "OriginalTitle": "Arrival",
    "ProductionYear": 2016,
    "RunTimeTicks": 70_000_000_000,
    "Path": "/films/Arrival (2016)/Arrival.mkv",
    "ProviderIds": {
        "Imdb": "tt2543164",
        "Tmdb": "329865",
        "Official Website": "http://a.example",
        "Wikidata": "Q1",
    },
}
EMBY_EPISODE: dict[str, object] = {
    "Type": "Episode",
    "Name": "Winter Is Coming",
    "SeriesName": "Game of Thrones",
    "SeasonName": "Season 1",
    "ParentIndexNumber": 1,
    "IndexNumber": 1,
    "ProductionYear": 2011,
    "RunTimeTicks": 36_000_000_000,
    "ProviderIds": {"Imdb": "tt1480055", "Tvdb": "3254641"},
}


def tautulli(action: str = "watched", **changes: object) -> dict[str, object]:
    """Compose what the template of docs/players/tautulli.md makes of an episode."""
    sent: dict[str, object] = {
        "action": action,
        "media_type": "episode",
        "title": "",
        "year": "2011",
        "show_name": "Game of Thrones",
        "episode_name": "Winter Is Coming",
        "season_num": "1",
        "episode_num": "1",
        "imdb_id": "tt0944947",
        "thetvdb_id": "121361",
        "themoviedb_id": "1399",
        "view_offset": "3420000",
        "duration_ms": "3600000",
        "progress_percent": "95",
        "user": "Robin",
        "user_id": "1",
        "player": "Bedroom TV",
        "live": "0",
    }
    return sent | changes


def kodi(event: str = "stop", percent: float = 50.0, **changes: object) -> dict[str, object]:
    """Compose what an add-on of Yamtrack's kind sends about an episode."""
    sent: dict[str, object] = {
        "event": event,
        "dbId": 17,
        "title": "Winter Is Coming",
        "mediaType": "episode",
        "year": 2011,
        "uniqueIds": {"imdb": "tt1480055", "tvdb": "3254641"},
        "duration": 3600,
        "progress": {"time": 36 * percent, "percent": percent},
        "tvShowTitle": "Game of Thrones",
        "season": 1,
        "episode": 1,
        "firstAired": "2011-04-17",
        "tvShowUniqueIds": {"imdb": "tt0944947", "tvdb": "121361"},
    }
    return sent | changes


def syncpk(**metadata: object) -> dict[str, object]:
    """Compose what the add-on SyncPK sends: Plex's envelope around Kodi's fields."""
    about: dict[str, object] = {
        "type": "episode",
        "title": "Winter Is Coming",
        "kodi_id": "17",
        "imdbnumber": "3254641",
        "unique_ids": {"tvdb": "3254641", "imdb": "tt1480055"},
        "watched_at": "2026-02-20T21:00:00Z",
        "grandparentTitle": "Game of Thrones",
        "parentIndex": "1",
        "index": "1",
        "kodi_show_id": "5",
        "show_unique_ids": {"tvdb": "121361", "imdb": "tt0944947"},
    }
    return {"event": "media.scrobble", "Metadata": about | metadata}


def crosswatch(event: str, **media: object) -> dict[str, object]:
    """Compose what CrossWatch's add-on for Kodi sends; see https://github.com/crosswatch-app/kodi-addon."""
    about: dict[str, object] = {
        "type": "episode", "title": "The Wire", "year": 2002, "season": 1, "episode": 2,
        "ids": {"tvdb_show": "79126", "imdb_show": "tt0306414", "tvdb": "300472"}, "percent": 42.7,
        "position_ms": 1_180_000, "duration_ms": 2_760_000, "file": "/tv/The Wire/2.mkv", "source": "library",
    }  # fmt: skip
    return {
        "version": 1, "event": event, "event_id": "e", "session_id": "s", "sent_at": "2025-09-19T20:15:03Z",
        "device": {"id": "d", "name": "Attic"}, "viewers": ["Robin"], "media": about | media,
    }  # fmt: skip


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
