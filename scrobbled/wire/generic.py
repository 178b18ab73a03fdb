"""Any other JSON that says what was watched: scripts, automation, other trackers' clients.

See the webhooks fact sheet §6. The names of *flat*, and the film, show and episode as
objects, as Trakt's clients send them. Positions and runtimes are seconds. What is decided here:

* A post without an event says that something was watched, unless its progress says otherwise.
* Single ids beside an episode (``tmdb_id``) may be its own or its show's. They are kept apart, and
  not matched by: a number that is an episode's is another show's too.
* A date alone is that day at noon, UTC: so it stays that day nearly everywhere.
* What Sonarr, Radarr, Lidarr and the like post is recognised and ignored.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from scrobbled.model.event import Action
from scrobbled.wire import flat, post, reasons
from scrobbled.wire.fields import boolean, clock, instant, percent, percent_of, sane_time, seconds, text
from scrobbled.wire.keys import Fields, first, folded, letters
from scrobbled.wire.post import Content, Playback, Post, Said
from scrobbled.wire.vocabulary import EVENTS

SOURCE: Final = "generic"

#: Objects that some clients put the item's fields into; what stands outside wins.
_WRAPPERS: Final = ("item", "media", "metadata", "video", "data", "content")

#: One of these stands beside ``eventType`` in what Sonarr, Radarr, Lidarr and Readarr post.
_MANAGED: Final = ("series", "movie", "artist", "author", "instanceName", "applicationUrl")

_WATCHED_AT: Final = ("watchedat", "watcheddate", "watchdate", "playedat", "lastplayed", "lastplayedat")
_HAPPENED_AT: Final = ("occurredat", "timestamp", "utctimestamp", "unixtime", "date", "datetime", "time")

_RUNTIME: Final = ("runtime", "duration", "length", "durationseconds", "runtimeseconds", "mediaduration")
_POSITION: Final = ("position", "currenttime", "offset", "positionseconds")

#: Letters of PHP's date formats, which Movary's clients send beside the date.
_DATE_LETTERS: Final = {"d": "%d", "j": "%d", "m": "%m", "n": "%m", "y": "%y", "Y": "%Y"}
#: What Stremio calls an episode: its show's id, season and number (``tt0903747:1:2``).
_STREMIOS: Final = re.compile(r"(tt\d{1,10}):(\d{1,4}):(\d{1,5})", re.ASCII)

_LONGEST_FORMAT: Final = 12
_NOON: Final = 12


def is_automation(payload: Mapping[str, object]) -> bool:
    """Whether a program that manages a library sent this: Sonarr, Radarr, Overseerr and their like."""
    event = payload.get("eventType")
    if isinstance(event, str) and EVENTS.get(letters(event), post.LIBRARY).ignored is not None:
        return any(name in payload for name in _MANAGED)
    kind = payload.get("notification_type")
    return isinstance(kind, str) and kind.isupper() and "subject" in payload


def read(sent: Post) -> Content:
    """Read a post of no known source."""
    if is_automation(sent.payload):
        return _of_automation(sent)
    fields = _fields(sent.payload)
    item = flat.item(fields)
    runtime = seconds(first(fields, *_RUNTIME), 1) or None
    playback = _playback(fields, runtime)
    said = _said(fields, playback.progress)
    occurred_at, is_undated = _occurred_at(fields, sent.receipt.received_at)
    day_only = occurred_at is not None and instant(first(fields, *_WATCHED_AT, *_HAPPENED_AT)) is None
    if is_undated and said.action is Action.WATCHED:
        said = said._replace(ignored=reasons.UNDATED)
    return Content(
        SOURCE,
        said,
        flat.media(item, runtime),
        playback,
        users=flat.users(fields) if sent.asks_who else (),
        unfit=item.unfit,
        occurred_at=occurred_at,
        rating=flat.rating(fields, said),
        player=text(first(fields, "player", "playername", "device", "devicename")),
        app=text(first(fields, "app", "source", "client")),
        day_only=day_only,
    )


def _said(fields: Fields, progress: float | None) -> Said:
    """Give what the event says; ``completed`` is its sender's own verdict on how it ended."""
    completed = boolean(fields.get("completed"))
    said = flat.said_by(fields)
    if said is None:
        verdict = post.WATCHED if completed else post.PROGRESS
        return flat.implied(fields, progress) if completed is None else verdict
    return post.WATCHED if said is post.STOP and completed else said


