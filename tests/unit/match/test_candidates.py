"""What is offered: names that are the same, and names that are alike."""

from __future__ import annotations

from scrobbled.match.candidates import Likeness, alike, same, words_of
from scrobbled.match.index import NameIndex
from scrobbled.match.query import Reading
from tests.unit.match.catalogue import film, index_of, show


def found_alike(index: NameIndex, text: str) -> dict[int, Likeness]:
    """The titles alike to *text*, by their id."""
    return {index.title_id[each.title]: each for each in alike(index, words_of(Reading(text)))}


def test_the_same_key_has_levels() -> None:
    """The very accents, the very words, or only the key."""
    index = index_of(film("The Resumé"))
    levels = {
        text: next(same(index, words_of(Reading(text)))).same
        for text in ("the resumé", "The Resume", "Resume", "Re Sume")
    }

    assert levels == {"the resumé": 3, "The Resume": 2, "Resume": 1, "Re Sume": 1}


def test_beginnings_and_other_names_are_told() -> None:
    """The subtitle left out, or a name that is not the main one."""
    index = index_of(film("Harbour: The Sea", "Hafen"))
    harbour, hafen = (next(same(index, words_of(Reading(text)))) for text in ("Harbour", "Hafen"))

    assert (harbour.head, harbour.main, hafen.head, hafen.main) == (True, True, False, False)


def test_a_slip_anywhere_is_found() -> None:
    """One letter wrong, missing, too many, or two swapped, in any word."""
    wanted = film("The Lighthouse of Alexandria")
    index = index_of(wanted, *(film(f"Another Film {number}") for number in range(200)))

    slips = "Lighthose of Alexandria", "Lighthouse of Alexandira", "Kighthouse of Alexandria"
    for text in (*slips, "Lighthouse off Alexandria"):
        assert wanted.id in found_alike(index, text), text


def test_a_sequel_is_not_alike() -> None:
    """Names that differ by a number are two films, however alike they are."""
    second, first = film("Harbour Lights 2"), film("Harbour Lights")
    index = index_of(second, first)

    assert second.id not in found_alike(index, "Harbour Lights 3")
    difference = found_alike(index, "Harbour Lights 3")[first.id].difference
    assert difference is not None
    assert difference.number_lost


def test_a_word_more_or_less_is_told_apart() -> None:
    """Words of the reading alone, and of the name alone."""
    wanted = show("Harbour Lights at Night")
    difference = found_alike(index_of(wanted), "Harbour Lights Night Xyzzy")[wanted.id].difference

    assert difference is not None
    assert (difference.odd, difference.missing, difference.slips) == (1, 1, 0)


def test_words_that_stand_together_are_found_apart() -> None:
    """*Lighthouse* and *Light House* have one key but for the spaces."""
    index = index_of(film("The Light House"))

    assert [each.same for each in same(index, words_of(Reading("Lighthouse")))] == [1]
