"""
scrobbled's own format: ``POST /v1/events``, one event or a list of them.

Everything is optional but the action and what it is about::

    {"action": "stop", "progress": 93.5, "occurred_at": "2026-11-21T20:15:00Z",
     "movie": {"title": "Dune", "year": 2021, "ids": {"imdb": "tt1160419"}}}

    {"action": "start", "show": {"title": "The Wire", "ids": {"tvdb": 79126}},
     "episode": {"season": 1, "number": 2}}

A flat spelling says the same: ``{"action": …, "kind": "episode", "show": "The Wire",
"season": 1, "episode": 2}``. Unknown fields and unknown id sources are passed over;
anything else that is wrong refuses the whole request, so that nobody has to find
out which half of a list was taken.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any, Final
from uuid import UUID

import msgspec

from scrobbled.errors import PayloadError
from scrobbled.model.event import Action, PlaybackEvent, Receipt
from scrobbled.model.media import ID_SOURCES, Kind, Media
from scrobbled.wire.fields import sane_time
from scrobbled.wire.ids import external_id
from scrobbled.wire.native_schema import Episode, Event, Film, Show, decode

__all__ = ["SOURCE", "Event", "parse_events", "receipts"]

SOURCE: Final = "native"

_EARLIEST: Final = datetime(1900, 1, 1, tzinfo=UTC)

#: A clock may be wrong by this much; beyond it the event is refused.
_FURTHEST: Final = timedelta(hours=24)

#: What PostgreSQL cannot store and no title needs. Tabs and line ends become spaces.
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")

_NUMERIC: Final = frozenset(ID_SOURCES) - {"imdb", "wikidata", "slug"}
_ID_DIGITS: Final = 15
_ID_LIMIT: Final = 10**_ID_DIGITS
_IMDB_LIMIT: Final = 12  # characters

_BY_HAND: Final = frozenset({Action.UNWATCH, Action.RATE})

_encode: Final = msgspec.json.Encoder(order="deterministic").encode


def parse_events(body: bytes, receipt: Receipt) -> list[PlaybackEvent]:
    """
    The events in *body*, in its order. Raises *PayloadError* that says what is wrong
    and where; then none of them may be accepted.
    """
    several = body.lstrip(b" \t\r\n")[:1] == b"["
    sent = decode(body, several=several)
    if not several:
        return [_event(sent[0], receipt, None, "$")]
    return [_event(event, receipt, index, f"$[{index}]") for index, event in enumerate(sent)]


class Accepted(msgspec.Struct, frozen=True, gc=False):
    """An event that is durable: its outcome can be looked up under the id."""

    id: UUID
    status: str = "accepted"


class AllAccepted(msgspec.Struct, frozen=True):
    """A list of events that are durable, in its order."""

    accepted: int
    events: list[Accepted]


def receipts(events: list[PlaybackEvent], *, several: bool) -> Accepted | AllAccepted:
    """The answer to accepted *events*: the id under which each outcome can be looked up."""
    accepted = [Accepted(event.id) for event in events]
    return AllAccepted(len(accepted), accepted) if several else accepted[0]


# One event -----------------------------------------------------------------------


def _event(sent: Event, receipt: Receipt, index: int | None, where: str) -> PlaybackEvent:
    received_at = receipt.received_at
    if sent.action is Action.RATE and sent.rating is None:
        message = f"rate needs a rating from 1 to 10, or 0 to take it away - at {where}.rating"
        raise PayloadError(message)
    return PlaybackEvent(
        id=_identity(sent, receipt, index),
        user_id=receipt.user_id,
        source=SOURCE,
        action=sent.action,
        occurred_at=_occurred_at(sent, received_at, where)
        or (received_at + timedelta(microseconds=index) if index else received_at),
        received_at=received_at,
        media=_media(sent, where),
        progress=sent.progress,
        position=sent.position,
        provisional=True,
        rating=sent.rating if sent.action is Action.RATE else None,
        by_hand=sent.action in _BY_HAND,
        player=_text(sent.player, where, "player"),
        app=_text(sent.app, where, "app") or _text(sent.source, where, "source"),
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


def _occurred_at(sent: Event, received_at: datetime, where: str) -> datetime | None:
    """
    When it happened, None = when it was received: not said, or by a clock that runs
    more than 5 minutes ahead.
    """
    said = sent.occurred_at
    if said is None:
        return None
    try:
        instant = datetime.fromisoformat(said) if isinstance(said, str) else datetime.fromtimestamp(said, UTC)
        if instant.tzinfo is None:
            message = f"occurred_at needs a time zone, such as a final Z - at {where}.occurred_at"
            raise PayloadError(message)
        instant = instant.astimezone(UTC)
    except (ValueError, OverflowError, OSError) as error:
        message = f"occurred_at must be like 2026-11-21T20:15:00Z, or unix seconds - at {where}.occurred_at"
        raise PayloadError(message) from error
    if not _EARLIEST <= instant <= received_at + _FURTHEST:
        message = f"occurred_at must lie between 1900 and now - at {where}.occurred_at"
        raise PayloadError(message)
    return sane_time(instant, received_at)


# What it is about ----------------------------------------------------------------


def _media(sent: Event, where: str) -> Media | None:
    """The film or episode, in whichever spelling; None where a cancelled check-in names none."""
    kind = _kind(sent)
    if kind is None:
        if sent.action is Action.CANCEL_CHECKIN:
            return None
        message = f"say what it is about: a movie, or a show and an episode - at {where}"
        raise PayloadError(message)
    if kind is Kind.EPISODE and (sent.movie is not None or sent.kind is Kind.MOVIE):
        message = f"it is either a movie or an episode, not both - at {where}"
        raise PayloadError(message)
    media = _movie(sent, where) if kind is Kind.MOVIE else _episode(sent, where)
    if not (media.title or media.show or media.ids or media.show_ids):
        message = f"a title or an id we know is needed to tell which {kind} it is - at {where}"
        raise PayloadError(message)
    return media


def _kind(sent: Event) -> Kind | None:
    if sent.episode is not None or sent.show is not None or sent.season is not None or sent.show_ids:
        return Kind.EPISODE
    if sent.movie is not None:
        return Kind.MOVIE if sent.kind is None else sent.kind
    return sent.kind or (Kind.MOVIE if sent.title is not None or sent.ids else None)


def _movie(sent: Event, where: str) -> Media:
    if sent.movie is None:
        film, path = Film(title=sent.title, year=sent.year, ids=sent.ids), ""
    else:
        film, path = sent.movie, "movie."
    return Media(
        kind=Kind.MOVIE,
        title=_text(film.title, where, path + "title"),
        year=film.year,
        ids=_ids(film.ids, where, path + "ids"),
        runtime=sent.runtime or None,
    )


def _episode(sent: Event, where: str) -> Media:
    """Show and episode, each of them an object or flat."""
    show, show_path = sent.show, "show."
    if not isinstance(show, Show):
        show, show_path = Show(title=show, year=sent.show_year, ids=sent.show_ids), "show_"
    episode, path = sent.episode, "episode."
    if not isinstance(episode, Episode):
        episode, path = _flat_episode(sent, episode), ""
    return Media(
        kind=Kind.EPISODE,
        title=_text(episode.title, where, path + "title"),
        year=episode.year,
        show=_text(show.title, where, "show"),
        show_year=show.year,
        season=episode.season,
        episode=episode.number,
        episode_end=episode.number_end,
        absolute=episode.absolute,
        ids=_ids(episode.ids, where, path + "ids"),
        show_ids=_ids(show.ids, where, show_path + "ids"),
        runtime=sent.runtime or None,
    )


def _flat_episode(sent: Event, number: int | None) -> Episode:
    return Episode(
        title=sent.title,
        season=sent.season,
        number=number,
        number_end=sent.episode_end,
        absolute=sent.absolute,
        year=sent.year,
        ids=sent.ids,
    )


def _text(text: str | None, where: str, field: str) -> str | None:
    """*text* on one line and trimmed; "" is None."""
    if not text:
        return None
    if not text.isprintable():
        if _CONTROL.search(text):
            message = f"{field} holds control characters - at {where}.{field}"
            raise PayloadError(message)
        return " ".join(text.split()) or None
    return text.strip() or None


def _ids(sent: dict[str, Any] | None, where: str, field: str) -> dict[str, str]:
    """The ids of sources we know; the usual spellings are recognised at a glance."""
    ids: dict[str, str] = {}
    for source, value in (sent or {}).items():
        if source in _NUMERIC and (number := _number(value)):
            ids[source] = number
        elif source == "imdb" and type(value) is str and _is_imdb(value):
            ids[source] = value
        elif found := external_id(source, value):
            ids.setdefault(*found)
        elif isinstance(value, dict | list | bool) and source in ID_SOURCES:
            message = f"{source} must be a text or a number - at {where}.{field}.{source}"
            raise PayloadError(message)
    return ids


def _number(value: Any) -> str | None:
    if type(value) is int:
        return str(value) if 0 < value < _ID_LIMIT else None
    if type(value) is str and value.isdecimal() and value.isascii() and value[0] != "0":
        return value if len(value) <= _ID_DIGITS else None
    return None


def _is_imdb(value: str) -> bool:
    return value[:2] == "tt" and len(value) <= _IMDB_LIMIT and value.isascii() and value[2:].isdecimal()
