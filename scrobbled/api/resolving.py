"""
Saying which title an unmatched event is about: apply it at its own time, and learn.

What was taught is kept first; then the event, and what else of the user waits and is
meant by it, goes through the stream once more with the decision in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import msgspec
from aiohttp import web
from msgspec import Meta

from scrobbled.errors import NotFound, PayloadError, Unavailable, UnprocessableError
from scrobbled.match.corrections import Lesson, fitting, lessons
from scrobbled.model.event import PlaybackEvent, Resolution
from scrobbled.model.media import ID_SOURCES, Kind, Media, Title, TitleKind
from scrobbled.model.outcome import Outcome
from scrobbled.store import catalog, corrections, reads, waiting
from scrobbled.web.errors import Refusal
from scrobbled.wire.ids import external_ids

if TYPE_CHECKING:
    from scrobbled.api.pool import PutBack
    from scrobbled.store.pool import Pool

#: Other waiting events of the user that are looked at at once; the workers try the rest.
_MOST_OTHERS = 1000

_LATE = "the event is safe and will be applied, but not in time to answer; ask again, it is resolved once"

_Number = Annotated[int, Meta(ge=0, le=100_000)]


class Target(msgspec.Struct, frozen=True):
    """
    Which title is meant: our *title_id*, or *ids* of others (of the film or the show). *kind*,
    *season* and *episode* are the event's own where they are left out.
    """

    title_id: Annotated[int, Meta(ge=1, le=2**62)] | None = None
    ids: Annotated[dict[str, str | int], Meta(min_length=1)] | None = None
    kind: Kind | None = None
    season: _Number | None = None
    episode: _Number | None = None


class Resolved(msgspec.Struct, frozen=True, kw_only=True):
    """
    What became of it: the *event* as the store knows it, how many other events of the user it
    settled too, and the id of the correction, None when there was nothing to learn.
    """

    event: dict[str, Any]
    also_settled: int = 0
    correction_id: int | None = None


class Resolver:
    """
    Resolves events. *put_back* sends events through the stream again and returns when they were
    applied; *agreement* users who say the same speak for everybody.
    """

    def __init__(self, pool: Pool, put_back: PutBack, agreement: int) -> None:
        self._pool = pool
        self._put_back = put_back
        self.agreement = agreement

    async def resolve(self, user_id: int, event_id: UUID, target: Target) -> Resolved:
        """
        Let the event be about *target*. Doing it again changes nothing. Raises *NotFound*,
        *Refusal* with 409 when it is about something else already, *UnprocessableError* for a
        target that cannot be, *Unavailable* when it is not applied in time.
        """
        found = await waiting.one(self._pool, user_id, event_id)
        if found is None:
            return Resolved(event=await self._settled_before(user_id, event_id, target))
        event = waiting.event_of(found.event)
        if event.media is None:
            raise UnprocessableError("the event is about nothing that could be watched")
        title, resolution = await self._resolution(event.media, target)
        taught = lessons(event.media, resolution)
        correction = await corrections.teach(self._pool, user_id, title.id, taught, self.agreement)
        others = await self._others(event, title, taught)
        await self._put_back([msgspec.structs.replace(event, resolution=resolution), *others])
        left = await waiting.still(self._pool, user_id, [event_id, *(each.id for each in others)])
        facts = await reads.event(self._pool, user_id, event_id)
        if event_id in left or facts is None:
            raise Unavailable(_LATE)
        try:
            _insist_on(facts, title.id, resolution)
        except Refusal:  # somebody else was first: nothing is learned from this
            with suppress(NotFound):
                await corrections.take_back(self._pool, user_id, correction or 0, self.agreement)
            raise
        return Resolved(
            event=facts,
            also_settled=sum(each.id not in left for each in others),
            correction_id=correction,
        )

    async def _settled_before(self, user_id: int, event_id: UUID, target: Target) -> dict[str, Any]:
        """The event as it is, when it is about *target* already."""
        facts = await reads.event(self._pool, user_id, event_id)
        if facts is None:
            raise NotFound("no event of yours with this id waits for a title; GET /v1/unmatched lists them")
        if facts["outcome"] == Outcome.UNMATCHED:
            raise Refusal(409, "this heartbeat is not kept; resolve the start or the stop of its viewing")
        if not facts["items"]:
            raise Refusal(409, f"the event is not waiting for a title: it is {facts['outcome']}")
        is_film = facts["items"][0].kind is Kind.MOVIE
        title = await self._title(target, TitleKind.MOVIE if is_film else TitleKind.SHOW)
        said = Resolution(
            kind=Kind.MOVIE if title.kind is TitleKind.MOVIE else Kind.EPISODE,
            title_id=title.id,
            season=target.season,
            episode=target.episode,
        )
        _insist_on(facts, title.id, said)
        return facts

    async def _others(
        self, event: PlaybackEvent, title: Title, taught: Sequence[Lesson]
    ) -> list[PlaybackEvent]:
        """What else waits of the user and is meant by what was just taught, oldest first."""
        by_key = {lesson.key: lesson for lesson in taught}
        rows = await reads.unmatched(self._pool, event.user_id, after=reads.NEWEST, limit=_MOST_OTHERS)
        meant = []
        for other in (waiting.event_of(row.event) for row in reversed(rows)):
            lesson = fitting(other.media, by_key, title.ids) if other.media and other.id != event.id else None
            if lesson is not None:
                meant.append(_settled(other, title, lesson))
        return meant

    # Which title, which episode ----------------------------------------------------

    async def _resolution(self, media: Media, target: Target) -> tuple[Title, Resolution]:
        numbered = target.season is not None or target.episode is not None
        kind = target.kind or (Kind.EPISODE if numbered else media.kind)
        title = await self._title(target, TitleKind.MOVIE if kind is Kind.MOVIE else TitleKind.SHOW)
        if (title.kind is TitleKind.MOVIE) is not (kind is Kind.MOVIE):
            what = "a film" if title.kind is TitleKind.MOVIE else "a show"
            raise UnprocessableError(
                f"{title.name!r} ({title.id}) is {what}, and the event is about {_a(kind)};"
                " say another kind (and season and episode) if the player was wrong about it"
            )
        if kind is Kind.MOVIE:
            if numbered:
                raise UnprocessableError("a film has no season and episode")
            return title, Resolution(kind=kind, title_id=title.id)
        season, number = await self._place(media, target, title)
        return title, Resolution(kind=kind, title_id=title.id, season=season, episode=number)

    async def _title(self, target: Target, kind: TitleKind) -> Title:
        """The title meant; ids are looked up as those of *kind*, since the id spaces overlap."""
        if (target.title_id is None) == (target.ids is None):
            raise PayloadError("say which title: either title_id or ids, and not both")
        if target.title_id is not None:
            found = await catalog.titles(self._pool, [target.title_id])
            if not found:
                raise UnprocessableError(
                    f"the catalogue has no film or show {target.title_id};"
                    " an episode is its show's id with season and episode"
                )
            return found[target.title_id]
        ids = external_ids((target.ids or {}).items())
        if not ids:
            told = ", ".join(f"{source} {value}" for source, value in (target.ids or {}).items())
            raise PayloadError(
                f"{told} is no id; sources are {', '.join(ID_SOURCES)}, such as imdb tt0386676"
            )
        asked = [(0, kind.value, source, value) for source, value in ids.items()]
        owners = {entity for _, entity in await catalog.by_external_ids(self._pool, asked)}
        if len(owners) != 1:
            said = ", ".join(f"{source} {value}" for source, value in ids.items())
            several = f"is no {kind.value} the catalogue has; import one that has it"
            raise UnprocessableError(f"{said} {'names several titles' if owners else several}")
        return (await catalog.titles(self._pool, owners))[owners.pop()]

    async def _place(self, media: Media, target: Target, title: Title) -> tuple[int | None, int | None]:
        """The season and episode meant, None when the event's own are; they must be possible."""
        own: tuple[int | None, int | None] = (None, None)
        if media.kind is Kind.EPISODE and media.episode is not None:
            own = (1 if media.season is None else media.season, media.episode)
        season = own[0] if target.season is None else target.season
        number = own[1] if target.episode is None else target.episode
        if season is None or number is None:
            if media.absolute is not None and target.season is None and target.episode is None:
                asked = [(0, title.id, None, media.absolute)]
                if await catalog.episodes_at(self._pool, asked):
                    return None, None
            raise UnprocessableError("the event does not say which episode it is; give season and episode")
        if not _is_possible(await waiting.place(self._pool, title.id, season, number), season, number):
            raise UnprocessableError(f"{title.name!r} ({title.id}) has no season {season} episode {number}")
        return (None, None) if (season, number) == own else (season, number)


