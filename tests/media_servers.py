"""
Stand-ins for Plex, Jellyfin and Emby, in the shapes of their public API documents.

Plex: https://developer.plex.tv/pms/; Jellyfin: https://api.jellyfin.org; Emby: https://dev.emby.media/reference.
They answer what is asked as those do: who may ask, pages, order, filters; and they can be in *trouble*.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Final

from aiohttp import web
from aiohttp.test_utils import TestServer

TOKEN = "s3cret"

#: What happens instead of the next answer.
Trouble = Callable[[web.Request], Awaitable[web.StreamResponse]]


class StandIn:
    """What the stand-ins share: a token, a count of requests, and troubles to come."""

    def __init__(self) -> None:
        self.base = ""
        self.asked: list[str] = []
        self.troubles: dict[int, Trouble] = {}

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Let what is planned for this request happen, or answer it."""
        self.asked.append(request.path)
        trouble = self.troubles.pop(len(self.asked), None)
        if trouble is not None:
            return await trouble(request)
        return self.respond(request)

    def respond(self, request: web.Request) -> web.StreamResponse:
        """The server's own answer."""
        raise NotImplementedError


async def busy(_request: web.Request) -> web.StreamResponse:
    """The server starts up, as Plex and Jellyfin say it."""
    return web.Response(status=503, text="<h1>503 Service Unavailable</h1>", content_type="text/html")


async def hangs_up(request: web.Request) -> web.StreamResponse:
    """The connection breaks."""
    assert request.transport is not None
    request.transport.close()
    return web.Response()


async def portal(_request: web.Request) -> web.StreamResponse:
    """Somebody else answers."""
    return web.Response(text="<html>please sign in</html>", content_type="text/html")


class PlexStandIn(StandIn):
    """A Plex server: *rows* are its history, *library* the metadata of what it still has."""

    def __init__(self, rows: Sequence[dict[str, Any]], library: Sequence[dict[str, Any]] = ()) -> None:
        super().__init__()
        self.rows = list(rows)
        self.library = {each["ratingKey"]: each for each in library}
        self.people = [
            {"id": 0, "key": "/accounts/0", "name": ""},
            {"id": 1, "key": "/accounts/1", "name": "Robin"},
        ]

    def respond(self, request: web.Request) -> web.StreamResponse:
        """401 in HTML without the token; XML for whoever does not ask for JSON."""
        if request.path == "/identity":
            return self._container(machineIdentifier="0123456789abcdef", version="1.41.2.9200", claimed=True)
        if request.headers.get("X-Plex-Token") != TOKEN:
            page = (
                "<html><head><title>Unauthorized</title></head><body><h1>401 Unauthorized</h1></body></html>"
            )
            return web.Response(status=401, text=page, content_type="text/html")
        if "json" not in request.headers.get("Accept", ""):
            return web.Response(text='<?xml version="1.0"?><MediaContainer/>', content_type="text/xml")
        if request.path == "/accounts":
            return self._container(
                size=len(self.people), identifier="com.plexapp.system.accounts", Account=self.people
            )
        if request.path == "/status/sessions/history/all":
            return self._history(request)
        if request.path.startswith("/library/metadata/"):
            return self._metadata(request)
        return web.Response(status=404, text="<html><h1>404 Not Found</h1></html>", content_type="text/html")

    def _history(self, request: web.Request) -> web.Response:
        rows = [
            row
            for row in self.rows
            if str(row["accountID"]) == request.query.get("accountID", str(row["accountID"]))
        ]
        since = int(request.query.get("viewedAt>", "0"))
        rows = [row for row in rows if row.get("viewedAt", since) >= since]
        assert request.query["sort"] == "viewedAt:desc"
        rows.sort(key=lambda row: row.get("viewedAt", 0), reverse=True)
        start, size = (int(request.query[f"X-Plex-Container-{name}"]) for name in ("Start", "Size"))
        page = rows[start : start + size]
        return self._container(
            size=len(page), totalSize=len(rows), offset=start, **({"Metadata": page} if page else {})
        )

    def _metadata(self, request: web.Request) -> web.Response:
        wanted = request.path.rpartition("/")[2].split(",")
        found = [dict(self.library[key]) for key in wanted if key in self.library]
        if request.query.get("includeGuids") != "1":
            for each in found:
                each.pop("Guid", None)
        if not found:
            return web.Response(
                status=404, text="<html><h1>404 Not Found</h1></html>", content_type="text/html"
            )
        return self._container(size=len(found), allowSync=True, Metadata=found)

    @staticmethod
    def _container(**content: Any) -> web.Response:
        return web.json_response({"MediaContainer": content})


