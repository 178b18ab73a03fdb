"""
The API, described from the routes themselves: ``/openapi.json`` and ``/docs``.

The page needs nothing from elsewhere: a household's server may have no way out.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from aiohttp import web

from scrobbled import __version__
from scrobbled.web.responses import answer
from scrobbled.web.routes import Route, Scope, Surface

_VARIABLE = re.compile(r"\{(\w+)(?::[^}]*)?\}")

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "body{overflow-wrap:anywhere}"
    "code,pre{font:14px/1.4 ui-monospace,monospace;background:#8882;border-radius:4px;padding:.1em .3em}"
    "pre{padding:.6em;overflow:auto}h2{margin-top:2.5rem;border-bottom:1px solid #8886}"
    ":root{color-scheme:light dark}dt{margin-top:.4rem}"
)

#: The page has a style of its own and nothing else.
_PAGE = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"}


class Problem(msgspec.Struct, frozen=True):
    """What was wrong: a code that stays the same, and a sentence for people."""

    code: str
    message: str


class Error(msgspec.Struct, frozen=True):
    """How our own surfaces say no."""

    error: Problem


def routes(described: Sequence[Route]) -> list[Route]:
    """``/openapi.json`` and ``/docs``, about the routes in *described*."""
    document, page = openapi(described), docs(described).encode()

    async def as_json(_request: web.Request) -> web.Response:
        return answer(document)

    async def as_page(_request: web.Request) -> web.Response:
        return web.Response(body=page, headers=_PAGE, content_type="text/html", charset="utf-8")

    return [
        Route("GET", "/openapi.json", as_json, Surface.SYSTEM, None, "This API, for machines"),
        Route("GET", "/docs", as_page, Surface.SYSTEM, None, "This API, for people"),
    ]


def openapi(described: Sequence[Route]) -> dict[str, Any]:
    """The description as OpenAPI 3.1."""
    types = [
        Error,
        *(each for route in described for each in (route.body, route.returns) if each is not None),
    ]
    schemas, components = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
    by_type = dict(zip(map(id, types), schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for route in described:
        path = _VARIABLE.sub(r"{\1}", route.path)
        paths.setdefault(path, {})[route.method.lower()] = _operation(route, by_type)
    return {
        "openapi": "3.1.0",
        "info": {"title": "scrobbled", "version": __version__, "license": {"name": "MIT"}},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
            },
        },
    }


def _operation(route: Route, by_type: dict[int, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "summary": route.summary,
        "tags": [route.surface.value],
        "operationId": re.sub(r"\W+", "_", f"{route.method}_{route.path}".lower()).strip("_"),
        "responses": _responses(route, by_type),
    }
    parameters = [*_path_parameters(route), *_query_parameters(route)]
    if parameters:
        operation["parameters"] = parameters
    if route.body is not None:
        schema = by_type[id(route.body)]
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    if route.scope is not None:
        operation["security"] = [{"bearer": [route.scope.value]}, {"key": [route.scope.value]}]
        if route.anonymous:
            operation["security"].append({})
    return operation


def _path_parameters(route: Route) -> Iterable[dict[str, Any]]:
    for name in _VARIABLE.findall(route.path):
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _query_parameters(route: Route) -> Iterable[dict[str, Any]]:
    for each in route.query:
        yield {"name": each.name, "in": "query", "description": each.summary, "schema": each.schema}


def _responses(route: Route, by_type: dict[int, Any]) -> dict[str, Any]:
    """What is answered: the type of the first answer, and the envelope where we refuse in our own form."""
    described = dict(route.answers) | {
        status: meaning for status, meaning in _everywhere(route) if status not in dict(route.answers)
    }
    responses: dict[str, Any] = {}
    for position, (status, meaning) in enumerate(described.items()):
        response = responses[str(status)] = {"description": meaning}
        schema = by_type.get(id(route.returns)) if position == 0 else None
        if status >= 400 and route.surface not in (Surface.TRAKT, Surface.SYSTEM):  # noqa: PLR2004  # refusals
            schema = by_type[id(Error)]
        if schema is not None:
            response["content"] = {"application/json": {"schema": schema}}
    return responses


def _everywhere(route: Route) -> Iterable[tuple[int, str]]:
    """What operations like *route* may answer beside what is theirs alone."""
    if route.method not in ("GET", "DELETE"):
        yield 400, "The body cannot be read"
        yield 413, f"The body is larger than {route.limit} bytes"
    elif route.query:
        yield 400, "What is wrong with a parameter"
    if "{" in route.path.replace("{token}", ""):
        yield 404, "There is no such thing, or it is somebody else's"
    if route.scope is not None:
        yield 401, "No token, or a wrong one"
        yield 403, f"The token may not {route.scope.value}"
        if route.counted and route.scope is not Scope.SCROBBLE:
            yield 429, "Too many requests; Retry-After says in how many seconds to try again"
        yield 503, "A server this one depends on is away; try again soon"


def docs(described: Sequence[Route]) -> str:
    """The description as one page of HTML."""
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>",
        f"<title>scrobbled API</title><style>{_STYLE}</style><h1>scrobbled {__version__}</h1>",
        "<p>Send a token as <code>Authorization: Bearer scr_pat_…</code>. ",
        "For machines: <a href=/openapi.json>/openapi.json</a>.</p>",
    ]
    for surface in Surface:
        mine = [route for route in described if route.surface is surface]
        if mine:
            parts.append(f"<h2>{surface.value}</h2>")
            parts += [_section(route) for route in mine]
    return "".join(parts)


def _section(route: Route) -> str:
    path = html.escape(_VARIABLE.sub(r"{\1}", route.path))
    lines = [f"<h3><code>{route.method} {path}</code></h3><p>{html.escape(route.summary)}"]
    lines.append(f" (scope <code>{route.scope.value}</code>)</p><dl>" if route.scope else "</p><dl>")
    lines += [
        f"<dt><code>?{html.escape(each.name)}=</code></dt><dd>{html.escape(each.summary)}</dd>"
        for each in route.query
    ]
    lines += [f"<dt>{status}</dt><dd>{html.escape(meaning)}</dd>" for status, meaning in route.answers]
    return "".join([*lines, f"</dl><pre>{html.escape(_curl(route))}</pre>"])


def _curl(route: Route) -> str:
    """A line to paste, with *$TOKEN* and *$URL* for what only the reader knows."""
    path = _VARIABLE.sub(lambda found: "$TOKEN" if found[1] == "token" else f"<{found[1]}>", route.path)
    words = ["curl"]
    if route.method != "GET":
        words.append(f"-X {route.method}")
    if route.scope is not None and "$TOKEN" not in path:
        words.append('-H "Authorization: Bearer $TOKEN"')
    if route.body is not None:
        words.append("-H 'Content-Type: application/json' -d '…'")
    return " ".join([*words, f'"$URL{path}"'])
