"""A collection, as Trakt lists it (Trakt fact sheet §6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from scrobbled.wire.trakt_media import instant
from scrobbled.wire.trakt_said import MEDIA


def metadata(media: Mapping[str, Any]) -> dict[str, Any]:
    """What is told of a copy; null for what is not."""
    return {name: media.get(name) for name in MEDIA}


def seasons(
    numbers: Sequence[int],
    episodes: Sequence[int],
    dates: Sequence[datetime],
    media: Sequence[Mapping[str, Any]],
    *,
    with_metadata: bool,
) -> list[dict[str, Any]]:
    """``[{"number", "episodes": [{"number", "collected_at", "metadata"?}]}]`` from parallel columns."""
    rows = zip(numbers, episodes, dates, media, strict=True)
    return [
        {
            "number": number,
            "episodes": [
                {"number": episode, "collected_at": instant(at)}
                | ({"metadata": metadata(copy)} if with_metadata else {})
                for _, episode, at, copy in parts
            ],
        }
        for number, parts in groupby(rows, key=lambda row: row[0])
    ]
