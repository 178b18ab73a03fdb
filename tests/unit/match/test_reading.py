"""Understanding the words of services and people, and of anybody who sends nonsense."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrobbled.match.query import Query, Reading
from scrobbled.match.reading import LONGEST, MOST, plain, readings


def explained(text: str) -> Reading:
    """The likeliest reading that is not the text as it stands."""
    return next(each for each in readings(Query(text)) if each.how != "as written")


@pytest.mark.parametrize(
    ("text", "name", "season"),
    [
        ("Harbour Lights: Season 2: The Tide", "Harbour Lights", 2),
        ("Harbour Lights: The Other Shore: Season 2: The Tide", "Harbour Lights: The Other Shore", 2),
        ("Harbour Lights: Staffel 2: Die Flut", "Harbour Lights", 2),
        ("Harbour Lights: Temporada 1", "Harbour Lights", 1),
        ("Harbour Lights: Saison 4: La marée", "Harbour Lights", 4),
        ("Harbour Lights: Limited Series: The Tide", "Harbour Lights", None),
        ("Harbour Lights: The Complete Second Season", "Harbour Lights", None),
        ("Harbour Lights Season 3", "Harbour Lights", 3),
        ("Harbour Lights 2nd Season", "Harbour Lights", 2),
        ("Harbour Lights S2", "Harbour Lights", 2),
    ],
)
def test_a_season_behind_a_name_makes_it_a_show(text: str, name: str, season: int | None) -> None:
    """Services write *Show: Season 2: Episode title*, in their viewers' language."""
    found = explained(text)

    assert (name, "show", season) == (found.text, found.kind, found.season)


@pytest.mark.parametrize(
    ("text", "name", "year", "country"),
    [
        ("Harbour Lights (2018)", "Harbour Lights", 2018, None),
        ("Harbour Lights (2018\u2013 )", "Harbour Lights", 2018, None),
        ("Harbour Lights [1999]", "Harbour Lights", 1999, None),
        ("Harbour Lights 2018", "Harbour Lights", 2018, None),
        ("Harbour Lights (US)", "Harbour Lights", None, "US"),
        ("Harbour Lights UK", "Harbour Lights", None, "GB"),
        ("Harbour Lights (UK) (2001)", "Harbour Lights", 2001, "GB"),
        ("Office, The", "The Office", None, None),
        ("Reise, Die", "Die Reise", None, None),
        ("Harbour Lights: Director's Cut", "Harbour Lights", None, None),
        ("Harbour Lights (Extended Edition)", "Harbour Lights", None, None),
        ("Harbour Lights (Port Lumière)", "Harbour Lights", None, None),
        ("Harbour Lights (Port Lumière)", "Port Lumière", None, None),
        ("Marvel's Harbour Lights", "Harbour Lights", None, None),
        ("Harbour Lights: Part 1", "Harbour Lights", None, None),
        ("Dawn // Harbour Lights", "Harbour Lights", None, None),
    ],
)
def test_what_stands_behind_a_name_is_taken_off(
    text: str, name: str, year: int | None, country: str | None
) -> None:
    """Years, countries, articles, editions and brackets are one way to read a text."""
    found = {(each.text, each.year, each.country) for each in readings(Query(text))}

    assert (name, year, country) in found


@pytest.mark.parametrize("text", ["Us", "This Is Us", "1917", "2012", "(2018)", "The The", "進撃の巨人"])
def test_a_name_that_looks_like_a_suffix_is_left_alone(text: str) -> None:
    """Where nothing else is left, it is the name."""
    assert [text] == [each.text for each in readings(Query(text))]


def test_the_text_as_it_is_comes_first() -> None:
    """A title that has a year for its end is looked up whole, before it is taken apart."""
    found = readings(Query("Blade Runner 2049"))

    assert ("Blade Runner 2049", 0.0) == (found[0].text, found[0].doubt)
    assert ("Blade Runner", 2049) == (found[1].text, found[1].year)


def test_readings_are_in_the_order_of_their_doubt() -> None:
    """What explains less away is likelier."""
    found = [each.doubt for each in readings(Query("Harbour Lights (UK) (2001): Season 2"))]

    assert sorted(found) == found


@pytest.mark.parametrize(
    ("text", "name", "year"),
    [
        ("Bluey (2018)", "Bluey", 2018),
        ("Office, The", "The Office", None),
        ("Rake (US)", "Rake", None),
        ("Dune", "Dune", 1984),
    ],
)
def test_a_new_title_has_a_plain_name(text: str, name: str, year: int | None) -> None:
    """What is made from a player's words is called as a catalogue would call it."""
    found = plain(Query(text, year=1984 if text == "Dune" else None))

    assert (name, year) == (found.text, found.year)


def test_of_a_long_path_the_end_is_read() -> None:
    """The file's own name is there."""
    found = readings(Query("/media/" + "folder/" * 100 + "The.Long.Harbour.S03E07.1080p.WEB-DL.mkv"))

    assert ("The Long Harbour", 3, 7) == (found[0].text, found[0].season, found[0].episode)


_WORDS = st.lists(
    st.sampled_from(
        [
            *"()[]{}:,-/\\.#_ ",
            "1x02",
            "S01E02",
            "2019",
            "US",
            "The",
            "season",
            "1080p",
            "第2期",
            "aka",
            " // ",
        ]
    ),
    max_size=60,
).map("".join)


@given(st.one_of(st.text(max_size=500), _WORDS))
def test_any_text_can_be_read(text: str) -> None:
    """Nothing raises; readings are few, short and never empty."""
    found = readings(Query(text))

    assert len(found) <= MOST
    assert all(0 < len(each.text) <= LONGEST for each in found)


@pytest.mark.parametrize(
    "piece",
    [
        *("a ", "((((", "1x", "- - - ", "a", "[", "[a]", "[www ", "(2000", "()", "a, ", ": ", "a/", "S01 "),
        *("{", "the complete "),
    ],
)
@pytest.mark.parametrize("ending", ["", " x.mkv", " S01E01"])
def test_of_a_long_text_the_beginning_is_read(piece: str, ending: str) -> None:
    """What the patterns are given is bounded: ten thousand brackets took twelve seconds once."""
    text = piece * (400_000 // len(piece)) + ending

    assert all(len(each.text) <= LONGEST for each in readings(Query(text)))
    assert plain(Query(text)).text == text.strip()


@pytest.mark.parametrize(
    ("text", "absolute"),
    [("Harbour Lights - 05", 5), ("Harbour Lights: Tide - 12", 12), ("Harbour Lights - 1984", None)],
)
def test_a_number_behind_a_dash_may_be_an_episode(text: str, absolute: int | None) -> None:
    """What stands before it may be the name; four digits are more likely a year."""
    found = [each for each in readings(Query(text)) if each.text == text.rpartition(" - ")[0]]

    assert [absolute] == [each.absolute for each in found]
