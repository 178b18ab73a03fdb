"""Removing very many rows, some at a time, so that nobody waits long for the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scrobbled.store.pool import Database


async def sweep(database: Database, statement: str, *arguments: object, at_once: int) -> int:
    """Run *statement*, which removes *at_once* rows at most, until it finds fewer; returns how many went."""
    gone = 0
    while True:
        count = int((await database.execute(statement, *arguments)).split()[-1])
        gone += count
        if count < at_once:
            return gone
