"""
TVmaze: shows and their episodes (https://www.tvmaze.com/api; licence CC BY-SA).

What can be read: a page of the show index (``/shows?page=N``, an array), one show with what
is embedded in it (``/shows/1?embed[]=episodes&embed[]=akas``), the episodes of a show
(``/shows/1/episodes``, an array), and lines of any of these objects.
"""

from __future__ import annotations

import html
import itertools
import re
from collections.abc import Callable, Iterator
from typing import Any, Final

import msgspec

from scrobbled.catalog.elements import elements
from scrobbled.catalog.lines import numbered, opened
from scrobbled.catalog.reading import Reading
from scrobbled.catalog.records import Record, checked
from scrobbled.catalog.vocabulary import LANGUAGES
from scrobbled.model.details import Airs, Details, EpisodeDetails
from scrobbled.model.media import TitleKind

#: TVmaze's words for how a show stands -> Trakt's.
_STATUS: Final = {
    "Running": "returning series",
    "Ended": "ended",
    "In Development": "in production",
    "To Be Determined": "continuing",
}

_TAG: Final = re.compile(r"<[^<>]*>")

_SHOW_LINK: Final = re.compile(r"https?://api\.tvmaze\.com/shows/([0-9]{1,9})", re.ASCII)


class Country(msgspec.Struct, frozen=True, gc=False):
    """A country by its ISO 3166-1 *code*, and the time there."""

    code: str | None = None
    timezone: str | None = None


class Channel(msgspec.Struct, frozen=True, gc=False):
    """A network or a streaming service; one that is everywhere has no country."""

    country: Country | None = None
    name: str | None = None


class Schedule(msgspec.Struct, frozen=True, gc=False):
    """When a show is on."""

    time: str | None = None
    days: list[str] = []


class Rating(msgspec.Struct, frozen=True, gc=False):
    """What TVmaze's users gave, 0-10; by how many is not said."""

    average: float | None = None


class Externals(msgspec.Struct, frozen=True, gc=False):
    """A show's ids elsewhere."""

    tvrage: int | None = None
    thetvdb: int | None = None
    imdb: str | None = None


class Aka(msgspec.Struct, frozen=True, gc=False):
    """Another name of a show, and where it goes by it."""

    name: str
    country: Country | None = None


class Link(msgspec.Struct, frozen=True, gc=False):
    """A reference; *name* is that of what it leads to."""

    href: str
    name: str | None = None


class Links(msgspec.Struct, frozen=True, gc=False):
    """The references of an episode."""

    show: Link | None = None


