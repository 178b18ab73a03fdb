"""Small catalogues of names, made in memory."""

from __future__ import annotations

import io
from itertools import count

from scrobbled.catalog.names import write_to
from scrobbled.match.index import NameIndex
from scrobbled.match.layout import Listed

_ids = count(1)


def film(*names: str, **more: object) -> Listed:
    """A film nobody else is; *names* has the main one first."""
    return Listed(id=next(_ids), kind="movie", names=names, **{"popularity": 100.0} | more)  # type: ignore[arg-type]


def show(*names: str, **more: object) -> Listed:
    """A show."""
    return Listed(id=next(_ids), kind="show", names=names, **{"popularity": 100.0} | more)  # type: ignore[arg-type]


def written(*titles: Listed) -> bytes:
    """The index of *titles*, as a file has it."""
    made = io.BytesIO()
    write_to(made, titles)
    return made.getvalue()


def index_of(*titles: Listed) -> NameIndex:
    """The index of *titles*."""
    return NameIndex(written(*titles))
