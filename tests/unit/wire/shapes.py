"""What a payload has to be read as, and the check that it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from scrobbled.wire import webhook
from scrobbled.wire.reading import reading

from .composed import RECEIPT, encoded

Expected = dict[str, Any]
Shape = tuple[dict[str, Any], Expected]

#: Of keys that an expectation does not name.
EMPTY: Expected = {
    "title": None, "year": None, "show": None, "season": None, "episode": None, "episode_end": None,
    "ids": {}, "show_ids": {}, "progress_percent": None, "action": "watched", "secondary_action": None,
    "rating": None,
}  # fmt: skip


def assert_reads_as(player: str, body: bytes, expected: Expected, content_type: str = "") -> None:
    """Fail unless *body*, sent to the address of *player*, reads as *expected* and says nothing else."""
    actual = reading(webhook.parse(player, body, RECEIPT, content_type))
    wanted = EMPTY | expected

    assert wanted == {key: actual[key] for key in wanted}


def at_both_addresses(shapes: Mapping[str, Sequence[Shape]]) -> pytest.MarkDecorator:
    """Each of *shapes*, by player, as a body to its own address and to the one for all."""
    rows = [(player, *shape) for player, of_player in shapes.items() for shape in of_player]
    return pytest.mark.parametrize(
        ("address", "body", "expected"),
        [
            (address, encoded(payload), expected)
            for player, payload, expected in rows
            for address in (player, webhook.AUTO)
        ],
        ids=[f"{player}{n}-{address}" for n, (player, *_) in enumerate(rows) for address in ("own", "auto")],
    )
