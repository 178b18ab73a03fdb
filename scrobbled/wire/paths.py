"""What the names of folders and files say: ids in brackets, and that a file is only a stand-in.

``/tv/Show (2024) {tmdb-294095}/Season 01/…``: the folder's tag is the SERIES' id (webhooks fact
sheet §4). Radarr's and Sonarr's ``{tmdb-1}``, Jellyfin's ``[tmdbid-1]`` and Emby's ``{tmdbid=1}``
are one grammar.
"""

from __future__ import annotations

import re
from typing import Final

from scrobbled.wire.ids import external_ids

_TAG: Final = re.compile(
    r"[\[{(](imdb|tmdb|tvdb|anidb|anilist|tvmaze|mal)[2-9]?(?:[ _-]?id)?[-=: ](tt\d{1,10}|\d{1,12})[\])}]",
    re.ASCII | re.IGNORECASE,
)
_LONGEST: Final = 2_000  # characters; systems allow 4096 bytes at most

#: What programs that announce films call the file that stands in for one
#: (https://github.com/cenodude/CrossWatch/issues/813).
_PLACEHOLDER: Final = re.compile(r"\{edition-(?:trailer|coming ?soon)\}|\.comingsoon\b", re.IGNORECASE)


def tagged_ids(path: object) -> dict[str, str]:
    """Give the ids in the tags of *path*; the folder nearest to the root wins."""
    if not isinstance(path, str) or len(path) > _LONGEST:
        return {}
    return external_ids(_TAG.findall(path))


def is_placeholder(path: object) -> bool:
    """Whether *path* names a stand-in."""
    return isinstance(path, str) and len(path) <= _LONGEST and _PLACEHOLDER.search(path) is not None
