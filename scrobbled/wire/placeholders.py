"""Templates that were sent as they are: ``{action}`` from Tautulli, ``{{Name}}`` from Jellyfin.

Tautulli's button "Test Notifications" sends the text unrendered, and it leaves names that it does
not know (webhooks fact sheet §5). Such a value says nothing, so it is taken out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_PLACEHOLDER: Final = re.compile(
    r"[\w.]{0,20}(?:\{[a-z][a-z0-9_:!.]{0,40}\}|\{{2,3}[#A-Za-z][^{}]{0,80}\}{2,3})", re.ASCII
)
_DEPTH: Final = 2

#: JSON has a quote after its brace; a form writes braces as %7B.
_TELLTALE: Final = re.compile(rb"\{[A-Za-z#{]")
_ESCAPED: Final = b"%7"


def may_hold_placeholders(body: bytes) -> bool:
    """Whether it is worth looking; most bodies are spared it."""
    # One byte is looked for many times faster than two.
    return (b"%" in body and _ESCAPED in body) or _TELLTALE.search(body) is not None


def without_placeholders(
    payload: Mapping[str, object], depth: int = _DEPTH
) -> tuple[dict[str, object], bool]:
    """Give *payload* without the values that are placeholders, and whether there were any."""
    kept: dict[str, object] = {}
    found = False
    for key, value in payload.items():
        if isinstance(value, dict) and depth > 1:
            kept[key], inside = without_placeholders(value, depth - 1)
            found = found or inside
        elif isinstance(value, str) and value[-1:] == "}" and _PLACEHOLDER.fullmatch(value.strip()):
            found = True
        else:
            kept[key] = value
    return kept, found
