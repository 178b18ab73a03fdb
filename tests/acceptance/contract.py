"""Trakt's machine-readable contract, as a test reads it: operations and the form of their answers."""

from __future__ import annotations

import gzip
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.exceptions import best_match

from scrobbled.api import trakt as api
from scrobbled.ingest import trakt as ingest
from scrobbled.web.routes import Route

#: Words that are nobody's name, though a route for names would take them: these are not built.
_ELSEWHERE = re.compile(r"/hot$|^/trakt/users/(blocked|reactions|syncs)|/(watchlist|favorites)/comments/")


class Bug(NamedTuple):
    """What the contract says wrongly: *why*, and the *statuses* and parts of *messages* that are excused."""

    why: str
    statuses: frozenset[int] = frozenset()
    messages: tuple[str, ...] = ()


_CREATED = Bug("documentation, traffic and libraries have 201", frozenset({201}))
_COLLECTION = Bug(
    "the answer of a list was copied; documentation counts movies and episodes, and has no list",
    messages=("'list' is a required",),
)

#: All of them, by operation (Trakt fact sheet, section 11). Nothing else is excused.
KNOWN_BUGS = {
    "postCheckinStart": _CREATED,
    "postSyncHistoryAdd": _CREATED,
    "postSyncCollectionAdd": _COLLECTION,
    "postSyncCollectionRemove": _COLLECTION,
    "putUsersListsListUpdate": Bug(
        "an array, where documentation and every client have the list", messages=("is not of type 'array'",)
    ),
    "getUsersHiddenGetBySection": Bug(
        "what is hidden depends on the section; the contract has shows alone",
        messages=("is not one of ['show']", "'show' is a required"),
    ),
    "postUsersHiddenAdd": Bug("201 as above; season for seasons", frozenset({201}), ("'season' is a",)),
    **dict.fromkeys(
        (
            "postUsersHiddenRemoveSection",
            "postUsersHiddenRemoveCalendar",
            "postUsersHiddenRemoveProgress",
        ),
        Bug("the answer of a history was copied; no episode can be hidden", messages=("'episodes' is a",)),
    ),
    "getShowsCertifications": Bug("a list of countries, as for films", messages=("is not of type 'string'",)),
}
_NONE = Bug("")


@dataclass(frozen=True)
class Operation:
    """One operation: its *template* is a path with names in braces, *schemas* are by status."""

    name: str
    method: str
    template: str
    schemas: dict[int, dict[str, Any] | None]

    def __str__(self) -> str:
        return f"{self.method} {self.template}"


@cache
def operations() -> tuple[Operation, ...]:
    """Every operation of the contract; none when it is not there."""
    folder = os.environ.get("SCROBBLED_EVALUATION_DIR")
    if not folder:
        return ()
    with gzip.open(Path(folder) / "contracts" / "trakt-openapi.json.gz") as file:
        contract = json.load(file)
    return tuple(
        Operation(said["operationId"], method.upper(), path, dict(_schemas(said)))
        for path, methods in contract["paths"].items()
        for method, said in methods.items()
    )


def _schemas(said: dict[str, Any]) -> Iterator[tuple[int, dict[str, Any] | None]]:
    for status, answer in said["responses"].items():
        schema = answer.get("content", {}).get("application/json", {}).get("schema")
        yield int(status), None if schema is None else plain(schema)


def plain(schema: Any) -> Any:
    """
    An OpenAPI 3.0 schema as JSON Schema: *nullable* is a type of its own there. The contract's alternatives
    overlap, and what fits two of them is no error.
    """
    if isinstance(schema, list):
        return [plain(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    kept = schema.keys() - {"nullable", "format", "description"}
    made = {"anyOf" if key == "oneOf" else key: plain(schema[key]) for key in kept}
    if schema.get("nullable") and made:
        return {"anyOf": [made, {"type": "null"}]}
    return made


def disagreements(operation: Operation, status: int, body: bytes) -> list[str]:
    """How an answer differs from what the contract says of it."""
    bug = KNOWN_BUGS.get(operation.name, _NONE)
    if status not in operation.schemas.keys() | bug.statuses:
        return [f"status {status}, not one of {sorted(operation.schemas)}: {body[:200]!r}"]
    schema = operation.schemas.get(status, next(iter(operation.schemas.values()), None))
    if not schema:
        return []
    if not body:
        return [] if status == 204 else ["the body is empty"]
    said = (_said(error) for error in Draft202012Validator(schema).iter_errors(json.loads(body)))
    return [each[-300:] for each in said if not any(part in each for part in bug.messages)]


def _said(error: ValidationError) -> str:
    """Where and what; of alternatives, the one that fits best."""
    deepest = best_match([error]) or error
    return f"{'/'.join(map(str, deepest.absolute_path))}: {deepest.message}"


@cache
def _served() -> tuple[tuple[str, re.Pattern[str]], ...]:
    routes: list[Route] = api.routes() + ingest.routes()
    return tuple(
        (route.method, re.compile(re.sub(r"\\\{\w+(:[^}]*)?\\\}", "[^/]+", re.escape(route.path))))
        for route in routes
    )


def built(method: str, path: str) -> bool:
    """Whether this server has a route of its own for a path, which is one with values in it."""
    path = "/trakt" + path.partition("?")[0].rstrip("/")
    if _ELSEWHERE.search(path):
        return False
    return any(method == each and pattern.fullmatch(path) for each, pattern in _served())
