"""What a player posted, and the event that is made of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final, NamedTuple

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


def event(
    post: Post,
    source: str,
    said: Said,
    media: Media | None,
    playback: Playback = UNKNOWN_PLAYBACK,
    *,
    users: tuple[object, ...] = (),
    unfit: str | None = None,
    occurred_at: datetime | None = None,
    rating: float | None = None,
    of_show: bool = False,
    player: str | None = None,
    app: str | None = None,
    day_only: bool = False,
    by_owner: bool | None = None,
) -> PlaybackEvent:
    """Give the event.

    *of_show*: it is a show that was rated, and not a part of it.
    *users* are the names and ids the payload has for its user, *unfit* is the reason why
    an item of that sort never counts. With an *occurred_at* of its own (sane and UTC) the event is
    named by its content, so that a second delivery is recognised.
    """
    receipt = post.receipt
    return PlaybackEvent(
        id=receipt.id if occurred_at is None else content_id(receipt, source, post.body),
        user_id=receipt.user_id,
        source=source,
        action=said.action,
        occurred_at=occurred_at or receipt.received_at,
        received_at=receipt.received_at,
        media=media,
        progress=playback.progress,
        position=playback.position,
        ignored=_unwanted(post, users)
        or (None if of_show else unfit)
        or said.ignored
        or _nameless(media, said, playback.progress)
        or _unrated(said, rating),
        provisional=True,
        rating=rating,
        by_hand=said.by_hand,
        of_show=of_show,
        player=player,
        app=app,
        event_name=_event_name(post.payload),
        account=_account(users) if post.shared else None,
        day_only=day_only,
        by_owner=by_owner,
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


def _unrated(said: Said, rating: float | None) -> str | None:
    """Give the reason when a rating has no number."""
    return reasons.NO_RATING if said.action is Action.RATE and rating is None else None


def _nameless(media: Media | None, said: Said, progress: float | None) -> str | None:
    """Give the reason when nobody can tell what it is about."""
    if media is None:
        return reasons.NOT_MEDIA
    return reasons.UNIDENTIFIABLE if is_nameless(media, said.action, progress) else None
