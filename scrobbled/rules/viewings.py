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


def known_progress(viewing: Viewing, moment: Moment) -> float | None:
    """The percent *moment* has, else the last one known of *viewing*, if that is not over."""
    if moment.progress is not None:
        return moment.progress
    return None if viewing.stage is Stage.CLOSED else viewing.position


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


def played(viewing: Viewing, at: datetime) -> Viewing:
    """*viewing* with a play *at* that time that no event explains; it ends what was paused before it."""
    if viewing.paused_at is not None and viewing.paused_at <= at:
        viewing = replace(viewing, saved=None, paused_at=None)
    if viewing.last_play_at is None or viewing.last_play_at <= at:
        viewing = replace(viewing, last_play_at=at, counted=True, settled=False)
    return viewing


def unticked(viewing: Viewing, at: datetime, *, taken_back: bool) -> Viewing:
    """*viewing* after an un-tick: it is over, without its play where one was *taken_back*."""
    over = replace(viewing, stage=Stage.CLOSED, position=None, last_event_at=at, saved=None, paused_at=None)
    if not taken_back:
        return over
    return replace(over, counted=False, settled=False, last_play_at=None, unticked_at=at)


def elapsed_percent(watching: Watching, at: datetime) -> float:
    """How much of the time from its start to its expected end had passed *at* that time."""
    whole = (watching.expires_at - watching.started_at).total_seconds()
    return 100.0 if whole <= 0 else 100.0 * (at - watching.started_at).total_seconds() / whole
