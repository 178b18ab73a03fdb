"""TMDB's lists and details, in the format it documents, and its API at a server of our own."""

from __future__ import annotations

import gzip
import json
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st

from scrobbled.catalog import tmdb
from scrobbled.catalog.client import Patience, open_session
from scrobbled.catalog.reading import Reading
from scrobbled.catalog.records import NameRecord, usable_ids
from scrobbled.catalog.tmdb_api import connect, details, keep_details, kept_details
from scrobbled.errors import ConfigError, Unavailable
from scrobbled.model.media import TitleKind
from tests.unit.catalog.host import Host, says, serving

V3_KEY = "0123456789abcdef0123456789abcdef"
V4_TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJhdWQiOiIwMTIzIn0.c2lnbmF0dXJl"
PATIENCE = Patience(tries=2, first_wait=0.001, longest_asked=2)

MOVIE_LINES = [
    '{"adult":false,"id":194,"original_title":"Le Fabuleux Destin","popularity":12.5,"video":false}',
    '{"adult":true,"id":195,"original_title":"Hidden","popularity":99.5,"video":false}',
    '{"adult":false,"id":196,"original_title":"A Concert","popularity":88.5,"video":true}',
    '{"adult":false,"id":603,"original_title":"The Matrix","popularity":80.25,"video":false}',
]
SHOW_LINES = ['{"id":1429,"original_name":"進撃の巨人","popularity":150.0}']

MOVIE = {
    "adult": False,
    "id": 194,
    "imdb_id": "tt0211915",
    "origin_country": ["FR"],
    "original_language": "fr",
    "original_title": "Le Fabuleux Destin d'Amélie Poulain",
    "popularity": 12.5,
    "release_date": "2001-04-25",
    "runtime": 122,
    "title": "Amélie",
    "video": False,
    "vote_count": 11000,
    "external_ids": {"imdb_id": "tt0211915", "wikidata_id": "Q484048", "facebook_id": None},
    "alternative_titles": {"titles": [{"iso_3166_1": "BR", "title": "O Fabuloso Destino", "type": ""}]},
    "translations": {
        "translations": [
            {"iso_3166_1": "RU", "iso_639_1": "ru", "data": {"title": "Амели", "overview": "…"}},
            {"iso_3166_1": "SA", "iso_639_1": "ar", "data": {"title": "", "overview": ""}},
            {"iso_3166_1": "US", "iso_639_1": "en", "data": {"title": "Amélie"}},
        ]
    },
}
SHOW = {
    "id": 1429,
    "name": "Attack on Titan",
    "original_name": "進撃の巨人",
    "first_air_date": "2013-04-07",
    "episode_run_time": [24, 25],
    "number_of_seasons": 4,
    "number_of_episodes": 87,
    "origin_country": ["JP"],
    "vote_count": 6000,
    "external_ids": {
        "imdb_id": "tt2560140",
        "tvdb_id": 267440,
        "tvrage_id": None,
        "wikidata_id": "Q4816687",
    },
    "alternative_titles": {
        "results": [{"iso_3166_1": "JP", "title": "Shingeki no Kyojin", "type": "romaji"}]
    },
    "translations": {"translations": [{"data": {"name": "L'Attaque des Titans"}}]},
}


def packed(path: Path, lines: list[str]) -> str:
    """A daily list as TMDB packs it."""
    path.write_bytes(gzip.compress("".join(f"{line}\n" for line in lines).encode()))
    return str(path)


def test_a_list_names_titles_that_are_known(tmp_path: Path) -> None:
    """A line gives the original name to a known id and makes no title; adult and video are left out."""
    reading = Reading()

    found = list(tmdb.records(packed(tmp_path / "movie_ids.json.gz", MOVIE_LINES), reading))

    assert ["Le Fabuleux Destin", "The Matrix"] == [each.title for each in found]
    assert [("tmdb", "194")] == usable_ids(found[0].ids)
    assert all(each.only_known and each.type is TitleKind.MOVIE for each in found)
    assert (4, 0) == (reading.read, reading.bad)


def test_adult_titles_on_demand(tmp_path: Path) -> None:
    """Whoever wants adult titles gets them."""
    path = packed(tmp_path / "movie_ids.json.gz", MOVIE_LINES)

    assert "Hidden" in [each.title for each in tmdb.records(path, Reading(), adult=True)]


def test_series_have_names() -> None:
    """A list of series is told by its lines."""
    (found,) = tmdb.records(SHOW_LINES, Reading())

    assert (TitleKind.SHOW, "進撃の巨人") == (found.type, found.title)


