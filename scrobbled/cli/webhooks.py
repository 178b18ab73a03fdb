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
@click.argument("name")
@_player
@click.option("--outcome", type=click.Choice(_OUTCOMES), help="Only what ended so.")
@_since
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000))
def list_webhooks(
    name: str, player: str | None, outcome: str | None, since: datetime | None, limit: int
) -> None:
    """List what NAME's players sent, newest first: id, time, player, event, what it said, outcome, reason."""
    from scrobbled.store.webhooks import Filter

    wanted = Filter(player=player, outcome=Outcome(outcome) if outcome else None, since=_utc(since))
    for row in asyncio.run(_page(name, wanted, limit)):
        outcome = row.outcome.value if row.outcome else "not yet"
        at, event = row.received_at.isoformat(timespec="seconds"), row.event
        said = "\t".join((event.source, event.event_name or "-", _subject(event)))
        click.echo(f"{row.id}\t{at}\t{said}\t{outcome}\t{row.reason or ''}".rstrip())


@webhooks.command("show")
@click.argument("webhook_id", type=click.UUID)
@click.option("--user", "name", help="Whose it is, should two users have one of this id.")
def show(webhook_id: UUID, name: str | None) -> None:
    """Show the webhook WEBHOOK_ID: its reading, its outcome, and its body without secrets."""
    from scrobbled.wire.reading import reading

    found = asyncio.run(_one(webhook_id, name))
    outcome = found.outcome.value if found.outcome else "not yet"
    click.echo(f"received  {found.received_at.isoformat(timespec='seconds')} by token {found.token_id}")
    click.echo(
        f"address   /webhooks/{found.player}/…, read as {found.event.source}, event {found.event.event_name or '-'}"
    )
    click.echo(f"outcome   {outcome}{f' ({found.reason})' if found.reason else ''}")
    click.echo(f"reading   {json.dumps(reading(found.event), ensure_ascii=False)}")
    cut = ", cut" if found.truncated else ""
    click.echo(f"body      {found.size} bytes, {found.content_type or 'no content type'}{cut}")
    if found.body is None:
        click.echo("(not kept: too much was waiting in the stream)")
    else:
        click.echo(found.body.decode("utf-8", "replace"))


@webhooks.command("replay")
@click.argument("name")
@_player
@_since
@click.option("--unmatched", is_flag=True, help="Only what waits for a title.")
@click.option("--dry-run", is_flag=True, help="Say what reads differently, and change nothing.")
def replay(name: str, player: str | None, since: datetime | None, unmatched: bool, dry_run: bool) -> None:
    """Read again what NAME's players sent and did not count; what says something else now is applied.

    At its own time, and once: what counted stays as it is, and replaying again changes nothing.
    """
    count = 0
    for each in asyncio.run(_replay(name, player, _utc(since), unmatched=unmatched, dry_run=dry_run)):
        count += 1
        before = each.kept.reason or (each.kept.outcome.value if each.kept.outcome else "")
        now = each.event.ignored or each.event.action.value
        click.echo(f"{each.kept.id}\t{_subject(each.event)}\t{before} -> {now}")
    click.echo(f"{count} {'would be' if dry_run else 'are'} applied as they are read now", err=True)


def _utc(since: datetime | None) -> datetime:
    from scrobbled.store.reads import BEGINNING

    return BEGINNING if since is None else since.replace(tzinfo=UTC)


def _subject(event: PlaybackEvent) -> str:
    from scrobbled.worker.reading import subject_of

    return subject_of(event.media) or "-"


async def _page(name: str, wanted: Filter, limit: int) -> list[Listed]:
    from scrobbled.store import reads, users, webhooks
    from scrobbled.store.pool import open_pool

    async with open_pool(resolved_settings().database_url or "", size=1, name="webhooks") as pool:
        owner = await users.user_called(pool, name)
        last = reads.END, UUID(int=2**128 - 1)
        return await webhooks.page(pool, owner.id, wanted, after=last, limit=limit)


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
    name: str, player: str | None, since: datetime, *, unmatched: bool, dry_run: bool
) -> list[ReadAgain]:
    from scrobbled.api import replaying
    from scrobbled.store import users
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
        owner = await users.user_called(pool, name)
        async for page in replaying.missed(pool, owner.id, outcomes, player=player, since=since):
            found += page
            if not dry_run:
                await producer.put_back(client, [each.event for each in page], settings.partitions)
    return found
