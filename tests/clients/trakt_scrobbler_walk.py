"""What trakt-scrobbler does for a player, by its own functions; prints what it got."""

import json
import os
import sys
import time

for place in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"):
    os.environ[place] = sys.argv[2]

import trakt_scrobbler.trakt_auth as signing_in
import trakt_scrobbler.trakt_interface as scrobbling

signing_in.API_URL = scrobbling.API_URL = sys.argv[1]
signing_in.webbrowser.open = lambda _address: None  # the machine of a test has none


def notify(message, *_arguments, **_named):
    """Its notifications go to a desktop; here to whoever enters the code."""
    print(message.replace("enter this code: ", "your user code is: "), flush=True)


signing_in.notify = scrobbling.notify = notify

got = {}
account = scrobbling.trakt_auth
account.get_access_token()
account.refresh_token()
got["expired"] = account.is_token_expired()

film = {"type": "movie", "title": "Arrival", "year": 2016}
part = {"type": "episode", "title": "the office", "season": 1, "episode": 2}
got["found"] = [hit["movie"]["title"] for hit in scrobbling.search("Arrival", ["movie"], 2016)]
got["elsewhere"] = scrobbling.get_trakt_id("Nothing of that name", "movie")
steps = [("start", 1.2), ("pause", 50), ("start", 50), ("stop", 99.5)]
got["film"] = [scrobbling.scrobble(verb, film, progress)["action"] for verb, progress in steps]
got["again"] = scrobbling.scrobble("stop", film, 99.5)
got["part"] = [
    scrobbling.scrobble(verb, part, at)["show"]["title"] for verb, at in (("start", 0), ("stop", 85))
]
got["left"] = scrobbling.scrobble("stop", {**part, "episode": 3}, 0.2)
got["backlog"] = [scrobbling.add_to_history(each, time.time() - 900_000) for each in (film, part)]

print("GOT " + json.dumps(got))
sys.stdout.flush()
os._exit(0)  # its notifier waits for ever
