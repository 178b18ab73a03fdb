"""What the operator said about apps that sign people in."""

from __future__ import annotations

from aiohttp import web

#: SCROBBLED_PUBLIC_URL, '' when it is not set.
PUBLIC_URL = web.AppKey("public_url", str)

#: SCROBBLED_UNKNOWN_APPS: True where apps that nobody registered may ask people to let them in.
UNKNOWN_APPS = web.AppKey("unknown_apps", bool)
