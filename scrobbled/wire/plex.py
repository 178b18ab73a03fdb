"""Plex webhooks: a multipart form whose part ``payload`` holds the JSON.

See https://support.plex.tv/articles/115002267687-webhooks/ and the webhooks
fact sheet §1. Keys are case-sensitive: ``Guid`` and ``guid`` are two things.
There is no event time, so an event occurs when it is received; positions are
milliseconds and often missing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

from scrobbled.model.event import Action, PlaybackEvent, Receipt
from scrobbled.model.media import Kind, Media
from scrobbled.wire import plex_guid, reasons
from scrobbled.wire.body import decode
from scrobbled.wire.counting import is_nameless, is_wanted
from scrobbled.wire.fields import boolean, count, mapping, percent_of, seconds, text, year

SOURCE: Final = "plex"

ACTIONS: Final = {
    "media.play": Action.START,
    "media.resume": Action.START,
    "media.pause": Action.PAUSE,
    "media.stop": Action.STOP,
    "media.scrobble": Action.WATCHED,  # 90 % crossed: completed, with or without an offset
}
IGNORED_EVENTS: Final = {
    "media.rate": reasons.RATING,
    "library.new": reasons.LIBRARY_EVENT,
    "library.on.deck": reasons.LIBRARY_EVENT,
    "playback.started": reasons.SHARED_USER_ECHO,  # a media.play for the same item comes with it
    "admin.database.backup": reasons.SERVER_EVENT,
    "admin.database.corrupted": reasons.SERVER_EVENT,
    "device.new": reasons.SERVER_EVENT,
}
KINDS: Final = {"movie": Kind.MOVIE, "episode": Kind.EPISODE}
IGNORED_TYPES: Final = {
    "track": reasons.MUSIC,
    "album": reasons.MUSIC,
    "artist": reasons.MUSIC,
    "clip": reasons.TRAILER,
    "photo": reasons.PHOTO,
}
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


def parse(
    body: bytes, receipt: Receipt, content_type: str = "", accounts: Collection[str] = ()
) -> PlaybackEvent:
    """Read a Plex webhook.

    *accounts* holds the ids or titles of the Plex accounts that count; empty
    means all. Raises *PayloadError* when *body* cannot be read.
    """
    return read(decode(body, content_type), receipt, accounts)


def read(
    payload: Mapping[str, object], receipt: Receipt, accounts: Collection[str] = (), source: str = SOURCE
) -> PlaybackEvent:
    """Read a decoded Plex payload; *source* names who imitates Plex."""
    metadata = mapping(payload.get("Metadata"))
    account = mapping(payload.get("Account"))
    media = _media(metadata, _runtime(metadata, account))
    position = seconds(metadata.get("viewOffset", payload.get("viewOffset")), _MILLISECONDS)
    progress = percent_of(position, media.runtime if media else None)
    action = ACTIONS.get(_event(payload))
    if not is_wanted(accounts, account.get("id"), account.get("title")):
        ignored: str | None = reasons.OTHER_USER
    else:
        ignored = _ignored(payload, media, action, progress)
    return PlaybackEvent(
        id=receipt.id,
        user_id=receipt.user_id,
        source=source,
        action=action or Action.PROGRESS,
        occurred_at=receipt.received_at,
        received_at=receipt.received_at,
        media=media,
        progress=progress,
        position=position,
        ignored=ignored,
        provisional=True,
        player=text(mapping(payload.get("Player")).get("title")),
    )


def _event(payload: Mapping[str, object]) -> str:
    return text(payload.get("event")) or ""


def _ignored(
    payload: Mapping[str, object], media: Media | None, action: Action | None, progress: float | None
) -> str | None:
    """Give the reason not to count the event: the item's, else the event's."""
    metadata = mapping(payload.get("Metadata"))
    reason = _ignored_item(metadata)
    if reason is None and action is None:
        reason = IGNORED_EVENTS.get(_event(payload), reasons.UNKNOWN_EVENT)
    if reason is None and media is None:
        reason = reasons.NOT_MEDIA
    if reason is None and media and action and is_nameless(media, action, progress):
        reason = reasons.UNIDENTIFIABLE
    return reason


def _ignored_item(metadata: Mapping[str, object]) -> str | None:
    if not metadata:
        return None
    kind = _type(metadata)
    if kind not in KINDS:
        return IGNORED_TYPES.get(kind, reasons.NOT_MEDIA)
    if boolean(metadata.get("live")) or metadata.get("librarySectionType") == "livetv":
        return reasons.LIVE_TV
    if metadata.get("subtype") == "trailer" or "extraType" in metadata:
        return reasons.TRAILER
    if plex_guid.is_local(metadata) and not any(plex_guid.listed_ids(metadata, KINDS[kind])):
        return reasons.LOCAL_MEDIA
    return None


def _type(metadata: Mapping[str, object]) -> str:
    """Give the item's type; forwarders that drop it leave other traces."""
    named = text(metadata.get("type"))
    if named:
        return named.lower()
    if metadata.get("grandparentTitle") or str(metadata.get("guid")).startswith("plex://episode/"):
        return Kind.EPISODE.value
    if metadata.get("librarySectionType") == "movie" or str(metadata.get("guid")).startswith("plex://movie/"):
        return Kind.MOVIE.value
    return ""


def _media(metadata: Mapping[str, object], runtime: float | None) -> Media | None:
    if not metadata:
        return None
    kind = KINDS.get(_type(metadata))
    if kind is Kind.EPISODE:
        return _episode(metadata, runtime)
    ids, show_ids = plex_guid.all_ids(metadata, Kind.MOVIE)
    if _type(metadata) == "show":
        ids, show_ids = {}, ids
    return Media(
        kind=Kind.MOVIE,
        title=text(metadata.get("title")),
        year=year(metadata.get("year")),
        ids=ids,
        show_ids=show_ids,
        runtime=runtime,
    )


def _episode(metadata: Mapping[str, object], runtime: float | None) -> Media:
    ids, show_ids = plex_guid.all_ids(metadata, Kind.EPISODE)
    numbers = _numbers(metadata)
    return Media(
        kind=Kind.EPISODE,
        title=text(metadata.get("title")),
        year=year(metadata.get("year")),
        show=text(metadata.get("grandparentTitle")),
        season=numbers.season,
        episode=numbers.episode,
        ids=ids,
        show_ids=show_ids,
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
    """Give the runtime in seconds; only Plex's imitator names accounts by GUID."""
    account_id = account.get("id")
    is_imitated = isinstance(account_id, str) and _GUID.fullmatch(account_id) is not None
    return seconds(metadata.get("duration"), _IMITATED if is_imitated else _MILLISECONDS) or None
