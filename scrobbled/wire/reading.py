"""What a payload was taken to mean, in plain words for people and tests."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from scrobbled.model.event import Action, PlaybackEvent
from scrobbled.model.media import Kind, Media
from scrobbled.wire.reasons import LIVE_TV, NEITHER_FILM_NOR_EPISODE, UNIDENTIFIABLE

#: From this percentage on a stop reads as watched; Plex and Jellyfin use it too
#: (webhooks fact sheet §1, §2). What counts as a play is for the rules to say.
WATCHED_FROM: Final = 90.0

#: Ratings are out of this.
RATING_SCALE: Final = 10

_NOTHING: Final = Media(kind=Kind.MOVIE)

#: Said by hand about something, and not while it plays.
_BESIDE_PLAYING: Final = frozenset({Action.UNWATCH, Action.RATE})

#: These tell films and episodes among what is broadcast; the others only know programmes.
_KNOWS_BROADCASTS: Final = frozenset({"plex", "tautulli"})


def reading(event: PlaybackEvent) -> dict[str, object]:
    """Give *event* as a flat dict of JSON values.

    ``kind`` is movie, episode or other; ``action`` start (also for heartbeats), pause, stop,
    watched or ignore (ratings and un-ticks too), with ``secondary_action`` unwatch for an untick.
    ``year`` is the item's, else the series', and ``year_of`` tells which; ``ids_scope`` is episode, or
    unknown where the ids beside an episode may be its show's. ``watched_at`` is the source's own time
    of what was watched, a date where it knows the day alone. ``user_is_webhook_owner`` is what Plex says.
    """
    media = event.media or _NOTHING
    is_rated = event.rating is not None
    return {
        "kind": _kind(event),
        "title": media.title,
        "year": media.year if media.year is not None else media.show_year,
        "year_of": _year_of(media),
        "show": media.show,
        "show_slug": media.show_slug,
        "season": media.season,
        "episode": media.episode,
        "episode_end": media.episode_end,
        "absolute": media.absolute,
        "order": media.order,
        "ids": dict(media.ids or media.unscoped_ids),
        "ids_scope": _ids_scope(media),
        "show_ids": dict(media.show_ids),
        "progress_percent": None if event.progress is None else round(event.progress, 2),
        "action": _action(event),
        "secondary_action": Action.UNWATCH.value if event.action is Action.UNWATCH else None,
        "rating": event.rating,
        "rating_scale": RATING_SCALE if is_rated else None,
        "by_hand": event.by_hand,
        "watched_at": _watched_at(event),
        "user_is_webhook_owner": event.by_owner,
    }


def _kind(event: PlaybackEvent) -> str:
    if event.media is None or event.of_show or event.ignored in NEITHER_FILM_NOR_EPISODE:
        return "other"
    if event.ignored == LIVE_TV and event.source not in _KNOWS_BROADCASTS:
        return "other"
    return event.media.kind.value


def _year_of(media: Media) -> str | None:
    if media.kind is not Kind.EPISODE or (media.year is None and media.show_year is None):
        return None
    return "series" if media.year is None else "episode"


def _ids_scope(media: Media) -> str | None:
    if media.kind is not Kind.EPISODE or not (media.ids or media.unscoped_ids):
        return None
    return "episode" if media.ids else "unknown"


def _action(event: PlaybackEvent) -> str:
    if (event.ignored is not None and not _is_numbered(event)) or event.action in _BESIDE_PLAYING:
        return "ignore"
    if event.action is Action.PROGRESS:
        return Action.START.value
    if event.action is Action.STOP and event.progress is not None and event.progress >= WATCHED_FROM:
        return Action.WATCHED.value
    return event.action.value


def _is_numbered(event: PlaybackEvent) -> bool:
    """Whether it is ignored for nothing but an episode's missing name: what happened to it was said."""
    media = event.media
    return event.ignored == UNIDENTIFIABLE and media is not None and media.episode is not None


def _watched_at(event: PlaybackEvent) -> str | None:
    if _action(event) != Action.WATCHED.value or event.occurred_at == event.received_at:
        return None
    return event.occurred_at.date().isoformat() if event.day_only else _written(event.occurred_at)


def _written(at: datetime) -> str:
    written = at.isoformat(timespec="milliseconds" if at.microsecond else "seconds")
    return written.replace("+00:00", "Z")
