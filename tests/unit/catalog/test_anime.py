"""Anime: the two sources in their own formats, and what they make together."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scrobbled.catalog import anime, anime_list, anime_offline
from scrobbled.catalog.anime_list import ListedAnime
from scrobbled.catalog.numbering import Place, place
from scrobbled.catalog.reading import Reading
from scrobbled.catalog.records import PartRecord, Record, usable_ids
from scrobbled.errors import PayloadError
from scrobbled.model.media import TitleKind

HEADER = {
    "license": {"name": "ODbL", "url": "https://example.org/LICENSE"},
    "repository": "https://github.com/manami-project/anime-offline-database",
    "lastUpdate": "2026-01-05",
}


def entry(title: str, anidb: int | None, **more: Any) -> dict[str, Any]:
    """An entry of the anime-offline-database."""
    sources = [] if anidb is None else [f"https://anidb.net/anime/{anidb}"]
    return {
        "sources": [*sources, *more.pop("sources", [])],
        "title": title,
        "type": "TV",
        "episodes": 25,
        "status": "FINISHED",
        "animeSeason": {"season": "SPRING", "year": 2013},
        "picture": "https://example.org/1.jpg",
        "thumbnail": "https://example.org/1t.jpg",
        "duration": {"value": 1440, "unit": "SECONDS"},
        "synonyms": [],
        "relatedAnime": [],
        "tags": ["action"],
        **more,
    }


FIRST = entry(
    "Shingeki no Kyojin",
    9541,
    sources=[
        "https://myanimelist.net/anime/16498",
        "https://kitsu.app/anime/7442",
        "https://livechart.me/anime/1",
    ],
    synonyms=["Attack on Titan", "進撃の巨人"],
)
SECOND = entry(
    "Shingeki no Kyojin Season 2", 10944, sources=["https://myanimelist.net/anime/25777"], episodes=12
)
FILM = entry("Mononoke Hime", 7, type="MOVIE", sources=["https://anilist.co/anime/164"], episodes=1)
ALONE = entry(
    "Nobody Mapped This", None, sources=["https://myanimelist.net/anime/5"], type="ONA", duration=None
)

LISTS = """<?xml version="1.0" encoding="utf-8"?>
<anime-list>
  <anime anidbid="9541" tvdbid="267440" defaulttvdbseason="1" tmdbtv="1429" tmdbseason="1">
    <name>Shingeki no Kyojin</name>
    <mapping-list>
      <mapping anidbseason="0" tvdbseason="0">;1-2;2-0;3-4+5;</mapping>
    </mapping-list>
    <before>;1-26;</before>
    <supplemental-info><studio>Wit Studio</studio></supplemental-info>
  </anime>
  <anime anidbid="10944" tvdbid="267440" defaulttvdbseason="2" episodeoffset="" tmdbtv="1429" tmdbseason="2">
    <name>Shingeki no Kyojin Season 2</name>
  </anime>
  <anime anidbid="7" tvdbid="movie" imdbid="tt0119698" tmdbid="128">
    <name>Mononoke-hime</name>
  </anime>
  <anime anidbid="69" tvdbid="81797" defaulttvdbseason="a">
    <name>One Piece &amp; more</name>
    <mapping-list>
      <mapping anidbseason="1" tvdbseason="1" start="1" end="8"/>
      <mapping anidbseason="1" tvdbseason="2" start="9" end="30" offset="-8"/>
      <mapping anidbseason="1" tmdbseason="2" start="62" end="77" offset="-61"/>
    </mapping-list>
  </anime>
  <anime anidbid="28" tvdbid="unknown"><name>Nowhere</name></anime>
</anime-list>
"""


def write(path: Path, content: str | bytes) -> str:
    """A file with *content*."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


def offline(folder: Path, *entries: Any, indent: int | None = None) -> str:
    """The database as JSON."""
    return write(folder / "offline.json", json.dumps({**HEADER, "data": entries}, indent=indent) + "\n")


def listed(folder: Path, text: str = LISTS, reading: Reading | None = None) -> dict[str, ListedAnime]:
    """The Anime-Lists by AniDB id."""
    path = write(folder / "anime-list.xml", text)
    return {each.anidb: each for each in anime_list.anime(path, reading or Reading())}


def together(folder: Path, *entries: Any, lists: str = LISTS) -> list[Record]:
    """What both make."""
    path = write(folder / "anime-list.xml", lists)
    return list(anime.records(offline(folder, *entries), path, Reading()))


# The anime-offline-database ------------------------------------------------------


