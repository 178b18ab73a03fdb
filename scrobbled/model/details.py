"""What is known of a title beyond what it takes to match it: for people to read."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import msgspec
from msgspec import Meta

_Rating = Annotated[float, Meta(ge=0, le=10)]
_Votes = Annotated[int, Meta(ge=0, le=2**31 - 1)]
_Text = Annotated[str, Meta(max_length=100_000)]
_Word = Annotated[str, Meta(max_length=5_000)]


class Airs(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """When a show is on: *day* in English, *time* as ``21:00``, *timezone* by its IANA name."""

    day: _Word | None = None
    time: _Word | None = None
    timezone: _Word | None = None


class Release(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """
    When a film came out in *country* (ISO 3166-1). *type* is premiere, limited, theatrical,
    digital, physical or tv; *certification* is who may see it there.
    """

    country: _Word
    date: date
    type: _Word | None = None
    certification: _Word | None = None
    note: _Word | None = None


class Studio(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who made it; *tmdb* is its id there."""

    name: _Word
    country: _Word | None = None
    tmdb: int | None = None


class Details(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """
    A film or show. *released* (a film's first day), *on_disc* and *streamed* (its first day online) are
    dates, *first_aired* (a show's first episode) an instant, *rating* is 0-10 by *votes*, *language*
    the original one (ISO 639-1), *certification* the one of the title's own country or the US. *status*
    is a word of Trakt's: released, returning series, ended….
    """

    overview: _Text | None = None
    tagline: _Text | None = None
    status: _Word | None = None
    network: _Word | None = None
    certification: _Word | None = None
    language: _Word | None = None
    languages: list[_Word] = []
    original_title: _Word | None = None
    trailer: _Word | None = None
    homepage: _Word | None = None
    rating: _Rating | None = None
    votes: _Votes | None = None
    released: date | None = None
    on_disc: date | None = None
    streamed: date | None = None
    first_aired: datetime | None = None
    airs: Airs | None = None
    studios: list[Studio] = []
    releases: list[Release] = []


class EpisodeDetails(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An episode. *rating* is 0-10 by *votes*."""

    overview: _Text | None = None
    rating: _Rating | None = None
    votes: _Votes | None = None
