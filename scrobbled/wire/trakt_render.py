"""
What Trakt answers: media objects, scrobble and check-in results, history, playback.

Ids are typed as Trakt types them and unknown ones stay as null keys; instants carry
milliseconds and a Z (Trakt fact sheet §1, §2).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from scrobbled.model.event import Action
from scrobbled.model.media import Item, Kind, Title, TitleKind
from scrobbled.model.outcome import Answer, Outcome

_SHARING = {"twitter": False, "mastodon": False, "tumblr": False}

#: What a status and a body make; a body of None is an empty one.
Rendered = tuple[int, dict[str, Any] | None]


def instant(at: datetime) -> str:
    """``2014-09-01T09:10:11.000Z``."""
    at = at.astimezone(UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z"


def title_object(title: Title) -> dict[str, Any]:
    """A movie or show, minimal."""
    ids = _typed(title.ids, title.id, ("imdb", "tmdb") if title.kind is TitleKind.MOVIE else ("tvdb", "imdb", "tmdb"))
    return {"title": title.name, "year": title.year, "ids": {"trakt": ids.pop("trakt"), "slug": title.slug, **ids}}


def episode_object(item: Item) -> dict[str, Any]:
    """An episode, minimal."""
    return {
        "season": item.season,
        "number": item.episode,
        "title": item.episode_title,
        "ids": _typed(item.ids, item.id, ("tvdb", "imdb", "tmdb")),
    }


def item_objects(item: Item) -> dict[str, Any]:
    """``{"movie": …}``, or ``{"episode": …, "show": …}``: the show is always there (§4)."""
    if item.kind is Kind.MOVIE:
        return {"movie": title_object(item.title)}
    return {"episode": episode_object(item), "show": title_object(item.title)}


def scrobble_answer(answer: Answer, action: Action, sent_progress: float | None) -> Rendered:
    """
    What ``/scrobble/*`` answers (§4): 201 with the item, 409 for a duplicate, 422 for a
    stop below 1 %, an empty 404 for what cannot be matched.
    """
    if answer.item is None:
        return 404, None
    match answer.outcome:
        case Outcome.DUPLICATE:
            return 409, _duplicate(answer)
        case Outcome.REJECTED:
            return 422, {"message": "progress should be at least 1.0% to stop"}
        case Outcome.UNMATCHED | Outcome.DEAD:
            return 404, None
    body = {
        "id": answer.play_id or answer.playback_id or 0,
        "action": _action(answer, action),
        "progress": sent_progress if sent_progress is not None else answer.progress or 0.0,
        "sharing": _SHARING,
    }
    return 201, body | item_objects(answer.item)


def checkin_answer(answer: Answer) -> Rendered:
    """What ``POST /checkin`` answers (§5): 201, or 409 while one is in progress."""
    if answer.outcome is Outcome.REJECTED and answer.expires_at is not None:
        return 409, {"expires_at": instant(answer.expires_at)}
    if answer.item is None:
        return 404, None
    watched_at = None if answer.watched_at is None else instant(answer.watched_at)
    body = {"id": answer.play_id or 0, "watched_at": watched_at, "sharing": _SHARING}
    return 201, body | item_objects(answer.item)


def history_entry(play_id: int, watched_at: datetime, cause: str, item: Item) -> dict[str, Any]:
    """One entry of ``/sync/history`` (§6)."""
    action = {"checkin": "checkin", "manual": "watch"}.get(cause, "scrobble")
    head = {"id": play_id, "watched_at": instant(watched_at), "action": action, "type": item.kind.value}
    return head | item_objects(item)


def playback_entry(playback_id: int, progress: float, paused_at: datetime, item: Item) -> dict[str, Any]:
    """One entry of ``/sync/playback`` (§6)."""
    head = {"id": playback_id, "progress": progress, "paused_at": instant(paused_at), "type": item.kind.value}
    return head | item_objects(item)


def watching(started_at: datetime, expires_at: datetime, action: str, item: Item) -> dict[str, Any]:
    """``/users/me/watching`` (§7)."""
    head = {
        "expires_at": instant(expires_at),
        "started_at": instant(started_at),
        "action": action,
        "type": item.kind.value,
    }
    return head | item_objects(item)


def _duplicate(answer: Answer) -> dict[str, Any]:
    return {
        "watched_at": None if answer.watched_at is None else instant(answer.watched_at),
        "expires_at": None if answer.expires_at is None else instant(answer.expires_at),
    }


def _action(answer: Answer, action: Action) -> str:
    """``scrobble`` for a finished stop, never ``stop`` (§4)."""
    if answer.outcome is Outcome.SCROBBLED:
        return "scrobble"
    return "start" if action is Action.START else "pause"


def _typed(ids: dict[str, str], own_id: int, sources: tuple[str, ...]) -> dict[str, Any]:
    """Ids as Trakt types them: numbers but for imdb; ours where Trakt's own is not known."""
    typed: dict[str, Any] = {"trakt": _whole(ids.get("trakt")) or own_id}
    for source in sources:
        typed[source] = ids.get("imdb") if source == "imdb" else _whole(ids.get(source))
    return typed


def _whole(value: str | None) -> int | None:
    return int(value) if value is not None and value.isdecimal() else None
