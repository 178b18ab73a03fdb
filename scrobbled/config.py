"""The settings: one frozen value, built once from the environment and handed down.

Every setting stands in the table that is the body of *Settings*: its name (the
attribute in capitals after ``SCROBBLED_``), its type, its default as one would
write it in the environment, and one sentence for the documentation. A test
holds ``docs/settings.md`` to it.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Any

from scrobbled.errors import ConfigError
from scrobbled.log import without_password
from scrobbled.setting import (
    FLAG,
    FOLDER,
    NETWORKS,
    ORIGINS,
    SURFACES,
    TEXT,
    TMDB_KEY,
    Setting,
    one_of,
    optional,
    seconds,
    setting,
    size,
    url,
    whole,
    written,
)

PREFIX = "SCROBBLED_"


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class Settings:
    """Everything an operator can set."""

    host: str = setting(TEXT, "127.0.0.1", "Address the front door listens on.")
    port: int = setting(whole(1, 65535), "8080", "Port the front door listens on.")
    trakt_port: int | None = optional(
        whole(1, 65535), "Second port of the front door, where everything at the root is Trakt's API."
    )
    cors_origins: tuple[str, ...] = setting(
        ORIGINS, "*", "Websites whose pages may use Trakt's API with a token that they have."
    )
    data_dir: Path = setting(
        FOLDER,
        "~/.local/share/scrobbled",
        "Where the embedded servers keep everything; `$XDG_DATA_HOME/scrobbled` where that is set.",
    )
    database_url: str | None = optional(
        url("postgresql", "postgres"), "PostgreSQL to use; unset starts the embedded one.", secret=True
    )
    redis_url: str | None = optional(
        url("redis", "rediss", "unix"), "Redis or Valkey to use; unset starts the embedded one.", secret=True
    )
    log_format: str = setting(
        one_of("auto", "json", "console"), "auto", "How log lines look; `auto` is `console` on a terminal."
    )
    log_level: str = setting(
        one_of("debug", "info", "warning", "error"),
        "info",
        "The least important log lines that are written.",
    )
    workers: int = setting(whole(1, 64), "1", "Worker processes that `scrobbled serve` starts.")
    worker_name: str = setting(
        TEXT, "", "Unique name of this worker in the stream; unset is the host's name."
    )
    partitions: int = setting(
        whole(1, 1024), "8", "Partitions of the stream; everywhere the same, changed only while it is empty."
    )
    answer_timeout: float = setting(
        seconds(0.1, 60),
        "5",
        "Seconds that a Trakt or ReelRifter call waits for its answer before it gets 503.",
    )
    stream_max_events: int = setting(
        whole(1000, 1_000_000_000), "200000", "Unprocessed events at which the front door answers 503."
    )
    inbox_max_events: int = setting(
        whole(1000, 1_000_000_000),
        "1000000",
        "Events that PostgreSQL keeps, about, while the stream is away; then 503.",
    )
    requests_at_once: int = setting(
        whole(1, 100_000),
        "128",
        "Events, and other requests beside them, that a front door works on; on top of them, or of four "
        "times as many in a burst, it answers 503.",
    )
    max_tries: int = setting(whole(1, 100), "5", "Tries an event gets before it is set aside as dead.")
    batch_size: int = setting(whole(1, 10_000), "500", "Events a worker takes at once.")
    duplicate_window: int = setting(
        whole(0, 604_800, " of seconds"),
        "3600",
        "Seconds within which a second play of an item is a duplicate.",
    )
    watched_threshold: int = setting(
        whole(1, 100), "80", "Percent of an item at which a stop counts as a play."
    )
    lost_stop: bool = setting(FLAG, "true", "Whether a viewing whose stop never came can count as a play.")
    alias_users: int = setting(
        whole(1, 1_000_000),
        "3",
        "Users who must have taught the same before it holds for everybody.",
    )
    playback_days: int = setting(whole(1, 36_500, " of days"), "180", "Days a paused position is kept.")
    event_days: int = setting(
        whole(1, 36_500, " of days"), "30", "Days the outcome of an event can be looked up."
    )
    heartbeat_days: int = setting(
        whole(1, 36_500, " of days"), "2", "Days a heartbeat's outcome can be looked up."
    )
    webhook_days: int = setting(
        whole(1, 36_500, " of days"), "14", "Days a received webhook can be looked at and read again."
    )
    webhook_size: int = setting(
        size(1024, 1024**3), "64 MiB", "What a user's received webhooks may take; the oldest go first."
    )
    body_limit: int = setting(size(1024, 1024**3), "1 MiB", "Largest request body that is accepted.")
    events_body_limit: int = setting(
        size(1024, 1024**3), "4 MiB", "Largest body of `POST /v1/events` and of syncs."
    )
    connections: int = setting(
        whole(10, 1_000_000),
        "5000",
        "Connections one front door holds; beyond them, those that rest make way for new ones.",
    )
    connections_per_address: int = setting(
        whole(0, 1_000_000),
        "200",
        "Connections one address holds at a front door, if it is none of `SCROBBLED_PROXIES`; 0 is no limit.",
    )
    proxies: tuple[IPv4Network | IPv6Network, ...] = setting(
        NETWORKS,
        "private",
        "Networks of proxies, which are believed when they say whom they ask for; `private` is all that are.",
    )
    requests_per_minute: int = setting(
        whole(0, 1_000_000_000),
        "60",
        "Requests a token may make in a minute on each surface; scrobbles never count; 0 is no limit.",
    )
    requests_per_day: int = setting(
        whole(0, 1_000_000_000), "5000", "The same in a day, which ends at midnight UTC."
    )
    surface_limits: Mapping[str, tuple[int, int]] | None = optional(
        SURFACES, "Surfaces with other limits than those two, each as `surface=minute/day`."
    )
    trakt_reads: int = setting(
        whole(0, 1_000_000_000), "1000", "Trakt reads a token may make in 5 minutes; 0 is no limit."
    )
    trakt_writes: int = setting(
        whole(0, 1_000_000_000),
        "600",
        "Trakt writes a token may make in 5 minutes; scrobbles never count; 0 is no limit.",
    )
    metrics_port: int | None = optional(
        whole(1, 65535), "Port on which a process with no front door serves `/metrics`; unset is none."
    )
    metrics_dir: Path = setting(
        FOLDER,
        "",
        "Where the processes of one machine share metrics; unset is `metrics` in the data directory.",
    )
    public_url: str | None = optional(
        url("http", "https"),
        "Where browsers and apps reach the server; unset is what each request says in its headers.",
    )
    unknown_apps: str = setting(
        one_of("allow", "deny"),
        "allow",
        "Whether apps that `scrobbled app add` did not register may sign people in.",
    )
    database_connections: int = setting(
        whole(1, 200), "8", "Most connections one process opens to PostgreSQL."
    )
    tmdb_key: str | None = optional(
        TMDB_KEY, "Your key at TMDB, with which titles' details can be imported.", hidden=True
    )

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, str]) -> Settings:
        """Read the settings from *mapping*, usually the environment.

        An empty value counts as unset, as in a compose file. Raises
        `ConfigError` for the first wrong one.
        """

        mapping = {key: value for key, value in mapping.items() if value.strip()}
        values = {row.attribute: _read(row, mapping) for row in table() if row.variable in mapping}
        values.setdefault("data_dir", _default_folder(mapping))
        values.setdefault("metrics_dir", values["data_dir"] / "metrics")
        values.setdefault("worker_name", socket.gethostname())
        return cls(**values)

    @property
    def names_path(self) -> Path:
        """Where the index of names lies, for all processes of the machine."""

        return self.data_dir / "names" / "index"

    def shown(self) -> Iterator[tuple[Setting, str]]:
        """Each setting with its value as it may be shown: passwords are left out."""

        for row in table():
            value = getattr(self, row.attribute)
            yield row, _shown(row, written(value))

    def __repr__(self) -> str:
        return f"Settings({', '.join(f'{row.attribute}={text!r}' for row, text in self.shown())})"


def table() -> tuple[Setting, ...]:
    """Every setting there is, in the order of the documentation."""

    return tuple(
        Setting(
            variable=PREFIX + column.name.upper(),
            attribute=column.name,
            allowed=column.metadata["kind"].allowed,
            default=column.metadata["default"] or None,
            doc=column.metadata["doc"],
            secret=column.metadata["secret"],
            hidden=column.metadata["hidden"],
        )
        for column in fields(Settings)
    )


def _read(row: Setting, mapping: Mapping[str, str]) -> Any:
    text = mapping[row.variable]
    kind = next(column.metadata["kind"] for column in fields(Settings) if column.name == row.attribute)
    try:
        return kind.parse(text)
    except ValueError:
        shown = _shown(row, text)
        raise ConfigError(f"{row.variable} is {shown!r}; it must be {row.allowed}") from None


def _shown(row: Setting, text: str) -> str:
    if row.hidden and text:
        return "***"
    return without_password(text) if row.secret else text


def _default_folder(mapping: Mapping[str, str]) -> Path:
    """`$XDG_DATA_HOME/scrobbled`, else `~/.local/share/scrobbled`."""

    home = mapping.get("HOME")
    share = mapping.get("XDG_DATA_HOME") or (f"{home}/.local/share" if home else "~/.local/share")
    try:
        return FOLDER.parse(f"{share}/scrobbled")
    except ValueError:
        raise ConfigError(
            f"{PREFIX}DATA_DIR is not set and there is no home directory to put it in"
        ) from None
