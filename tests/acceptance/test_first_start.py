"""The first start, the second one, and the end."""

from __future__ import annotations

import json
import os
import re
import select
import subprocess
import time
from contextlib import ExitStack

import pytest

from tests.acceptance.instance import Instance, alive, eventually

STOP = {
    "id": "first-start",
    "action": "stop",
    "progress": 95,
    "occurred_at": "2026-02-01T20:00:00Z",
    "movie": {"title": "Heat", "year": 1995, "ids": {"imdb": "tt0113277"}},
}

_COMPLAINTS = {"warning", "error", "critical"}


def watch(instance: Instance) -> None:
    """Put one film into the history."""

    event_id = instance.call("POST", "/v1/events", STOP).json["id"]
    assert "scrobbled" == instance.outcome(event_id)["outcome"]


def test_the_curl_line_works_when_pasted(own_instance: Instance) -> None:
    """The first start shows a token once, with a curl line that answers when it is pasted into a shell."""

    own_instance.start()
    (line,) = [line.strip() for line in own_instance.stdout.splitlines() if line.strip().startswith("curl ")]
    pasted = subprocess.run(
        ["bash", "-c", f"{line} --silent --fail --max-time 30"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert 0 == pasted.returncode, pasted.stderr
    assert own_instance.call("GET", "/v1/me").json == json.loads(pasted.stdout)
    assert 1 == len(set(re.findall(r"scr_pat_\S+(?<!')", own_instance.stdout)))
    assert own_instance.token not in own_instance.stderr
    assert re.search(r"^  \S*scrobbled connect plex$", own_instance.stdout, re.MULTILINE)
    assert 1 == own_instance.stderr.count('"event":"migrated"')
    assert '"event":"forgotten"' not in own_instance.stderr
    assert own_instance.run("user", "list").stdout.startswith("1\tadmin\t")


def test_a_second_start_shows_no_token_and_keeps_the_data(own_instance: Instance) -> None:
    """After a restart the token and the history are what they were, and no token is shown."""

    own_instance.start()
    watch(own_instance)
    before, shown = own_instance.history(), own_instance.stdout
    own_instance.stop()
    own_instance.start()

    assert before == own_instance.history()
    assert 1 == len(before)
    assert shown == own_instance.stdout


def test_data_survives_the_death_of_the_supervisor(own_instance: Instance) -> None:
    """After kill -9 of the supervisor nothing is left running, and the next start has all the data."""

    own_instance.start()
    watch(own_instance)
    before, family = own_instance.history(), own_instance.family()
    own_instance.kill_supervisor()
    eventually(lambda: not alive(family), "no process")

    assert before == own_instance.start().history()


def interrupted(instance: Instance, *, group: bool) -> tuple[dict[str, int], float, tuple[object, ...]]:
    """Start and interrupt it: its parts, seconds until it ended; its status, who is left and complaints."""
    before = len(instance.log()) if instance.running else 0
    instance.start()
    watch(instance)
    parts, family = instance.parts(), instance.family()
    began = time.monotonic()
    instance.interrupt(group=group)
    status = instance.wait(60)
    seconds, left = time.monotonic() - began, alive(family)
    lines = instance.log()[before:]
    return parts, seconds, (status, left, [line for line in lines if line["level"] in _COMPLAINTS])


@pytest.mark.parametrize("group", [False, True], ids=["supervisor", "ctrl-c"])
def test_sigint_ends_everything(own_instance: Instance, *, group: bool) -> None:
    """SIGINT, sent to the supervisor or as Ctrl-C to all, ends everything with status 0 inside 10 seconds."""

    parts, seconds, ended = interrupted(own_instance, group=group)
    for _ in range(2):  # a busy machine may stand still for seconds, once
        if seconds >= 10 or ended != (0, [], []):
            parts, seconds, ended = interrupted(own_instance, group=group)

    assert {"front door", "worker", "valkey", "postgres"} == set(parts)
    assert 10 > seconds
    assert (0, [], []) == ended


def test_the_order_of_the_end(own_instance: Instance) -> None:
    """What accepts ends before what applies, and the servers end last: Valkey, then PostgreSQL."""

    own_instance.start()
    watch(own_instance)
    ended: list[str] = []
    with ExitStack() as stack:
        # Tells of the ends in their order, whenever this process comes to ask.
        ends = stack.enter_context(select.epoll())
        names = {}
        for name, pid in own_instance.parts().items():
            process = os.pidfd_open(pid)
            stack.callback(os.close, process)
            names[process] = name
            ends.register(process, select.EPOLLIN)
        own_instance.interrupt()
        while len(ended) < len(names) and (told := ends.poll(60, 1)):
            ended.append(names[told[0][0]])
            ends.unregister(told[0][0])

    assert 0 == own_instance.wait(60)
    assert ["front door", "worker", "valkey", "postgres"] == ended


def test_what_was_accepted_outlives_the_end(own_instance: Instance) -> None:
    """Events accepted just before SIGINT are all applied, before the end or after the next start."""

    own_instance.start()
    movie = STOP["movie"]
    beats = [
        {"action": "progress", "progress": 1 + number % 70, "movie": movie, "id": f"beat-{number}"}
        for number in range(3000)
    ]
    ids = [
        event["id"]
        for at in range(0, len(beats), 1000)
        for event in own_instance.call("POST", "/v1/events", beats[at : at + 1000]).json["events"]
    ]
    own_instance.interrupt()
    status = own_instance.wait(60)
    own_instance.start()
    own_instance.drain()
    eventually(lambda: own_instance.stderr.count('"event":"event"') >= len(ids), "a line for each event")
    told = [line["event_id"] for line in own_instance.log() if line["event"] == "event"]

    assert 0 == status
    assert sorted(ids) == sorted(told)
    assert [] == [line for line in own_instance.log() if line["event"] == "killed"]


def test_given_servers_replace_the_embedded_ones(own_instance: Instance) -> None:
    """With SCROBBLED_DATABASE_URL and SCROBBLED_REDIS_URL set, no server of our own is started."""

    own_instance.start()
    places = own_instance.places
    other = Instance(
        {"SCROBBLED_DATABASE_URL": places.database_url, "SCROBBLED_REDIS_URL": places.redis_url},
        token=own_instance.token,
    )
    try:
        other.start()
        watch(other)

        assert {"front door", "worker"} == set(other.parts())
        assert [] == [
            path.name for path in other.places.data_dir.glob("*") if path.name in {"postgres", "valkey"}
        ]
        assert 1 == len(own_instance.history())
    finally:
        other.remove()
