"""What pakt does to synchronise, by its own client; prints what it got."""

import asyncio
import json
import sys

import pakt.trakt
from pakt.config import TraktConfig

pakt.trakt.TRAKT_API_URL = sys.argv[1]
config = TraktConfig(client_id=sys.argv[3], client_secret=sys.argv[4])
got = {}

FILM = {"ids": {"imdb": "tt2543164"}}
EPISODE = {"number": 1, "watched_at": "2026-11-01T10:00:00.000Z", "rating": 7}
SHOW = {"title": "The Office", "ids": {"tvdb": 73244}, "seasons": [{"number": 1, "episodes": [EPISODE]}]}
OWNED = {"media_type": "digital", "resolution": "uhd_4k", "hdr": "dolby_vision", "audio": "dolby_atmos"}
READS = [
    *("watched_movies", "watched_shows", "movie_ratings", "show_ratings", "episode_ratings"),
    *("collection_movies", "collection_shows", "watchlist_movies", "watchlist_shows"),
]


async def sign_in():
    """By a code, and once more as when the token is about to run out."""
    client = pakt.trakt.TraktClient(config)
    code = await client.device_code()
    print("Your user code is:", code["user_code"], flush=True)
    result = await client.poll_device_token(code["device_code"], code["interval"], code["expires_in"])
    config.access_token, config.refresh_token = result.token["access_token"], result.token["refresh_token"]
    config.expires_at = result.token["created_at"] + 1


async def main():
    """A synchronisation, and signing out."""
    await sign_in()
    async with pakt.trakt.TraktClient(config) as client:
        limits = await client.get_account_limits()
        got["limits"] = [limits.is_vip, limits.collection_limit > 1000]
        got["watched"] = (await client.add_to_history(movies=[FILM], shows=[SHOW]))["added"]
        got["rated"] = (await client.add_ratings(movies=[{**FILM, "rating": 8}], shows=[SHOW]))["added"]
        got["owned"] = (await client.add_to_collection(movies=[{**FILM, **OWNED}], shows=[SHOW]))["added"]
        got["listed"] = (await client.add_to_watchlist(movies=[FILM], shows=[{"ids": SHOW["ids"]}]))["added"]
        got["read"] = {name: len(await getattr(client, f"get_{name}")()) for name in READS}
        got["found"] = [
            hit["movie"]["title"] for hit in await client.search_by_id("imdb", "tt2543164", "movie")
        ]
        got["removed"] = (await client.remove_from_history(movies=[FILM], shows=[SHOW]))["deleted"]
        got["signed_out"] = await client.revoke_token()
        try:
            await client.get_user_settings()
        except pakt.trakt.TraktAuthError:
            got["refused"] = True


asyncio.run(main())
print("GOT " + json.dumps(got))
