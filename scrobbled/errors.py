"""The errors scrobbled raises, as one small tree.

::

    ScrobbledError
    ├── ConfigError       a setting is wrong; the message names it
    ├── PayloadError      somebody sent us what their protocol does not allow
    │   └── UnprocessableError   …it can be read, and something in it is wrong
    ├── Unavailable       a dependency is away; the same call may work later
    │   └── NoAnswer          …nothing answered where it should be
    ├── StreamFull        the stream holds as much as it may
    ├── LimitReached      a user has as much of something as may be
    ├── SchemaOutdated    the database is not at this version's schema
    └── NotFound          the thing named does not exist

Expected refusals (a duplicate, an unmatched title) are outcomes, not errors:
see *model.outcome*.
"""

from __future__ import annotations


class ScrobbledError(Exception):
    """Something went wrong in scrobbled."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (type(self).__doc__ or "").strip())


class ConfigError(ScrobbledError):
    """A setting is wrong."""


class PayloadError(ScrobbledError):
    """The body is not what this endpoint accepts.

    *message* says what was wrong and where (``progress must be 0 to 100, got
    400``); it is shown to the client, so it never holds anything of ours.
    """


class UnprocessableError(PayloadError):
    """The body can be read, but something in it is wrong; Trakt tells the two apart."""


class Unavailable(ScrobbledError):  # noqa: N818  # the state it tells of
    """A server this one depends on is away; try again soon."""


class NoAnswer(Unavailable):
    """A server that this one was to connect to does not answer."""


class StreamFull(Unavailable):
    """The stream holds as many unprocessed events as it may; try again soon."""


class LimitReached(ScrobbledError):  # noqa: N818  # as above
    """There is no room for more. *limit* is how many there may be."""

    def __init__(self, message: str, limit: int) -> None:
        super().__init__(message)
        self.limit = limit


class SchemaOutdated(ScrobbledError):  # noqa: N818  # as above
    """The database schema is older than this version: run `scrobbled migrate`."""


class NotFound(ScrobbledError):  # noqa: N818  # as above
    """There is no such thing here."""


def plainly(error: BaseException) -> str:
    """What *error* says, for a sentence: no number and no path, which the sentence has; never empty."""

    if isinstance(error, TimeoutError) and not error.strerror:
        return "no answer in time"
    said = error.strerror if isinstance(error, OSError) else None
    return said or str(error) or type(error).__name__
