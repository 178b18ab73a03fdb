"""What other programs tell their users to paste into a player, and what their add-ons post.

Found in public instructions, contracts and tests; titles are invented. Like *test_shapes*: one row is one
shape, read alike at its player's address and at the one for all.
"""

from __future__ import annotations

from typing import Any

import pytest

from scrobbled.wire import webhook

from .composed import crosswatch, plex
from .shapes import Expected, Shape, assert_reads_as, at_both_addresses

WIRE: Expected = {"kind": "episode", "show": "The Wire", "season": 1, "episode": 2}
DETAIL: Expected = WIRE | {"title": "The Detail"}
ARRIVAL: Expected = {"kind": "movie", "title": "Arrival"}
OF_EPISODE = {"ids": {"imdb": "tt0749421", "tvdb": "300472"}}
OF_SHOW = {"show_ids": {"imdb": "tt0306414", "tvdb": "79126"}}
OF_FILM = {"ids": {"imdb": "tt2543164", "tmdb": "329865"}}
NOTHING: Expected = {"kind": "other", "action": "ignore"}

NUMBERS = {"type": "episode", "grandparentTitle": "The Wire", "parentIndex": 1, "index": 2}

PLEX: list[Shape] = [
    # Legacy agents never knew an episode's own ids, wherever a forwarder puts them.
    (plex("media.scrobble", **NUMBERS, Guid=[{"id": "com.plexapp.agents.imdb://tt0306414?lang=en"},
                                             {"id": "com.plexapp.agents.thetvdb://79126/1/2?lang=en"}]),
     WIRE | OF_SHOW),
    (plex("media.scrobble", type="movie", title="Arrival",
          Guid=[{"id": "com.plexapp.agents.imdb://tt2543164"},
                {"id": "com.plexapp.agents.themoviedb://329865"}]),
     ARRIVAL | OF_FILM),
    (plex("media.scrobble", type="episode", grandparentTitle="The Wire",
          Guid=[{"id": "imdb://tt0749421"}, {"id": "tvdb://300472"}]),
     WIRE | OF_EPISODE | {"season": None, "episode": None}),
    ({"event": "media.play", "user": "1", "owner": 0, "Server": {"title": "Attic"},
      "Metadata": {"librarySectionType": "artist", "ratingKey": 7, "type": "track", "title": "Heptapods"}},
     NOTHING | {"title": "Heptapods"}),
    ({"event": "media.resume", "Metadata": {"title": "Arrival", "duration": 720_000}},
     NOTHING | {"title": "Arrival"}),
]  # fmt: skip

#: A template for a policy engine: names of its own around the plugin's values, all of them text.
POLICY = {
    "occurred_at": "2025-01-01T10:00:00Z", "item_external_id": "i", "item_type": "Episode",
    "season_number": "1", "episode_number": "2", "user_external_id": "u", "position_ticks": "0",
    "played_to_completion": "", "played": "", "save_reason": "",
}  # fmt: skip
NUMBERED: Expected = {"kind": "episode", "season": 1, "episode": 2}

#: One for a bus of messages: the plugin's values in camelCase.
BUS = {
    "event": "PlaybackProgress", "user": "Robin", "userId": "u", "itemType": "Movie", "seriesId": "",
    "season": "", "episode": "", "positionTicks": "35000000000", "runTimeTicks": "70000000000",
    "paused": "False", "playedToCompletion": "", "tmdb": "329865", "imdb": "tt2543164", "tvdb": "",
}  # fmt: skip
HALF: Expected = {"kind": "movie", "progress_percent": 50.0} | OF_FILM

