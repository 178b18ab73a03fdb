"""Names in the letters that links are made of (pure)."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_NOT_IN_SLUGS: Final = re.compile(r"[^a-z0-9]+")
_LONGEST_SLUG: Final = 120


def slug(name: str) -> str:
    """*name* in the letters links are made of; '' when it has none of them."""
    plain = name.replace("&", " and ")
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    return _NOT_IN_SLUGS.sub("-", plain.lower().replace("'", ""))[:_LONGEST_SLUG].strip("-")
