"""Who is meant: titles compete, and nothing is accepted without a margin."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrobbled.match import weights
from scrobbled.match.decide import LISTED, Decision, confidence, decide, prefer
from scrobbled.match.layout import Listed
from scrobbled.match.query import Query
from scrobbled.match.score import FEATURES
from tests.unit.match.catalogue import film, index_of, show


def among(*titles: Listed, **asked: object) -> Decision:
    """What *asked* means among *titles*."""
    return decide(Query(**asked), [index_of(*titles)], hidden=[()])  # type: ignore[arg-type]


def test_the_very_name_is_accepted() -> None:
    """When nobody else has it."""
    wanted = film("Harbour Lights", year=1999)
    decision = among(wanted, film("Night Train"), text="Harbour Lights")

    assert (wanted.id, None) == (decision.title_id, decision.reason)
    assert confidence(decision.score) != "low"


@pytest.mark.parametrize("number", ["2", "II"])
def test_sequels_differ_by_their_number(number: str) -> None:
    """Roman or not, the number decides."""
    first, second, third = film("Harbour Lights"), film("Harbour Lights 2"), film("Harbour Lights III")

    assert among(first, second, third, text=f"Harbour Lights {number}").title_id == second.id


def test_a_sequel_that_is_not_listed_is_not_the_first() -> None:
    """The catalogue lacks the fourth: nothing is matched."""
    decision = among(film("Harbour Lights"), film("Harbour Lights 2"), text="Harbour Lights 4")

    assert decision.title_id is None
    assert decision.reason is not None


def test_remakes_differ_by_their_year() -> None:
    """The year chooses between films of one name."""
    old, new = film("Harbour Lights", year=1955), film("Harbour Lights", year=2011)

    assert among(old, new, text="Harbour Lights", year=1955).title_id == old.id
    assert among(old, new, text="Harbour Lights (2011)").title_id == new.id
    assert among(old, new, text="Harbour.Lights.2011.1080p.BluRay.x264-GRP").title_id == new.id


def test_two_of_one_name_without_a_year_are_ambiguous() -> None:
    """Either may be meant; both are told."""
    old, new = film("Harbour Lights", year=1955), film("Harbour Lights", year=2011)
    decision = among(old, new, text="Harbour Lights")

    assert (None, "ambiguous") == (decision.title_id, decision.reason)
    assert {old.id, new.id} == {each.title_id for each in decision.candidates}


def test_the_kind_chooses() -> None:
    """A show is not the film of its name."""
    movie, series = film("Harbour Lights"), show("Harbour Lights")

    assert among(movie, series, text="Harbour Lights", kind="movie").title_id == movie.id
    assert among(movie, series, text="Harbour Lights", kind="show").title_id == series.id
    assert among(movie, series, text="Harbour.Lights.S01E02.1080p.WEB").title_id == series.id


def test_the_country_chooses() -> None:
    """*(US)* and *UK* say which show is meant."""
    british = show("Harbour Lights", country="GB", year=2001)
    american = show("Harbour Lights", country="US", year=2005)

    assert among(british, american, text="Harbour Lights (US)").title_id == american.id
    assert among(british, american, text="Harbour Lights UK").title_id == british.id


def test_a_season_the_show_does_not_have_speaks_against_it() -> None:
    """Of two shows of one name, the one with nine seasons has a seventh."""
    short, long = show("Harbour Lights", seasons=1), show("Harbour Lights", seasons=9)
    decision = among(short, long, text="Harbour Lights", kind="show", season=7)

    assert decision.candidates[0].title_id == long.id
    assert dict(decision.candidates[1].explained())["season_beyond"] < 0


def test_the_better_known_comes_first() -> None:
    """Of two of one name, popularity is the order of the candidates."""
    known, unknown = film("Harbour Lights", popularity=500_000.0), film("Harbour Lights", popularity=3.0)

    assert among(unknown, known, text="Harbour Lights").candidates[0].title_id == known.id


@pytest.mark.parametrize("minutes", [100.0, 20.0])
def test_the_runtime_is_seen(minutes: float) -> None:
    """Near or far from the listed one; what it weighs is fitted."""
    decision = among(film("Harbour Lights", runtime=100), text="Harbour Lights", runtime=minutes)
    values = decision.candidates[0].values

    near, far = values[FEATURES.index("runtime_near")], values[FEATURES.index("runtime_far")]
    assert (near, far) == ((1.0, 0.0) if minutes == 100.0 else (0.0, 1.0))


@pytest.mark.parametrize("text", ["Menu", "Trailer", "Deleted Scenes", "Episode 1", "Bonus: Extras", "01"])
def test_the_words_of_menus_are_left_alone(text: str) -> None:
    """There are films called so; a player that says no more means none of them."""
    decision = among(film(text, popularity=1_000_000.0), text=text)

    assert (None, "nothing_to_match", ()) == (decision.title_id, decision.reason, decision.candidates)


def test_the_words_of_menus_with_a_year_are_a_film() -> None:
    """Something says that it is one."""
    trailer = film("Trailer", year=1999)

    assert among(trailer, text="Trailer", kind="movie", year=1999).title_id == trailer.id


def test_nothing_like_it_has_no_candidates() -> None:
    """An empty catalogue, or one of other things."""
    for titles in ((), (film("Night Train"),)):
        decision = among(*titles, text="Xyzzy Plugh")
        assert (None, "no_candidates", ()) == (decision.title_id, decision.reason, decision.candidates)


def test_what_has_changed_wins_over_what_was_built() -> None:
    """A renamed title is found by its new name and not by its old one."""
    before = film("Harbour Lights")
    after = Listed(before.id, "movie", ("Night Train",), popularity=100.0)
    layers = [index_of(before, film("Elsewhere")), index_of(after)]

    by_new = decide(Query("Night Train"), layers, hidden=[{before.id}, ()])
    by_old = decide(Query("Harbour Lights"), layers, hidden=[{before.id}, ()])

    assert (before.id, None) == (by_new.title_id, by_old.title_id)


def test_both_layers_compete() -> None:
    """A namesake that is new makes the old one ambiguous."""
    old, new = film("Harbour Lights", year=1955), film("Harbour Lights", year=2011)
    decision = decide(Query("Harbour Lights"), [index_of(old), index_of(new)], hidden=[(), ()])

    assert decision.reason == "ambiguous"
    assert {old.id, new.id} == {each.title_id for each in decision.candidates}


def test_history_settles_what_is_ambiguous() -> None:
    """Of two of one name somebody means the one they know; who knows both, or none, is not helped."""
    old, new = show("Harbour Lights", year=1955), show("Harbour Lights", year=2011)
    unclear = among(old, new, text="Harbour Lights")
    settled = prefer(unclear, {old.id})

    assert (old.id, None, "medium") == (settled.title_id, settled.reason, confidence(settled.score))
    assert settled.candidates[0].title_id == old.id
    assert {old.id, new.id} == {each.title_id for each in settled.candidates}
    assert prefer(unclear, {old.id, new.id}) == unclear
    assert prefer(unclear, set()) == unclear


def test_history_does_not_make_a_match() -> None:
    """What is only alike, or sure already, stays as it is."""
    known, other = show("Harbour Lights 2"), show("Harbour Lights", year=1999)
    sure = among(known, other, text="Harbour Lights")

    assert prefer(sure, {known.id}) == sure


def test_an_explanation_adds_up() -> None:
    """What the fields gave is the whole sum, the weightiest first."""
    decision = among(
        film("Harbour Lights", year=1999), film("Harbour Nights"), text="Harbour Lights (1999)", kind="movie"
    )

    for candidate in decision.candidates:
        parts = candidate.explained()
        total = sum(weight * value for weight, value in zip(weights.WEIGHTS, candidate.values, strict=True))
        assert sum(part for _, part in parts) == pytest.approx(total)
        assert [abs(part) for _, part in parts] == sorted((abs(part) for _, part in parts), reverse=True)


def test_words_for_scores() -> None:
    """Medium is what is accepted by itself."""
    assert [confidence(each) for each in (0.0, weights.ACCEPTED, weights.HIGH)] == ["low", "medium", "high"]


_NAMES = st.sampled_from(
    ["Harbour", "Harbour Lights", "Harbour Lights 2", "Harbour: The Sea", "Lights", "雲の家"]
)


@given(
    st.lists(_NAMES, max_size=8), st.one_of(_NAMES, st.text(max_size=30)), st.none() | st.integers(1900, 2040)
)
def test_every_decision_is_sound(names: list[str], text: str, year: int | None) -> None:
    """Scores are shares from best to worst, few are told, and it is a match or has a reason."""
    decision = among(
        *(film(name, year=1990 + place) for place, name in enumerate(names)), text=text, year=year
    )
    scores = [each.score for each in decision.candidates]

    assert (decision.title_id is None) == (decision.reason is not None)
    assert len(scores) <= LISTED
    assert scores == sorted(scores, reverse=True)
    assert all(0.0 <= each <= 1.0 for each in scores)
    assert decision.title_id in {None, *(each.title_id for each in decision.candidates[:1])}
