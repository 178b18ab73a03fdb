"""Is it alive, is it ready, and its numbers: what operators' tools ask."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Metric, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from scrobbled import metrics
from scrobbled.errors import plainly
from scrobbled.web.responses import answer
from scrobbled.web.routes import Handler, Route, Surface

#: A check returns when its dependency is ready and raises with a sentence when it is not.
Check = Callable[[], Awaitable[None]]

#: Reads some of *metrics.SCRAPED*.
Gauges = Callable[[], Awaitable[dict[str, float]]]

_PATIENCE = 1.0


def routes(checks: Mapping[str, Check], gauges: Sequence[Gauges], folder: Path | None = None) -> list[Route]:
    """
    ``/health/live``, ``/health/ready`` and ``/metrics``; *folder* is where workers of
    this machine share their numbers.
    """

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
        own = (await asyncio.to_thread(_own_metrics, folder)).decode()
        text = "".join([own, *_exposed(scraped, problems)])
        return web.Response(body=text.encode(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    either = (200, "Ready"), (503, "Which one is not, and why")
    return [
        _route("/health/live", live, "The process answers", (200, "It does")),
        _route("/health/ready", ready, "Every dependency answers", *either),
        _route("/metrics", numbers, "Numbers for Prometheus", (200, "Text format")),
    ]


def _route(path: str, handler: Handler, summary: str, *answers: tuple[int, str]) -> Route:
    return Route("GET", path, handler, Surface.SYSTEM, None, summary, answers=answers)


def _exposed(scraped: Mapping[str, float], problems: Mapping[str, str | None]) -> Iterator[str]:
    """What was asked for just now, in Prometheus' text format."""
    for name, value in scraped.items():
        yield f"# HELP {name} {metrics.SCRAPED[name]}\n# TYPE {name} gauge\n{name} {value}\n"
    yield f"# HELP scrobbled_ready {metrics.SCRAPED['scrobbled_ready']}\n# TYPE scrobbled_ready gauge\n"
    for name, problem in problems.items():
        yield f'scrobbled_ready{{dependency="{name}"}} {int(not problem)}\n'


async def _problems(checks: Mapping[str, Check]) -> dict[str, str | None]:
    """By dependency, what is wrong with it, or None."""
    found = await asyncio.gather(*(_problem(check) for check in checks.values()))
    return dict(zip(checks, found, strict=True))


async def _problem(check: Check) -> str | None:
    """What *check* finds, in time: one that hangs is not waited for, nor is its cancelling."""
    task = asyncio.ensure_future(check())
    done, _ = await asyncio.wait({task}, timeout=_PATIENCE)
    if not done:
        task.cancel()
        return f"no answer within {_PATIENCE:g} s"
    error = task.exception()
    return None if error is None else plainly(error)


async def _scraped(gauges: Iterable[Gauges]) -> dict[str, float]:
    """The numbers of all that answer in time."""
    found = await asyncio.gather(
        *(asyncio.wait_for(each(), _PATIENCE) for each in gauges), return_exceptions=True
    )
    # Of the others the ready gauge says that they are away.
    return {name: value for each in found if isinstance(each, dict) for name, value in each.items()}


class _AllProcesses:
    """
    This process' numbers and those the workers of this machine share in *folder*.

    Only workers write to the folder: counting there costs several times what it costs
    in memory, and the front door counts on the path of every request.
    """

    def __init__(self, folder: Path) -> None:
        self._shared = CollectorRegistry()
        MultiProcessCollector(self._shared, path=str(folder))  # type: ignore[no-untyped-call]  # it has no types

    def collect(self) -> Iterable[Metric]:
        """Each metric once, summed over the processes."""
        found: dict[str, Metric] = {}
        for metric in (*REGISTRY.collect(), *self._shared.collect()):
            known = found.get(metric.name)
            found[metric.name] = metric if known is None else _summed(known, metric)
        return found.values()


def _summed(one: Metric, other: Metric) -> Metric:
    values: dict[tuple[str, tuple[tuple[str, str], ...]], float] = {}
    for sample in (*one.samples, *other.samples):
        if not sample.name.endswith("_created"):
            key = (sample.name, tuple(sorted(sample.labels.items())))
            values[key] = values.get(key, 0.0) + sample.value
    whole = Metric(one.name, one.documentation, one.type)
    for (name, labels), value in values.items():
        whole.add_sample(name, dict(labels), value)
    return whole


def _own_metrics(folder: Path | None) -> bytes:
    """The numbers of all processes of this machine where workers share theirs, else this one's."""
    if folder is None or not folder.is_dir():
        return generate_latest(REGISTRY)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_AllProcesses(folder))
    return generate_latest(registry)
