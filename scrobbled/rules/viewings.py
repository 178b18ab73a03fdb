"""Where a viewing goes with an event: small steps of the fold."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from scrobbled.model.viewing import Moment, Stage, Viewing, Watching
from scrobbled.rules.policy import SUSPENDED_FOR


def entered(viewing: Viewing, moment: Moment, threshold: float) -> Viewing:
    """*viewing* with *moment* in it: the same one going on, or a new one. *threshold* in percent."""
    progress = moment.progress
    high = progress is not None and progress >= threshold
    counted, settled, position = viewing.counted, viewing.settled, viewing.position
    if viewing.stage is Stage.OPEN:
        if counted and not settled and progress is not None:
            counted = settled = high
    else:
        continues = viewing.stage is Stage.SUSPENDED and not counted
        counted = settled = counted and high
        if not (continues or counted):
            position = None
    return replace(
        viewing,
        stage=Stage.OPEN,
        counted=counted,
        settled=settled,
        position=position if progress is None else progress,
        last_event_at=moment.at,
    )


def goes_on(viewing: Viewing, at: datetime) -> bool:
    """Whether what happens *at* that time can belong to *viewing* without a new start."""
    if viewing.stage is Stage.OPEN:
        return True
    last = viewing.last_event_at
    return viewing.stage is Stage.SUSPENDED and last is not None and at - last <= SUSPENDED_FOR


def resumed(viewing: Viewing, moment: Moment) -> Viewing:
    """*viewing* without the position that was saved before *moment*, at which it was seen to its end."""
    if viewing.paused_at is not None and viewing.paused_at > moment.told_at:
        return viewing
    return replace(viewing, saved=None, paused_at=None)


def elapsed_percent(watching: Watching, at: datetime) -> float:
    """How much of the time from its start to its expected end had passed *at* that time."""
    whole = (watching.expires_at - watching.started_at).total_seconds()
    return 100.0 if whole <= 0 else 100.0 * (at - watching.started_at).total_seconds() / whole