@pytest.mark.parametrize("indent", [None, 2])
def test_the_database(tmp_path: Path, indent: int | None) -> None:
    """Pretty or minified: the ids come from the addresses, what we do not know is left out."""
    ((where, found),) = anime_offline.entries(offline(tmp_path, FIRST, indent=indent), Reading())

    assert "element 1" == where
    assert {"anidb": ["9541"], "mal": ["16498"], "kitsu": ["7442"]} == found.ids()
    assert ("TV", 25, 2013) == (found.type, found.episodes, found.animeSeason.year)


def test_the_database_as_lines(tmp_path: Path) -> None:
    """JSON lines, packed or not, after a line about the file; a bad line is named."""
    lines = "\n".join([json.dumps(HEADER), json.dumps(FIRST), "nonsense", json.dumps({"title": "x"})])
    reading = Reading()

    found = list(
        anime_offline.entries(write(tmp_path / "x.jsonl.gz", gzip.compress(lines.encode())), reading)
    )

    assert [("line 2", "Shingeki no Kyojin")] == [(where, each.title) for where, each in found]
    assert (3, 2) == (reading.read, reading.bad)
    assert ["line 3", "line 4"] == [problem.partition(":")[0] for problem in reading.problems]


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=80) | st.lists(st.fixed_dictionaries({}, optional={
    key: st.none() | st.integers() | st.text(max_size=3) | st.just(value) for key, value in FIRST.items()
}), max_size=3))  # fmt: skip
def test_no_database_breaks_the_reader(tmp_path: Path, content: Any) -> None:
    """Any file is records, problems or a *PayloadError*."""
    reading = Reading()
    path = write(tmp_path / "x", content) if isinstance(content, bytes) else offline(tmp_path, *content)
    try:
        found = list(anime.records(path, None, reading))
    except PayloadError:
        return

    assert reading.read == len(found) + reading.bad


# The Anime-Lists -----------------------------------------------------------------


def test_the_lists(tmp_path: Path) -> None:
    """Seasons, offsets, pairs, and the words that stand where there is no show."""
    reading = Reading()

    found = listed(tmp_path, reading=reading)

    assert (5, 0) == (reading.read, reading.bad)
    assert ("267440", ["1429"], 3) == (found["9541"].tvdb, found["9541"].tmdb_shows, found["9541"].line)
    assert {1: [2], 2: [], 3: [4, 5]} == found["9541"].part.rules[0].pairs
    assert (None, "movie", ["tt0119698"], ["128"]) == (
        found["7"].tvdb,
        found["7"].marked,
        found["7"].imdb,
        found["7"].tmdb_movies,
    )
    assert ("One Piece & more", None, 2) == (
        found["69"].name,
        found["69"].part.season,
        len(found["69"].part.rules),
    )
    assert "unknown" == found["28"].marked


def one(attributes: str, inside: str = "") -> str:
    """A list with one title."""
    return f"<anime-list>\n<anime {attributes}>\n<name>x</name>{inside}</anime>\n</anime-list>"


def test_several_ids_of_a_film(tmp_path: Path) -> None:
    """A title of several films has several ids; the word unknown is none."""
    text = one('anidbid="1" tvdbid="movie" imdbid="tt1,tt2" tmdbid="5, 6"')
    other = one('anidbid="1" tvdbid="movie" imdbid="unknown" tmdbid=""')

    assert (["tt1", "tt2"], ["5", "6"]) == (
        listed(tmp_path, text)["1"].imdb,
        listed(tmp_path, text)["1"].tmdb_movies,
    )
    assert [] == listed(tmp_path, other)["1"].imdb


@pytest.mark.parametrize(
    "text",
    [
        one('anidbid="x" tvdbid="1"'),
        one('tvdbid="1"'),
        one('anidbid="1" tvdbid="1" defaulttvdbseason="first"'),
        one('anidbid="1" tvdbid="1" episodeoffset="1.5"'),
        one('anidbid="1" tvdbid="1"', '<mapping tvdbseason="1">;1-;</mapping>'),
        one('anidbid="1" tvdbid="1"', '<mapping tvdbseason="one"/>'),
        one('anidbid="1" tvdbid="1"', '<mapping tvdbseason="1" start="1" offset="x"/>'),
    ],
)
def test_a_bad_title_is_named(tmp_path: Path, text: str) -> None:
    """What cannot be understood is counted with its line."""
    reading = Reading()

    assert {} == listed(tmp_path, text, reading)
    assert (1, 1) == (reading.read, reading.bad)
    assert reading.problems[0].startswith("line 2: ")


