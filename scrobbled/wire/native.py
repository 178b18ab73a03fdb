"""
scrobbled's own format: ``POST /v1/events``, one event or a list of them.

Everything is optional but the action and what it is about::

    {"action": "stop", "progress": 93.5, "occurred_at": "2026-11-21T20:15:00Z",
     "movie": {"title": "Dune", "year": 2021, "ids": {"imdb": "tt1160419"}}}

    {"action": "start", "show": {"title": "The Wire", "ids": {"tvdb": 79126}},
     "episode": {"season": 1, "number": 2}}

A flat spelling says the same: ``{"action": …, "kind": "episode", "show": "The Wire",
"season": 1, "episode": 2}``.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from scrobbled.errors import PayloadError
from scrobbled.model.event import Action, PlaybackEvent, Receipt
from scrobbled.model.media import Kind, Media
from scrobbled.wire.fields import sane_time
from scrobbled.wire.ids import external_ids

SOURCE = "native"

#: Events in one request.
MOST_EVENTS = 1000

_EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)

#: A clock may be wrong by this much; beyond it the event is refused.
_FURTHEST = timedelta(hours=24)

Text = Annotated[str, Meta(max_length=500)]
Year = Annotated[int, Meta(ge=1800, le=2200)]
Number = Annotated[int, Meta(ge=0, le=100_000)]
Percent = Annotated[float, Meta(ge=0, le=100)]
Seconds = Annotated[float, Meta(ge=0, le=10_000_000)]
ExternalIds = dict[str, str | int | None]


class Film(msgspec.Struct, frozen=True):
    """A film: title and year, ids, or both."""

    title: Text | None = None
    year: Year | None = None
    ids: ExternalIds | None = None


class Show(msgspec.Struct, frozen=True):
    """The series an episode belongs to. *year* is the series' first."""

    title: Text | None = None
    year: Year | None = None
    ids: ExternalIds | None = None


class Episode(msgspec.Struct, frozen=True):
    """
    An episode. *number_end* is the last one of a file that holds several,
    *absolute* counts from the series' first. Season 0 holds the specials.
    """

    title: Text | None = None
    season: Number | None = None
    number: Number | None = None
    number_end: Number | None = None
    absolute: Number | None = None
    year: Year | None = None
    ids: ExternalIds | None = None


class Event(msgspec.Struct, frozen=True):
    """
    One playback event.

    *id* makes sending it again harmless. *occurred_at* is RFC 3339 or unix seconds;
    absent = now. *progress* is percent, *position* and *runtime* seconds. Then either
    *movie*, or *show* and *episode* as objects, or the flat fields from *kind* on.
    """

    action: Action
    id: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    occurred_at: str | float | None = None
    progress: Percent | None = None
    position: Seconds | None = None
    runtime: Seconds | None = None
    movie: Film | None = None
    show: Show | Text | None = None
    episode: Episode | Number | None = None
    player: Text | None = None
    app: Text | None = None
    kind: Kind | None = None
    title: Text | None = None
    year: Year | None = None
    season: Number | None = None
    episode_end: Number | None = None
    absolute: Number | None = None
    ids: ExternalIds | None = None
    show_ids: ExternalIds | None = None


_one = msgspec.json.Decoder(Event)
_several = msgspec.json.Decoder(Annotated[list[Event], Meta(min_length=1, max_length=MOST_EVENTS)])
_encode = msgspec.json.Encoder(order="deterministic").encode

#: What no title holds and PostgreSQL cannot store. Line ends and tabs become spaces.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_WHITE = re.compile(r"\s+")


def parse_events(body: bytes, receipt: Receipt) -> list[PlaybackEvent]:
    """
    The events in *body*, in its order. Raises *PayloadError* that says what is wrong
    and where; then none of them may be accepted.
    """
    several = body.lstrip(b" \t\r\n")[:1] == b"["
    sent = _decode(body, several=several)
    return [_event(event, receipt, index if several else None) for index, event in enumerate(sent)]


