"""Deciding among candidates: a wrong play is worse than an unmatched one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrobbled.match.choose import Candidate, Choice, choose, wanted
from scrobbled.match.normalize import Name, normalize
from scrobbled.model.media import Kind, Media, Title, TitleKind


def listed(number: int, name: str, year: int | None = None, *, popularity: float = 10.0) -> Candidate:
    """A candidate."""
    title = Title(
        id=number, kind=TitleKind.MOVIE, name=name, slug=f"s-{number}", year=year, popularity=popularity
    )
    return Candidate(title, normalize(name))


def chosen(name: Name, *candidates: Candidate) -> int | None:
    """The title that is chosen."""
    title = choose(name, candidates).title
    return None if title is None else title.id


def test_the_year_tells_remakes_apart() -> None:
    """Among films of one name the year decides."""
    films = [listed(1, "Dune", 1984), listed(2, "Dune", 2021, popularity=9_000.0)]

    assert chosen(Name("Dune", 1984), *films) == 1
    assert chosen(Name("Dune", 2021), *films) == 2


def test_two_of_one_name_without_a_year_are_left_alone() -> None:
    """Equally known titles of one name are ambiguous, and the person decides."""
    choice = choose(Name("Ghosts"), [listed(1, "Ghosts", 2019), listed(2, "Ghosts", 2021)])

    assert choice.title is None
    assert choice.reason == "ambiguous"
    assert {title.id for title, _ in choice.candidates} == {1, 2}


def test_the_much_better_known_one_is_meant() -> None:
    """A clear difference in popularity settles a tie of names."""
    films = [listed(1, "Frozen", 2010, popularity=50.0), listed(2, "Frozen", 2013, popularity=600_000.0)]

    assert chosen(Name("Frozen"), *films) == 2


def test_a_year_off_by_one_is_the_same_film() -> None:
    """Payloads and catalogues disagree about premieres."""
    assert chosen(Name("Parasite", 2020), listed(1, "Parasite", 2019)) == 1


def test_a_year_far_off_is_another_film() -> None:
    """The name alone does not outweigh a contradicting year."""
    assert chosen(Name("Parasite", 1982), listed(1, "Parasite", 2019)) is None


@pytest.mark.parametrize(
    ("asked", "other"),
    [("Rocky III", "Rocky II"), ("Toy Story 2", "Toy Story 3"), ("Alien", "Aliens 2"), ("Saw IV", "Saw 5")],
)
def test_a_sequel_is_not_its_neighbour(asked: str, other: str) -> None:
    """Numbers must agree, in whichever numerals."""
    assert chosen(Name(asked), listed(1, other)) is None


def test_numerals_of_either_kind_are_the_same() -> None:
    """*Rocky 2* is *Rocky II*."""
    assert chosen(Name("Rocky 2"), listed(1, "Rocky II", 1979), listed(2, "Rocky III", 1982)) == 1


def test_a_slip_of_the_finger_is_forgiven() -> None:
    """A long name with one letter wrong is recognised."""
    assert chosen(Name("The Grand Budapset Hotel"), listed(1, "The Grand Budapest Hotel", 2014)) == 1


def test_an_article_may_be_missing() -> None:
    """*Dark Knight* is *The Dark Knight*, unless a film is called just that."""
    assert chosen(Name("Dark Knight"), listed(1, "The Dark Knight", 2008)) == 1
    assert chosen(Name("Dark Knight"), listed(1, "The Dark Knight"), listed(2, "Dark Knight")) == 2


def test_the_version_of_another_country_is_not_taken() -> None:
    """When the country asked for is not listed, the one that is is somebody else's."""
    assert chosen(Name("Survivor", None, "AU"), listed(1, "Survivor", popularity=90_000.0)) is None
    assert chosen(Name("Survivor", None, "AU"), listed(1, "Survivor"), listed(2, "Survivor AU")) == 2


def test_the_year_of_an_episode_says_nothing_of_its_show() -> None:
    """Only the show's own year, or the one in its name, is looked at."""
    episode = Media(kind=Kind.EPISODE, show="Bluey (2018)", year=2024, season=3, episode=1)
    bare = Media(kind=Kind.EPISODE, show="Bluey", year=2024, season=3, episode=1)

    assert wanted(episode) == (TitleKind.SHOW, Name("Bluey", 2018))
    assert wanted(bare) == (TitleKind.SHOW, Name("Bluey", None))


def test_no_words_want_nothing() -> None:
    """Without a name there is nothing to look for."""
    assert wanted(Media(kind=Kind.EPISODE, title="Pilot", season=1, episode=1)) is None


@given(
    st.text(min_size=1, max_size=30),
    st.lists(st.tuples(st.text(min_size=1, max_size=30), st.none() | st.integers(1900, 2030)), max_size=8),
)
def test_every_choice_is_complete(text: str, films: list[tuple[str, Any]]) -> None:
    """Any words give a score in 0–1, at most five candidates, and a reason when there is no title."""
    choice = choose(Name(text), [listed(index, name, year) for index, (name, year) in enumerate(films)])

    assert isinstance(choice, Choice)
    assert 0.0 <= choice.score <= 1.0
    assert len(choice.candidates) <= 5
    assert (choice.title is None) == (choice.reason is not None)
    assert choice.confidence in {"high", "medium", "low"}
