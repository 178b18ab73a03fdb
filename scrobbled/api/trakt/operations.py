"""
All operations of Trakt's API, of its contract and of what clients knew before it, and which of them work.

*operations.txt* has a line for each: a method and a path, as facts. What no route serves is answered 501.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import msgspec

from scrobbled.web.errors import Refusal
from scrobbled.web.routes import Route, Surface

if TYPE_CHECKING:
    from aiohttp import web

_VARIABLE = re.compile(r"\{\w+\}")

#: Where all of it lives.
_PREFIX = "/trakt"

#: Variables of ours that hold a word, and so what Trakt's contract lists as a path of its own; the others
#: hold the name of something.
_WORDS = frozenset(
    {"id_type", "kind", "language", "period", "rating", "section", "sort", "sort_by", "sort_how", "type"}
)

#: Trakt's variables that are words of ours.
_ONE_OF = {"{target}": "all"}

#: What a template of ours takes in, and does not serve.
_TAKEN_IN = frozenset(
    {
        ("GET", "/users/{id}/watchlist/comments/{sort}"),
        ("GET", "/users/{id}/favorites/comments/{sort}"),
    }
)


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """A *method* of a *path*, and the *route* that serves it; None where it is not built."""

    method: str
    path: str
    route: Route | None


def operations(routes: Iterable[Route]) -> list[Operation]:
    """All operations there are at Trakt, each with that of *routes* which serves it."""
    served = [
        (_pattern(route.path), route)
        for route in routes
        if route.path.startswith(_PREFIX) and route.handler is not _refuse
    ]
    served.sort(key=lambda each: _VARIABLE.sub("{", each[1].path).count("{"))
    lines = Path(__file__).with_name("operations.txt").read_text("utf-8").splitlines()
    return [
        Operation(method=method, path=path, route=_serving(method, path, served))
        for method, path in (line.split() for line in lines)
    ]


def unbuilt(routes: Iterable[Route]) -> list[Route]:
    """Routes that say 501 for every operation which none of *routes* serves; to be added after them."""
    return [
        Route(
            each.method,
            _PREFIX + each.path,
            _refuse,
            Surface.TRAKT,
            None,
            "Not built",
            answers=((501, "Not built"),),
            counted=False,
        )
        for each in operations(routes)
        if each.route is None
    ]


def _serving(method: str, path: str, served: Sequence[tuple[re.Pattern[str], Route]]) -> Route | None:
    """The route with the fewest variables that takes *path*, whatever its own variables hold."""
    if (method, path) in _TAKEN_IN:
        return None
    asked = _PREFIX + _VARIABLE.sub(lambda found: _ONE_OF.get(found[0], "~"), path)
    return next(
        (route for pattern, route in served if route.method == method and pattern.fullmatch(asked)), None
    )


def _pattern(path: str) -> re.Pattern[str]:
    """What *path* matches: ``~`` stands for what Trakt has a variable for."""
    parts = _VARIABLE.split(path)
    variables = ["[^/]+" if each[1:-1] in _WORDS else "~" for each in _VARIABLE.findall(path)]
    return re.compile("".join(map("".join, zip(map(re.escape, parts), [*variables, ""], strict=True))))


async def _refuse(request: web.Request) -> NoReturn:
    message = f"{request.method} of this path is not built; docs/trakt-endpoints.md lists what is"
    raise Refusal(501, message)
