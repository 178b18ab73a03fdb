"""What is asked of the matcher, and one way to read it."""

from __future__ import annotations

import msgspec


class Query(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """
    A name as a player, a file or a service has it, with what else is known.

    *kind* is movie or show, of the title: the show's for an episode. *year* is the
    title's, *runtime* in minutes. Season 0 holds the specials.
    """

    text: str
    kind: str | None = None
    year: int | None = None
    season: int | None = None
    episode: int | None = None
    runtime: float | None = None
    country: str | None = None


class Reading(msgspec.Struct, frozen=True, gc=False):
    """
    One way to read a text: the words that may be the name, and what the rest says.

    *doubt* grows with how much of the text had to be explained away: 0 for the text as
    it is. *how* names the rule. *part*: the number of a part was taken off, so that what
    goes on after the name may be another part. *absolute* counts episodes through all
    seasons, as anime groups do.
    """

    text: str
    year: int | None = None
    kind: str | None = None
    season: int | None = None
    episode: int | None = None
    country: str | None = None
    doubt: float = 0.0
    how: str = "as written"
    part: bool = False
    absolute: int | None = None
