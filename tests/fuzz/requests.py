"""Requests with something wrong in them, to every operation of a server that runs."""

from __future__ import annotations

import asyncio
import json
import random
import secrets
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import aiohttp
from yarl import URL

from tests.acceptance.instance import Instance
from tests.acceptance.walking import WORDS, Operation, operations
from tests.fuzz.inputs import WRONG, Inputs

#: Requests that are under way at once.
_AT_ONCE = 16

_TYPES = (
    "application/json",
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "x",
)


@dataclass
class Found:
    """What became of the requests, and what must not have."""

    statuses: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Asked:
    """One request. *token*: good, wrong or none."""

    operation: Operation
    url: URL
    headers: dict[str, str]
    body: bytes | None
    token: str


def main(count: int, seed: int) -> int:
    """*count* requests to a server of their own; the status to end with."""
    instance = Instance()
    try:
        instance.start().administer()
        found = asyncio.run(_send(instance, count, seed))
        instance.drain(300)
        found.broken += _said(instance)
        instance.stop()
    finally:
        instance.remove()
    for name, number in sorted(found.statuses.items()):
        print(f"  {name}: {number:,}")
    for line in found.broken[:50]:
        print(line)
    print(f"{count:,} requests, {len(found.broken)} with something wrong", flush=True)
    return 1 if found.broken else 0


async def _send(instance: Instance, count: int, seed: int) -> Found:
    found, made = Found(), _made(instance, seed)
    left = iter(range(count))
    async with aiohttp.ClientSession(auto_decompress=False) as session:

        async def one_after_the_other() -> None:
            for _ in left:
                await _one(session, next(made), found)

        await asyncio.gather(*(one_after_the_other() for _ in range(_AT_ONCE)))
    return found


async def _one(session: aiohttp.ClientSession, asked: Asked, found: Found) -> None:
    method = asked.operation.method
    try:
        async with session.request(
            method, asked.url, data=asked.body, headers=asked.headers, allow_redirects=False
        ) as answer:
            status, body = answer.status, await answer.read()
    except aiohttp.ClientError as error:
        found.broken.append(f"{method} {asked.url}: {type(error).__name__}: {error}")
        return
    found.statuses[f"{asked.operation.path.split('/')[1]} {status}"] += 1
    wrong = _wrong(asked, status, body)
    if wrong:
        found.broken.append(
            f"{method} {asked.url} {asked.headers} {asked.body!r:.300}: {wrong}: {body!r:.300}"
        )


def _wrong(asked: Asked, status: int, body: bytes) -> str | None:
    """What is wrong with an answer."""
    if status >= 500:
        return f"a server error, {status}"
    if b"Traceback" in body or b'File "' in body:
        return "a stack"
    scope = asked.operation.scope
    # No variable of a route takes a brace, so such a path is of no operation.
    nowhere = status == 404 and "%7B" in asked.url.raw_path
    if scope is not None and asked.token != "good" and status != 401 and not nowhere:
        return f"{status} for a token that is {asked.token}"
    reads_json = asked.operation.method == "POST" and "webhooks" not in asked.operation.path
    if reads_json and 200 <= status < 300 and not _is_json(asked.body or b""):
        return "accepted what is no JSON"
    return None


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return False
    return True


def _made(instance: Instance, seed: int) -> Iterator[Asked]:
    """Requests without end."""
    draw, known, inputs = random.Random(seed), operations(instance), Inputs(seed)
    described: dict[str, Any] = instance.call("GET", "/openapi.json", token=None).json["paths"]
    names = {
        (method.upper(), path): [
            each["name"] for each in operation.get("parameters", []) if each["in"] == "query"
        ]
        for path, methods in described.items()
        for method, operation in methods.items()
    }
    webhooks, calls = inputs.bodies(), inputs.bodies(ours=True)
    while True:
        operation = draw.choice(known)
        token = draw.choice(("good",) * 8 + ("wrong", "none"))
        sent = {"good": instance.token, "wrong": f"scr_pat_{secrets.token_urlsafe(32)}", "none": ""}[token]
        path = "".join(_filled(draw, part, sent) for part in operation.path.split("/"))
        query = _query(draw, names.get((operation.method, operation.path), []))
        body = None
        if operation.method != "GET" or draw.random() < 0.1:
            body = next(webhooks if "webhooks" in path else calls)
        headers = _headers(draw)
        if sent and "{token}" not in operation.path:
            headers["Authorization"] = f"Bearer {sent}"
        yield Asked(operation, URL(f"{instance.url}{path}{query}", encoded=True), headers, body, token)


def _filled(draw: random.Random, part: str, token: str) -> str:
    """A part of a path: the token, a word, an id that may be or not, or nonsense."""
    if not part.startswith("{"):
        return f"/{part}" if part else ""
    if part == "{token}":
        return f"/{token or 'none'}"
    # Not a small number: one of them is the token that all of this is sent with.
    values = [str(uuid.uuid4()), str(draw.randint(1000, 2000)), str(draw.randint(10**9, 10**9 + 50)), *WORDS]
    word = draw.choice([*values, *values, str(draw.choice(WRONG)), str(10**30)])
    return "/" + quote(word.encode("utf-8", "replace")[:2000] or b"0", safe="")


def _query(draw: random.Random, names: list[str]) -> str:
    pairs = []
    for name in draw.sample(
        [*names, "page", "limit", "extended", "x"], k=draw.randint(0, min(3, len(names) + 1))
    ):
        value = draw.choice([str(draw.randint(-2, 300)), "2026-01-01T00:00:00Z", str(draw.choice(WRONG))])
        pairs.append(f"{name}={quote(value.encode('utf-8', 'replace')[:2000], safe='')}")
    return f"?{'&'.join(pairs)}" if pairs else ""


def _headers(draw: random.Random) -> dict[str, str]:
    headers = {"Content-Type": draw.choice(_TYPES[:1] * 6 + _TYPES)}
    if draw.random() < 0.1:
        headers["X-Request-ID"] = draw.choice(("a" * 100, "scr_pat_x", "é", "1", "a b"))
    if draw.random() < 0.1:
        headers["trakt-api-version"] = draw.choice(("2", "", "x"))
    return headers


def _said(instance: Instance) -> list[str]:
    """What the server says of it afterwards: errors of its own, dead letters, secrets."""
    lines = instance.log()
    errors = [f"log: {line}" for line in lines if line["level"] in {"error", "critical"}]
    errors += ["the token is in the log"] if instance.token in instance.stderr else []
    dead = instance.metric("scrobbled_stream_dead")
    return [*errors, *([f"{dead:g} dead letters"] if dead else [])]
