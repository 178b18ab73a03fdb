"""One media on its way to a title (pure)."""

from __future__ import annotations

import msgspec

from scrobbled.match.decide import Decision
from scrobbled.match.query import Query
from scrobbled.model.event import Resolution
from scrobbled.model.media import Kind, Media

#: Most episodes in one file.
_MOST_EPISODES = 50


class Search(msgspec.Struct, kw_only=True):
    """
    One media of a batch on its way to a title; several events may be about it. *user_id* is
    one of those who sent it: the only one, where somebody's own corrections may matter.
    *personal*: the answer depends on that user's history, and is nobody else's. It is
    *nowhere* when its show has no episode for the numbers of the part that it has. *season_id* is set
    where it is about a whole season.
    """

    media: Media
    provisional: bool
    user_id: int = 0
    resolution: Resolution | None = None
    query: Query | None = None
    title_id: int | None = None
    episode_id: int | None = None
    how: str = "none"
    score: float = 0.0
    decision: Decision | None = None
    item_ids: tuple[int, ...] = ()
    season_id: int | None = None
    personal: bool = False
    nowhere: bool = False


def wanted(media: Media) -> Query | None:
    """
    What names the title *media* is about: the film, or the series and not the episode. The
    year beside an episode is the episode's and says nothing of the series.
    """
    if media.kind is Kind.MOVIE:
        text, kind, year = media.title, "movie", media.year
    else:
        text, kind, year = media.show, "show", media.show_year
    if not text:
        return None
    minutes = None if media.runtime is None else media.runtime / 60
    return Query(text, kind, year, media.season, media.episode, minutes)


def numbers_of(media: Media) -> range | tuple[int, ...]:
    """The numbers of the episodes in one file."""
    if media.episode is None:
        return () if media.absolute is None else (media.absolute,)
    last = media.episode if media.episode_end is None else media.episode_end
    return range(media.episode, max(min(last, media.episode + _MOST_EPISODES - 1), media.episode) + 1)


def season_of(media: Media) -> int:
    """The season; a payload with an episode number and no season means the first."""
    return 1 if media.season is None else media.season
