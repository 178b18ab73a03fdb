"""The embedded Valkey: every write is on disk before it is answered."""

from __future__ import annotations

import os
import signal
import socket

from scrobbled.servers.account import command_as, hand_over, server_account
from scrobbled.servers.binaries import find_valkey
from scrobbled.servers.leftover import end_leftovers
from scrobbled.servers.places import Places
from scrobbled.servers.program import Program

SETTINGS = {
    "port": "0",
    "unixsocketperm": "700",
    "appendonly": "yes",
    "appendfsync": "always",
    "no-appendfsync-on-rewrite": "no",
    "aof-load-truncated": "yes",  # a torn last write was never answered, so nobody counts on it
    "save": "",
    "maxmemory": "512mb",
    "maxmemory-policy": "noeviction",
    "set-proc-title": "no",  # keeps the data directory in the command line, by which a leftover is found
    "daemonize": "no",
    "logfile": "",
}


def program(places: Places) -> Program:
    """The server for *places*."""

    account = server_account(places.valkey_data)
    hand_over(places.valkey_data, account)
    hand_over(places.valkey_socket.parent, account)
    command = [
        str(find_valkey()),
        "--dir",
        str(places.valkey_data),
        "--unixsocket",
        str(places.valkey_socket),
    ]
    for name, value in SETTINGS.items():
        command += [f"--{name}", value]
    return Program(
        name="valkey",
        command=command_as(
            account, command, places.valkey_data, places.valkey_socket, dies_with=signal.SIGTERM
        ),
        environment={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"},
        log_file=places.valkey_log,
        before_start=lambda: _clear(places),
        is_ready=lambda: _is_ready(places),
    )


def _clear(places: Places) -> None:
    """End an old server and drop its socket, which would seem to belong to the new one."""

    end_leftovers(str(places.valkey_socket), signal.SIGTERM)
    places.valkey_socket.unlink(missing_ok=True)


def _is_ready(places: Places) -> bool:
    """Whether it answers PING; while it loads its data it answers LOADING."""

    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1)
        try:
            connection.connect(str(places.valkey_socket))
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith(b"+PONG")
        except OSError:
            return False
