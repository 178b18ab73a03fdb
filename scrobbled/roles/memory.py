"""How the collector behaves in a process that serves: not at all until it does, then seldom."""

from __future__ import annotations

import gc

#: Young objects before the collector looks at them; requests leave next to no cycles.
_YOUNG = 20_000


def load() -> None:
    """Everything is about to be loaded, and none of it is garbage: a start is a tenth faster unlooked at."""
    gc.disable()


def settle() -> None:
    """Everything is loaded: it stays, and what comes after is looked at less often."""
    gc.enable()
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, 20, 50)
