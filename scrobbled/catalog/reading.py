"""What reading a source came to: how much was read, what was refused, and why."""

from __future__ import annotations

from typing import Final

#: Problems kept word for word; beyond them only their number is.
_MOST_PROBLEMS: Final = 100


class Reading:
    """
    The count of one run over a source: *read* entries of which *bad* could not be used, and
    *problems*, sentences that name the line or entry, the first hundred of them.
    """

    def __init__(self) -> None:
        self.read = 0
        self.bad = 0
        self.problems: list[str] = []

    def refuse(self, where: str, why: object) -> None:
        """Count an entry that cannot be used; *where* names it (``line 3``)."""
        self.bad += 1
        self.remark(where, why)

    def remark(self, where: str, why: object) -> None:
        """Keep what is odd about an entry that is used all the same, while there is room."""
        if len(self.problems) < _MOST_PROBLEMS:
            self.problems.append(f"{where}: {why}")
