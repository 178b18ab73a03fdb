"""Every metric scrobbled exposes, in one place.

A name is the stage it is measured in (the package's name) and the unit. With
``PROMETHEUS_MULTIPROC_DIR`` set (the supervisor sets it for workers) the workers of
one machine share their numbers, and one scrape of the front door shows all.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from itertools import accumulate

from prometheus_client import REGISTRY, Counter, Histogram
from prometheus_client.core import HistogramMetricFamily
from prometheus_client.registry import Collector

_MILLISECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_WAITS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0, 60.0, 300.0, 3600.0)
_SIZES = (1, 2, 5, 10, 25, 50, 100, 250, 500, 1000)
_FINE = (0.00001, 0.00005, 0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5)


class Spread:
    """How often something took how long: a count for each of *bounds* (seconds) and what is above."""

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0
        self._bounds = bounds

    def observe(self, seconds: float) -> None:
        """Count one more."""
        self.counts[bisect_left(self._bounds, seconds)] += 1
        self.total += seconds


class Durations(Collector):
    """
    A histogram that one thread alone counts, and only in its own process.

    Prometheus' own takes two locks for each request, which costs it as much as its log line.
    """

    def __init__(
        self, name: str, documentation: str, labels: tuple[str, ...], bounds: tuple[float, ...]
    ) -> None:
        self._family = (name, documentation)
        self._bounds = bounds
        self._spreads: dict[tuple[str, ...], Spread] = {}
        self._labelnames = labels
        REGISTRY.register(self)

    def labels(self, *values: str) -> Spread:
        """Where those with these *values* of the labels are counted."""
        return self._spreads.setdefault(values, Spread(self._bounds))

    def describe(self) -> Iterable[HistogramMetricFamily]:
        """Called by prometheus_client."""
        return [HistogramMetricFamily(*self._family, labels=self._labelnames)]

    def collect(self) -> Iterable[HistogramMetricFamily]:
        """Called by prometheus_client."""
        (family,) = self.describe()
        names = [*map(str, self._bounds), "+Inf"]
        for values, spread in list(self._spreads.items()):
            counts = accumulate(spread.counts)
            family.add_metric(values, list(zip(names, counts, strict=True)), spread.total)
        return [family]


http_requests = Durations(
    "scrobbled_http_request_seconds",
    "Time from the first byte of a request to its answer",
    ("surface", "method", "status"),
    _MILLISECONDS,
)
accepted = Counter("scrobbled_ingest_accepted", "Events that are durable and were answered 2xx", ("source",))
refused = Counter(
    "scrobbled_ingest_refused", "Requests to the front door answered 4xx or 5xx", ("surface", "status")
)
uncounted = Counter(
    "scrobbled_web_uncounted", "Requests that no limit was held against, for nobody could count them"
)
append_seconds = Histogram(
    "scrobbled_ingest_append_seconds",
    "Time until what had piled up was durable in the stream",
    buckets=_MILLISECONDS,
)
inbox_kept = Counter("scrobbled_ingest_inbox", "Events kept in PostgreSQL because the stream was away")
outcomes = Counter("scrobbled_worker_outcomes", "How events ended", ("source", "outcome", "reason"))
plays = Counter("scrobbled_worker_plays", "Plays that entered a history", ("cause",))
retries = Counter("scrobbled_worker_retries", "Batches or events that had to be tried again", ("kind",))
batch_events = Histogram("scrobbled_worker_batch_events", "Events in a batch", buckets=_SIZES)
batch_seconds = Histogram("scrobbled_worker_batch_seconds", "Time to apply a batch", buckets=_MILLISECONDS)
queue_wait_seconds = Histogram(
    "scrobbled_worker_queue_wait_seconds", "Time an event waited in the stream", buckets=_WAITS
)
match_seconds = Histogram(
    "scrobbled_match_seconds", "Time to match one batch's media", ("how",), buckets=_FINE
)
store_seconds = Histogram(
    "scrobbled_store_seconds", "Time PostgreSQL took, by operation", ("operation",), buckets=_MILLISECONDS
)

#: Read from the stream and PostgreSQL when /metrics is asked, not counted: name -> what it says.
SCRAPED = {
    "scrobbled_stream_depth": "Events accepted and not yet applied",
    "scrobbled_stream_oldest_seconds": "Age of the oldest event not yet applied",
    "scrobbled_stream_dead": "Events given up after retries, waiting for a person",
    "scrobbled_stream_memory_ratio": "Share of the stream server's memory limit in use, 0-1",
    "scrobbled_inbox_depth": "Events kept in PostgreSQL until the stream is back",
    "scrobbled_inbox_oldest_seconds": "Age of the oldest of them",
    "scrobbled_ready": "1 when the dependency answers",
}
