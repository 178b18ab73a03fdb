"""What operators read: every line of a full run, and no secret in any of them."""

from __future__ import annotations

import json
import re
import socket
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from tests.acceptance.instance import Instance, eventually
from tests.acceptance.passing import sign_in_everywhere

BEFORE = datetime.now(UTC) - timedelta(days=2)


#: Secrets that are not ours, such as somebody's at Plex.
ELSEWHERE = {
    "cookie": "cookie-3f1e9a7d0c52",
    "plex": "plexto-9c1b77de2a40",
    "key": "apikey-51d0ba8e77f3",
    "client": "client-secret-66fe0c19ab",
    "password": "hunter2-correct-horse",
}


@dataclass
class Run:
    """A run from its first start to its end."""

    instance: Instance
    secrets: list[str]
    accepted: dict[str, str]
    lines: list[dict[str, Any]]


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    """Everything that can be asked of an instance, with tokens good and bad, kills, a restart, the end."""

    instance = Instance()
    try:
        instance.start()
        second = instance.call("POST", "/v1/tokens", {"label": "second"}).json
        third = instance.run("token", "create", _name(instance), "--label", "third").stdout.strip()
        wrong = ["scr_pat_WRONGwrong0123456789", "plain-guess-0123456789", "scr_pat_with%20blank"]
        secrets = [instance.token, second["token"], third, *wrong, *ELSEWHERE.values()]
        accepted: dict[str, str] = {}
        for number, token in enumerate([instance.token, second["token"], third]):
            accepted |= _play(instance, token, number)
        _stray(instance, [*secrets[:6]])
        _carry(instance)
        secrets += sign_in_everywhere(instance)
        instance.drain()
        _break(instance, accepted)
        instance.call("DELETE", f"/v1/tokens/{second['id']}")
        instance.call("GET", "/v1/me", token=second["token"])
        instance.stop()
        instance.start()
        accepted |= _play(instance, third, 9)
        instance.drain()
        instance.stop()
        yield Run(instance, secrets, accepted, instance.log())
    finally:
        instance.remove()


def _name(instance: Instance) -> str:
    name: str = instance.call("GET", "/v1/me").json["name"]
    return name


def _play(instance: Instance, token: str, number: int) -> dict[str, str]:
    """Events on every surface: id -> source."""

    movie = {"title": f"Logged {number}", "year": 2001, "ids": {"tmdb": 700_000 + number}}
    events = [
        {
            "action": action,
            "progress": 50,
            "movie": movie,
            "occurred_at": (BEFORE + timedelta(days=number / 30, minutes=n)).isoformat(),
        }
        for n, action in enumerate(["start", "progress", "progress", "pause", "stop"])
    ]
    answers = instance.call("POST", "/v1/events", events, token=token).json["events"]
    one = instance.call("POST", "/v1/events", events[0] | {"id": f"one-{number}"}, token=token).json
    found = {answer["id"]: "native" for answer in [*answers, one]}
    for player in ("plex", "jellyfin"):
        for path, header in (
            (f"/{token}", None),
            (f"?token={token}", None),
            ("", token),
            (f"//{token}/", None),
        ):
            reply = instance.call("POST", f"/webhooks/{player}{path}", b"{}", token=header)
            found[reply.json["id"]] = player
    instance.call("POST", "/trakt/scrobble/start", {"movie": movie, "progress": 5}, token=token)
    instance.call("POST", "/trakt/scrobble/stop", {"movie": {"title": "Nowhere"}, "progress": 5}, token=token)
    instance.call("POST", "/api/public/v1/scrobble", {"title": "Nowhere"}, token=token)
    instance.call("GET", "/v1/me", token=None, headers={"X-API-Key": token})
    instance.call("GET", "/v1/history", token=token)
    return found


