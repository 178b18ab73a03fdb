"""The words that flat payloads use: what their authors call events, kinds and fields.

Collected from Tautulli's templates, Kodi's add-ons, Home Assistant and other trackers' clients (webhooks fact
sheet §5, §6). Keys are folded (lower case, no underscores), names of events and kinds are lower-case letters.
"""

from __future__ import annotations

from typing import Final

from scrobbled.model.media import ID_SOURCES, Kind
from scrobbled.wire import post, reasons

# Keys ------------------------------------------------------------------------------

EVENT: Final = ("event", "action", "eventtype", "eventname", "trigger", "state", "status", "notifyaction")
KIND: Final = ("mediatype", "type", "kind", "itemtype", "lot", "contenttype", "mediacontenttype")
SHOW: Final = (
    "showname", "showtitle", "tvshowtitle", "tvshowname", "seriesname", "seriestitle", "grandparenttitle",
    "show", "series", "tvshow", "mediaseriestitle",
)  # fmt: skip
TITLE: Final = (
    "episodename",
    "episodetitle",
    "moviename",
    "movietitle",
    "plexmovietitle",
    "name",
    "title",
    "mediatitle",
)
FILM_TITLE: Final = ("moviename", "movietitle", "plexmovietitle", "name", "title", "plextitle", "mediatitle")
SEASON: Final = (
    "season", "seasonnumber", "seasonnum", "plexseasonnum", "parentmediaindex", "parentindex",
    "showseasonnumber", "parentindexnumber", "mediaseason",
)  # fmt: skip
EPISODE: Final = (
    "episode", "episodenumber", "episodenum", "plexepnum", "mediaindex", "index", "number",
    "showepisodenumber", "indexnumber", "animeepisodenumber", "mediaepisode",
)  # fmt: skip
EPISODE_END: Final = ("episodeend", "episodenumberend", "indexnumberend", "numberend", "episodeto")
ABSOLUTE: Final = ("absolute", "numberabs", "absolutenumber", "absoluteepisode", "absoluteepisodenumber")
SHOW_YEAR: Final = ("showyear", "seriesyear", "tvshowyear")
OWN_RATING: Final = ("userrating", "personalrating", "myrating")
PATH: Final = ("file", "path", "filename", "filepath")

#: What stands beside an event that says more than "watched"; without its event it says nothing.
STATE: Final = (
    "position", "currenttime", "viewoffset", "time", "ispaused", "paused", "positionticks", "progress",
    "playbackpositionticks", "playedtocompletion", "played", "savereason", "playbackinfo", "session",
    "server", "serverid", "runtimeticks", "mediaposition", "positionseconds", "positionms",
)  # fmt: skip

# Ids -------------------------------------------------------------------------------

ITEM_IDS: Final = ("ids", "uniqueids", "uniqueid", "externalids", "providerids", "guids")
SHOW_IDS: Final = (
    "showids", "showuniqueids", "tvshowuniqueids", "seriesids", "seriesproviderids", "tvshowids",
)  # fmt: skip
_SOURCES: Final = (*ID_SOURCES[:-1], "thetvdb", "themoviedb", "myanimelist")  # a bare slug says too little


def _scoped(*prefixes: str) -> dict[str, str]:
    """Give the keys of single ids after *prefixes*, with the source of each."""
    return {
        f"{prefix}{source}{suffix}": source
        for prefix in prefixes
        for source in _SOURCES
        for suffix in ("", "id")
    }


BARE_ID: Final = _scoped("")
ITEM_ID: Final = _scoped("episode", "movie")
SHOW_ID: Final = _scoped("show", "series", "tvshow", "grandparent")

# Events and kinds --------------------------------------------------------------------

_SAID: Final = {
    post.START: "start started play playing resume resumed unpause begin watching playbackstart "
    "playbackstarted playbackresume onplay onresume scrobblestart onavstart",
    post.PROGRESS: "progress heartbeat interval timeupdate update seek playbackprogress onprogress buffer "
    "change intro credits commercial onbuffer onchange onintro oncredits oncommercial",
    post.PAUSE: "pause paused playbackpause playbackpaused onpause scrobblepause",
    post.STOP: "stop stopped playbackstop playbackstopped onstop scrobblestop",
    post.WATCHED: "end ended finish finished complete completed watched scrobble scrobbled played "
    "playbackended onwatched logmovie",
    post.TICKED: "markwatched markplayed markedwatched markaswatched",
    post.UNTICKED: "unwatch unwatched markunwatched markunplayed unplayed",
    post.RATED: "rate rated rating onrate",
    post.LIBRARY: "created added download grab rename deleted new oncreated",
    post.SERVER: "error concurrent newdevice extdown extup intdown intup pmsupdate plexpyupdate "
    "plexpydbcorrupt tokenexpired",
    post.TEST: "test ping",
}
EVENTS: Final = {word: said for said, words in _SAID.items() for word in words.split()}

_KINDS: Final = {Kind.MOVIE: "movie film movies", Kind.EPISODE: "episode tvepisode tvshowepisode"}
KINDS: Final = {word: kind for kind, words in _KINDS.items() for word in words.split()}

#: Words for a show, which is an episode where the number of one stands beside it.
SHOWS: Final = frozenset({"show", "tv", "series", "tvshow", "tvseries", "anime"})
SEASON_KIND: Final = "season"

#: What has episodes, and is none.
WHOLES: Final = SHOWS | {SEASON_KIND}

_UNFIT: Final = {
    reasons.MUSIC: "track song music album artist audio musicvideo",
    reasons.TRAILER: "clip trailer extra",
    reasons.PHOTO: "photo picture image",
    reasons.LIVE_TV: "live livetv channel program recording pvr",
    reasons.NOT_MEDIA: "season scene book podcast game videogame manga audiobook",
}
UNFIT: Final = {word: reason for reason, words in _UNFIT.items() for word in words.split()}
