"""What a payload was taken to mean, in plain words for people and tests."""

from __future__ import annotations

from typing import Final

from scrobbled.model.event import Action, PlaybackEvent
from scrobbled.model.media import Kind, Media
from scrobbled.wire.reasons import NEITHER_FILM_NOR_EPISODE

#: From this percentage on a stop reads as watched; Plex and Jellyfin use it too
#: (webhooks fact sheet §1, §2). What counts as a play is for the rules to say.
WATCHED_FROM: Final = 90.0

_NOTHING: Final = Media(kind=Kind.MOVIE)


def reading(event: PlaybackEvent) -> dict[str, object]:
    """Give *event* as a flat dict of JSON values.

    ``kind`` is movie, episode or other; ``action`` start (also for heartbeats),
    pause, stop, watched or ignore. ``year`` is the item's, else the series'.
    """
    media = event.media or _NOTHING
    return {
        "kind": _kind(event),
        "title": media.title,
        "year": media.year if media.year is not None else media.show_year,
        "show": media.show,
        "season": media.season,
        "episode": media.episode,
        "episode_end": media.episode_end,
        "ids": dict(media.ids),
        "show_ids": dict(media.show_ids),
        "progress_percent": None if event.progress is None else round(event.progress, 2),
        "action": _action(event),
    }


def _kind(event: PlaybackEvent) -> str:
    if event.media is None or event.ignored in NEITHER_FILM_NOR_EPISODE:
        return "other"
    return event.media.kind.value


def _action(event: PlaybackEvent) -> str:
    if event.ignored is not None:
        return "ignore"
    if event.action is Action.PROGRESS:
        return Action.START.value
    if event.action is Action.STOP and event.progress is not None and event.progress >= WATCHED_FROM:
        return Action.WATCHED.value
    return event.action.value