def test_the_most_popular_of_a_list() -> None:
    """The best known come first."""
    assert [603, 194] == [each.id for each in tmdb.most_popular(MOVIE_LINES, Reading(), 5)]
    assert [603] == [each.id for each in tmdb.most_popular(MOVIE_LINES, Reading(), 1)]


@pytest.mark.parametrize(
    "line",
    [
        "nonsense",
        "[]",
        '{"id": "603", "original_title": "x"}',
        '{"id": 1}',
        '{"id":1,"original_title":" "}',
        '{"id":1,"original_title":"\\ud800"}',
        '{"id":1,"original_title":"a\\u0000b"}',
    ],
)
def test_a_bad_line_is_named(line: str) -> None:
    """What cannot be used is counted with its line, and the others are read."""
    reading = Reading()

    assert 1 == len(list(tmdb.records([SHOW_LINES[0], line], reading)))
    assert 1 == reading.bad
    assert reading.problems[0].startswith("line 2: ")


@settings(deadline=None)
@given(st.lists(st.binary(max_size=60) | st.sampled_from([line.encode() for line in MOVIE_LINES])))
def test_no_line_breaks_the_reader(lines: list[bytes]) -> None:
    """Any lines are records or problems."""
    reading = Reading()
    found = list(tmdb.records(lines, reading))

    assert reading.read >= len(found) + reading.bad


def test_where_the_lists_lie() -> None:
    """The address has the day as month, day and year."""
    day = date(2026, 1, 9)

    assert (
        tmdb.export_url(TitleKind.SHOW, day)
        == "https://files.tmdb.org/p/exports/tv_series_ids_01_09_2026.json.gz"
    )
    assert tmdb.export_url(TitleKind.MOVIE, day).endswith("/movie_ids_01_09_2026.json.gz")
    assert [day, date(2026, 1, 8), date(2026, 1, 7)] == tmdb.export_days(day)


def names(*told: tuple[str, str | None, str | None]) -> list[NameRecord]:
    """Names with language and region."""
    return [NameRecord(name=name, language=language, region=region) for name, language, region in told]


def test_the_details_of_a_film() -> None:
    """Ids, year, minutes, votes, and each name once."""
    found = tmdb.of_details(TitleKind.MOVIE, MOVIE)

    assert ("Amélie", 2001, 122, 11000) == (found.title, found.year, found.runtime, found.popularity)
    assert [("imdb", "tt0211915"), ("tmdb", "194"), ("wikidata", "Q484048")] == usable_ids(found.ids)
    assert (
        names(
            ("Le Fabuleux Destin d'Amélie Poulain", "fr", None),
            ("O Fabuloso Destino", None, "BR"),
            ("Амели", "ru", "RU"),
        )
        == found.names
    )
    assert not found.only_known


def test_the_details_of_a_series() -> None:
    """Series have names, counts and a country."""
    found = tmdb.of_details(TitleKind.SHOW, SHOW)

    assert ("Attack on Titan", 2013, 24, "JP") == (found.title, found.year, found.runtime, found.country)
    assert (4, 87) == (found.seasons, found.episodes)
    assert {"imdb", "tmdb", "tvdb", "wikidata"} == found.ids.keys()
    assert ["進撃の巨人", "Shingeki no Kyojin", "L'Attaque des Titans"] == [each.name for each in found.names]


def test_unknown_is_nothing() -> None:
    """Empty dates and zero lengths are unknown, not the year 0."""
    found = tmdb.of_details(TitleKind.MOVIE, {"id": 1, "title": "x", "release_date": "", "imdb_id": ""})

    assert (None, None, {"tmdb": 1}) == (found.year, found.runtime, found.ids)


@settings(deadline=None)
@given(
    st.fixed_dictionaries({}, optional=dict.fromkeys([*MOVIE, *SHOW], st.none() | st.text() | st.integers()))
)
def test_no_details_break_the_reader(answer: dict[str, Any]) -> None:
    """Any object is a title or a *ValueError*."""
    try:
        found = tmdb.of_details(TitleKind.MOVIE, answer)
    except ValueError:
        return

    assert answer["id"] == found.ids["tmdb"]


@pytest.fixture
async def host() -> AsyncIterator[Host]:
    """A server that has one film."""
    async with serving(json.dumps(MOVIE).encode()) as opened:
        yield opened


async def test_details_are_asked_for_in_one_call(host: Host) -> None:
    """A v3 key is a parameter; everything comes with the one call."""
    async with open_session() as session:
        found = await details(connect(session, V3_KEY, base=host.base), TitleKind.MOVIE, 194)

    assert found is not None
    assert "Amélie" == found.title
    assert "/movie/194" == host.requests[0].path
    assert {"api_key": V3_KEY, "append_to_response": tmdb.APPENDED[TitleKind.MOVIE]} == dict(
        host.requests[0].query
    )


