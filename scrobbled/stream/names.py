"""Every key and channel scrobbled uses in Redis."""

from __future__ import annotations

#: The consumer group all workers read in.
GROUP = b"workers"

#: The field every stream entry has: the encoded event.
FIELD = b"event"

#: The field of those that came by a webhook: the encoded webhook.
WEBHOOK = b"webhook"

#: Events given up after retries; a person lists, retries or drops them.
DEAD = b"scrobbled:dead"

#: Live workers by the time they were last heard of (unix seconds).
WORKERS = b"scrobbled:workers"


def partition_of(user_id: int, partitions: int) -> int:
    """The partition all events of a user go to, so that they keep their order."""
    return user_id % partitions


def events(partition: int) -> bytes:
    """The stream of one partition."""
    return b"scrobbled:events:%d" % partition


def lease(partition: int) -> bytes:
    """Which worker reads a partition; expires when that worker is gone."""
    return b"scrobbled:lease:%d" % partition


def answers(door: str) -> bytes:
    """The channel on which one front door hears the answers it waits for."""
    return b"scrobbled:answers:" + door.encode()


def limit(name: str, seconds: int) -> bytes:
    """How often something was used in a window; all windows of a name lie on one server of a cluster."""
    return b"scrobbled:limit:{%b}:%d" % (name.encode(), seconds)
