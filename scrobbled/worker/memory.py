"""A small memory with a limit and a clock handed in."""

from __future__ import annotations

from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Memory(Generic[K, V]):
    """Keeps up to *most* values for *seconds*; what was put in first goes first."""

    def __init__(self, *, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._kept: dict[K, tuple[float, V]] = {}

    def get(self, key: K, now: float) -> V | None:
        """The value of *key* if it is not too old at *now* (seconds on any steady clock)."""
        kept = self._kept.get(key)
        return kept[1] if kept is not None and now - kept[0] < self._seconds else None

    def put(self, key: K, value: V, now: float) -> None:
        """Keep *value* from *now* on."""
        self._kept.pop(key, None)
        while len(self._kept) >= self._most:
            del self._kept[next(iter(self._kept))]
        self._kept[key] = (now, value)

    def clear(self) -> None:
        """Forget everything."""
        self._kept.clear()
