"""Signals as something a single thread can wait for."""

from __future__ import annotations

import os
import select
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

import structlog

log = structlog.get_logger(stage="serve")


class Signals:
    """What the process was told by signals, as something one can wait for."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.stop = False

    def on_stop(self, number: int, _: FrameType | None) -> None:
        """Remember that we are to stop."""

        self.stop = True
        log.info("stopping", signal=signal.Signals(number).name)

    def on_child(self, _number: int, _: FrameType | None) -> None:
        """Only its arrival matters: it ends the wait."""

    def wait(self, seconds: float | None) -> None:
        """Sleep until a signal arrives, or for *seconds*."""

        if not self.stop and select.select([self._descriptor], [], [], seconds)[0]:
            with suppress(BlockingIOError):
                os.read(self._descriptor, 1024)


@contextmanager
def catch_signals() -> Iterator[Signals]:
    """Turn SIGINT, SIGTERM and SIGCHLD into a `Signals` for the time of the block."""

    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    os.set_blocking(writer, False)
    signals = Signals(reader)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, signals.on_child)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signals.on_stop)
    try:
        yield signals
    finally:
        signal.set_wakeup_fd(-1)
        os.close(reader)
        os.close(writer)
