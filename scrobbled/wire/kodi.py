"""Kodi's add-ons, which send several shapes between them, and Kodi's own notifications.

See the webhooks fact sheet §6. All positions and runtimes are seconds.

* Flat, with ``uniqueIds``, ``tvShowUniqueIds`` and ``progress{time, percent}``: the add-ons for
  Yamtrack and its like. ``end`` is the end of the file; ``stop`` came before.
* Plex's envelope with ``kodi_id``, ``unique_ids`` and ``watched_at``: SyncPK. It queues what it
  cannot deliver, and pushes a library with the same event: ``watched_at`` is when it
  happened, and without it nobody knows when.
* ``identifier`` (TMDB's, of the show or the film), ``lot`` and ``progress``: the add-on for
  Ryot. It only ever sends progress, so what is nearly through is watched.
* ``uniqueIds`` alone: Movary's, sent once when a film is over.
* ``viewers`` beside ``media``: CrossWatch's (https://github.com/crosswatch-app/kodi-addon, docs/contract.md).
  Title, year and the ids called ``tmdb_show`` are the show's. What ended a film it keeps until it can be
  delivered: ``sent_at`` is when it happened.
* ``Player.OnStop`` and the like: what Kodi tells its own scripts (*kodi_player*).
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from msgspec.structs import replace

from scrobbled.model.media import Kind, Media
from scrobbled.wire import flat, kodi_player, plex, post, reasons
from scrobbled.wire.fields import boolean, instant, mapping, percent, percent_of, sane_time, seconds, text
from scrobbled.wire.ids import external_id, external_ids
from scrobbled.wire.keys import Fields, first, folded
from scrobbled.wire.post import Content, Playback, Post, Said

SOURCE: Final = "kodi"

#: All that the add-on may send which never names its event; another that has no event has lost it.
_NAMELESS: Final = frozenset({"title", "name", "year", "mediatype", "uniqueids", "imdbnumber"})

_HABITS: Final = flat.Habits(lone_title_is_show=False)

_MILLISECONDS: Final = 1_000  # to the second

_UNDATED: Final = Said(post.WATCHED.action, reasons.UNDATED)


def read(sent: Post) -> Content:
    """Read what an add-on or Kodi itself sent."""
    if isinstance(sent.payload.get("Metadata"), dict):
        return _like_plex(sent)
    fields = folded(sent.payload)
    if has_viewers(fields):
        return _with_viewers(sent, fields)
    if kodi_player.is_notification(fields):
        return _flat(sent, kodi_player.item(fields), kodi_player.said(fields))
    if "lot" in fields:
        return _progress_post(fields)
    said = flat.said_by(fields)
    if said is None:
        said = post.WATCHED if _NAMELESS.issuperset(fields) else post.UNKNOWN
    return _flat(sent, fields, said)


def has_viewers(fields: Fields) -> bool:
    """Whether CrossWatch's add-on sent *fields*; its ``ping`` has no media."""
    return isinstance(fields.get("viewers"), list)


def _with_viewers(sent: Post, fields: Fields) -> Content:
    told = folded(fields.get("media"))
    item = flat.item(told)
    runtime = seconds(told.get("durationms"), _MILLISECONDS) or None
    position = seconds(told.get("positionms"), _MILLISECONDS)
    own = percent(told.get("percent"))
    said = flat.said_by(fields) or post.UNKNOWN
    media = flat.media(item, runtime) if told else None
    if media is not None and media.kind is Kind.EPISODE:
        media = replace(media, year=None, show_year=media.year)
    viewers = fields.get("viewers")
    return Content(
        SOURCE,
        post.WATCHED if said is post.STOP and boolean(told.get("completed")) else said,
        media,
        Playback(position, percent_of(position, runtime) if own is None else own),
        users=tuple(viewers) if isinstance(viewers, list) else (),
        unfit=item.unfit,
        occurred_at=sane_time(instant(fields.get("sentat")), sent.receipt.received_at),
        player=text(folded(fields.get("device")).get("name")),
    )


