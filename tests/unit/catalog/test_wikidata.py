"""Wikidata's crosswalk as SPARQL services write it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scrobbled.catalog import wikidata
from scrobbled.catalog.reading import Reading
from scrobbled.catalog.records import Record, usable_ids
from scrobbled.errors import PayloadError
from scrobbled.model.media import TitleKind

ITEM = "http://www.wikidata.org/entity/"


def row(item: str, label: str | None = "Inception", **ids: str) -> dict[str, Any]:
    """A binding; its cells have types and languages as in a real result."""
    cells = {name: {"type": "literal", "value": value} for name, value in ids.items()}
    if label is not None:
        cells["label"] = {"xml:lang": "en", "type": "literal", "value": label}
    return {"item": {"type": "uri", "value": ITEM + item}, **cells}


def read(path: Path, rows: list[Any], reading: Reading | None = None) -> list[Record]:
    """The records of a result."""
    names = ["item", "label", *wikidata.COLUMNS]
    path.write_text(json.dumps({"head": {"vars": names}, "results": {"bindings": rows}}, indent=2))
    return list(wikidata.records(str(path), reading or Reading()))


def test_a_film(tmp_path: Path) -> None:
    """All its ids, and Trakt's address as a slug; it adds to what is known."""
    cells = {
        "imdb": "tt1375666",
        "tmdb_movie": "27205",
        "tvdb_movie": "113",
        "trakt": "movies/inception-2010",
        "trakt_movie": "16662",
    }

    (found,) = read(tmp_path / "result.json", [row("Q25188", **cells)])

    assert (TitleKind.MOVIE, "Inception", True) == (found.type, found.title, found.only_known)
    expected = [("imdb", "tt1375666"), ("tmdb", "27205"), ("tvdb", "113"), ("trakt", "16662")]
    assert [*expected, ("wikidata", "Q25188")] == usable_ids(found.ids)
    assert ["inception-2010"] == found.ids["slug"]


def test_several_values_are_one_record(tmp_path: Path) -> None:
    """The rows of an item are put together, each value once."""
    rows = [
        row("Q1", "Monogatari", tmdb_show="46195", tvdb_show="102261", anidb="6327"),
        row("Q1", "Monogatari", tmdb_show="46195", tvdb_show="102262", anidb="6327"),
        row("Q2", "Other", tvdb_show="7", kitsu="3", anilist="4", tvmaze="5"),
    ]
    reading = Reading()

    first, second = read(tmp_path / "result.json", rows, reading)

    assert (TitleKind.SHOW, ["102261", "102262"], ["6327"]) == (
        first.type,
        first.ids["tvdb"],
        first.ids["anidb"],
    )
    assert ("Other", {"tvdb", "kitsu", "anilist", "tvmaze", "wikidata"}) == (second.title, set(second.ids))
    assert (3, 0) == (reading.read, reading.bad)


def test_the_ids_of_seasons_are_not_the_shows(tmp_path: Path) -> None:
    """Several ids at an anime site are the seasons': they count from 1 again. A film may have several."""
    seasons = [row("Q1", tmdb_show="1", mal=mal) for mal in ("5081", "11597")]
    cuts = [row("Q2", tmdb_movie="1", mal=mal) for mal in ("7", "8")]

    show, film = read(tmp_path / "result.json", [*seasons, *cuts])

    assert {"wikidata", "tmdb"} == set(show.ids)
    assert ["7", "8"] == film.ids["mal"]


@pytest.mark.parametrize(
    ("cells", "source"),
    [
        ({"tmdb_movie": "1", "imdb": "nm0634240"}, "imdb"),
        ({"tmdb_movie": "1", "mal": "abc"}, "mal"),
        ({"tmdb_show": "1", "trakt": "shows/x/seasons/1/episodes/2"}, "slug"),
        ({"tmdb_show": "1", "trakt": "people/x"}, "slug"),
    ],
)
def test_what_is_no_id_is_left_out(tmp_path: Path, cells: dict[str, str], source: str) -> None:
    """A person's IMDb id or an episode's address is no id of the title."""
    (found,) = read(tmp_path / "result.json", [row("Q1", **cells)])

    assert source not in found.ids


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (row("Q1", imdb="tt1"), "neither a film nor a show"),
        (row("Q1", tmdb_movie="1", tmdb_show="2"), "of a film and of a show"),
        (row("Q1", tmdb_movie="1", trakt="shows/x"), "of a film and of a show"),
        (row("Q1", None, tmdb_movie="1"), "no label"),
        (row("Q1", "Q1", tmdb_movie="1"), "no label"),
        (row("P1", tmdb_movie="1"), "no Wikidata item"),
        ({"label": {"value": "x"}}, "no Wikidata item"),
        ({"item": ITEM + "Q1"}, "Expected"),
        (7, "Expected"),
    ],
)
def test_a_bad_item_is_named(tmp_path: Path, bad: Any, why: str) -> None:
    """What cannot be used is counted with its row, and the others are read."""
    reading = Reading()

    assert 1 == len(read(tmp_path / "result.json", [bad, row("Q9", tmdb_movie="9")], reading))
    assert 1 == reading.bad
    assert reading.problems[0].startswith("row 1")
    assert why in reading.problems[0]


def test_another_result_is_refused(tmp_path: Path) -> None:
    """A file that is no table, or was cut, is an error that names it."""
    path = tmp_path / "ask.json"
    path.write_text('{"head": {}, "boolean": true}')
    with pytest.raises(PayloadError, match=r"ask\.json: .*no array 'bindings'"):
        list(wikidata.records(str(path), Reading()))
    path.write_text('{"results": {"bindings": [{"item"')
    with pytest.raises(PayloadError, match="after element 0 of 'bindings'"):
        list(wikidata.records(str(path), Reading()))


cells = st.sampled_from(["Q1", "movies/a", "tt1", "", "show", ITEM + "Q2"]) | st.text(max_size=3)


names = st.sampled_from(["item", "label", "kind", *wikidata.COLUMNS])
any_rows = st.lists(st.dictionaries(names, st.fixed_dictionaries({"value": cells}) | cells), max_size=4)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(any_rows)
def test_no_result_breaks_the_reader(tmp_path: Path, rows: list[Any]) -> None:
    """Any rows are records or problems."""
    reading = Reading()
    found = read(tmp_path / "any.json", rows, reading)

    assert len(rows) == reading.read
    assert reading.bad + len(found) <= len(rows)


@pytest.mark.parametrize("kind", TitleKind)
def test_the_query_asks_for_the_columns(kind: TitleKind) -> None:
    """Every column of the kind is asked for by its property, and the rows of an item come together."""
    query = wikidata.query(kind)

    for name, column in wikidata.COLUMNS.items():
        wanted = column.kind in {None, kind}
        assert wanted == (f"wdt:{column.property} ?{name} " in query)
    assert "ORDER BY ?item" in query
    assert query.count("{") == query.count("}")
