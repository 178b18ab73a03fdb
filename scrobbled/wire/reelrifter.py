"""
ReelRifter's public API: one thing that was or is being watched, by its name.

See the small-APIs fact sheet: ``title`` is required, ``mediaType`` is inferred from
season and episode, and what matches nothing is answered 200 ``{"matched": false}``
so that automations do not retry.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from scrobbled.errors import PayloadError
from scrobbled.model.event import Action, PlaybackEvent, Receipt
from scrobbled.model.media import Item, Kind, Media
from scrobbled.model.outcome import Answer, Outcome
from scrobbled.wire import strict
from scrobbled.wire.fields import text

SOURCE: Final = "reelrifter"

_ACTIONS: Final = {"watched": Action.WATCHED, "watching": Action.START}
_KINDS: Final = {"TV": Kind.EPISODE, "MOVIE": Kind.MOVIE}
_MATCHED: Final = frozenset({Outcome.SCROBBLED, Outcome.DUPLICATE, Outcome.STARTED, Outcome.STALE})

#: What PostgreSQL cannot store, but for tabs and line ends; other oddities become spaces.
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class Scrobble(msgspec.Struct, frozen=True, rename="camel"):
    """
    ``POST /scrobble``. *mediaType* is TV or MOVIE, *action* watched (if absent) or
    watching, both in any case; *source* is a free label. Numbers may come as text.
    """

    title: Annotated[str, Meta(min_length=1, max_length=500)]
    media_type: str | None = None
    season: Annotated[int, Meta(ge=0, le=100_000)] | None = None
    episode: Annotated[int, Meta(ge=0, le=100_000)] | None = None
    year: Annotated[int, Meta(ge=1800, le=2200)] | None = None
    action: str | None = None
    source: str | None = None


_decoder: Final = msgspec.json.Decoder(Scrobble, strict=False)


def parse_scrobble(body: bytes, receipt: Receipt) -> PlaybackEvent:
    """The event in *body*; raises *PayloadError* that says what is wrong and where."""
    sent = strict.read(body, _decoder)
    action = _ACTIONS.get((sent.action or "watched").strip().lower())
    if action is None:
        message = f"action must be watched or watching, got {sent.action!r:.40}"
        raise PayloadError(message)
    return PlaybackEvent(
        id=receipt.id,
        user_id=receipt.user_id,
        source=SOURCE,
        action=action,
        occurred_at=receipt.received_at,
        received_at=receipt.received_at,
        media=_media(sent),
        app=text(sent.source),
    )


def _media(sent: Scrobble) -> Media:
    """
    TV is named by its show and the first year of that. Without season and episode it
    is the show's current episode, which only a matcher that knows the user can tell;
    an episode without a season is likewise left to it.
    """
    title = _title(sent.title)
    if _kind(sent) is Kind.MOVIE:
        return Media(kind=Kind.MOVIE, title=title, year=sent.year)
    return Media(kind=Kind.EPISODE, show=title, show_year=sent.year, season=sent.season, episode=sent.episode)


def _kind(sent: Scrobble) -> Kind:
    """What *mediaType* says; without it, season or episode mean TV."""
    numbered = sent.season is not None or sent.episode is not None
    named = (sent.media_type or "").strip().upper()
    if not named:
        return Kind.EPISODE if numbered else Kind.MOVIE
    if named not in _KINDS:
        message = f"mediaType must be TV or MOVIE, got {sent.media_type!r:.40}"
        raise PayloadError(message)
    if numbered and _KINDS[named] is Kind.MOVIE:
        message = "mediaType must be TV where there is a season or an episode"
        raise PayloadError(message)
    return _KINDS[named]


def _title(sent: str) -> str:
    if not sent.isprintable() and _CONTROL.search(sent):
        message = "title holds control characters"
        raise PayloadError(message)
    title = text(sent)
    if title is None:
        message = "title must be a text of 1 to 500 characters"
        raise PayloadError(message)
    return title


def scrobble_answer(answer: Answer) -> dict[str, Any]:
    """``{"matched": false}``, or what was matched and what became of it."""
    if answer.item is None or answer.outcome not in _MATCHED:
        return {"matched": False}
    return {"matched": True, "status": answer.outcome.value, **media_object(answer.item)}


def media_object(item: Item) -> dict[str, Any]:
    """A film, or a show with season and episode."""
    episode = {} if item.kind is Kind.MOVIE else {"season": item.season, "episode": item.episode}
    return {
        "mediaType": "MOVIE" if item.kind is Kind.MOVIE else "TV",
        "title": item.title.name,
        "year": item.title.year,
        "ids": item.title.ids,
        **episode,
    }


def history_entry(watched_at: datetime, item: Item) -> dict[str, Any]:
    """One entry of ``GET /history``."""
    at = watched_at.astimezone(UTC).replace(tzinfo=None)
    return {"watchedAt": f"{at.isoformat(timespec='milliseconds')}Z", **media_object(item)}
