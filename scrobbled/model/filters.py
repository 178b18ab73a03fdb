"""What clients narrow charts and searches down by (Trakt fact sheet §1)."""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec

#: From and to, both in it.
Range: TypeAlias = tuple[int, int]


class Filters(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """
    Each None filters nothing; of several words one must fit. *runtimes* in minutes, *ratings*
    0-100. *query* is a part of the name, in small letters. *ignored* leaves out what the user *user_id*
    has: of watched, collected, watchlisted. As JSON it is what the database's function *fits* takes.
    """

    years: Range | None = None
    runtimes: Range | None = None
    ratings: Range | None = None
    votes: Range | None = None
    genres: list[str] | None = None
    countries: list[str] | None = None
    languages: list[str] | None = None
    certifications: list[str] | None = None
    networks: list[str] | None = None
    status: list[str] | None = None
    query: str | None = None
    user_id: int | None = None
    ignored: list[str] | None = None

    def as_json(self) -> dict[str, Any]:
        """Without what filters nothing."""
        return msgspec.to_builtins(self)  # type: ignore[no-any-return]
