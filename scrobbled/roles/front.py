"""The front door's process: what takes events in, and what is read."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Collection, Coroutine
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import structlog
import uvloop
from aiohttp import web

from scrobbled.api import native as native_reads
from scrobbled.api import oauth
from scrobbled.api import reelrifter as reelrifter_reads
from scrobbled.api import trakt as trakt_reads
from scrobbled.api.administration import DEAD_LETTERS
from scrobbled.api.pool import NAMES, POOL, PUT_BACK
from scrobbled.api.resolving import RESOLVER, Resolver
from scrobbled.api.trakt import operations
from scrobbled.api.trakt.catalogue import ANSWERS, Answers
from scrobbled.api.trakt.objects import OBJECTS, Objects
from scrobbled.catalog.live import Names
from scrobbled.errors import ConfigError
from scrobbled.ingest import native, reelrifter, trakt, webhooks
from scrobbled.ingest.door import DOOR, Door
from scrobbled.ingest.inbox import Inbox
from scrobbled.roles.memory import settle
from scrobbled.store import inbox as store_inbox
from scrobbled.store import users
from scrobbled.store.migrate import require_current
from scrobbled.store.pool import open_pool
from scrobbled.stream import gauges
from scrobbled.stream.answers import Mailbox
from scrobbled.stream.connection import TRANSIENT, RedisError, durability_doubts, end, open_redis
from scrobbled.stream.dead import DeadLetters
from scrobbled.stream.limits import Counters
from scrobbled.stream.producer import Producer
from scrobbled.ui import routes as pages
from scrobbled.ui import visitor
from scrobbled.web import app, description, health
from scrobbled.web.address import PROXIES, Proxies
from scrobbled.web.apps import PUBLIC_URL, UNKNOWN_APPS
from scrobbled.web.auth import Authenticator, Identity
from scrobbled.web.connections import IDLE, Connections
from scrobbled.web.gate import Gates
from scrobbled.web.limits import DEVICE_CODES, DEVICE_CODES_AT_ONCE, Limits, Share
from scrobbled.web.origins import Origins
from scrobbled.web.passwords import Checker
from scrobbled.web.routes import Surface

if TYPE_CHECKING:
    import redis.asyncio

    from scrobbled.config import Settings
    from scrobbled.store.pool import Pool
    from scrobbled.web.routes import Route

log = structlog.get_logger(stage="web")

#: Connections without which nothing goes: one listens to what changes.
_FEWEST = 2

#: Seconds open requests may take when the process is asked to stop.
_DRAIN = 3.0

#: Seconds the stream server may take at the start to say whether it is durable.
_DOUBT = 1.0


def run(settings: Settings, roles: Collection[str]) -> None:
    """Serve *roles* (of ingest, api, ui) until SIGTERM or SIGINT; open requests are finished first."""
    uvloop.run(_run(settings, roles))


async def _run(settings: Settings, roles: Collection[str]) -> None:
    async with (
        open_pool(
            settings.database_url or "", size=max(settings.database_connections, _FEWEST), name="front"
        ) as pool,
        # Of its own: no crowd of readers may keep an event from being kept.
        open_pool(settings.database_url or "", size=1, name="inbox") as safe,
        open_redis(settings.redis_url or "", must_answer=False) as client,
    ):
        await require_current(pool)
        await _doubt(client)
        authenticator = _authenticator(pool)
        producer = Producer(
            settings.redis_url or "", partitions=settings.partitions, limit=settings.stream_max_events
        )
        mailbox = Mailbox(settings.redis_url or "", uuid4().hex)
        counters, gates = Counters(settings.redis_url or ""), Gates(settings.requests_at_once)
        routes = _routes(settings, roles, pool, client)
        origins = Origins(settings.cors_origins)
        application = app.build(routes, authenticator, _limits(settings, counters), gates, origins)
        inbox = Inbox(lambda rows: store_inbox.put(safe, rows, most=settings.inbox_max_events))
        patience = settings.answer_timeout
        door = Door(producer, inbox, mailbox, gates.events, name=mailbox.door, patience=patience)
        _tell(application, settings, counters)
        _equip(application, settings, pool, door)
        application[DEAD_LETTERS] = DeadLetters(client)
        chores = [producer.run(), producer.watch_depth(client), mailbox.run(), authenticator.flush()]
        chores.append(application[ANSWERS].follow(pool))
        async with _beside(chores):
            await _serve(application, settings)


def _equip(application: web.Application, settings: Settings, pool: Pool, door: Door) -> None:
    """What handlers work with."""
    application[POOL] = application[visitor.POOL] = pool
    application[DOOR], application[PUT_BACK] = door, door.put_back
    application[RESOLVER] = Resolver(pool, door.put_back, settings.alias_users)
    application[NAMES] = Names(settings.names_path)
    application[ANSWERS], application[OBJECTS] = Answers(), Objects()
    application[visitor.CHECKER] = Checker()


def _tell(application: web.Application, settings: Settings, counters: Counters) -> None:
    """What handlers need of the settings."""
    if settings.trakt_port is not None:
        application[app.TRAKT_PORT] = settings.trakt_port
    application[PUBLIC_URL] = settings.public_url or ""
    application[UNKNOWN_APPS] = settings.unknown_apps == "allow"
    application[PROXIES] = Proxies(settings.proxies)
    application[DEVICE_CODES] = Share(counters.take, "device_codes", DEVICE_CODES_AT_ONCE)


async def _doubt(client: redis.asyncio.Redis) -> None:
    """Say why the stream server could lose what it is given; without one there is the inbox."""
    try:
        async with asyncio.timeout(_DOUBT):
            for doubt in await durability_doubts(client):
                log.warning("stream_not_durable", doubt=doubt)
    except (RedisError, *TRANSIENT) as error:
        log.warning("stream_away", action="keeping events in the inbox", error=str(error))


def _routes(
    settings: Settings, roles: Collection[str], pool: Pool, client: redis.asyncio.Redis
) -> list[Route]:
    found: list[Route] = []
    if "ingest" in roles:
        found += native.routes(settings.events_body_limit) + webhooks.routes(settings.body_limit)
        found += trakt.routes() + reelrifter.routes()
    if "api" in roles:
        found += native_reads.routes() + trakt_reads.routes() + reelrifter_reads.routes() + oauth.routes()
    checks = {"postgresql": lambda: _answers(pool), "stream": lambda: _pongs(client)}
    numbers = (lambda: gauges.read(client, settings.partitions), lambda: store_inbox.gauges(pool))
    found += health.routes(checks, numbers, settings.metrics_dir)
    found += description.routes(found) + (pages.routes() if "ui" in roles else [])
    return found + (operations.unbuilt(found) if "api" in roles else [])


async def _answers(pool: Pool) -> None:
    await pool.fetchval("select 1", timeout=1)


async def _pongs(client: redis.asyncio.Redis) -> None:
    await client.ping()


def _limits(settings: Settings, counters: Counters) -> Limits:
    unknown = (settings.surface_limits or {}).keys() - {surface.value for surface in Surface}
    if unknown:
        known = ", ".join(surface.value for surface in Surface)
        message = f"SCROBBLED_SURFACE_LIMITS names {min(unknown)}; it must be one of {known}"
        raise ConfigError(message)
    return Limits(
        counters.take,
        minute=settings.requests_per_minute,
        day=settings.requests_per_day,
        surfaces=settings.surface_limits or {},
        trakt=(settings.trakt_reads, settings.trakt_writes),
    )


def _authenticator(pool: Pool) -> Authenticator:
    async def look_up(digest: bytes) -> Identity | None:
        owner = await users.by_token(pool, digest)
        if owner is None:
            return None
        return Identity(
            user_id=owner.user_id,
            token_id=owner.token_id,
            name=owner.name,
            scopes=owner.scopes,
            shared=owner.shared,
            seconds_left=owner.seconds_left,
        )

    return Authenticator(look_up, lambda used: users.touch(pool, used))


@asynccontextmanager
async def _beside(chores: Collection[Coroutine[Any, Any, None]]) -> AsyncIterator[None]:
    """Run *chores* as long as the block runs."""
    tasks = [asyncio.create_task(chore) for chore in chores]
    try:
        yield
    finally:
        await end(tasks)


async def _serve(application: web.Application, settings: Settings) -> None:
    """Listen until a signal; then stop accepting, finish what is open, and return."""
    asked_to_stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked_to_stop.set)
    runner = web.AppRunner(
        application,
        access_log=None,
        shutdown_timeout=_DRAIN,
        keepalive_timeout=IDLE,
        auto_decompress=False,  # aiohttp would unpack whatever anybody sends, refused or not: see web/body.py
    )
    await runner.setup()
    app.shorten(runner, application)
    assert runner.server is not None  # what setup makes
    each, proxies = settings.connections_per_address, application[PROXIES]
    connections = Connections(runner.server, settings.connections, each=each, proxies=proxies)
    try:
        listening = [
            await loop.create_server(connections.accept, settings.host, port, backlog=1024)
            for port in (settings.port, settings.trakt_port)
            if port is not None
        ]
        async with _beside([connections.watch()]):
            settle()
            log.info("ready", host=settings.host, port=settings.port)
            await asked_to_stop.wait()
        for server in listening:
            server.close()
    finally:
        await runner.cleanup()
        log.info("stopped")
