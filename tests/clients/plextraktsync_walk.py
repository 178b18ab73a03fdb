"""What a synchronisation of PlexTraktSync asks and sends, by its own classes; prints what it got."""

import json
import os
import sys
from datetime import datetime, timezone

for place in ("PTS_CONFIG_DIR", "PTS_CACHE_DIR", "PTS_LOG_DIR"):
    os.environ[place] = sys.argv[2]

import trakt.core

trakt.core.BASE_URL = sys.argv[1] + "/"

import trakt.sync
from plextraktsync.queue.TraktBatchWorker import TraktBatchWorker
from plextraktsync.trakt.PartialTraktMedia import PartialTraktMedia
from plextraktsync.trakt.TraktApi import TraktApi
from plextraktsync.trakt.TraktLookup import TraktLookup

got = {}
api, worker = TraktApi(), TraktBatchWorker()
api.device_auth(sys.argv[3], sys.argv[4])
got["me"] = api.me.username

# Finding what Plex has -----------------------------------------------------------------
film, show = api.search_by_id("tt2543164", "imdb", "movie"), api.search_by_id("73244", "tvdb", "show")
got["found"] = [film.title, show.title, api.search_by_id("110101", "tvdb", "episode").title]
got["slug"] = api.find_by_slug("arrival-2016", "movie").title
table = TraktLookup(show).table
got["table"] = {season: list(episodes) for season, episodes in table.items()}
episode = trakt.tv.TVEpisode(show.slug, 1, 2)

# What Plex knows more of goes to Trakt ---------------------------------------------------
then = datetime(2026, 11, 1, 10, tzinfo=timezone.utc)
for each in (film, episode):
    partial = PartialTraktMedia.create(each, watched_at=then)
    got.setdefault("added", []).append(trakt.sync.add_to_history(partial)["added"])
api.rate(film, 7, then)
api.rate(show, 8, then)
owned = {"collected_at": "2026-11-01T10:00:00.000Z", "media_type": "digital", "resolution": "hd_1080p"}
sound = {"audio": "dolby_digital", "audio_channels": "5.1"}
movie = {"title": film.title, "year": film.year, **film.ids, **owned, **sound}
worker.submit("add_to_collection", [("movies", movie), ("episodes", {**episode.ids, **owned})])
worker.submit("add_to_watchlist", [("shows", {"title": show.title, "year": show.year, **show.ids})])

# …and the other way ----------------------------------------------------------------------
got["watched"] = [len(api.watched_movies), api.watched_shows.get_completed(show.trakt, 1, 2)]
got["not_watched"] = api.watched_shows.get_completed(show.trakt, 1, 3)
got["collected"] = [api.collected_shows.is_collected(show.trakt, 1, number) for number in (1, 2)]
got["collection"] = [each.title for each in (*api.movie_collection, *api.episodes_collection)]
got["watchlist"] = [each.title for each in (*api.watchlist_movies, *api.watchlist_shows)]
got["ratings"] = [api.rating(each).rating for each in (film, show)]
got["liked"] = api.liked_lists
trakt.core.api().post("users/me/lists", {"name": "Sunday evenings", "privacy": "private"})
got["lists"] = [len(api.get_personal_list(api.me.username, each.slug)) for each in api.me.lists]

# Watching in Plex, where it scrobbles ------------------------------------------------------
scrobbler = trakt.tv.TVEpisode(show.slug, 1, 3).scrobble(20, "1.0", "2026-11-21")
scrobbler.update(21)
scrobbler.pause(30)
got["progress"] = [[each.type, each.progress] for each in api.watch_progress.progress]
got["stopped"] = scrobbler.stop(95)["show"]["title"]

print("GOT " + json.dumps(got))
