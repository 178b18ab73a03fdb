"""What ``/v1`` answers, as types: the answers are made of them and described by them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

import msgspec

from scrobbled.model.event import Action
from scrobbled.model.media import Item, Kind
from scrobbled.model.outcome import Outcome


class Show(msgspec.Struct, frozen=True, kw_only=True):
    """A show. *id* is ours; *ids* holds those of others by their name (imdb, tmdb, tvdb…)."""

    id: int
    title: str
    year: int | None
    slug: str
    ids: dict[str, str]


class Movie(Show, frozen=True, kw_only=True, tag_field="kind", tag="movie"):
    """A film. *runtime* in minutes."""

    runtime: int | None


class Episode(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="episode"):
    """An episode; season 0 holds the specials. *runtime* in minutes."""

    id: int
    title: str | None
    season: int | None
    episode: int | None
    ids: dict[str, str]
    runtime: int | None
    show: Show


#: What was watched; null when it has left the catalogue.
Watched: TypeAlias = Movie | Episode | None


class Play(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the history. *cause* is scrobble, checkin, lost_stop or watch."""

    id: int
    watched_at: datetime
    kind: Kind
    cause: str
    source: str
    event_id: UUID
    item: Watched


class History(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the history, newest first; *next_cursor* is null on the last one."""

    data: list[Play]
    next_cursor: str | None


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """A place to continue from. *progress* in percent."""

    id: int
    progress: float
    paused_at: datetime
    item: Watched


class Positions(msgspec.Struct, frozen=True, kw_only=True):
    """Saved positions, most recently paused first, and how many there are in all."""

    data: list[Position]
    total: int


class Now(msgspec.Struct, frozen=True, kw_only=True):
    """
    What is on. *action* is scrobble or checkin, *progress* the last percent heard of;
    a file may hold several *items*.
    """

    action: str
    source: str
    event_id: UUID
    progress: float | None
    started_at: datetime
    expires_at: datetime
    items: list[Movie | Episode]


class Watching(msgspec.Struct, frozen=True, kw_only=True):
    """What is being watched, or null."""

    watching: Now | None


class Unmatched(msgspec.Struct, frozen=True, kw_only=True):
    """An event that waits for its title: what it said, and what it could be."""

    id: UUID
    occurred_at: datetime
    source: str | None
    action: str | None
    progress: float | None
    media: dict[str, Any] | None
    candidates: list[Any]


class UnmatchedPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of what waits, newest first; *next_cursor* is null on the last one."""

    data: list[Unmatched]
    next_cursor: str | None


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """
    How an event ended. *play_id* is the play it made, *play_ids* all of them when its
    file holds several episodes; *subject* is what it said it was, *score* (0–1) how
    sure the match is.
    """

    id: UUID
    outcome: Outcome
    reason: str | None
    source: str
    action: Action
    occurred_at: datetime
    received_at: datetime
    progress: float | None
    subject: str | None
    score: float | None
    play_id: int | None
    play_ids: list[int]
    items: list[Movie | Episode]


class Resolved(msgspec.Struct, frozen=True, kw_only=True):
    """
    What resolving did: the event as it is now, how many other waiting events of the user it
    settled too, and the correction that was learned (null when there was nothing to learn).
    """

    event: Event
    also_settled: int
    correction_id: int | None


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """
    What players say that is understood now. *kind* is movie, show or episode; *source* is words,
    or whose id *value* is; *everybody*: enough users taught the same.
    """

    kind: str
    source: str
    value: str
    everybody: bool


class Correction(msgspec.Struct, frozen=True, kw_only=True):
    """
    What one resolve taught: *said* means *title*, of which *kind* (movie or show) tells what it
    is. *season* and *episode* are null where later events keep their own numbers.
    """

    id: int
    kind: str | None
    title: Show | None
    season: int | None
    episode: int | None
    taught_at: datetime
    said: list[Said]


class Corrections(msgspec.Struct, frozen=True, kw_only=True):
    """A page of corrections, newest first; *next_cursor* is null on the last one."""

    data: list[Correction]
    next_cursor: str | None


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """
    A received webhook. *player* is the one in its address, *source* whose body it was read as, *event*
    the player's own word for what happened, *reading* what it was taken to mean, *size* that of its
    body in bytes. *outcome* is null while it is not known.
    """

    id: UUID
    received_at: datetime
    occurred_at: datetime
    token_id: int
    player: str
    source: str
    event: str | None
    reading: dict[str, Any]
    outcome: Outcome | None
    reason: str | None
    size: int


class Webhooks(msgspec.Struct, frozen=True, kw_only=True):
    """A page of received webhooks, newest first; *next_cursor* is null on the last one."""

    data: list[Webhook]
    next_cursor: str | None


class WholeWebhook(Webhook, frozen=True, kw_only=True):
    """
    A received webhook with its *body*: secrets and addresses removed, null when it was not kept, without
    its end when *truncated*. *filters* is what its address counts (account, kind, library,
    path); none means all.
    """

    content_type: str
    filters: dict[str, list[str]]
    body: str | None
    truncated: bool


class TickedPlay(msgspec.Struct, frozen=True, kw_only=True):
    """A play that a tick by hand made."""

    id: int
    watched_at: datetime
    item: Watched


class Ticked(msgspec.Struct, frozen=True, kw_only=True):
    """
    What was ticked at once, such as a season: *source* is the player, *made_at* when it came, the
    *plays* have the dates that the player gave.
    """

    id: UUID
    source: str
    made_at: datetime
    plays: list[TickedPlay]


class Actions(msgspec.Struct, frozen=True, kw_only=True):
    """What was ticked by hand, newest first."""

    data: list[Ticked]


class TakenBack(msgspec.Struct, frozen=True, kw_only=True):
    """An action that was taken back, and how many plays went with it."""

    id: UUID
    plays: int


class WaitingAccount(msgspec.Struct, frozen=True, kw_only=True):
    """
    An account that is nobody's yet: what its *player* calls it, the id first, and how many *events*
    are held of it, from *since* to *until*. Without a name: events that name no account.
    """

    player: str
    account: list[str]
    events: int
    since: datetime
    until: datetime


class MappedAccount(msgspec.Struct, frozen=True, kw_only=True):
    """An account, by its id or its name in plain letters, and the name of our user."""

    player: str
    account: str
    user: str


class Accounts(msgspec.Struct, frozen=True, kw_only=True):
    """The accounts at your shared connections."""

    waiting: list[WaitingAccount]
    mapped: list[MappedAccount]


class NewlyMapped(msgspec.Struct, frozen=True, kw_only=True):
    """Whose an account is now, and how many held *events* were sent into their history."""

    mapped: MappedAccount
    events: int


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """The user's own rules; null is the server's."""

    watched_threshold: float | None
    lost_stop: bool | None


class CurrentToken(msgspec.Struct, frozen=True, kw_only=True):
    """The token that asks."""

    id: int
    scopes: list[str]


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """Who the token stands for."""

    id: int
    name: str
    created_at: datetime
    rules: Rules
    token: CurrentToken


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """
    A token as it is listed: everything but the token. *last_event_at* is when the newest webhook
    came by it, within some seconds.
    """

    id: int
    label: str
    scopes: list[str]
    created_at: datetime
    last_used_at: datetime | None
    last_event_at: datetime | None


class Tokens(msgspec.Struct, frozen=True, kw_only=True):
    """The active tokens, oldest first."""

    data: list[Token]


class CreatedToken(msgspec.Struct, frozen=True, kw_only=True):
    """A new token; *token* is shown this once."""

    id: int
    token: str
    label: str
    scopes: list[str]


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """A user, as an administrator sees them."""

    id: int
    name: str
    created_at: datetime


class People(msgspec.Struct, frozen=True, kw_only=True):
    """A page of users by id; *next_after* is null on the last one."""

    data: list[Person]
    next_after: int | None


class NewPerson(msgspec.Struct, frozen=True, kw_only=True):
    """A new user; *token* is shown this once."""

    id: int
    name: str
    token: str


class DeadLetter(msgspec.Struct, frozen=True, kw_only=True):
    """An event that was given up after so many tries; null is what its bytes no longer tell."""

    id: str
    user_id: int | None
    event_id: str | None
    source: str | None
    reason: str
    tries: int
    died_at: datetime


class DeadLetters(msgspec.Struct, frozen=True, kw_only=True):
    """Events that were given up, newest first."""

    data: list[DeadLetter]


def item(found: Item | None) -> Watched:
    """A film, or an episode with its show; None for what the catalogue lost."""
    return None if found is None else known(found)


def event(found: dict[str, Any]) -> Event:
    """How an event ended, from what the store knows of it."""
    plays, items = found["play_ids"], [known(each) for each in found["items"]]
    return Event(**(found | {"items": items}), play_id=plays[0] if plays else None)


def known(found: Item) -> Movie | Episode:
    """A film, or an episode with its show."""
    title = found.title
    if found.kind is Kind.MOVIE:
        return Movie(
            id=title.id,
            title=title.name,
            year=title.year,
            slug=title.slug,
            ids=found.ids,
            runtime=found.runtime,
        )
    return Episode(
        id=found.id,
        title=found.episode_title,
        season=found.season,
        episode=found.episode,
        ids=found.ids,
        runtime=found.runtime,
        show=Show(id=title.id, title=title.name, year=title.year, slug=title.slug, ids=title.ids),
    )
