"""The plays that a fold knows: those it made, those that stand by themselves, and those that went again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from scrobbled.model.viewing import Counted, Fact, Removal
from scrobbled.rules.policy import UNTICK_REACH


class Ledger:
    """
    The plays of one fold, in the order they were counted.

    An un-tick can take back what was counted since the un-tick before it, and no play that
    events do not explain: whoever un-ticks a show to see it again keeps its history. A person
    can take any play out.
    """

    def __init__(self) -> None:
        self.plays: list[Counted] = []
        self.taken_back: list[Counted] = []
        self._standing: defaultdict[int, list[Counted | Fact]] = defaultdict(list)
        self._newest: defaultdict[int, list[Counted]] = defaultdict(list)

    def enter(self, play: Counted) -> None:
        """Add *play*."""
        self.plays.append(play)
        self._standing[play.item_id].append(play)
        self._newest[play.item_id].append(play)

    def stand(self, fact: Fact) -> None:
        """The newest play of its item is one that no event explains."""
        self._standing[fact.item_id].append(fact)
        self._newest[fact.item_id].clear()

    def take_back(self, item_id: int, at: datetime) -> Counted | None:
        """Remove the newest play of the item; None when there is none that an un-tick *at* then reaches."""
        newest = self._newest.pop(item_id, [])
        if not newest or newest[-1].watched_at < at - UNTICK_REACH:
            return None
        self._drop(newest[-1])
        self.taken_back.append(newest[-1])
        return newest[-1]

    def take_out(self, removal: Removal, window: timedelta) -> bool:
        """
        Remove the play that *removal* names, or the one that another event made of the same viewing
        (nearer than *window*) by now. False when there is none.
        """
        known = self._standing[removal.item_id]
        named = (play for play in known if play.event_id == removal.event_id)
        gone = next(named, None) or _nearest(known, removal.watched_at, window)
        if gone is None:
            return False
        self._drop(gone)
        newest = self._newest[removal.item_id]
        newest[:] = [play for play in newest if play is not gone]
        return True

    def last_play_at(self, item_id: int, since: datetime | None) -> datetime | None:
        """When the last play of the item is, of those after *since*; None: there is none."""
        times = (play.watched_at for play in self._standing[item_id])
        return max((at for at in times if since is None or at > since), default=None)

    def emptied(self) -> Iterator[UUID]:
        """The events of which every play was taken back."""
        standing = {play.event_id for play in self.plays}
        return (play.event_id for play in self.taken_back if play.event_id not in standing)

    def _drop(self, play: Counted | Fact) -> None:
        self._standing[play.item_id].remove(play)
        if isinstance(play, Counted):
            self.plays.remove(play)


def _nearest(known: list[Counted | Fact], at: datetime, window: timedelta) -> Counted | None:
    near = [play for play in known if isinstance(play, Counted) and abs(play.watched_at - at) < window]
    return min(near, key=lambda play: abs(play.watched_at - at), default=None)
