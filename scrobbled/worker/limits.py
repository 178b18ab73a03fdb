"""What a worker may take, and for how long things are kept."""

from __future__ import annotations

from datetime import timedelta

import msgspec


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How much at once, how often, and for how long things are kept; *webhooks_size* in bytes for a user."""

    name: str
    partitions: int
    batch_size: int
    max_tries: int
    heartbeats_kept: timedelta
    events_kept: timedelta
    positions_kept: timedelta
    webhooks_kept: timedelta
    webhooks_size: int
