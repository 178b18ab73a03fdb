"""What was played: as a payload describes it, and as the catalogue knows it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeAlias

import msgspec


class Kind(StrEnum):
    """What can be watched and counted."""

    MOVIE = "movie"
    EPISODE = "episode"


class TitleKind(StrEnum):
    """What the catalogue lists."""

    MOVIE = "movie"
    SHOW = "show"


#: External id spaces we understand, most specific first. The same name is used
#: on the wire, in the catalogue and in answers.
ID_SOURCES = (
    "imdb", "tmdb", "tvdb", "trakt", "simkl", "mal", "anidb", "anilist", "kitsu", "tvmaze", "tvrage",
    "wikidata", "slug",
)  # fmt: skip


class Media(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """A film or episode as a payload describes it.

    *title* is the film's or the episode's own title, *show* the series' name as
    sent (a year or country suffix is not stripped). *year* is what the payload
    says: the film's year or the EPISODE's; *show_year* the series'. *ids* belong
    to the item itself, *show_ids* to the series: the id spaces overlap, so the
    scope is kept with every id. Season 0 holds the specials. *episode_end* is the
    last episode of a file that holds several. *order* names the order that season and
    episode count in, when it is not the one in which it aired (``dvd``, ``hama``, ``anidb``).
    *unscoped_ids* belong to the episode or to its series, and the payload does not
    say to which. *show_slug* is the series' English name for addresses. *runtime* is
    in seconds. An unknown value is None; 0 is never "unknown".
    """

    kind: Kind
    title: str | None = None
    year: int | None = None
    show: str | None = None
    show_year: int | None = None
    season: int | None = None
    episode: int | None = None
    episode_end: int | None = None
    absolute: int | None = None
    order: str | None = None
    ids: dict[str, str] = msgspec.field(default_factory=dict)
    show_ids: dict[str, str] = msgspec.field(default_factory=dict)
    unscoped_ids: dict[str, str] = msgspec.field(default_factory=dict)
    show_slug: str | None = None
    runtime: float | None = None


class Title(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """A film or show of the catalogue. *runtime* in minutes."""

    id: int
    kind: TitleKind
    name: str
    slug: str
    year: int | None = None
    runtime: int | None = None
    popularity: float = 0.0
    ids: dict[str, str] = msgspec.field(default_factory=dict)


class Item(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """One watchable thing of the catalogue: a film, or an episode of a show.

    *id* is the film's title id or the episode's id (one id space, so no two
    items share one). *title* is the film or the show; season, episode and
    *episode_title* are set for episodes alone. *runtime* in minutes.
    """

    id: int
    kind: Kind
    title: Title
    season: int | None = None
    episode: int | None = None
    episode_title: str | None = None
    ids: dict[str, str] = msgspec.field(default_factory=dict)
    runtime: int | None = None


class Season(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """A season of a show in the catalogue; number 0 holds the specials."""

    id: int
    number: int
    title: Title
    name: str | None = None
    ids: dict[str, str] = msgspec.field(default_factory=dict)


#: What can be rated, listed and hidden: a film or a show, a season, an episode.
Thing: TypeAlias = Title | Season | Item

#: What the catalogue knows of a title, a season or an episode beyond its name, under Trakt's words for it.
Facts: TypeAlias = Mapping[str, Any]
