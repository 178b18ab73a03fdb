"""The parser that CONTRIBUTING.md writes as an example."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from scrobbled.model.event import Action
from scrobbled.model.media import Kind, Media
from scrobbled.wire.post import Post, event_of

from .composed import RECEIPT

TEXT = (Path(__file__).parents[3] / "CONTRIBUTING.md").read_text("utf-8")


def test_it_reads_what_stands_beside_it() -> None:
    """The worked example is code that works: a pause of a film, with its position and its ids."""
    (payload, *_), (code, *_) = (
        re.findall(rf"```{kind}\n(.*?)```", TEXT, re.DOTALL) for kind in ("json", "python")
    )
    module: dict[str, Any] = {}
    exec(compile(code, "marquee.py", "exec"), module)
    post = Post(json.loads(payload), payload.encode(), RECEIPT)

    event = event_of(post, module["read"](post))

    film = Media(kind=Kind.MOVIE, title="Arrival", year=2016, ids={"imdb": "tt2543164"}, runtime=7000.0)
    assert ("marquee", Action.PAUSE, film) == (event.source, event.action, event.media)
    assert (1500.0, 21.43, None) == (event.position, event.progress, event.ignored)
