"""Names that mean one part of a show."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrobbled.match.parts import PartName, meant

NAMES = [
    PartName("Rozen Maiden: Zurückspulen", 3),
    PartName("Rozen Maiden: Träumend", 2),
    PartName("Rozen Maiden", None),
    PartName("ローゼンメイデン", None),
    PartName("Rozen Maiden 2", 2),
]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["Rozen Maiden: Zurückspulen"], 3),
        (["Rozen Maiden - Zuruckspulen"], 3),
        (["Rozen Maiden Zuruckspuln"], 3),
        (["Rozen Maiden II"], 2),
        (["Rozen Maiden"], None),
        (["rozen maidn"], None),
        (["ローゼンメイデン"], None),
        (["[Group] Rozen Maiden 2 [720p]", "Rozen Maiden 2"], 2),
        (["Rozen Maiden 2", "Rozen Maiden"], 2),
        (["Something else"], None),
        ([], None),
    ],
)
def test_a_name_means_a_part_or_the_show(texts: list[str], expected: int | None) -> None:
    """The same name first, however it is spelled, then the nearest; in doubt it is the whole show."""
    assert expected == meant(texts, NAMES)


@given(st.lists(st.text(max_size=20), max_size=3), st.lists(st.text(max_size=20), max_size=4))
def test_without_parts_it_is_the_show(texts: list[str], names: list[str]) -> None:
    """Any words, any names: nothing is made up."""
    assert meant(texts, [PartName(name, None) for name in names]) is None