BOMB = """<?xml version="1.0"?>
<!DOCTYPE anime-list [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<anime-list><anime anidbid="1" tvdbid="1"><name>&b;</name></anime></anime-list>"""
OUTSIDE = """<?xml version="1.0"?>
<!DOCTYPE anime-list SYSTEM "file:///etc/passwd">
<anime-list><anime anidbid="1" tvdbid="1"><name>x</name></anime></anime-list>"""


@pytest.mark.parametrize("text", [BOMB, OUTSIDE])
def test_a_document_type_is_refused(tmp_path: Path, text: str) -> None:
    """Nothing that could grow or reach for a file is even declared."""
    with pytest.raises(PayloadError, match=r"anime-list\.xml: line 2: a document type is not accepted"):
        listed(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no element found"),
        ("<anime-list><anime>", "no element found"),
        ("<anime-list></anime>", "mismatched tag: line 1"),
        (one('anidbid="1"', "&undeclared;"), "undefined entity.*line 3"),
        (one('anidbid="1"', "<mapping>" + ";1-1" * 400_000 + "</mapping>"), "a text of more than"),
    ],
)
def test_broken_xml_is_located(tmp_path: Path, text: str, why: str) -> None:
    """A list that is not well-formed is an error with its line."""
    with pytest.raises(PayloadError, match=why):
        listed(tmp_path, text)


tags = st.sampled_from(
    [
        *("<anime-list>", "</anime-list>", "<anime anidbid='1' tvdbid='2'>", "</anime>", "<name>", "</name>"),
        *("<mapping tvdbseason='1'>", "</mapping>", ";1-2;", "x", "&amp;", "<!--"),
    ]
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(tags, max_size=12).map("".join) | st.binary(max_size=60))
def test_no_list_breaks_the_reader(tmp_path: Path, text: str | bytes) -> None:
    """Any file is titles, problems or a *PayloadError*."""
    reading = Reading()
    try:
        found = list(anime_list.anime(write(tmp_path / "x.xml", text), reading))
    except PayloadError:
        return

    assert reading.read == len(found) + reading.bad


# Numbers -------------------------------------------------------------------------


def at(season: int, *numbers: int, absolute: int | None = None) -> tuple[Place, ...]:
    """Places in a season."""
    return tuple(Place(season=season, number=number, absolute=absolute) for number in numbers)


@pytest.mark.parametrize(
    ("anidb", "season", "episode", "expected"),
    [
        ("9541", 1, 7, at(1, 7)),
        ("10944", 1, 3, at(2, 3)),
        ("9541", 0, 1, at(0, 2)),
        ("9541", 0, 2, ()),
        ("9541", 0, 3, at(0, 4, 5)),
        ("9541", 0, 6, at(0, 6)),
        ("9541", 0, 101, ()),
        ("69", 1, 8, at(1, 8, absolute=8)),
        ("69", 1, 9, at(2, 1, absolute=9)),
        ("69", 1, 300, (Place(absolute=300),)),
        ("9541", 2, 1, ()),
        ("9541", 1, 0, ()),
    ],
)
def test_where_an_episode_stands(
    tmp_path: Path, anidb: str, season: int, episode: int, expected: tuple[Place, ...]
) -> None:
    """A pair goes before a range, a range before the season; a pair with 0 is nowhere."""
    assert expected == place(listed(tmp_path)[anidb].part, season, episode)


def test_a_pair_goes_before_a_range(tmp_path: Path) -> None:
    """Single episodes are exceptions to the range around them, wherever they are listed."""
    inside = (
        '<mapping anidbseason="1" tvdbseason="1" start="10" end="17" offset="-1">;12-40;</mapping>'
        '<mapping anidbseason="1" tvdbseason="0">;11-1;</mapping>'
        '<mapping anidbseason="1" tvdbseason="3" start="20"/>'
    )
    part = listed(tmp_path, one('anidbid="1" tvdbid="1" episodeoffset="5"', inside))["1"].part

    found = [place(part, 1, episode) for episode in (9, 10, 11, 12, 18, 20, 99)]

    assert [at(1, 14), at(1, 9), at(0, 1), at(1, 40), at(1, 23), at(3, 20), at(3, 99)] == found


@settings(deadline=None)
@given(st.integers(-5, 5), st.integers(-5, 500), st.integers(-600, 600), st.none() | st.integers(0, 5))
def test_places_are_possible(season: int, episode: int, offset: int, default: int | None) -> None:
    """No episode ends up before the first one."""
    for found in place(PartRecord(season=default, offset=offset), season, episode):
        assert (found.number or found.absolute or 0) > 0


