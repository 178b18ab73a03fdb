"""Names in one spelling: every script is respected and nothing is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrobbled.match.normalize import Name, normalize, plain_numerals, spellings, split_suffix


@given(st.text())
def test_normalizing_twice_is_normalizing_once(text: str) -> None:
    """The spelling of a spelling is itself, whatever the text."""
    once = normalize(text)

    assert once == normalize(once)


@given(st.text(min_size=1))
def test_no_name_becomes_nothing(text: str) -> None:
    """A title of punctuation alone is still a title."""
    assert normalize(text)


@given(st.text(min_size=1))
def test_taking_apart_never_loses_the_name(text: str) -> None:
    """Whatever looks like a suffix, a name is left, and it can be spelled."""
    name = split_suffix(text)

    assert name.text
    assert all(spellings(name))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Amélie", "amelie"),
        ("Law & Order: SVU", "law and order svu"),
        ("M*A*S*H", "m a s h"),
        ("It’s a Wonderful Life", "its a wonderful life"),
        ("ＡＫＩＲＡ", "akira"),
        ("進撃の巨人", "進撃の巨人"),
        ("Ёлки", "елки"),
        ("がんばれ", "がんばれ"),
        ("สี่แพร่ง", "สี่แพร่ง"),
        ("Straße", "strasse"),
        ("!!!", "!!!"),
        ("  WALL·E ", "wall e"),
    ],
)
def test_a_name_is_spelled_as_its_script_wants(text: str, expected: str) -> None:
    """Accents leave Latin and Cyrillic letters; marks that carry meaning stay."""
    assert expected == normalize(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Bluey (2018)", Name("Bluey", 2018)),
        ("The Office (US)", Name("The Office", None, "US")),
        ("The Office (UK) (2001)", Name("The Office", 2001, "GB")),
        ("House of Cards US", Name("House of Cards", None, "US")),
        ("THIS IS US", Name("THIS IS US")),
        ("Us", Name("Us")),
        ("Office, The", Name("The Office")),
        ("1917", Name("1917")),
        ("(2018)", Name("(2018)")),
        ("Blade Runner 2049", Name("Blade Runner 2049")),
    ],
)
def test_a_suffix_is_told_from_the_name(text: str, expected: Name) -> None:
    """A year or country behind a name is taken off; a name that looks like one is left alone."""
    assert expected == split_suffix(text)


def test_spellings_cover_article_country_and_numerals() -> None:
    """Names are looked up as they are and as they may be listed."""
    assert "rocky 2" in spellings(Name("Rocky II"))
    assert "rocky ii" in spellings(Name("Rocky 2"))
    assert "office" in spellings(Name("The Office"))
    assert "the office" in spellings(Name("Office"))
    assert {"ghosts uk", "ghosts gb"} <= set(spellings(Name("Ghosts", None, "GB")))


def test_the_first_word_is_no_numeral() -> None:
    """*X* and *V for Vendetta* keep their letters."""
    assert plain_numerals("v for vendetta") == "v for vendetta"
    assert plain_numerals("star wars episode iv") == "star wars episode 4"
