"""The plays that a fold made, and those that were taken back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from scrobbled.model.viewing import Counted
from scrobbled.rules.policy import UNTICK_REACH


class Ledger:
    """
    The plays of one fold, in the order they were counted.

    An un-tick can take back what was counted since the un-tick before it, and no play that
    events do not explain: whoever un-ticks a show to see it again keeps its history.
    """

    def __init__(self) -> None:
        self.plays: list[Counted] = []
        self.taken_back: list[Counted] = []
        self._newest: defaultdict[int, list[Counted]] = defaultdict(list)

    def enter(self, play: Counted) -> None:
        """Add *play*."""
        self.plays.append(play)
        self._newest[play.item_id].append(play)

    def stand(self, item_id: int) -> None:
        """The newest play of the item is one that no event explains."""
        self._newest[item_id].clear()

    def take_back(self, item_id: int, at: datetime) -> Counted | None:
        """Remove the newest play of the item; None when there is none that an un-tick *at* then reaches."""
        newest = self._newest.pop(item_id, [])
        if not newest or newest[-1].watched_at < at - UNTICK_REACH:
            return None
        play = newest[-1]
        self.plays.remove(play)
        self.taken_back.append(play)
        return play

    def emptied(self) -> Iterator[UUID]:
        """The events of which every play was taken back."""
        standing = {play.event_id for play in self.plays}
        return (play.event_id for play in self.taken_back if play.event_id not in standing)