def _flat(sent: Post, fields: Fields, said: Said) -> Content:
    item = flat.item(fields)
    runtime = seconds(first(fields, "duration", "runtime", "totaltime"), 1) or None
    return Content(
        SOURCE,
        said,
        _without_shows_id(_with_default_id(flat.media(item, runtime, _HABITS), fields)),
        _playback(fields, runtime),
        users=flat.users(fields) if sent.asks_who else (),
        unfit=item.unfit,
        occurred_at=_watched_at(fields, sent.receipt.received_at),
        rating=flat.rating(fields, said),
        player=text(first(fields, "player", "playername", "devicename")),
    )


def _playback(fields: Fields, runtime: float | None) -> Playback:
    told = fields.get("progress")
    progress = folded(told) if isinstance(told, dict) else fields
    position = seconds(first(progress, "time", "position", "currenttime", "resumetime"), 1)
    own = percent(first(progress, "percent", "percentage", "progresspercent"))
    if own is None and not isinstance(told, dict):
        own = percent(told)
    return Playback(position, percent_of(position, runtime) if own is None else own)


def _progress_post(fields: Fields) -> Content:
    """Read Ryot's shape: its identifier is TMDB's, of the show or the film."""
    item = flat.item(fields)
    media = flat.media(item, None)
    found = external_ids([("tmdb", fields.get("identifier"))])
    if media is not None and media.kind is Kind.EPISODE:
        media = replace(media, show_ids={**found, **media.show_ids})
    elif media is not None:
        media = replace(media, ids={**found, **media.ids})
    progress = percent(fields.get("progress"))
    said = post.PROGRESS if progress is None else flat.implied(fields, progress)
    return Content(SOURCE, said, media, Playback(None, progress), unfit=item.unfit)


def _like_plex(sent: Post) -> Content:
    payload, metadata = sent.payload, mapping(sent.payload.get("Metadata"))
    fields = folded(metadata)
    occurred_at = _watched_at(fields, sent.receipt.received_at)
    said = plex.EVENTS.get(text(payload.get("event")) or "", post.UNKNOWN)
    if said is post.WATCHED and instant(fields.get("watchedat")) is None:
        said = _UNDATED
    runtime = seconds(metadata.get("duration"), 1) or None
    return Content(
        SOURCE,
        said,
        _without_shows_id(_with_default_id(_with_unique_ids(plex.media(metadata, runtime), fields), fields)),
        users=flat.users(folded(payload)) if sent.asks_who else (),
        unfit=plex.unfit(metadata),
        occurred_at=occurred_at,
    )


def _with_unique_ids(media: Media | None, fields: Fields) -> Media | None:
    if media is None:
        return None
    own = external_ids(mapping(fields.get("uniqueids")).items())
    show = external_ids(mapping(fields.get("showuniqueids")).items())
    return replace(media, ids={**media.ids, **own}, show_ids={**media.show_ids, **show})


def _with_default_id(media: Media | None, fields: Fields) -> Media | None:
    """Add ``imdbnumber``, the id of whichever site is the default: only IMDb's can be told."""
    found = external_id("imdb", fields.get("imdbnumber"))
    if media is None or found is None:
        return media
    return replace(media, ids=dict([found]) | media.ids)


def _without_shows_id(media: Media | None) -> Media | None:
    """Drop what a scraper without ids of episodes put in their place: the show's own.

    See https://github.com/ellite/scrob/issues/352.
    """
    if media is None or not media.show_ids:
        return media
    own = {name: value for name, value in media.ids.items() if media.show_ids.get(name) != value}
    return replace(media, ids=own)


def _watched_at(fields: Fields, received_at: datetime) -> datetime | None:
    """Give the time that the add-on kept with the play."""
    return sane_time(instant(first(fields, "watchedat", "occurredat")), received_at)