#: Ryot's, for the official plugin: the shape of the unofficial one.
RYOT: dict[str, Any] = {
    "Event": "Stop", "User": {"Name": "Robin"},
    "Item": {"Type": "Episode", "RunTimeTicks": 35_000_000_000, "UserData": {"Played": False},
             "ProviderIds": {"Tmdb": "", "Imdb": "tt0749421", "Tvdb": "300472"}, "SeriesName": "The Wire",
             "ParentIndexNumber": 1, "IndexNumber": 2},
    "Session": {"PlayState": {"PositionTicks": 17_500_000_000}},
}  # fmt: skip
SAVED = {
    "NotificationType": "UserDataSaved", "ItemType": "Season", "Name": "Season 1", "SeriesName": "The Wire",
    "SeasonNumber": 1, "SaveReason": "UpdateUserRating", "Likes": True, "Played": False,
}  # fmt: skip

#: One for a list of anime: short names around the plugin's ticks.
SHORT = {
    "event": "PlaybackStop", "itemId": "i", "type": "Episode", "name": "The Detail", "series": "The Wire",
    "season": 1, "episode": 2, "episodeEnd": "", "position": 9_000_000_000, "runtime": 36_000_000_000,
    "paused": False, "completed": False, "device": "TV", "client": "Web", "userId": "u",
}  # fmt: skip

#: One that imitates Plex's envelope around the names of Jellyfin's.
AS_PLEX = {
    "title": "Arrival", "grandparentTitle": "", "librarySectionType": "Movie",
    "guid": "imdb://tt2543164", "Guid": [{"id": "tmdb://329865"}],
}  # fmt: skip

JELLYFIN: list[Shape] = [
    (SHORT, DETAIL | {"action": "stop", "progress_percent": 25.0}),
    (SHORT | {"event": "PlaybackProgress", "paused": True},
     DETAIL | {"action": "pause", "progress_percent": 25.0}),
    (SHORT | {"completed": True}, DETAIL | {"progress_percent": 25.0}),
    ({"event": "PlaybackStart", "Metadata": AS_PLEX}, ARRIVAL | OF_FILM | {"action": "start"}),
    (POLICY | {"event_type": "PlaybackStop", "played_to_completion": "True"}, NUMBERED),
    (POLICY | {"event_type": "UserDataSaved", "played": "True", "save_reason": "TogglePlayed"}, NUMBERED),
    (POLICY | {"event_type": "UserDataSaved", "played": "False", "save_reason": "TogglePlayed"},
     NUMBERED | {"action": "ignore", "secondary_action": "unwatch"}),
    (BUS, HALF | {"action": "start"}),
    (BUS | {"paused": "True"}, HALF | {"action": "pause"}),
    (BUS | {"event": "PlaybackStop", "playedToCompletion": "False"}, HALF | {"action": "stop"}),
    (RYOT, WIRE | OF_EPISODE | {"action": "stop", "progress_percent": 50.0}),
    (RYOT | {"Event": "Play"}, WIRE | OF_EPISODE | {"action": "start", "progress_percent": 50.0}),
    (RYOT | {"Event": ""}, WIRE | OF_EPISODE | {"action": "ignore", "progress_percent": 50.0}),
    ({"NotificationType": "PlaybackStop", "Event": "playback.stop",
      "Item": {"Type": "Movie", "Name": "Arrival"}},
     ARRIVAL | {"action": "stop"}),
    ({"NotificationType": "PlaybackStart", "ItemType": "Episode", "Provider_tvdb": "300472",
      "SeriesProvider_tvdb": "79126", "Series": {"ProviderIds": {"Tvdb": "79126"}}, "SeasonNumber": 1,
      "EpisodeNumber": 2, "PlaybackPositionTicks": 500, "RunTimeTicks": 2000, "PlayedToCompletion": False},
     NUMBERED | {"ids": {"tvdb": "300472"}, "show_ids": {"tvdb": "79126"}, "action": "start",
                 "progress_percent": 25.0}),
    ({"provider": "jellyfin", "notification_type": "PlaybackStop", "user": {"id": "u", "name": "Robin"},
      "item": {"type": "Episode", "name": "The Detail", "series_name": "The Wire", "index_number": 2,
               "parent_index_number": 1, "provider_ids": {"Tvdb": "300472"}},
      "playback": {"position_ticks": 95, "played_to_completion": True, "runtime_ticks": 100}},
     DETAIL | {"ids": {"tvdb": "300472"}, "progress_percent": 95.0}),
    # Which show it is nobody says; what happened is said all the same.
    ({"NotificationType": "PlaybackStart", "ItemType": "Episode", "ItemId": "i", "SeasonNumber": 1,
      "EpisodeNumber": 2, "EpisodeNumberEnd": 3},
     NUMBERED | {"episode_end": 3, "action": "start"}),
    ({"NotificationType": "PlaybackStart", "ItemType": "Episode", "Name": "The Detail"},
     {"kind": "episode", "title": "The Detail", "action": "ignore"}),
    (SAVED, NOTHING | {"title": "Season 1", "show": "The Wire", "season": 1}),
    ({"NotificationType": "ItemRemoved", "ItemType": "Movie", "Name": "Arrival"},
     ARRIVAL | {"action": "ignore"}),
]  # fmt: skip

