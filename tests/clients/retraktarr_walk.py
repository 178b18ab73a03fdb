"""What retraktarr does to keep a list like Radarr's library, at Trakt's own address; prints what it got."""

import json
import os
import sys
import time
from argparse import Namespace
from pathlib import Path

from signing_in import tokens

os.chdir(sys.argv[2])
client_id, client_secret = sys.argv[3:]
signed_in = tokens(client_id, client_secret)

from retraktarr.api.trakt import TraktAPI
from retraktarr.config import Configuration

time.sleep = lambda _seconds: None  # it waits a second before each call, for Trakt's limits
Path("retraktarr.conf").write_text(
    f"[Trakt]\nclient_id={client_id}\nclient_secret={client_secret}\nusername=me\n"
    f"redirect_uri=https://localhost\noauth2_token={signed_in['access_token']}\n"
    f"oauth2_refresh={signed_in['refresh_token']}\n"
)

got = {}
asked = Namespace(oauth=None, refresh=False, timeout=None, cat=False, wipe=False)
config = Configuration("retraktarr.conf")
config.get_oauth(asked, refresh=True)
token, key, user, secret = config.validate_trakt_credentials()
api = TraktAPI(token, key, user, secret)
api.list = "Radarr Movies (all)"
LIBRARY = {329865: ("tt2543164", None, None, "Arrival"), 1: ("tt9999999", None, None, "Nobody knows it")}


def sync(library):
    """One run, and what is on the list then, by TMDB's number."""
    _, tmdb, imdb, all_ids = api.get_list(asked, "movie")
    known = [imdb_id for imdb_id, *_ in library.values()]
    api.add_to_list(asked, "movies", library, tmdb, "tmdb", imdb, list(library), known, all_ids)
    return api.get_list(asked, "movie")[1]


got["missing"] = api.get_list(asked, "movie")
got["limit"] = api.list_limit > 1000
got["added"] = sync(LIBRARY)
got["again"] = sync(LIBRARY)
got["emptied"] = sync({})

print("GOT " + json.dumps(got))
