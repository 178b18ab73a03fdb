"""TVmaze's shows and episodes, in the format it documents, and its API at a server of our own."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scrobbled.catalog import tvmaze
from scrobbled.catalog.client import Api, Patience, open_session
from scrobbled.catalog.reading import Reading
from scrobbled.catalog.records import Record, usable_ids
from scrobbled.catalog.tvmaze_api import best_known, keep_episodes, keep_pages, kept_episodes
from scrobbled.errors import PayloadError
from tests.unit.catalog.host import Host, says, serving

PATIENCE = Patience(tries=2, first_wait=0.001, longest_asked=2)

SHOW: dict[str, Any] = {
    "id": 1,
    "url": "https://www.tvmaze.com/shows/1/under-the-dome",
    "name": "Under the Dome",
    "type": "Scripted",
    "language": "English",
    "genres": ["Drama"],
    "status": "Ended",
    "runtime": 60,
    "averageRuntime": 61,
    "premiered": "2013-06-24",
    "ended": "2015-09-10",
    "rating": {"average": 6.5},
    "weight": 98,
    "network": {"id": 2, "name": "CBS", "country": {"name": "United States", "code": "US"}},
    "webChannel": None,
    "dvdCountry": None,
    "externals": {"tvrage": 25988, "thetvdb": 264492, "imdb": "tt1553656"},
    "image": None,
    "summary": "<p>…</p>",
    "updated": 1704794065,
    "_links": {"self": {"href": "https://api.tvmaze.com/shows/1"}},
}
BARE = {
    **SHOW,
    "id": 2,
    "name": "Somewhere",
    "premiered": None,
    "averageRuntime": None,
    "runtime": None,
    "network": None,
    "webChannel": {"id": 1, "name": "Netflix", "country": None},
    "externals": {"tvrage": None, "thetvdb": None, "imdb": None},
    "weight": 5,
}


def episode(number: int | None, show: int = 1, **more: Any) -> dict[str, Any]:
    """An episode as ``/shows/1/episodes`` lists it."""
    return {
        "id": 1000 * show + (number or 0),
        "name": f"Number {number}",
        "season": 1,
        "number": number,
        "type": "regular" if number else "significant_special",
        "airdate": "2013-06-24",
        "airstamp": "2013-06-25T02:00:00+00:00",
        "runtime": 60,
        "_links": {"show": {"href": f"https://api.tvmaze.com/shows/{show}", "name": "Under the Dome"}},
        **more,
    }


def read(path: Path, content: Any, reading: Reading | None = None) -> list[Record]:
    """The records of a file with *content*, as JSON unless it is bytes."""
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return list(tvmaze.records(str(path), reading or Reading()))


def test_a_page_of_the_index(tmp_path: Path) -> None:
    """Names, years, minutes, countries and ids; what is unknown stays unknown."""
    first, second = read(tmp_path / "page.json", [SHOW, BARE])

    assert ("Under the Dome", 2013, 61, "US") == (first.title, first.year, first.runtime, first.country)
    assert 2015 == first.end_year
    ids = [("imdb", "tt1553656"), ("tvdb", "264492"), ("tvmaze", "1"), ("tvrage", "25988")]
    assert ids == usable_ids(first.ids)
    assert (None, None, None) == (second.year, second.runtime, second.country)
    assert [("tvmaze", "2")] == usable_ids(second.ids)
    assert first.popularity is None  # a weight is no number of votes


def test_a_show_with_what_is_embedded(tmp_path: Path) -> None:
    """A show brings its episodes and other names; a special without a number is no episode of ours."""
    akas = [{"name": "La Cúpula", "country": {"code": "ES"}}, {"name": "Under the Dome", "country": None}]
    show = {**SHOW, "_embedded": {"episodes": [episode(1), episode(None)], "akas": akas}}

    (found,) = read(tmp_path / "show.json", show)

    assert [("La Cúpula", "ES"), ("Under the Dome", None)] == [
        (each.name, each.region) for each in found.names
    ]
    (listed,) = found.episode_list
    assert (1, 1, "Number 1", 60) == (listed.season, listed.number, listed.title, listed.runtime)
    assert datetime(2013, 6, 25, 2, tzinfo=UTC) == listed.first_aired
    assert {"tvmaze": 1001} == listed.ids


def test_episodes_by_themselves(tmp_path: Path) -> None:
    """A list of episodes is a record of the show they link to."""
    (found,) = read(tmp_path / "episodes.json", [episode(1), episode(2)])

    assert ("Under the Dome", {"tvmaze": 1}, [1, 2]) == (
        found.title,
        found.ids,
        [each.number for each in found.episode_list],
    )


def test_lines_of_shows(tmp_path: Path) -> None:
    """A file of shows line by line, packed, is read as well; a bad line is named."""
    reading = Reading()
    lines = [json.dumps(SHOW), "nonsense", json.dumps(BARE)]

    found = read(tmp_path / "shows.jsonl.gz", gzip.compress("\n".join(lines).encode()), reading)

    assert ["Under the Dome", "Somewhere"] == [each.title for each in found]
    assert (3, 1) == (reading.read, reading.bad)
    assert reading.problems[0].startswith("line 2: ")


@pytest.mark.parametrize(
    "bad",
    [
        {},
        7,
        {**SHOW, "id": "one"},
        {**SHOW, "name": " "},
        {**SHOW, "premiered": "0001-01-01"},
        {**SHOW, "network": "CBS"},
        {**SHOW, "_embedded": {"episodes": [{"id": 1}]}},
        episode(1, _links={}),
        {"season": 1},
    ],
)
def test_a_bad_element_is_named(tmp_path: Path, bad: Any) -> None:
    """What cannot be used is counted with its place, and the others are read."""
    reading = Reading()

    assert 1 == len(read(tmp_path / "page.json", [bad, SHOW], reading))
    assert 1 == reading.bad
    assert reading.problems[0].startswith("element 1: ")


def test_a_damaged_page_names_the_file(tmp_path: Path) -> None:
    """A page that was cut is an error that says which file and where."""
    with pytest.raises(PayloadError, match=r"page\.json: not JSON after element 1"):
        read(tmp_path / "page.json", json.dumps([SHOW, SHOW]).encode()[:-20])
    with pytest.raises(PayloadError, match=r"missing\.json"):
        list(tvmaze.records(str(tmp_path / "missing.json"), Reading()))


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=100) | st.lists(st.fixed_dictionaries({}, optional={
    key: st.none() | st.integers() | st.text(max_size=4) | st.just(value) for key, value in SHOW.items()
}), max_size=3))  # fmt: skip
def test_no_file_breaks_the_reader(tmp_path: Path, content: Any) -> None:
    """Any file is records, problems or a *PayloadError*."""
    reading = Reading()
    try:
        found = read(tmp_path / "any.json", content, reading)
    except PayloadError:
        return

    assert reading.read == len(found) + reading.bad


class Index(Host):
    """Two pages, and the episodes of every show."""

    async def serve(self, request: web.Request, **_more: Any) -> web.StreamResponse:
        """Answer as the API does; there is no third page."""
        if request.path == "/shows":
            pages = {"0": [SHOW], "1": [BARE]}
            page = pages.get(request.query["page"])
            return web.json_response(page, status=200 if page else 404)
        return web.json_response([episode(1)])


async def test_the_index_is_kept_until_it_ends(tmp_path: Path) -> None:
    """Pages are loaded up to the 404, and a second run within the day asks for nothing but the end."""
    async with serving(b"", Index) as host, open_session() as session:
        api = Api(session, host.base, pause=0, patience=PATIENCE)
        host.troubles = [says(429, Retry_After="0")]
        pages = await keep_pages(api, tmp_path, now=0)
        assert pages == await keep_pages(api, tmp_path, now=0)

    assert ["shows-0.json", "shows-1.json"] == [page.name for page in pages]
    assert ["0", "0", "1", "2", "2"] == [request.query["page"] for request in host.requests]


async def test_episodes_of_the_best_known(tmp_path: Path) -> None:
    """The shows with the greatest weight get their episodes, which are kept until the show changes."""
    async with serving(b"", Index) as host, open_session() as session:
        api = Api(session, host.base, pause=0, patience=PATIENCE)
        pages = await keep_pages(api, tmp_path, now=0)
        shows = best_known(pages, 1)
        await keep_episodes(api, shows, tmp_path)
        await keep_episodes(api, shows, tmp_path)
    of = kept_episodes(tmp_path, Reading())
    found = [each for page in pages for each in tvmaze.records(str(page), Reading(), episodes_of=of)]

    assert [1] == [show.id for show in shows]
    assert 1 == sum(request.path == "/shows/1/episodes" for request in host.requests)
    assert [1, 0] == [len(each.episode_list) for each in found]
