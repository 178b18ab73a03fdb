"""What Kodi tells its own scripts, as add-ons pass it on: ``Player.OnStop`` and its like.

Item and player stand in ``params.data``, where Kodi's JSON-RPC puts them, in ``data``, or at the
top; add-ons may call the events ``playback_started`` and so on. Positions are clocks (``{"hours": …,
"minutes": …, "seconds": …}``) or seconds. See https://kodi.wiki/view/JSON-RPC_API (Player.Notifications)
and the webhooks fact sheet §6.
"""

from __future__ import annotations

from typing import Final

from scrobbled.wire import post
from scrobbled.wire.fields import boolean, number
from scrobbled.wire.keys import Fields, first, folded, letters
from scrobbled.wire.post import Said

_SAID: Final = {
    "playeronplay": post.START,
    "playeronavstart": post.START,
    "playeronresume": post.START,
    "playeronseek": post.PROGRESS,
    "playeronavchange": post.PROGRESS,
    "playeronpause": post.PAUSE,
    "playeronstop": post.STOP,
    "playbackstarted": post.START,
    "playbackresumed": post.START,
    "playbackseeked": post.PROGRESS,
    "playbackpaused": post.PAUSE,
    "playbackstopped": post.STOP,
    "playbackended": post.WATCHED,
}
#: Where an add-on says that nothing was played: the box was ticked in Kodi's library.
_TICKED_IN: Final = "libraryupdate"
_UNITS: Final = {"hours": 3_600.0, "minutes": 60.0, "seconds": 1.0, "milliseconds": 0.001}  # seconds


def is_notification(fields: Fields) -> bool:
    """Whether *fields*, the folded top of a payload, are one."""
    method = fields.get("method")
    if isinstance(method, str) and ("params" in fields or letters(method) in _SAID):
        return True
    return letters(fields.get("event")) in _SAID and isinstance(fields.get("data"), dict)


def said(fields: Fields) -> Said:
    """Give what happened; ``end`` is the end of the file, and anything unknown Kodi's own affair."""
    found = _SAID.get(letters(first(fields, "method", "event")), post.SERVER)
    if found is post.STOP and letters(fields.get("source")) == _TICKED_IN:
        return post.TICKED
    return post.WATCHED if found is post.STOP and boolean(_part(fields, "end")) else found


def item(fields: Fields) -> Fields:
    """Give the item's fields, with ``duration`` and ``time`` in seconds where they are told.

    Kodi's -1 for "no number" and the database's own id are left out; so is the clock of a file that
    ended, where it was set back to 0.
    """
    told = folded(_part(fields, "item"))
    kept = {key: value for key, value in told.items() if value != -1 and key != "id"}
    player = folded(_part(fields, "player"))
    for name, names, clock in (
        ("duration", ("totalseconds",), player.get("totaltime")),
        ("time", ("positionseconds",), player.get("time")),
    ):
        seconds = _seconds(first(fields, *names), clock)
        if seconds is not None:
            kept[name] = seconds
    if kept.get("time") == 0 and boolean(_part(fields, "end")):
        del kept["time"]
    return kept


def _part(fields: Fields, name: str) -> object:
    data = folded(folded(fields.get("params")).get("data"))
    return first({**data, **folded(fields.get("data")), **fields}, name)


def _seconds(told: object, clock: object) -> float | None:
    """Give seconds: as they are *told*, else from a *clock*."""
    if (exact := number(told)) is not None:
        return exact
    parts = {unit: number(value) for unit, value in folded(clock).items() if unit in _UNITS}
    known = [_UNITS[unit] * value for unit, value in parts.items() if value is not None]
    return sum(known) if known else None
