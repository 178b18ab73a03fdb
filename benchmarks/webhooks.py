"""How long the sender of a webhook waits for its answer while nothing else goes on, whatever it sends."""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Iterator, Sequence
from itertools import cycle, pairwise, repeat
from pathlib import Path
from typing import NamedTuple

from benchmarks import load
from benchmarks.bare import bare_server
from benchmarks.stack import Stack
from tests.unit.wire.composed import (
    EMBY_EPISODE,
    emby,
    jellyfin_episode,
    jellyfin_film,
    kodi,
    multipart,
    nested,
    plex_episode,
    plex_film,
    syncpk,
    tautulli,
)

#: Requests a second: the server rests between any two of them.
_RATE = 40.0

#: Answers, half a second's, in which the hypervisor took something or not.
_WINDOW = 20

#: Seconds an answer may take.
_BAR = 0.005

_FORM = "application/x-www-form-urlencoded"
_PAYLOAD = 'Content-Disposition: form-data; name="payload"\nContent-Type: application/json'
_THUMB = 'Content-Disposition: form-data; name="thumb"; filename="thumb.jpg"\nContent-Type: image/jpeg'
_MULTIPART = "multipart/form-data; boundary=" + "-" * 24 + "0f1e2d3c4b5a6978"


class _Answer(NamedTuple):
    """How long one took in seconds, and whether the hypervisor let us be in its half second."""

    seconds: float
    quiet: bool


