"""`scrobbled webhooks …`: what players sent, and reading it again."""

# ruff: noqa: PLC0415 - imported when run, not for --help

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

import click

from scrobbled.cli.context import resolved_settings
from scrobbled.model.outcome import Outcome
from scrobbled.wire.webhook import READERS

if TYPE_CHECKING:
    from scrobbled.api.replaying import ReadAgain
    from scrobbled.model.event import PlaybackEvent
    from scrobbled.store.pool import Pool
    from scrobbled.store.webhooks import Filter, Kept, Listed

_OUTCOMES = [outcome.value for outcome in Outcome]

_player = click.option("--player", type=click.Choice(list(READERS)), help="Only what was read as this one's.")
_since = click.option(
    "--since", type=click.DateTime(), help="Only what was received at this time (UTC) or later."
)


@click.group()
def webhooks() -> None:
    """List received webhooks, show one as it came, read them again after an upgrade."""


@webhooks.command("list")
@click.argument("name", required=False)
@_player
@click.option("--outcome", type=click.Choice(_OUTCOMES), help="Only what ended so.")
@_since
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000), help="Of each user.")
def list_webhooks(
    name: str | None, *, player: str | None, outcome: str | None, since: datetime | None, limit: int
) -> None:
    """List what NAME's players sent, newest first.

    Everybody's without NAME. Id, time, player, event, what it said, outcome, reason.
    """
    from scrobbled.store.webhooks import Filter

    wanted = Filter(player=player, outcome=Outcome(outcome) if outcome else None, since=_utc(since))
    for row in asyncio.run(_listed(name, wanted, limit)):
        at, event = row.received_at.isoformat(timespec="seconds"), row.event
        said = "\t".join((event.source, event.event_name or "-", _subject(event)))
        click.echo(f"{row.id}\t{at}\t{said}\t{_ended(row)}\t{row.reason or ''}".rstrip())


@webhooks.command("show")
@click.argument("webhook_id", type=click.UUID)
@click.option("--user", "name", help="Whose it is, should two users have one of this id.")
def show(webhook_id: UUID, name: str | None) -> None:
    """Show the webhook WEBHOOK_ID. Its reading, its outcome, and its body without secrets."""
    from scrobbled.wire.reading import reading

    found = asyncio.run(_one(webhook_id, name))
    at, event = found.received_at.isoformat(timespec="seconds"), found.event
    click.echo(f"received  {at} by token {found.token_id} at /webhooks/{found.player}/…")
    click.echo(f"event     {event.event_name or '-'}, read as {event.source}")
    click.echo(f"outcome   {_ended(found)}{f' ({found.reason})' if found.reason else ''}")
    click.echo(f"reading   {json.dumps(reading(event), ensure_ascii=False)}")
    cut = ", its end is not kept" if found.truncated else ""
    click.echo(f"body      {found.size} bytes, {found.content_type or 'no content type'}{cut}")
    click.echo(_printable(found.body))


@webhooks.command("replay")
@click.argument("name", required=False)
@_player
@_since
@click.option("--unmatched", is_flag=True, help="Only what waits for a title.")
@click.option("--dry-run", is_flag=True, help="Say what reads differently, and change nothing.")
def replay(
    name: str | None, *, player: str | None, since: datetime | None, unmatched: bool, dry_run: bool
) -> None:
    """Read again what NAME's players sent and did not count.

    Everybody's without NAME. What says something else now is applied, at its own time and once:
    what counted stays as it is, and replaying again changes nothing.
    """
    again = asyncio.run(_replay(name, player, _utc(since), unmatched=unmatched, dry_run=dry_run))
    for each in again:
        before, now = each.kept.reason or _ended(each.kept), each.event.ignored or each.event.action.value
        click.echo(f"{each.kept.id}\t{_subject(each.event)}\t{before} -> {now}")
    click.echo(f"{len(again)} {'would be' if dry_run else 'are'} applied as they read now", err=True)


def _ended(row: Listed) -> str:
    return row.outcome.value if row.outcome else "not known"


def _printable(body: bytes | None) -> str:
    """*body* as a terminal may be given it."""
    if body is None:
        return "(not kept: too much was waiting in the stream)"
    shown = body.decode("utf-8", "replace")
    return "".join(letter if letter.isprintable() or letter in "\n\t" else "\ufffd" for letter in shown)


def _utc(since: datetime | None) -> datetime:
    from scrobbled.store.reads import BEGINNING

    return BEGINNING if since is None else since.replace(tzinfo=UTC)


def _subject(event: PlaybackEvent) -> str:
    from scrobbled.worker.reading import subject_of

    return subject_of(event.media) or "-"


async def _owners(pool: Pool, name: str | None) -> list[int]:
    from scrobbled.store import users

    found = await users.everybody(pool) if name is None else [await users.user_called(pool, name)]
    return [each.id for each in found]


async def _listed(name: str | None, wanted: Filter, limit: int) -> list[Listed]:
    from scrobbled.store import reads, webhooks
    from scrobbled.store.pool import open_pool

    found: list[Listed] = []
    async with open_pool(resolved_settings().database_url or "", size=1, name="webhooks") as pool:
        for owner in await _owners(pool, name):
            found += await webhooks.page(pool, owner, wanted, after=reads.NEWEST, limit=limit)
    return found


async def _one(webhook_id: UUID, name: str | None) -> Kept:
    from scrobbled.errors import NotFound
    from scrobbled.store import users, webhooks
    from scrobbled.store.pool import open_pool

    async with open_pool(resolved_settings().database_url or "", size=1, name="webhooks") as pool:
        owners = (
            [(await users.user_called(pool, name)).id] if name else await webhooks.owners(pool, webhook_id)
        )
        if len(owners) > 1:
            raise click.UsageError("several users have a webhook of this id; say whose with --user")
        found = await webhooks.one(pool, owners[0], webhook_id) if owners else None
        if found is None:
            raise NotFound(f"no webhook {webhook_id} is kept; see `scrobbled webhooks list NAME`")
        return found


async def _replay(
    name: str | None, player: str | None, since: datetime, *, unmatched: bool, dry_run: bool
) -> list[ReadAgain]:
    from scrobbled.api import replaying
    from scrobbled.store.pool import open_pool
    from scrobbled.stream import producer
    from scrobbled.stream.connection import open_redis

    settings = resolved_settings()
    outcomes = (Outcome.UNMATCHED,) if unmatched else replaying.MISSED
    found: list[ReadAgain] = []
    async with (
        open_pool(settings.database_url or "", size=1, name="webhooks") as pool,
        open_redis(settings.redis_url or "") as client,
    ):
        for owner in await _owners(pool, name):
            async for page in replaying.missed(pool, owner, outcomes, player=player, since=since):
                found += page
                if not dry_run:
                    await producer.put_back(client, [each.event for each in page], settings.partitions)
    return found
