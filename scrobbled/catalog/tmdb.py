"""
TMDB: the daily lists of ids, and the details of one title (pure but for reading the file).

A list has one JSON object a line (https://developer.themoviedb.org/docs/daily-id-exports):
``id``, ``popularity`` and, for films, ``original_title``, ``adult`` and ``video``; for series
``original_name``. The details are those of https://developer.themoviedb.org/reference/movie-details
and https://developer.themoviedb.org/reference/tv-series-details with *APPENDED* appended.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any, Final

import msgspec

from scrobbled.catalog.lines import Source, numbered
from scrobbled.catalog.reading import Reading
from scrobbled.catalog.records import Record, checked
from scrobbled.catalog.tmdb_details import of_answer
from scrobbled.model.media import TitleKind

#: What details are asked for beside themselves, in the same call.
APPENDED: Final = {
    TitleKind.MOVIE: "external_ids,alternative_titles,translations,release_dates,videos",
    TitleKind.SHOW: "external_ids,alternative_titles,translations,content_ratings,videos",
}

_EXPORTS: Final = "https://files.tmdb.org/p/exports"
_EXPORT_NAMES: Final = {TitleKind.MOVIE: "movie_ids", TitleKind.SHOW: "tv_series_ids"}


class Listed(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A line of a daily list. *popularity* is TMDB's own measure of the day, not a number of votes."""

    id: int
    original_title: str | None = None
    original_name: str | None = None
    popularity: float = 0.0
    adult: bool = False
    video: bool = False

    @property
    def kind(self) -> TitleKind:
        """Series have a name where films have a title."""
        return TitleKind.SHOW if self.original_title is None else TitleKind.MOVIE


_decode = msgspec.json.Decoder(Listed).decode


def export_url(kind: TitleKind, day: date) -> str:
    """Where the list of *day* (UTC) lies. It is there from 8:00 UTC on, for three months."""
    return f"{_EXPORTS}/{_EXPORT_NAMES[kind]}_{day:%m_%d_%Y}.json.gz"


def export_days(today: date) -> list[date]:
    """The days whose list to try, newest first: today's comes in the morning."""
    return [today - timedelta(days=back) for back in range(3)]


def listed(source: Source, reading: Reading, *, adult: bool = False) -> Iterator[tuple[int, Listed]]:
    """
    The (number, content) of the lines of a daily list, gzipped or not. Adult titles are left
    out unless wanted, and so are TMDB's ``video`` films: concerts, trailers and compilations.
    """
    for number, line in numbered(source):
        reading.read += 1
        try:
            entry = _decode(line or b"")
            if entry.original_title is None and entry.original_name is None:
                raise ValueError("neither original_title nor original_name")  # noqa: TRY301  # told like the others
        except ValueError as error:  # msgspec's errors are ValueErrors too
            reading.refuse(f"line {number}", error)
            continue
        if (adult or not entry.adult) and not entry.video:
            yield number, entry


def records(source: Source, reading: Reading, *, adult: bool = False) -> Iterator[Record]:
    """
    The titles of a daily list. A line has neither a year nor another source's id, so it can
    only add the original name to a title that is known: no title is made of it.
    """
    for number, entry in listed(source, reading, adult=adult):
        name = entry.original_title if entry.original_title is not None else entry.original_name
        try:
            yield checked(type=entry.kind, title=name, ids={"tmdb": entry.id}, only_known=True)
        except ValueError as error:
            reading.refuse(f"line {number}", error)


def most_popular(source: Source, reading: Reading, count: int, *, adult: bool = False) -> list[Listed]:
    """The *count* best known titles of a daily list, the best known first."""
    entries = (entry for _, entry in listed(source, reading, adult=adult))
    return heapq.nlargest(count, entries, key=lambda entry: (entry.popularity, -entry.id))


def of_details(kind: TitleKind, details: Mapping[str, Any]) -> Record:
    """The record of the *details* of a film or series; raises *ValueError* when they are none."""
    try:
        facts, genres = of_answer(kind, details)
        told = {"details": facts, "genres": genres}
        return (_of_movie if kind is TitleKind.MOVIE else _of_show)(msgspec.convert(details, _Details), told)
    except msgspec.ValidationError as error:
        raise ValueError(f"not TMDB's details: {error}") from error


