"""Where the embedded servers keep what they need, and the URLs that follow from it."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from scrobbled.errors import ConfigError, plainly

#: What a unix socket's path may take in bytes: 108 on Linux, 104 on macOS, with a zero at the end.
SOCKET_PATH_LIMIT = 100
POSTGRES_SOCKET = ".s.PGSQL.5432"
VALKEY_SOCKET = "valkey.sock"


@dataclass(frozen=True, slots=True)
class Places:
    """The paths inside *data_dir*, an absolute directory."""

    data_dir: Path

    @property
    def name(self) -> str:
        """A short name for this data directory, the same at every start."""

        return f"scrobbled-{hashlib.sha256(os.fsencode(self.data_dir)).hexdigest()[:12]}"

    @property
    def run(self) -> Path:
        """The directory of the sockets: in the data directory, or a short one where that path is too long."""

        inside = self.data_dir / "run"
        if len(os.fsencode(inside / "postgres" / POSTGRES_SOCKET)) <= SOCKET_PATH_LIMIT:
            return inside
        # Not TMPDIR: it differs between a service and a terminal, and may be long itself.
        short = self.name.replace("scrobbled-", f"scrobbled-{os.geteuid()}-")
        return Path("/tmp") / short  # noqa: S108 - private_directory checks it

    @property
    def lock(self) -> Path:
        """The file that a running instance holds locked."""

        return self.data_dir / "lock"

    @property
    def postgres_data(self) -> Path:
        """PostgreSQL's data directory."""

        return self.data_dir / "postgres"

    @property
    def postgres_run(self) -> Path:
        """The directory of PostgreSQL's socket."""

        return self.run / "postgres"

    @property
    def postgres_log(self) -> Path:
        """What PostgreSQL says."""

        return self.data_dir / "postgres.log"

    @property
    def valkey_data(self) -> Path:
        """Valkey's data directory."""

        return self.data_dir / "valkey"

    @property
    def valkey_socket(self) -> Path:
        """Valkey's socket."""

        return self.run / "valkey" / VALKEY_SOCKET

    @property
    def valkey_log(self) -> Path:
        """What Valkey says."""

        return self.data_dir / "valkey.log"

    @property
    def database_url(self) -> str:
        """How to reach the embedded PostgreSQL."""

        return f"postgresql://scrobbled@/scrobbled?host={quote(str(self.postgres_run), safe='')}&port=5432"

    @property
    def redis_url(self) -> str:
        """How to reach the embedded Valkey."""

        return f"unix://{quote(str(self.valkey_socket))}?db=0"

    def make(self) -> None:
        """Create the data directory and the directory of the sockets, both for their owner alone."""

        try:
            self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            private_directory(self.run)
        except OSError as error:
            raise ConfigError(f"SCROBBLED_DATA_DIR: cannot use {self.data_dir}: {plainly(error)}") from error


def private_directory(path: Path) -> None:
    """Create *path* with mode 0700, or insist that what is there is ours and private.

    Under /tmp anybody may have made it before us; a directory of somebody else
    would let them in between the servers and us.
    """

    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o077:
            message = f"{path} must be a directory of this user with mode 0700; remove it or repair it"
            raise ConfigError(message) from None
