"""Plex guids: ``scheme://id[/season[/episode]][?lang=xx]``, new and legacy.

What the id means depends on the agent (webhooks fact sheet §1, "Legacy agent
guid grammar"). The ids of ``plex://`` guids are Plex's own and no catalogue has
them. The numbers of HAMA's remapped seasons and of the DVD order are passed on as they
are, with the name of their order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import Final, NamedTuple

from scrobbled.model.media import ID_SOURCES, Kind
from scrobbled.wire.fields import count
from scrobbled.wire.ids import external_id, external_ids

_GRAMMAR: Final = re.compile(
    r"([a-z0-9._+-]{1,80})://([^/?]{0,120})(?:/(\d{1,9})(?![^/?]))?(?:/(\d{1,9})(?![^/?]))?",
    re.ASCII | re.IGNORECASE,
)
#: HAMA puts the source, and a digit for a season scheme, before the id.
_HAMA_ID: Final = re.compile(r"(tvdb|anidb|tmdb|imdb)[2-9]?-(.+)", re.ASCII | re.IGNORECASE)

_AGENTS: Final = {
    "com.plexapp.agents.imdb": "imdb",
    "com.plexapp.agents.themoviedb": "tmdb",
    "com.plexapp.agents.thetvdb": "tvdb",
    "com.plexapp.agents.thetvdbdvdorder": "tvdb",
    "net.fribbtastic.coding.plex.myanimelist": "mal",
}
_HAMA: Final = "com.plexapp.agents.hama"
_DVD: Final = "com.plexapp.agents.thetvdbdvdorder"
#: HAMA follows TVDB's seasons for plain ``tvdb-`` too, but its absolute scanner makes seasons of its own.
_ORDERS: Final = {_HAMA: "hama", _DVD: "dvd"}
#: Without a digit the numbers are those of the AniDB title itself; with one they are TVDB's, or HAMA's own.
_ANIDB_OWN: Final = "anidb-"
_NFO_PREFIXES: Final = ("com.plexapp.agents.xbmcnfo", "tv.plex.agents.nfo")

#: Libraries of home videos and downloads: their numbers are the server's own.
_LOCAL_AGENTS: Final = frozenset(
    {
        "com.plexapp.agents.none",
        "com.plexapp.agents.localmedia",
        "com.plexapp.agents.cmdb",
        "com.plexapp.agents.ytinforeader",
        "com.plexapp.agents.plexmusic",
        "tv.plex.agents.none",
        "ytinforeader",
        "cmdb",
        "plexmusic",
    }
)
#: Schemes of single ids, not of agents: on an episode they name the episode.
_SHORT: Final = frozenset(ID_SOURCES)

_PLEX: Final = "plex"  # ``plex://episode/<24 hex digits>``: its path holds no numbers

EXTRA: Final = "clip"

#: Not matched yet, or never to be: told apart by the show's own guid.
_UNMATCHED: Final = "local"


#: Where the show's guid stands beside an episode's and a season's; a season's legacy guid names the show too.
_PARENTS: Final = ("grandparentGuid", "parentGuid")

#: External guids that are looked at; a real list has three.
_MOST_ENTRIES: Final = 50


class Guid(NamedTuple):
    """One guid taken apart. *scheme* is lower case, *id* not blank or None."""

    scheme: str
    id: str | None
    season: int | None
    episode: int | None


def split(value: object) -> Guid | None:
    """Take a guid apart, or give None when *value* is not one."""
    return _split(value) if isinstance(value, str) else None


@lru_cache(maxsize=256)  # several questions are asked of the same one
def _split(value: str) -> Guid | None:
    found = _GRAMMAR.match(value.strip())
    if found is None:
        return None
    scheme, name, season, episode = found.groups()
    if scheme.lower() == _PLEX:
        season = episode = None
    return Guid(scheme.lower(), name or None, count(season), count(episode))


def source_and_id(guid: Guid, kind: Kind) -> tuple[str, str] | None:
    """Give the id space and the id that *guid* names, when a catalogue has it."""
    if guid.scheme == _HAMA:
        found = _HAMA_ID.fullmatch(guid.id or "")
        return external_id(found[1], found[2]) if found else None
    if guid.scheme.startswith(_NFO_PREFIXES):
        digits_are = "tmdb" if kind is Kind.MOVIE else "tvdb"
        return external_id("imdb", guid.id) or external_id(digits_are, guid.id)
    return external_id(_AGENTS.get(guid.scheme, guid.scheme), guid.id)


def kind(guid: Guid) -> str | None:
    """Say what sort of thing *guid* names: movie, episode, ... as Plex's own do; *EXTRA*; None is unknown.

    A trailer's or a pre-roll's is of no agent's: ``iva://``, ``file://``, ``prerolls://``.
    """
    if guid.scheme == _PLEX:
        return guid.id
    known = guid.scheme in _AGENTS or guid.scheme in _LOCAL_AGENTS or guid.scheme in _SHORT
    if known or guid.scheme in {_HAMA, _UNMATCHED} or guid.scheme.startswith(_NFO_PREFIXES):
        return None
    return EXTRA


def order(metadata: Mapping[str, object]) -> str | None:
    """Name the order that season and episode count in, when it is not the one in which they aired."""
    guid = split(metadata.get("guid"))
    if guid is None or guid.scheme not in _ORDERS:
        return None
    if guid.scheme == _HAMA and (guid.id or "").lower().startswith(_ANIDB_OWN):
        return "anidb"
    return _ORDERS[guid.scheme]


def is_local(metadata: Mapping[str, object]) -> bool:
    """Whether the item lives on its server alone and must never be matched.

    A ``local://`` episode of a show that Plex knows is only too new for the
    agent; its show, season and episode numbers are good.
    """
    guid = split(metadata.get("guid"))
    if guid is None:
        return False
    if guid.scheme in _LOCAL_AGENTS:
        return True
    if guid.scheme != _UNMATCHED:
        return False
    parents = (split(metadata.get("grandparentGuid")), split(metadata.get("parentGuid")))
    return not any(parent and parent.scheme == _PLEX for parent in parents)


def listed_ids(metadata: Mapping[str, object], kind: Kind) -> tuple[dict[str, str], dict[str, str]]:
    """Give the item's and the show's ids from the list of external guids.

    On an episode the entries are the episode's, unless they name a season and an
    episode of something, or are a legacy agent's: that something is the show.
    """
    own: list[tuple[str, str]] = []
    show: list[tuple[str, str]] = []
    for entry in islice(_entries(metadata), _MOST_ENTRIES):
        guid = split(entry)
        found = guid and source_and_id(guid, kind)
        if guid and found:
            is_show = kind is Kind.EPISODE and (guid.season is not None or _is_legacy(guid))
            (show if is_show else own).append(found)
    return external_ids(own), external_ids(show)


def _is_legacy(guid: Guid) -> bool:
    """Whether an agent made *guid* that never knew the ids of episodes."""
    return guid.scheme in _AGENTS or guid.scheme == _HAMA


def all_ids(metadata: Mapping[str, object], kind: Kind) -> tuple[dict[str, str], dict[str, str]]:
    """Give the item's and the show's ids from every guid of *metadata*.

    A legacy agent names an episode by its SHOW's id, season and episode; the
    lists are newer and win.
    """
    own, show = listed_ids(metadata, kind)
    guid = split(metadata.get("guid"))
    found = guid and source_and_id(guid, kind)
    if guid and found:
        is_own = kind is Kind.MOVIE or (guid.scheme in _SHORT and guid.season is None)
        (own if is_own else show).setdefault(*found)
    for parent in _PARENTS if kind is Kind.EPISODE and not show else ():
        guid = split(metadata.get(parent))
        found = guid and source_and_id(guid, kind)
        if found:
            return own, dict([found])
    return own, show


def _entries(metadata: Mapping[str, object]) -> Iterator[str]:
    """Give the external guids, under the names adapters and forwarders use too."""
    for key in ("Guid", "ExternalGuid", "guid"):
        value = metadata.get(key)
        if isinstance(value, dict) and "id" not in value and "Host" not in value:
            yield from (f"{source}://{name}" for source, name in value.items())
        elif isinstance(value, list | dict):
            for entry in value if isinstance(value, list) else [value]:
                yield from _entry(entry)


def _entry(entry: object) -> Iterator[str]:
    if isinstance(entry, str):
        yield entry
    elif isinstance(entry, dict) and isinstance(entry.get("id"), str):
        yield entry["id"]
    elif isinstance(entry, dict) and "Host" in entry:
        yield f"{entry.get('Scheme')}://{entry['Host']}{entry.get('Path') or ''}"
