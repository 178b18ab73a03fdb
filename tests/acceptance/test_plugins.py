"""What programs send that cannot be run here, in their order and words, and what they read of the answers."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.acceptance.instance import Instance, Reply, eventually
from tests.acceptance.test_contract import FILM, SHOW

#: Players come with an id and a secret of their own.
APP = {"client_id": "5" * 64, "client_secret": "b" * 64}
KEYS = {"trakt-api-version": "2", "trakt-api-key": APP["client_id"]}
SIGNED_LATER = {"redirect_uri": "urn:ietf:wg:oauth:2.0:oob", "grant_type": "refresh_token"}


@pytest.fixture(scope="module")
def library(instance: Instance) -> Instance:
    """The instance, with a film and a show in its catalogue."""
    path = instance.folder / "catalogue.jsonl"
    path.write_text("\n".join(map(json.dumps, (FILM, SHOW))))
    instance.run("catalog", "import", "jsonl", str(path))
    eventually(lambda: instance.call("GET", "/trakt/search/imdb/tt2543164").json, "the catalogue")
    return instance


def of_int32(reply: Reply, *path: str) -> int:
    """The number at *path* in the first of a list, which .NET and Java must be able to read as *int*."""
    found: Any = reply.json[0]
    for name in path:
        found = found[name]
    assert isinstance(found, int)
    assert 0 < found < 2**31
    return found


class Jellyfin:
    """Its plugin, which has Trakt's host compiled in."""

    def __init__(self, library: Instance) -> None:
        self._library = library
        self.token: str | None = None

    def call(self, method: str, path: str, body: object = None) -> Reply:
        """One request, with the token once there is one."""
        headers = {**KEYS, "Host": "api.trakt.tv"}
        return self._library.call(method, path, body, token=self.token, headers=headers)

    def sign_in(self) -> tuple[Reply, dict[str, Any]]:
        """A poll that came too early, and the tokens after a renewal."""
        code = self.call("POST", "/oauth/device/code", {"client_id": APP["client_id"]}).json
        ask = {"code": code["device_code"], **APP}
        pending = self.call("POST", "/oauth/device/token", ask)
        self._library.run("device", "approve", code["user_code"], "--user", "admin")
        first = self.call("POST", "/oauth/device/token", ask).json
        again = {"refresh_token": first["refresh_token"], **APP, **SIGNED_LATER}
        tokens: dict[str, Any] = self.call("POST", "/oauth/token", again).json
        self.token = tokens["access_token"]
        return pending, tokens


def test_jellyfin_scrobbles(library: Instance) -> None:
    """Its plugin signs in, sends by number again what has unknown ids, and signs out."""
    player = Jellyfin(library)
    pending, tokens = player.sign_in()
    said = {"app_date": "2026-11-21", "app_version": "10.11.0", "progress": 12.345679}
    unknown = {"episode": {"ids": {"imdb": "tt9999999", "tmdb": 1999999999, "tvdb": "1999999999"}}, **said}
    show = {"title": "The Office", "year": 2005, "ids": {"tmdb": 2316, "tvdb": "73244"}}
    numbered = {"episode": {"season": 1, "number": 2}, "show": show, **said}
    known = {"episode": {"ids": {"tvdb": "110011"}}, **said}
    statuses = [player.call("POST", "/scrobble/start", body).status for body in (unknown, numbered, known)]
    paused = player.call("POST", "/scrobble/pause", known).json
    saved = player.call("GET", "/sync/playback/episodes?page=1&limit=1000")
    signed_out = player.call("POST", "/oauth/revoke", {"token": player.token, **APP})

    assert (400, b"") == (pending.status, pending.body)
    assert {"access_token", "refresh_token", "expires_in", "created_at"} < set(tokens)
    assert [404, 201, 201] == statuses
    assert ("pause", pytest.approx(12.345679, abs=1e-4)) == (paused["action"], paused["progress"])
    assert of_int32(saved, "id") != of_int32(saved, "show", "ids", "trakt")
    assert (200, {}) == (signed_out.status, signed_out.json)


