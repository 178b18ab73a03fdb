"""When a program that died is started again."""

from __future__ import annotations

from scrobbled.servers import Program
from scrobbled.servers.kept import Kept


def test_what_served_is_back_at_once_however_often_it_dies() -> None:
    """A front door that is killed every three seconds is started again at once each time."""
    kept = Kept(Program("sleeper", ["sleep", "60"], {}), 0)

    pauses = []
    for death in range(3, 30, 3):
        pauses.append(kept.died(float(death)))
        kept.started = death + pauses[-1]

    assert {0.05} == {*pauses}


def test_what_cannot_live_is_tried_less_and_less() -> None:
    """Twice as long a pause after each death at the start, and never more than two seconds."""
    kept = Kept(Program("sleeper", ["sleep", "60"], {}), 0)

    pauses = [kept.died(1.0) for _ in range(8)]

    assert [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 2.0, 2.0] == pauses
