"""The rules, one event after the other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

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
    Watching,
    WatchingAction,
)
from scrobbled.rules.counting import against_listed, against_play, against_tick, of_several
from scrobbled.rules.ledger import Ledger
from scrobbled.rules.policy import LOWEST_PROGRESS, Policy
from scrobbled.rules.state import State
from scrobbled.rules.viewings import elapsed_percent, entered, known_progress, played, resumed, unticked


class Fold:
    """
    One user's events, applied in the order they happened.

    Feed it with *apply* (and *record* for plays that stand by themselves) in
    ascending order of time, then *advance* it to the present; the *state*, the plays in the
    *ledger* and the verdicts are the result.
    """

    def __init__(self, viewer: Viewer, policy: Policy) -> None:
        self.ledger = Ledger()
        self.state = State(viewer)
        self._policy = policy
        self._rows: dict[Action, Callable[[Moment], Verdict]] = {
            Action.START: self._play_on,
            Action.PROGRESS: self._play_on,
            Action.PAUSE: self._pause,
            Action.STOP: self._stop,
            Action.WATCHED: self._watched,
            Action.LISTED: self._listed,
            Action.CHECKIN: self._check_in,
            Action.CANCEL_CHECKIN: self._cancel_check_in,
            Action.UNWATCH: self._untick,
            Action.RATE: _rate,
        }

    def advance(self, now: datetime) -> None:
        """Let what has run out by *now* run out: check-ins complete, silent viewings are suspended."""
        if self.state.watching is not None and self.state.watching.expires_at <= now:
            self._run_out(self.state.watching)

    def record(self, fact: Fact) -> None:
        """Take note of a play that no event explains; it ends what was paused before it."""
        self._run_out_before(fact.told_at)
        self.ledger.stand(fact)
        self.state.keep(fact.item_id, played(self.state.viewing(fact.item_id), fact.watched_at))
        self.state.reach(fact.watched_at)

    def take_out(self, removal: Removal) -> None:
        """A play is none from here on. Where another event makes the play of that viewing by now, that is."""
        self._run_out_before(removal.told_at)
        if not self.ledger.take_out(removal, self._policy.duplicate_window):
            return
        viewing = self.state.viewing(removal.item_id)
        last = self.ledger.last_play_at(removal.item_id, since=viewing.unticked_at)
        if viewing.last_play_at != last:
            self.state.keep(
                removal.item_id, replace(viewing, last_play_at=last, counted=False, settled=False)
            )

    def apply(self, moment: Moment) -> Verdict:
        """What becomes of *moment*, which happened after everything before it."""
        self._run_out_before(moment.told_at)
        self.state.reach(moment.told_at)
        return self._rows[moment.action](moment)

    # The rows of the table -------------------------------------------------

    def _play_on(self, moment: Moment) -> Verdict:
        self._replace_watching(moment)
        self._enter(moment)
        known = self.state.viewing(moment.items[0]).position
        remaining = moment.runtime * (100.0 - (known or 0.0)) / 100.0
        self._watch(moment, WatchingAction.SCROBBLE, moment.at + timedelta(seconds=remaining))
        outcome = Outcome.STARTED if moment.action is Action.START else Outcome.PROGRESSED
        return Verdict(outcome=outcome, progress=known)

    def _pause(self, moment: Moment) -> Verdict:
        self._stop_watching(moment)
        for item in moment.items:
            viewing = entered(self.state.viewing(item), moment, self._policy.threshold)
            self.state.keep(item, replace(viewing, stage=Stage.SUSPENDED))
        return self._save_position(moment, self.state.viewing(moment.items[0]).position)

    def _stop(self, moment: Moment) -> Verdict:
        self._stop_watching(moment)
        progress = known_progress(self.state.viewing(moment.items[0]), moment)
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
            self.state.keep(item, replace(self.state.viewing(item), saved=None, paused_at=None))
        self._close(moment, progress)
        return verdict

    def _watched(self, moment: Moment) -> Verdict:
        verdict = self._tick(moment) if moment.by_hand else self._count_all(moment, moment.progress)
        for item in moment.items:
            viewing = self.state.viewing(item)
            position = max(viewing.position or 0.0, self._policy.threshold)
            self.state.keep(
                item, replace(resumed(viewing, moment), position=position, last_event_at=moment.at)
            )
        return verdict

    def _untick(self, moment: Moment) -> Verdict:
        self._stop_watching(moment)
        return of_several([self._take_back(item, moment) for item in moment.items], Outcome.CANCELLED)

    def _listed(self, moment: Moment) -> Verdict:
        return of_several([self._count_listed(item, moment) for item in moment.items])

    def _check_in(self, moment: Moment) -> Verdict:
        running = self.state.watching
        if running is not None and running.action is WatchingAction.CHECKIN:
            return Verdict(
                outcome=Outcome.REJECTED, reason="checkin_in_progress", expires_at=running.expires_at
            )
        self._replace_watching(moment)
        self._enter(moment)
        expires_at = moment.at + timedelta(seconds=moment.runtime)
        self._watch(moment, WatchingAction.CHECKIN, expires_at)
        return Verdict(outcome=Outcome.CHECKED_IN, watched_at=expires_at, expires_at=expires_at)

    def _cancel_check_in(self, _: Moment) -> Verdict:
        running = self.state.watching
        if running is None or running.action is not WatchingAction.CHECKIN:
            return Verdict(outcome=Outcome.IGNORED, reason="no_checkin")
        for item in running.items:
            self.state.keep(item, replace(self.state.viewing(item), stage=Stage.CLOSED))
        self.state.watching = None
        return Verdict(outcome=Outcome.CANCELLED)

    # Viewings ----------------------------------------------------------------

    def _enter(self, moment: Moment) -> None:
        """It plays: there is nothing to continue from."""
        for item in moment.items:
            viewing = entered(self.state.viewing(item), moment, self._policy.threshold)
            self.state.keep(item, replace(viewing, saved=None, paused_at=None))

    def _save_position(self, moment: Moment, progress: float | None) -> Verdict:
        if progress is None:
            return Verdict(outcome=Outcome.PAUSED, reason="position_unknown")
        if progress < LOWEST_PROGRESS:
            return Verdict(outcome=Outcome.PAUSED, reason="progress_too_low", progress=progress)
        for item in moment.items:
            self.state.keep(item, replace(self.state.viewing(item), saved=progress, paused_at=moment.at))
        return Verdict(outcome=Outcome.PAUSED, progress=progress)

    def _close(self, moment: Moment, progress: float | None) -> None:
        for item in moment.items:
            self.state.keep(
                item,
                replace(
                    self.state.viewing(item), stage=Stage.CLOSED, position=progress, last_event_at=moment.at
                ),
            )

    # Plays -------------------------------------------------------------------

    def _count_all(self, moment: Moment, progress: float | None) -> Verdict:
        verdicts = [self._count(_play(item, moment)) for item in moment.items]
        return replace(of_several(verdicts), progress=progress)

    def _tick(self, moment: Moment) -> Verdict:
        """A tick says that it was seen, once: it never makes a second play, whoever set it."""
        return of_several(
            [
                against_tick(self.state.viewing(item)) or self._add(_play(item, moment))
                for item in moment.items
            ]
        )

    def _take_back(self, item: int, moment: Moment) -> Verdict:
        """The item's newest play goes, and its viewing is over: what is told after that counts anew."""
        play = self.ledger.take_back(item, moment.at)
        self.state.keep(item, unticked(self.state.viewing(item), moment.at, taken_back=play is not None))
        if play is None:
            kept_at = self.ledger.last_play_at(item, since=self.state.viewing(item).unticked_at)
            if kept_at is None:
                return Verdict(outcome=Outcome.IGNORED, reason="not_watched")
            return Verdict(outcome=Outcome.IGNORED, reason="play_kept", watched_at=kept_at)
        return Verdict(outcome=Outcome.CANCELLED, reason="unticked", watched_at=play.watched_at)

    def _count_listed(self, item: int, moment: Moment) -> Verdict:
        viewing = self.state.viewing(item)
        against = against_listed(viewing, moment.at, self._policy)
        if against is not None:
            return against
        self.state.keep(item, resumed(viewing, moment))
        return self._add(_play(item, moment))

    def _count(self, play: Counted) -> Verdict:
        viewing = self.state.viewing(play.item_id)
        return against_play(viewing, play.watched_at, self._policy.duplicate_window) or self._add(play)

    def _add(self, play: Counted) -> Verdict:
        self.ledger.enter(play)
        viewing = replace(
            self.state.viewing(play.item_id), last_play_at=play.watched_at, counted=True, settled=False
        )
        self.state.keep(play.item_id, viewing)
        return Verdict(outcome=Outcome.SCROBBLED, watched_at=play.watched_at)

    # Watching ----------------------------------------------------------------

    def _watch(self, moment: Moment, action: WatchingAction, expires_at: datetime) -> None:
        before = self.state.watching
        self.state.watching = Watching(
            items=moment.items,
            action=action,
            event_id=moment.id,
            source=moment.source,
            started_at=moment.at if before is None or action is WatchingAction.CHECKIN else before.started_at,
            expires_at=expires_at,
        )

    def _replace_watching(self, moment: Moment) -> None:
        """Another item begins: what was being watched ends here, with or without a stop."""
        if self.state.watching is not None and self.state.watching.items != moment.items:
            self._end(self.state.watching, moment.at)

    def _stop_watching(self, moment: Moment) -> None:
        if self.state.watching is not None and self.state.watching.items == moment.items:
            self.state.watching = None

    def _run_out_before(self, at: datetime) -> None:
        if self.state.watching is not None and self.state.watching.expires_at < at:
            self._run_out(self.state.watching)

    def _run_out(self, watching: Watching) -> None:
        self.state.reach(watching.expires_at)
        self._end(watching, watching.expires_at)

    def _end(self, watching: Watching, at: datetime) -> None:
        """Nobody said stop: count it if it got far enough, else keep the position."""
        self.state.watching = None
        for item in watching.items:
            viewing = self.state.viewing(item)
            if viewing.stage is not Stage.OPEN:
                continue
            self.state.keep(item, replace(viewing, stage=Stage.SUSPENDED))
            if not viewing.counted:
                self._settle_unstopped(item, watching, at)

    def _settle_unstopped(self, item: int, watching: Watching, at: datetime) -> None:
        viewing, checked_in = self.state.viewing(item), watching.action is WatchingAction.CHECKIN
        reached = elapsed_percent(watching, at) if checked_in else viewing.position
        if reached is None or reached < LOWEST_PROGRESS:
            return
        if reached >= self._policy.threshold and (checked_in or self._policy.lost_stop):
            cause = "checkin" if checked_in else "lost_stop"
            play = Counted(
                event_id=watching.event_id, item_id=item, watched_at=at, cause=cause, source=watching.source
            )
            self._count(play)
        else:
            self.state.keep(item, replace(viewing, saved=reached, paused_at=at))


def _rate(_: Moment) -> Verdict:
    """No rule judges a rating: the newest one stands (store/rated.py)."""
    return Verdict(outcome=Outcome.RATED)


def _play(item: int, moment: Moment) -> Counted:
    return Counted(
        event_id=moment.id, item_id=item, watched_at=moment.at, cause="scrobble", source=moment.source
    )
