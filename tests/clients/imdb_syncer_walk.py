"""What IMDBTraktSyncer reads of Trakt to compare with IMDb, at Trakt's own address; prints what it got."""

import json
import os
import sys

from signing_in import tokens

os.chdir(sys.argv[2])
client_id, client_secret = sys.argv[3:]
signed_in = tokens(client_id, client_secret)

from IMDBTraktSyncer import authTrakt, errorHandling, traktData, verifyCredentials

got = {}
token, _, expires = authTrakt.authenticate(client_id, client_secret, signed_in["refresh_token"])
got["expires"] = expires[-6:]
verifyCredentials.prompt_get_credentials = lambda: (client_id, client_secret, token, "", "", "")
keys = {"Content-Type": "application/json", "trakt-api-version": "2", "trakt-api-key": client_id}
keys["Authorization"] = f"Bearer {token}"


def send(path, **body):
    """As its main part sends what IMDb has and Trakt has not."""
    empty = {"movies": [], "shows": [], "episodes": []} if "watchlist" in path else {}
    response = errorHandling.make_trakt_request(
        f"https://api.trakt.tv/sync/{path}", keys, payload=empty | body
    )
    return response.status_code


film, show, episode = (
    {"ids": {"imdb": "tt2543164"}},
    {"ids": {"imdb": "tt0386676"}},
    {"ids": {"tvdb": 110101}},
)
when = {"watched_at": "2024-05-05T12:00:00.000Z"}
got["sent"] = [
    send("watchlist", movies=[film]),
    send("watchlist", shows=[show]),
    send("ratings", movies=[{**film, "rating": 9}]),
    send("ratings", episodes=[{**episode, "rating": 7}]),
    send("history", episodes=[{**episode, **when}]),
]
me = traktData.get_trakt_encoded_username()
got["me"] = me
got["watchlist"] = [[each["Type"], each["IMDB_ID"]] for each in traktData.get_trakt_watchlist(me)]
got["ratings"] = [[each["Title"], each["Rating"], each["Year"]] for each in traktData.get_trakt_ratings(me)]
got["comments"] = traktData.get_trakt_comments(me)
got["watched"] = [
    [each["Title"], each["Year"], each["Date_Added"]] for each in traktData.get_trakt_watch_history(me)
]
got["removed"] = send("watchlist/remove", movies=[film])

print("GOT " + json.dumps(got))
