"""Plex webhooks: a multipart form whose part ``payload`` holds the JSON.

See https://support.plex.tv/articles/115002267687-webhooks/ and the webhooks
fact sheet §1. Keys are case-sensitive: ``Guid`` and ``guid`` are two things.
There is no event time, so an event occurs when it is received; positions are
milliseconds and often missing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from scrobbled.model.event import Action
from scrobbled.model.media import Kind, Media
from scrobbled.wire import paths, plex_guid, post, reasons
from scrobbled.wire.fields import boolean, count, mapping, number, percent_of, seconds, text, year
from scrobbled.wire.ids import external_id
from scrobbled.wire.post import Content, Playback, Post, Said

SOURCE: Final = "plex"

EVENTS: Final = {
    "media.play": post.START,
    "media.resume": post.START,
    "media.pause": post.PAUSE,
    "media.stop": post.STOP,
    "media.scrobble": post.WATCHED,  # 90 % crossed: completed, with or without an offset
    "media.rate": post.RATED,
    "library.new": post.LIBRARY,
    "library.on.deck": post.LIBRARY,
    "playback.started": Said(ignored=reasons.SHARED_USER_ECHO),  # a media.play comes with it
    "admin.database.backup": post.SERVER,
    "admin.database.corrupted": post.SERVER,
    "device.new": post.SERVER,
    # Templates of Jellyfin's that imitate the envelope keep the names they know.
    "PlaybackStart": post.START,
    "PlaybackProgress": post.PROGRESS,
    "PlaybackStop": post.STOP,
}
KINDS: Final = {"movie": Kind.MOVIE, "episode": Kind.EPISODE}
IGNORED_TYPES: Final = {
    "track": reasons.MUSIC,
    "album": reasons.MUSIC,
    "artist": reasons.MUSIC,
    "clip": reasons.TRAILER,
    "photo": reasons.PHOTO,
}
#: What files are called that stand in for a film to come (https://github.com/cenodude/CrossWatch/issues/813).
_PLACEHOLDERS: Final = frozenset({"trailer", "coming soon", "comingsoon", "placeholder"})
#: What has episodes and is none: it can be rated.
WHOLES: Final = frozenset({"show", "season"})
_LOWEST_RATING: Final = -1  # the rating was taken away
_HIGHEST_RATING: Final = 10
_MILLISECONDS: Final = 1_000
#: The Jellyfin plugin that imitates Plex counts the duration in 0.1 ms (webhooks fact sheet §3).
_IMITATED: Final = 10_000
_GUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)

_SEASON_TITLE: Final = re.compile(
    r"(?:season|saison|staffel|temporada|stagione|seizoen|säsong|sæson|sesong|sezon|kausi|第)\s*(\d{1,4})\s*[季期]?",
    re.IGNORECASE,
)
_SPECIALS: Final = frozenset({"specials", "spéciaux"})


class _Numbers(NamedTuple):
    season: int | None
    episode: int | None


def read(sent: Post, source: str = SOURCE) -> Content:
    """Read a Plex payload; *source* names who imitates Plex."""
    payload = sent.payload
    metadata, account = mapping(payload.get("Metadata")), mapping(payload.get("Account"))
    said = EVENTS.get(text(payload.get("event")) or "", post.UNKNOWN)
    item = media(metadata, _runtime(metadata, account))
    position = seconds(metadata.get("viewOffset", payload.get("viewOffset")), _MILLISECONDS)
    return Content(
        source,
        said,
        item,
        Playback(position, percent_of(position, item.runtime if item else None)),
        users=(account.get("id"), account.get("title")),
        unfit=unfit(metadata),
        rating=_rating(payload, metadata) if said.action is Action.RATE else None,
        of_show=said is post.RATED and _type(metadata) in WHOLES,
        player=text(mapping(payload.get("Player")).get("title")),
        by_owner=boolean(payload.get("user")),
    )


def _rating(payload: Mapping[str, object], metadata: Mapping[str, object]) -> float | None:
    """Give the rating, 0 to 10, or -1: it was taken away. ``Rating`` is what critics say."""
    value = number(payload.get("rating"))
    if value is None:
        value = number(metadata.get("userRating"))
    return value if value is not None and _LOWEST_RATING <= value <= _HIGHEST_RATING else None


def unfit(metadata: Mapping[str, object]) -> str | None:
    """Give the reason why an item of its sort never counts."""
    if not metadata:
        return None
    kind = _type(metadata)
    if kind not in KINDS:
        return IGNORED_TYPES.get(kind, reasons.NOT_MEDIA)
    if boolean(metadata.get("live")) or metadata.get("librarySectionType") == "livetv":
        return reasons.LIVE_TV
    if metadata.get("subtype") == "trailer" or "extraType" in metadata:
        return reasons.TRAILER
    if (text(metadata.get("editionTitle")) or "").lower() in _PLACEHOLDERS or paths.is_placeholder(
        metadata.get("file")
    ):
        return reasons.PLACEHOLDER
    if plex_guid.is_local(metadata) and not any(plex_guid.listed_ids(metadata, KINDS[kind])):
        return reasons.LOCAL_MEDIA
    return None


def _type(metadata: Mapping[str, object]) -> str:
    """Give the item's type; forwarders that drop it leave other traces.

    The film's library holds its trailers too, so there a guid has to be a film's.
    """
    named = text(metadata.get("type"))
    if named:
        return named.lower()
    guid = plex_guid.split(metadata.get("guid"))
    kind = plex_guid.kind(guid) if guid else None
    if metadata.get("grandparentTitle") or kind == Kind.EPISODE.value:
        return Kind.EPISODE.value
    section = (text(metadata.get("librarySectionType")) or "").lower()
    if section in KINDS and kind != plex_guid.EXTRA:  # "episode" comes from a template of Tautulli's
        return section
    return kind or ""


def media(metadata: Mapping[str, object], runtime: float | None) -> Media | None:
    """Give what *metadata* describes; *runtime* in seconds."""
    if not metadata:
        return None
    kind = KINDS.get(_type(metadata))
    if kind is Kind.EPISODE:
        return _episode(metadata, runtime)
    of_season = _type(metadata) == "season"
    # A season's guid names its show and its number, as an episode's does; the listed ids are its own.
    ids, show_ids = plex_guid.all_ids(metadata, Kind.EPISODE if of_season else Kind.MOVIE)
    if _type(metadata) == "show":
        ids, show_ids = {}, ids
    return Media(
        kind=Kind.MOVIE,
        title=text(metadata.get("title")),
        year=year(metadata.get("year")),
        show=text(metadata.get("parentTitle")) if of_season else None,
        show_year=year(metadata.get("parentYear")) if of_season else None,
        season=count(metadata.get("index")) if of_season else None,
        ids=ids,
        show_ids=show_ids,
        runtime=runtime,
    )


def _episode(metadata: Mapping[str, object], runtime: float | None) -> Media:
    ids, show_ids = plex_guid.all_ids(metadata, Kind.EPISODE)
    numbers = _numbers(metadata)
    slug = external_id("slug", metadata.get("grandparentSlug"))
    return Media(
        kind=Kind.EPISODE,
        title=text(metadata.get("title")),
        year=year(metadata.get("year")),
        show=text(metadata.get("grandparentTitle")),
        season=numbers.season,
        episode=numbers.episode,
        order=plex_guid.order(metadata),
        ids=ids,
        show_ids=show_ids,
        show_slug=slug[1] if slug else None,
        runtime=runtime,
    )


def _numbers(metadata: Mapping[str, object]) -> _Numbers:
    """Give season and episode: the fields, else the guid's path, else the season's title."""
    guid = plex_guid.split(metadata.get("guid"))
    season, episode = count(metadata.get("parentIndex")), count(metadata.get("index"))
    if season is None:
        season = guid.season if guid else None
    if season is None:
        season = _season_of(text(metadata.get("parentTitle")) or "")
    if episode is None:
        episode = guid.episode if guid else None
    return _Numbers(season, episode)


def _season_of(title: str) -> int | None:
    if title.casefold() in _SPECIALS:
        return 0
    found = _SEASON_TITLE.fullmatch(title)
    return int(found[1]) if found else None


def _runtime(metadata: Mapping[str, object], account: Mapping[str, object]) -> float | None:
    """Give the runtime in seconds."""
    per_second = _IMITATED if is_imitated(account.get("id")) else _MILLISECONDS
    return seconds(metadata.get("duration"), per_second) or None


def is_imitated(account_id: object) -> bool:
    """Whether the plugin of Jellyfin's that imitates Plex sent it: Plex counts its accounts."""
    return isinstance(account_id, str) and _GUID.fullmatch(account_id) is not None
