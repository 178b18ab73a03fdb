"""The routes of the pages."""

from __future__ import annotations

from scrobbled.ui import activate, apps, authorize, signing_in
from scrobbled.ui.pages import shown
from scrobbled.ui.visitor import FORM_LIMIT
from scrobbled.web.routes import Route, Surface


def routes() -> list[Route]:
    """The pages; those that apps send people to are at Trakt's prefix too."""
    both = ("", "/trakt")
    pages = [
        *((f"{prefix}/oauth/authorize", authorize.authorize, "Let an app in") for prefix in both),
        *((f"{prefix}/activate", activate.enter, "Enter a device's code") for prefix in both),
        *((f"{prefix}/activate/{{user_code}}", activate.activate, "Let a device in") for prefix in both),
        ("/apps", apps.let_in, "The apps one let in, and ending that"),
        ("/signin", signing_in.signin, "Sign in"),
    ]
    found = [
        Route(method, path, shown(handler), Surface.PAGES, None, summary, limit=FORM_LIMIT)
        for path, handler, summary in pages
        for method in ("GET", "POST")
    ]
    found.append(Route("GET", "/", shown(signing_in.front), Surface.PAGES, None, "On to the pages"))
    signout = shown(signing_in.signout)
    found.append(Route("POST", "/signout", signout, Surface.PAGES, None, "Sign out", limit=FORM_LIMIT))
    return found
