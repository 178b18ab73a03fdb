"""
Trakt's way of saying what is being watched: scrobbles and check-ins.

Bodies as its clients send them, which is more liberal than the contract: ids as
strings, numbers, "" or null, extra keys, season and number as strings (Trakt fact
sheet §2, §4, §5, §11). A scrobble has no time of its own: it happens when it is
received.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from scrobbled.errors import UnprocessableError
from scrobbled.model.event import Action, PlaybackEvent, Receipt
from scrobbled.model.media import Kind, Media
from scrobbled.wire import fields, trakt_body
from scrobbled.wire.ids import external_ids
from scrobbled.wire.trakt_body import shown

SOURCE: Final = "trakt"

_ALL: Final = 100  # percent
_HIGHEST_NUMBER: Final = 100_000  # of a season or an episode

#: What PostgreSQL cannot store, but for tabs and line ends; other oddities become spaces.
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

#: How clients write "unknown"; media centres say 0 for a year.
_NO_NUMBER: Final = (None, "")
_NO_YEAR: Final = (None, "", 0, "0")


def parse_scrobble(body: bytes, action: Action, receipt: Receipt) -> PlaybackEvent:
    """
    ``POST /scrobble/start|pause|stop``: one item and its progress (fact sheet §4).

    Raises *PayloadError* for what is not JSON, *UnprocessableError* when there is no item,
    or no progress from 0 to 100.
    """
    payload = trakt_body.read(body)
    progress = fields.number(payload.get("progress"))
    if progress is None or not 0 <= progress <= _ALL:
        message = f"progress must be a number from 0 to 100, got {shown(payload.get('progress'))}"
        raise UnprocessableError(message)
    return _event(payload, action, receipt, progress)


def parse_checkin(body: bytes, receipt: Receipt) -> PlaybackEvent:
    """``POST /checkin``: one item (fact sheet §5). Raises as *parse_scrobble*."""
    return _event(trakt_body.read(body), Action.CHECKIN, receipt, None)


def cancel_checkin(receipt: Receipt) -> PlaybackEvent:
    """``DELETE /checkin``: whatever is checked in. Its body is not looked at: some clients send ``null``."""
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
        app=fields.text(payload.get("app_version")),
    )


# The item ------------------------------------------------------------------------


def _media(payload: Mapping[str, object]) -> Media:
    """One of the four forms: a movie, an episode by ids, by season and number, or by its absolute number."""
    movie, episode, show = (trakt_body.part(payload, name) for name in ("movie", "episode", "show"))
    if movie and (episode or show):
        message = "it is either a movie or an episode, not both"
        raise UnprocessableError(message)
    media = _movie(movie) if movie else _episode(episode or {}, show or {})
    named = media.title if media.kind is Kind.MOVIE else media.show
    if not (named or media.ids or media.show_ids):
        message = (
            "say what it is about: a movie, an episode with ids, or a show and an episode; by title or by ids"
        )
        raise UnprocessableError(message)
    if media.kind is Kind.EPISODE and not episode:
        message = "say which episode of the show: its season and number, its number_abs, or its ids"
        raise UnprocessableError(message)
    return media


def _movie(movie: Mapping[str, object]) -> Media:
    return Media(
        kind=Kind.MOVIE,
        title=_text(movie, "movie.title"),
        year=_year(movie, "movie.year"),
        ids=_ids(movie, "movie.ids"),
    )


def _episode(episode: Mapping[str, object], show: Mapping[str, object]) -> Media:
    return Media(
        kind=Kind.EPISODE,
        title=_text(episode, "episode.title"),
        show=_text(show, "show.title"),
        show_year=_year(show, "show.year"),
        season=_number(episode, "episode.season"),
        episode=_number(episode, "episode.number"),
        absolute=_number(episode, "episode.number_abs"),
        ids=_ids(episode, "episode.ids"),
        show_ids=_ids(show, "show.ids"),
    )


# Values: the last part of *where* is the key -------------------------------------


def _of(part: Mapping[str, object], where: str) -> object:
    return part.get(where.rpartition(".")[2])


def _ids(part: Mapping[str, object], where: str) -> dict[str, str]:
    return external_ids((trakt_body.part(part, where) or {}).items())


def _text(part: Mapping[str, object], where: str) -> str | None:
    """A title on one line; a film may be called 1917, without quotes."""
    value = _of(part, where)
    if isinstance(value, dict | list | bool):
        message = f"{where} must be a text, got {shown(value)}"
        raise UnprocessableError(message)
    if isinstance(value, str) and not value.isprintable() and _CONTROL.search(value):
        message = f"{where} holds control characters"
        raise UnprocessableError(message)
    return fields.text(value)


def _year(part: Mapping[str, object], where: str) -> int | None:
    value = _of(part, where)
    if value in _NO_YEAR and not isinstance(value, bool):
        return None
    year = fields.year(value)
    if year is None:
        message = f"{where} must be a year from 1800 to 2200, got {shown(value)}"
        raise UnprocessableError(message)
    return year


def _number(part: Mapping[str, object], where: str) -> int | None:
    value = _of(part, where)
    if value in _NO_NUMBER:
        return None
    found = fields.count(value)
    if found is None or found > _HIGHEST_NUMBER:
        message = f"{where} must be a whole number from 0 to {_HIGHEST_NUMBER}, got {shown(value)}"
        raise UnprocessableError(message)
    return found
