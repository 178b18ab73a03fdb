"""One flat object that says what was played, under whatever names its author chose.

Tautulli's templates, Kodi's add-ons and plain scripts have no schema in common but do agree
on words (webhooks fact sheet §5, §6). Keys are folded; values may be text. Nested are at
most the ids, the progress, and the film, the show and the episode as Trakt's clients send them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from scrobbled.model.media import ID_SOURCES, Kind, Media
from scrobbled.wire import paths, post, reasons
from scrobbled.wire.fields import boolean, count, mapping, number, text, year
from scrobbled.wire.ids import external_ids
from scrobbled.wire.item_fields import words
from scrobbled.wire.keys import Fields, first, folded, letters

_EVENT: Final = ("event", "action", "eventtype", "eventname", "trigger", "state", "status", "notifyaction")
_KIND: Final = ("mediatype", "type", "kind", "itemtype", "lot", "contenttype")
_SHOW: Final = (
    "showname", "showtitle", "tvshowtitle", "tvshowname", "seriesname", "seriestitle", "grandparenttitle",
    "show", "series", "tvshow",
)  # fmt: skip
_TITLE: Final = ("episodename", "episodetitle", "moviename", "movietitle", "plexmovietitle", "name", "title")
_SEASON: Final = (
    "season", "seasonnumber", "seasonnum", "plexseasonnum", "parentmediaindex", "parentindex",
    "showseasonnumber", "parentindexnumber",
)  # fmt: skip
_EPISODE: Final = (
    "episode", "episodenumber", "episodenum", "plexepnum", "mediaindex", "index", "number",
    "showepisodenumber", "indexnumber", "animeepisodenumber",
)  # fmt: skip
_EPISODE_END: Final = ("episodeend", "episodenumberend", "indexnumberend", "numberend", "episodeto")
_ABSOLUTE: Final = ("absolute", "numberabs", "absolutenumber", "absoluteepisode", "absoluteepisodenumber")
_SHOW_YEAR: Final = ("showyear", "seriesyear", "tvshowyear")
_RANGE: Final = re.compile(r"(\d{1,4})\s*-\s*(\d{1,4})", re.ASCII)
_OWN_RATING: Final = ("userrating", "personalrating", "myrating")
_PATH: Final = ("file", "path", "filename", "filepath")

#: Names in lower-case letters; of ``media.scrobble`` and ``tautulli.watched`` the last word.
EVENTS: Final = {
    **dict.fromkeys(
        ("start", "started", "play", "playing", "resume", "resumed", "unpause", "begin"), post.START
    ),
    **dict.fromkeys(("playbackstart", "playbackstarted", "playbackresume", "onplay", "onresume"), post.START),
    **dict.fromkeys(("scrobblestart", "playerstart", "onavstart", "watching"), post.START),
    **dict.fromkeys(
        ("progress", "heartbeat", "interval", "timeupdate", "update", "seek", "tick"), post.PROGRESS
    ),
    **dict.fromkeys(
        ("playbackprogress", "onprogress", "buffer", "change", "intro", "credits"), post.PROGRESS
    ),
    **dict.fromkeys(
        ("commercial", "onchange", "onbuffer", "onintro", "oncredits", "oncommercial"), post.PROGRESS
    ),
    **dict.fromkeys(
        ("pause", "paused", "playbackpause", "playbackpaused", "onpause", "scrobblepause"), post.PAUSE
    ),
    **dict.fromkeys(
        ("stop", "stopped", "playbackstop", "playbackstopped", "onstop", "scrobblestop"), post.STOP
    ),
    **dict.fromkeys(("end", "ended", "finish", "finished", "complete", "completed", "watched"), post.WATCHED),
    **dict.fromkeys(("playbackended", "scrobble", "scrobbled", "played", "onwatched", "watch"), post.WATCHED),
    **dict.fromkeys(("markwatched", "markplayed", "markedwatched", "markaswatched", "logmovie"), post.TICKED),
    **dict.fromkeys(("unwatch", "unwatched", "markunwatched", "markunplayed", "unplayed"), post.UNTICKED),
    **dict.fromkeys(("rate", "rated", "rating", "onrate"), post.RATED),
    **dict.fromkeys(
        ("created", "added", "download", "grab", "rename", "deleted", "oncreated", "new"), post.LIBRARY
    ),
    **dict.fromkeys(
        ("error", "concurrent", "newdevice", "extdown", "extup", "intdown", "intup"), post.SERVER
    ),
    **dict.fromkeys(("pmsupdate", "plexpyupdate", "plexpydbcorrupt", "tokenexpired"), post.SERVER),
    **dict.fromkeys(("test", "ping"), post.TEST),
}

_KINDS: Final = {
    **dict.fromkeys(("movie", "film", "movies"), Kind.MOVIE),
    **dict.fromkeys(("episode", "tvepisode", "tvshowepisode"), Kind.EPISODE),
}
#: Words for a show, which is an episode where the number of one stands beside it.
_SHOWS: Final = frozenset({"show", "tv", "series", "tvshow", "tvseries", "anime"})
_UNFIT: Final = {
    **dict.fromkeys(("track", "song", "music", "album", "artist", "audio", "musicvideo"), reasons.MUSIC),
    **dict.fromkeys(("clip", "trailer", "extra"), reasons.TRAILER),
    **dict.fromkeys(("photo", "picture", "image"), reasons.PHOTO),
    **dict.fromkeys(("live", "livetv", "channel", "program", "recording", "pvr"), reasons.LIVE_TV),
    **dict.fromkeys(
        ("season", "book", "podcast", "game", "videogame", "manga", "audiobook"), reasons.NOT_MEDIA
    ),
}

_ITEM_IDS: Final = ("ids", "uniqueids", "externalids", "providerids", "guids")
_SHOW_IDS: Final = (
    "showids",
    "showuniqueids",
    "tvshowuniqueids",
    "seriesids",
    "seriesproviderids",
    "tvshowids",
)
_SOURCES: Final = (*ID_SOURCES[:-1], "thetvdb", "themoviedb", "myanimelist")  # a bare slug says too little


def _scoped(*prefixes: str) -> dict[str, str]:
    """Give the keys of single ids after *prefixes*, with the source of each."""
    return {
        f"{prefix}{source}{suffix}": source
        for prefix in prefixes
        for source in _SOURCES
        for suffix in ("", "id")
    }


#: What stands beside an event that says more than "watched"; without the event it says nothing.
_STATE: Final = (
    "position", "currenttime", "viewoffset", "time", "ispaused", "paused", "positionticks", "progress",
    "playbackpositionticks", "playedtocompletion", "played", "savereason",
)  # fmt: skip

#: From here on a source that never says "completed" has completed, in percent.
COMPLETED_FROM: Final = 90.0

_BARE: Final = _scoped("")
_OF_ITEM: Final = _scoped("episode", "movie")
_OF_SHOW: Final = _scoped("show", "series", "tvshow", "grandparent")


class Ids(NamedTuple):
    """External ids by whose they are; *bare* ones do not say."""

    own: dict[str, str]
    show: dict[str, str]
    bare: dict[str, str]


class Habits(NamedTuple):
    """What a source means by what could be read in two ways.

    *bare_is_show*: single ids beside an episode are its SHOW's. *lone_title_is_show*: so is a
    title beside season and episode. *range_is_file*: ``1-2`` is a file of two episodes.
    """

    bare_is_show: bool = False
    lone_title_is_show: bool = True
    range_is_file: bool = True


USUAL: Final = Habits()


class Item(NamedTuple):
    """What a flat payload is about. *unfit* is the reason why it can never count."""

    fields: Fields
    kind: Kind | None
    unfit: str | None
    ids: Ids


def said_by(fields: Fields) -> post.Said | None:
    """Give what the event's name says; None when the payload has no place for one."""
    named = [name for name in _EVENT if name in fields]
    if not named:
        return EVENTS.get(letters(fields.get("type")))  # where it is no kind, it may be the event
    written = text(first(fields, *named)) or ""
    return EVENTS.get(letters(written)) or EVENTS.get(letters(written.rpartition(".")[2]), post.UNKNOWN)


