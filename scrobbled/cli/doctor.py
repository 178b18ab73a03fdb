"""`scrobbled doctor`: the settings as they are, and whether the servers keep their promises."""

# ruff: noqa: PLC0415 - imported when run, not for --help

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from typing import Any

import click

from scrobbled.cli.context import nothing_runs, resolved_settings, unknown_settings
from scrobbled.config import Settings
from scrobbled.errors import plainly
from scrobbled.log import redact_text

#: A check's result: "ok", "warn" or "FAIL", and a sentence.
Finding = tuple[str, str]


@click.command()
def doctor() -> None:
    """Show the settings and check the servers; ends with status 1 when something is wrong."""

    settings = resolved_settings()
    for row, text in settings.shown():
        mark = "set" if os.environ.get(row.variable, "").strip() else "   "
        click.echo(f"{mark} {row.variable} = {text}")
    click.echo()
    findings = asyncio.run(_findings(settings))
    for verdict, sentence in findings:
        click.echo(f"{verdict:4} {redact_text(sentence)}")
    if any(verdict == "FAIL" for verdict, _ in findings):
        raise SystemExit(1)


async def _findings(settings: Settings) -> list[Finding]:
    findings: list[Finding] = []
    for variable, meant in unknown_settings(os.environ).items():
        findings.append(("warn", f"{variable} is no setting{f'; did you mean {meant}?' if meant else ''}"))
    for name, check in (("PostgreSQL", _postgres), ("the stream", _stream)):
        try:
            findings += [finding async for finding in check(settings)]
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the finding
            findings.append(("FAIL", f"{name} cannot be used: {plainly(error)}"))
    if any(verdict == "FAIL" for verdict, _ in findings) and (why := nothing_runs()):
        findings.append(("warn", why.removeprefix("; ")))
    return findings


async def _postgres(settings: Settings) -> AsyncIterator[Finding]:
    import asyncpg

    connection = await asyncpg.connect(settings.database_url, timeout=5)
    try:
        yield "ok", f"PostgreSQL {await connection.fetchval('SHOW server_version')} answers"
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            value = await connection.fetchval("SELECT current_setting($1)", name)
            verdict = "FAIL" if value == "off" else "ok"
            yield verdict, f"{name} is {value}" + ("; a power cut can lose plays" if value == "off" else "")
    finally:
        await connection.close()


async def _stream(settings: Settings) -> AsyncIterator[Finding]:
    import redis.asyncio

    async with redis.asyncio.Redis.from_url(settings.redis_url or "", socket_timeout=5) as client:
        server: dict[str, Any] = await client.info("server")
        version = server.get("valkey_version", server["redis_version"])
        yield "ok", f"{server.get('server_name', 'redis')} {version} answers"
        persistence: dict[str, Any] = await client.info("persistence")
        if not persistence.get("aof_enabled"):
            yield "FAIL", "appendonly is off: an accepted event can be lost; set `appendonly yes`"
        elif persistence.get("aof_last_write_status") != "ok":
            yield "FAIL", "the last write to the append-only file failed: is the disk full?"
        else:
            yield "ok", "the stream is written to disk (appendonly is on)"
        yield await _setting(client, "appendfsync", "always", "up to a second of accepted events can be lost")
        yield await _setting(client, "maxmemory-policy", "noeviction", "a full server may drop events")


async def _setting(client: Any, name: str, wanted: str, danger: str) -> Finding:
    """Compare one setting of the stream server, which a hosted one may not show."""

    try:
        value = (await client.config_get(name)).get(name)
    except Exception:  # noqa: BLE001 - hosted servers refuse in several ways
        return "warn", f"{name} cannot be read; it should be {wanted}"
    value = value.decode() if isinstance(value, bytes) else value
    if value == wanted:
        return "ok", f"{name} is {value}"
    return "warn", f"{name} is {value}: {danger}; set it to {wanted}"
