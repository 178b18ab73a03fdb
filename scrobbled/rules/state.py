"""A viewer while a fold works on them: what it was made from stays as it was."""

from __future__ import annotations

from datetime import datetime

from scrobbled.model.viewing import NEVER_PLAYED, Viewer, Viewing


class State:
    """
    A working copy of a viewer. *watching* is what they watch now; *changed* holds the items whose
    viewing was written.
    """

    def __init__(self, viewer: Viewer) -> None:
        self.watching = viewer.watching
        self.changed: set[int] = set()
        self._viewings = dict(viewer.viewings)
        self._applied_to = viewer.applied_to

    @property
    def viewer(self) -> Viewer:
        """What to keep until the next event."""
        return Viewer(applied_to=self._applied_to, watching=self.watching, viewings=dict(self._viewings))

    def viewing(self, item: int) -> Viewing:
        """The newest viewing of *item*; *NEVER_PLAYED* when there is none."""
        return self._viewings.get(item, NEVER_PLAYED)

    def keep(self, item: int, viewing: Viewing) -> None:
        """Let *viewing* be the newest of *item*."""
        self._viewings[item] = viewing
        self.changed.add(item)

    def reach(self, at: datetime) -> None:
        """Note that everything up to *at* is applied; it never goes back."""
        if self._applied_to is None or at > self._applied_to:
            self._applied_to = at
