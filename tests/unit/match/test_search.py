"""Searching: what fits a few words, the most wanted first."""

from __future__ import annotations

import io
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from scrobbled.catalog.names import write_to
from scrobbled.match.index import NameIndex
from scrobbled.match.layout import Listed
from scrobbled.match.search import MOST, search

_ids = count(1)
BOTH = ("movie", "show")


def title(*names: str, kind: str = "movie", popularity: float = 100.0, year: int | None = None) -> Listed:
    """A title with *names*, the main one first."""
    return Listed(id=next(_ids), kind=kind, names=names, popularity=popularity, year=year)


def index_of(*titles: Listed) -> NameIndex:
    """The index of *titles*."""
    made = io.BytesIO()
    write_to(made, titles)
    return NameIndex(made.getbuffer())


def found(text: str, *titles: Listed, kinds: tuple[str, ...] = BOTH) -> list[int]:
    """The ids of those of *titles* that *text* finds, in their order."""
    return [each.title_id for each in search(text, [index_of(*titles)], kinds=kinds)]


def test_a_beginning_finds_a_name() -> None:
    """Of words and inside a word; a whole name comes before one that goes on, which comes before a part."""
    whole, goes_on, longer = title("Star"), title("Star Trek"), title("Stardust")

    assert [whole.id, goes_on.id, longer.id] == found("star", longer, goes_on, whole)
    assert [goes_on.id] == found("star tr", longer, goes_on, whole)


def test_words_in_any_order() -> None:
    """All of them must be there."""
    wanted, other = title("The Good, the Bad and the Ugly"), title("The Bad News")

    assert [wanted.id] == found("ugly bad", wanted, other)


def test_the_best_known_of_what_fits_alike_comes_first() -> None:
    """And far better known ones before better fitting ones that nobody knows."""
    unknown, known = title("Dune", popularity=2.0), title("Dune: Part Two", popularity=600_000.0)
    first, second = title("Heat", popularity=900_000.0), title("Heat", popularity=9.0)

    assert [known.id, unknown.id] == found("dune", unknown, known)
    assert [first.id, second.id] == found("heat", second, first)


def test_a_slip_finds_what_is_alike_and_a_year_the_right_one() -> None:
    """When nothing is called so, what nearly is; of two of one name the one of the year."""
    wanted = title("Interstellar")
    old, new = title("Dune", year=1984), title("Dune", year=2021)

    assert [wanted.id] == found("interstelar", wanted, title("Inception"))
    assert [old.id, new.id] == found("dune 1984", new, old)


def test_other_names_and_exact() -> None:
    """Another name finds a title; only a whole name is exact."""
    wanted = title("Spirited Away", "千と千尋の神隠し", "Chihiros Reise ins Zauberland")
    index = index_of(wanted)

    assert [(wanted.id, True)] == [
        (each.title_id, each.exact) for each in search("千と千尋の神隠し", [index], kinds=BOTH)
    ]
    assert [False] == [each.exact for each in search("chihiros reise", [index], kinds=BOTH)]


def test_kinds_and_layers() -> None:
    """Only what is asked for; what a later layer has instead is not found in an earlier one."""
    movie, show = title("Fargo"), title("Fargo", kind="show")
    changed = Listed(id=movie.id, kind="movie", names=("Something Else",))
    layers = [index_of(movie, show), index_of(changed)]

    assert [show.id] == found("fargo", movie, show, kinds=("show",))
    assert [show.id] == [
        each.title_id for each in search("fargo", layers, hidden=[{movie.id}, ()], kinds=BOTH)
    ]


def test_an_episode_is_read_from_the_words() -> None:
    """Season and number are told with the show."""
    (only,) = search("The Wire S02E05", [index_of(title("The Wire", kind="show"))], kinds=BOTH)

    assert (2, 5) == (only.season, only.episode)


@given(st.text(max_size=80))
def test_any_text_is_searched(text: str) -> None:
    """Whatever the words are, what is found is bounded and in order."""
    rows = search(text, [index_of(title("Love Actually"), title("Love"), title("1917"))], kinds=BOTH)

    assert len(rows) <= MOST
    assert sorted(-each.score for each in rows) == [-each.score for each in rows]
    assert all(0 < each.score <= 1 for each in rows)
