"""How a page is made: a template, our one stylesheet inside it, headers that allow nothing else."""

from __future__ import annotations

import base64
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web

from scrobbled.errors import ScrobbledError
from scrobbled.web.address import base_path
from scrobbled.web.errors import Refusal, status_of
from scrobbled.web.routes import Handler

if TYPE_CHECKING:
    import jinja2

#: What a form may lead to when nothing else is said: this server.
HERE: Final = "'self'"

_HEADINGS = {403: "Not allowed", 404: "Not found", 429: "Too many tries", 503: "Not now"}


@cache
def _style() -> str:
    """Our stylesheet."""
    return Path(__file__).with_name("style.css").read_text("utf-8")


@cache
def _templates() -> jinja2.Environment:
    """Our templates; whatever is put into them is escaped."""
    import jinja2  # noqa: PLC0415  # most front doors show no page, and a killed one must be back soon
    from markupsafe import Markup  # noqa: PLC0415  # as above

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("scrobbled.ui"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["style"] = Markup(_style())  # noqa: S704  # our own file
    return environment


@cache
def _policy(form_action: str) -> str:
    """Allow our stylesheet, by what is in it, and forms that lead to *form_action*."""
    style = base64.b64encode(sha256(_style().encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{style}'; img-src data:; form-action {form_action};"
        " base-uri 'none'; frame-ancestors 'none'"
    )


def page(
    request: web.Request, name: str, /, *, status: int = 200, form_action: str = HERE, **values: Any
) -> web.Response:
    """The page *name* with *values* in it."""
    text = _templates().get_template(f"{name}.html").render(base=base_path(request), **values)
    headers = {
        "Cache-Control": "no-store",
        "Content-Security-Policy": _policy(form_action),
        "X-Frame-Options": "DENY",
    }
    return web.Response(text=text, content_type="text/html", status=status, headers=headers)


def see(request: web.Request, path: str) -> web.Response:
    """On to another page of ours; *path* starts with a slash."""
    return web.Response(status=303, headers={"Location": f"{base_path(request)}{path}"})


def shown(handler: Handler) -> Handler:
    """*handler*, whose refusals are pages too."""

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except (ScrobbledError, web.HTTPException) as error:
            status, message = status_of(error)
            response = page(
                request,
                "result",
                status=status,
                heading=_HEADINGS.get(status, "That did not work"),
                text=message,
            )
            if isinstance(error, Refusal) and error.headers:
                response.headers.update(error.headers)
            return response

    return handle
