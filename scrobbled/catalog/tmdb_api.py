"""
TMDB's API: the details of the titles that are wanted, with a key of one's own.

https://developer.themoviedb.org/docs/authentication-application knows two keys: the API key
(v3), a parameter, and the read access token (v4), a bearer. Either will do. Some 40 requests
a second are tolerated (https://developer.themoviedb.org/docs/rate-limiting); we make half of that.
Nothing may be kept for longer than six months (https://www.themoviedb.org/api-terms-of-use).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import aiohttp
import msgspec

from scrobbled.catalog.client import Api, Patience, Refused
from scrobbled.catalog.copies import Copy, Progress, keep
from scrobbled.catalog.reading import Reading
from scrobbled.catalog.records import Record
from scrobbled.catalog.tmdb import APPENDED, of_details
from scrobbled.errors import ConfigError
from scrobbled.model.media import TitleKind

BASE: Final = "https://api.themoviedb.org/3"

#: Seconds between two requests.
_PAUSE: Final = 0.05

#: Seconds after which details are asked for again.
DETAILS_AGE: Final = 30 * 24 * 3600

_WORDS: Final = {TitleKind.MOVIE: "movie", TitleKind.SHOW: "tv"}
_KEY_REFUSED: Final = frozenset({401, 403})

#: A title: its kind and its id at TMDB.
Wanted = tuple[TitleKind, int]


def connect(
    session: aiohttp.ClientSession, key: str, *, base: str = BASE, patience: Patience | None = None
) -> Api:
    """The API at *base* with *key*: a v3 key, or a v4 token, which has dots as JSON Web Tokens do."""
    if "." in key:
        headers, parameters = {"Authorization": f"Bearer {key}"}, {}
    else:
        headers, parameters = {}, {"api_key": key}
    return Api(session, base, pause=_PAUSE, headers=headers, parameters=parameters, patience=patience)


async def details(api: Api, kind: TitleKind, tmdb_id: int) -> Record | None:
    """
    The title with *tmdb_id*, None when TMDB has none. Raises *ConfigError* when the key is
    refused, *Unavailable* when TMDB is away, *ValueError* when its answer is not what it documents.
    """
    try:
        answer = await api.get(_address(kind, tmdb_id), append_to_response=APPENDED[kind])
    except Refused as error:
        raise _explained(error) from error
    return None if answer is None else of_details(kind, _decoded(answer))


async def keep_details(
    api: Api, wanted: Sequence[Wanted], folder: Path, *, now: float, progress: Progress | None = None
) -> None:
    """Keep the details of *wanted* in *folder* for *kept_details*. *now* is in seconds since 1970."""
    copies = [
        Copy(
            address=_address(kind, tmdb_id),
            path=_path(folder, kind, tmdb_id),
            fresh_from=now - DETAILS_AGE,
            parameters={"append_to_response": APPENDED[kind]},
        )
        for kind, tmdb_id in wanted
    ]
    try:
        await keep(api, copies, progress=progress)
    except Refused as error:
        raise _explained(error) from error


def kept_details(wanted: Iterable[Wanted], folder: Path, reading: Reading) -> Iterator[Record]:
    """The titles of *wanted* whose details are in *folder*."""
    for kind, tmdb_id in wanted:
        path = _path(folder, kind, tmdb_id)
        answer = path.read_bytes() if path.is_file() else b""
        if not answer:  # TMDB has dropped it since its list was made
            continue
        reading.read += 1
        try:
            yield of_details(kind, _decoded(answer))
        except ValueError as error:
            reading.refuse(str(path), error)


def _address(kind: TitleKind, tmdb_id: int) -> str:
    return f"/{_WORDS[kind]}/{tmdb_id}"


def _path(folder: Path, kind: TitleKind, tmdb_id: int) -> Path:
    return folder / "tmdb" / _WORDS[kind] / f"{tmdb_id}.json"


def _decoded(answer: bytes) -> dict[str, Any]:
    return msgspec.json.decode(answer, type=dict[str, Any])


def _explained(error: Refused) -> Exception:
    if error.status in _KEY_REFUSED:
        return ConfigError(
            "TMDB refuses the key in SCROBBLED_TMDB_KEY; make one at themoviedb.org/settings/api"
        )
    return error
