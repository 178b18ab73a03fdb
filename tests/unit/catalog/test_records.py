"""What a record says, without a database."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrobbled.catalog.records import (
    NameRecord,
    PartRecord,
    Record,
    main_name,
    names_of,
    names_of_parts,
    parse,
    usable_ids,
)
from scrobbled.catalog.slugs import slug
from scrobbled.model.media import TitleKind


def test_slugs_are_made_of_ascii_letters_and_digits() -> None:
    """Accents go, signs are hyphens, and a name without Latin letters has none."""
    assert slug("Amélie & Me!") == "amelie-and-me"
    assert slug("It's -- Nº 9") == "its-no-9"
    assert slug("進撃の巨人") == ""


@given(st.text())
def test_any_name_makes_a_slug(name: str) -> None:
    """Whatever a title is called, its slug fits in a path."""
    made = slug(name)

    assert made == "".join(letter for letter in made if letter in "abcdefghijklmnopqrstuvwxyz0123456789-")
    assert len(made) <= 120


def test_ids_are_read_in_order_of_how_specific_they_are() -> None:
    """Lists give several ids; zero, blanks and unknown sources give none."""
    ids = usable_ids(
        {"anidb": [3, "4", 3], "imdb": " tt1 ", "tmdb": 0, "tvdb": None, "wikipedia": "X", "mal": ""}
    )

    assert ids == [("imdb", "tt1"), ("anidb", "3"), ("anidb", "4")]


def test_names_are_kept_as_written_and_once() -> None:
    """Spaces are single; what differs in case alone, and the main name, is not repeated."""
    record = Record(
        type=TitleKind.SHOW,
        title=" The  Office",
        aka=["Das Büro", "THE OFFICE", " ", "das büro", "Officen"],
        names=[NameRecord(name="Das  Büro", language="de")],
    )

    assert main_name(record) == "The Office"
    assert names_of(record) == [NameRecord(name="Das Büro", language="de"), NameRecord(name="Officen")]


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

    assert main_name(record) or record.only_known


def test_names_of_parts() -> None:
    """A name of several parts, or of the whole show, is none of a part's own."""
    said = parts_of(["The Show", "Part  One"], ["AKA", "Part Two", "part two", "Both"], ["both", " "])

    assert [["Part One"], ["part two"], []] == names_of_parts(said)


def parts_of(*names: list[str]) -> Record:
    """A show with parts of these names."""
    parts = [PartRecord(names=each) for each in names]
    return Record(type=TitleKind.SHOW, title="The Show", aka=["aka"], parts=parts)
