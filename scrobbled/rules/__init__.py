"""
What counts as watched: pure functions over values.

The rules are a fold over one user's events in the order they happened
(*fold.Fold*): verdicts depend on the set of events, never on their arrival. Newer
events continue the fold from the stored state; a late one makes the recent past
be folded again (*timeline*). In order:

1. A start or progress opens a viewing; a stop closes it; a pause, a player that
   falls silent, or another item that starts suspends it.
2. A play counts unless the item's last play lies within the duplicate window, or
   this viewing has been counted already.
3. A viewing that opens at or above the threshold after the item's last play is
   that play's viewing going on (credits in the morning, a seek back).
4. What a server's own list says (*LISTED*) is a play where no player told of that viewing.
5. What falls silent at or above the threshold counts as well: the stop was lost.
6. A tick by hand is a play of what has none; an un-tick takes the newest play back.
"""
