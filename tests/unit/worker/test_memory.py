"""The memory in front of the catalogue: bounded, forgetful, fast."""

from __future__ import annotations

from scrobbled.worker.memory import Memory


def test_a_value_is_kept_for_its_time() -> None:
    """What was put in is there until it is too old."""
    memory: Memory[str, int] = Memory(most=10, seconds=60.0)
    memory.put("a", 1, 100.0)

    assert memory.get("a", 159.9) == 1
    assert memory.get("a", 160.0) is None


def test_the_memory_is_bounded() -> None:
    """When it is full, the oldest goes."""
    memory: Memory[int, int] = Memory(most=3, seconds=60.0)
    for number in range(5):
        memory.put(number, number, 0.0)

    assert [memory.get(number, 1.0) for number in range(5)] == [None, None, 2, 3, 4]


def test_putting_again_renews() -> None:
    """A value put in again is as new."""
    memory: Memory[str, int] = Memory(most=2, seconds=60.0)
    memory.put("a", 1, 0.0)
    memory.put("b", 2, 0.0)
    memory.put("a", 3, 50.0)
    memory.put("c", 4, 50.0)

    assert memory.get("a", 100.0) == 3
    assert memory.get("b", 50.0) is None


def test_clearing_forgets_everything() -> None:
    """After the catalogue changed nothing is remembered."""
    memory: Memory[str, int] = Memory(most=2, seconds=60.0)
    memory.put("a", 1, 0.0)
    memory.clear()

    assert memory.get("a", 0.0) is None
