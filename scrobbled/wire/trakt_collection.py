"""A collection, as Trakt lists it (Trakt fact sheet §6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from scrobbled.wire.trakt_media import instant_of
from scrobbled.wire.trakt_said import MEDIA


def metadata(media: Mapping[str, Any]) -> dict[str, Any]:
    """What is told of a copy; null for what is not, and no third dimension: clients read true or false."""
    return {name: media.get(name) for name in MEDIA} | {"3d": media.get("3d") is True}


def item(  # one for each member
    collected_at: str, updated_at: str, kind: str, members: str, media: Mapping[str, Any] | None
) -> str:
    """
    A film or episode in a collection, as JSON: *members* are those of `trakt_media.members`, *media* what is
    told of the copy, None where nobody asks.
    """
    told = "" if media is None else f',"metadata":{orjson.dumps(metadata(media)).decode()}'
    dates = f'"collected_at":"{collected_at}","updated_at":"{updated_at}"'
    return f'{{{dates},"type":"{kind}",{members}{told}}}'


def seasons(
    numbers: Sequence[int],
    episodes: Sequence[int],
    dates: Sequence[str],
    media: Sequence[Mapping[str, Any]],
    *,
    with_metadata: bool,
) -> list[dict[str, Any]]:
    """
    ``[{"number", "episodes": [{"number", "collected_at", "metadata"?}]}]`` from parallel columns; *dates*
    as for `instant_of`.
    """
    found: dict[int, list[dict[str, Any]]] = {number: [] for number in numbers}
    for number, episode, at, copy in zip(numbers, episodes, dates, media, strict=True):
        entry: dict[str, Any] = {"number": episode, "collected_at": instant_of(at)}
        if with_metadata:
            entry["metadata"] = metadata(copy)
        found[number].append(entry)
    return [{"number": number, "episodes": inside} for number, inside in found.items()]
