"""Jellyfin webhooks: the official plugin, its templates, and the nested look-alikes.

See https://github.com/jellyfin/jellyfin-plugin-webhook,
https://github.com/shemanaev/jellyfin-plugin-webhooks and the webhooks fact
sheet §2, §3, §7. What is decided here:

* ``PlaybackStop`` with ``PlayedToCompletion`` is watched, even when the position
  contradicts it: Jellyfin says so for short items and for clients that send no
  position, and it is the server's own verdict.
* ``Played`` on a nested ``Stop`` is weaker, for it stays true during a rewatch: it
  counts unless a position between nothing and 90 % says otherwise.
* A ``PlaybackProgress`` with ``IsPaused`` is a pause: no other event tells. It
  repeats with each check-in, at one position, so the first one says it all.
* ``UserDataSaved`` echoes what the playback events say, and on a rewatch each one
  says Played. Only a tick by hand counts, and a ``PlaybackFinished`` of the very
  first play (``PlayCount`` 1, position reset): nothing but completion gives that.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Final, NamedTuple

from scrobbled.model.event import Action, PlaybackEvent, Receipt
from scrobbled.model.media import Kind, Media
from scrobbled.wire import jellyfin_fields as sent_fields
from scrobbled.wire import plex, reasons
from scrobbled.wire.body import decode, is_blank
from scrobbled.wire.counting import is_nameless, is_wanted
from scrobbled.wire.fields import content_id, instant, percent, percent_of, sane_time, text, whole
from scrobbled.wire.jellyfin_fields import Delivery, first

SOURCE: Final = "jellyfin"

#: Jellyfin's default for "completed" (MaxResumePct), in percent.
COMPLETED_FROM: Final = 90.0

ACTIONS: Final = {
    "playbackstart": Action.START,
    "play": Action.START,
    "resume": Action.START,
    "unpause": Action.START,
    "playbackprogress": Action.PROGRESS,
    "progress": Action.PROGRESS,
    "pause": Action.PAUSE,
    "playbackstop": Action.STOP,
    "stop": Action.STOP,
    "scrobble": Action.WATCHED,
    "markplayed": Action.WATCHED,
}
IGNORED_EVENTS: Final = {
    "markunplayed": reasons.UNTICKED,
    "rate": reasons.RATING,
    "itemadded": reasons.LIBRARY_EVENT,
    "itemdeleted": reasons.LIBRARY_EVENT,
}
_SERVER_EVENTS: Final = ("session", "authentication", "user", "plugin", "task", "pending", "subtitle")
_USER_DATA: Final = "userdatasaved"

KINDS: Final = {"movie": Kind.MOVIE, "episode": Kind.EPISODE}
IGNORED_TYPES: Final = {
    "audio": reasons.MUSIC,
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
    "livetvchannel": reasons.LIVE_TV,
    "livetvprogram": reasons.LIVE_TV,
}


#: Where position 0 is the beginning. Elsewhere Jellyfin writes 0 for "unknown" and
#: for "completed" (webhooks fact sheet §2).
_STARTS_AT_ZERO: Final = frozenset({Action.START, Action.PAUSE, Action.STOP})


class _Verdict(NamedTuple):
    """What the event's own name and flags say: an action, or why there is none."""

    action: Action | None
    ignored: str | None = None


def parse(
    body: bytes, receipt: Receipt, content_type: str = "", accounts: Collection[str] = ()
) -> PlaybackEvent:
    """Read a Jellyfin webhook.

    *accounts* holds the ids or names of the Jellyfin users that count; empty
    means all. An empty body is an event too: the plugin posts one when neither
    a template nor "Send All Properties" is set. Raises *PayloadError* when
    *body* cannot be read.
    """
    if is_blank(body):
        return _empty(receipt)
    payload = decode(body, content_type)
    if isinstance(payload.get("Metadata"), dict):
        return plex.read(payload, receipt, accounts, SOURCE)
    sent = sent_fields.delivery(payload)
    runtime = sent_fields.runtime(sent)
    position = sent_fields.position(sent)
    verdict = _verdict(sent, _progress(sent, position or None, runtime))
    if position == 0 and verdict.action not in _STARTS_AT_ZERO:
        position = None
    progress = _progress(sent, position, runtime)
    media = _media(sent, runtime)
    occurred_at = _occurred_at(sent, receipt, verdict.action)
    return PlaybackEvent(
        id=receipt.id if occurred_at is None else content_id(receipt, SOURCE, body),
        user_id=receipt.user_id,
        source=SOURCE,
        action=verdict.action or Action.PROGRESS,
        occurred_at=occurred_at or receipt.received_at,
        received_at=receipt.received_at,
        media=media,
        progress=progress,
        position=position,
        ignored=_ignored(sent, media, verdict, progress, accounts),
        provisional=True,
        player=text(first(sent.top, "devicename") or first(sent.session, "devicename")),
        app=text(first(sent.top, "clientname", "client") or first(sent.session, "client")),
    )