# Together ------------------------------------------------------------------------


def test_seasons_are_one_show(tmp_path: Path) -> None:
    """The first season gives the show its ids and names; the others are parts with their own."""
    found = {each.title: each for each in together(tmp_path, SECOND, FIRST)}

    show = found["Shingeki no Kyojin"]
    assert (TitleKind.SHOW, 2013, 24) == (show.type, show.year, show.runtime)
    expected = [("tmdb", "1429"), ("tvdb", "267440"), ("mal", "16498"), ("anidb", "9541"), ("kitsu", "7442")]
    assert expected == usable_ids(show.ids)
    assert ["Attack on Titan", "進撃の巨人"] == show.aka
    assert [1, 2] == [part.season for part in show.parts]
    assert ({"anidb": ["10944"], "mal": ["25777"]}, 12) == (show.parts[1].ids, show.parts[1].episodes)
    assert at(2, 3) == place(show.parts[1], 1, 3)
    assert "Shingeki no Kyojin Season 2" not in found


def test_a_film_has_its_own_ids(tmp_path: Path) -> None:
    """A film gets the ids that the lists have for it."""
    found = {each.title: each for each in together(tmp_path, FILM)}["Mononoke Hime"]

    assert TitleKind.MOVIE is found.type
    assert [("imdb", "tt0119698"), ("tmdb", "128"), ("anidb", "7"), ("anilist", "164")] == usable_ids(
        found.ids
    )
    assert ["Mononoke-hime"] == found.aka


def test_a_film_among_the_specials_is_a_film(tmp_path: Path) -> None:
    """That TVDB lists a film under a show does not make it an episode."""
    lists = one('anidbid="7" tvdbid="1" defaulttvdbseason="0" imdbid="tt0119698"')

    (found,) = together(tmp_path, FILM, lists=lists)

    assert (TitleKind.MOVIE, {"anidb": ["7"], "anilist": ["164"], "imdb": ["tt0119698"], "tmdb": []}) == (
        found.type,
        found.ids,
    )


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"type": "OVA", "episodes": 1}, TitleKind.MOVIE),
        ({"type": "SPECIAL", "episodes": 0}, TitleKind.MOVIE),
        ({"type": "OVA", "episodes": 4}, TitleKind.SHOW),
        ({"type": "TV", "episodes": 1}, TitleKind.SHOW),
    ],
)
def test_a_one_off_that_others_list_as_a_film(
    tmp_path: Path, more: dict[str, Any], expected: TitleKind
) -> None:
    """A special of one episode that IMDb or TMDB has as a film is one; several episodes are none."""
    lists = one('anidbid="11" tvdbid="OVA" tmdbid="685308"')

    (found,) = together(tmp_path, entry("Initial D Battle Stage", 11, **more), lists=lists)

    assert expected is found.type
    assert (expected is TitleKind.MOVIE) == ("tmdb" in found.ids)


@pytest.mark.parametrize(("mark", "wanted"), [("hentai", 1), ("music video", 0), ("web", 1)])
def test_what_is_not_for_everybody(tmp_path: Path, mark: str, wanted: int) -> None:
    """Adult titles come on demand, music videos never."""
    path = write(tmp_path / "anime-list.xml", one(f'anidbid="11" tvdbid="{mark}"'))
    database = offline(tmp_path, entry("x", 11))

    assert (mark == "web") == bool(list(anime.records(database, path, Reading())))
    assert wanted == len(list(anime.records(database, path, Reading(), adult=True)))


def test_what_the_lists_lack(tmp_path: Path) -> None:
    """A title nobody mapped is a show of its own; one that only the lists have is taken from them."""
    found = {each.title: each for each in together(tmp_path, ALONE)}

    assert [("mal", "5")] == usable_ids(found["Nobody Mapped This"].ids)
    assert found["Nobody Mapped This"].runtime is None
    assert [("tvdb", "81797"), ("anidb", "69")] == usable_ids(found["One Piece & more"].ids)
    assert "Nowhere" not in found


def test_a_special_never_names_the_show(tmp_path: Path) -> None:
    """Where only specials or later seasons of a show are anime, they give it neither a name nor ids."""
    lists = one('anidbid="10944" tvdbid="78901" defaulttvdbseason="0"')

    (found,) = together(tmp_path, SECOND, lists=lists)

    assert "tvdb" not in found.ids
    assert [] == found.parts
