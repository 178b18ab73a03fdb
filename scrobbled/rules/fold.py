"""The rules, one event after the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from msgspec.structs import replace

from scrobbled.model.event import Action
from scrobbled.model.outcome import Outcome
from scrobbled.model.viewing import (
    Counted,
    Fact,
    Moment,
    Removal,
    Stage,
    Verdict,
    Viewer,
    Viewing,
    Watching,
    WatchingAction,
)
from scrobbled.rules.policy import LOWEST_PROGRESS, SUSPENDED_FOR, Policy

if TYPE_CHECKING:
    from uuid import UUID

_NEVER_PLAYED = Viewing()

#: What changes nothing yet, with its reason: plays are not taken back, and ratings not stored.
_NOT_APPLIED = {Action.UNWATCH: "unticked", Action.RATE: "rating"}


class Fold:
    """
    One user's events, applied in the order they happened.

    Feed it with *apply* (and *record* for plays that stand by themselves) in
    ascending order of time, then *advance* it to the present; *viewer*, *plays* and
    the verdicts are the result. It is a working copy: what it was made from stays
    as it was.
    """

    def __init__(self, viewer: Viewer, policy: Policy) -> None:
        self.changed: set[int] = set()
        self._policy = policy
        self._viewings = dict(viewer.viewings)
        self._watching = viewer.watching
        self._applied_to = viewer.applied_to
        self._plays: dict[tuple[UUID, int], Counted] = {}
        self._known: defaultdict[int, list[Counted | Fact]] = defaultdict(list)

    @property
    def plays(self) -> list[Counted]:
        """The plays that events made and nobody removed."""
        return list(self._plays.values())

    @property
    def viewer(self) -> Viewer:
        """The state to keep until the next event."""
        return Viewer(applied_to=self._applied_to, watching=self._watching, viewings=dict(self._viewings))

    def advance(self, now: datetime) -> None:
        """Let what has run out by *now* run out: check-ins complete, silent viewings are suspended."""
        if self._watching is not None and self._watching.expires_at <= now:
            self._run_out(self._watching)

    def record(self, fact: Fact) -> None:
        """Take note of a play that no event explains; it ends what was paused before it."""
        self._run_out_before(fact.told_at)
        self._known[fact.item_id].append(fact)
        viewing, at = self._viewing(fact.item_id), fact.watched_at
        if viewing.paused_at is not None and viewing.paused_at <= at:
            viewing = replace(viewing, saved=None, paused_at=None)
        if viewing.last_play_at is None or viewing.last_play_at <= at:
            viewing = replace(viewing, last_play_at=at, counted=True, settled=False)
        self._keep(fact.item_id, viewing)
        self._reach(at)

    def take_back(self, removal: Removal) -> None:
        """A play is none from here on. Where another event makes the play of that viewing by now, that is."""
        self._run_out_before(removal.told_at)
        known = self._known[removal.item_id]
        gone = next((play for play in known if play.event_id == removal.event_id), None)
        gone = gone or self._same_viewing(known, removal)
        if gone is None:
            return
        known.remove(gone)
        self._plays.pop((gone.event_id, gone.item_id), None)
        last = max((play.watched_at for play in known), default=None)
        viewing = self._viewing(removal.item_id)
        if viewing.last_play_at != last:
            self._keep(removal.item_id, replace(viewing, last_play_at=last, counted=False, settled=False))

    def _same_viewing(self, known: Sequence[Counted | Fact], removal: Removal) -> Counted | None:
        near = [
            play
            for play in known
            if isinstance(play, Counted)
            and abs(play.watched_at - removal.watched_at) < self._policy.duplicate_window
        ]
        return min(near, key=lambda play: abs(play.watched_at - removal.watched_at), default=None)

    def apply(self, moment: Moment) -> Verdict:
        """What becomes of *moment*, which happened after everything before it."""
        self._run_out_before(moment.told_at)
        self._reach(moment.told_at)
        match moment.action:
            case Action.START | Action.PROGRESS:
                return self._play_on(moment)
            case Action.PAUSE:
                return self._pause(moment)
            case Action.STOP:
                return self._stop(moment)
            case Action.WATCHED:
                return self._watched(moment)
            case Action.LISTED:
                return self._listed(moment)
            case Action.CHECKIN:
                return self._check_in(moment)
            case Action.CANCEL_CHECKIN:
                return self._cancel_check_in()
            case _:
                return Verdict(outcome=Outcome.IGNORED, reason=_NOT_APPLIED[moment.action])

    # The rows of the table -------------------------------------------------

    def _play_on(self, moment: Moment) -> Verdict:
        self._replace_watching(moment)
        for item in moment.items:
            viewing = self._enter(self._viewing(item), moment)
            self._keep(item, replace(viewing, saved=None, paused_at=None))
        known = self._viewing(moment.items[0]).position
        remaining = moment.runtime * (100.0 - (known or 0.0)) / 100.0
        self._watch(moment, WatchingAction.SCROBBLE, moment.at + timedelta(seconds=remaining))
        outcome = Outcome.STARTED if moment.action is Action.START else Outcome.PROGRESSED
        return Verdict(outcome=outcome, progress=known)

    def _pause(self, moment: Moment) -> Verdict:
        self._stop_watching(moment)
        for item in moment.items:
            viewing = self._enter(self._viewing(item), moment)
            self._keep(item, replace(viewing, stage=Stage.SUSPENDED))
        return self._save_position(moment, self._viewing(moment.items[0]).position)

    def _stop(self, moment: Moment) -> Verdict:
        self._stop_watching(moment)
        progress = self._known_progress(moment)
        if progress is not None and progress >= self._policy.threshold:
            return self._finish(moment, progress)
        verdict = self._save_position(moment, progress)
        self._close(moment, progress)
        if progress is not None and progress < LOWEST_PROGRESS:
            return Verdict(outcome=Outcome.REJECTED, reason="progress_too_low", progress=progress)
        return verdict

    def _finish(self, moment: Moment, progress: float) -> Verdict:
        verdict = self._count_all(moment, progress)
        for item in moment.items:
            self._keep(item, replace(self._viewing(item), saved=None, paused_at=None))
        self._close(moment, progress)
        return verdict

    def _watched(self, moment: Moment) -> Verdict:
        verdict = self._count_all(moment, moment.progress)
        for item in moment.items:
            viewing = self._viewing(item)
            position = max(viewing.position or 0.0, self._policy.threshold)
            self._keep(item, replace(_resumed(viewing, moment), position=position, last_event_at=moment.at))
        return verdict

    def _listed(self, moment: Moment) -> Verdict:
        return _of_several([self._count_listed(item, moment) for item in moment.items])

    def _check_in(self, moment: Moment) -> Verdict:
        running = self._watching
        if running is not None and running.action is WatchingAction.CHECKIN:
            return Verdict(
                outcome=Outcome.REJECTED, reason="checkin_in_progress", expires_at=running.expires_at
            )
        self._replace_watching(moment)
        for item in moment.items:
            viewing = self._enter(self._viewing(item), moment)
            self._keep(item, replace(viewing, saved=None, paused_at=None))
        expires_at = moment.at + timedelta(seconds=moment.runtime)
        self._watch(moment, WatchingAction.CHECKIN, expires_at)
        return Verdict(outcome=Outcome.CHECKED_IN, watched_at=expires_at, expires_at=expires_at)

    def _cancel_check_in(self) -> Verdict:
        running = self._watching
        if running is None or running.action is not WatchingAction.CHECKIN:
            return Verdict(outcome=Outcome.IGNORED, reason="no_checkin")
        for item in running.items:
            self._keep(item, replace(self._viewing(item), stage=Stage.CLOSED))
        self._watching = None
        return Verdict(outcome=Outcome.CANCELLED)

    # Viewings ----------------------------------------------------------------

    def _enter(self, viewing: Viewing, moment: Moment) -> Viewing:
        """*viewing* with *moment* in it: the same one going on, or a new one."""
        progress = moment.progress
        high = progress is not None and progress >= self._policy.threshold
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

    def _known_progress(self, moment: Moment) -> float | None:
        """The event's own percent, else the last one known in a viewing that is not over."""
        if moment.progress is not None:
            return moment.progress
        viewing = self._viewing(moment.items[0])
        return None if viewing.stage is Stage.CLOSED else viewing.position

    def _save_position(self, moment: Moment, progress: float | None) -> Verdict:
        if progress is None:
            return Verdict(outcome=Outcome.PAUSED, reason="position_unknown")
        if progress < LOWEST_PROGRESS:
            return Verdict(outcome=Outcome.PAUSED, reason="progress_too_low", progress=progress)
        for item in moment.items:
            self._keep(item, replace(self._viewing(item), saved=progress, paused_at=moment.at))
        return Verdict(outcome=Outcome.PAUSED, progress=progress)

    def _close(self, moment: Moment, progress: float | None) -> None:
        for item in moment.items:
            self._keep(
                item,
                replace(self._viewing(item), stage=Stage.CLOSED, position=progress, last_event_at=moment.at),
            )

    # Plays -------------------------------------------------------------------

    def _count_all(self, moment: Moment, progress: float | None) -> Verdict:
        verdicts = [
            self._count(item, moment.at, moment.id, moment.source, "scrobble") for item in moment.items
        ]
        return replace(_of_several(verdicts), progress=progress)

    def _count_listed(self, item: int, moment: Moment) -> Verdict:
        """
        One play of *item* at the time a server's list gives, unless the player told of that viewing:
        a play since then, or going on with one, or a stop before the end.
        """
        viewing, window = self._viewing(item), self._policy.duplicate_window
        last, position = viewing.last_play_at, viewing.position
        told = viewing.last_event_at is not None and viewing.last_event_at >= moment.at
        if last is not None and (last >= moment.at - window or (told and viewing.counted)):
            return Verdict(outcome=Outcome.DUPLICATE, watched_at=last, expires_at=last + window)
        stopped_at = position if told and viewing.stage is Stage.CLOSED else None
        if stopped_at is not None and stopped_at < self._policy.threshold:
            return Verdict(outcome=Outcome.REJECTED, reason="not_finished", progress=position)
        self._keep(item, _resumed(viewing, moment))
        return self._enter_play(item, moment.at, moment.id, moment.source, "scrobble")

    def _count(self, item: int, at: datetime, event_id: UUID, source: str, cause: str) -> Verdict:
        """One play of *item*, unless it is in the history already."""
        viewing = self._viewing(item)
        last, window = viewing.last_play_at, self._policy.duplicate_window
        if last is not None:
            if at - last < window:
                return Verdict(outcome=Outcome.DUPLICATE, watched_at=last, expires_at=last + window)
            if viewing.counted and self._going_on(viewing, at):
                return Verdict(
                    outcome=Outcome.DUPLICATE,
                    reason="same_viewing",
                    watched_at=last,
                    expires_at=last + window,
                )
        return self._enter_play(item, at, event_id, source, cause)

    def _enter_play(self, item: int, at: datetime, event_id: UUID, source: str, cause: str) -> Verdict:
        play = Counted(event_id=event_id, item_id=item, watched_at=at, cause=cause, source=source)
        self._plays[event_id, item] = play
        self._known[item].append(play)
        self._keep(item, replace(self._viewing(item), last_play_at=at, counted=True, settled=False))
        return Verdict(outcome=Outcome.SCROBBLED, watched_at=at)

    @staticmethod
    def _going_on(viewing: Viewing, at: datetime) -> bool:
        if viewing.stage is Stage.OPEN:
            return True
        last = viewing.last_event_at
        return viewing.stage is Stage.SUSPENDED and last is not None and at - last <= SUSPENDED_FOR

    # Watching ----------------------------------------------------------------

    def _watch(self, moment: Moment, action: WatchingAction, expires_at: datetime) -> None:
        before = self._watching
        self._watching = Watching(
            items=moment.items,
            action=action,
            event_id=moment.id,
            source=moment.source,
            started_at=moment.at if before is None or action is WatchingAction.CHECKIN else before.started_at,
            expires_at=expires_at,
        )

    def _replace_watching(self, moment: Moment) -> None:
        """Another item begins: what was being watched ends here, with or without a stop."""
        if self._watching is not None and self._watching.items != moment.items:
            self._end(self._watching, moment.at)

    def _stop_watching(self, moment: Moment) -> None:
        if self._watching is not None and self._watching.items == moment.items:
            self._watching = None

    def _run_out_before(self, at: datetime) -> None:
        if self._watching is not None and self._watching.expires_at < at:
            self._run_out(self._watching)

    def _run_out(self, watching: Watching) -> None:
        self._reach(watching.expires_at)
        self._end(watching, watching.expires_at)

    def _end(self, watching: Watching, at: datetime) -> None:
        """Nobody said stop: count it if it got far enough, else keep the position."""
        self._watching = None
        for item in watching.items:
            viewing = self._viewing(item)
            if viewing.stage is not Stage.OPEN:
                continue
            self._keep(item, replace(viewing, stage=Stage.SUSPENDED))
            if not viewing.counted:
                self._settle_unstopped(item, watching, at)

    def _settle_unstopped(self, item: int, watching: Watching, at: datetime) -> None:
        viewing, checked_in = self._viewing(item), watching.action is WatchingAction.CHECKIN
        reached = _elapsed_percent(watching, at) if checked_in else viewing.position
        if reached is None or reached < LOWEST_PROGRESS:
            return
        if reached >= self._policy.threshold and (checked_in or self._policy.lost_stop):
            cause = "checkin" if checked_in else "lost_stop"
            self._count(item, at, watching.event_id, watching.source, cause)
        else:
            self._keep(item, replace(viewing, saved=reached, paused_at=at))

    # The working copy ----------------------------------------------------------

    def _viewing(self, item: int) -> Viewing:
        return self._viewings.get(item, _NEVER_PLAYED)

    def _keep(self, item: int, viewing: Viewing) -> None:
        self._viewings[item] = viewing
        self.changed.add(item)

    def _reach(self, at: datetime) -> None:
        if self._applied_to is None or at > self._applied_to:
            self._applied_to = at


def _resumed(viewing: Viewing, moment: Moment) -> Viewing:
    """*viewing* without the position that was saved before *moment*, at which it was seen to its end."""
    if viewing.paused_at is not None and viewing.paused_at > moment.told_at:
        return viewing
    return replace(viewing, saved=None, paused_at=None)


def _of_several(verdicts: list[Verdict]) -> Verdict:
    """The verdict of a file with several episodes: a play if any of them is one."""
    return next((each for each in verdicts if each.outcome is Outcome.SCROBBLED), verdicts[0])


def _elapsed_percent(watching: Watching, at: datetime) -> float:
    whole = (watching.expires_at - watching.started_at).total_seconds()
    return 100.0 if whole <= 0 else 100.0 * (at - watching.started_at).total_seconds() / whole
