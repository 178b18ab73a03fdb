"""One instance per data directory."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from scrobbled.errors import ConfigError
from scrobbled.servers.places import Places


@contextmanager
def claim(places: Places) -> Iterator[None]:
    """Hold the data directory for this process.

    The kernel drops the lock with the process, however that ends, so a stale
    one cannot exist. Raises `ConfigError` naming the process that holds it.
    """

    descriptor = os.open(places.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 20, 0).decode(errors="replace").strip() or "unknown"
            raise ConfigError(
                f"scrobbled already runs in {places.data_dir} (pid {holder}); "
                "stop it, or give this one its own SCROBBLED_DATA_DIR"
            ) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)
