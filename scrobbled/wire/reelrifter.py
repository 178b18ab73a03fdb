"""
ReelRifter's public API: one thing that was or is being watched, by its name.

See the small-APIs fact sheet: ``title`` is required, ``mediaType`` is inferred from
season and episode, and what matches nothing is answered 200 ``{"matched": false}``
so that automations do not retry.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from scrobbled.errors import PayloadError
from scrobbled.model.event import Action, PlaybackEvent, Receipt
from scrobbled.model.media import Item, Kind, Media
from scrobbled.model.outcome import Answer, Outcome

SOURCE = "reelrifter"

_ACTIONS = {"watched": Action.WATCHED, "watching": Action.START}
_KINDS = {"TV": Kind.EPISODE, "MOVIE": Kind.MOVIE}
_MATCHED = frozenset({Outcome.SCROBBLED, Outcome.DUPLICATE, Outcome.STARTED, Outcome.STALE})


class Scrobble(msgspec.Struct, frozen=True, rename="camel"):
    """``POST /scrobble``."""

    title: Annotated[str, Meta(min_length=1, max_length=500)]
    media_type: str | None = None
    season: Annotated[int, Meta(ge=0, le=100_000)] | None = None
    episode: Annotated[int, Meta(ge=0, le=100_000)] | None = None
    year: Annotated[int, Meta(ge=1800, le=2200)] | None = None
    action: str = "watched"
    source: Annotated[str, Meta(max_length=100)] | None = None


_decoder = msgspec.json.Decoder(Scrobble, strict=False)


def parse_scrobble(body: bytes, receipt: Receipt) -> PlaybackEvent:
    """The event in *body*; raises *PayloadError* that says what is wrong and where."""
    sent = _decode(body)
    action = _ACTIONS.get(sent.action.lower())
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
        app=sent.source if sent.source and sent.source.isprintable() else None,
    )


def _decode(body: bytes) -> Scrobble:
    try:
        sent = _decoder.decode(body)
    except msgspec.ValidationError as error:
        raise PayloadError(str(error).replace("`", "")) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        message = f"the body is not JSON: {error}"
        raise PayloadError(message) from error
    except RecursionError as error:
        message = "the body is nested too deeply"
        raise PayloadError(message) from error
    if not sent.title.strip() or any(ord(each) < 32 or ord(each) == 127 for each in sent.title):
        message = "title must be a text without control characters"
        raise PayloadError(message)
    return sent


def _media(sent: Scrobble) -> Media:
    """Season or episode mean TV; TV without them names a show and no episode of it."""
    kind = Kind.MOVIE if sent.season is None and sent.episode is None else Kind.EPISODE
    if sent.media_type is not None:
        named = _KINDS.get(sent.media_type.upper())
        if named is None or (named is Kind.MOVIE and kind is Kind.EPISODE):
            message = "mediaType must be TV or MOVIE, and MOVIE has no season or episode"
            raise PayloadError(message)
        kind = named
    title = sent.title.strip()
    if kind is Kind.MOVIE:
        return Media(kind=kind, title=title, year=sent.year)
    season = 1 if sent.season is None and sent.episode is not None else sent.season
    return Media(kind=kind, show=title, show_year=sent.year, season=season, episode=sent.episode)


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
    return {"watchedAt": watched_at.isoformat().replace("+00:00", "Z"), **media_object(item)}
