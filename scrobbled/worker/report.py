"""What operators see of the worker: one line and one count for each event."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import structlog

from scrobbled import metrics

if TYPE_CHECKING:
    from scrobbled.model.play import Play
    from scrobbled.stream.consumer import Delivery
    from scrobbled.worker.batch import Applied
    from scrobbled.worker.reading import Reading

log = structlog.get_logger(stage="worker")


def report(
    deliveries: Sequence[Delivery], readings: Sequence[Reading], applied: Applied, started: datetime
) -> None:
    """One canonical line for each event, and what the dashboards count."""
    began = started.timestamp()
    batch_ms = round((datetime.now(started.tzinfo).timestamp() - began) * 1000, 1)
    for delivery, reading, answer in zip(deliveries, readings, applied.answers, strict=True):
        event, matched = reading.event, reading.matched
        waited = max(began - delivery.appended_at, 0.0)
        metrics.queue_wait_seconds.observe(waited)
        metrics.outcomes.labels(event.source, answer.outcome.value, answer.reason or "").inc()
        log.info(
            "event",
            event_id=str(event.id),
            user_id=event.user_id,
            source=event.source,
            action=event.action.value,
            outcome=answer.outcome.value,
            reason=answer.reason,
            item_id=matched.items[0].id if matched.items else None,
            score=round(matched.score, 3),
            matched=matched.how,
            waited_ms=round(waited * 1000, 1),
            batch_ms=batch_ms,
            batch=len(deliveries),
        )
    for play in applied.plays:
        metrics.plays.labels(play.cause).inc()


def report_plays(plays: Sequence[Play]) -> None:
    """Plays nobody sent an event for: check-ins that completed, stops that were lost."""
    for play in plays:
        metrics.plays.labels(play.cause).inc()
        log.info(
            "play",
            cause=play.cause,
            user_id=play.user_id,
            item_id=play.item_id,
            event_id=str(play.event_id),
            watched_at=play.watched_at.isoformat(),
        )
