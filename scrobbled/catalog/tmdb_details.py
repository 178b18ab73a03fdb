"""What TMDB's details of a title hold for people to read (see *tmdb* for their documentation)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

import msgspec

from scrobbled.model.details import Details, Release, Studio
from scrobbled.model.media import TitleKind

#: TMDB's numbers for the ways a film comes out
#: (https://developer.themoviedb.org/reference/movie-release-dates).
_RELEASES: Final = {1: "premiere", 2: "limited", 3: "theatrical", 4: "digital", 5: "physical", 6: "tv"}

_TRAILER: Final = "https://youtube.com/watch?v={}"


class _Named(msgspec.Struct, frozen=True, gc=False):
    """A genre, a network, a company or a language."""

    id: int | None = None
    name: str | None = None
    origin_country: str | None = None
    iso_639_1: str | None = None


class _ReleaseDate(msgspec.Struct, frozen=True, gc=False):
    release_date: str | None = None
    type: int = 0
    certification: str | None = None
    note: str | None = None


class _OfCountry(msgspec.Struct, frozen=True, gc=False):
    """What a country has: dates for films, a *rating* (who may see it) for shows."""

    iso_3166_1: str | None = None
    release_dates: list[_ReleaseDate] = []
    rating: str | None = None


class _Countries(msgspec.Struct, frozen=True, gc=False):
    results: list[_OfCountry] = []


class _Video(msgspec.Struct, frozen=True, gc=False):
    site: str | None = None
    key: str | None = None
    type: str | None = None


class _Videos(msgspec.Struct, frozen=True, gc=False):
    results: list[_Video] = []


class _Said(msgspec.Struct, frozen=True, gc=False):
    overview: str | None = None
    tagline: str | None = None
    status: str | None = None
    homepage: str | None = None
    original_language: str | None = None
    original_title: str | None = None
    original_name: str | None = None
    vote_average: float | None = None
    vote_count: int | None = None
    release_date: str | None = None
    genres: list[_Named] = []
    networks: list[_Named] = []
    spoken_languages: list[_Named] = []
    production_companies: list[_Named] = []
    origin_country: list[str] = []
    release_dates: _Countries = _Countries()
    content_ratings: _Countries = _Countries()
    videos: _Videos = _Videos()


def of_answer(kind: TitleKind, answer: Mapping[str, Any]) -> tuple[Details, list[str] | None]:
    """The details and the genres in TMDB's *answer*; raises *ValueError* when it is none."""
    said = msgspec.convert(answer, _Said)
    releases = _releases(said) if kind is TitleKind.MOVIE else []
    details = Details(
        overview=said.overview or None,
        tagline=said.tagline or None,
        status=(said.status or "").lower() or None,
        network=next((each.name for each in said.networks if each.name), None),
        certification=_certification(said, releases),
        language=said.original_language or None,
        languages=[each.iso_639_1 for each in said.spoken_languages if each.iso_639_1],
        original_title=said.original_title or said.original_name or None,
        trailer=next(map(_trailer, filter(_is_trailer, said.videos.results)), None),
        homepage=said.homepage or None,
        rating=said.vote_average or None,
        votes=said.vote_count or None,
        released=_day(said.release_date) if kind is TitleKind.MOVIE else None,
        on_disc=_first(releases, "physical"),
        streamed=_first(releases, "digital"),
        studios=[
            Studio(name=each.name, country=each.origin_country or None, tmdb=each.id)
            for each in said.production_companies
            if each.name
        ],
        releases=releases,
    )
    return details, [each.name for each in said.genres if each.name] or None


def _first(releases: Sequence[Release], kind: str) -> date | None:
    return min((each.date for each in releases if each.type == kind), default=None)


def _releases(said: _Said) -> list[Release]:
    """The dates of all countries that have one, the earliest first."""
    found = [
        Release(
            country=country.iso_3166_1.lower(),
            date=day,
            type=_RELEASES.get(each.type),
            certification=each.certification or None,
            note=each.note or None,
        )
        for country in said.release_dates.results
        for each in country.release_dates
        if country.iso_3166_1 and (day := _day(each.release_date))
    ]
    return sorted(found, key=lambda each: (each.date, each.country))


def _certification(said: _Said, releases: list[Release]) -> str | None:
    """Who may see it in the US, which Trakt's clients know the words of; else where it comes from."""
    known = {
        each.iso_3166_1.lower(): each.rating
        for each in said.content_ratings.results
        if each.iso_3166_1 and each.rating
    }
    known |= {each.country: each.certification for each in reversed(releases) if each.certification}
    wanted = ("us", *(country.lower() for country in said.origin_country))
    return next((known[country] for country in wanted if country in known), None)


def _is_trailer(video: _Video) -> bool:
    return video.site == "YouTube" and video.type == "Trailer" and bool(video.key)


def _trailer(video: _Video) -> str:
    return _TRAILER.format(video.key)


def _day(text: str | None) -> date | None:
    """A date as JSON has it, with or without a time; an unknown one is empty or missing."""
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None
