"""
Lists as Trakt shows and takes them: their names, what is on them, the order (Trakt fact sheet §6, §7).

What the sheet leaves open is decided here: which way an order runs when nobody says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import msgspec

from scrobbled.errors import UnprocessableError
from scrobbled.model.wanted import ThingKind
from scrobbled.wire import fields, trakt_body
from scrobbled.wire.trakt_items import identifier
from scrobbled.wire.trakt_media import instant

if TYPE_CHECKING:
    from datetime import datetime

    from scrobbled.model.listing import ListHead

#: What a list can be sorted by -> which way it runs when nobody says so.
SORTS: Final = {
    "rank": "asc",
    "added": "desc",
    "title": "asc",
    "released": "desc",
    "runtime": "asc",
    "popularity": "desc",
    "percentage": "desc",
    "votes": "desc",
    "my_rating": "desc",
    "random": "asc",
    "watched": "desc",
    "collected": "desc",
}

HOWS: Final = ("asc", "desc")

PRIVACIES: Final = ("private", "link", "friends", "public")

#: Characters of a name, of a description, of notes.
_NAME, _DESCRIPTION, NOTES = 255, 10_000, 500

#: Ids that one order may name.
_MOST_IDS: Final = 100_000

_ALL: Final = ("all", "media", "items")


def kinds(word: str | None, among: tuple[ThingKind, ...] = tuple(ThingKind)) -> list[ThingKind] | None:
    """``movies``, ``movie,show``, ``all``: the kinds meant; None for a word that is none."""
    if word is None or word in _ALL:
        return list(among)
    try:
        return [ThingKind(part.strip().removesuffix("s")) for part in word.lower().split(",") if part.strip()]
    except ValueError:
        return None


def sort_word(word: str) -> str | None:
    """A word to sort by, in one of its spellings; None for anything else."""
    found = word.lower().replace("-", "_")
    return found if found in SORTS else None


def rated(rated_at: str, rating: int, kind: str, members: str) -> str:
    """An entry of a list of ratings, as JSON; *members* are those of `trakt_media.members`."""
    return f'{{"rated_at":"{rated_at}","rating":{rating},"type":"{kind}",{members}}}'


def entry(entry_id: int, rank: int, listed_at: datetime, notes: str | None) -> dict[str, Any]:
    """What is said of a thing on a list; the thing itself goes beside it."""
    return {"rank": rank, "id": entry_id, "listed_at": instant(listed_at), "notes": notes}


def state(updated_at: datetime, item_count: int) -> dict[str, Any]:
    """``list`` in the answer to a write."""
    return {"updated_at": instant(updated_at), "item_count": item_count}


def head(of: ListHead, owner: dict[str, Any], server: str) -> dict[str, Any]:
    """A list without what is on it; *server* is the address of this one, which its link leads to."""
    return {
        **msgspec.structs.asdict(of.settings),
        "share_link": f"{server}/trakt/lists/{of.id}",
        "type": "personal",
        "created_at": instant(of.created_at),
        "updated_at": instant(of.updated_at),
        "item_count": of.item_count,
        "comment_count": 0,
        "likes": 0,
        "ids": {"trakt": of.id, "slug": of.slug},
        "user": owner,
    }


# Reading ---------------------------------------------------------------------------


def body(raw: bytes) -> Mapping[str, Any]:
    """A JSON object; an empty body is an empty one. Raises *PayloadError*, *UnprocessableError*."""
    return trakt_body.read(raw) if raw.strip() else {}


def ranks(said: Mapping[str, Any]) -> list[int]:
    """``{"rank": [3, 1, 2]}``: ids in the order they are to have."""
    found = said.get("rank")
    if not isinstance(found, list) or len(found) > _MOST_IDS:
        raise UnprocessableError("rank must be a list of ids, in the order they are to have")
    numbers = [identifier(each) for each in found]
    wrong = next((at for at, each in enumerate(numbers) if each is None), None)
    if wrong is not None:
        message = f"rank[{wrong}] must be an id, got {found[wrong]!r:.40}"
        raise UnprocessableError(message)
    return [each for each in numbers if each is not None]


def place(said: Mapping[str, Any]) -> int | None:
    """``{"rank": 3}``: a place counted from 1; None for nothing."""
    if said.get("rank") is None:
        return None
    found = fields.whole(said["rank"])
    if found is None or not 1 <= found <= _MOST_IDS:
        message = f"rank must be a place from 1 on, got {said['rank']!r:.40}"
        raise UnprocessableError(message)
    return found


def text(said: Mapping[str, Any], name: str, longest: int) -> str | None:
    """A text of at most *longest* characters; None for none."""
    found = said.get(name)
    if found is None or found == "":
        return None
    if not isinstance(found, str) or len(found) > longest:
        message = f"{name} must be a text of at most {longest} characters"
        raise UnprocessableError(message)
    return found.replace("\x00", "").encode("utf-8", "replace").decode().strip() or None


def settings(said: Mapping[str, Any]) -> dict[str, Any]:
    """What a body says of a list; what it does not mention is left out. Raises *UnprocessableError*."""
    found: dict[str, Any] = {}
    if said.get("name") is not None:
        found["name"] = text(said, "name", _NAME)
        if found["name"] is None:
            raise UnprocessableError("name must not be empty")
    if "description" in said:
        found["description"] = text(said, "description", _DESCRIPTION)
    for name in ("display_numbers", "allow_comments"):
        if said.get(name) is not None:
            found[name] = _flag(said, name)
    for name, allowed in (("privacy", PRIVACIES), ("sort_by", tuple(SORTS)), ("sort_how", HOWS)):
        if said.get(name) is not None:
            found[name] = _one_of(said, name, allowed)
    return found


def _flag(said: Mapping[str, Any], name: str) -> bool:
    found = fields.boolean(said[name])
    if found is None:
        message = f"{name} must be true or false, got {said[name]!r:.40}"
        raise UnprocessableError(message)
    return found


def _one_of(said: Mapping[str, Any], name: str, allowed: tuple[str, ...]) -> str:
    found = str(said[name]).lower()
    if found not in allowed:
        message = f"{name} must be one of {', '.join(allowed)}, got {said[name]!r:.40}"
        raise UnprocessableError(message)
    return found
