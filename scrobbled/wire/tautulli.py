"""Tautulli's webhook agent: a JSON body that its user wrote, with the names in braces filled in.

See the webhooks fact sheet §5. Everything is text, "" where there is nothing. What is decided here:

* The ids beside an episode (``{imdb_id}``, ``{thetvdb_id}``, ``{themoviedb_id}``) are its SHOW's:
  https://github.com/Tautulli/Tautulli/issues/2510. So are those that a template puts into Plex's ``Guid``.
* ``{title}`` of an episode is ``Show - Episode``. Where it stands alone beside ``{season_num}`` and
  ``{episode_num}`` it is taken apart at its first dash; ``{show_name}`` in its place has none.
* ``played`` is no word of Tautulli's: Subgen's instructions write it into the trigger "Playback Start".
* A template without ``{action}`` serves one trigger: what it reports was watched.
* ``6-10`` for an episode stands only in notifications of what was added together.
* ``{duration}`` is minutes, ``{view_offset}`` and ``{duration_ms}`` milliseconds. Dates are in the
  user's own format and zone, so an event happens when it is received.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from msgspec.structs import replace

from scrobbled.model.media import Kind, Media
from scrobbled.wire import flat, plex, plex_guid, post
from scrobbled.wire.fields import (
    instant,
    mapping,
    number,
    percent,
    percent_of,
    sane_time,
    seconds,
    text,
    year,
)
from scrobbled.wire.ids import external_ids
from scrobbled.wire.keys import Fields, first, folded, letters
from scrobbled.wire.post import Content, Playback, Post, Said
from scrobbled.wire.vocabulary import SHOW

SOURCE: Final = "tautulli"

_HABITS: Final = flat.Habits(bare_is_show=True, range_is_file=False)

#: What only a template for several triggers holds, as ours does: without its action it has lost it.
_OF_ALL_TRIGGERS: Final = frozenset({"viewoffset", "progresspercent", "durationms", "live", "unixtime"})

_SUBGENS_START: Final = "played"
_DASH: Final = " - "

_MILLISECONDS: Final = 1_000  # to the second
_MINUTE: Final = 60.0  # seconds
_MOST_MINUTES: Final = 1_000  # a longer duration is not in minutes


def read(sent: Post) -> Content:
    """Read a Tautulli webhook: a flat template, or one that imitates Plex."""
    if isinstance(sent.payload.get("Metadata"), dict):
        return _like_plex(sent)
    fields = _taken_apart(folded(sent.payload))
    item = flat.item(fields)
    runtime = _runtime(fields)
    playback = _playback(fields, runtime)
    said = _said(fields, playback.progress)
    return Content(
        SOURCE,
        said,
        _with_guid(flat.media(item, runtime, _HABITS), fields),
        playback,
        users=flat.users(fields) if sent.asks_who else (),
        unfit=item.unfit,
        occurred_at=_occurred_at(fields, sent.receipt.received_at),
        rating=flat.rating(fields, said),
        player=text(first(fields, "player", "playername")),
    )


def _taken_apart(fields: dict[str, object]) -> dict[str, object]:
    """Give *fields* with show and episode told apart, where only ``{title}`` names both."""
    whole = text(fields.get("title"))
    if whole is None or _DASH not in whole or first(fields, *SHOW, "plextitle", "episodename") is not None:
        return fields
    if first(fields, "seasonnum") is None or first(fields, "episodenum") is None:
        return fields
    show, _, title = whole.partition(_DASH)
    return {**fields, "showname": show, "title": title}


def _said(fields: Fields, progress: float | None) -> Said:
    if flat.is_range(fields):
        return post.LIBRARY
    if letters(fields.get("event")) == _SUBGENS_START:
        return post.START
    said = flat.said_by(fields)
    if said is None and progress is None and not _OF_ALL_TRIGGERS.isdisjoint(fields):
        return post.UNKNOWN
    return said or flat.implied(fields, progress)


def _with_guid(media: Media | None, fields: Fields) -> Media | None:
    """Add the ids of ``{guid}`` where a legacy agent put one there."""
    guid = fields.get("guid")
    if media is None or not isinstance(guid, str):
        return media
    ids, show_ids = plex_guid.all_ids({"guid": guid}, media.kind)
    return replace(media, ids={**ids, **media.ids}, show_ids={**show_ids, **media.show_ids})


def _like_plex(sent: Post) -> Content:
    payload, metadata = sent.payload, mapping(sent.payload.get("Metadata"))
    fields = folded(metadata)
    account = mapping(payload.get("Account"))
    runtime = seconds(metadata.get("duration"), _MILLISECONDS) or None
    said = post.LIBRARY if flat.is_range(fields) else flat.said_by(folded(payload)) or post.UNKNOWN
    return Content(
        SOURCE,
        said,
        _shows_ids(plex.media(metadata, runtime), metadata),
        _playback(fields, runtime),
        users=(account.get("id"), account.get("title")),
        unfit=plex.unfit(metadata),
        rating=flat.rating(fields, said) if said is post.RATED else None,
        player=text(mapping(payload.get("Player")).get("title")),
    )


def _shows_ids(media: Media | None, metadata: Mapping[str, object]) -> Media | None:
    """Give *media* with its ids where Tautulli means them."""
    if media is None:
        return None
    mapped = mapping(metadata.get("Guids"))
    ids = external_ids([*media.ids.items(), *mapped.items()])
    if media.kind is not Kind.EPISODE:
        return replace(media, ids=ids)
    own_year = None if mapped else media.year  # the template that maps the ids sends {show_year}
    return replace(
        media,
        title=flat.own_title(media.title, media.show),
        year=own_year,
        show_year=year(metadata.get("year")) if mapped else None,
        ids={},
        show_ids={**ids, **media.show_ids},
    )


def _runtime(fields: Fields) -> float | None:
    """Give the runtime in seconds."""
    exact = seconds(first(fields, "durationms"), _MILLISECONDS)
    if exact:
        return exact
    told = number(first(fields, "duration"))
    if not told or told < 0:
        return None
    return told * _MINUTE if told <= _MOST_MINUTES else told / _MILLISECONDS


def _playback(fields: Fields, runtime: float | None) -> Playback:
    """Give position and percent: Tautulli's own percentage, else what the position makes."""
    position = seconds(first(fields, "viewoffset", "viewoffsetms"), _MILLISECONDS)
    told = percent(first(fields, "progresspercent", "progress", "percent"))
    return Playback(position, percent_of(position, runtime) if told is None else told)


def _occurred_at(fields: Fields, received_at: datetime) -> datetime | None:
    """Give the time that ``{unixtime}`` or ``{utctime}`` brings."""
    return sane_time(instant(first(fields, "unixtime", "utctime", "timestamp")), received_at)
