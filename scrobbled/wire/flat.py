"""One flat object that says what was played, under whatever names its author chose.

Tautulli's templates, Kodi's add-ons and plain scripts have no schema in common but do agree
on words (webhooks fact sheet §5, §6). Keys are folded; values may be text. Nested are at
most the ids, the progress, and the film, the show and the episode as Trakt's clients send them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from scrobbled.model.media import Kind, Media
from scrobbled.wire import paths, post, reasons
from scrobbled.wire import vocabulary as names
from scrobbled.wire.fields import boolean, count, mapping, number, text, year
from scrobbled.wire.ids import external_ids
from scrobbled.wire.item_fields import words
from scrobbled.wire.keys import Fields, first, folded, letters

_RANGE: Final = re.compile(r"(\d{1,4})\s*-\s*(\d{1,4})", re.ASCII)

#: In one list of both, the show's ids are called ``tmdb_show`` and so on (https://github.com/crosswatch-app/kodi-addon).
_OF_SHOW: Final = "_show"

#: From here on a source that never says "completed" has completed, in percent.
COMPLETED_FROM: Final = 90.0


class Ids(NamedTuple):
    """External ids by whose they are; *bare* ones do not say."""

    own: dict[str, str]
    show: dict[str, str]
    bare: dict[str, str]


class Habits(NamedTuple):
    """What a source means by what could be read in two ways.

    *bare_is_show*: single ids beside an episode are its SHOW's. *lone_title_is_show*: so is a
    title beside season and episode. *range_is_file*: ``1-2`` is a file of two episodes.
    """

    bare_is_show: bool = False
    lone_title_is_show: bool = True
    range_is_file: bool = True


USUAL: Final = Habits()


class Item(NamedTuple):
    """What a flat payload is about. *unfit* is the reason why it can never count."""

    fields: Fields
    kind: Kind | None
    unfit: str | None
    ids: Ids


def said_by(fields: Fields) -> post.Said | None:
    """Give what the event's name says; None when the payload has no place for one."""
    named = [name for name in names.EVENT if name in fields]
    if not named:
        return names.EVENTS.get(letters(fields.get("type")))  # where it is no kind, it may be the event
    written = text(first(fields, *named)) or ""
    return names.EVENTS.get(letters(written)) or names.EVENTS.get(
        letters(written.rpartition(".")[2]), post.UNKNOWN
    )


def implied(fields: Fields, progress: float | None) -> post.Said:
    """Give what a post without an event says: it was watched, unless how far it came is in doubt."""
    if progress is not None:
        return post.WATCHED if progress >= COMPLETED_FROM else post.PROGRESS
    return post.UNKNOWN if first(fields, *names.STATE) is not None else post.WATCHED


def item(fields: Fields) -> Item:
    """Say what sort of thing *fields* are about, and collect its ids."""
    ids = _ids(fields)
    named = letters(first(fields, *names.KIND))
    kind = names.KINDS.get(named)
    unfit = names.UNFIT.get(named)
    if boolean(fields.get("live")):
        unfit = reasons.LIVE_TV
    elif paths.is_placeholder(first(fields, *names.PATH)):
        unfit = reasons.PLACEHOLDER
    if kind is None and unfit is None:
        kind = _guessed(fields, ids)
        if named in names.SHOWS and first(fields, *names.EPISODE) is None:
            unfit = reasons.NOT_MEDIA
    return Item(fields, kind, unfit, ids)


def _guessed(fields: Fields, ids: Ids) -> Kind | None:
    """Give the kind that the other fields imply; a mere path implies none."""
    if first(fields, *names.EPISODE, *names.ABSOLUTE) is not None or first(fields, *names.SEASON) is not None:
        return Kind.EPISODE
    if first(fields, *names.SHOW) is not None or ids.show:
        return Kind.EPISODE
    named = first(fields, *names.TITLE) is not None or ids.own or ids.bare
    return Kind.MOVIE if named else None


def media(found: Item, runtime: float | None, habits: Habits = USUAL) -> Media | None:
    """Give the film or episode; *runtime* in seconds."""
    fields, ids = found.fields, found.ids
    if found.unfit == reasons.NOT_MEDIA and (named := letters(first(fields, *names.KIND))) in names.WHOLES:
        return _whole(found, named)
    if found.kind is not Kind.EPISODE:
        if found.kind is None and found.unfit is None:
            return None
        own = {**ids.bare, **ids.own} or paths.tagged_ids(first(fields, *names.PATH))
        title = words(first(fields, *names.FILM_TITLE))
        return Media(
            kind=Kind.MOVIE,
            title=title,
            year=year(fields.get("year")),
            ids=own,
            show_ids=ids.show,
            runtime=runtime,
        )
    return _episode(found, runtime, habits)


def _whole(found: Item, named: str) -> Media:
    """Read a show or a season of one: single ids are the show's, and a show is called by its title."""
    fields, ids = found.fields, found.ids
    show = words(first(fields, *names.SHOW, "plextitle"))
    of_season = named == names.SEASON_KIND
    return Media(
        kind=Kind.MOVIE,
        title=words(first(fields, *names.TITLE)) or show,
        year=year(fields.get("year")),
        show=show if of_season else None,
        season=count(first(fields, *names.SEASON)) if of_season else None,
        show_ids={**ids.bare, **({} if of_season else ids.own), **ids.show},
    )