def _decode(body: bytes, *, several: bool) -> list[Event]:
    try:
        return _several.decode(body) if several else [_one.decode(body)]
    except msgspec.ValidationError as error:
        raise PayloadError(_sentence(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        message = f"the body is not JSON: {error}"
        raise PayloadError(message) from error
    except RecursionError as error:
        message = "the body is nested too deeply"
        raise PayloadError(message) from error


def _sentence(error: msgspec.ValidationError) -> str:
    return str(error).replace("`", "")


def _event(sent: Event, receipt: Receipt, index: int | None) -> PlaybackEvent:
    where = "$" if index is None else f"$[{index}]"
    occurred_at = _occurred_at(sent, receipt, where)
    media = _media(sent, where)
    if media is None and sent.action is not Action.CANCEL_CHECKIN:
        message = f"say what it is about: a movie, or a show and an episode - at {where}"
        raise PayloadError(message)
    return PlaybackEvent(
        id=_identity(sent, receipt, index),
        user_id=receipt.user_id,
        source=SOURCE,
        action=sent.action,
        occurred_at=occurred_at or receipt.received_at + timedelta(microseconds=index or 0),
        received_at=receipt.received_at,
        media=media,
        progress=sent.progress,
        position=sent.position,
        provisional=True,
        player=_text(sent.player),
        app=_text(sent.app),
    )


def _identity(sent: Event, receipt: Receipt, index: int | None) -> UUID:
    """The event's own id, else its content where it has a time, else the receipt's."""
    if sent.id is not None:
        content = b"id|" + sent.id.encode()
    elif sent.occurred_at is not None:
        content = _encode(sent)
    elif index is None:
        return receipt.id
    else:
        content = receipt.id.bytes + index.to_bytes(4, "big")
    return UUID(bytes=blake2b(b"%d|native|%b" % (receipt.user_id, content), digest_size=16).digest())


def _occurred_at(sent: Event, receipt: Receipt, where: str) -> datetime | None:
    """
    When it happened, None = when it was received: not said, or by a clock that runs
    more than 5 minutes ahead.
    """
    if sent.occurred_at is None:
        return None
    try:
        if isinstance(sent.occurred_at, str):
            instant = datetime.fromisoformat(sent.occurred_at)
        else:
            instant = datetime.fromtimestamp(sent.occurred_at, UTC)
        if instant.tzinfo is None:
            message = f"occurred_at needs a time zone, such as a final Z - at {where}.occurred_at"
            raise PayloadError(message)
        instant = instant.astimezone(UTC)
    except (ValueError, OverflowError, OSError) as error:
        message = f"occurred_at must be a time such as 2026-11-21T20:15:00Z - at {where}.occurred_at"
        raise PayloadError(message) from error
    if not _EARLIEST <= instant <= receipt.received_at + _FURTHEST:
        message = f"occurred_at must lie between 1900 and now - at {where}.occurred_at"
        raise PayloadError(message)
    return sane_time(instant, receipt.received_at)


def _media(sent: Event, where: str) -> Media | None:
    if sent.movie is not None and (sent.episode is not None or sent.show is not None):
        message = f"it is either a movie or an episode, not both - at {where}"
        raise PayloadError(message)
    if sent.movie is not None:
        return Media(
            kind=Kind.MOVIE,
            title=_text(sent.movie.title),
            year=sent.movie.year,
            ids=_ids(sent.movie.ids),
            runtime=sent.runtime or None,
        )
    if isinstance(sent.episode, Episode) or isinstance(sent.show, Show):
        return _nested_episode(sent, where)
    return _flat(sent)


def _nested_episode(sent: Event, where: str) -> Media:
    if isinstance(sent.episode, int) or isinstance(sent.show, str):
        message = f"show and episode must both be objects, or both plain - at {where}"
        raise PayloadError(message)
    episode = sent.episode or Episode()
    show = sent.show or Show()
    return Media(
        kind=Kind.EPISODE,
        title=_text(episode.title),
        year=episode.year,
        show=_text(show.title),
        show_year=show.year,
        season=episode.season,
        episode=episode.number,
        episode_end=episode.number_end,
        absolute=episode.absolute,
        ids=_ids(episode.ids),
        show_ids=_ids(show.ids),
        runtime=sent.runtime or None,
    )


def _flat(sent: Event) -> Media | None:
    about_episode = sent.show is not None or sent.episode is not None or sent.season is not None
    if not (about_episode or sent.title is not None or sent.ids or sent.kind is not None):
        return None
    kind = sent.kind or (Kind.EPISODE if about_episode else Kind.MOVIE)
    return Media(
        kind=kind,
        title=_text(sent.title),
        year=sent.year,
        show=_text(sent.show) if isinstance(sent.show, str) else None,
        season=sent.season,
        episode=sent.episode if isinstance(sent.episode, int) else None,
        episode_end=sent.episode_end,
        absolute=sent.absolute,
        ids=_ids(sent.ids),
        show_ids=_ids(sent.show_ids),
        runtime=sent.runtime or None,
    )


def _text(text: str | None) -> str | None:
    if not text:
        return None
    if not text.isprintable():
        if _CONTROL.search(text):
            message = "control characters are not allowed in a text"
            raise PayloadError(message)
        text = _WHITE.sub(" ", text)
    return text.strip() or None


def _ids(ids: ExternalIds | None) -> dict[str, str]:
    return external_ids(ids.items()) if ids else {}


def receipts(events: list[PlaybackEvent], *, several: bool) -> dict[str, Any]:
    """The answer to accepted *events*: the id under which each outcome can be looked up."""
    if not several:
        return {"id": str(events[0].id), "status": "accepted"}
    return {"accepted": len(events), "events": [{"id": str(event.id)} for event in events]}
