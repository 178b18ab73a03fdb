"""What clients name when they add to, or remove from, what is theirs."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from scrobbled.model.media import Kind


class ThingKind(StrEnum):
    """What can be rated, listed and hidden."""

    MOVIE = "movie"
    SHOW = "show"
    SEASON = "season"
    EPISODE = "episode"


class Called(msgspec.Struct, frozen=True, gc=False):
    """A film, show, season or episode as a client calls it: by ids, by its title and year, or both."""

    kind: ThingKind
    ids: tuple[tuple[str, str], ...] = ()
    title: str | None = None
    year: int | None = None


class Wanted(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """
    One thing that is meant. A season or an episode has ids of its own in *called*, or a place: *number*
    in *show* (a season), *number* of *season* in *show* (an episode). Season 0 holds the specials.
    """

    called: Called
    show: Called | None = None
    season: int | None = None
    number: int | None = None

    @property
    def kind(self) -> ThingKind:
        """What it is."""
        return self.called.kind


class Found(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """
    What was meant, in the catalogue. *title_id* is the film or the show, *season* the number of a
    season or of an episode's.
    """

    kind: ThingKind
    id: int
    title_id: int
    season: int | None = None


class Watchable(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """
    A film or episode that a wanted thing means or holds. *position* is the wanted thing's; *over_at*
    is when it had first been shown to its end, UTC, None when nobody knows.
    """

    position: int
    item_id: int
    title_id: int
    kind: Kind
    over_at: datetime | None