class Episode(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """An episode. *runtime* in minutes, *airstamp* with its offset from UTC; a special has no *number*."""

    id: int
    season: int
    number: int | None = None
    name: str | None = None
    airstamp: str | None = None
    runtime: int | None = None
    summary: str | None = None
    rating: Rating = Rating()
    links: Links = msgspec.field(default=Links(), name="_links")


class Embedded(msgspec.Struct, frozen=True, gc=False):
    """What ``?embed`` put into a show."""

    episodes: list[Episode] = []
    akas: list[Aka] = []


class Show(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """
    A show. Runtimes in minutes; *weight* (0 to 100) is how well it is known; *updated* is when it
    or an episode of it last changed, in seconds since 1970 UTC.
    """

    id: int
    name: str
    premiered: str | None = None
    ended: str | None = None
    runtime: int | None = None
    averageRuntime: int | None = None  # noqa: N815  # TVmaze's spelling
    weight: int = 0
    updated: int = 0
    network: Channel | None = None
    webChannel: Channel | None = None  # noqa: N815  # as above
    externals: Externals = Externals()
    status: str | None = None
    language: str | None = None
    genres: list[str] = []
    officialSite: str | None = None  # noqa: N815  # as above
    schedule: Schedule = Schedule()
    rating: Rating = Rating()
    summary: str | None = None
    embedded: Embedded = msgspec.field(default=Embedded(), name="_embedded")


#: The episodes of a show, from wherever they lie.
EpisodesOf = Callable[[Show], list[Episode]]


def no_episodes(_show: Show) -> list[Episode]:
    """Answer for every show that its episodes are not at hand."""
    return []


def records(path: str, reading: Reading, *, episodes_of: EpisodesOf = no_episodes) -> Iterator[Record]:
    """
    The shows of the file at *path* (``-``: standard input), each with the episodes embedded in it
    or else those of *episodes_of*. Of episodes without their show, those of one show that stand
    together become one record. Raises *PayloadError* for a damaged file.
    """
    found = objects(path, reading)
    for show_id, group in itertools.groupby(found, key=lambda each: _show_of(each[1])):
        if show_id is None:
            for where, show in group:
                assert isinstance(show, Show)  # only shows have no show
                yield from _record(where, show, show.embedded.episodes or episodes_of(show), reading)
        else:
            together = [(where, each) for where, each in group if isinstance(each, Episode)]
            yield from _of_episodes(show_id, together, reading)


def objects(path: str, reading: Reading) -> Iterator[tuple[str, Show | Episode]]:
    """The shows and episodes of a file, each with the words that say where it stands."""
    for where, value in _values(path, reading):
        reading.read += 1
        try:
            yield where, _understood(value)
        except ValueError as error:  # msgspec's errors are ValueErrors too
            reading.refuse(where, error)


def episodes(path: str, reading: Reading) -> list[Episode]:
    """The episodes in a file of ``/shows/1/episodes``."""
    return [each for _, each in objects(path, reading) if isinstance(each, Episode)]


def _values(path: str, reading: Reading) -> Iterator[tuple[str, Any]]:
    with opened(path) as file:
        if file.peek(1)[:1024].lstrip()[:1] == b"[":
            yield from ((f"element {number}", value) for number, value in elements(file, "", name=path))
            return
        for number, line in numbered(file):
            try:
                yield f"line {number}", msgspec.json.decode(line or b"")
            except ValueError as error:
                reading.read += 1
                reading.refuse(f"line {number}", error)


def _understood(value: Any) -> Show | Episode:
    if isinstance(value, dict) and "season" in value:
        return msgspec.convert(value, Episode)
    return msgspec.convert(value, Show)


def _show_of(each: Show | Episode) -> int | None:
    """The id of the show an episode links to, 0 when it does not say; None for a show."""
    if isinstance(each, Show):
        return None
    link = each.links.show and _SHOW_LINK.match(each.links.show.href)
    return int(link[1]) if link else 0


def _record(where: str, show: Show, listed: list[Episode], reading: Reading) -> Iterator[Record]:
    ids = {"imdb": show.externals.imdb, "tvdb": show.externals.thetvdb, "tvrage": show.externals.tvrage}
    channel = show.network or show.webChannel
    try:
        yield checked(
            type=TitleKind.SHOW,
            title=show.name,
            year=_year(show.premiered),
            end_year=_year(show.ended),
            runtime=show.averageRuntime or show.runtime,
            country=channel.country.code if channel and channel.country else None,
            ids={"tvmaze": show.id, **{source: value for source, value in ids.items() if value}},
            names=[
                {"name": aka.name, "region": aka.country.code if aka.country else None}
                for aka in show.embedded.akas
            ],
            episode_list=[_listed(each) for each in listed if each.number is not None],
            genres=show.genres or None,
            details=_details(show, channel),
        )
    except ValueError as error:
        reading.refuse(where, error)


def _year(day: str | None) -> int | None:
    year = (day or "")[:4]
    return int(year) if year.isascii() and year.isdigit() else None


def _of_episodes(show_id: int, together: list[tuple[str, Episode]], reading: Reading) -> Iterator[Record]:
    where, first = together[0]
    name = first.links.show.name if first.links.show else None
    if not show_id or not name:
        for each, _ in together:
            reading.refuse(each, "an episode that does not say of which show")
        return
    yield from _record(where, Show(id=show_id, name=name), [each for _, each in together], reading)


def _listed(episode: Episode) -> dict[str, Any]:
    return {
        "season": episode.season,
        "number": episode.number,
        "title": episode.name,
        "runtime": episode.runtime,
        "first_aired": episode.airstamp or None,
        "ids": {"tvmaze": episode.id},
        "details": EpisodeDetails(overview=_plain(episode.summary), rating=episode.rating.average),
    }


def _details(show: Show, channel: Channel | None) -> Details:
    country = channel.country if channel else None
    day = show.schedule.days[0] if show.schedule.days else None
    timezone = country.timezone if country else None
    airs = Airs(day=day, time=show.schedule.time or None, timezone=timezone)
    return Details(
        overview=_plain(show.summary),
        status=_STATUS.get(show.status or ""),
        network=channel.name if channel else None,
        language=LANGUAGES.get(show.language or ""),
        homepage=show.officialSite or None,
        rating=show.rating.average,
        airs=airs if day or airs.time else None,
    )


def _plain(summary: str | None) -> str | None:
    """A summary without its HTML."""
    return " ".join(html.unescape(_TAG.sub(" ", summary or "")).split()) or None
