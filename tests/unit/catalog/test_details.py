"""What importers keep for people to read: TMDB's and TVmaze's own forms, and our lines."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrobbled.catalog import tmdb, tvmaze
from scrobbled.catalog.reading import Reading
from scrobbled.catalog.records import parse
from scrobbled.catalog.staging import stage
from scrobbled.model.details import Airs, Details
from scrobbled.model.media import TitleKind
from scrobbled.store.catalog_load import Staged

FILM: dict[str, Any] = {
    "id": 438631,
    "title": "Dune",
    "original_title": "Dune",
    "overview": "A boy on a planet of sand.",
    "tagline": "",
    "status": "Post Production",
    "homepage": "https://dune.example",
    "original_language": "en",
    "release_date": "2021-09-15",
    "vote_average": 7.8,
    "vote_count": 12000,
    "genres": [{"id": 878, "name": "Science Fiction"}, {"id": 12, "name": "Adventure"}],
    "spoken_languages": [{"iso_639_1": "en"}, {"iso_639_1": "zh"}],
    "production_companies": [{"id": 923, "name": "Legendary", "origin_country": "US"}],
    "release_dates": {
        "results": [
            {
                "iso_3166_1": "US",
                "release_dates": [
                    {
                        "release_date": "2021-10-22T00:00:00.000Z",
                        "type": 3,
                        "certification": "PG-13",
                        "note": "",
                    },
                    {"release_date": "2022-01-11T00:00:00.000Z", "type": 5, "certification": "PG-13"},
                ],
            },
            {
                "iso_3166_1": "DE",
                "release_dates": [
                    {"release_date": "2021-09-16T00:00:00.000Z", "type": 3, "certification": "12"},
                    {"release_date": "", "type": 4},
                    {"release_date": "2021-12-03T00:00:00.000Z", "type": 4},
                ],
            },
        ]
    },
    "videos": {
        "results": [
            {"site": "Vimeo", "type": "Trailer", "key": "no"},
            {"site": "YouTube", "type": "Trailer", "key": "n9xhJrPXop4"},
        ]
    },
}


def test_a_film_of_tmdb() -> None:
    """What is empty is unknown; days, certifications, disc and streaming come from the releases."""
    found = tmdb.of_details(TitleKind.MOVIE, FILM)
    told = found.details

    assert ["Science Fiction", "Adventure"] == found.genres
    assert ("A boy on a planet of sand.", None, "post production") == (
        told.overview,
        told.tagline,
        told.status,
    )
    assert (date(2021, 9, 15), date(2022, 1, 11)) == (told.released, told.on_disc)
    assert date(2021, 12, 3) == told.streamed
    assert ("PG-13", "https://youtube.com/watch?v=n9xhJrPXop4") == (told.certification, told.trailer)
    assert (7.8, 12000, ["en", "zh"]) == (told.rating, told.votes, told.languages)
    assert [("de", "theatrical"), ("us", "theatrical"), ("de", "digital"), ("us", "physical")] == [
        (each.country, each.type) for each in told.releases
    ]
    assert [("Legendary", "US", 923)] == [(each.name, each.country, each.tmdb) for each in told.studios]


def test_a_series_of_tmdb() -> None:
    """Network, status, and who may see it: in the US, else where it comes from."""
    answer = {
        "id": 1,
        "name": "Dark",
        "status": "Ended",
        "origin_country": ["DE"],
        "networks": [{"name": "Netflix"}],
        "content_ratings": {
            "results": [{"iso_3166_1": "DE", "rating": "16"}, {"iso_3166_1": "FR", "rating": "12"}]
        },
    }
    told = tmdb.of_details(TitleKind.SHOW, answer).details

    assert ("Netflix", "ended", "16") == (told.network, told.status, told.certification)


def test_a_show_of_tvmaze(tmp_path: Path) -> None:
    """Summaries lose their HTML; when it airs is told with the time there."""
    show = {
        "id": 1,
        "name": "Under the Dome",
        "language": "English",
        "genres": ["Drama"],
        "status": "Ended",
        "officialSite": "https://dome.example",
        "schedule": {"time": "22:00", "days": ["Thursday"]},
        "rating": {"average": 6.5},
        "network": {"name": "CBS", "country": {"code": "US", "timezone": "America/New_York"}},
        "summary": "<p><b>Under the Dome</b> is &amp; stays.</p>",
        "_embedded": {
            "episodes": [
                {"id": 2, "season": 1, "number": 1, "summary": "<p>It falls.</p>", "rating": {"average": 7.5}}
            ]
        },
    }
    path = tmp_path / "show.json"
    path.write_text(json.dumps(show))
    (found,) = tvmaze.records(str(path), Reading())

    assert ["Drama"] == found.genres
    assert (
        Details(
            overview="Under the Dome is & stays.",
            status="ended",
            network="CBS",
            language="en",
            homepage="https://dome.example",
            rating=6.5,
            airs=Airs(day="Thursday", time="22:00", timezone="America/New_York"),
        )
        == found.details
    )
    assert ("It falls.", 7.5) == (
        found.episode_list[0].details.overview,
        found.episode_list[0].details.rating,
    )


@pytest.mark.parametrize(
    "details",
    [
        '{"rating": 11}',
        '{"released": "soon"}',
        '{"votes": -1}',
        '{"overview": 5}',
        '{"airs": []}',
        '{"releases": [{}]}',
    ],
)
def test_what_is_no_detail_is_refused(details: str) -> None:
    """A line says what is wrong with it."""
    with pytest.raises(ValueError, match="details"):
        parse(f'{{"type": "movie", "title": "x", "details": {details}}}'.encode())


def test_nothing_said_is_nothing_staged() -> None:
    """Null for most titles, and not an empty object that would be compared and merged."""
    staged = Staged()
    stage(staged, 1, parse(b'{"type": "movie", "title": "x"}'))
    stage(staged, 2, parse(b'{"type": "movie", "title": "y", "details": {"overview": "a\\tb"}}'))
    bare, told = (line[:-1].split(b"\t") for line in staged.titles)

    assert (b"\\N", b'{"overview":"a\\\\tb"}') == (bare[13], told[13])


@settings(deadline=None)
@given(
    st.fixed_dictionaries(
        {}, optional=dict.fromkeys(FILM, st.none() | st.text() | st.lists(st.text(), max_size=2))
    )
)
def test_no_answer_breaks_the_reader(odd: dict[str, Any]) -> None:
    """Whatever TMDB answers is read or refused with a *ValueError*."""
    try:
        tmdb.of_details(TitleKind.MOVIE, FILM | odd)
    except ValueError:
        return