class MediaServerStandIn(StandIn):
    """A Jellyfin, or with *is_emby* an Emby, with *items* of one user, and their *series*."""

    user: Final[dict[str, Any]] = {
        "Id": "5f2c7d1e9b8a4c3d8e7f6a5b4c3d2e1f",
        "Name": "Robin",
        "ServerId": "abc",
        "HasPassword": True,
    }

    def __init__(
        self, items: Sequence[dict[str, Any]], series: Sequence[dict[str, Any]] = (), *, is_emby: bool = False
    ) -> None:
        super().__init__()
        self.items, self.series, self.is_emby = list(items), list(series), is_emby
        self.people = [self.user]
        self.claimed = 0

    def respond(self, request: web.Request) -> web.StreamResponse:
        """401 without the token in the header that this server wants."""
        if request.path == "/System/Info/Public":
            return web.json_response({"ServerName": "attic", "Version": "10.11.5", "Id": "abc"})
        if not self._may(request):
            return web.Response(
                status=401, text="Access token is invalid or expired." if self.is_emby else ""
            )
        if request.path == "/Users":
            return web.json_response(self.people)
        items = f"/Users/{self.user['Id']}/Items" if self.is_emby else "/Items"
        if request.path == items and (self.is_emby or request.query.get("userId") == self.user["Id"]):
            return self._page(request)
        return web.Response(status=404)

    def _may(self, request: web.Request) -> bool:
        if self.is_emby:
            return request.headers.get("X-Emby-Token") == TOKEN
        return request.headers.get("Authorization") == f'MediaBrowser Token="{TOKEN}"'

    def _page(self, request: web.Request) -> web.Response:
        query = request.query
        found = self.items + self.series
        if "Ids" in query:
            found = [each for each in found if each["Id"] in query["Ids"].split(",")]
        if query.get("Filters") == "IsPlayed":
            found = [each for each in found if each["UserData"]["Played"]]
        if "IncludeItemTypes" in query:
            found = [each for each in found if each["Type"] in query["IncludeItemTypes"].split(",")]
        if query.get("SortBy", "").startswith("DatePlayed"):
            found.sort(
                key=lambda each: each["UserData"].get("LastPlayedDate", ""),
                reverse=query["SortOrder"] == "Descending",
            )
        start = int(query.get("StartIndex", "0"))
        page = found[start : start + int(query.get("Limit", "1000"))]
        page = [self._shown(each, query.get("Fields", "").split(",")) for each in page]
        return web.json_response(
            {"Items": page, "TotalRecordCount": self.claimed or len(found), "StartIndex": start}
        )

    def _shown(self, item: dict[str, Any], fields: list[str]) -> dict[str, Any]:
        """*item* with what was asked for; Emby leaves out more than Jellyfin does."""
        optional = {"ProviderIds", "Path"} | ({"ProductionYear"} if self.is_emby else set())
        shown = {key: value for key, value in item.items() if key not in optional or key in fields}
        if self.is_emby and "UserDataLastPlayedDate" not in fields:
            shown["UserData"] = {
                key: value for key, value in item["UserData"].items() if key != "LastPlayedDate"
            }
        return shown


@asynccontextmanager
async def serving(stand_in: StandIn) -> AsyncIterator[StandIn]:
    """Serve *stand_in* at its *base*."""
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", stand_in.answer)
    server = TestServer(application)
    await server.start_server()
    stand_in.base = str(server.make_url("")).rstrip("/")
    try:
        yield stand_in
    finally:
        await server.close()


# What they hold ------------------------------------------------------------------


def plex_row(number: int, played_at: datetime, *, account: int = 1, **changes: Any) -> dict[str, Any]:
    """A row of Plex' history: film *number*, or what *changes* make of it."""
    row = {
        "historyKey": f"/status/sessions/history/{number}{int(played_at.timestamp())}",
        "key": f"/library/metadata/{number}",
        "ratingKey": str(number),
        "librarySectionID": "1",
        "title": f"Film {number}",
        "type": "movie",
        "thumb": f"/library/metadata/{number}/thumb/1",
        "originallyAvailableAt": "2001-05-04",
        "viewedAt": int(played_at.timestamp()),
        "accountID": account,
        "deviceID": 3,
    }
    return {key: value for key, value in (row | changes).items() if value is not None}


def plex_film(number: int, **changes: Any) -> dict[str, Any]:
    """The metadata of film *number*, 100 minutes long."""
    return {
        "ratingKey": str(number), "key": f"/library/metadata/{number}", "guid": f"plex://movie/{number:024x}",
        "type": "movie", "title": f"Film {number}", "year": 2001, "duration": 6_000_000,
        "Guid": [{"id": f"imdb://tt{number:07}"}, {"id": f"tmdb://{number}"}],
    } | changes  # fmt: skip


def film(number: int, begun_at: datetime | None, **user_data: Any) -> dict[str, Any]:
    """Film *number* of Jellyfin or Emby, 100 minutes long, played when it was last begun at *begun_at*."""
    data = {
        "PlaybackPositionTicks": 0,
        "PlayCount": 1,
        "IsFavorite": False,
        "Played": True,
        "Key": str(number),
    }
    if begun_at is not None:
        data["LastPlayedDate"] = begun_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.0000000Z")
    return {
        "Name": f"Film {number}", "ServerId": "abc", "Id": f"{number:032x}", "Type": "Movie",
        "RunTimeTicks": 60_000_000_000, "ProductionYear": 2001,
        "Path": f"/films/Film {number} (2001)/film.mkv", "MediaType": "Video",
        "ProviderIds": {"Imdb": f"tt{number:07}", "Tmdb": str(number)}, "UserData": data | user_data,
    }  # fmt: skip


def episode(number: int, begun_at: datetime, **changes: Any) -> dict[str, Any]:
    """Episode *number* of season 1 of the one series there is, 50 minutes long."""
    return film(900_000 + number, begun_at) | {
        "Name": f"Part {number}", "Type": "Episode", "SeriesName": "The Wire",
        "SeriesId": "5e51e5", "SeasonId": "5ea",
        "ParentIndexNumber": 1, "IndexNumber": number, "RunTimeTicks": 30_000_000_000, "ProviderIds": {},
    } | changes  # fmt: skip


def series() -> dict[str, Any]:
    """That series."""
    return {
        "Name": "The Wire", "ServerId": "abc", "Id": "5e51e5", "Type": "Series", "ProductionYear": 2002,
        "ProviderIds": {"Tvdb": "79126", "Imdb": "tt0306414"}, "UserData": {"Played": True, "PlayCount": 0},
    }  # fmt: skip
