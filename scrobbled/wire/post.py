"""What a player posted, what its reader finds there, and the event that is made of both."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final, NamedTuple

import msgspec

from scrobbled.model.event import Action, PlaybackEvent, Receipt
from scrobbled.model.media import Media
from scrobbled.wire import reasons
from scrobbled.wire.counting import is_nameless, is_wanted, plain
from scrobbled.wire.fields import content_id, text

#: Where players write what happened.
_EVENT_NAMES: Final = (
    "event", "Event", "NotificationType", "notificationType", "notification_type", "eventType", "event_type",
    "action", "method",
)  # fmt: skip
_LONGEST_EVENT_NAME: Final = 64


class Post(NamedTuple):
    """One delivery: the decoded *payload*, the *body* it came in, and who may have sent it.

    *accounts* are the ids or names of the player's users that count; none means all. *shared*: the
    address stands for everybody who uses the server.
    """

    payload: Mapping[str, object]
    body: bytes
    receipt: Receipt
    accounts: Collection[str] = ()
    shared: bool = False

    @property
    def asks_who(self) -> bool:
        """Whether it matters whom the payload names."""
        return self.shared or bool(self.accounts)


class Said(NamedTuple):
    """What the name and the flags of an event say: an action, and perhaps why it does not count."""

    action: Action = Action.PROGRESS
    ignored: str | None = None
    by_hand: bool = False


START = Said(Action.START)
PROGRESS = Said(Action.PROGRESS)
PAUSE = Said(Action.PAUSE)
STOP = Said(Action.STOP)
WATCHED = Said(Action.WATCHED)
TICKED = Said(Action.WATCHED, by_hand=True)
UNTICKED = Said(Action.UNWATCH, by_hand=True)
RATED = Said(Action.RATE, by_hand=True)
LIBRARY = Said(ignored=reasons.LIBRARY_EVENT)
SERVER = Said(ignored=reasons.SERVER_EVENT)
TEST = Said(ignored=reasons.TEST_EVENT)
UNKNOWN = Said(ignored=reasons.UNKNOWN_EVENT)


class Playback(NamedTuple):
    """How far it was played: *position* in seconds, *progress* in percent, None = unknown."""

    position: float | None = None
    progress: float | None = None


UNKNOWN_PLAYBACK: Final = Playback()


class Content(msgspec.Struct, frozen=True, gc=False):
    """What a player's reader finds in a post; the fields of *PlaybackEvent* mean here what they mean there.

    *users* are the names and ids the payload has for its user. *unfit* is the reason why an item of
    that sort never counts. *occurred_at* is the payload's own time, sane and UTC, None where it has none.
    """

    source: str
    said: Said
    media: Media | None = None
    playback: Playback = UNKNOWN_PLAYBACK
    users: tuple[object, ...] = ()
    unfit: str | None = None
    occurred_at: datetime | None = None
    rating: float | None = None
    of_show: bool = False
    player: str | None = None
    app: str | None = None
    day_only: bool = False
    by_owner: bool | None = None


def event_of(post: Post, content: Content) -> PlaybackEvent:
    """Give the event that *content* makes of *post*.

    With a time of its own it is named by what was sent, so that a second delivery is recognised.
    """
    receipt, said, at = post.receipt, content.said, content.occurred_at
    return PlaybackEvent(
        id=receipt.id if at is None else content_id(receipt, content.source, post.body),
        user_id=receipt.user_id,
        source=content.source,
        action=said.action,
        occurred_at=at or receipt.received_at,
        received_at=receipt.received_at,
        media=content.media,
        progress=content.playback.progress,
        position=content.playback.position,
        ignored=_ignored(post, content),
        provisional=True,
        rating=content.rating,
        by_hand=said.by_hand,
        of_show=content.of_show,
        player=content.player,
        app=content.app,
        event_name=_event_name(post.payload),
        account=_account(content.users) if post.shared else None,
        day_only=content.day_only,
        by_owner=content.by_owner,
    )


def _ignored(post: Post, content: Content) -> str | None:
    """Give the first reason why it must not count."""
    return (
        _unwanted(post, content.users)
        or (None if content.of_show else content.unfit)
        or content.said.ignored
        or _nameless(content)
        or _unrated(content)
    )


def _unwanted(post: Post, users: tuple[object, ...]) -> str | None:
    return reasons.OTHER_USER if post.accounts and not is_wanted(post.accounts, *users) else None


def _account(users: tuple[object, ...]) -> tuple[str, ...]:
    """Give what the payload calls its user, each once; "" when it does not say."""
    return tuple(dict.fromkeys(plain(name) for name in map(text, users) if name)) or ("",)


def _event_name(payload: Mapping[str, object]) -> str | None:
    """Give the player's own word for what happened."""
    for key in _EVENT_NAMES:
        name = payload.get(key)
        if isinstance(name, str) and name:
            return text(name[:_LONGEST_EVENT_NAME])
    return None


def _unrated(content: Content) -> str | None:
    """Give the reason when a rating has no number."""
    return reasons.NO_RATING if content.said.action is Action.RATE and content.rating is None else None


def _nameless(content: Content) -> str | None:
    """Give the reason when nobody can tell what it is about."""
    if content.media is None:
        return reasons.NOT_MEDIA
    nameless = is_nameless(content.media, content.said.action, content.playback.progress)
    return reasons.UNIDENTIFIABLE if nameless else None
