"""Whether something counts as a play: what speaks against it, as a verdict."""

from __future__ import annotations

from datetime import datetime, timedelta

from scrobbled.model.outcome import Outcome
from scrobbled.model.viewing import Stage, Verdict, Viewing
from scrobbled.rules.policy import Policy
from scrobbled.rules.viewings import goes_on


def against_play(viewing: Viewing, at: datetime, window: timedelta) -> Verdict | None:
    """
    Why what was seen to its end *at* that time is no play: one is nearer than *window*, or was made of the
    same viewing. None: it is one.
    """
    last = viewing.last_play_at
    if last is None:
        return None
    if at - last < window:
        return Verdict(outcome=Outcome.DUPLICATE, watched_at=last, expires_at=last + window)
    if viewing.counted and goes_on(viewing, at):
        return Verdict(
            outcome=Outcome.DUPLICATE, reason="same_viewing", watched_at=last, expires_at=last + window
        )
    return None


def against_tick(viewing: Viewing) -> Verdict | None:
    """Why a tick makes no play: there is one. A tick says that it was seen, once. None: it makes one."""
    last = viewing.last_play_at
    if last is None:
        return None
    return Verdict(outcome=Outcome.DUPLICATE, reason="already_watched", watched_at=last)


def against_listed(viewing: Viewing, at: datetime, policy: Policy) -> Verdict | None:
    """
    Why what a server's list has *at* that time is no play: it was un-ticked since, or the player told of
    that viewing: a play since then, or going on with one, or a stop before the end. None: it is one.
    """
    window, last, position = policy.duplicate_window, viewing.last_play_at, viewing.position
    if viewing.unticked_at is not None and viewing.unticked_at >= at:
        return Verdict(outcome=Outcome.REJECTED, reason="unticked")
    told = viewing.last_event_at is not None and viewing.last_event_at >= at
    if last is not None and (last >= at - window or (told and viewing.counted)):
        return Verdict(outcome=Outcome.DUPLICATE, watched_at=last, expires_at=last + window)
    stopped_at = position if told and viewing.stage is Stage.CLOSED else None
    if stopped_at is not None and stopped_at < policy.threshold:
        return Verdict(outcome=Outcome.REJECTED, reason="not_finished", progress=position)
    return None


def of_several(verdicts: list[Verdict], most: Outcome = Outcome.SCROBBLED) -> Verdict:
    """The verdict of a file with several episodes: *most*, such as a play, if any of them is that."""
    return next((each for each in verdicts if each.outcome is most), verdicts[0])