def _stray(instance: Instance, secrets: list[str]) -> None:
    """Secrets where they do not belong, and requests that are wrong."""

    for secret in secrets:
        for path in (
            f"/webhooks/plex/{secret}",
            f"/webhooks/plex/{secret}/more",
            f"/webhooks/unknown/{secret}",
            f"/WEBHOOKS/plex/{secret}",
            f"/webhooks/jellyfin//{secret}/",
            f"/v1/history?token={secret}",
            f"/nowhere?token={secret}&access_token={secret}",
            f"/trakt/webhooks/plex/{secret}",
            f"/v1/events/{secret if secret.startswith('scr_') else ''}",
        ):
            instance.call("POST", path, b"not JSON", token=None)
            instance.call("GET", path, token=None)
        instance.call("POST", "/v1/events", b"{", token=secret)
        instance.call("POST", "/v1/events", {"action": secret}, token=secret)
        instance.call("POST", "/v1/events", b"{}", token=None, headers={"Authorization": f"Basic {secret}"})
        instance.call("DELETE", "/v1/me", token=secret)
    instance.call("POST", "/v1/tokens", {"label": ""})
    instance.call("POST", "/v1/events", b" " * 5_000_000)


def _carry(instance: Instance) -> None:
    """Secrets that are not ours, where players and people put them."""

    headers = {"Cookie": f"session={ELSEWHERE['cookie']}", "X-Plex-Token": ELSEWHERE["plex"]}
    headers |= {"X-API-Key": ELSEWHERE["key"], "trakt-api-key": ELSEWHERE["client"]}
    body = {
        "event": "media.play",
        "X-Plex-Token": ELSEWHERE["plex"],
        "url": f"https://user:{ELSEWHERE['password']}@plex.example/x?api_key={ELSEWHERE['key']}",
        "password": ELSEWHERE["password"],
        "client_secret": ELSEWHERE["client"],
    }
    for path in (
        "/webhooks/plex",
        "/webhooks/generic",
        "/webhooks/auto",
        "/v1/events",
        "/trakt/scrobble/start",
    ):
        instance.call("POST", path, body, headers=headers)
        instance.call("POST", path, body, token=None, headers=headers)
    for path in ("/v1/me", "/trakt/sync/history", "/nowhere"):
        for query in ("api_key", "access_token", "password", "client_secret"):
            instance.call("GET", f"{path}?{query}={ELSEWHERE['key']}", headers=headers)
    for login in (ELSEWHERE["password"], f"admin:{ELSEWHERE['password']}"):
        instance.call("GET", "/v1/me", token=None, headers={"Authorization": f"Basic {login}"})


def _break(instance: Instance, accepted: dict[str, str]) -> None:
    """Kill -9 of each part, with a request after each."""

    for number, name in enumerate(["worker", "valkey", "postgres", "front door"]):
        # Lines wait a moment to be written together; kill -9 takes those along.
        instance.call("GET", "/v1/me")
        last = [*instance.requests][-1]
        eventually(partial(_all_said, instance, accepted, last), "the lines of all that was sent")
        old = instance.kill(name)
        eventually(partial(_is_back, instance, name, old), f"{name} back")
        event = {"action": "watched", "movie": {"title": "Logged 0"}, "id": f"after-{number}"}
        accepted[instance.call("POST", "/v1/events", event).json["id"]] = "native"
        instance.drain()


def _all_said(instance: Instance, accepted: dict[str, str], last: str) -> bool:
    """Whether each event that was accepted has its line, and the request *last*."""

    lines = instance.log()
    told = {line["event_id"] for line in lines if line["event"] == "event"}
    return accepted.keys() <= told and any(line.get("request_id") == last for line in lines)


def _is_back(instance: Instance, name: str, old: int) -> bool:
    return instance.parts().get(name) not in {None, old} and instance.ready()


def test_every_line_is_json(run: Run) -> None:
    """Every line on stderr, of every process, is a JSON object with event, level, time and stage."""

    assert len(run.lines) > 100
    assert [] == [line for line in run.lines if not {"event", "level", "at", "stage"} <= line.keys()]
    assert {"serve", "web", "worker", "ingest", "api"} <= {line["stage"] for line in run.lines}


