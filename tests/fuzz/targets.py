"""What is fuzzed, and what must hold of it whatever comes in."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import msgspec
import orjson

from scrobbled.errors import PayloadError
from scrobbled.match import normalize, reading, release
from scrobbled.match.query import Query
from scrobbled.model.event import Action, PlaybackEvent, Receipt
from scrobbled.stream.codec import decode_event, encode_event
from scrobbled.wire import history, native, reelrifter, trakt, webhook
from scrobbled.wire.body import several
from scrobbled.wire.reading import reading as as_read
from scrobbled.wire.redaction import redacted

NOW = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)
RECEIPT = Receipt(id=UUID(int=1), user_id=42, received_at=NOW)

#: Processor seconds that one input may take; what takes more is a way to stop a server.
SLOW = 1.0

#: Characters of any text that an event keeps, and the largest number of PostgreSQL's integer.
LONGEST, LARGEST = 5_000, 2**31 - 1

#: Between what numbers of an event lie.
_BOUNDS = (("progress", 0, 100), ("position", 0, 1e7), ("rating", -1, 10))

#: Actions that need no title.
BARE = {Action.CANCEL_CHECKIN, Action.PROGRESS}

#: Reads one input; how many events came of it. Raises *PayloadError* where the input is refused.
Target = Callable[[bytes], int]


class Violation(AssertionError):  # noqa: N818  # as in the law
    """A parser let something through that must not be."""


def targets() -> Mapping[str, Target]:
    """Everything that reads bytes from outside, by name."""

    found: dict[str, Target] = {
        f"webhook {player}": partial(_webhook, player) for player in (*webhook.READERS, webhook.AUTO)
    }
    found["native"] = lambda body: _all(native.parse_events(body, RECEIPT))
    for action in (Action.START, Action.PAUSE, Action.STOP):
        found[f"trakt {action.value}"] = partial(_trakt, action)
    found["trakt checkin"] = lambda body: _all([trakt.parse_checkin(body, RECEIPT)])
    found["reelrifter"] = lambda body: _all([reelrifter.parse_scrobble(body, RECEIPT)])
    found["list of plex"] = _plex_list
    found["list of a media server"] = _server_list
    found["list of webhooks"] = _webhook_list
    found["redaction"] = _redaction
    return found


def run(name: str, target: Target, body: bytes) -> int | None:
    """Events that *target* made of *body*, None when it refused; raises *Violation* for anything else."""

    began = time.process_time()
    try:
        events = target(body)
    except PayloadError as error:
        if not str(error) or len(str(error)) > 2_000:
            message = f"{name}: an error that says nothing, or too much: {error!s:.200}"
            raise Violation(message) from error
        events = None
    if time.process_time() - began > SLOW:
        message = f"{name}: {time.process_time() - began:.1f} s of processor time for {len(body)} bytes"
        raise Violation(message)
    return events


def read_title(text: str) -> int:
    """How many readings *text* has; raises *Violation* when normalising does not settle, or takes long."""

    began = time.process_time()
    plain = normalize.normalize(text)
    if normalize.normalize(plain) != plain:
        message = f"normalising twice is not normalising once: {text!r}"
        raise Violation(message)
    normalize.accented(text)
    normalize.key(plain)
    found = reading.readings(Query(text[:500]))
    list(release.readings(text[:500]))
    if time.process_time() - began > SLOW:
        message = f"{time.process_time() - began:.1f} s of processor time for the title {text[:500]!r}"
        raise Violation(message)
    return len(found)


def _webhook_list(body: bytes) -> int:
    """Twice the same in a list: each read as it is alone."""

    return sum(_webhook(webhook.AUTO, each) for each in several(b"[" + body + b"," + body + b"]"))


def _webhook(player: str, body: bytes) -> int:
    _redaction(body)
    return _all([webhook.parse(player, body, RECEIPT)])


def _trakt(action: Action, body: bytes) -> int:
    return _all([trakt.parse_scrobble(body, action, RECEIPT)])


def _redaction(body: bytes) -> int:
    kept, _ = redacted(body)
    if len(kept or b"") > 64 * 1024:
        message = f"{len(kept)} bytes are kept of a body"
        raise Violation(message)
    return 0


def _rows(body: bytes) -> list[dict[str, Any]]:
    """Whatever objects stand in *body*, as a server's list has them."""

    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise PayloadError from None
    return [
        each for each in (document if isinstance(document, list) else [document]) if isinstance(each, dict)
    ]


def _plex_list(body: bytes) -> int:
    rows = _rows(body)
    plain = [
        {"type": "movie", **row.get("Metadata", row)}
        for row in rows
        if isinstance(row.get("Metadata", row), dict)
    ]
    history.plex_items(plain)
    details = {str(row.get("ratingKey")): row for row in plain}
    return _all(history.of_plex(plain, details, "server", RECEIPT).events)


def _server_list(body: bytes) -> int:
    rows = _rows(body)
    plain = [row.get("Item", row) for row in rows if isinstance(row.get("Item", row), dict)]
    series = {str(row.get("Id")): row for row in plain}
    return sum(
        _all(history.of_media_server(name, plain, series, "server", RECEIPT).events)
        for name in ("jellyfin", "emby")
    )


def _all(events: list[PlaybackEvent]) -> int:
    for event in events:
        _check(event)
    return len(events)


def _check(event: PlaybackEvent) -> None:
    """What all that comes after the parser relies on."""

    problems = [*_problems(event)]
    if decode_event(encode_event(event)) != event:
        problems.append("it is another event after the stream")
    as_read(event)
    if problems:
        message = f"{'; '.join(problems)}: {event!r:.1000}"
        raise Violation(message)


def _problems(event: PlaybackEvent) -> Iterator[str]:
    if event.user_id != RECEIPT.user_id:
        yield "it is another user's"
    for name, lowest, highest in _BOUNDS:
        value = getattr(event, name)
        if value is not None and not lowest <= value <= highest:
            yield f"{name} is {value}"
    if event.occurred_at.tzinfo is None or event.occurred_at > NOW + timedelta(minutes=10):
        yield f"it happened at {event.occurred_at}"
    if event.ignored is None and event.media is None and event.action not in BARE:
        yield "it counts and is about nothing"
    yield from filter(None, map(_unstorable, _plain(msgspec.to_builtins(event))))


def _unstorable(value: object) -> str | None:
    """Why PostgreSQL would not take *value*."""

    match value:
        case str() if len(value) > LONGEST or "\0" in value or not _storable(value):
            return f"no text for PostgreSQL: {value!r:.80}"
        case int() if not -LARGEST <= value <= LARGEST:
            return f"no number for PostgreSQL: {value}"
        case float() if not math.isfinite(value):
            return f"no number: {value}"
        case _:
            return None


def _storable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _plain(document: Any) -> Iterator[Any]:
    """Every key and value in *document*."""

    if isinstance(document, dict):
        for key, value in document.items():
            yield key
            yield from _plain(value)
    elif isinstance(document, list | tuple):
        for value in document:
            yield from _plain(value)
    else:
        yield document
