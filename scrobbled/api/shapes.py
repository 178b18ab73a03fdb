"""Our own JSON shapes of what the store holds."""

from __future__ import annotations

from typing import Any

from scrobbled.model.media import Item, Kind


def item(found: Item | None) -> dict[str, Any] | None:
    """A film, or an episode with its show."""
    if found is None:
        return None
    title = {"id": found.title.id, "title": found.title.name, "year": found.title.year}
    if found.kind is Kind.MOVIE:
        return {"kind": "movie", **title, "slug": found.title.slug, "ids": found.ids, "runtime": found.runtime}
    return {
        "kind": "episode",
        "id": found.id,
        "title": found.episode_title,
        "season": found.season,
        "episode": found.episode,
        "ids": found.ids,
        "runtime": found.runtime,
        "show": {**title, "slug": found.title.slug, "ids": found.title.ids},
    }