#: The resolver of an application.
RESOLVER = web.AppKey("resolver", Resolver)


def _settled(event: PlaybackEvent, title: Title, lesson: Lesson) -> PlaybackEvent:
    resolution = Resolution(
        kind=Kind.MOVIE if title.kind is TitleKind.MOVIE else Kind.EPISODE,
        title_id=title.id,
        season=lesson.season,
        episode=lesson.number,
        how="correction",
    )
    return msgspec.structs.replace(event, resolution=resolution)


def _is_possible(place: waiting.Place, season: int, number: int) -> bool:
    """Whether the episode is listed, or may have been made since the catalogue was filled."""
    if place.listed or season == 0 or place.last_season is None:
        return True
    if season >= place.last_season:
        return season <= place.last_season + 1
    return place.last_number is not None and number <= place.last_number


def _insist_on(facts: dict[str, Any], title_id: int, resolution: Resolution) -> None:
    """Raise *Refusal* with 409 unless the event is about that title and, where said, that episode."""
    item = facts["items"][0] if facts["items"] else None
    if (
        item is None
        or item.title.id != title_id
        or (resolution.season is not None and item.season != resolution.season)
        or (resolution.episode is not None and item.episode != resolution.episode)
    ):
        what = "nothing" if item is None else f"{item.title.name!r} ({item.title.id})"
        number = "" if item is None or item.season is None else f" S{item.season:02}E{item.episode:02}"
        raise Refusal(409, f"the event is about {what}{number} already")


def _a(kind: Kind) -> str:
    return "a film" if kind is Kind.MOVIE else "an episode"
