"""A playback event: the one shape every protocol is parsed to."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from scrobbled.model.media import Kind, Media


class Action(StrEnum):
    """What the player says happened."""

    START = "start"  # also: resumed
    PROGRESS = "progress"  # a heartbeat while playing
    PAUSE = "pause"
    STOP = "stop"
    WATCHED = "watched"  # the source itself says it counts
    LISTED = "listed"  # a server's own list says: played, last begun (or ticked) at this time
    CHECKIN = "checkin"  # a person says "I am watching this now"
    CANCEL_CHECKIN = "cancel_checkin"
    UNWATCH = "unwatch"  # a person says it was not watched after all
    RATE = "rate"


class Receipt(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What the front door knows before it looks into a body.

    *id* names the event unless the payload brings an identity of its own.
    *received_at* is aware and UTC.
    """

    id: UUID
    user_id: int
    received_at: datetime


class Resolution(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """
    Which title an event is about, where that was decided before it came (again): by a
    person, or by whoever looked at what waits.

    *title_id* is the film or the show, *kind* what of it was watched. *season* and
    *episode* are None where the event's own numbers stand; of a file that holds several
    they are the first. *score* 0–1; *how* is a word for the log.
    """

    kind: Kind
    title_id: int
    season: int | None = None
    episode: int | None = None
    score: float = 1.0
    how: str = "resolved"


class PlaybackEvent(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """One thing a player told us, in our words.

    *progress* is percent, 0–100; *position* seconds from the start; both None
    when the payload cannot say (unknown is not 0). *occurred_at* and
    *received_at* are aware, UTC. *ignored* holds the reason when the event must
    not count (music, a trailer, another user…): it still gets its outcome.
    *provisional* allows creating a title the catalogue lacks from this event's
    own metadata. *reply_to* names the front door that waits for the answer.
    *resolution* is set when an event that waited for its title comes again.
    *rating* is 0 to 10, -1 when it was taken away. *by_hand* is set when nothing
    was played: a person ticked, unticked or rated the item. *of_show*: they rated a whole show, whose
    title, year and *show_ids* its *media* has, or a season, which has its *show* and *season* too.
    *event_name* is the player's own word for what happened. *account* is what it calls who watched, the
    id first, where its connection stands for many people and nobody has said yet whose it is; *user_id*
    is then the connection's owner. *replayed* is set when what was ignored is read anew.
    *day_only*: of *occurred_at* only the day is known, and its time is noon. *by_owner* is whether the
    account that acted is the one that set up the sender, None when it does not say.
    """

    id: UUID
    user_id: int
    source: str
    action: Action
    occurred_at: datetime
    received_at: datetime
    media: Media | None = None
    progress: float | None = None
    position: float | None = None
    ignored: str | None = None
    provisional: bool = False
    rating: float | None = None
    by_hand: bool = False
    of_show: bool = False
    player: str | None = None
    app: str | None = None
    reply_to: str | None = None
    resolution: Resolution | None = None
    event_name: str | None = None
    account: tuple[str, ...] | None = None
    replayed: bool = False
    day_only: bool = False
    by_owner: bool | None = None
