"""What many senders post, each as its author writes it, and what it has to be read as.

One row is one shape that is in use somewhere. Each reads alike at its player's address and at the one for
all; keys that a row does not name are empty in its reading.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from .composed import EMBY_EPISODE, emby, nested, plex, tautulli
from .shapes import Expected, Shape, assert_reads_as, at_both_addresses

THRONES: Expected = {"kind": "episode", "show": "Game of Thrones", "season": 1, "episode": 2}
ARRIVAL: Expected = {"kind": "movie", "title": "Arrival"}
OF_FILM = {"ids": {"imdb": "tt2543164", "tmdb": "329865"}}
OF_EPISODE = {"ids": {"imdb": "tt1668746", "tvdb": "3436411"}}
OF_SHOW = {"show_ids": {"imdb": "tt0944947", "tvdb": "121361"}}
NOTHING: Expected = {"kind": "other", "action": "ignore"}

NUMBERS = {"type": "episode", "grandparentTitle": "Game of Thrones", "parentIndex": 1, "index": 2}


def _plex(event: str = "media.scrobble", **metadata: Any) -> dict[str, object]:
    return plex(event, **NUMBERS, **metadata)


def _legacy(guid: str, **more: Any) -> dict[str, object]:
    return _plex(guid=guid, **more)


PLEX: list[Shape] = [
    (_legacy("com.plexapp.agents.hama://anidb-4563/1/2?lang=en"), THRONES | {"show_ids": {"anidb": "4563"}}),
    (_legacy("com.plexapp.agents.hama://tvdb4-121361/1/2"), THRONES | {"show_ids": {"tvdb": "121361"}}),
    (_legacy("com.plexapp.agents.hama://imdb-tt0944947/1/2"), THRONES | {"show_ids": {"imdb": "tt0944947"}}),
    (_legacy("net.fribbtastic.coding.plex.myanimelist://22?lang=en"), THRONES | {"show_ids": {"mal": "22"}}),
    (_legacy("com.plexapp.agents.thetvdbdvdorder://121361/1/2"), THRONES | {"show_ids": {"tvdb": "121361"}}),
    (_legacy("com.plexapp.agents.xbmcnfotv://121361/1/2"), THRONES | {"show_ids": {"tvdb": "121361"}}),
    (_legacy("tv.plex.agents.nfo.tv://tt0944947/1/2"), THRONES | {"show_ids": {"imdb": "tt0944947"}}),
    (_legacy("com.plexapp.agents.thetvdb://121361"), THRONES | {"show_ids": {"tvdb": "121361"}}),
    (_plex(guid=[{"id": "tvdb://3436411"}, {"id": "imdb://tt1668746"}]), THRONES | OF_EPISODE),
    (_plex(Guid=["tvdb://3436411", "imdb://tt1668746"]), THRONES | OF_EPISODE),
    (_plex(Guid=[{"id": "tvdb://3436411"}], grandparentGuid="imdb://tt0944947"),
     THRONES | {"ids": {"tvdb": "3436411"}, "show_ids": {"imdb": "tt0944947"}}),
    (_plex(Guid=[], parentGuid="com.plexapp.agents.hama://tvdb-121361/1"),
     THRONES | {"show_ids": {"tvdb": "121361"}}),
    (_plex(guid="plex://episode/5f", Guid=[]), THRONES),
    (plex("media.scrobble", type="episode", grandparentTitle="Game of Thrones",
      guid="com.plexapp.agents.imdb://tt0944947/1/2"),
     THRONES | {"show_ids": {"imdb": "tt0944947"}}),
    (plex("media.scrobble", **NUMBERS | {"parentIndex": 0, "parentTitle": "Specials"}),
     THRONES | {"season": 0}),
    (_plex("media.stop", duration=3_000_000), THRONES | {"action": "stop"}),
    (_plex("media.stop", duration=3_000_000, viewOffset=2_699_700),
     THRONES | {"action": "stop", "progress_percent": 89.99}),
    (_plex("media.stop", duration=3_000_000, viewOffset=2_700_000), THRONES | {"progress_percent": 90.0}),
    (_plex("media.pause", duration=3_000_000, viewOffset=2_850_000),
     THRONES | {"action": "pause", "progress_percent": 95.0}),
    (_plex("media.pause", duration=3_000_000, viewOffset=0),
     THRONES | {"action": "pause", "progress_percent": 0.0}),
    (_plex("library.on.deck"), THRONES | {"action": "ignore"}),
    (_plex("media.play", live="1", librarySectionType="livetv"), THRONES | {"action": "ignore"}),
    (plex("media.play", type="track", title="Heptapods", grandparentTitle="Johann",
      parentTitle="Arrival", index=3),
     NOTHING | {"title": "Heptapods"}),
    (plex("library.new", type="album", title="Arrival", parentTitle="Johann", year=2016),
     NOTHING | {"title": "Arrival", "year": 2016}),
    (plex("library.new", type="show", title="Game of Thrones", year=2011, Guid=[{"id": "tvdb://121361"}]),
     NOTHING | {"title": "Game of Thrones", "year": 2011, "show_ids": {"tvdb": "121361"}}),
    (plex("library.new", type="season", title="Season 1", parentTitle="Game of Thrones", index=1),
     NOTHING | {"title": "Season 1", "show": "Game of Thrones", "season": 1}),
    (plex("media.play", type="clip", title="Trailer", subtype="trailer", guid="iva://x",
      Guid=[{"id": "tmdb://329865"}]),
     NOTHING | {"title": "Trailer", "ids": {"tmdb": "329865"}}),
    ({"event": "admin.database.backup", "user": True, "owner": True, "Account": {"id": 1},
      "Server": {"title": "Attic"}},
     NOTHING),
    ({"event": "device.new", "user": True, "owner": True, "Account": {"id": 1}, "Player": {"title": "TV"}},
     NOTHING),
]  # fmt: skip

FLAT = {
    "ItemType": "Episode", "Name": "The Kingsroad", "SeriesName": "Game of Thrones", "SeasonNumber": 1,
    "EpisodeNumber": 2, "Year": 2011,
}  # fmt: skip
KINGSROAD = THRONES | {"title": "The Kingsroad", "year": 2011}
ITEM: dict[str, object] = {
    "Type": "Episode", "Name": "The Kingsroad", "SeriesName": "Game of Thrones", "ParentIndexNumber": 1,
    "IndexNumber": 2, "ProductionYear": 2011, "RunTimeTicks": 30_000_000_000,
    "ProviderIds": {"Imdb": "tt1668746", "Tvdb": "3436411"},
}  # fmt: skip
SERIES = {"Name": "Game of Thrones", "ProviderIds": {"Imdb": "tt0944947", "Tvdb": "121361"}}
HALF = {"Session": {"PlayState": {"PositionTicks": 15_000_000_000}}}


def _jellyfin(event: str, **more: object) -> dict[str, object]:
    return {"NotificationType": event, **FLAT, **more}


def _template(**more: object) -> dict[str, object]:
    """Compose what a template of Bangumi's kind makes: the series' name is the title."""
    return {
        "media_type": "Episode", "title": "Game of Thrones", "ori_title": " ", "season": 1, "episode": 2,
        "NotificationType": "PlaybackStop", **more,
    }  # fmt: skip


JELLYFIN: list[Shape] = [
    (_jellyfin("PlaybackStart", SeasonNumber=0), KINGSROAD | {"season": 0, "action": "start"}),
    (_jellyfin("PlaybackStop", EpisodeNumberEnd=3), KINGSROAD | {"episode_end": 3, "action": "stop"}),
    (_jellyfin("PlaybackStop", PlayedToCompletion="True"), KINGSROAD),
    (_jellyfin("PlaybackStop", PlayedToCompletion=True, PlaybackPositionTicks=0, RunTimeTicks=36_000_000_000),
     KINGSROAD),
    (_jellyfin("PlaybackProgress", IsPaused="True"), KINGSROAD | {"action": "pause"}),
    (_jellyfin("PlaybackProgress", PlaybackPositionTicks="18000000000", RunTimeTicks="36000000000"),
     KINGSROAD | {"action": "start", "progress_percent": 50.0}),
    (_jellyfin("ItemAdded", Provider_imdb="tt1668746", Provider_tvdb="3436411", Provider_tvdbslug="x"),
     KINGSROAD | OF_EPISODE | {"action": "ignore"}),
    (_jellyfin("ItemDeleted"), KINGSROAD | {"action": "ignore"}),
    (_jellyfin("MarkPlayed"), KINGSROAD),
    (_jellyfin("UserDataSaved", SaveReason="TogglePlayed", Played="True"), KINGSROAD),
    (_jellyfin("UserDataSaved", SaveReason="TogglePlayed", Played="False"),
     KINGSROAD | {"action": "ignore", "secondary_action": "unwatch"}),
    (_jellyfin("UserDataSaved", SaveReason="UpdateUserRating", Rating=7.5),
     KINGSROAD | {"action": "ignore", "rating": 7.5}),
    (_jellyfin("UserDataSaved", SaveReason="PlaybackProgress", Played=True),
     KINGSROAD | {"action": "ignore"}),
    (_template(PlayedToCompletion="True"), THRONES),
    (_template(PlayedToCompletion="False"), THRONES | {"action": "stop"}),
    ({"NotificationType": "ItemMarkPlayed", "ItemType": "Episode", "SeriesName": "Game of Thrones",
      "IndexNumber": 2,
      "ParentIndexNumber": 1, "ProviderIds": {"Tvdb": "3436411"}}, THRONES | {"ids": {"tvdb": "3436411"}}),
    (nested("Play", ITEM, Series=SERIES, **HALF),
     KINGSROAD | OF_EPISODE | OF_SHOW | {"action": "start", "progress_percent": 50.0}),
    (nested("Progress", ITEM | {"ProviderIds": {}}, Series=SERIES, **HALF),
     KINGSROAD | OF_SHOW | {"action": "start", "progress_percent": 50.0}),
    (nested("MarkUnplayed", ITEM),
     KINGSROAD | OF_EPISODE | {"action": "ignore", "secondary_action": "unwatch"}),
    (nested("MarkPlayed", {"Type": "Movie", "ProviderIds": {"Tmdb": "329865"}}), {"kind": "movie",
      "ids": {"tmdb": "329865"}}),
    (nested("Play", {"Type": "Series", "Name": "Game of Thrones", "ProviderIds": {"Tvdb": "121361"}}),
     NOTHING | {"title": "Game of Thrones", "show_ids": {"tvdb": "121361"}}),
    ({"NotificationType": "AuthenticationSuccess", "ServerId": "a", "Name": "Robin",
      "NotificationUsername": "Robin"},
     NOTHING),
    ({"NotificationType": "PluginInstalled", "PluginName": "Webhook"}, NOTHING),
    ({"NotificationType": "PlaybackStart", "ItemType": "TvChannel", "Name": "One"},
     NOTHING | {"title": "One"}),
]  # fmt: skip

INFO = {"PlaybackInfo": {"PositionTicks": 18_000_000_000, "PlayedToCompletion": False}}
WINTER = {
    "kind": "episode",
    "title": "Winter Is Coming",
    "show": "Game of Thrones",
    "season": 1,
    "episode": 1,
    "year": 2011,
}
OF_WINTER = {"ids": {"imdb": "tt1480055", "tvdb": "3254641"}}
STRM: dict[str, object] = EMBY_EPISODE | {
    "ProviderIds": {},
    "Path": "/tv/Game of Thrones {tvdb-121361}/Season 1/1.strm",
}

EMBY: list[Shape] = [
    (emby("playback.pause", EMBY_EPISODE, **INFO),
     WINTER | OF_WINTER | {"action": "pause", "progress_percent": 50.0}),
    (emby("playback.unpause", EMBY_EPISODE, **INFO),
     WINTER | OF_WINTER | {"action": "start", "progress_percent": 50.0}),
    (emby("playback.stop", EMBY_EPISODE, **INFO),
     WINTER | OF_WINTER | {"action": "stop", "progress_percent": 50.0}),
    (emby("playback.stop", EMBY_EPISODE | {"IndexNumberEnd": 2}, PlayedToCompletion=True),
     WINTER | OF_WINTER | {"episode_end": 2}),
    (emby("playback.stop", STRM, PlayedToCompletion=True), WINTER | {"show_ids": {"tvdb": "121361"}}),
    (emby("item.markplayed", EMBY_EPISODE), WINTER | OF_WINTER),
    (emby("item.addedtofavorites", EMBY_EPISODE), WINTER | OF_WINTER | {"action": "ignore"}),
    (emby("playback.dance", EMBY_EPISODE, PlayedToCompletion=True),
     WINTER | OF_WINTER | {"action": "ignore"}),
    (emby("playback.stop", {"Type": "Unheard", "Name": "Arrival"}, PlayedToCompletion=True),
     NOTHING | {"title": "Arrival"}),
    (emby("playback.start", {"Type": "Audio", "Name": "Heptapods", "Album": "Arrival"}),
     NOTHING | {"title": "Heptapods"}),
    (emby("library.new", {"Type": "Series", "Name": "Game of Thrones", "ProviderIds": {"Tvdb": "121361"}}),
     NOTHING | {"title": "Game of Thrones", "show_ids": {"tvdb": "121361"}}),
    ({"Title": "Test", "Event": "system.notificationtest", "Server": {"Name": "Attic", "Version": "4.8.8.0"}},
     NOTHING),
    ({"Event": "user.authenticated", "User": {"Name": "Robin"}, "Server": {"Version": "4.9.0.1"}}, NOTHING),
]  # fmt: skip

#: What WatchState's template makes of an episode: everything is text, and the ids are the show's.
PRINTED = {
    "librarySectionType": None, "ratingKey": "7", "guid": "plex://episode/5f", "parentGuid": None,
    "type": "episode",
    "title": "The Kingsroad", "grandparentTitle": "Game of Thrones", "parentTitle": "Season 1", "index": "2",
    "parentIndex": "1", "viewOffset": "1500000", "duration": "3000000", "year": "2011", "userRating": "",
    "Guids": {"imdb": "tt0944947", "tvdb": "121361", "tmdb": ""},
}  # fmt: skip
HALFWAY = KINGSROAD | OF_SHOW | {"progress_percent": 50.0}


def _printed(action: str, **metadata: object) -> dict[str, object]:
    return plex(f"tautulli.{action}", **(PRINTED | metadata)) | {"Account": {"id": "7", "title": "Robin"}}


TAUTULLI: list[Shape] = [
    (_printed("play"), HALFWAY | {"action": "start"}),
    (_printed("pause"), HALFWAY | {"action": "pause"}),
    (_printed("stop"), HALFWAY | {"action": "stop"}),
    (_printed("watched"), HALFWAY),
    (_printed("created"), HALFWAY | {"action": "ignore"}),
    (_printed("created", index="2-9"), HALFWAY | {"action": "ignore", "episode": None}),
    (_printed("play", type="clip", title="Trailer", Guids={}),
     NOTHING | {"title": "Trailer", "year": 2011, "progress_percent": 50.0}),
    ({"plex_title": "Game of Thrones", "plex_season_num": "1", "plex_ep_num": "2"}, THRONES),
    ({"plex_title": "Game of Thrones", "plex_season_num": "1", "plex_ep_num": "2", "thetvdb_id": "121361"},
     THRONES | {"show_ids": {"tvdb": "121361"}}),
    ({"plex_title": "", "plex_movie_title": "Arrival", "plex_ep_num": "", "themoviedb_id": "329865",
      "media_type": "movie"},
     ARRIVAL | {"ids": {"tmdb": "329865"}}),
    ({"media_type": "episode", "title": "Game of Thrones", "ori_title": " ", "season": "1",
      "episode": "2", "source": "plex"},
     THRONES),
    ({"media_type": "movie", "title": "Arrival", "ori_title": " ", "season": "1", "episode": "1",
      "source": "plex"},
     ARRIVAL),
    ({"event_type": "resume", "rating_key": "7", "player_uuid": "p", "media_type": "movie",
      "title": "Arrival"},
     ARRIVAL | {"action": "start"}),
    ({"event": "created", "media_type": "movie", "title": "Arrival", "rating_key": "7",
      "tmdb_id": "329865", "thetvdb_id": ""},
     ARRIVAL | {"ids": {"tmdb": "329865"}, "action": "ignore"}),
    (tautulli("stop", episode_num="2", episode_name="", imdb_id="", themoviedb_id="", progress_percent="12"),
     THRONES | {"year": 2011, "show_ids": {"tvdb": "121361"}, "action": "stop", "progress_percent": 12.0}),
]  # fmt: skip

KODI_FILM = {
    "title": "Arrival",
    "mediaType": "movie",
    "uniqueIds": {"imdb": "tt2543164", "tmdb": "329865"},
    "dbId": 7,
}
KODI: list[Shape] = [
    ({"event": "start", **KODI_FILM, "progress": {"time": 0, "percent": 0.0}},
     ARRIVAL | OF_FILM | {"action": "start", "progress_percent": 0.0}),
    ({"event": "stop", **KODI_FILM, "progress": {"percent": 51.703499}},
     ARRIVAL | OF_FILM | {"action": "stop", "progress_percent": 51.7}),
    ({"event": "stop", **KODI_FILM, "progress": {"percent": 90.79}},
     ARRIVAL | OF_FILM | {"progress_percent": 90.79}),
    ({"title": "Arrival", "uniqueIds": {"tmdbId": 329865, "imdbId": "tt2543164"}}, ARRIVAL | OF_FILM),
    ({"identifier": "329865", "lot": "MOVIE", "progress": "45"},
     {"kind": "movie", "ids": {"tmdb": "329865"}, "action": "start", "progress_percent": 45.0}),
    ({"event": "start", "title": "Heptapods", "mediaType": "song", "uniqueIds": {}},
     NOTHING | {"title": "Heptapods"}),
    ({"method": "System.OnWake", "params": {"data": None}}, NOTHING),
]  # fmt: skip

GENERIC: list[Shape] = [
    ({"show": "Game of Thrones", "season": 1, "episode": 2}, THRONES),
    ({"show": "Game of Thrones", "episode": "2"}, THRONES | {"season": None}),
    ({"event": "media.stop", "type": "movie", "title": "Arrival", "progress": 95},
     ARRIVAL | {"progress_percent": 95.0}),
    ({"movie": {"title": "Arrival", "ids": {"imdb": "tt2543164", "tmdb": 329865}}, "progress": 10.5},
     ARRIVAL | OF_FILM | {"action": "start", "progress_percent": 10.5}),
    ({"eventType": "Grab", "series": {"title": "Game of Thrones"}, "episodes": []}, NOTHING),
    ({"eventType": "Download", "movie": {"title": "Arrival", "tmdbId": 329865}, "remoteMovie": {},
      "isUpgrade": False},
     NOTHING),
    ({"eventType": "Test", "artist": {"name": "Johann"}, "albums": []}, NOTHING),
    ({"notification_type": "MEDIA_AVAILABLE", "subject": "Arrival (2016)", "media": {"media_type": "movie"}},
     NOTHING),
]  # fmt: skip

SHAPES: dict[str, list[Shape]] = {
    "plex": PLEX,
    "jellyfin": JELLYFIN,
    "emby": EMBY,
    "tautulli": TAUTULLI,
    "kodi": KODI,
    "generic": GENERIC,
}


#: Those that a form can hold.
FORMS = [
    shape for shape in JELLYFIN if shape[0].keys() >= {"NotificationType"} and "ProviderIds" not in shape[0]
]


@at_both_addresses(SHAPES)
def test_a_shape_reads_as_it_is_meant(address: str, body: bytes, expected: Expected) -> None:
    """Kind, names, numbers, whose ids, how far, what happened: at its own address and the one for all."""
    assert_reads_as(address, body, expected)


@pytest.mark.parametrize(("payload", "expected"), FORMS)
def test_a_form_reads_like_json(payload: dict[str, object], expected: Expected) -> None:
    """Jellyfin's Generic Form sends the same as pairs of text."""
    body = urlencode(payload).encode()

    assert_reads_as("jellyfin", body, expected, "application/x-www-form-urlencoded")
