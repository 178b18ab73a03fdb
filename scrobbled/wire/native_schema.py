"""
The native format's fields: what they are called, what they may be, and how a body is
read into them. The API description is made from these types.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from scrobbled.model.event import Action
from scrobbled.model.media import ID_SOURCES, Kind
from scrobbled.wire import strict

#: Events in one request.
MOST_EVENTS: Final = 1000

Text = Annotated[str, Meta(max_length=500)]
Year = Annotated[int, Meta(ge=1800, le=2200)]
Number = Annotated[int, Meta(ge=0, le=100_000)]
Percent = Annotated[float, Meta(ge=0, le=100)]
Seconds = Annotated[float, Meta(ge=0, le=10_000_000)]
ExternalIds = Annotated[
    dict[str, Any],
    Meta(
        description=f"Source to id; known sources are {', '.join(ID_SOURCES)}.",
        examples=[{"imdb": "tt1160419", "tmdb": 438631}],
    ),
]


class Film(msgspec.Struct, frozen=True, omit_defaults=True):
    """A film: title and year, ids, or both."""

    title: Text | None = None
    year: Year | None = None
    ids: ExternalIds | None = None


class Show(msgspec.Struct, frozen=True, omit_defaults=True):
    """The series an episode belongs to. *year* is the series' first."""

    title: Text | None = None
    year: Year | None = None
    ids: ExternalIds | None = None


class Episode(msgspec.Struct, frozen=True, omit_defaults=True):
    """
    An episode. *number_end* is the last one of a file that holds several,
    *absolute* counts from the series' first. Season 0 holds the specials.
    """

    title: Text | None = None
    season: Number | None = None
    number: Number | None = None
    number_end: Number | None = None
    absolute: Number | None = None
    year: Year | None = None
    ids: ExternalIds | None = None


class Event(msgspec.Struct, frozen=True, omit_defaults=True):
    """
    One playback event.

    *id* makes sending it again harmless. *occurred_at* is RFC 3339 or unix seconds;
    absent = now. *progress* is percent, *position* and *runtime* seconds. Then either
    *movie*, or *show* and *episode* as objects, or the flat fields from *kind* on, where
    *title*, *year* and *ids* are the film's or the episode's. *app* or *source* says
    what sends this, *player* what plays it. *rating* goes with the action rate; 0 takes it away.
    """

    action: Action
    id: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    occurred_at: str | float | None = None
    progress: Percent | None = None
    position: Seconds | None = None
    runtime: Seconds | None = None
    movie: Film | None = None
    show: Show | Text | None = None
    episode: Episode | Number | None = None
    player: Text | None = None
    app: Text | None = None
    source: Text | None = None
    kind: Kind | None = None
    title: Text | None = None
    year: Year | None = None
    season: Number | None = None
    episode_end: Number | None = None
    absolute: Number | None = None
    ids: ExternalIds | None = None
    show_year: Year | None = None
    show_ids: ExternalIds | None = None
    rating: Annotated[float, Meta(ge=0, le=10)] | None = None


_one: Final = msgspec.json.Decoder(Event)
_several: Final = msgspec.json.Decoder(Annotated[list[Event], Meta(min_length=1, max_length=MOST_EVENTS)])

#: What each field must be, where the decoder's own words are not plain enough.
_NUMBER: Final = "a whole number from 0 to 100000"
_YEAR: Final = "a whole number from 1800 to 2200"
_MUST_BE: Final = {
    "action": f"one of {', '.join(Action)}",
    "kind": "movie or episode",
    "progress": "a number from 0 to 100",
    "rating": "a number from 0 to 10",
    "position": "seconds, from 0 to 10000000",
    "runtime": "seconds, from 0 to 10000000",
    "year": _YEAR,
    "show_year": _YEAR,
    "season": _NUMBER,
    "number": _NUMBER,
    "number_end": _NUMBER,
    "episode": f"an object or {_NUMBER}",
    "episode_end": _NUMBER,
    "absolute": _NUMBER,
    "id": "a text of 1 to 200 characters",
    "title": "a text of at most 500 characters",
    "show": "an object or a text of at most 500 characters",
}
_PATH: Final = re.compile(r"`(\$[^`]*?\.?(\w*))`\Z")


def decode(body: bytes, *, several: bool) -> list[Event]:
    """The events in *body* as they were sent; raises *PayloadError*."""
    return strict.read(body, _several, _of_several) if several else [strict.read(body, _one, _sentence)]


def _of_several(problem: str) -> str:
    """As *_sentence*, where the list itself may be what is wrong."""
    if _PATH.search(problem) is None and "of length" in problem:
        return f"send one event, or a list of 1 to {MOST_EVENTS}"
    return _sentence(problem)


def _sentence(problem: str) -> str:
    """The decoder's *problem* in words that name the field and what it must be."""
    found = _PATH.search(problem)
    if found is not None and found[2] in _MUST_BE:
        return f"{found[2]} must be {_MUST_BE[found[2]]} - at {found[1]}"
    return strict.plain(problem)
