"""As whom the embedded servers run.

An ordinary user runs them as themselves. PostgreSQL refuses root, so root hands
both to an account without rights: the one that owns the data already, else
`postgres` where that exists, else `nobody`. Nobody's directories are changed
for it. Where the account could not walk to the programs, the data or a socket (a clone
under /root), it is given the one capability to look through directories.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scrobbled.errors import ConfigError

ACCOUNTS = ("postgres", "nobody")
#: The bits of /proc/self/status' CapPrm, the narrower one first. A container may hold the second alone.
CAPABILITIES = {"dac_read_search": 2, "dac_override": 1}


@dataclass(frozen=True, slots=True)
class Account:
    """A user that root hands a server to."""

    uid: int
    gid: int

    def may_walk_to(self, path: Path) -> bool:
        """Whether every directory above *path* lets this account pass."""

        return all(_allows(folder, self, 0o1) for folder in path.absolute().parents)

    def may_execute(self, program: Path) -> bool:
        """Whether *program* itself may be executed, however it is reached."""

        return _allows(program, self, 0o1)


def server_account(data: Path) -> Account | None:
    """The account for the server whose data lies in *data*; None stands for ourselves."""

    if os.geteuid() != 0:
        return None
    owner = data.stat().st_uid if data.exists() else 0
    for entry in [pwd.getpwuid(owner)] if owner else _known_accounts():
        return Account(entry.pw_uid, entry.pw_gid)
    raise ConfigError("root cannot run PostgreSQL, and there is no account postgres or nobody to run it as")


def hand_over(path: Path, account: Account | None) -> None:
    """Create the directory *path* with mode 0700 and give it to *account*."""

    path.mkdir(mode=0o700, exist_ok=True)
    if account:
        os.chown(path, account.uid, account.gid)


def command_as(
    account: Account | None, command: list[str], *reached: Path, dies_with: signal.Signals
) -> list[str]:
    """*command* as it is run on behalf of *account*: through setpriv, when that is not ourselves.

    *reached* is what it opens: its data, its socket. *dies_with* is the signal it gets
    when we die. It is named here because the kernel forgets it when a process changes its user.
    """

    if account is None:
        return command
    setpriv = shutil.which("setpriv")
    if not setpriv:
        raise ConfigError("root needs setpriv (util-linux) for the embedded servers; or be another user")
    become = [f"--reuid={account.uid}", f"--regid={account.gid}", "--clear-groups"]
    capability = _needed_capability(account, Path(command[0]), reached)
    if capability:
        become += [f"--inh-caps=+{capability}", f"--ambient-caps=+{capability}"]
    return [setpriv, *become, f"--pdeathsig={dies_with.name.removeprefix('SIG')}", "--", *command]


def _needed_capability(account: Account, program: Path, reached: Sequence[Path]) -> str | None:
    if not account.may_execute(program):
        return "dac_override"
    if all(account.may_walk_to(path) for path in (program, *reached)):
        return None
    held = _held_capabilities()
    return next((name for name, bit in CAPABILITIES.items() if held >> bit & 1), None)


def _held_capabilities() -> int:
    status = Path("/proc/self/status").read_text()
    return int(status.split("CapPrm:")[1].split()[0], 16)


def _known_accounts() -> list[pwd.struct_passwd]:
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    return [names[name] for name in ACCOUNTS if name in names]


def _allows(path: Path, account: Account, bit: int) -> bool:
    found = path.stat()
    shift = 6 if found.st_uid == account.uid else 3 if found.st_gid == account.gid else 0
    return bool(found.st_mode >> shift & bit)
