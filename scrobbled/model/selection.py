"""What of films and shows is meant when something is removed."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import msgspec

from scrobbled.model.wanted import Found, ThingKind


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """Films and episodes (*items*), whole *shows*, *seasons* (show, number)."""

    items: Collection[int] = ()
    shows: Collection[int] = ()
    seasons: Collection[tuple[int, int]] = ()


def selected(found: Iterable[Found | None]) -> Selection:
    """Everything that was *found*."""
    known = [each for each in found if each is not None]
    return Selection(
        items=[each.id for each in known if each.kind in (ThingKind.MOVIE, ThingKind.EPISODE)],
        shows=[each.id for each in known if each.kind is ThingKind.SHOW],
        seasons=[
            (each.title_id, each.season)
            for each in known
            if each.kind is ThingKind.SEASON and each.season is not None
        ],
    )
