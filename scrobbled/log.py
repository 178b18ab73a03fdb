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

import atexit
import json
import logging
import re
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, BinaryIO, TypeAlias, cast

import msgspec
import orjson
import structlog
from structlog.contextvars import merge_contextvars
from structlog.typing import EventDict, WrappedLogger

from scrobbled.errors import plainly

#: Seconds a line may wait to be written together with others.
_MOMENT = 0.05

#: What aiohttp calls a request it cannot read.
_NOT_HTTP = frozenset({"BadHttpMessage", "BadStatusLine", "BadHttpMethod", "InvalidHeader", "LineTooLong"})

_HIDDEN = rb"\1***"

_encode = msgspec.json.Encoder().encode

#: What a secret looks like in a finished line. A quote there may be escaped, and a value
#: may stand in a mapping's repr, so separators are matched generously. Hiding too much is cheap,
#: but for the key after a value that ends in "token": the line would lose it.
_SECRETS = (
    re.compile(rb"(scr_[a-z]+_)[A-Za-z0-9_\-]+"),
    re.compile(rb"(?i)(/webhooks/[^/\s\"'\\?#]+/)[^/\s\"'\\?#]+"),
    re.compile(rb"(?i)(token(?:\\*[\"'])*\s?[=:,]\s?(?:b?(?:\\*[\"'])+)?)(?!\w+\":)[^\s\\\"'&,;}\])]+"),
    re.compile(
        rb"(?i)(authorization(?:\\*[\"'])*\s?[=:,]\s?(?:b?(?:\\*[\"'])+)?(?:bearer |basic |token )?)"
        rb"(?!\w+\":)[^\s\\\"',;}\])]+"
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
    lines = _Lines(stream, takes_shapes=not console and level <= logging.INFO)
    _open.clear()
    _open.append(lines)
    render = _console(colors=stream.isatty()) if console else render_json
    structlog.configure(
        processors=[merge_contextvars, render],
        wrapper_class=_console_logger(level) if console else _json_logger(level),
        logger_factory=lambda *_: lines,
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    root.handlers = [_Bridge()]
    root.setLevel(level)
    # One canonical line per request is ours to write; asyncio's debug lines help nobody here.
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)
    logging.getLogger("asyncio").setLevel(max(level, logging.INFO))
    logging.captureWarnings(capture=True)


class Shape:
    """
    Lines of one event whose keys are always the same: ready but for the values that vary.

    For what is said thousands of times a second. *fixed* stands in every line; *varying*
    names what `say` is given, in its order. Nothing is searched for secrets: what cannot
    promise that belongs to a logger.
    """

    def __init__(self, event: str, *, fixed: dict[str, str], varying: tuple[str, ...]) -> None:
        self._head = orjson.dumps({"event": event, "level": "info", **fixed})[:-1] + b","
        # A struct of its own is encoded in half the time that a dictionary takes.
        self._facts = msgspec.defstruct(event, [(name, Any) for name in ("at", *varying)], gc=False)

    def say(self, *values: float | str | None) -> bool:
        """
        Write the line; False when lines are not written as JSON, or not at this level,
        and a logger has to be asked.
        """
        lines = _open[0] if _open else None
        if lines is None or not lines.takes_shapes:
            return False
        lines.info((self, time.time(), values))
        return True

    def rendered(self, at: float, values: tuple[float | str | None, ...]) -> bytes:
        """The line, said *at* this unix time."""
        return self._head + _encode(self._facts(datetime.fromtimestamp(at, UTC), *values))[1:]


#: A finished line, or what one is made of once there is time: many made one after
#: another cost a third of what each costs in the middle of a request.
_Line: TypeAlias = bytes | tuple[Shape, float, tuple[float | str | None, ...]]


def flush() -> None:
    """Write the lines that still wait; done by itself when the process ends."""
    for lines in _open:
        lines.flush()


class _Lines:
    """
    Where finished lines go: at once from a warning on, a moment later before that.

    A write to the disk for each line would cost a request more than everything else
    about its line. What a killed process loses is the last moment of what went well.
    """

    def __init__(self, output: BinaryIO, *, takes_shapes: bool) -> None:
        self.takes_shapes = takes_shapes
        self._output = output
        self._waiting: deque[_Line] = deque()
        self._writing = threading.Lock()
        self._flusher: threading.Thread | None = None

    def info(self, line: _Line) -> None:
        """Write *line* within a moment."""
        self._waiting.append(line)
        if self._flusher is None:
            self._flusher = threading.Thread(target=self._keep_flushing, name="log", daemon=True)
            self._flusher.start()
            atexit.register(self.flush)

    def error(self, line: bytes) -> None:
        """Write *line*, and what waits before it, now."""
        self._waiting.append(line)
        self.flush()

    debug = msg = info
    warning = warn = critical = fatal = failure = exception = log = error

    def flush(self) -> None:
        """Write what waits."""
        with self._writing:
            finished = [_finished(self._waiting.popleft()) for _ in range(len(self._waiting))]
            if finished:
                self._output.write(b"\n".join(finished) + b"\n")
                self._output.flush()

    def _keep_flushing(self) -> None:
        while True:
            time.sleep(_MOMENT)
            with suppress(ValueError, OSError):  # the output was closed; the next line says so again
                self.flush()


def _finished(line: _Line) -> bytes:
    if isinstance(line, bytes):
        return line
    shape, at, values = line
    return shape.rendered(at, values)


#: What *set_up* made last.
_open: list[_Lines] = []


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
    Structlog's filtering logger, with a short cut for *info*.

    Requests and events write one such line each; going from the call straight to the
    finished bytes takes less than half the time of the chain of processors.
    """
    filtering: Any = structlog.make_filtering_bound_logger(level)
    if level > logging.INFO:
        return cast("type[structlog.typing.BindableLogger]", filtering)

    class JsonLogger(filtering):  # type: ignore[misc]  # a class made at run time
        def info(self, event: str, *args: Any, **facts: Any) -> None:
            said = event % args if args else event
            line = {"event": said, "level": "info", "at": datetime.now(UTC), **self._context, **facts}
            try:
                rendered = orjson.dumps(line, option=orjson.OPT_UTC_Z)
            except TypeError:  # something orjson does not know by itself
                filtering.info(self, event, *args, **facts)
            else:
                self._logger.info(redact(rendered))

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
            if record.exc_info and type(record.exc_info[1]).__name__ in _NOT_HTTP:
                # Anybody can send bytes that are no HTTP; that is worth a line and no traceback.
                structlog.get_logger().info("not_http", stage=record.name, error=repr(record.exc_info[1]))
                return
            if record.name == "asyncpg.pool" and record.exc_info and (why := record.exc_info[1]):
                # The pool tries again by itself; a stack says no more.
                facts = {"action": "trying again", "error": plainly(why)}
                structlog.get_logger().warning("database_away", stage=record.name, **facts)
                return
            known = {"exc_info": record.exc_info} if record.exc_info and record.exc_info[1] else {}
            structlog.get_logger().log(record.levelno, record.getMessage(), stage=record.name, **known)
        except Exception:  # noqa: BLE001 - a line that cannot be logged must not stop the work
            self.handleError(record)
