"""What CONTRIBUTING.md shows a newcomer works as it stands there."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import pytest

from scrobbled.model.event import Action
from scrobbled.wire import webhook
from tests.unit.wire.composed import RECEIPT

TEXT = (Path(__file__).parents[3] / "CONTRIBUTING.md").read_text()


def test_the_worked_example(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its parser reads its payload as its test says."""
    (parser,) = (code for code in re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL) if "def read(" in code)
    (payload,) = re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)
    marquee = ModuleType("marquee")
    exec(compile(parser, "CONTRIBUTING.md", "exec"), marquee.__dict__)  # our own document
    monkeypatch.setitem(cast("dict[str, Any]", webhook.READERS), marquee.SOURCE, marquee.read)

    event = webhook.parse(marquee.SOURCE, payload.encode(), RECEIPT)

    assert (marquee.SOURCE, Action.PAUSE, 21.43) == (event.source, event.action, event.progress)
    assert event.media is not None
    assert ("Arrival", 2016, {"imdb": "tt2543164"}) == (event.media.title, event.media.year, event.media.ids)
