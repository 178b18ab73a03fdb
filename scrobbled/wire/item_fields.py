"""The fields of a Jellyfin or Emby payload, under whatever names a template gave them.

Flat as Jellyfin's Webhook plugin sends them, or nested (``Event`` + ``Item``) as Emby, the
plugin "Webhooks" and community templates do (webhooks fact sheet §2, §3, §4). Key
case and underscores do not count.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from scrobbled.wire import paths
from scrobbled.wire.fields import (
    TEXT_LIMIT,
    boolean,
    clock,
    count,
    mapping,
    number,
    percent,
    seconds,
    text,
    year,
)
from scrobbled.wire.ids import external_ids
from scrobbled.wire.keys import Fields, first, folded, letters
from scrobbled.wire.vocabulary import SHOW_ID

TICKS: Final = 10_000_000  # to the second: a tick is 100 ns
_SURELY_TICKS: Final = 60 * TICKS
_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,8});")
_PROVIDER: Final = "provider"
_SERIES_PROVIDER: Final = "seriesprovider"
_IDS: Final = "ids"
#: Templates that drop the plugin's prefix.
_BARE_IDS: Final = ("imdb", "tmdb", "tvdb", "anidb", "anilist", "imdbid", "tmdbid", "tvdbid")
#: An id that Emby's and Jellyfin's scrapers take from the article of the film or of the whole
#: show: nobody can say which (webhooks fact sheet §4).
_NOISE: Final = "wikidata"
_EPISODE: Final = "episode"
_MOVIE: Final = "movie"


#: Characters before they are cleaned; an entity takes up to ten of them.
_LONGEST_WRITTEN: Final = 10 * TEXT_LIMIT


def words(value: object) -> str | None:
    """Give a clean text without what templates add to it.

    ``{{Name}}`` escapes for HTML (``&#39;``), and the plugin puts a backslash
    before each quote before it encodes JSON (webhooks fact sheet §2).
    """
    if isinstance(value, str):
        value = value[:_LONGEST_WRITTEN]
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


def delivery(payload: Mapping[str, object], *, nested: bool = False) -> Delivery:
    """Sort a decoded payload; *nested* says that the item never stands at the top."""
    top = folded(payload)
    if isinstance(top.get("playback"), dict):  # how far it came, as some forwarders group it
        top = {**folded(top["playback"]), **top}
    nested = nested or isinstance(top.get("item"), dict)
    item = folded(top.get("item")) if nested else top
    user_data = folded(item.get("userdata")) if nested else top
    providers = tuple([key for key in top if _PROVIDER in key])  # a list is the faster way to one
    return Delivery(top, item, user_data, folded(top.get("session")), nested, providers)


def event_name(sent: Delivery) -> str:
    """Give the event's name in lower case, letters alone (``playbackstop``)."""
    return letters(first(sent.top, "notificationtype", "event", "eventtype", "mediastatus"))


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
    medium = letters(first(sent.item, "mediatype"))  # ``Video`` says no more than that it moves
    if medium in {_EPISODE, _MOVIE, "audio", "photo"}:
        return medium
    if first(sent.item, "seriesname", "episodenumber", "indexnumber", _EPISODE) is not None:
        return _EPISODE
    if first(sent.item, "artist", "album") is not None:
        return "audio"
    return _MOVIE if item_title(sent) or item_ids(sent) else ""


def item_title(sent: Delivery) -> str | None:
    """Give the film's or the episode's own title."""
    named = first(sent.item, "name", "itemname", "episodename", "episodetitle")
    return words(named if _title_is_series(sent) else either(named, first(sent.item, "title")))


def series_title(sent: Delivery) -> str | None:
    """Give the series' name."""
    named = first(sent.item, "seriesname", "seriestitle", "showtitle", "showname")
    if named is None and _title_is_series(sent):
        named = first(sent.item, "title")
    if named is None:
        series = sent.top.get("series")  # a template may call the name itself so
        named = first(sent.top, "seriesname") or folded(series).get("name") or series
    return words(named)


def _title_is_series(sent: Delivery) -> bool:
    """Whether ``title`` is the series', as where ``season`` and ``episode`` stand beside it and no series."""
    item = sent.item
    return (
        not sent.nested
        and first(item, "season", _EPISODE) is not None
        and first(item, "seriesname", "seriestitle", "showtitle", "showname") is None
        and "episode" in {letters(item.get("mediatype")), letters(item.get("itemtype"))}
    )


def season(sent: Delivery) -> int | None:
    """Give the season; 0 holds the specials."""
    names = ("seasonnumber", "parentindexnumber", "season", "seasonnumber00", "seasonnumber000")
    return count(first(sent.item, *names))


def season_of_season(sent: Delivery) -> int | None:
    """Give the number of an item that is a season: nested, it is the item's own."""
    return count(first(sent.item, "seasonnumber", "indexnumber"))


def episode(sent: Delivery) -> int | None:
    """Give the episode's number, the first when the file holds several."""
    names = ("episodenumber", "indexnumber", _EPISODE, "episodenumber00", "episodenumber000")
    return count(first(sent.item, *names))


def episode_end(sent: Delivery) -> int | None:
    """Give the last episode's number of a file that holds several."""
    names = ("episodenumberend", "indexnumberend", "episodenumberend00", "episodenumberend000")
    end = count(first(sent.item, *names))
    start = episode(sent)
    return end if end is not None and start is not None and end > start else None


def own_year(sent: Delivery) -> int | None:
    """Give the item's own year; a nested item always tells its own."""
    return year(first(sent.item, "productionyear") if sent.nested else first(sent.item, "year"))


def series_year(sent: Delivery) -> int | None:
    """Give the series' year from the series a nested payload brings along."""
    return year(folded(sent.top.get("series")).get("productionyear"))


def item_ids(sent: Delivery) -> dict[str, str]:
    """Give the item's own external ids: ``ProviderIds.Imdb``, ``Provider_imdb``, ``imdb_id``."""
    own = mapping(sent.item.get("providerids")) if sent.nested else {}
    ids = external_ids(own.items()) or _prefixed(sent, _PROVIDER)
    if not ids:
        ids = external_ids((name.removeprefix(_PROVIDER), value) for name, value in _single_ids(sent.item))
    ids.pop(_NOISE, None)
    return ids


def _single_ids(item: Fields) -> Iterator[tuple[str, object]]:
    names = (*_BARE_IDS, *(_PROVIDER + name for name in _BARE_IDS))
    return ((name, item[name]) for name in names if name in item)


def series_ids(sent: Delivery) -> dict[str, str]:
    """Give the series' external ids; extensions and the plugin "Webhooks" send them."""
    named = mapping(first(sent.item, "seriesproviderids") or sent.top.get("seriesproviderids"))
    series = mapping(folded(sent.top.get("series")).get("providerids"))
    ids = external_ids([*named.items(), *series.items()]) or _prefixed(sent, _SERIES_PROVIDER)
    if not ids:
        written = {**sent.top, **folded(sent.item.get("providerids"))}
        ids = external_ids((SHOW_ID[key], value) for key, value in written.items() if key in SHOW_ID)
    ids.pop(_NOISE, None)
    return ids


def path_ids(sent: Delivery) -> dict[str, str]:
    """Give the ids that the names of folders and file carry: of the film, or of the SERIES."""
    return paths.tagged_ids(first(sent.item, "path", "filename"))


def is_placeholder(sent: Delivery) -> bool:
    """Whether the file stands in for a film that is not there yet."""
    return paths.is_placeholder(first(sent.item, "path", "filename"))


def _prefixed(sent: Delivery, prefix: str) -> dict[str, str]:
    """Give the ids of flat keys such as ``Provider_imdb``, or of one object of ids."""
    keys = [key for key in sent.providers if key.startswith(prefix)]
    if not keys:
        return {}
    nested = mapping(sent.top.get(prefix + _IDS))
    return external_ids([*((key[len(prefix) :], sent.top[key]) for key in keys), *nested.items()])


def runtime(sent: Delivery) -> float | None:
    """Give the runtime in seconds; 0 is how the servers say that they do not know."""
    ticks = seconds(either(first(sent.item, "runtimeticks"), first(sent.top, "runtimeticks")), TICKS)
    return ticks or clock(sent.item.get("runtime")) or _bare_ticks(sent, "runtime")


def _bare_ticks(sent: Delivery, name: str) -> float | None:
    """Give the seconds of *name* where ``runtime`` is too large to be anything but ticks."""
    runtime = number(sent.item.get("runtime"))
    return seconds(sent.item.get(name), TICKS) if runtime and runtime >= _SURELY_TICKS else None


def runtime_is_unknown(sent: Delivery) -> bool:
    """Whether the server itself says that it does not know the runtime."""
    return number(either(sent.item.get("runtimeticks"), sent.top.get("runtimeticks"))) == 0


def position(sent: Delivery) -> float | None:
    """Give the position in seconds as the payload says it, 0 included.

    The saved position of a nested item comes last: it is 0 once played
    (https://github.com/shemanaev/jellyfin-plugin-webhooks/issues/7).
    """
    play_state = folded(sent.session.get("playstate"))
    ticks = either(
        first(sent.top, "playbackpositionticks", "positionticks"), first(play_state, "positionticks")
    )
    if ticks is None and sent.nested:
        ticks = number(sent.user_data.get("playbackpositionticks")) or None
    if ticks is None:
        clocked = clock(sent.top.get("playbackposition"))
        return _bare_ticks(sent, "position") if clocked is None else clocked
    return seconds(ticks, TICKS)


def percentage(sent: Delivery) -> float | None:
    """Give a template's own percentage."""
    return percent(first(sent.top, "playbackpercentage", "percentage", "progresspercent", "progress"))


def rating(sent: Delivery) -> float | None:
    """Give the user's rating, 0 to 10. The item's ``CommunityRating`` is not theirs."""
    value = number(first(sent.user_data, "rating"))
    return value if value is not None and 0 <= value <= 10 else None  # noqa: PLR2004  # the scale


def is_whole(sent: Delivery) -> bool:
    """Whether it is all that the plugin has ("Send All Properties"): a field that is not there was lost."""
    return "serverversion" in sent.top


def played(sent: Delivery) -> bool | None:
    """Give Jellyfin's own tick for the item."""
    return boolean(either(first(sent.user_data, "played"), sent.top.get("played")))


def paused(sent: Delivery) -> bool:
    """Whether the player stands still."""
    play_state = folded(sent.session.get("playstate"))
    return boolean(either(first(sent.top, "ispaused", "paused"), play_state.get("ispaused"))) is True


def completed(sent: Delivery) -> bool | None:
    """Give the plugin's ``PlayedToCompletion``."""
    nested = folded(sent.top.get("playbackinfo"))
    flag = boolean(first(sent.top, "playedtocompletion", "completed"))
    return boolean(nested.get("playedtocompletion")) if flag is None else flag


def users(sent: Delivery) -> tuple[object, ...]:
    """Give what the payload calls its user: id and name, flat or nested."""
    user = folded(sent.top.get("user"))
    session = (first(sent.session, "userid"), first(sent.session, "username"))
    flat = (first(sent.top, "userid"), first(sent.top, "notificationusername", "username"))
    return (*flat, first(user, "id"), first(user, "name", "username"), *session)
