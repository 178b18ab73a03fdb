"""The index of names finds what a look at every name would find."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from scrobbled.match.index import NameIndex
from scrobbled.match.layout import HEAD, MAGIC, MAIN, SLIPS, VERSION, Listed
from scrobbled.match.normalize import key, normalize
from tests.unit.match.catalogue import film, index_of, show, written

_WORD = st.one_of(
    st.sampled_from(["harbour", "harbor", "harbours", "light", "lights", "night", "雲の家", "дом", "2"]),
    st.text("abcdé", min_size=1, max_size=6),
)
_NAME = st.lists(_WORD, min_size=1, max_size=4).map(" ".join)
_TITLES = st.lists(st.lists(_NAME, min_size=1, max_size=3).map(tuple), max_size=25).map(
    lambda names: [Listed(number, "movie", each) for number, each in enumerate(names)]
)


def key_of(name: str) -> str:
    """What a name is found under."""
    return key(normalize(name))


@settings(deadline=None)  # the first index imports numpy
@given(_TITLES)
def test_what_was_put_in_is_found(titles: list[Listed]) -> None:
    """Every name of every title leads to it, and to no title without that name."""
    index = index_of(*titles)

    for name in {name for title in titles for name in title.names}:
        wanted = key_of(name).replace(" ", "")
        expected = {
            title.id for title in titles if wanted in {key_of(each).replace(" ", "") for each in title.names}
        }
        assert expected == {index.title_id[index.name_title[each]] for each in index.exact(key_of(name))}


@given(_TITLES, _NAME)
def test_what_was_not_put_in_is_not_found(titles: list[Listed], name: str) -> None:
    """A name nobody has leads nowhere."""
    known = {key_of(each).replace(" ", "") for title in titles for each in title.names}
    found = index_of(*titles).exact(key_of(name))

    assert bool(found) == (key_of(name).replace(" ", "") in known)


@given(_TITLES)
def test_a_word_has_all_its_entries(titles: list[Listed]) -> None:
    """The list of a word is what reading every name finds, in order."""
    index = index_of(*titles)
    entries = range(len(index.name_title))

    for word in {word for each in entries for word in index.name(each).split(" ")}:
        number = index.word_number(word)
        assert number is not None
        assert index.word(number) == word
        assert list(index.entries_of(number)) == [
            each for each in entries if word in index.name(each).split(" ")
        ]


@given(_TITLES, _WORD)
def test_a_slip_leads_to_the_word(titles: list[Listed], word: str) -> None:
    """One letter wrong, missing, too many or two swapped: those words and no others are meant."""
    index = index_of(*titles)
    words = {word for each in range(len(index.name_title)) for word in index.name(each).split(" ")}
    expected = {
        each
        for each in words
        if len(word) in SLIPS
        and len(each) in SLIPS
        and not each.isdecimal()
        and OSA.distance(word, each) <= 1
    }

    assert expected == {index.word(number) for number in index.meant(word)}


@given(_TITLES, _NAME)
def test_neighbours_are_those_in_the_order_of_names(titles: list[Listed], name: str) -> None:
    """By their beginnings and by their ends, a few on either side of where the name would be."""
    index, wanted = index_of(*titles), key_of(name).replace(" ", "")
    names = [index.name(each).replace(" ", "") for each in range(len(index.name_title))]
    before = [each for each, text in enumerate(names) if text.encode() < wanted.encode()]
    ends = sorted(range(len(names)), key=lambda each: names[each][::-1].encode())
    before_end = [each for each in ends if names[each][::-1].encode() < wanted[::-1].encode()]
    found = set(index.beside(name_key := key_of(name), 2))

    assert name_key
    assert set(before[-2:]) | set(before_end[-2:]) <= found
    assert {each for each, text in enumerate(names) if text == wanted} <= found or names.count(wanted) > 2


def test_neighbours_hold_a_name_with_a_slip_at_either_end() -> None:
    """A slip at the beginning leaves the end as it was."""
    index = index_of(*(film(f"{letter}arbour lights") for letter in "bcdfghjklm"), film("harbour lighty"))
    names = {index.name(each) for each in index.beside("qarbour lights", 1)}

    assert names & {f"{letter}arbour lights" for letter in "bcdfghjklm"}


def test_what_is_known_of_a_title_is_there() -> None:
    """Numbers come back as they went in; what is unknown is 0."""
    index = index_of(
        show("Harbour", year=1999, runtime=50, popularity=12.5, seasons=3, country="uk"),
        film("Sea"),
    )

    assert [index.kind(0), index.title_year[0], index.title_runtime[0]] == ["show", 1999, 50]
    assert [index.title_popularity[0], index.title_seasons[0]] == [12.5, 3]
    assert index.title_country[0].to_bytes(2, "big") == b"GB"
    assert [index.kind(1), index.title_year[1], index.title_country[1]] == ["movie", 0, 0]


def test_beginnings_are_marked() -> None:
    """*Harbour* of *Harbour: The Sea* is only its beginning; the first name is the main one."""
    index = index_of(film("Harbour: The Sea", "Sea"))
    flags = {index.name(each): index.name_flags[each] for each in range(len(index.name_flags))}

    assert flags == {"harbour": HEAD | MAIN, "harbour the sea": MAIN, "sea": 0}


def test_an_empty_catalogue_has_an_index() -> None:
    """Nothing is found in it, and nothing fails."""
    index = index_of()

    assert (list(index.exact("harbour")), list(index.beside("harbour", 3))) == ([], [])
    assert (index.word_number("harbour"), index.meant("harbour")) == (None, [])


@pytest.mark.parametrize(
    ("damaged", "message"),
    [
        (b"", "this is no index of names"),
        (b"something else entirely, and long enough", "this is no index of names"),
        (MAGIC, "this is no index of names"),
        (
            MAGIC + (99).to_bytes(4, "little") + bytes(4),
            f"has version 99, {VERSION} is needed",
        ),
    ],
)
def test_another_file_is_refused(damaged: bytes, message: str) -> None:
    """What is no index, or one of another version, is told apart by its first bytes."""
    with pytest.raises(ValueError, match=message):
        NameIndex(damaged)


@given(st.data())
def test_a_truncated_file_is_refused(data: st.DataObject) -> None:
    """Wherever a file is cut off, it is no index."""
    whole = written(film("Harbour Lights: The Sea"), show("Дом"))
    cut = data.draw(st.integers(0, len(whole) - 9))  # the last eight bytes may be filling

    with pytest.raises(ValueError, match="index of names"):
        NameIndex(whole[:cut])
