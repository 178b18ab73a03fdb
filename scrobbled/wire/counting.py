"""Questions that several formats ask before an event may count."""

from __future__ import annotations

from collections.abc import Collection

from scrobbled.model.event import Action
from scrobbled.model.media import Kind, Media
from scrobbled.wire.fields import text


def is_nameless(media: Media, action: Action, progress: float | None) -> bool:
    """Whether *media* gives nothing to match on, and nothing is lost by saying so.

    A completed viewing, or a stop that says how far it came, is never nameless:
    it is kept until a person names it.
    """
    if action is Action.WATCHED or (action is Action.STOP and progress is not None):
        return False
    if media.ids or media.show_ids or media.unscoped_ids:
        return False
    return not (media.title if media.kind is Kind.MOVIE else media.show)


def is_wanted(accounts: Collection[str], *names: object) -> bool:
    """Whether one of *names* (an account's id, its title) is among *accounts*.

    No accounts means everybody. Names compare trimmed, without case and without
    the dashes of a GUID.
    """
    if not accounts:
        return True
    wanted = {plain(account) for account in accounts}
    return any(plain(name) in wanted for name in map(text, names) if name)


def plain(name: str) -> str:
    """Give an account's id or name as it compares: trimmed, without case and a GUID's dashes."""
    return name.strip().casefold().replace("-", "")
