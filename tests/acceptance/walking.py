"""Every operation that a server describes, with its paths filled in and a body that may fit anything."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import prod
from random import Random
from typing import Any

from tests.acceptance.instance import Instance, Reply

#: Parts of a path that are words and not ids; a new one is found because its route is not reached.
WORDS = ("me", "movies", "shows", "episodes", "seasons", "movie", "show", "episode", "all", "any")

#: Values for one part of a path at most, and paths for one operation.
_VALUES, _PATHS = 80, 1000

_VARIABLE = re.compile(r"\{(\w+)\}")


#: Parts of a path that only some words fit, by name; what is planted comes on top.
BY_NAME: dict[str, tuple[str, ...]] = {
    "start_date": ("2026-01-01",),
    "days": ("7",),
    "section": ("progress_watched", "calendar", "recommendations"),
    "id_type": ("tmdb", "imdb", "trakt"),
    "player": ("plex", "jellyfin"),
    "sort": ("added", "popular", "rank"),
    "period": ("weekly", "all"),
}


@dataclass(frozen=True)
class Operation:
    """One operation of /openapi.json. *scope* None: anybody may call it."""

    method: str
    path: str
    scope: str | None

    @property
    def name(self) -> str:
        """As it is spoken of."""

        return f"{self.method} {self.path}"

    @property
    def variables(self) -> list[str]:
        """The parts of the path to fill in, without the token."""

        return [name for name in _VARIABLE.findall(self.path) if name != "token"]

    def paths(self, values: Iterable[object], most: int = _PATHS) -> Iterator[str]:
        """The path with each of *values*, and of *WORDS*, in its variables: *most* at most, of all sorts."""

        ids = [*dict.fromkeys(str(value) for value in values)][:_VALUES]
        fills = [_fills(name, ids) for name in self.variables]
        whole = prod(map(len, fills))
        for number in range(whole) if whole <= most else Random(0).sample(range(whole), most):
            filled, left = self.path, number
            for name, values_of_it in zip(self.variables, fills, strict=True):
                left, at = divmod(left, len(values_of_it))
                filled = filled.replace(f"{{{name}}}", values_of_it[at])
            yield filled

    def call(self, instance: Instance, path: str, token: str | None, body: object = None) -> Reply:
        """Send it; the token goes where the path has one, else into the header."""

        if "{token}" in path:
            path, token = path.replace("{token}", token or "none"), None
        sent = None if self.method in ("GET", "HEAD") else {} if body is None else body
        return instance.call(self.method, path, sent, token=token)


def _fills(name: str, ids: list[str]) -> list[str]:
    """What to put into the part *name* of a path."""

    if name in BY_NAME:
        return [*BY_NAME[name]]
    return [*ids, *WORDS] if name.endswith("id") else [*WORDS, *ids]


def operations(instance: Instance) -> list[Operation]:
    """All that *instance* describes, and the description itself."""

    described = instance.call("GET", "/openapi.json", token=None).json["paths"]
    found = [
        Operation(method.upper(), path, _scope(operation))
        for path, methods in described.items()
        for method, operation in methods.items()
    ]
    return [*found, Operation("GET", "/openapi.json", None), Operation("GET", "/docs", None)]


def _scope(operation: Mapping[str, Any]) -> str | None:
    """The scope an operation needs; None when it can be called without a token."""

    wanted = operation.get("security", [])
    if not wanted or {} in wanted:
        return None
    scopes = {scope for each in wanted for scopes in each.values() for scope in scopes}
    (scope,) = scopes
    return str(scope)


def named(document: Any, key: str = "") -> Iterator[tuple[str, str | int]]:
    """Whatever in *document* somebody could be asked for (ids, slugs, names), each with its key."""

    if isinstance(document, dict):
        for name, value in document.items():
            # All of {"ids": {"imdb": …}} is one.
            yield from named(value, f"{name} id" if key == "ids" else name)
    elif isinstance(document, list):
        for value in document:
            yield from named(value, key)
    elif type(document) in (str, int) and (key in {"slug", "name", "username"} or key.endswith("id")):
        yield key, document


def few_of_each(documents: Iterable[Any], few: int = 3) -> list[str | int]:
    """Of all *documents*, *few* of what stands under each key."""

    found: dict[str | int, None] = {}
    for document in documents:
        taken: Counter[str] = Counter()
        for key, value in dict.fromkeys(named(document)):
            taken[key] += 1
            if taken[key] <= few:
                found[value] = None
    return list(found)
