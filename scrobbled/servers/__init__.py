"""The embedded servers: PostgreSQL and Valkey, from wheels or from the PATH.

Both keep their data in the data directory and listen on unix sockets inside a
directory that only their owner can enter: no port can clash, no other local
user gets in, and their URLs follow from the data directory alone, so that a
command in another terminal finds the running instance.

*places* says where everything is, *binaries* which programs are used,
*account* as whom they run, *program* is one process, *kept* one that is started
again, *leftover* ends what a killed instance left behind, *postgres* and *valkey*
describe the two servers.
"""

from __future__ import annotations

from scrobbled.servers.lock import claim
from scrobbled.servers.places import Places
from scrobbled.servers.program import Program

__all__ = ["Places", "Program", "claim"]