def implied(fields: Fields, progress: float | None) -> post.Said:
    """Give what a post without an event says: it was watched, unless how far it came is in doubt."""
    if progress is not None:
        return post.WATCHED if progress >= COMPLETED_FROM else post.PROGRESS
    return post.UNKNOWN if first(fields, *_STATE) is not None else post.WATCHED


def item(fields: Fields) -> Item:
    """Say what sort of thing *fields* are about, and collect its ids."""
    ids = _ids(fields)
    named = letters(first(fields, *_KIND))
    kind = _KINDS.get(named)
    unfit = _UNFIT.get(named)
    if boolean(fields.get("live")):
        unfit = reasons.LIVE_TV
    elif paths.is_placeholder(first(fields, *_PATH)):
        unfit = reasons.PLACEHOLDER
    if kind is None and unfit is None:
        kind = _guessed(fields, ids)
        if named in _SHOWS and first(fields, *_EPISODE) is None:
            unfit = reasons.NOT_MEDIA
    return Item(fields, kind, unfit, ids)


def _guessed(fields: Fields, ids: Ids) -> Kind | None:
    """Give the kind that the other fields imply; a mere path implies none."""
    if first(fields, *_EPISODE, *_ABSOLUTE) is not None or first(fields, *_SEASON) is not None:
        return Kind.EPISODE
    if first(fields, *_SHOW) is not None or ids.show:
        return Kind.EPISODE
    named = first(fields, *_TITLE) is not None or ids.own or ids.bare
    return Kind.MOVIE if named else None