async def test_packed_answers_are_unpacked(host: Host) -> None:
    """An API may pack its answer."""
    host.content = gzip.compress(host.content)
    host.more = {"Content-Encoding": "gzip"}
    async with open_session() as session:
        found = await details(connect(session, V3_KEY, base=host.base), TitleKind.MOVIE, 194)

    assert found is not None
    assert 2001 == found.year


async def test_a_huge_answer_is_refused(host: Host) -> None:
    """An answer that unpacks to more than any title needs is left, not kept in memory."""
    host.content = gzip.compress(b" " * (33 << 20))
    host.more = {"Content-Encoding": "gzip"}
    async with open_session() as session:
        with pytest.raises(Unavailable, match="more than"):
            await details(connect(session, V3_KEY, base=host.base), TitleKind.MOVIE, 194)


async def test_an_answer_that_is_no_json(host: Host) -> None:
    """A page instead of data, as captive portals send it, is an error of ours."""
    host.content = b"<html>please sign in</html>"
    async with open_session() as session:
        api = connect(session, V3_KEY, base=host.base, patience=PATIENCE)
        with pytest.raises(Unavailable, match="something else than JSON after 2 tries"):
            await details(api, TitleKind.MOVIE, 194)


async def test_a_token_is_a_bearer(host: Host) -> None:
    """A v4 token is never part of the address."""
    host.content = json.dumps(SHOW).encode()
    async with open_session() as session:
        await details(connect(session, V4_TOKEN, base=host.base), TitleKind.SHOW, 7)

    assert f"Bearer {V4_TOKEN}" == host.requests[0].headers["Authorization"]
    assert "/tv/7" == host.requests[0].path
    assert V4_TOKEN not in str(host.requests[0].url)


async def test_a_busy_api_is_waited_for(host: Host) -> None:
    """429 is obeyed; an unknown id is nothing."""
    host.troubles = [says(429, Retry_After="0"), says(404)]
    async with open_session() as session:
        api = connect(session, V3_KEY, base=host.base, patience=PATIENCE)

        assert await details(api, TitleKind.MOVIE, 1) is None
    assert 2 == len(host.requests)


@pytest.mark.parametrize(("status", "error"), [(401, ConfigError), (500, Unavailable), (422, Unavailable)])
async def test_errors_do_not_show_the_key(host: Host, status: int, error: type[Exception]) -> None:
    """A refused key names the setting; no error contains the key itself."""
    host.troubles = [says(status)] * 2
    async with open_session() as session:
        api = connect(session, V3_KEY, base=host.base, patience=PATIENCE)
        with pytest.raises(error) as caught:
            await details(api, TitleKind.MOVIE, 1)

    assert V3_KEY not in str(caught.value)
    assert status != 401 or "SCROBBLED_TMDB_KEY" in str(caught.value)


async def test_details_are_kept(host: Host, tmp_path: Path) -> None:
    """What is there is not asked for again for a while; what TMDB dropped is remembered, too."""
    wanted = [(TitleKind.MOVIE, 194), (TitleKind.MOVIE, 5)]

    async def missing(_host: Host, request: web.Request) -> web.StreamResponse:
        """Know but one film."""
        return web.Response(status=404 if request.path == "/movie/5" else 200, text=json.dumps(MOVIE))

    host.troubles = [missing, missing]
    reading = Reading()
    async with open_session() as session:
        api = connect(session, V3_KEY, base=host.base)
        await keep_details(api, wanted, tmp_path, now=0)
        await keep_details(api, wanted, tmp_path, now=0)
    found = list(kept_details(wanted, tmp_path, reading))

    assert 2 == len(host.requests)
    assert ["Amélie"] == [each.title for each in found]
    (tmp_path / "tmdb" / "movie" / "194.json").write_text("{")
    assert [] == list(kept_details(wanted, tmp_path, reading))
    assert "194.json" in reading.problems[0]


async def test_old_details_are_asked_for_again(host: Host, tmp_path: Path) -> None:
    """Nothing is kept for longer than TMDB allows."""
    wanted = [(TitleKind.MOVIE, 194)]
    async with open_session() as session:
        api = connect(session, V3_KEY, base=host.base)
        await keep_details(api, wanted, tmp_path, now=0)
        await keep_details(api, wanted, tmp_path, now=9e9)

    assert 2 == len(host.requests)
