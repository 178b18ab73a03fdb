"""One media on its way to a title (pure)."""

from __future__ import annotations

import msgspec

from scrobbled.match.choose import Choice
from scrobbled.match.normalize import Name
from scrobbled.model.event import Resolution
from scrobbled.model.media import Media, TitleKind

#: Most episodes in one file.
_MOST_EPISODES = 50


class Search(msgspec.Struct, kw_only=True):
    """
    One media of a batch on its way to a title; several events may be about it. *user_id* is
    one of those who sent it: the only one, where somebody's own corrections may matter.
    """

    media: Media
    provisional: bool
    user_id: int = 0
    resolution: Resolution | None = None
    name: tuple[TitleKind, Name] | None = None
    title_id: int | None = None
    episode_id: int | None = None
    how: str = "none"
    score: float = 0.0
    choice: Choice | None = None
    item_ids: tuple[int, ...] = ()


def numbers_of(media: Media) -> range | tuple[int, ...]:
    """The numbers of the episodes in one file."""
    if media.episode is None:
        return () if media.absolute is None else (media.absolute,)
    last = media.episode if media.episode_end is None else media.episode_end
    return range(media.episode, max(min(last, media.episode + _MOST_EPISODES - 1), media.episode) + 1)


def season_of(media: Media) -> int:
    """The season; a payload with an episode number and no season means the first."""
    return 1 if media.season is None else media.season
