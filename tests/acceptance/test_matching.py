"""Matching from outside: players send words, the catalogue grows, and processes come and go."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.acceptance.instance import Instance, eventually
from tests.words import made_up, made_up_number

LAST_WEEK = datetime.now(UTC) - timedelta(days=7)

_days = count(1)


def watched(instance: Instance, words: dict[str, Any], *, token: str = "") -> str:
    """A player says that something was watched, on a day of its own; returns the event's id."""
    at = LAST_WEEK - timedelta(days=next(_days))
    sent = {"action": "watched", "occurred_at": at.isoformat()} | words
    event_id: str = instance.call("POST", "/v1/events", sent, token=token).json["id"]
    return event_id


def matched(instance: Instance, event_id: str, *, token: str = "") -> list[dict[str, Any]]:
    """What an event is about, once the worker has seen the title: what waits is tried again by itself."""
    eventually(lambda: instance.outcome(event_id, token=token)["items"], "the event matched")
    items: list[dict[str, Any]] = instance.outcome(event_id, token=token)["items"]
    return items


def load(instance: Instance, *records: dict[str, Any]) -> None:
    """Import records with the command, while everything runs."""
    path = instance.folder / f"{uuid4().hex}.jsonl"
    path.write_text("\n".join(map(json.dumps, records)))
    instance.run("catalog", "import", "jsonl", str(path))


def resolved(instance: Instance, title: str) -> Any:
    """The match of *title*, as the front door has it."""
    return instance.call("GET", f"/v1/resolve?title={title.replace(' ', '%20')}").json["match"]


def film(name: str, **more: Any) -> dict[str, Any]:
    """A film of a catalogue."""
    return {"type": "movie", "title": name, "ids": {"imdb": f"tt{made_up_number()}"}, **more}


@pytest.fixture(scope="module")
def instance() -> Iterator[Instance]:
    """An instance with two workers: each has names of its own."""
    made = Instance({"SCROBBLED_WORKERS": "2"})
    try:
        yield made.start()
    finally:
        made.remove()


@pytest.fixture(scope="module")
def words() -> str:
    """A name no other title is like."""
    return f"Harbour {made_up()}".title()


def test_names_of_releases_end_matched(instance: Instance, words: str) -> None:
    """Titles that are files' names, as players send them for what no server knows."""
    show = {"type": "show", "title": f"{words} Nights", "ids": {"imdb": f"tt{made_up_number()}"}}
    load(instance, film(words, year=2019), show)
    dotted = words.replace(" ", ".")
    eventually(lambda: resolved(instance, f"{words} (2019)"), "the film in the index")

    by_file = watched(instance, {"movie": {"title": f"{dotted}.2019.1080p.BluRay.x264-GRP.mkv"}})
    sent = {"episode": {"season": 3, "number": 7}, "show": {"title": f"{dotted}.Nights.S03E07.1080p.WEB-DL"}}
    by_place = watched(instance, sent)

    assert [each["title"] for each in matched(instance, by_file)] == [words]
    assert [(each["season"], each["episode"]) for each in matched(instance, by_place)] == [(3, 7)]


def test_a_title_imported_meanwhile_is_matched(instance: Instance) -> None:
    """Without a restart, in both of two workers: by users of many partitions."""
    tokens = [new_user(instance) for _ in range(6)]
    name = f"Lantern {made_up()}"
    before = instance.outcome(watched(instance, {"movie": {"title": name}}))["outcome"]
    load(instance, film(name))
    after = {token: watched(instance, {"movie": {"title": name}}, token=token) for token in tokens}

    assert before == "unmatched"
    for token, event_id in after.items():
        assert [each["title"] for each in matched(instance, event_id, token=token)] == [name]
    eventually(lambda: resolved(instance, name), "the title at the front door")


def test_a_large_catalogue_gets_a_file_by_itself(own_instance: Instance) -> None:
    """A worker builds it, says so, and after a restart it is there at once; one file for two workers."""
    instance = own_instance
    instance.environment["SCROBBLED_WORKERS"] = "2"
    instance.start()
    names = [f"Beacon {made_up()}" for _ in range(5_200)]
    load(instance, *map(film, names))
    index = Path(instance.places.data_dir) / "names" / "index"
    eventually(index.exists, "a file")
    eventually(lambda: lines(instance, "index_built"), "a line that says so")
    built = lines(instance, "index_built")
    instance.stop()
    instance.start()

    assert built[0]["titles"] >= 5_200
    assert matched(instance, watched(instance, {"movie": {"title": names[17]}}))[0]["title"] == names[17]
    assert resolved(instance, names[5_199])["title"] == names[5_199]
    assert not lines(instance, "index_not_built") + lines(instance, "index_unreadable")
    assert lines(instance, "index_built") == built, "after a restart nothing is built"


def new_user(instance: Instance) -> str:
    """The token of somebody new."""
    name = uuid4().hex
    instance.run("user", "add", name)
    return instance.run("token", "create", name, "--label", "test").stdout.strip()


def lines(instance: Instance, event: str) -> list[dict[str, Any]]:
    """The log lines of one event."""
    return [each for each in instance.log() if each["event"] == event]