def media(found: Item, runtime: float | None, habits: Habits = USUAL) -> Media | None:
    """Give the film or episode; *runtime* in seconds."""
    fields, ids = found.fields, found.ids
    if found.kind is not Kind.EPISODE:
        if found.kind is None and found.unfit is None:
            return None
        own = {**ids.bare, **ids.own} or paths.tagged_ids(first(fields, *_PATH))
        title = words(
            first(fields, "moviename", "movietitle", "plexmovietitle", "name", "title", "plextitle")
        )
        return Media(
            kind=Kind.MOVIE,
            title=title,
            year=year(fields.get("year")),
            ids=own,
            show_ids=ids.show,
            runtime=runtime,
        )
    return _episode(found, runtime, habits)


def _episode(found: Item, runtime: float | None, habits: Habits) -> Media:
    fields, ids = found.fields, found.ids
    own, show_ids, unscoped = _whose(ids, bare_is_show=habits.bare_is_show)
    numbers = _numbers(fields, range_is_file=habits.range_is_file)
    show, title = _names(fields, lone_title_is_show=habits.lone_title_is_show)
    if not (own or show_ids or unscoped):
        show_ids = paths.tagged_ids(first(fields, *_PATH))
    return Media(
        kind=Kind.EPISODE,
        title=title,
        year=year(fields.get("year")),
        show=show,
        show_year=year(first(fields, *_SHOW_YEAR)),
        season=count(first(fields, *_SEASON)),
        episode=numbers[0],
        episode_end=numbers[1],
        absolute=count(first(fields, *_ABSOLUTE)),
        ids=own,
        show_ids=show_ids,
        unscoped_ids=unscoped,
        runtime=runtime,
    )


def _whose(ids: Ids, *, bare_is_show: bool) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """Give the episode's ids, the show's, and those that may be either's."""
    if bare_is_show:
        return ids.own, {**ids.bare, **ids.show}, {}
    if ids.show:
        return {**ids.bare, **ids.own}, ids.show, {}
    return ids.own, {}, ids.bare


def _names(fields: Fields, *, lone_title_is_show: bool) -> tuple[str | None, str | None]:
    """Give the show's name and the episode's; a lone title beside numbers is the show's.

    Tautulli's ``{title}`` is both: ``Show - Episode``.
    """
    show = words(first(fields, *_SHOW, "plextitle"))
    if show is None and lone_title_is_show and first(fields, *_SEASON, *_EPISODE) is not None:
        return words(first(fields, "title", "name")), words(first(fields, "episodename", "episodetitle"))
    return show, own_title(words(first(fields, *_TITLE)), show)


def own_title(title: str | None, show: str | None) -> str | None:
    """Give *title* without the *show* that is written before it."""
    if title and show and title.startswith(f"{show} - "):
        return title[len(show) + 3 :].strip() or None
    return title


def is_range(fields: Fields) -> bool:
    """Whether the season or the episode is several (``6-10``), as in Tautulli's grouped notifications."""
    written = (first(fields, *_SEASON), first(fields, *_EPISODE))
    return any(isinstance(each, str) and _is_range(each) for each in written)


def _is_range(written: str) -> bool:
    return _RANGE.fullmatch(written.strip()) is not None


def _numbers(fields: Fields, *, range_is_file: bool) -> tuple[int | None, int | None]:
    """Give the episode's number, and the last one of a file that holds several."""
    written = first(fields, *_EPISODE)
    start, end = count(written), count(first(fields, *_EPISODE_END))
    if start is None and range_is_file and isinstance(written, str):
        found = _RANGE.fullmatch(written.strip())
        start, end = (count(found[1]), count(found[2])) if found else (None, None)
    return start, end if start is not None and end is not None and end > start else None


def rating(fields: Fields, said: post.Said) -> float | None:
    """Give the user's own rating, 0 to 10; a bare ``rating`` is theirs only when they rate."""
    names = (*_OWN_RATING, "rating") if said is post.RATED else _OWN_RATING
    value = number(first(fields, *names))
    return value if value is not None and 0 <= value <= 10 else None  # noqa: PLR2004  # the scale


def users(fields: Fields) -> tuple[object, ...]:
    """Give what the payload calls its user."""
    named = (fields.get(name) for name in ("user", "userid", "username", "friendlyname"))
    account, user = folded(fields.get("account")), folded(fields.get("user"))
    return (*named, account.get("id"), account.get("title"), user.get("id"), user.get("name"))


def _ids(fields: Fields) -> Ids:
    own, show, bare = [], [], []
    for key, value in fields.items():
        if key in _BARE:
            bare.append((_BARE[key], value))
        elif key in _OF_SHOW:
            show.append((_OF_SHOW[key], value))
        elif key in _OF_ITEM:
            own.append((_OF_ITEM[key], value))
    return Ids(
        external_ids([*_listed(fields, _ITEM_IDS), *own]),
        external_ids([*_listed(fields, _SHOW_IDS), *show]),
        external_ids(bare),
    )


def _listed(fields: Fields, names: tuple[str, ...]) -> Iterator[tuple[object, object]]:
    for name in names:
        ids: Mapping[str, object] = mapping(fields.get(name))
        yield from ids.items()