def measure(stack: Stack, *, seconds: float) -> list[str]:
    """
    Rows of a table: p50, p95, p99 and the slowest answer of each shape in milliseconds, how many of
    them came in time, and the same of half seconds in which the hypervisor took nothing.
    """
    ((_, token),) = stack.users(1)
    shapes = list(_shapes())
    everything: list[_Answer] = []
    rows = []
    _quiet(stack, token, shapes)
    rows.append(_bare(seconds))
    for name, player, requests in shapes:
        sent = cycle([_request(player, token, *each) for each in requests])
        before = stack.cpu_seconds("front")
        answers = _answers(stack.port, sent, seconds)
        busy = (stack.cpu_seconds("front") - before) / len(answers) * 1000
        everything += answers
        rows.append(_row(name, sum(len(body) for body, _ in requests) // len(requests), answers, busy))
        stack.wait_until_empty(20)
    head = [
        "| what is sent | bytes | p50 ms | p95 ms | p99 ms | slowest ms | in 5 ms |"
        " nothing stolen: p50 ms | p99 ms | in 5 ms | front door's CPU ms |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    return [*head, *rows, _row("**all**", 0, everything, None)]


def _answers(port: int, requests: Iterator[bytes], seconds: float) -> list[_Answer]:
    """
    Ask *_RATE* times a second over one connection. A plain socket that blocks: the loop and the streams of
    a larger client would take as long to wake up as the answer takes.
    """
    taken: list[float] = []
    stolen = [_stolen()]
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        due = time.perf_counter()
        for number in range(int(seconds * _RATE)):
            time.sleep(max(due - time.perf_counter(), 0.0))
            due = max(due, time.perf_counter() - 1.0) + 1 / _RATE
            request = next(requests)
            began = time.perf_counter()
            connection.sendall(request)
            answer = connection.recv(65536)
            taken.append(time.perf_counter() - began)
            assert answer[9:10] == b"2", answer
            if number % _WINDOW == _WINDOW - 1:
                stolen.append(_stolen())
    quiet = [after == before for before, after in pairwise([*stolen, _stolen()])]
    return [_Answer(each, quiet[number // _WINDOW]) for number, each in enumerate(taken)]


def _stolen() -> int:
    """What the hypervisor has kept from this machine, in hundredths of a second."""
    return int(Path("/proc/stat").read_text(encoding="ascii").split()[8])


def _bare(seconds: float) -> str:
    """What a handler that does nothing takes here and now: no answer can come sooner."""
    request = load.request("POST", "/v1/events", _json(plex_film()), [])
    with bare_server() as bare:
        time.sleep(0.5)
        answers = _answers(bare.port, repeat(request), seconds)
    return _row("*nothing is done*", 628, answers, None)


def _quiet(stack: Stack, token: str, shapes: list[tuple[str, str, list[tuple[bytes, str]]]]) -> None:
    """Send each a few times, so that nothing is seen for the first time while it is measured."""
    for _, player, requests in shapes:
        _answers(stack.port, repeat(_request(player, token, *requests[0])), 4 / _RATE)
    stack.wait_until_empty(20)
    time.sleep(1)


def _row(name: str, size: int, answers: Sequence[_Answer], busy: float | None) -> str:
    every = sorted(each.seconds for each in answers)
    quiet = sorted(each.seconds for each in answers if each.quiet)
    tails = [f"{load.percentile(every, each):.2f}" for each in (50, 95, 99, 100)]
    calm = [f"{load.percentile(quiet, each):.2f}" for each in (50, 99)]
    facts = [*tails, _in_time(every), *calm, f"{_in_time(quiet)} of {len(quiet):,}"]
    return f"| {name} | {size or ''} | {' | '.join(facts)} | {'' if busy is None else f'{busy:.2f}'} |"


def _in_time(seconds: Sequence[float]) -> str:
    return f"{sum(each <= _BAR for each in seconds) / max(len(seconds), 1):.1%}"


def _request(player: str, token: str, body: bytes, content_type: str) -> bytes:
    return load.request("POST", f"/webhooks/{player}/{token}", body, [("Content-Type", content_type)])


def _shapes() -> Iterator[tuple[str, str, list[tuple[bytes, str]]]]:
    """Name, address, and (body, Content-Type) of everything that is sent."""
    text, json_type = "text/plain; charset=utf-8", "application/json"
    thumb = (_THUMB, b"\xff\xd8\xff\xe0" * 4000)
    for name, sent in (("film", plex_film("media.play")), ("episode", plex_episode())):
        yield f"Plex, {name}", "plex", [(multipart((_PAYLOAD, _json(sent))), _MULTIPART)]
    yield "Plex with a picture", "plex", [(multipart((_PAYLOAD, _json(plex_film())), thumb), _MULTIPART)]
    yield "Jellyfin, all properties", "jellyfin", [(_json(jellyfin_film()), text)]
    streams = {f"Audio_{number}_Title": "x" * 40 for number in range(400)}
    yield "Jellyfin with 400 streams", "jellyfin", [(_json(jellyfin_episode(**streams)), text)]
    broken = _json(jellyfin_film()).replace(b'"Arrival"', b'"Arrival\n"', 1)
    yield "Jellyfin, broken template", "jellyfin", [(broken, text)]
    yield "Jellyfin, other plugin", "jellyfin", [(_json(nested("Stop", EMBY_EPISODE)), json_type)]
    yield "Emby, JSON", "emby", [(_json(emby()), json_type)]
    data = ('Content-Disposition: form-data; name="data"', _json(emby(item=EMBY_EPISODE)))
    yield "Emby, form", "emby", [(multipart(data), _MULTIPART)]
    yield "Tautulli", "tautulli", [(_json(tautulli()), json_type)]
    yield "Kodi", "kodi", [(_json(kodi()), json_type), (_json(syncpk()), json_type)]
    yield "worked out (auto)", "auto", [(_json(emby()), text), (_json(plex_film()), _FORM)]
    yield "nobody can read it", "plex", [(b"<xml>\xff</xml>" * 100, "text/xml")]
    yield "900 KB of nonsense", "auto", [(b'{"a": "' + b"x{{y}}" * 150_000 + b'"}', json_type)]
    if real := list(_real()):
        yield "real payloads", "auto", real


def _real() -> Iterator[tuple[bytes, str]]:
    """Payloads that were captured, where SCROBBLED_EVALUATION_DIR has some."""
    folder = Path(os.environ.get("SCROBBLED_EVALUATION_DIR") or "/nonexistent") / "payloads"
    if folder.is_dir():
        for line in (folder / "index.jsonl").read_text(encoding="utf-8").splitlines():
            case = json.loads(line)
            yield (folder / case["file"]).read_bytes(), case.get("content_type") or "application/json"


def _json(payload: object) -> bytes:
    return json.dumps(payload).encode()
