"""Jellyfin webhooks: the official plugin, its templates, and the nested look-alikes.

See https://github.com/jellyfin/jellyfin-plugin-webhook,
https://github.com/shemanaev/jellyfin-plugin-webhooks and the webhooks fact
sheet §2, §3, §7. What is decided here:

* ``PlaybackStop`` with ``PlayedToCompletion`` is watched, even when the position
  contradicts it: Jellyfin says so for short items and for clients that send no
  position, and it is the server's own verdict. It says so too when it does not know the
  runtime (``RunTimeTicks`` 0), however short the visit: that is no verdict, only a stop.
* ``Played`` on a nested ``Stop`` is weaker, for it stays true during a rewatch: it
  counts unless a position between nothing and 90 % says otherwise.
* A ``PlaybackProgress`` with ``IsPaused`` is a pause: no other event tells. It
  repeats with each check-in, at one position, so the first one says it all.
* ``UserDataSaved`` echoes what the playback events say, and on a rewatch each one
  says Played. Only a tick by hand counts, and a ``PlaybackFinished`` whose position was
  reset to 0, unless a ``PlayCount`` above 1 says that it may be a rewatch left at once. Some
  players send nothing else when an episode ends, so a template without the position is believed too.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from scrobbled.model.event import Action
from scrobbled.wire import item_fields, media_server, plex, post, reasons
from scrobbled.wire.fields import instant, percent_of, sane_time, text, whole
from scrobbled.wire.item_fields import Delivery
from scrobbled.wire.keys import first
from scrobbled.wire.post import Content, Playback, Post, Said

SOURCE: Final = "jellyfin"

#: Jellyfin's default for "completed" (MaxResumePct), in percent.
COMPLETED_FROM: Final = 90.0

_USER_DATA: Final = "userdatasaved"
_TOGGLED: Final = "toggleplayed"
_ECHO: Final = Said(ignored=reasons.USER_DATA_ECHO)

#: What an empty body says: neither a template nor "Send All Properties" is set.
EMPTY: Final = Content(SOURCE, Said(ignored=reasons.EMPTY_BODY))

#: Where position 0 is the beginning. Elsewhere Jellyfin writes 0 for "unknown" and
#: for "completed" (webhooks fact sheet §2).
_STARTS_AT_ZERO: Final = frozenset({Action.START, Action.PAUSE, Action.STOP})


def read(sent: Post) -> Content:
    """Read a Jellyfin webhook; the plugin "Webhooks" can imitate Plex."""
    if isinstance(sent.payload.get("Metadata"), dict):
        return plex.read(sent, SOURCE)
    fields = item_fields.delivery(sent.payload)
    runtime = item_fields.runtime(fields)
    position = item_fields.position(fields)
    said = _said(fields, _progress(fields, position or None, runtime))
    if position == 0 and (
        said.action not in _STARTS_AT_ZERO or said.ignored or item_fields.completed(fields)
    ):
        position = None
    return Content(
        SOURCE,
        said,
        None if _is_about_nothing(fields, said) else media_server.media(fields, runtime),
        Playback(position, _progress(fields, position, runtime)),
        users=item_fields.users(fields) if sent.asks_who else (),
        unfit=media_server.unfit(fields),
        occurred_at=_occurred_at(fields, sent.receipt.received_at, said),
        rating=item_fields.rating(fields) if said.action is Action.RATE else None,
        of_show=said is post.RATED and item_fields.item_type(fields) in media_server.WHOLES,
        player=text(first(fields.top, "devicename") or first(fields.session, "devicename")),
        app=text(first(fields.top, "clientname", "client") or first(fields.session, "client")),
    )


def _is_about_nothing(fields: Delivery, said: Said) -> bool:
    """Whether ``Name`` is a user's, a task's or a message's: only items have a type."""
    return said is post.SERVER and first(fields.item, "itemtype", "type", "mediatype") is None


def _progress(fields: Delivery, position: float | None, runtime: float | None) -> float | None:
    """Give percent from the position, else from a template's own percentage."""
    measured = percent_of(position, runtime)
    return item_fields.percentage(fields) if measured is None else measured


def _said(fields: Delivery, progress: float | None) -> Said:
    """Read the event's name and flags; *progress* is None at position 0."""
    event = item_fields.event_name(fields)
    if event == _USER_DATA:
        return _user_data(fields)
    said = media_server.said_by(event)
    if said is post.STOP and _is_completed(fields, progress):
        return post.WATCHED
    if said is post.PROGRESS and item_fields.paused(fields):
        return post.PAUSE
    return said


def _is_completed(fields: Delivery, progress: float | None) -> bool:
    completed = item_fields.completed(fields)
    if completed is not None:
        return completed and not item_fields.runtime_is_unknown(fields)
    if progress is not None:
        return progress >= COMPLETED_FROM
    return item_fields.played(fields) is True


def _user_data(fields: Delivery) -> Said:
    """Tell what a person did by hand from the echo of a playback event."""
    reason = item_fields.save_reason(fields)
    played = item_fields.played(fields)
    if reason == "updateuserrating":
        return post.RATED
    if reason == _TOGGLED and played is not None:
        return post.TICKED if played else post.UNTICKED
    may_be_first = whole(first(fields.user_data, "playcount")) in {1, None}
    if reason == "playbackfinished" and played and may_be_first and _is_reset(fields):
        return post.WATCHED
    return _ECHO


def _is_reset(fields: Delivery) -> bool:
    """Whether nothing contradicts that the position went back to 0; the plugin itself always tells it."""
    position = item_fields.position(fields)
    return position == 0 or (position is None and not item_fields.is_whole(fields))


def _occurred_at(fields: Delivery, received_at: datetime, said: Said) -> datetime | None:
    """Give the payload's own time, or None when it has no clock to trust.

    A tick by hand happened when it was sent, but it says when it was watched.
    """
    stamps = [
        instant(fields.top.get("utctimestamp"), UTC),
        instant(fields.top.get("timestamp")),  # local: only with its offset
    ]
    if said is post.TICKED:
        stamps.insert(0, instant(fields.user_data.get("lastplayeddate"), UTC))
    return next((stamp for stamp in stamps if sane_time(stamp, received_at)), None)
