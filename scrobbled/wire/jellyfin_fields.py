"""The fields of a Jellyfin payload, under whatever names a template gave them.

Flat as the Webhook plugin sends them, or nested (``Event`` + ``Item``) as the
plugin "Webhooks" and community templates do (webhooks fact sheet §2, §3). Key
case and underscores do not count: PascalCase, camelCase and snake_case are one.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from scrobbled.wire.fields import boolean, clock, count, mapping, number, seconds, text, year
from scrobbled.wire.ids import external_ids

Fields = Mapping[str, object]

_TICKS: Final = 10_000_000  # a tick is 100 ns
_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,8});")
_STREAMS: Final = frozenset({"Video_", "Audio_", "Subtit"})
_STREAM_PREFIX: Final = 6
_PROVIDER: Final = "provider"
_SERIES_PROVIDER: Final = "seriesprovider"
_IDS: Final = "ids"


def folded(value: object) -> dict[str, object]:
    """Give a JSON object with its keys in lower case, without underscores.

    The stream properties (``Video_0_Codec``…, up to hundreds) are left out.
    """
    if not isinstance(value, dict):
        return {}
    return {
        key.replace("_", "").lower(): item
        for key, item in value.items()
        if key[:_STREAM_PREFIX] not in _STREAMS
    }


def first(fields: Fields, *names: str) -> object:
    """Give the first of *names* that holds something: "" is how templates say nothing."""
    for name in names:
        value = fields.get(name)
        if value is not None and value != "":
            return value
    return None


def words(value: object) -> str | None:
    """Give a clean text without what templates add to it.

    ``{{Name}}`` escapes for HTML (``&#39;``), and the plugin puts a backslash
    before each quote before it encodes JSON (webhooks fact sheet §2).
    """
    if isinstance(value, str):
        if "&" in value:
            value = _ENTITY.sub(lambda entity: html.unescape(entity[0]), value)
        value = value.replace('\\"', '"')
    return text(value)


def either(value: object, other: object) -> object:
    """Give *value*, or *other* when it is None; 0 and False are values."""
    return other if value is None else value


class Delivery(NamedTuple):
    """A payload sorted into the objects its fields live in, keys folded.

    *item* is *top* itself when the payload is flat. *providers* are the keys of
    *top* that hold external ids.
    """

    top: Fields
    item: Fields
    user_data: Fields
    session: Fields
    nested: bool
    providers: tuple[str, ...]


def delivery(payload: Mapping[str, object]) -> Delivery:
    """Sort a decoded payload."""
    top = folded(payload)
    nested = isinstance(top.get("item"), dict)
    item = folded(top["item"]) if nested else top
    user_data = folded(item.get("userdata")) if nested else top
    providers = tuple([key for key in top if _PROVIDER in key])  # a list is the faster way to one
    return Delivery(top, item, user_data, folded(top.get("session")), nested, providers)


def event_name(sent: Delivery) -> str:
    """Give the event's name in lower case, letters alone (``playbackstop``)."""
    name = text(first(sent.top, "notificationtype", "event")) or ""
    return name.lower() if name.isalpha() else "".join(filter(str.isalpha, name.lower()))


def save_reason(sent: Delivery) -> str:
    """Give why user data was saved, in lower case (``toggleplayed``)."""
    return (text(first(sent.top, "savereason")) or "").lower()


def item_type(sent: Delivery) -> str:
    """Give the item's class in lower case; '' when the payload holds no item.

    A template without it still shows what it is about: a series or a number
    makes an episode, an artist a song, any other title or id a film.
    """
    named = text(first(sent.item, "itemtype", "type"))
    if named:
        return named.lower()
    if first(sent.item, "seriesname", "episodenumber", "indexnumber") is not None:
        return "episode"
    if first(sent.item, "artist", "album") is not None:
        return "audio"
    return "movie" if item_title(sent) or item_ids(sent) else ""


def item_title(sent: Delivery) -> str | None:
    """Give the film's or the episode's own title."""
    return words(first(sent.item, "name", "title", "itemname"))


def series_title(sent: Delivery) -> str | None:
    """Give the series' name."""
    named = first(sent.item, "seriesname", "seriestitle", "showtitle")
    return words(either(named, sent.top.get("seriesname")))


def season(sent: Delivery) -> int | None:
    """Give the season; 0 holds the specials."""
    return count(first(sent.item, "seasonnumber", "parentindexnumber", "season"))


def episode(sent: Delivery) -> int | None:
    """Give the episode's number, the first when the file holds several."""
    return count(first(sent.item, "episodenumber", "indexnumber", "episode"))


def episode_end(sent: Delivery) -> int | None:
    """Give the last episode's number of a file that holds several."""
    end = count(first(sent.item, "episodenumberend", "indexnumberend"))
    start = episode(sent)
    return end if end is not None and start is not None and end > start else None


def own_year(sent: Delivery) -> int | None:
    """Give the item's own year; a nested item always tells its own."""
    return year(first(sent.item, "productionyear") if sent.nested else first(sent.item, "year"))


def series_year(sent: Delivery) -> int | None:
    """Give the series' year from the series a nested payload brings along."""
    return year(folded(sent.top.get("series")).get("productionyear"))


def item_ids(sent: Delivery) -> dict[str, str]:
    """Give the item's own external ids: ``Provider_imdb`` or ``ProviderIds.Imdb``."""
    if sent.nested:
        return external_ids(mapping(sent.item.get("providerids")).items())
    return _prefixed(sent, _PROVIDER)


def series_ids(sent: Delivery) -> dict[str, str]:
    """Give the series' external ids; no plugin of today but extensions send them."""
    named = mapping(first(sent.item, "seriesproviderids"))
    series = mapping(folded(sent.top.get("series")).get("providerids"))
    return external_ids([*named.items(), *series.items()]) or _prefixed(sent, _SERIES_PROVIDER)


def _prefixed(sent: Delivery, prefix: str) -> dict[str, str]:
    """Give the ids of flat keys such as ``Provider_imdb``, or of one object of ids."""
    keys = [key for key in sent.providers if key.startswith(prefix)]
    if not keys:
        return {}
    nested = mapping(sent.top.get(prefix + _IDS))
    return external_ids([*((key[len(prefix) :], sent.top[key]) for key in keys), *nested.items()])


def runtime(sent: Delivery) -> float | None:
    """Give the runtime in seconds; Jellyfin writes 0 when it does not know."""
    ticks = seconds(first(sent.item, "runtimeticks"), _TICKS)
    return ticks or clock(sent.item.get("runtime")) or None


def position(sent: Delivery) -> float | None:
    """Give the position in seconds as the payload says it, 0 included.

    The saved position of a nested item comes last: it is 0 once played
    (https://github.com/shemanaev/jellyfin-plugin-webhooks/issues/7).
    """
    play_state = folded(sent.session.get("playstate"))
    ticks = either(first(sent.top, "playbackpositionticks"), first(play_state, "positionticks"))
    if ticks is None and sent.nested:
        ticks = number(sent.user_data.get("playbackpositionticks")) or None
    if ticks is None:
        return clock(sent.top.get("playbackposition"))
    return seconds(ticks, _TICKS)


def played(sent: Delivery) -> bool | None:
    """Give Jellyfin's own tick for the item."""
    return boolean(either(first(sent.user_data, "played"), sent.top.get("played")))


def paused(sent: Delivery) -> bool:
    """Whether the player stands still."""
    play_state = folded(sent.session.get("playstate"))
    return boolean(either(sent.top.get("ispaused"), play_state.get("ispaused"))) is True


def completed(sent: Delivery) -> bool | None:
    """Give the plugin's ``PlayedToCompletion``."""
    nested = folded(sent.top.get("playbackinfo"))
    flag = boolean(sent.top.get("playedtocompletion"))
    return boolean(nested.get("playedtocompletion")) if flag is None else flag


def users(sent: Delivery) -> tuple[object, ...]:
    """Give what the payload calls its user: id and name, flat or nested."""
    user = folded(sent.top.get("user"))
    flat = (first(sent.top, "userid"), first(sent.top, "notificationusername", "username"))
    return (*flat, first(user, "id"), first(user, "name", "username"))
