"""Templates that were sent as they are."""

from __future__ import annotations

import pytest

from scrobbled.wire.placeholders import may_hold_placeholders, without_placeholders

from .composed import encoded, plex_film


@pytest.mark.parametrize(
    "value",
    [
        "{action}",
        "{show_name}",
        "tautulli.{action}",
        "{{Name}}",
        "{{{SeriesName}}}",
        "{{#if_exist Name}}",
        "{duration:min}",
    ],
)
def test_a_placeholder_is_no_value(value: str) -> None:
    """One brace, two, three, and with words around it."""
    payload = {"title": value, "Metadata": {"index": value, "type": "episode"}}

    assert may_hold_placeholders(encoded(payload))
    assert ({"Metadata": {"type": "episode"}}, True) == without_placeholders(payload)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "{}",
        "{ }",
        "Arrival",
        "{ Title }",
        "Film {2016}",
        "{edition-Trailer}",
        '{"a": 1}',
        7,
        None,
        ["{x}"],
    ],
)
def test_other_values_stay(value: object) -> None:
    """JSON, titles with braces, tags of paths."""
    assert ({"title": value}, False) == without_placeholders({"title": value})


def test_most_bodies_are_spared_the_search() -> None:
    """JSON has a quote or a space after its braces."""
    assert not may_hold_placeholders(encoded(plex_film()))
    assert may_hold_placeholders(b"data=%7B%22a%22%3A1%7D")
