"""One webhook of any player: which source it is, by the shape of its body, and what it says.

Players are set up by hand, and people paste the address of one into another. So the address is
only asked where the body could be several's (webhooks fact sheet §7.1).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Final

from msgspec.structs import replace

from scrobbled.model.event import PlaybackEvent, Receipt
from scrobbled.wire import emby, generic, jellyfin, kodi, kodi_player, plex, reasons, tautulli
from scrobbled.wire.body import decode, is_blank
from scrobbled.wire.fields import mapping, text
from scrobbled.wire.filters import NONE, Filters, refused
from scrobbled.wire.keys import folded, letters
from scrobbled.wire.placeholders import may_hold_placeholders, without_placeholders
from scrobbled.wire.post import Content, Post, event_of

#: Every source, in the order of the documentation.
READERS: Final[Mapping[str, Callable[[Post], Content]]] = {
    plex.SOURCE: plex.read,
    jellyfin.SOURCE: jellyfin.read,
    emby.SOURCE: emby.read,
    kodi.SOURCE: kodi.read,
    tautulli.SOURCE: tautulli.read,
    generic.SOURCE: generic.read,
}

#: The address that says nothing of the source.
AUTO: Final = "auto"

#: What SyncPK adds to Plex's metadata.
_KODI_KEYS: Final = frozenset(
    {"kodi_id", "kodi_show_id", "unique_ids", "show_unique_ids", "imdbnumber", "watched_at"}
)
_KODI_FLAT: Final = frozenset({"dbid", "uniqueids", "tvshowuniqueids", "tvshowtitle"})
_TAUTULLI_FLAT: Final = frozenset(
    {"plextitle", "plexseasonnum", "plexepnum", "thetvdbid", "themoviedbid", "ratingkey", "orititle",
     "viewoffset", "seasonnum", "episodenum", "durationms"}
)  # fmt: skip
_JELLYFIN_FLAT: Final = frozenset(
    {"notificationusername", "playbackpositionticks", "playedtocompletion", "savereason", "runtimeticks"}
)
#: What an item of Jellyfin's or Emby's has, whatever became of the rest.
_SERVER_ITEM: Final = frozenset({"providerids", "runtimeticks", "userdata", "seriesname", "serverid"})
#: The events of Jellyfin's plugin "Webhooks", which may write its keys in camelCase.
_WEBHOOKS_PLUGIN: Final = frozenset(
    {"play", "pause", "resume", "stop", "progress", "scrobble", "markplayed", "markunplayed", "rate",
     "itemadded"}
)  # fmt: skip
#: What templates for the official plugin call the event, letter for letter.
_JELLYFIN_EVENTS: Final = ("PlaybackStart", "PlaybackProgress", "PlaybackStop")
#: All that the format "Get" of that plugin sends.
_GET: Final = frozenset({"event", "user", "server", "mediatype"})
_PLEX_EVENTS: Final = ("media.", "library.", "playback.", "admin.", "device.")
#: What Plex sends around the item; anything else beside its event is of who borrowed that.
_PLEX_ENVELOPE: Final = frozenset(
    {"event", "user", "owner", "account", "server", "player", "metadata", "rating"}
)


def parse(
    player: str,
    body: bytes,
    receipt: Receipt,
    content_type: str = "",
    accounts: Collection[str] = (),
    *,
    only: Filters = NONE,
    shared: bool = False,
) -> PlaybackEvent:
    """Read the webhook *body* that came to the address of *player*.

    *accounts* holds the ids or names of the player's users that count; none means all. *only* says
    what else has to fit; *shared* asks for the account that acted. An empty body is an event too.
    Raises *PayloadError* when *body* cannot be read.
    """
    if is_blank(body):
        return event_of(Post({}, body, receipt, accounts, shared), jellyfin.EMPTY)
    payload, is_unrendered = decode(body, content_type), False
    if may_hold_placeholders(body):
        payload, is_unrendered = without_placeholders(payload)
    post = Post(payload, body, receipt, accounts, shared)
    event = event_of(post, READERS[recognise(payload, player)](post))
    if is_unrendered and _says_nothing(event):
        return replace(event, media=None, ignored=reasons.UNRENDERED_TEMPLATE)
    if any(only) and event.ignored is None:
        return replace(event, ignored=refused(only, event, payload))
    return event


def recognise(payload: Mapping[str, object], player: str = AUTO) -> str:
    """Name the source of *payload*; *player*, the address it came to, decides where the shape does not."""
    if generic.is_automation(payload):
        return generic.SOURCE
    if isinstance(payload.get("Metadata"), dict):
        return _like_plex(payload, player)
    if "NotificationType" in payload or "notificationtype" in (fields := folded(payload)):
        return jellyfin.SOURCE
    if kodi_player.is_notification(fields) or kodi.has_viewers(fields):
        return kodi.SOURCE
    name = text(fields.get("event")) or ""
    if isinstance(fields.get("item"), dict) or "Event" in payload:
        return _media_server(payload, fields, name, player)
    if name.startswith(_PLEX_EVENTS) and fields.keys() <= _PLEX_ENVELOPE:
        return plex.SOURCE
    return _flat(fields, player)


def _says_nothing(event: PlaybackEvent) -> bool:
    media = event.media
    return media is None or not (
        media.title or media.show or media.ids or media.show_ids or media.unscoped_ids
    )


def _like_plex(payload: Mapping[str, object], player: str) -> str:
    """Tell Plex from those that imitate it."""
    metadata, account = mapping(payload.get("Metadata")), mapping(payload.get("Account")).get("id")
    if not _KODI_KEYS.isdisjoint(metadata):
        return kodi.SOURCE
    if plex.is_imitated(account):
        return jellyfin.SOURCE
    if isinstance(metadata.get("Guids"), dict) or _is_tautulli(payload.get("event")):
        return tautulli.SOURCE
    if isinstance(account, int):
        return plex.SOURCE
    show, title = text(metadata.get("grandparentTitle")), text(metadata.get("title")) or ""
    if show is not None and title.startswith(f"{show} - "):  # Tautulli's {title}
        return tautulli.SOURCE
    if isinstance(metadata.get("index"), str) or isinstance(metadata.get("parentIndex"), str):
        return tautulli.SOURCE  # it prints everything; Plex counts
    return player if player in {tautulli.SOURCE, kodi.SOURCE, jellyfin.SOURCE} else plex.SOURCE


def _is_tautulli(event: object) -> bool:
    return isinstance(event, str) and event.startswith("tautulli.")


def _media_server(payload: Mapping[str, object], fields: Mapping[str, object], name: str, player: str) -> str:
    """Tell Emby from the nested shapes of Jellyfin's, and both from other posts with an item."""
    version = text(folded(fields.get("server")).get("version")) or ""
    if ("." in name and not name.startswith("media.")) or version.startswith("4."):
        return emby.SOURCE
    if player in {emby.SOURCE, jellyfin.SOURCE}:
        return player
    is_theirs = not _SERVER_ITEM.isdisjoint(folded(fields.get("item"))) or letters(name) in _WEBHOOKS_PLUGIN
    if "Event" not in payload and not is_theirs:
        return player if player in READERS else generic.SOURCE
    return emby.SOURCE if letters(name).startswith("playback") else jellyfin.SOURCE


def _flat(fields: Mapping[str, object], player: str) -> str:
    keys = fields.keys()
    if fields.get("source") == tautulli.SOURCE:  # as templates for several players name theirs
        return tautulli.SOURCE
    if "lot" in keys and "identifier" in keys:
        return kodi.SOURCE
    if keys & _KODI_FLAT:
        return kodi.SOURCE
    if keys & _JELLYFIN_FLAT or ("itemid" in keys and fields.get("event") in _JELLYFIN_EVENTS):
        return jellyfin.SOURCE
    known = len(keys & _TAUTULLI_FLAT)
    if known > 1 or (known and player not in {jellyfin.SOURCE, emby.SOURCE}):
        return tautulli.SOURCE
    if player in READERS and player != generic.SOURCE:
        return player
    if keys <= _GET and len(keys) > len(_GET) - 2:
        return jellyfin.SOURCE
    return generic.SOURCE
