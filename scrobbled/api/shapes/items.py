"""Films, shows and episodes."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from scrobbled.model.media import Item, Kind, Title


class Show(msgspec.Struct, frozen=True, kw_only=True):
    """A show. *id* is ours; *ids* holds those of others by their name (imdb, tmdb, tvdb…)."""

    id: int
    title: str
    year: int | None
    slug: str
    ids: dict[str, str]


class Movie(Show, frozen=True, kw_only=True, tag_field="kind", tag="movie"):
    """A film. *runtime* in minutes."""

    runtime: int | None


class Episode(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="episode"):
    """An episode; season 0 holds the specials. *runtime* in minutes."""

    id: int
    title: str | None
    season: int | None
    episode: int | None
    ids: dict[str, str]
    runtime: int | None
    show: Show


#: What was watched; null when it has left the catalogue.
Watched: TypeAlias = Movie | Episode | None


def watched_of(found: Item | None) -> Watched:
    """A film, or an episode with its show; None for what the catalogue lost."""
    return None if found is None else item_of(found)


def item_of(found: Item) -> Movie | Episode:
    """A film, or an episode with its show."""
    title = found.title
    if found.kind is Kind.MOVIE:
        return Movie(
            id=title.id,
            title=title.name,
            year=title.year,
            slug=title.slug,
            ids=found.ids,
            runtime=found.runtime,
        )
    return Episode(
        id=found.id,
        title=found.episode_title,
        season=found.season,
        episode=found.episode,
        ids=found.ids,
        runtime=found.runtime,
        show=show_of(title),
    )


def show_of(title: Title) -> Show:
    """A show, and nothing of its episodes."""
    return Show(id=title.id, title=title.name, year=title.year, slug=title.slug, ids=title.ids)
