"""
What a person teaches by resolving an event, and under what it is found again (pure).

Everything is by exact keys. What was taught for a name with a year says nothing about
the name alone, and the other way round.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from scrobbled.match.normalize import normalize
from scrobbled.model.event import Resolution
from scrobbled.model.media import ID_SOURCES, Kind, Media

#: The source of what is known by its words, beside the sources of ids.
WORDS: Final = "words"

#: Characters of a name, and of an episode's name behind it, that are kept and compared.
_LONGEST_NAME: Final = 300
_LONGEST_PLACE: Final = 100


class Key(NamedTuple):
    """What was said: *value* is an id of *source*, or words. *kind* is movie, show or episode."""

    kind: str
    source: str
    value: str


class Lesson(NamedTuple):
    """What *key* means beside the title: this one episode of it, or the event's own (None)."""

    key: Key
    season: int | None = None
    number: int | None = None


def keys_of(media: Media) -> list[Key]:
    """
    Under what a correction for *media* may stand, the most specific first: ids of the
    item, the words at their place in the show, ids of the show, the words.
    """
    words, words_in_place = _words(media)
    return [
        *_item_ids(media),
        *([words_in_place] if words_in_place else []),
        *_show_ids(media),
        *([words] if words else []),
    ]


def lessons(media: Media, resolution: Resolution) -> list[Lesson]:
    """
    What follows for later events from *media* being *resolution*.

    Numbers other than the event's own teach nothing of the other episodes: those may
    be counted differently once more.
    """
    season, number = resolution.season, resolution.episode
    words, words_in_place = _words(media)
    if media.kind is Kind.MOVIE:
        keys = [*_item_ids(media), *([words] if words else [])]
        return [Lesson(key, season, number) for key in keys]
    if resolution.kind is Kind.EPISODE and season is None:
        keys = [*_show_ids(media), *([words] if words else [])]
        return [*_one_episode(media), *map(Lesson, keys)]
    taught = [Lesson(key, season, number) for key in _item_ids(media)]
    if words_in_place:
        taught.append(Lesson(words_in_place, season, number))
    if words and resolution.kind is Kind.EPISODE and media.episode is None and media.absolute is None:
        taught.append(Lesson(words))
    return taught


def fitting(media: Media, taught: Mapping[Key, Lesson], title_ids: Mapping[str, str]) -> Lesson | None:
    """Which of *taught*, all about the title that has *title_ids*, is about *media* too."""
    for key in keys_of(media):
        lesson = taught.get(key)
        if lesson is not None and not (key.source == WORDS and contradicts(media, title_ids)):
            return lesson
    return None


def contradicts(media: Media, title_ids: Mapping[str, str]) -> bool:
    """Whether *media* names another title than the one with *title_ids* at the same provider."""
    ids = media.ids if media.kind is Kind.MOVIE else media.show_ids
    return any(title_ids.get(source, value) != value for source, value in ids.items())


def _one_episode(media: Media) -> list[Lesson]:
    """The ids of an episode name it with its numbers, also where a later event lacks them."""
    several = media.episode_end is not None and media.episode_end != media.episode
    if several or media.episode is None or media.season is None:
        return []
    return [Lesson(key, media.season, media.episode) for key in _item_ids(media)]


def _words(media: Media) -> tuple[Key | None, Key | None]:
    """The words of the title, and the same with the place in the show that came with them."""
    if media.kind is Kind.MOVIE:
        kind, said, year = "movie", media.title, media.year
    else:  # the year beside an episode is the episode's
        kind, said, year = "show", media.show, media.show_year
    said = (said or "").strip()
    if not said:
        return None, None
    name, behind = _without_year(said)
    year = year or behind
    text = normalize(name)[:_LONGEST_NAME]
    if year is not None:
        text = f"{text} ({year})"
    place = _place(media)
    return Key(kind, WORDS, text), Key(kind, WORDS, f"{text} | {place}") if place else None


def _without_year(name: str) -> tuple[str, int | None]:
    """``Dune (1984)`` taken apart: a year in brackets says the same as one beside the name."""
    rest, opening, year, closing = name[:-6], name[-6:-5], name[-5:-1], name[-1:]
    if rest and opening in "([" and closing in ")]" and year.isascii() and year.isdecimal():
        return rest, int(year)
    return name, None


def _place(media: Media) -> str | None:
    """Which episode it says it is, spelled one way; normalised names hold no ``|``."""
    if media.kind is Kind.MOVIE:
        return None
    if media.episode is not None:
        return f"s{1 if media.season is None else media.season:02}e{media.episode:02}"
    if media.absolute is not None:
        return f"absolute {media.absolute}"
    return normalize(media.title)[:_LONGEST_PLACE] if media.title else None


def _item_ids(media: Media) -> list[Key]:
    return _ids("movie" if media.kind is Kind.MOVIE else "episode", media.ids)


def _show_ids(media: Media) -> list[Key]:
    return [] if media.kind is Kind.MOVIE else _ids("show", media.show_ids)


def _ids(kind: str, ids: Mapping[str, str]) -> list[Key]:
    """The most specific source first; a slug is a spelling of the name and no id."""
    sources: Iterable[str] = (source for source in ID_SOURCES if source in ids and source != "slug")
    return [Key(kind, source, ids[source]) for source in sources]
