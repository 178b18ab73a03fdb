"""What Jellyfin and Emby have in common: names of events, sorts of items, the item itself.

Jellyfin came from Emby, and the plugins of both took over each other's names: Emby's
``playback.stop`` and ``item.markplayed``, its older plugin's ``PlaybackStop``, and
``Stop`` and ``MarkPlayed`` of Jellyfin's plugin "Webhooks" (webhooks fact sheet §2, §3, §4).
"""

from __future__ import annotations

from typing import Final

from scrobbled.model.media import Kind, Media
from scrobbled.wire import item_fields, post, reasons
from scrobbled.wire.item_fields import Delivery
from scrobbled.wire.keys import first

#: Names in lower-case letters.
EVENTS: Final = {
    "playbackstart": post.START,
    "play": post.START,
    "playing": post.START,
    "resume": post.START,
    "unpause": post.START,
    "playbackunpause": post.START,
    "playbackresume": post.START,
    "playbackprogress": post.PROGRESS,
    "progress": post.PROGRESS,
    "pause": post.PAUSE,
    "paused": post.PAUSE,
    "playbackpause": post.PAUSE,
    "playbackpaused": post.PAUSE,
    "playbackstop": post.STOP,
    "playbackstopped": post.STOP,
    "stop": post.STOP,
    "stopped": post.STOP,
    "mediaplay": post.START,
    "mediaresume": post.START,
    "mediapause": post.PAUSE,
    "mediastop": post.STOP,
    "mediascrobble": post.WATCHED,
    "scrobble": post.WATCHED,
    "playbackscrobble": post.WATCHED,
    "markplayed": post.TICKED,
    "itemmarkplayed": post.TICKED,
    "markunplayed": post.UNTICKED,
    "itemmarkunplayed": post.UNTICKED,
    "rate": post.RATED,
    "itemrate": post.RATED,
    "itemaddedtofavorites": post.RATED,
    "itemremovedfromfavorites": post.RATED,
    "itemadded": post.LIBRARY,
    "itemdeleted": post.LIBRARY,
    "itemupdated": post.LIBRARY,
    "librarynew": post.LIBRARY,
    "librarydeleted": post.LIBRARY,
    "librarynewitem": post.LIBRARY,
    "systemnotificationtest": post.TEST,
    "systemwebhooktest": post.TEST,
    "notificationtest": post.TEST,
}
#: What begins the names of events that are the server's own business.
_SERVER_EVENTS: Final = (
    "session", "authentication", "user", "plugin", "task", "pending", "subtitle", "system", "device",
    "scheduledtask", "livetv", "camera", "generic",
)  # fmt: skip

#: What has episodes and is none: it can be rated.
WHOLES: Final = frozenset({"series", "season"})

KINDS: Final = {"movie": Kind.MOVIE, "episode": Kind.EPISODE}
IGNORED_TYPES: Final = {
    "audio": reasons.MUSIC,
    "audiobook": reasons.MUSIC,
    "musicalbum": reasons.MUSIC,
    "musicartist": reasons.MUSIC,
    "musicvideo": reasons.MUSIC,
    "trailer": reasons.TRAILER,
    "photo": reasons.PHOTO,
    "photoalbum": reasons.PHOTO,
    "video": reasons.HOME_VIDEO,
    "program": reasons.LIVE_TV,
    "recording": reasons.LIVE_TV,
    "tvchannel": reasons.LIVE_TV,
    "tvprogram": reasons.LIVE_TV,
    "livetvchannel": reasons.LIVE_TV,
    "livetvprogram": reasons.LIVE_TV,
    "livetvvideorecording": reasons.LIVE_TV,
}


def said_by(name: str) -> post.Said:
    """Give what the event's *name*, in lower-case letters, says."""
    said = EVENTS.get(name)
    if said is None:
        return post.SERVER if name.startswith(_SERVER_EVENTS) else post.UNKNOWN
    return said


def unfit(sent: Delivery) -> str | None:
    """Give the reason why an item of its sort never counts."""
    kind = item_fields.item_type(sent)
    if kind and kind not in KINDS:
        return IGNORED_TYPES.get(kind, reasons.NOT_MEDIA)
    if first(sent.item, "extratype") is not None:
        return reasons.TRAILER
    return reasons.PLACEHOLDER if item_fields.is_placeholder(sent) else None


def media(sent: Delivery, runtime: float | None) -> Media | None:
    """Give what the payload is about; *runtime* in seconds."""
    kind = item_fields.item_type(sent)
    if KINDS.get(kind) is Kind.EPISODE:
        return _episode(sent, runtime)
    if not kind:
        return None
    ids, show_ids = item_fields.item_ids(sent), {}
    if kind == "series":
        ids, show_ids = {}, ids
    elif kind in KINDS and not ids:
        ids = item_fields.path_ids(sent)
    of_season = kind == "season"
    if of_season:
        show_ids = item_fields.series_ids(sent)
    return Media(
        kind=Kind.MOVIE,
        title=item_fields.item_title(sent),
        year=item_fields.own_year(sent),
        show=item_fields.series_title(sent) if of_season else None,
        season=item_fields.season_of_season(sent) if of_season else None,
        ids=ids,
        show_ids=show_ids,
        runtime=runtime,
    )


def _episode(sent: Delivery, runtime: float | None) -> Media:
    """Read an episode; the flat ``Year`` is the SERIES', a nested item's is its own.

    A tag in the path is asked only where the episode has no id, as in libraries of ``.strm`` files.
    """
    year = item_fields.own_year(sent)
    ids, show_ids = item_fields.item_ids(sent), item_fields.series_ids(sent)
    if not ids and not show_ids:
        show_ids = item_fields.path_ids(sent)
    return Media(
        kind=Kind.EPISODE,
        title=item_fields.item_title(sent),
        year=year if sent.nested else None,
        show=item_fields.series_title(sent),
        show_year=item_fields.series_year(sent) if sent.nested else year,
        season=item_fields.season(sent),
        episode=item_fields.episode(sent),
        episode_end=item_fields.episode_end(sent),
        ids=ids,
        show_ids=show_ids,
        runtime=runtime,
    )
