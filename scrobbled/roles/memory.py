"""How the collector behaves in a process that serves."""

from __future__ import annotations

import gc

#: Young objects before the collector looks at them; requests leave next to no cycles.
_YOUNG = 20_000


def settle() -> None:
    """Everything is loaded: it stays, and what comes after is looked at less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, 20, 50)
