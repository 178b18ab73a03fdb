"""What script.trakt of Kodi does with trakt.py, unmodified, in its order; prints what it got."""

import json
import logging
import sys
import threading
from datetime import datetime, timezone

from trakt import Trakt
from trakt.objects import Movie, Show

logging.basicConfig(level=logging.WARNING)
Trakt.base_url = sys.argv[1]
Trakt.configuration.defaults.client(id=sys.argv[3], secret=sys.argv[4])
Trakt.configuration.defaults.oauth(refresh=True)
got = {}

# Signing in: its poller runs beside, and says what became of it ---------------------
done, signed_in = threading.Event(), {}
code = Trakt["oauth/device"].code()
print(f"Your user code is: {code['user_code']}, at {code['verification_url']}", flush=True)
poller = Trakt["oauth/device"].poll(**code)
poller.on("authenticated", lambda token: (signed_in.update(token), done.set()))
poller.on("aborted", done.set).on("expired", done.set).on("poll", lambda callback: callback(True))
poller.start(daemon=True)
done.wait(60)
signed_in.update(Trakt["oauth"].token_refresh(signed_in["refresh_token"], "urn:ietf:wg:oauth:2.0:oob"))
Trakt.configuration.defaults.oauth.from_response(signed_in)
got["token"] = sorted(signed_in)
got["settings"] = Trakt["users/settings"].get()["user"]["username"]

# Scrobbling, as Kodi names things: ids as text, and the library's own numbers of no use here ---
film = {"title": "Arrival", "year": 2016, "ids": {"imdb": "tt2543164"}}
show, episode = {"title": "The Office", "year": 2005, "ids": {"tvdb": "73244"}}, {"season": 1, "number": 2}
scrobble = Trakt["scrobble"]
got["start"] = scrobble.start(movie=film, progress=1.5)["action"]
got["pause"] = scrobble.pause(movie=film, progress=40.25)["progress"]
got["paused"] = [[type(each) is Movie, each.progress] for each in Trakt["sync/playback"].movies().values()]
got["stop"] = scrobble.stop(movie=film, progress=96.0)["action"]
got["again"] = scrobble.stop(movie=film, progress=96.0) is None
scrobble.start(show=show, episode=episode, progress=2.0)
scrobble.pause(show=show, episode=episode, progress=30.0)
got["paused_episodes"] = [
    [
        type(each) is Show,
        [[part.pk, one.progress] for part in each.seasons.values() for one in part.episodes.values()],
    ]
    for each in Trakt["sync/playback"].episodes(exceptions=True).values()
]
got["stopped_episode"] = scrobble.stop(show=show, episode=episode, progress=91)["show"]["title"]
got["absolute"] = scrobble.start(show=show, episode={"number_abs": 4}, progress=1)["episode"]["season"]

# What a synchronisation reads and writes --------------------------------------------
seasons = [{"number": 1, "episodes": [{"number": 1, "collected_at": "2026-11-01T10:00:00.000Z"}]}]
sync = Trakt["sync/collection"]
got["collected"] = sync.add({"movies": [film], "shows": [{**show, "seasons": seasons}]})["added"]
watched = [{"number": 1, "episodes": [{"number": 1, "watched_at": "2026-11-01 10:00:00"}]}]
added = Trakt["sync/history"].add({"movies": [], "shows": [{**show, "seasons": watched}], "episodes": []})
got["watched"] = added["added"]
then = datetime(2026, 1, 1, tzinfo=timezone.utc)
rated = [{**show, "rating": 8, "rated_at": then.isoformat()}]
got["rated"] = Trakt["sync/ratings"].add({"shows": rated})["added"]["shows"]
Trakt["sync/ratings"].add(
    {"movies": [{**film, "rating": 7}], "shows": [{**show, "seasons": [{"number": 1, "rating": 6}]}]}
)

shows, movies = {}, {}
Trakt["sync/collection"].shows(shows, exceptions=True)
Trakt["sync/watched"].shows(shows, exceptions=True)
Trakt["sync/ratings"].shows(store=shows, exceptions=True)
Trakt["sync/ratings"].episodes(store=shows, exceptions=True)
Trakt["sync/ratings"].seasons(store=shows, exceptions=True)
Trakt["sync/collection"].movies(movies, exceptions=True)
Trakt["sync/watched"].movies(movies, exceptions=True)
Trakt["sync/ratings"].movies(store=movies, exceptions=True)


def ticks(season):
    """Number, watched, collected and plays of each episode."""
    return [[one.pk[1], one.is_watched, one.is_collected, one.plays] for one in season.episodes.values()]


got["shows"] = [
    ["/".join(key), each.rating.value, [ticks(season) for season in each.seasons.values()]]
    for key, each in shows.items()
]
got["movies"] = [
    ["/".join(key), each.rating.value, each.is_watched, each.is_collected, each.plays]
    for key, each in movies.items()
]

Trakt["sync/watchlist"].add({"shows": [show]})
got["watchlist"] = [each.title for each in Trakt["sync/watchlist"].get(flat=True)]
Trakt["sync/watchlist"].remove({"shows": [show]})

# Pages: HEAD first, then one after another ------------------------------------------
pages = Trakt["sync/history"].get(pagination=True, per_page=2)
got["pages"] = [pages.total_items, pages.total_pages, len(list(pages))]
got["activities"] = sorted(Trakt["sync"].last_activities())

# Looking things up --------------------------------------------------------------------
got["movie"] = Trakt["movies"].get("tt2543164").title
got["show"] = Trakt["shows"].get("the-office").title
got["seasons"] = [
    [each.pk, len(each.episodes)] for each in Trakt["shows"].seasons("the-office", extended="episodes")
]
got["episode"] = Trakt["shows"].episode("the-office", 1, 2).title
got["lookup"] = Trakt["search"].lookup("tt2543164", "imdb")[0].title
got["lookup_show"] = Trakt["search"].lookup("73244", "tvdb", "show")[0].title
got["query"] = [each.title for each in Trakt["search"].query("arrival", "movie", 2016)]
got["next"] = Trakt["shows"].next_episode("the-office")
got["last"] = Trakt["shows"].last_episode("the-office").pk
got["popular"] = [each.title for each in Trakt["movies"].popular() or ()]
progress = Trakt["shows"].progress_watched("the-office")
got["progress"] = [progress.aired, progress.completed, progress.next_episode.pk]
progress = Trakt["shows"].progress_collection("the-office")
got["progress_collected"] = [progress.aired, progress.completed]

# Lists ----------------------------------------------------------------------------------
name = got["settings"]
made = Trakt["users/*/lists"].create(name, "Sunday evenings", "what we watch", privacy="private")
got["list"] = made.name
got["list_added"] = Trakt["users/*/lists/*"].add(name, made.id, {"movies": [film]})["added"]["movies"]
got["list_items"] = [each.title for each in Trakt["users/*/lists/*"].items(name, made.id)]
got["lists"] = [each.name for each in Trakt["users/*/lists"].get(name)]
got["updated"] = Trakt["users/*/lists/*"].update(name, made.id, name="Mondays").name
got["deleted"] = Trakt["users/*/lists/*"].delete(name, made.id)
got["profile"] = Trakt["users/*"].get(name).username
got["likes"] = len(list(Trakt["users"].likes("lists") or ()))
got["friends"] = len(Trakt["users/*/friends"].get(name) or ())
got["public_lists"] = len(Trakt["lists"].popular() or ())

print("GOT " + json.dumps(got))
