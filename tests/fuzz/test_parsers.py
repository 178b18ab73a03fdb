"""Whatever comes in, a parser gives an event that is sound, or a refusal that says why."""

from __future__ import annotations

import inspect
from importlib import import_module
from itertools import islice
from pkgutil import iter_modules
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

import scrobbled.wire
from scrobbled.errors import PayloadError
from scrobbled.model.event import Action, PlaybackEvent
from tests.fuzz import targets as module
from tests.fuzz.inputs import Inputs, payloads
from tests.fuzz.targets import RECEIPT, Target, Violation, read_title, run, targets
from tests.unit.wire.mutations import mutations

PAYLOADS = payloads()

each_target = pytest.mark.parametrize("name", targets())


@each_target
@given(body=st.binary(max_size=300) | st.sampled_from(PAYLOADS).flatmap(mutations))
@settings(max_examples=150, deadline=None)
def test_drawn_bodies(name: str, body: bytes) -> None:
    """Any bytes, and any payload with something wrong, end as sound events or as a refusal."""
    run(name, targets()[name], body)


@each_target
def test_made_bodies(name: str) -> None:
    """The same of some thousand made fast; `python -m tests.fuzz parsers` makes as many as one likes."""
    ours = name.startswith(("native", "trakt", "reelrifter"))
    read = [run(name, targets()[name], body) for body in islice(Inputs(7).bodies(ours=ours), 1500)]

    assert any(found is not None for found in read)


@given(text=st.text(max_size=200))
@settings(max_examples=300, deadline=None)
def test_drawn_titles(text: str) -> None:
    """Normalising a title twice is normalising it once, and reading it ends, soon."""
    read_title(text)


def test_made_titles() -> None:
    """The same of titles put together from scripts, signs and names of files."""
    for text in islice(Inputs(7).titles(), 1500):
        read_title(text)


def test_every_parser_is_fuzzed() -> None:
    """Every function of `wire` that is given a body or a receipt is called by a target."""
    source = inspect.getsource(module)
    missing = []
    for found in iter_modules(scrobbled.wire.__path__):
        for name, function in inspect.getmembers(
            import_module(f"scrobbled.wire.{found.name}"), inspect.isfunction
        ):
            given_a_body = {"body", "receipt"} & set(inspect.signature(function).parameters)
            own = function.__module__ == f"scrobbled.wire.{found.name}" and not name.startswith("_")
            if own and "receipt" in given_a_body and f"{found.name}.{name}(" not in source:
                missing.append(f"{found.name}.{name}")

    assert [] == [name for name in missing if name not in {"fields.content_id", "trakt.cancel_checkin"}]


@pytest.mark.parametrize(
    "fields",
    [
        {"progress": 101.0},
        {"user_id": 43},
        {"player": "a\x00"},
        {"player": "\ud800"},
        {"rating": float("nan")},
    ],
    ids=str,
)
def test_a_wrong_acceptance_is_noticed(fields: dict[str, Any]) -> None:
    """An event that must not be is a violation: the fuzzers can fail."""
    at = RECEIPT.received_at
    sound = PlaybackEvent(
        id=RECEIPT.id, user_id=42, source="x", action=Action.PROGRESS, occurred_at=at, received_at=at
    )
    made = replace(sound, **fields)
    target: Target = lambda _: module._all([made])  # noqa: E731

    with pytest.raises((Violation, UnicodeEncodeError)):
        run("made", target, b"")


def test_a_silent_refusal_is_noticed() -> None:
    """An error without a word is a violation too."""

    def refuse(_: bytes) -> int:
        error = PayloadError("x")
        error.args = ("",)
        raise error

    with pytest.raises(Violation):
        run("made", refuse, b"")
