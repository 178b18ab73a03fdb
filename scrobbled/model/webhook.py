"""A webhook as it was received: kept beside the event that was read from it."""

from __future__ import annotations

import msgspec


class Webhook(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """
    What came with an event, secrets removed.

    *player* is the one in its address, *token_id* the connection it came by, *filters* what its
    address counts (account, kind, library, path; none = all). *body* is None when it was not kept; *size* is
    that of the body as it came, in bytes, and *truncated* tells that its end is missing.
    """

    player: str
    token_id: int
    content_type: str = ""
    filters: dict[str, list[str]] = {}
    body: bytes | None = None
    size: int = 0
    truncated: bool = False