def _empty(receipt: Receipt) -> PlaybackEvent:
    return PlaybackEvent(
        id=receipt.id,
        user_id=receipt.user_id,
        source=SOURCE,
        action=Action.PROGRESS,
        occurred_at=receipt.received_at,
        received_at=receipt.received_at,
        ignored=reasons.EMPTY_BODY,
        provisional=True,
    )


def _progress(sent: Delivery, position: float | None, runtime: float | None) -> float | None:
    """Give percent from the position, else from a template's own percentage."""
    measured = percent_of(position, runtime)
    return percent(first(sent.top, "playbackpercentage")) if measured is None else measured


def _verdict(sent: Delivery, progress: float | None) -> _Verdict:
    """Read the event's name and flags; *progress* is None at position 0."""
    event = sent_fields.event_name(sent)
    if event == _USER_DATA:
        return _user_data(sent)
    action = ACTIONS.get(event)
    if action is Action.STOP:
        return _Verdict(Action.WATCHED if _is_completed(sent, progress) else action)
    if action is Action.PROGRESS and sent_fields.paused(sent):
        return _Verdict(Action.PAUSE)
    if action is not None:
        return _Verdict(action)
    if event.startswith(_SERVER_EVENTS):
        return _Verdict(None, reasons.SERVER_EVENT)
    return _Verdict(None, IGNORED_EVENTS.get(event, reasons.UNKNOWN_EVENT))


def _is_completed(sent: Delivery, progress: float | None) -> bool:
    completed = sent_fields.completed(sent)
    if completed is not None:
        return completed
    if progress is not None:
        return progress >= COMPLETED_FROM
    return sent_fields.played(sent) is True


def _user_data(sent: Delivery) -> _Verdict:
    """Tell a tick by hand from the echo of a playback event."""
    reason = sent_fields.save_reason(sent)
    played = sent_fields.played(sent)
    if reason == "updateuserrating":
        return _Verdict(None, reasons.RATING)
    if reason == "toggleplayed" and played is not None:
        return _Verdict(Action.WATCHED) if played else _Verdict(None, reasons.UNTICKED)
    is_first_play = whole(first(sent.user_data, "playcount")) == 1 and sent_fields.position(sent) == 0
    if reason == "playbackfinished" and played and is_first_play:
        return _Verdict(Action.WATCHED)
    return _Verdict(None, reasons.USER_DATA_ECHO)


def _occurred_at(sent: Delivery, receipt: Receipt, action: Action | None) -> datetime | None:
    """Give the payload's own time, or None when it has no clock to trust.

    A tick by hand happened when it was sent, but it says when it was watched.
    """
    stamps = [
        instant(sent.top.get("utctimestamp"), UTC),
        instant(sent.top.get("timestamp")),  # local: only with its offset
    ]
    if action is Action.WATCHED and sent_fields.save_reason(sent) == "toggleplayed":
        stamps.insert(0, instant(sent.user_data.get("lastplayeddate"), UTC))
    return next((stamp for stamp in stamps if sane_time(stamp, receipt.received_at)), None)


def _media(sent: Delivery, runtime: float | None) -> Media | None:
    kind = sent_fields.item_type(sent)
    if KINDS.get(kind) is Kind.EPISODE:
        return _episode(sent, runtime)
    if not kind:
        return None
    ids: dict[str, str] = sent_fields.item_ids(sent)
    show_ids: dict[str, str] = {}
    if kind == "series":
        ids, show_ids = {}, ids
    return Media(
        kind=Kind.MOVIE,
        title=sent_fields.item_title(sent),
        year=sent_fields.own_year(sent),
        ids=ids,
        show_ids=show_ids,
        runtime=runtime,
    )


def _episode(sent: Delivery, runtime: float | None) -> Media:
    """Read an episode; the flat ``Year`` is the SERIES', a nested item's is its own."""
    year = sent_fields.own_year(sent)
    return Media(
        kind=Kind.EPISODE,
        title=sent_fields.item_title(sent),
        year=year if sent.nested else None,
        show=sent_fields.series_title(sent),
        show_year=sent_fields.series_year(sent) if sent.nested else year,
        season=sent_fields.season(sent),
        episode=sent_fields.episode(sent),
        episode_end=sent_fields.episode_end(sent),
        ids=sent_fields.item_ids(sent),
        show_ids=sent_fields.series_ids(sent),
        runtime=runtime,
    )


def _ignored(
    sent: Delivery,
    media: Media | None,
    verdict: _Verdict,
    progress: float | None,
    accounts: Collection[str],
) -> str | None:
    """Give the reason not to count the event: the user's, the item's, else the event's."""
    if accounts and not is_wanted(accounts, *sent_fields.users(sent)):
        return reasons.OTHER_USER
    kind = sent_fields.item_type(sent)
    if kind and kind not in KINDS:
        return IGNORED_TYPES.get(kind, reasons.NOT_MEDIA)
    if verdict.action is None or media is None:
        return verdict.ignored or reasons.NOT_MEDIA
    return reasons.UNIDENTIFIABLE if is_nameless(media, verdict.action, progress) else None
