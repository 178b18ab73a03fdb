"""Log lines: set up once, the event first, facts as keys, never a secret.

A process calls `set_up` before it logs; every module takes its logger with
``structlog.get_logger(stage="<package>")``. Lines go to stderr, so that what a
command prints stays alone on stdout. What the standard library's loggers say
(aiohttp, asyncio, warnings) comes out in the same shape.

A line costs about 5 µs as JSON. That is why one function makes it, and why
secrets are searched in the finished bytes, behind a cheap test, and not in
every value.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, BinaryIO, cast

import orjson
import structlog
from structlog.contextvars import get_contextvars, merge_contextvars
from structlog.typing import EventDict, WrappedLogger

_HIDDEN = rb"\1***"

#: What a secret looks like in a finished line. A quote there may be escaped, and a value
#: may stand in a mapping's repr, so separators are matched generously. Hiding too much is cheap.
_SECRETS = (
    re.compile(rb"(scr_[a-z]+_)[A-Za-z0-9_\-]+"),
    re.compile(rb"(?i)(/webhooks/[^/\s\"'\\?#]+/)[^/\s\"'\\?#]+"),
    re.compile(rb"(?i)(token[\\\"']*\s?[=:,]\s?(?:b?[\\\"']+)?)[^\s\\\"'&,;}\])]+"),
    re.compile(
        rb"(?i)(authorization[\\\"']*\s?[=:,]\s?(?:b?[\\\"']+)?(?:bearer |basic |token )?)[^\s\\\"',;}\])]+"
    ),
    re.compile(rb"(?i)(\bbearer )[^\s\\\"',;}\])]+"),
    re.compile(rb"(://[^/\s\"'\\:@]*:)[^\s\"'\\/]+(?=@)"),
)


def set_up(log_format: str, log_level: str, output: BinaryIO | None = None) -> None:
    """Make structlog and the standard library's logging write to *output*, else to stderr.

    *log_format* is ``json``, ``console``, or ``auto``: console on a terminal.
    """

    stream = output or sys.stderr.buffer
    console = log_format == "console" or (log_format == "auto" and stream.isatty())
    level = logging.getLevelNamesMapping()[log_level.upper()]
    render = _console(colors=stream.isatty()) if console else render_json
    structlog.configure(
        processors=[merge_contextvars, render],
        wrapper_class=_console_logger(level) if console else _json_logger(level),
        logger_factory=structlog.BytesLoggerFactory(stream),
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    root.handlers = [_Bridge()]
    root.setLevel(level)
    # One canonical line per request is ours to write; asyncio's debug lines help nobody here.
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)
    logging.getLogger("asyncio").setLevel(max(level, logging.INFO))
    logging.captureWarnings(capture=True)


def render_json(_: WrappedLogger, method: str, facts: EventDict) -> bytes:
    """The last processor: one line of JSON with its secrets hidden."""

    line = {"event": facts.pop("event", ""), "level": method, "at": datetime.now(UTC), **facts}
    if "exc_info" in line:
        _spell_out(line)
    try:
        rendered = orjson.dumps(line, default=str, option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS)
    except TypeError:
        # Lone surrogates and integers over 64 bits: rare, legal in Python, and no reason to lose a line.
        rendered = json.dumps(line, default=str, skipkeys=True).encode()
    return redact(rendered)


def redact(line: bytes) -> bytes:
    """*line* with everything hidden that looks like a token, a password or a key."""

    low = line.lower()
    # Spelt out because it runs for every line: a loop over the words takes three times as long.
    if not (
        b"scr_" in low
        or b"/webhooks/" in low
        or b"token" in low
        or b"authorization" in low
        or b"bearer " in low
        or b"@" in low
    ):
        return line
    for secret in _SECRETS:
        line = secret.sub(_HIDDEN, line)
    return line


def redact_text(text: str) -> str:
    """`redact` for text that is shown elsewhere than in the log."""

    return redact(text.encode(errors="backslashreplace")).decode()


def without_password(url: str) -> str:
    """*url* with its password, in either place one can stand, replaced by ``***``."""

    url = re.sub(r"(?<=://)([^/?#]*?):([^/?#]*)@", r"\1:***@", url)
    return re.sub(r"(?i)([?&](?:ssl)?password=)[^&#]*", r"\1***", url)


def _console_logger(level: int) -> type[structlog.typing.BindableLogger]:
    return structlog.make_filtering_bound_logger(level)


def _json_logger(level: int) -> type[structlog.typing.BindableLogger]:
    """
    structlog's filtering logger, with a short cut for *info*.

    Requests and events write one such line each; going from the call straight to the
    finished bytes takes less than half the time of the chain of processors.
    """
    filtering: Any = structlog.make_filtering_bound_logger(level)
    if level > logging.INFO:
        return cast("type[structlog.typing.BindableLogger]", filtering)

    class JsonLogger(filtering):  # type: ignore[misc]  # a class made at run time
        def info(self, event: str, *args: Any, **facts: Any) -> None:
            line = event % args if args else event
            self._logger.msg(render_json(None, "info", {"event": line, **get_contextvars(), **self._context, **facts}))

    return JsonLogger


def _console(*, colors: bool) -> Callable[[WrappedLogger, str, EventDict], bytes]:
    renderer = structlog.dev.ConsoleRenderer(
        colors=colors, sort_keys=False, exception_formatter=structlog.dev.plain_traceback, timestamp_key="at"
    )

    def render(logger: WrappedLogger, method: str, facts: EventDict) -> bytes:
        facts["at"] = f"{datetime.now(UTC).astimezone():%H:%M:%S.%f}"[:-3]  # a person reads local time
        facts["level"] = method
        return redact(renderer(logger, method, facts).encode(errors="backslashreplace"))

    return render


def _spell_out(line: dict[str, Any]) -> None:
    """Replace the exception in *line* by its traceback as text."""

    exc_info = line.pop("exc_info")
    if exc_info is True:
        exc_info = sys.exc_info()
    elif isinstance(exc_info, BaseException):
        exc_info = (type(exc_info), exc_info, exc_info.__traceback__)
    if exc_info and exc_info[1] is not None:
        line["exception"] = logging.Formatter().formatException(exc_info)


class _Bridge(logging.Handler):
    """Hands what the standard library's loggers say to structlog."""

    def emit(self, record: logging.LogRecord) -> None:
        """Log *record* with its logger's name as the stage."""

        try:
            facts = {"exc_info": record.exc_info} if record.exc_info and record.exc_info[1] else {}
            structlog.get_logger().log(record.levelno, record.getMessage(), stage=record.name, **facts)
        except Exception:  # noqa: BLE001 - a line that cannot be logged must not stop the work
            self.handleError(record)
