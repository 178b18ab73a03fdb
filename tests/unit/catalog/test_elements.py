"""Large JSON arrays are read element by element, and damage is located."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrobbled.catalog.elements import elements
from scrobbled.errors import PayloadError


def read(text: bytes, key: str = "", into: list[Any] | None = None) -> list[Any]:
    """All elements, without their numbers; those before damage are in *into*."""
    found: list[Any] = [] if into is None else into
    found.extend(value for _, value in elements(io.BufferedReader(io.BytesIO(text)), key, name="file"))
    return found


scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)


@settings(deadline=None)
@given(st.lists(values, max_size=6), st.booleans(), st.sampled_from([None, 2]))
def test_any_array_is_read_as_it_is(array: list[Any], keyed: bool, indent: int | None) -> None:
    """Whatever its layout, the elements are those of the array, numbers at its end included."""
    document = {"head": {"vars": ["x"]}, "data": array, "tail": [1]} if keyed else array

    assert array == read(json.dumps(document, indent=indent).encode(), "data" if keyed else "")


@settings(deadline=None)
@given(st.lists(values, min_size=1, max_size=6), st.integers(min_value=1))
def test_a_cut_array_gives_what_came_before(array: list[Any], cut: int) -> None:
    """A file that ends too early gives its whole elements, then an error that counts them."""
    text = json.dumps(array).encode()
    found: list[Any] = []

    with pytest.raises(PayloadError, match="file: not JSON after element") as caught:
        read(text[: -1 - cut % len(text)], into=found)
    assert array[: len(found)] == found
    assert f"after element {len(found)}" in str(caught.value)


@settings(deadline=None)
@given(st.binary())
def test_garbage_is_an_error_of_ours(garbage: bytes) -> None:
    """Any bytes are an array or a *PayloadError*."""
    try:
        read(garbage)
    except PayloadError as error:
        assert str(error).startswith("file: not JSON")


@pytest.mark.parametrize(
    ("text", "read_before"),
    [
        (b"[1 2]", 0),
        (b"[1,,2]", 1),
        (b"[,1]", 0),
        (b"[1,]", 1),
        (b"[NaN]", 0),
        (b'["\xff"]', 0),
        (b"{}", 0),
        (b"", 0),
        (b"[" * 100_000, 0),
        (b'[{"a":' * 50_000, 0),
    ],
)
def test_damage_is_located(text: bytes, read_before: int) -> None:
    """The error says after which element the damage lies; depth is damage, not the end of the process."""
    with pytest.raises(PayloadError, match=f"not JSON after element {read_before}"):
        read(text)


def test_a_missing_array_is_named() -> None:
    """A document without the array that is looked for says which that is."""
    with pytest.raises(PayloadError, match="no array 'bindings'"):
        read(b'{"head": {}, "boolean": true}', "bindings")
    assert [1] == read(b'{"a": "\\"data\\": [7]", "data": [1]}', "data")
