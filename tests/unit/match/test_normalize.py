"""Names in one spelling: every script is respected and nothing is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrobbled.match.normalize import key, normalize, numbers, spelling


@given(st.text())
def test_normalizing_twice_is_normalizing_once(text: str) -> None:
    """The spelling of a spelling is itself, whatever the text."""
    once = normalize(text)

    assert once == normalize(once)


@given(st.text(min_size=1))
def test_no_name_becomes_nothing(text: str) -> None:
    """A title of punctuation alone is still a title, and has a key."""
    assert normalize(text)
    assert key(normalize(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Amélie", "amelie"),
        ("Law & Order: SVU", "law and order svu"),
        ("M*A*S*H", "m a s h"),
        ("It’s a Wonderful Life", "its a wonderful life"),
        ("ＡＫＩＲＡ", "akira"),
        ("進撃の巨人", "進撃の巨人"),
        ("がんばれ", "がんばれ"),
        ("ガンダム", "ガンダム"),
        ("오징어 게임", "오징어 게임"),
        ("Ёлки", "елки"),
        ("Ирония судьбы, или С лёгким паром!", "ирония судьбы или с легким паром"),
        ("Ψυχή", "ψυχη"),
        ("الرسالة", "الرسالة"),
        ("مُحَمَّد", "مُحَمَّد"),
        ("สี่แพร่ง", "สี่แพร่ง"),
        ("दिलवाले दुल्हनिया", "दिलवाले दुल्हनिया"),
        ("Straße", "strasse"),
        ("Smørrebrød", "smorrebrod"),
        ("Œuvre", "oeuvre"),
        ("!!!", "!!!"),
        ("  WALL·E ", "wall e"),
        ("snake_case", "snake case"),
    ],
)
def test_a_name_is_spelled_as_its_script_wants(text: str, expected: str) -> None:
    """Accents leave Latin, Greek and Cyrillic letters; marks that carry meaning stay."""
    assert expected == normalize(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Law & Order", "Law and Order"),
        ("Tom & Jerry", "Tom und Jerry"),
        ("Astérix & Obélix", "Asterix et Obelix"),
        ("The Lighthouse", "Lighthouse"),
        ("Die Brücke", "brucke"),
        ("Les Choristes", "Choristes"),
        ("El Camino", "Camino"),
        ("Rocky II", "Rocky 2"),
        ("Rocky IV", "rocky 4"),
        ("Kill Bill: Volume 2", "Kill Bill Vol. 2"),
        ("Dune: Part Two", "Dune Part 2"),
        ("Wicked: Part I", "Wicked Part 1"),
        ("Kramer versus Kramer", "Kramer vs. Kramer"),
        ("Amélie", "AMELIE"),
    ],
)
def test_names_that_differ_in_writing_have_one_key(one: str, other: str) -> None:
    """Ampersands, articles, numerals and parts are written in several ways."""
    assert key(normalize(one)) == key(normalize(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Rocky II", "Rocky III"),
        ("V", "5"),
        ("X", "10"),
        ("The Thing", "The"),
        ("Malcolm X", "Malcolm"),
        ("Part One", "Part Two"),
        ("ガンダム", "カンタム"),
        ("And", ""),
    ],
)
def test_names_that_differ_have_several_keys(one: str, other: str) -> None:
    """The first word is no numeral, and a mark of kana is no accent."""
    assert key(normalize(one)) != key(normalize(other))


@given(st.text(min_size=1, max_size=40), st.text(min_size=1, max_size=40))
def test_equal_names_have_equal_keys(one: str, other: str) -> None:
    """What is one name once it is normalised is found under one key."""
    same = normalize(one) == normalize(other)

    assert same <= (key(normalize(one)) == key(normalize(other)))


def test_a_spelling_tells_accents_from_words() -> None:
    """The lower half is of the words, the upper half of their accents."""
    plain, accented, other = (spelling(name, normalize(name)) for name in ("Resume", "Résumé", "The Resume"))

    assert plain & 0xFFFF == accented & 0xFFFF
    assert plain >> 16 != accented >> 16
    assert plain & 0xFFFF != other & 0xFFFF


def test_numbers_stand_in_their_order() -> None:
    """Sequels differ by a number and by nothing else."""
    assert numbers("rocky 2 part 10") == ["2", "10"]
