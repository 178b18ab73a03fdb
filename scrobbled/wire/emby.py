"""Emby webhooks: ``Event``, ``Item`` and ``PlaybackInfo``, from 4.7 to 4.9, and its older plugin.

See the webhooks fact sheet §4. They come as JSON, or in the field ``data`` of a form. What is
decided here:

* ``PlaybackInfo`` has the position. ``Session.PlayState`` belongs to the NEXT episode once one
  plays automatically (https://github.com/ellite/scrob/issues/206), so it is asked only where
  ``PlaybackInfo`` is silent, never on completion, and its 0 is nobody's position when something stops.
* ``PlayedToCompletion`` comes with a stop alone and is the server's verdict.
* ``Title`` and ``Description`` are sentences in the server's language and local time: never read.
* The item's ids are its own. The series' are not sent, but for a tag in the path.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from scrobbled.model.event import Action
from scrobbled.wire import item_fields, media_server, post
from scrobbled.wire.fields import instant, percent_of, sane_time, seconds, text
from scrobbled.wire.item_fields import TICKS, Delivery
from scrobbled.wire.keys import first, folded
from scrobbled.wire.post import Content, Playback, Post, Said

SOURCE: Final = "emby"


def read(sent: Post) -> Content:
    """Read an Emby webhook."""
    fields = item_fields.delivery(sent.payload, nested=True)
    said = media_server.said_by(item_fields.event_name(fields))
    if said is post.STOP and item_fields.completed(fields):
        said = post.WATCHED
    runtime = _runtime(fields)
    position = _position(fields, said)
    measured = percent_of(position, runtime)
    progress = item_fields.percentage(fields) if measured is None else measured
    return Content(
        SOURCE,
        said,
        media_server.media(fields, runtime),
        Playback(position, progress),
        users=item_fields.users(fields) if sent.asks_who else (),
        unfit=media_server.unfit(fields),
        occurred_at=_occurred_at(fields, sent.receipt.received_at),
        rating=item_fields.rating(fields) if said.action is Action.RATE else None,
        of_show=said is post.RATED and item_fields.item_type(fields) in media_server.WHOLES,
        player=text(first(fields.session, "devicename")),
        app=text(first(fields.session, "client", "appname")),
    )


def _runtime(fields: Delivery) -> float | None:
    """Give the runtime in seconds: the item's, else that of the file being played."""
    runtime = item_fields.runtime(fields)
    if runtime is None:
        source = folded(folded(fields.top.get("playbackinfo")).get("mediasource"))
        runtime = seconds(first(source, "runtimeticks"), TICKS) or None
    return runtime


def _position(fields: Delivery, said: Said) -> float | None:
    """Give the position in seconds; None when nobody tells."""
    info = folded(fields.top.get("playbackinfo"))
    ticks = first(info, "positionticks")
    if ticks is None:
        ticks = first(fields.top, "playbackpositionticks", "positionticks")
    if ticks is not None:
        return seconds(ticks, TICKS)
    if item_fields.completed(fields):
        return None
    position = seconds(first(folded(fields.session.get("playstate")), "positionticks"), TICKS)
    return position if position or said is post.START else None


def _occurred_at(fields: Delivery, received_at: datetime) -> datetime | None:
    """Give ``Date``, which is UTC, when it can be trusted."""
    return sane_time(instant(first(fields.top, "date", "utctimestamp"), UTC), received_at)
