"""A route, said once: the router, the token check, the log and the API description come from it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias

from aiohttp import web

Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Surface(StrEnum):
    """Whose protocol a route speaks; it decides how errors look."""

    NATIVE = "native"
    TRAKT = "trakt"
    REELRIFTER = "reelrifter"
    WEBHOOKS = "webhooks"
    PAGES = "pages"
    SYSTEM = "system"


class Scope(StrEnum):
    """What a token may do; *ADMIN*, which implies no other, reaches beyond the data of its own user."""

    READ = "read"
    SCROBBLE = "scrobble"
    WRITE = "write"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A query parameter, for the API description. *schema* is JSON Schema."""

    name: str
    summary: str
    schema: dict[str, Any] = field(default_factory=lambda: {"type": "string"})


@dataclass(frozen=True, slots=True)
class Route:
    """
    One operation. *scope* None means anybody may call it; *anonymous*, that nobody needs a token, but
    who sends one is known. *limit* is the largest
    body in bytes. *body* is the type of a JSON body, *answers* what each status
    means, *returns* the type of the first of them; they are for the API description.
    *counted* False leaves it out of the limits (web/limits.py).
    """

    method: str
    path: str
    handler: Handler
    surface: Surface
    scope: Scope | None
    summary: str
    limit: int = 1024 * 1024
    body: Any = None
    query: tuple[Parameter, ...] = ()
    answers: tuple[tuple[int, str], ...] = ((200, "OK"),)
    returns: Any = None
    anonymous: bool = False
    counted: bool = True
