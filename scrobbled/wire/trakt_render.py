"""
What Trakt answers: media objects, scrobble and check-in results, history, playback.

Ids are typed as Trakt types them and unknown ones stay as null keys; instants end in
``.000Z`` (Trakt fact sheet §1, §2). What the sheet leaves open is decided here: the
bodies of errors are ``{"error", "error_description"}``, as its OAuth answers have them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from scrobbled.model.event import Action
from scrobbled.model.media import Item
from scrobbled.model.outcome import Answer, Outcome
from scrobbled.wire.trakt_media import Known, array_of, instant, item_objects

#: Facebook is Trakt's no longer, but clients of that time do without an answer rather than without the word.
_SHARING: Final = {"facebook": False, "twitter": False, "mastodon": False, "tumblr": False}

#: What became of a scrobble -> what Trakt calls it. A finished stop is never ``stop`` (§4).
_ACTIONS: Final = {
    Outcome.SCROBBLED: "scrobble",
    Outcome.STARTED: "start",
    Outcome.PROGRESSED: "start",
    Outcome.CHECKED_IN: "start",
    Outcome.PAUSED: "pause",
}

#: What caused a play -> its action in the history; the rest was added by hand.
_CAUSES: Final = {"scrobble": "scrobble", "lost_stop": "scrobble", "checkin": "checkin"}

#: What a status and a body make; a body of None is an empty one.
Rendered = tuple[int, dict[str, Any] | None]

#: Clients take it for "no such item"; its body is empty (§1).
_NOT_FOUND: Final[Rendered] = (404, None)


def _error(status: int, code: str, message: str) -> Rendered:
    return status, {"error": code, "error_description": message}


# Answers -----------------------------------------------------------------------------


def scrobble_answer(answer: Answer, action: Action, sent_progress: float | None) -> Rendered:
    """
    What ``/scrobble/*`` answers (§4): 201 with the item, 409 for a duplicate, 422 for a
    stop below 1 %, an empty 404 for what cannot be matched.

    Events that changed nothing (stale, ignored) are answered as if they had: sending
    them again would not help. 500 means that we gave up and keep it for a person.
    """
    refused = _refused(answer)
    if refused is not None or answer.item is None:
        return refused or _NOT_FOUND
    head = {
        "id": answer.play_id or answer.playback_id or 0,
        "action": _ACTIONS.get(answer.outcome, "start" if action is Action.START else "pause"),
        "progress": _first_known(sent_progress, answer.progress),
        "sharing": _SHARING,
    }
    return 201, head | item_objects(answer.item)


def checkin_answer(answer: Answer) -> Rendered:
    """What ``POST /checkin`` answers (§5): 201, or 409 while one is in progress."""
    refused = _refused(answer)
    if refused is not None or answer.item is None:
        return refused or _NOT_FOUND
    head = {"id": answer.play_id or 0, "watched_at": _instant(answer.watched_at), "sharing": _SHARING}
    return 201, head | item_objects(answer.item)


def _refused(answer: Answer) -> Rendered | None:
    match answer.outcome:
        case Outcome.UNMATCHED:
            return _NOT_FOUND
        case Outcome.DUPLICATE:
            return 409, {
                "watched_at": _instant(answer.watched_at),
                "expires_at": _instant(answer.expires_at),
            }
        case Outcome.REJECTED:
            return _rejected(answer)
        case Outcome.DEAD:
            return _error(500, "internal_error", "the event is kept and looked at; do not send it again")
        case _:
            return None


def _rejected(answer: Answer) -> Rendered:
    """A check-in in progress conflicts with the new one; a stop below 1 % is no stop."""
    if answer.reason == "checkin_in_progress":
        return 409, {"expires_at": _instant(answer.expires_at)}
    if answer.reason == "progress_too_low":
        return _error(422, answer.reason, "progress must be at least 1 to stop")
    return _error(422, answer.reason or "unprocessable", "the rules do not allow it")


# Lists -------------------------------------------------------------------------------


def history(
    ids: Sequence[int], dates: Sequence[str], causes: Sequence[str], members: Sequence[str | None]
) -> str:
    """
    ``/sync/history`` (§6) from parallel columns: *dates* as for `instant_of`, *members* with their
    type, None for what is left out. Written here: a page is the most frequent of all reads.
    """
    entries = (
        f'{{"id":{own},"watched_at":"{at[:19]}.000Z","action":"{_CAUSES.get(cause, "watch")}",{what}}}'
        for own, at, cause, what in zip(ids, dates, causes, members, strict=True)
        if what is not None
    )
    return array_of(entries)


def playback_entry(
    playback_id: int, progress: float, paused_at: datetime, item: Item, known: Known = None
) -> dict[str, Any]:
    """One entry of ``/sync/playback`` (§6)."""
    head = {"id": playback_id, "progress": progress, "paused_at": instant(paused_at), "type": item.kind.value}
    return head | item_objects(item, known)


def watching(
    started_at: datetime, expires_at: datetime, action: str, item: Item, known: Known = None
) -> dict[str, Any]:
    """``/users/me/watching`` (§7)."""
    head = {
        "expires_at": instant(expires_at),
        "started_at": instant(started_at),
        "action": action,
        "type": item.kind.value,
    }
    return head | item_objects(item, known)


def _instant(at: datetime | None) -> str | None:
    return None if at is None else instant(at)


def _first_known(*numbers: float | None) -> float:
    """Trakt's progress is never null."""
    return next((number for number in numbers if number is not None), 0.0)
