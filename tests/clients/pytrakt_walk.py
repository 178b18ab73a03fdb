"""What an app built on PyTrakt does, unmodified: signs in, scrobbles, syncs, searches; prints what it got."""

import json
import os
import sys
from datetime import datetime, timezone

import trakt.core

trakt.core.BASE_URL = sys.argv[1] + "/"
trakt.core.AUTH_METHOD = trakt.core.DEVICE_AUTH
trakt.core.CONFIG_PATH = os.path.join(sys.argv[2], "pytrakt.json")

from trakt import calendar, init, movies, sync, tv, users

got = {}

init(client_id=sys.argv[3], client_secret=sys.argv[4], store=True)
client = trakt.core.api()

got["settings"] = users.get_user_settings() and client.get("users/settings")["user"]["username"]

# Searching -------------------------------------------------------------------------
film = sync.search("Arrival", "movie")[0]
show = sync.search("The Office", "show")[0]
got["search"] = [film.title, film.year, show.title]
got["by_id"] = [each.title for each in sync.search_by_id("tt2543164", "imdb", media_type="movie")]
got["film"] = [movies.Movie(film.title, slug=film.ids["ids"]["slug"]).year, film.aliases is not None]
season = show.seasons[0]
got["seasons"] = [each.season for each in show.seasons]
got["episodes"] = [each.title for each in season.episodes]
episode = tv.TVEpisode("the-office", 1, 1)
got["episode"] = [episode.title, episode.season, episode.number]
got["next"] = show.next_episode is None
got["genres"] = len(movies.genres()) > 0
got["popular"] = [each.title for each in tv.popular_shows(limit=5)]
got["trending"] = len(movies.trending_movies())

# Scrobbling ------------------------------------------------------------------------
scrobbler = (
    film.scrobble(5, "1.0", "2026-11-21")
    if hasattr(film, "scrobble")
    else sync.Scrobbler(film, 5, "1.0", "2026-11-21")
)
scrobbler.update(30)
scrobbler.pause(40)
got["playback"] = [[each.type, each.progress] for each in sync.get_playback()]
scrobbler.start(45)
me = users.User("me")
got["watching"] = getattr(me.watching, "title", None)
got["stopped"] = scrobbler.stop(95)["action"]
got["after"] = len(sync.get_playback())

# Syncing ---------------------------------------------------------------------------
then = datetime(2024, 5, 4, 20, 15, tzinfo=timezone.utc)
got["added"] = sync.add_to_history(episode, watched_at=then)["added"]
got["watched"] = [each.title for each in sync.get_watched("movies")] + [
    each.title for each in sync.get_watched("shows")
]
got["watched_episodes"] = sorted(
    [part["number"], each["number"], each["plays"]]
    for one in client.get("sync/watched/shows")
    for part in one["seasons"]
    for each in part["episodes"]
)
got["progress"] = (
    show.watched_progress() and client.get(f"shows/{show.ids['ids']['trakt']}/progress/watched")["completed"]
)
got["rated"] = sync.rate(film, 9, then)["added"]
got["ratings"] = [[each["rating"], each["rated_at"]] for each in client.get("sync/ratings/movies")]
sync.add_to_watchlist(show)
got["watchlist"] = [each.title for each in me.watchlist_shows]
sync.remove_from_watchlist(show)
got["unlisted"] = len(client.get("sync/watchlist"))
sync.add_to_collection(film)
got["collection"] = [each.title for each in sync.get_collection("movies")]
sync.remove_from_collection(film)
got["removed"] = sync.remove_from_history(episode)["deleted"]
got["left"] = [each["type"] for each in client.get("sync/history")]

# Lists -----------------------------------------------------------------------------
# UserList.create of 4.4.6 takes no answer that says whose the list is, as the contract demands.
client.post("users/me/lists", {"name": "Sunday evenings", "description": "what we watch"})
made = me.get_list("Sunday evenings")
made.add_items(film)
made = me.get_list("Sunday evenings")
got["list"] = [each.title for each in made]
made.remove_items(film)
got["emptied"] = len(
    client.get(f"users/me/lists/{made.ids['ids']['trakt'] if 'ids' in made.ids else made.ids['trakt']}/items")
)
made.delete_list()
got["lists"] = len(client.get("users/me/lists"))
got["stats"] = me.get_stats()["movies"]["plays"]

# Checking in, and a calendar ---------------------------------------------------------
got["checkin"] = sync.checkin_media(film, "1.0", "2026-11-21")["movie"]["title"]
sync.delete_checkin()
got["idle"] = me.watching is None
got["calendar"] = len(calendar.MyShowCalendar(days=7))

print("GOT " + json.dumps(got))
