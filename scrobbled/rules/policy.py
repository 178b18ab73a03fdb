"""The settings the rules obey; the server's, or a user's own."""

from __future__ import annotations

from datetime import timedelta

import msgspec


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """
    *threshold* is the percent from which a stop counts, *duplicate_window* how long
    after a play another one of the same item cannot count, *lost_stop* whether a
    viewing that was never stopped may count.
    """

    threshold: float = 80.0
    duplicate_window: timedelta = timedelta(hours=1)
    lost_stop: bool = True


#: Below this percent a position is a mis-click, not a place to continue from.
LOWEST_PROGRESS = 1.0

#: How long after its last event a suspended viewing can still be stopped: credits
#: left standing overnight belong to the evening before.
SUSPENDED_FOR = timedelta(hours=24)

#: How far back an un-tick reaches: the play it takes back was at most this long before it.
UNTICK_REACH = timedelta(days=30)
