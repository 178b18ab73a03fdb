"""What a setting is: a row of the table, and the kinds of value that its text may have."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, Generic, TypeVar, cast
from urllib.parse import urlsplit

#: Networks that nobody reaches us from through the internet.
_PRIVATE = (
    "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10",
    "::1/128", "fc00::/7", "fe80::/10",
)  # fmt: skip

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Kind(Generic[T]):
    """How the text of a setting becomes its value, and which texts are allowed.

    *parse* raises `ValueError` for all others; *allowed* finishes the sentence
    "it must be …".
    """

    allowed: str
    parse: Callable[[str], T]


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table, for the documentation and for `scrobbled doctor`."""

    variable: str
    attribute: str
    allowed: str
    default: str | None
    doc: str
    secret: bool
    hidden: bool


def setting(kind: Kind[T], default: str, doc: str) -> T:
    """Declare a setting that always has a value."""

    return cast("T", _row(kind, default, doc, secret=False, factory=lambda: kind.parse(default)))


def optional(kind: Kind[T], doc: str, *, secret: bool = False, hidden: bool = False) -> T | None:
    """Declare a setting that may be left unset; a *secret* address has a password, *hidden* is all secret."""

    return cast("T | None", _row(kind, None, doc, secret=secret, hidden=hidden, factory=lambda: None))


def _row(
    kind: Kind[Any],
    default: str | None,
    doc: str,
    *,
    secret: bool,
    factory: Callable[[], Any],
    hidden: bool = False,
) -> Any:
    row = {"kind": kind, "default": default, "doc": doc, "secret": secret, "hidden": hidden}
    return field(default_factory=factory, metadata=row)


def _text(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise ValueError(text)
    return text.strip()


def one_of(*words: str) -> Kind[str]:
    """One of *words*, in letters of any case."""

    def parse(text: str) -> str:
        word = text.strip().lower()
        if word not in words:
            raise ValueError(text)
        return word

    return Kind(f"one of {', '.join(words)}", parse)


def whole(lowest: int, highest: int, unit: str = "") -> Kind[int]:
    """A whole number; *unit* is for the sentence."""

    def parse(text: str) -> int:
        # int() alone also takes "1_000" and "٣", which nobody means.
        if not re.fullmatch(r"[0-9]{1,18}", text.strip()) or not lowest <= int(text) <= highest:
            raise ValueError(text)
        return int(text)

    return Kind(f"a whole number{unit} from {lowest} to {highest}", parse)


def seconds(lowest: float, highest: float) -> Kind[float]:
    """A number of seconds, which may have decimals."""

    def parse(text: str) -> float:
        if (
            not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,6})?", text.strip())
            or not lowest <= float(text) <= highest
        ):
            raise ValueError(text)
        return float(text)

    return Kind(f"a number of seconds from {lowest:g} to {highest:g}", parse)


def size(lowest: int, highest: int) -> Kind[int]:
    """A number of bytes, which may be written in KiB and MiB."""

    units = {"": 1, "b": 1, "kib": 1024, "mib": 1024**2}

    def parse(text: str) -> int:
        match = re.fullmatch(r"([0-9]{1,12}) ?([a-z]*)", text.strip().lower())
        if not match or match[2] not in units:
            raise ValueError(text)
        size = int(match[1]) * units[match[2]]
        if not lowest <= size <= highest:
            raise ValueError(text)
        return size

    return Kind(f"from {lowest} bytes to {highest // 1024**2} MiB, such as 65536 or 1 MiB", parse)


def _surfaces(text: str) -> Mapping[str, tuple[int, int]]:
    found = re.findall(r"(?:^|,) *([a-z]+)=([0-9]{1,9})/([0-9]{1,9}) *(?=,|$)", text.strip())
    if len(found) != text.count(",") + 1:
        raise ValueError(text)
    return {name: (int(minute), int(day)) for name, minute, day in found}


def _yes_or_no(text: str) -> bool:
    words = {
        "true": True,
        "yes": True,
        "on": True,
        "1": True,
        "false": False,
        "no": False,
        "off": False,
        "0": False,
    }
    try:
        return words[text.strip().lower()]
    except KeyError:
        raise ValueError(text) from None


def _folder(text: str) -> Path:
    try:
        path = Path(_text(text)).expanduser()
    except RuntimeError as error:  # no home directory for "~"
        raise ValueError(text) from error
    if not path.is_absolute():
        raise ValueError(text)
    return path


def _tmdb_key(text: str) -> str:
    # A v3 key, or a v4 token: three parts of base64 with dots between them.
    if not re.fullmatch(r"[0-9a-fA-F]{32}|[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}", text.strip(), re.ASCII):
        raise ValueError(text)
    return text.strip()


def _origins(text: str) -> tuple[str, ...]:
    """``*``, none, or origins as browsers write them."""
    words = tuple(word.strip().rstrip("/") for word in text.split(",") if word.strip())
    if words in ((), ("none",)):
        return ()
    if words != ("*",) and not all(re.fullmatch(r"https?://[\w.\[\]:-]+", word, re.ASCII) for word in words):
        raise ValueError(text)
    return words


def _networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """``private``, ``none``, or networks; ``private`` may be one of several."""
    words = [word.strip() for word in text.lower().split(",")]
    if words == ["none"]:
        return ()
    named = [network for word in words for network in (_PRIVATE if word == "private" else (word,))]
    return tuple(map(ip_network, named))


def url(*schemes: str) -> Kind[str]:
    """A URL of one of *schemes*."""

    def parse(text: str) -> str:
        if urlsplit(_text(text)).scheme not in schemes:
            raise ValueError(text)
        return text.strip()

    return Kind(f"a URL that starts with {' or '.join(f'{scheme}://' for scheme in schemes)}", parse)


SURFACES = Kind(
    "surfaces with requests a minute and a day, such as `native=600/50000, reelrifter=60/5000`", _surfaces
)
TEXT = Kind("a non-empty text", _text)
FOLDER = Kind("an absolute path", _folder)
FLAG = Kind("true or false", _yes_or_no)
ORIGINS = Kind("*, none, or origins such as https://app.example with commas between them", _origins)
NETWORKS = Kind(
    "private, none, or networks such as 127.0.0.1, 10.1.0.0/16 with commas between them", _networks
)
TMDB_KEY = Kind("an API key (v3, 32 hexadecimal digits) or a read access token (v4)", _tmdb_key)


def written(value: object) -> str:
    """*value* as one writes it in the environment."""

    if isinstance(value, Mapping):
        return ", ".join(f"{name}={minute}/{day}" for name, (minute, day) in value.items())
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