class _Titled(msgspec.Struct, frozen=True, gc=False):
    """A name: films have a *title*, series a *name*."""

    title: str | None = None
    name: str | None = None
    iso_3166_1: str | None = None


class _Translation(msgspec.Struct, frozen=True, gc=False):
    iso_639_1: str | None = None
    iso_3166_1: str | None = None
    data: _Titled = _Titled()


class _Translations(msgspec.Struct, frozen=True, gc=False):
    translations: list[_Translation] = []


class _Alternatives(msgspec.Struct, frozen=True, gc=False):
    """Films have *titles*, series *results*, both with the same content."""

    titles: list[_Titled] = []
    results: list[_Titled] = []


class _ExternalIds(msgspec.Struct, frozen=True, gc=False):
    imdb_id: str | None = None
    wikidata_id: str | None = None
    tvdb_id: int | None = None
    tvrage_id: int | None = None


class _Details(msgspec.Struct, frozen=True, gc=False):
    id: int
    title: str | None = None
    name: str | None = None
    original_title: str | None = None
    original_name: str | None = None
    original_language: str | None = None
    release_date: str | None = None
    first_air_date: str | None = None
    runtime: int | None = None
    episode_run_time: list[int] = []
    number_of_seasons: int | None = None
    number_of_episodes: int | None = None
    origin_country: list[str] = []
    vote_count: int | None = None
    imdb_id: str | None = None
    external_ids: _ExternalIds = _ExternalIds()
    alternative_titles: _Alternatives = _Alternatives()
    translations: _Translations = _Translations()


def _of_movie(film: _Details, told: Mapping[str, Any]) -> Record:
    ids = {"imdb": film.imdb_id or film.external_ids.imdb_id, "wikidata": film.external_ids.wikidata_id}
    return checked(
        type=TitleKind.MOVIE,
        title=film.title or film.original_title or "",
        year=_year(film.release_date),
        runtime=film.runtime,
        popularity=film.vote_count,
        ids={"tmdb": film.id, **{source: value for source, value in ids.items() if value}},
        names=_names(film, film.original_title),
        **told,
    )


def _of_show(show: _Details, told: Mapping[str, Any]) -> Record:
    known = show.external_ids
    ids = {"imdb": known.imdb_id, "tvdb": known.tvdb_id, "tvrage": known.tvrage_id}
    ids["wikidata"] = known.wikidata_id
    return checked(
        type=TitleKind.SHOW,
        title=show.name or show.original_name or "",
        year=_year(show.first_air_date),
        runtime=show.episode_run_time[0] if show.episode_run_time else None,
        popularity=show.vote_count,
        country=show.origin_country[0] if show.origin_country else None,
        seasons=show.number_of_seasons,
        episodes=show.number_of_episodes,
        ids={"tmdb": show.id, **{source: value for source, value in ids.items() if value}},
        names=_names(show, show.original_name),
        **told,
    )


def _names(details: _Details, original: str | None) -> list[dict[str, str | None]]:
    """The names but the main one, each once; a translation that was not made is an empty text."""
    alternatives = (*details.alternative_titles.titles, *details.alternative_titles.results)
    translations = details.translations.translations
    given = [
        (original, details.original_language, None),
        *((each.title or each.name, None, each.iso_3166_1) for each in alternatives),
        *((each.data.title or each.data.name, each.iso_639_1, each.iso_3166_1) for each in translations),
    ]
    names: dict[str, dict[str, str | None]] = {}
    for name, language, region in given:
        if name and name.strip() and name != (details.title or details.name):
            names.setdefault(name, {"name": name, "language": language, "region": region})
    return list(names.values())


def _year(day: str | None) -> int | None:
    """The year of a date as JSON has it; an unknown one is empty or missing."""
    year = (day or "")[:4]
    return int(year) if year.isascii() and year.isdigit() and year >= "1800" else None