MOVIE = {"Type": "Movie", "Name": "Arrival", "RunTimeTicks": 10_000_000}

EMBY: list[Shape] = [
    ({"Event": "item.favorited", "Item": MOVIE}, ARRIVAL | {"action": "ignore"}),
    ({"Event": "item.markplayed"}, NOTHING),
    ({"Event": "playback.stop", "Item": {"Id": "7"}}, NOTHING),
    ({"Event": "playback.stop", "Item": MOVIE, "Session": {"PlayState": {"PositionTicks": 3_000_000}},
      "PlaybackInfo": {"PositionTicks": 10_000_000, "PlayedToCompletion": True}},
     ARRIVAL | {"progress_percent": 100.0}),
    ({"Event": "playback.start", "PlayedToCompletion": True, "Item": MOVIE}, ARRIVAL | {"action": "start"}),
]  # fmt: skip

#: Tautulli's ``{title}`` is both names; all ids are the show's.
TITLE = {
    "action": "watched", "media_type": "episode", "user": "Robin", "season_num": "1", "episode_num": "2",
    "title": "The Wire - The Detail", "imdb_id": "tt0306414", "thetvdb_id": "79126", "themoviedb_id": "",
}  # fmt: skip
SEVERAL = {"source": "tautulli", "tmdb_id": "", "tvdb_id": "79126", "imdb_id": "tt0306414"}

TAUTULLI: list[Shape] = [
    (TITLE, DETAIL | OF_SHOW),
    (TITLE | {"title": "The Wire"}, WIRE | OF_SHOW),
    (TITLE | {"title": "The Detail", "grandparent_title": "The Wire"}, DETAIL | OF_SHOW),
    (TITLE | {"title": "The Wire - The Detail", "show_name": "The Wire"}, DETAIL | OF_SHOW),
    (SEVERAL | {"media_type": "episode", "season": "1", "episode": "2"}, NUMBERED | OF_SHOW),
    (SEVERAL | {"media_type": "movie", "season": "", "episode": "", "tvdb_id": "", "imdb_id": "tt2543164"},
     {"kind": "movie", "ids": {"imdb": "tt2543164"}}),
    ({"media_type": "episode", "title": "The Detail", "grandparent_title": "The Wire", "year": "2002",
      "parent_media_index": "1", "media_index": "2", "rating_key": "7", "thetvdb_id": "79126",
      "imdb_id": "tt0306414"},
     DETAIL | OF_SHOW | {"year": 2002}),
    ({"event": "played", "title": "Arrival", "file": "/films/Arrival.mkv", "rating_key": "7"},
     ARRIVAL | {"action": "start"}),
]  # fmt: skip

UNIQUE = {"tvdb": "79126", "imdb": "tt0306414"}
SEEN = WIRE | OF_SHOW | {"ids": {"tvdb": "300472"}, "year": 2002, "year_of": "series"}