def _of_automation(sent: Post) -> Content:
    named = letters(sent.payload.get("eventType") or sent.payload.get("notification_type"))
    said = post.TEST if named.startswith("test") else post.LIBRARY
    return Content(SOURCE, said)


def _fields(payload: Mapping[str, object]) -> Fields:
    """Give one flat object: wrappers opened, the film's or show's and episode's fields by their own names."""
    fields = folded(payload)
    found = _STREMIOS.fullmatch(text(first(fields, "videoid", "imdbid", "id")) or "")
    if found:
        ids, season, episode = found.groups()
        fields = {**fields, "showids": {"imdb": ids}, "season": season, "episode": episode, "imdbid": None}
    for name in _WRAPPERS:
        if isinstance(fields.get(name), dict):
            fields = {**folded(fields[name]), **fields}
    movie, show, episode = (fields.get(name) for name in ("movie", "show", "episode"))
    if isinstance(movie, dict):
        return {**fields, **folded(movie), "mediatype": "movie"}
    if isinstance(show, dict):
        fields = {**fields, **_of_show(folded(show))}
    if isinstance(episode, dict):
        fields = {**fields, **_of_episode(folded(episode)), "mediatype": "episode"}
    return fields


def _of_show(show: Fields) -> dict[str, object]:
    return {"show": first(show, "title", "name"), "showyear": show.get("year"), "showids": show.get("ids")}


def _of_episode(episode: Fields) -> dict[str, object]:
    number = first(episode, "number", "episode")
    return {**episode, "episodetitle": first(episode, "title", "name"), "title": None, "episode": number}


def _playback(fields: Fields, runtime: float | None) -> Playback:
    told = fields.get("progress")
    inner = folded(told) if isinstance(told, dict) else fields
    elsewhere = "mediaposition" if inner is fields else "time"  # at the top that is when, and not where
    written = first(inner, *_POSITION, elsewhere)
    position = clock(written) if isinstance(written, str) and ":" in written else seconds(written, 1)
    own = percent(first(inner, "percent", "percentage", "progresspercent", "progresspercentage"))
    if own is None and not isinstance(told, dict):
        own = percent(told)
    return Playback(position, percent_of(position, runtime) if own is None else own)


def _occurred_at(fields: Fields, received_at: datetime) -> tuple[datetime | None, bool]:
    """Give the time of the payload, and whether it says when, but not so that it can be read."""
    said = first(fields, *_WATCHED_AT)
    if said is not None:
        found = instant(said) or _day(said, fields.get("dateformat"))
        return sane_time(found, received_at), found is None
    found = instant(first(fields, *_HAPPENED_AT))
    return sane_time(found, received_at), False


def _day(value: object, pattern: object) -> datetime | None:
    """Give noon of the day that *value* names, in PHP's *pattern* or as ISO 8601 writes it."""
    if not isinstance(value, str):
        return None
    try:
        if isinstance(pattern, str) and 0 < len(pattern) <= _LONGEST_FORMAT:
            layout = "".join(_DATE_LETTERS.get(letter, letter) for letter in pattern.replace("%", ""))
            day = datetime.strptime(value.strip(), layout).date()  # noqa: DTZ007  # a day has no zone
        else:
            day = datetime.fromisoformat(value.strip()[:10]).date()
    except ValueError:
        return None
    return datetime(day.year, day.month, day.day, _NOON, tzinfo=UTC)
