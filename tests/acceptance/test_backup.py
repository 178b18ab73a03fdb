"""`scrobbled backup` while events come in, `scrobbled restore` where nothing is yet."""

from __future__ import annotations

import subprocess
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.acceptance.instance import Instance

BEFORE = datetime.now(UTC) - timedelta(days=3)


def _event(number: int) -> dict[str, object]:
    movie = {"title": f"Kept {number}", "year": 1980, "ids": {"tmdb": 4_500_000 + number}}
    at = (BEFORE + timedelta(minutes=number)).isoformat()
    return {"action": "stop", "progress": 95, "occurred_at": at, "movie": movie}


def _plays(instance: Instance, token: str) -> dict[str, str]:
    found: dict[str, str] = {}
    cursor = ""
    while True:
        page = instance.call("GET", f"/v1/history?limit=500{cursor}", token=token).json
        found |= {each["event_id"]: each["item"]["title"] for each in page["data"]}
        if page["next_cursor"] is None:
            return found
        cursor = f"&cursor={page['next_cursor']}"


def _backup_under_load(instance: Instance, path: Path) -> list[str]:
    """The ids of what was accepted before the backup began; more came in until it had ended."""

    stop = threading.Event()

    def send_on() -> None:
        number = 10_000
        while not stop.is_set():
            instance.call("POST", "/v1/events", [_event(number + n) for n in range(50)])
            number += 50

    sender = threading.Thread(target=send_on)
    sender.start()
    try:
        events = [_event(number) for number in range(900)]
        accepted = [each["id"] for each in instance.call("POST", "/v1/events", events).json["events"]]
        assert "events not applied yet" in instance.run("backup", str(path)).stderr
    finally:
        stop.set()
        sender.join()
    return accepted


def test_nothing_accepted_before_a_backup_is_missing(own_instance: Instance, tmp_path: Path) -> None:
    """While events come in, a backup holds each that was accepted before it began, applied or not."""

    path, instance = tmp_path / "backup", own_instance.start()
    accepted = _backup_under_load(instance, path)
    instance.stop()
    other = Instance(token=instance.token)  # a restored server shows no first one
    try:
        other.run("restore", str(path))  # nothing runs: it starts the servers itself
        other.start()
        other.drain(300)
        found = _plays(other, other.token)
    finally:
        other.remove()

    assert [] == [event_id for event_id in accepted if event_id not in found]


def test_what_is_refused_is_said(instance: Instance, tmp_path: Path) -> None:
    """A used server, a file that exists, and a file that is no backup are refused in a sentence each."""

    path, none = tmp_path / "backup", tmp_path / "none"
    none.write_bytes(b"no zip")
    instance.call("POST", "/v1/events", _event(1))
    instance.drain()
    instance.run("backup", str(path))
    instance.run("restore", "--check", str(path))
    for arguments, sentence in {
        ("restore", str(path)): "holds something already",
        ("restore", "--replace", str(path)): "stop scrobbled first",
        ("restore", str(none)): "no backup of scrobbled",
        ("backup", str(path)): "already",
    }.items():
        with pytest.raises(subprocess.CalledProcessError) as refused:
            instance.run(*arguments)

        assert sentence in refused.value.stderr
        assert "Traceback" not in refused.value.stderr


def test_a_stopped_server_is_replaced(own_instance: Instance, tmp_path: Path) -> None:
    """Where scrobbled does not run, both commands start its servers; what came after the backup is gone."""

    path = tmp_path / "backup"
    own_instance.start()
    kept = own_instance.call("POST", "/v1/events", _event(1)).json["id"]
    own_instance.drain()
    own_instance.stop()
    own_instance.run("backup", str(path))
    own_instance.start()
    later = own_instance.call("POST", "/v1/events", _event(2)).json["id"]
    own_instance.drain()
    own_instance.stop()
    own_instance.run("restore", "--replace", str(path))
    own_instance.start()
    own_instance.drain()

    assert "scrobbled" == own_instance.outcome(kept)["outcome"]
    assert 404 == own_instance.call("GET", f"/v1/events/{later}").status