def _episode(found: Item, runtime: float | None, habits: Habits) -> Media:
    fields, ids = found.fields, found.ids
    own, show_ids, unscoped = _whose(ids, bare_is_show=habits.bare_is_show)
    numbers = _numbers(fields, range_is_file=habits.range_is_file)
    show, title = _names(fields, lone_title_is_show=habits.lone_title_is_show)
    if not (own or show_ids or unscoped):
        show_ids = paths.tagged_ids(first(fields, *names.PATH))
    return Media(
        kind=Kind.EPISODE,
        title=title,
        year=year(fields.get("year")),
        show=show,
        show_year=year(first(fields, *names.SHOW_YEAR)),
        season=count(first(fields, *names.SEASON)),
        episode=numbers[0],
        episode_end=numbers[1],
        absolute=count(first(fields, *names.ABSOLUTE)),
        ids=own,
        show_ids=show_ids,
        unscoped_ids=unscoped,
        runtime=runtime,
    )


def _whose(ids: Ids, *, bare_is_show: bool) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """Give the episode's ids, the show's, and those that may be either's."""
    if bare_is_show:
        return ids.own, {**ids.bare, **ids.show}, {}
    if ids.show:
        return {**ids.bare, **ids.own}, ids.show, {}
    return ids.own, {}, ids.bare


def _names(fields: Fields, *, lone_title_is_show: bool) -> tuple[str | None, str | None]:
    """Give the show's name and the episode's; a lone title beside numbers is the show's.

    Tautulli's ``{title}`` is both: ``Show - Episode``.
    """
    show = words(first(fields, *names.SHOW, "plextitle"))
    if show is None and lone_title_is_show and first(fields, *names.SEASON, *names.EPISODE) is not None:
        return words(first(fields, "title", "name")), words(first(fields, "episodename", "episodetitle"))
    return show, own_title(words(first(fields, *names.TITLE)), show)


def own_title(title: str | None, show: str | None) -> str | None:
    """Give *title* without the *show* that is written before it."""
    if title and show and title.startswith(f"{show} - "):
        return title[len(show) + 3 :].strip() or None
    return title


def is_range(fields: Fields) -> bool:
    """Whether the season or the episode is several (``6-10``), as in Tautulli's grouped notifications."""
    written = (first(fields, *names.SEASON), first(fields, *names.EPISODE))
    return any(isinstance(each, str) and _is_range(each) for each in written)


def _is_range(written: str) -> bool:
    return _RANGE.fullmatch(written.strip()) is not None


def _numbers(fields: Fields, *, range_is_file: bool) -> tuple[int | None, int | None]:
    """Give the episode's number, and the last one of a file that holds several."""
    written = first(fields, *names.EPISODE)
    start, end = count(written), count(first(fields, *names.EPISODE_END))
    if start is None and range_is_file and isinstance(written, str):
        found = _RANGE.fullmatch(written.strip())
        start, end = (count(found[1]), count(found[2])) if found else (None, None)
    return start, end if start is not None and end is not None and end > start else None


def rating(fields: Fields, said: post.Said) -> float | None:
    """Give the user's own rating, 0 to 10, -1 when taken away.

    A bare ``rating`` is theirs only when they rate.
    """
    keys = (*names.OWN_RATING, "rating") if said is post.RATED else names.OWN_RATING
    value = number(first(fields, *keys))
    lowest = -1 if said is post.RATED else 0
    return value if value is not None and lowest <= value <= 10 else None  # noqa: PLR2004  # the scale


def users(fields: Fields) -> tuple[object, ...]:
    """Give what the payload calls its user."""
    named = (fields.get(name) for name in ("userid", "user", "username", "friendlyname"))
    account, user = folded(fields.get("account")), folded(fields.get("user"))
    return (*named, account.get("id"), account.get("title"), user.get("id"), user.get("name"))


def _ids(fields: Fields) -> Ids:
    own, show, bare = [], [], []
    for key, value in fields.items():
        if key in names.BARE_ID:
            bare.append((names.BARE_ID[key], value))
        elif key in names.SHOW_ID:
            show.append((names.SHOW_ID[key], value))
        elif key in names.ITEM_ID:
            own.append((names.ITEM_ID[key], value))
    listed = list(_listed(fields, names.ITEM_IDS))
    of_show = [(name.removesuffix(_OF_SHOW), value) for name, value in listed if name.endswith(_OF_SHOW)]
    return Ids(
        external_ids([*listed, *own]),
        external_ids([*_listed(fields, names.SHOW_IDS), *of_show, *show]),
        external_ids(bare),
    )


def _listed(fields: Fields, keys: tuple[str, ...]) -> Iterator[tuple[str, object]]:
    for name in keys:
        ids: Mapping[str, object] = mapping(fields.get(name))
        yield from ids.items()
