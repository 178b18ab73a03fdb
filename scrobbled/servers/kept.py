"""A program that is started again when it dies: sooner at first, and less often the less it lives."""

from __future__ import annotations

import time
from dataclasses import dataclass

from scrobbled.servers.program import Program

#: Seconds before something that died is started again: what is sent meanwhile may never be sent again, and
#: what cannot live takes half a core at most.
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 2.0

#: Seconds; what lived longer did some work, and starts with the first pause again.
HEALTHY_AFTER = 2.0


@dataclass
class Kept:
    """A program with what is remembered about its deaths. Groups stop in the order of their numbers."""

    program: Program
    group: int
    started: float = 0.0
    failures: int = 0
    restart_at: float | None = None

    def start(self) -> None:
        """Start it, and count its life from now."""

        self.program.start()
        self.started, self.restart_at = time.monotonic(), None

    def died(self, now: float) -> float:
        """Remember a death; seconds until the program is to be started again."""

        self.failures = 1 if now - self.started > HEALTHY_AFTER else self.failures + 1
        pause = min(FIRST_PAUSE * 2.0 ** (self.failures - 1), LONGEST_PAUSE)
        self.restart_at = now + pause
        return pause