def test_no_secret_is_logged(run: Run) -> None:
    """No secret of any kind is in any line of any process, nor in the logs of the servers."""

    texts = {
        "stderr": run.instance.stderr,
        "postgres": run.instance.places.postgres_log.read_text(errors="replace"),
        "valkey": run.instance.places.valkey_log.read_text(errors="replace"),
    }
    told = [
        (name, line)
        for name, text in texts.items()
        for line in text.splitlines()
        for secret in run.secrets
        if secret in line
    ]

    assert [] == told
    assert not re.search(r"scr_[a-z]+_\w", "".join(texts.values()))
    assert {"scr_pat", "scr_app", "scr_ref"} <= {secret[:7] for secret in run.secrets}
    assert len(run.secrets) > 25


def test_the_first_token_is_shown_once(run: Run) -> None:
    """On stdout nothing is said but the first token, alone and in its curl line."""

    assert 2 == run.instance.stdout.count("scr_pat_")
    assert 2 == run.instance.stdout.count(run.instance.token)


def test_every_accepted_event_has_a_line(run: Run) -> None:
    """Each accepted event has one line: whose it is, what became of it and why, how long it waited."""

    lines = [line for line in run.lines if line["event"] == "event"]
    counted = Counter(line["event_id"] for line in lines)
    needed = {"event_id", "user_id", "source", "outcome", "reason", "waited_ms"}

    assert dict.fromkeys(run.accepted, 1) == {event_id: counted[event_id] for event_id in run.accepted}
    assert [] == [line for line in lines if not needed <= line.keys()]
    assert run.accepted == {
        line["event_id"]: line["source"] for line in lines if line["event_id"] in run.accepted
    }
    assert all(line["waited_ms"] >= 0 and line["outcome"] for line in lines)


def test_every_request_has_a_line(run: Run) -> None:
    """Each request has one line with its status, surface, path and time; probes that succeed have none."""

    lines = [line for line in run.lines if line["event"] == "request"]
    counted = Counter(line["request_id"] for line in lines)
    probes = [line for line in lines if line["surface"] == "system" and line["status"] < 400]
    by_id = {line["request_id"]: line for line in lines}
    silent = [name for name in run.instance.requests if name not in by_id]

    assert [] == [name for name, number in counted.items() if number != 1]
    assert [] == probes
    assert {name: status for name, status in run.instance.requests.items() if name in by_id} == {
        name: line["status"] for name, line in by_id.items() if name in run.instance.requests
    }
    assert {200} == {run.instance.requests[name] for name in silent}
    assert all({"surface", "method", "path", "duration_ms", "user_id"} <= line.keys() for line in lines)


def test_nothing_failed_unexpectedly(run: Run) -> None:
    """No handler failed and no event was given up, although everything was killed once."""

    worst = [line for line in run.lines if line["level"] in {"error", "critical"}]

    assert ["program ended"] * 4 == [line["event"] for line in worst]
    assert ["worker 1", "valkey", "postgres", "front door"] == [line["program"] for line in worst]


GARBAGE = {
    "method": "G@RB AGE",
    "version": "GET /webhooks/plex/{token} HTTP/9.9",
    "header": "POST /v1/events?token={token} HTTP/1.1\r\nBad header {token}",
    "value": "POST /v1/events HTTP/1.1\r\nAuthorization: Bearer {token}\x00",
    "length": "POST /webhooks/plex/{token} HTTP/1.1\r\nContent-Length: -{token}",
}


@pytest.mark.parametrize("words", GARBAGE.values(), ids=GARBAGE)
def test_garbage_instead_of_http(instance: Instance, words: str) -> None:
    """What is not HTTP is answered 400, and what is logged of it is JSON and holds no token."""

    before = len(instance.stderr)
    with socket.create_connection(("127.0.0.1", instance.port), timeout=60) as connection:
        connection.sendall(f"{words.format(token=instance.token)}\r\n\r\n".encode())
        answer = connection.recv(4096)
    instance.call("GET", "/v1/me", headers={"X-Request-ID": "the-next"})
    eventually(lambda: '"the-next"' in instance.stderr[before:], "the line of the next request")
    said = instance.stderr[before:]

    assert b" 400 " in answer.split(b"\r\n")[0]
    assert instance.token not in said
    assert [json.loads(line) for line in said.splitlines()]
