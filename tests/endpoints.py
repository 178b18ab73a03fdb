"""docs/trakt-endpoints.md, written from the routes: ``python -m tests.endpoints`` (``make docs``)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from scrobbled.api import oauth
from scrobbled.api import trakt as reads
from scrobbled.api.trakt.operations import Operation, operations
from scrobbled.ingest import trakt as playing
from scrobbled.ui import routes as pages
from scrobbled.web.routes import Route

PAGE = Path(__file__).resolve().parents[1] / "docs" / "trakt-endpoints.md"

_HEAD = """# Trakt's endpoints, and which of them work

Written by `make docs` from the routes themselves; a test fails when it is out of date. {served} of
{all} operations work. The others are answered 501 in Trakt's form. The list is Trakt's contract, and what
clients from before it ask for. What is served beside it (`HEAD` of everything that has `GET`, paths
without their last parts) is in `/docs` of every server. How it behaves where Trakt's documentation leaves
it open is in [trakt.md](trakt.md).

| operation | works | what it does |
| --- | --- | --- |
"""


def routes() -> list[Route]:
    """The routes that speak Trakt's protocol."""
    return [*playing.routes(), *reads.routes(), *oauth.routes(), *pages.routes()]


def page() -> str:
    """The document."""
    found = operations(routes())
    served = sum(each.route is not None for each in found)
    return _HEAD.format(served=served, all=len(found)) + "".join(_rows(found))


def _rows(found: Sequence[Operation]) -> list[str]:
    return [
        f"| `{each.method} {each.path}` | {'no' if each.route is None else 'yes'} "
        f"| {'' if each.route is None else each.route.summary} |\n"
        for each in found
    ]


if __name__ == "__main__":
    PAGE.write_text(page())
