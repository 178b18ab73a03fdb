"""Is it alive, is it ready, and its numbers: what operators' tools ask."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from scrobbled import metrics
from scrobbled.web.responses import answer
from scrobbled.web.routes import Route, Surface

#: A check returns when its dependency is ready and raises with a sentence when it is not.
Check = Callable[[], Awaitable[None]]

#: Reads the numbers of *metrics.SCRAPED* from the stream.
Gauges = Callable[[], Awaitable[dict[str, float]]]

_PATIENCE = 1.0


def routes(checks: Mapping[str, Check], gauges: Gauges) -> list[Route]:
    """``/health/live``, ``/health/ready`` and ``/metrics``."""

    async def live(_request: web.Request) -> web.Response:
        return answer({"live": True})

    async def ready(_request: web.Request) -> web.Response:
        problems = await _problems(checks)
        dependencies = {
            name: {"ready": problem is None, **({} if problem is None else {"message": problem})}
            for name, problem in problems.items()
        }
        good = not any(problems.values())
        return answer({"ready": good, "dependencies": dependencies}, 200 if good else 503)

    async def numbers(_request: web.Request) -> web.Response:
        problems, scraped = await asyncio.gather(_problems(checks), _scraped(gauges))
        lines = [_own_metrics().decode()]
        for name, value in scraped.items():
            lines.append(f"# HELP {name} {metrics.SCRAPED[name]}\n# TYPE {name} gauge\n{name} {value}\n")
        lines.append(f"# HELP scrobbled_ready {metrics.SCRAPED['scrobbled_ready']}\n# TYPE scrobbled_ready gauge\n")
        lines += [f'scrobbled_ready{{dependency="{name}"}} {int(not each)}\n' for name, each in problems.items()]
        return web.Response(body="".join(lines).encode(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    described = [
        ("/health/live", live, "The process answers", ((200, "It does"),)),
        ("/health/ready", ready, "Every dependency answers", ((200, "Ready"), (503, "Which one is not, and why"))),
        ("/metrics", numbers, "Numbers for Prometheus", ((200, "Text format"),)),
    ]
    return [
        Route("GET", path, handler, Surface.SYSTEM, None, summary, answers=answers)
        for path, handler, summary, answers in described
    ]


async def _problems(checks: Mapping[str, Check]) -> dict[str, str | None]:
    """By dependency, what is wrong with it, or None."""
    found = await asyncio.gather(*(_problem(check) for check in checks.values()))
    return dict(zip(checks, found, strict=True))


async def _problem(check: Check) -> str | None:
    try:
        async with asyncio.timeout(_PATIENCE):
            await check()
    except TimeoutError:
        return f"no answer within {_PATIENCE:g} s"
    except Exception as error:  # noqa: BLE001  # whatever it is, it is the answer
        return str(error) or type(error).__name__
    return None


async def _scraped(gauges: Gauges) -> dict[str, float]:
    try:
        async with asyncio.timeout(_PATIENCE):
            return await gauges()
    except Exception:  # noqa: BLE001  # the ready gauge says that the stream is away
        return {}


def _own_metrics() -> bytes:
    """The numbers of all processes of this machine where they share them, else this one's."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # prometheus-client has no type here
    return generate_latest(registry)