def test_jellyfin_synchronises(library: Instance) -> None:
    """Its plugin sends a library, learns what is unknown, and reads all lists page by page."""
    player = Jellyfin(library)
    player.sign_in()
    unknown = {"ids": {"tvdb": "1999999999"}}
    sent = {"movies": [], "episodes": [{"ids": {"tvdb": "110012"}}, unknown], "shows": []}
    added = player.call("POST", "/sync/history", sent).json
    owned = {
        "collected_at": "2026-11-01T10:00:00.0000000Z", "title": "Arrival", "year": 2016,
        "ids": {"imdb": "tt2543164", "tmdb": 329865}, "media_type": "digital", "resolution": "hd_1080p",
        "hdr": "dolby_vision", "audio": "dolby_digital_plus", "audio_channels": "5.1", "3d": False,
    }  # fmt: skip
    collected = player.call("POST", "/sync/collection", {"movies": [owned]}).json
    watched, kept, films = (
        player.call("GET", f"/sync/{path}&page=1&limit=1000")
        for path in (
            "watched/shows?extended=progress",
            "collection/movies?extended=metadata",
            "watched/movies?extended=",
        )
    )

    assert ([unknown], 1) == (added["not_found"]["episodes"], added["added"]["episodes"])
    assert 1 == collected["added"]["movies"]
    pages = [reply.headers["X-Pagination-Page-Count"] for reply in (watched, kept, films)]
    assert ["1", "1", "0"] == pages
    assert of_int32(watched, "show", "ids", "trakt")
    metadata = kept.json[0]["metadata"]
    assert ("5.1", False) == (metadata["audio_channels"], metadata["3d"])


def test_flexget(library: Instance) -> None:
    """It signs in with forms, says all of a search in its query, and asks until a page is the last."""
    form = {"Content-Type": "application/x-www-form-urlencoded"}

    def post(path: str, **fields: str) -> Reply:
        return library.call("POST", f"/trakt/{path}", urlencode(fields).encode(), token=None, headers=form)

    code = post("oauth/device/code", client_id=APP["client_id"]).json
    library.run("device", "approve", code["user_code"], "--user", "admin")
    ask = {"client_id": APP["client_id"], "code": code["device_code"], "client_secret": APP["client_secret"]}
    token = post("oauth/device/token", **ask).json
    renewed = post("oauth/token", refresh_token=token["refresh_token"], **APP, **SIGNED_LATER).json

    def get(path: str) -> Reply:
        return library.call("GET", f"/trakt/{path}", token=renewed["access_token"], headers=KEYS)

    by_title = get("search?query=Arrival&type=movie&year=2016").json
    by_id = get("search?id_type=imdb&id=tt0386676").json
    show = get(f"shows/{by_id[0]['show']['ids']['trakt']}?extended=full").json
    film = get("movies/arrival?extended=full").json
    page = get("users/me/watched/shows?limit=250&page=1")

    assert ["Arrival", "The Office"] == [by_title[0]["movie"]["title"], by_id[0]["show"]["title"]]
    assert all(isinstance(each["updated_at"], str) for each in (show, film))
    assert {"day", "time", "timezone"} == set(show["airs"])
    assert all(isinstance(each[name], list) for each in (show, film) for name in ("genres", "languages"))
    assert int(page.headers["X-Pagination-Page-Count"]) <= 1
    assert ("released", "returning series") == (film["status"], show["status"])


def test_import_lists(library: Instance) -> None:
    """Radarr and Sonarr read lists by plural types, with filters they leave empty and limits of their own."""
    film = {"movies": [{"ids": {"imdb": "tt2543164"}}]}
    library.call("POST", "/trakt/users/me/lists", {"name": "Sunday Evenings"})
    library.call("POST", "/trakt/users/me/lists/sunday-evenings/items", film)
    library.call("POST", "/trakt/sync/watchlist", film)
    popular = "movies/popular?years=&genres=&ratings=0-100&certifications=&limit=5000"
    replies = [
        library.call("GET", f"/trakt/{path}", headers={**KEYS, "Accept": "application/json"})
        for path in (
            "users/admin/lists/sunday-evenings/items/movies?limit=5000",
            "users/admin/watchlist/movies?limit=5000",
            popular,
        )
    ]

    assert [200, 200, 200] == [reply.status for reply in replies]
    assert ["Arrival", "Arrival"] == [reply.json[0]["movie"]["title"] for reply in replies[:2]]
    assert "Arrival" in [each["title"] for each in replies[2].json]
    assert {"application/json"} == {reply.headers["Content-Type"].partition(";")[0] for reply in replies}
