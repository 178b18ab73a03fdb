"""
Trakt's way of saying what is being watched: scrobbles and check-ins.

Bodies as its clients send them, which is more liberal than the contract: ids as
strings, numbers, "" or null, extra keys, season and number as strings (Trakt fact
sheet §2, §4, §5, §11).
"""

from __future__ import annotations

from collections.abc import Mapping

import orjson

from scrobbled.errors import PayloadError
from scrobbled.model.event import Action, PlaybackEvent, Receipt
from scrobbled.model.media import Kind, Media
from scrobbled.wire.fields import count, number
from scrobbled.wire.fields import year as any_year
from scrobbled.wire.ids import external_ids

SOURCE = "trakt"

#: Longest title that is taken.
_LONGEST = 500


def parse_scrobble(body: bytes, action: Action, receipt: Receipt) -> PlaybackEvent:
    """
    ``POST /scrobble/start|pause|stop``: one item and its progress (fact sheet §4).

    Raises *PayloadError* when there is no item, or no progress from 0 to 100.
    """
    payload = _object(body)
    progress = number(payload.get("progress"))
    if progress is None or not 0 <= progress <= 100:
        message = f"progress must be a number from 0 to 100, got {payload.get('progress')!r:.40}"
        raise PayloadError(message)
    return _event(payload, action, receipt, progress)


def parse_checkin(body: bytes, receipt: Receipt) -> PlaybackEvent:
    """``POST /checkin``: one item (fact sheet §5). Raises *PayloadError*."""
    return _event(_object(body), Action.CHECKIN, receipt, None)


def cancel_checkin(receipt: Receipt) -> PlaybackEvent:
    """``DELETE /checkin``: whatever is checked in."""
    return PlaybackEvent(
        id=receipt.id,
        user_id=receipt.user_id,
        source=SOURCE,
        action=Action.CANCEL_CHECKIN,
        occurred_at=receipt.received_at,
        received_at=receipt.received_at,
    )


def _event(
    payload: Mapping[str, object], action: Action, receipt: Receipt, progress: float | None
) -> PlaybackEvent:
    return PlaybackEvent(
        id=receipt.id,
        user_id=receipt.user_id,
        source=SOURCE,
        action=action,
        occurred_at=receipt.received_at,
        received_at=receipt.received_at,
        media=_media(payload),
        progress=progress,
        provisional=True,
        app=_text(payload, "app_version"),
    )


def _object(body: bytes) -> Mapping[str, object]:
    try:
        payload = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        message = f"the body is not JSON: {error}"
        raise PayloadError(message) from error
    if not isinstance(payload, dict):
        message = "the body must be a JSON object"
        raise PayloadError(message)
    return payload


def _media(payload: Mapping[str, object]) -> Media:
    """One of the four forms: a movie, an episode by ids, by season and number, or by its absolute number."""
    movie = _part(payload, "movie")
    if movie is not None:
        return Media(kind=Kind.MOVIE, title=_text(movie, "title"), year=_year(movie), ids=_ids(movie))
    episode, show = _part(payload, "episode"), _part(payload, "show")
    if episode is None:
        message = "say what it is about: a movie, an episode with ids, or a show and an episode"
        raise PayloadError(message)
    show = show or {}
    return Media(
        kind=Kind.EPISODE,
        title=_text(episode, "title"),
        show=_text(show, "title"),
        show_year=_year(show),
        season=_number(episode, "season"),
        episode=_number(episode, "number"),
        absolute=_number(episode, "number_abs"),
        ids=_ids(episode),
        show_ids=_ids(show),
    )


def _part(payload: Mapping[str, object], name: str) -> Mapping[str, object] | None:
    part = payload.get(name)
    if part is None:
        return None
    if not isinstance(part, dict):
        message = f"{name} must be an object"
        raise PayloadError(message)
    return part


def _ids(part: Mapping[str, object]) -> dict[str, str]:
    ids = part.get("ids")
    return external_ids(ids.items()) if isinstance(ids, dict) else {}


def _text(part: Mapping[str, object], name: str) -> str | None:
    value = part.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str) or len(value) > _LONGEST:
        message = f"{name} must be a text of at most {_LONGEST} characters"
        raise PayloadError(message)
    if not value.isprintable() and any(ord(each) < 32 and each not in "\t\n\r" or ord(each) == 127 for each in value):
        message = f"{name} holds control characters"
        raise PayloadError(message)
    return " ".join(value.split()) or None


def _year(part: Mapping[str, object]) -> int | None:
    """The year, None when absent; 0 is what some clients send for unknown."""
    value = part.get("year")
    if value in (None, "", 0, "0"):
        return None
    year = any_year(value)
    if year is None:
        message = f"year must lie between 1800 and 2200, got {value!r:.40}"
        raise PayloadError(message)
    return year


def _number(part: Mapping[str, object], name: str) -> int | None:
    value = part.get(name)
    if value is None or value == "":
        return None
    found = count(value)
    if found is None or found > 100_000:
        message = f"{name} must be a whole number from 0, got {value!r:.40}"
        raise PayloadError(message)
    return found
