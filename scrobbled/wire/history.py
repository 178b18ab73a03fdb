"""
A media server's own list of what was played, page by page, as events.

What each server's dates mean decides what its entries are read as:

* **Plex** keeps each play, with the time at which it counted it: at 90 % of the file
  (https://github.com/iwalton3/plex-mpv-shim/issues/27). That is a *watched*, as its webhook is.
* **Jellyfin and Emby** keep one date for each item: when it was last begun, or ticked by hand
  (https://github.com/jellyfin/jellyfin/issues/11186). That is *listed*. ``PlayCount`` counts
  beginnings, and earlier plays have no date: they are not made up.

An entry is named by server, item and date, so that reading a list again changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec
from msgspec.structs import replace

from scrobbled.model.event import Action, PlaybackEvent, Receipt
from scrobbled.model.media import Media
from scrobbled.model.viewing import Moment
from scrobbled.wire import item_fields, media_server, plex, reasons
from scrobbled.wire.fields import content_id, instant, mapping, number, sane_time, seconds, text

#: Plex's history has what was listened to as well; nobody wants to read of each song.
_PLEX_TYPES: Final = frozenset(plex.KINDS)

#: Where the server does not know how long an item is.
_LONG: Final = timedelta(hours=3).total_seconds()


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """
    A part of a list. *events* are entries that can be told now; *later* counts those that may
    not be over yet, *other* those that are neither film nor episode.
    """

    events: list[PlaybackEvent]
    later: int = 0
    other: int = 0


def of_plex(
    rows: Iterable[Mapping[str, object]],
    details: Mapping[str, Mapping[str, object]],
    server: str,
    receipt: Receipt,
) -> Page:
    """
    Read *rows* of ``/status/sessions/history/all``. *details* has the metadata of the items that
    still are in the library, by ``ratingKey``: rows have neither ids nor a year.
    """
    events, other = [], 0
    for row in rows:
        if not _is_video(row):
            other += 1
            continue
        key = text(row.get("ratingKey")) or ""
        # The row last: its title is the one of then, but an item that was removed has nothing else.
        metadata = {**row, **details.get(key, {})}
        played_at = instant(row.get("viewedAt"))
        media = plex.media(metadata, seconds(metadata.get("duration"), 1000) or None)
        event = _event(
            plex.SOURCE, Action.WATCHED, receipt, media=media, at=played_at, name=f"{server}|{key}"
        )
        events.append(_unless(plex.unfit(metadata), event))
    return Page(events=events, other=other)


def plex_items(rows: Iterable[Mapping[str, object]]) -> list[str]:
    """The ``ratingKey`` of each film and episode among *rows*, once."""
    keys = (text(row.get("ratingKey")) or "" for row in rows if _is_video(row))
    return list(dict.fromkeys(key for key in keys if key.isdecimal()))


def of_media_server(
    source: str,
    items: Iterable[Mapping[str, object]],
    series: Mapping[str, Mapping[str, object]],
    server: str,
    receipt: Receipt,
) -> Page:
    """
    Read *items* that Jellyfin or Emby (*source*) lists as played. *series* are the series of
    its episodes by id: an episode knows its series' name, not its ids.
    """
    events, later = [], 0
    for item in items:
        delivery = item_fields.delivery(
            {"Item": item, "Series": series.get(text(item.get("SeriesId")) or "", {})}, nested=True
        )
        media = media_server.media(delivery, item_fields.runtime(delivery))
        data = mapping(item.get("UserData"))
        begun_at = instant(data.get("LastPlayedDate"), UTC)
        name = f"{server}|{text(item.get('Id'))}"
        event = _event(source, Action.LISTED, receipt, media=media, at=begun_at, name=name)
        if number(data.get("PlaybackPositionTicks")) or _may_go_on(event):
            later += 1  # begun again: when it was finished before that, the server forgot
        else:
            events.append(_unless(media_server.unfit(delivery), event))
    return Page(events=events, later=later)


def _is_video(row: Mapping[str, object]) -> bool:
    return text(row.get("type")) in _PLEX_TYPES


def _event(
    source: str, action: Action, receipt: Receipt, *, media: Media | None, at: datetime | None, name: str
) -> PlaybackEvent:
    """One entry of a list; *name* says which item of which server."""
    played_at = sane_time(at, receipt.received_at)
    return PlaybackEvent(
        id=content_id(receipt, f"{source}-history", f"{name}|{played_at}".encode()),
        user_id=receipt.user_id,
        source=source,
        action=action,
        occurred_at=played_at or receipt.received_at,
        received_at=receipt.received_at,
        media=media,
        ignored=reasons.UNDATED if played_at is None else None,
        provisional=True,
    )


def _unless(unfit: str | None, event: PlaybackEvent) -> PlaybackEvent:
    return event if unfit is None else replace(event, ignored=unfit)


def _may_go_on(event: PlaybackEvent) -> bool:
    """Whether the viewing an entry is of may not be over: the player itself will tell."""
    runtime = event.media.runtime if event.media and event.media.runtime else _LONG
    moment = Moment(id=event.id, at=event.occurred_at, action=event.action, runtime=runtime)
    return event.ignored is None and moment.told_at > event.received_at
