"""Lists that are put in order keep what is on them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scrobbled.rules import ranks

ORDERS = st.lists(st.integers(1, 40), unique=True)
IDS = st.lists(st.integers(1, 50))
PLACES = st.dictionaries(st.integers(1, 50), st.integers(1, 60))


@given(ORDERS, IDS)
def test_reordered(order: list[int], named: list[int]) -> None:
    """What is named comes first as it is named, the rest stays as it was, and nothing is lost or doubled."""
    found = ranks.reordered(order, named)
    known = [each for each in dict.fromkeys(named) if each in order]

    assert sorted(order) == sorted(found)
    assert known == found[: len(known)]
    assert [each for each in order if each not in known] == found[len(known) :]


@given(ORDERS, PLACES)
def test_moved_keeps_everything(order: list[int], places: dict[int, int]) -> None:
    """Whatever is moved, nothing is lost or doubled, and what is not moved stays in its order."""
    found = ranks.moved(order, places)

    assert sorted(order) == sorted(found)
    assert [each for each in order if each not in places] == [each for each in found if each not in places]


@given(ORDERS.filter(bool), st.data())
def test_moved_to_its_place(order: list[int], data: st.DataObject) -> None:
    """What is moved alone stands where it was to stand, or at the end when that lies beyond it."""
    each, place = data.draw(st.sampled_from(order)), data.draw(st.integers(1, 60))

    assert min(place, len(order)) == ranks.moved(order, {each: place}).index(each) + 1
    assert order == ranks.moved(order, {})
