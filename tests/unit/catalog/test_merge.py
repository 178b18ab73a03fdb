"""What a record means and what it changes, without a database."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrobbled.catalog import merge
from scrobbled.catalog.records import Record, names_of, parse, usable_ids
from scrobbled.model.media import TitleKind
from scrobbled.store.catalog_load import TitleRow


def row(number: int, **more: object) -> TitleRow:
    """A row of the catalogue."""
    return TitleRow(**{"id": number, "kind": "movie", "name": f"Film {number}", **more})  # type: ignore[arg-type]


def test_the_most_specific_id_names_the_title() -> None:
    """When two ids belong to two titles, the more specific one decides and the other is a conflict."""
    one, two = row(1), row(2)
    owners = {("imdb", "tt1"): one, ("tmdb", "9"): two}

    found = merge.link([("imdb", "tt1"), ("tmdb", "9")], owners, {1: {("imdb", "tt1")}, 2: {("tmdb", "9")}})

    assert found == merge.Link(title=one, conflicts=1)


def test_a_shared_id_that_a_better_one_contradicts_is_another_title() -> None:
    """The same tmdb id under two imdb ids is an error of the source, not one film."""
    known = row(1)
    owned = {1: {("imdb", "tt1"), ("tmdb", "9")}}

    found = merge.link([("imdb", "tt2"), ("tmdb", "9")], {("tmdb", "9"): known}, owned)

    assert found == merge.Link(title=None, conflicts=1)


def test_one_of_several_ids_of_a_source_is_enough() -> None:
    """A show with an AniDB id for each season is found by any of them."""
    known = row(1)
    owned = {1: {("mal", "1"), ("mal", "2"), ("anidb", "5")}}
    owners = {("mal", "2"): known, ("anidb", "5"): known}

    assert merge.link([("mal", "2"), ("mal", "3"), ("anidb", "5")], owners, owned).title == known


def test_nothing_never_replaces_something() -> None:
    """A record that is silent about a column leaves it as it is."""
    title = row(1, year=1999, runtime=120, popularity=5.0)

    assert merge.merged(title, Record(type=TitleKind.MOVIE, title="Film 1"), only_gaps=False) == title


def test_a_second_record_fills_gaps_only() -> None:
    """Of two records of one title in a run, the first one's values stay."""
    record = Record(type=TitleKind.MOVIE, title="Other", year=2000, runtime=90)

    merged = merge.merged(row(1, year=1999), record, only_gaps=True)

    assert merged == row(1, year=1999, runtime=90)


def test_a_provisional_title_gives_way() -> None:
    """What a player said is replaced by what a catalogue says."""
    record = Record(type=TitleKind.MOVIE, title="Right", year=2000)

    merged = merge.merged(row(1, year=1999, provisional=True), record, only_gaps=True)

    assert merged == row(1, name="Right", year=2000)


def test_slugs_get_longer_until_one_is_free() -> None:
    """A name, the name and its year, then numbers, and one that nobody can have."""
    assert merge.plain_slugs("Amélie & Me!", "movie", 2001, 7) == ["amelie-and-me", "amelie-and-me-2001"]
    assert merge.counted_slugs("Dune", "movie", 2021, 7)[0] == "dune-2021-2"
    assert merge.counted_slugs("Dune", "movie", 2021, 7)[-1] == "dune-2021-7"
    assert merge.plain_slugs("進撃の巨人", "show", 2013, 7) == ["show-7"]


def test_ids_are_read_in_order_of_how_specific_they_are() -> None:
    """Lists give several ids; zero, blanks and unknown sources give none."""
    ids = usable_ids(
        {"anidb": [3, "4", 3], "imdb": " tt1 ", "tmdb": 0, "tvdb": None, "wikipedia": "X", "mal": ""}
    )

    assert ids == [("imdb", "tt1"), ("anidb", "3"), ("anidb", "4")]


def test_a_show_has_its_country_as_a_name() -> None:
    """*Ghosts UK* finds the British one."""
    record = Record(type=TitleKind.SHOW, title="Ghosts", country="UK", aka=["Ghosts (2019)"])

    assert names_of(record) == ["ghosts", "ghosts 2019", "ghosts uk", "ghosts gb"]


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"nonsense",
        b"[]",
        b'{"type":"song","title":"x"}',
        b'{"type":"movie"}',
        b'{"type":"movie","title":" "}',
        b'{"type":"movie","title":"x","year":"soon"}',
        b'{"type":"movie","title":"x","aka":["\\u0000"]}',
        b'{"type":"movie","title":"\xff"}',
        b'{"type":"movie","title":"x","runtime":-1}',
    ],
)
def test_a_line_that_is_no_record_says_why(line: bytes) -> None:
    """Every bad line is a ValueError with a sentence."""
    with pytest.raises(ValueError, match=r"\w"):
        parse(line)


@given(st.binary(max_size=200))
def test_no_line_breaks_the_reader(line: bytes) -> None:
    """Any bytes are a record or a ValueError."""
    try:
        record = parse(line)
    except ValueError:
        return

    assert names_of(record)
