"""An event together with what the matcher made of it, as the rules need it (pure)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from scrobbled.model.event import Action, PlaybackEvent
from scrobbled.model.media import Item, Kind, Media
from scrobbled.model.outcome import Answer, Outcome
from scrobbled.model.play import play_id
from scrobbled.model.viewing import Moment, Verdict
from scrobbled.model.wanted import ThingKind
from scrobbled.store.rated import Rating

if TYPE_CHECKING:
    from scrobbled.worker.matching import Matched

#: Seconds an item takes when neither the player nor the catalogue knows.
_USUAL_RUNTIME = {Kind.MOVIE: 7200.0, Kind.EPISODE: 2700.0}


#: A position this far beyond the end contradicts the runtime: one of them is of something else.
_OVERSHOOT = 1.05


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """An event and what it is about."""

    event: PlaybackEvent
    matched: Matched

    @property
    def counts(self) -> bool:
        """Whether the rules are asked: it is not ignored, and we know what it is about."""
        if self.event.ignored is not None:
            return False
        return bool(self.item_ids) or self.event.action is Action.CANCEL_CHECKIN

    @property
    def is_of_season(self) -> bool:
        """Whether a whole season was rated."""
        event = self.event
        return event.of_show and event.media is not None and event.media.season is not None

    @property
    def item_ids(self) -> tuple[int, ...]:
        """The films or episodes it is about, or the show or season that was rated."""
        if self.event.of_show:
            rated = self.matched.season_id if self.is_of_season else self.matched.title_id
            return () if rated is None else (rated,)
        return tuple(item.id for item in self.matched.items)


def moment_of(reading: Reading) -> Moment:
    """
    *reading* as the rules see it: with a percent where one can be told, and with a
    runtime in seconds in any case.
    """
    event, items = reading.event, reading.matched.items
    known = _known_runtime(event.media, items)
    usual = _USUAL_RUNTIME[items[0].kind] * len(items) if items else 0.0
    return Moment(
        id=event.id,
        at=event.occurred_at,
        action=event.action,
        items=reading.item_ids,
        progress=_progress(event, known),
        runtime=known or usual or 1.0,
        source=event.source,
        by_hand=event.by_hand,
    )


def ratings_of(reading: Reading) -> list[Rating]:
    """What *reading* says was rated: each episode of a file that holds several, or a show or season."""
    event, items = reading.event, reading.matched.items
    if event.action is not Action.RATE or event.rating is None or not reading.counts:
        return []
    rated = [(item.id, item.title.id, ThingKind(item.kind.value)) for item in items]
    if event.of_show:
        kind = ThingKind.SEASON if reading.is_of_season else ThingKind.SHOW
        rated = [(item_id, reading.matched.title_id or item_id, kind) for item_id in reading.item_ids]
    return [
        Rating(
            user_id=event.user_id,
            item_id=item_id,
            title_id=title_id,
            kind=kind,
            rating=_stars(event.rating),
            rated_at=event.occurred_at,
            source=event.source,
            event_id=event.id,
        )
        for item_id, title_id, kind in rated
    ]


def _stars(rating: float) -> int | None:
    """1 to 10, halves rounded up; None: taken away."""
    return None if rating <= 0 else min(max(int(rating + 0.5), 1), 10)


def subject_of(media: Media | None) -> str | None:
    """What *media* says it is, for people: ``The Wire S01E02`` or ``Dune (2021)``."""
    if media is None:
        return None
    if media.kind is Kind.EPISODE:
        number = "" if media.episode is None else f" S{media.season or 0:02}E{media.episode:02}"
        return f"{media.show or media.title or '?'}{number}"
    year = "" if media.year is None else f" ({media.year})"
    return f"{media.title or '?'}{year}"


def answer_of(event: PlaybackEvent, item: Item | None, verdict: Verdict) -> Answer:
    """*verdict* as it is told to whoever waits for *event*, with the ids of what it made."""
    makes_play = verdict.outcome in (Outcome.SCROBBLED, Outcome.CHECKED_IN)
    return Answer(
        event_id=event.id,
        outcome=verdict.outcome,
        reason=verdict.reason,
        item=item,
        play_id=play_id(event.id, item.id) if item and makes_play else None,
        playback_id=item.id
        if item and verdict.outcome is Outcome.PAUSED and verdict.reason is None
        else None,
        progress=verdict.progress,
        watched_at=verdict.watched_at,
        expires_at=verdict.expires_at,
    )


def _known_runtime(media: Media | None, items: tuple[Item, ...]) -> float | None:
    if media is not None and media.runtime:
        return media.runtime
    minutes = sum(item.runtime or 0 for item in items)
    return minutes * 60.0 if minutes else None


def _progress(event: PlaybackEvent, runtime: float | None) -> float | None:
    if event.progress is not None:
        return event.progress
    if event.position == 0:
        return 0.0  # the beginning, however long it takes
    if event.position is None or not runtime:
        return None
    reached = event.position / runtime
    return 100.0 * min(max(reached, 0.0), 1.0) if reached <= _OVERSHOOT else None