KODI: list[Shape] = [
    # A scraper without ids of episodes writes the show's in their place.
    ({"event": "end", "mediaType": "episode", "tvShowTitle": "The Wire", "title": "The Detail", "season": 1,
      "episode": 2, "uniqueIds": UNIQUE | {"imdb": "tt0749421"}, "tvShowUniqueIds": UNIQUE},
     DETAIL | OF_SHOW | {"ids": {"imdb": "tt0749421"}}),
    (crosswatch("start"), SEEN | {"action": "start", "progress_percent": 42.7}),
    (crosswatch("pause", percent=None), SEEN | {"action": "pause", "progress_percent": 42.75}),
    (crosswatch("stop", percent=80.0, completed=True),
     SEEN | {"progress_percent": 80.0, "watched_at": "2025-09-19T20:15:03Z"}),
    (crosswatch("stop", type="movie", title="Arrival", year=2016, season=None, episode=None, percent=12.0,
                **OF_FILM),
     ARRIVAL | OF_FILM | {"year": 2016, "action": "stop", "progress_percent": 12.0}),
    ({"version": 1, "event": "ping", "event_id": "e", "device": {"id": "d"}, "viewers": ["Robin"]}, NOTHING),
]  # fmt: skip

#: Another tracker's own interface for scripts: seconds, and a verdict.
FLOPPY = {
    "media_type": "episode", "ids": {"tvdb": "300472", "imdb": "tt0749421"}, "series_title": "The Wire",
    "season_number": 1, "episode_number": 2,
}  # fmt: skip
PLAYED = WIRE | OF_EPISODE

GENERIC: list[Shape] = [
    (FLOPPY | {"completed": True}, PLAYED),
    (FLOPPY | {"completed": False}, PLAYED | {"action": "start"}),
    (FLOPPY | {"event": "stop", "completed": True, "position_seconds": 30, "duration_seconds": 3000},
     PLAYED | {"progress_percent": 1.0}),
    (FLOPPY | {"event": "stop", "position_seconds": 2700, "duration_seconds": 3000},
     PLAYED | {"progress_percent": 90.0}),
    ({"type": "series", "id": "tt0306414:1:2", "name": "The Wire"},
     WIRE | {"show_ids": {"imdb": "tt0306414"}}),
    ({"event": "stop", "type": "episode", "imdb_id": "tt0306414:1:2", "progress": 12},
     NUMBERED | {"show_ids": {"imdb": "tt0306414"}, "action": "stop", "progress_percent": 12.0}),
    ({"event": "play", "type": "scene", "title": "Arrival"}, NOTHING | {"title": "Arrival"}),
    (FLOPPY | {"event": "pause", "position_seconds": 1500, "duration_seconds": 3000},
     PLAYED | {"action": "pause", "progress_percent": 50.0}),
]  # fmt: skip

TEMPLATES: dict[str, list[Shape]] = {
    "plex": PLEX,
    "jellyfin": JELLYFIN,
    "emby": EMBY,
    "tautulli": TAUTULLI,
    "kodi": KODI,
    "generic": GENERIC,
}


@at_both_addresses(TEMPLATES)
def test_what_others_instruct_to_paste_is_read(address: str, body: bytes, expected: Expected) -> None:
    """A template made for another program says the same to this one."""
    assert_reads_as(address, body, expected)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'data={"Event":"playback.start","Item":{"Name":"Tom & Jerry = 100%","Type":"Movie"}}',
         {"kind": "movie", "title": "Tom & Jerry = 100%", "action": "start"}),
        (b'payload={"event":"media.scrobble","Metadata":{"type":"movie","title":"Arrival"}}', ARRIVAL),
        (b"data={%22Event%22:%22playback.start%22,%22Item%22:{%22Name%22:%22Arrival%22,%22Type%22:%22Movie%22}}",
         ARRIVAL | {"action": "start"}),
    ],
)  # fmt: skip
def test_a_form_that_nobody_encoded_is_read(body: bytes, expected: Expected) -> None:
    """Scripts write JSON into a form as it is: its ampersands and equals signs are the title's."""
    assert_reads_as(webhook.AUTO, body, expected, "application/x-www-form-urlencoded")
