"""Resolving, learning and trying again, from outside: processes, HTTP and the command line."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

import pytest

from tests.acceptance.instance import Instance, eventually
from tests.words import made_up, made_up_number

LAST_WEEK = datetime.now(UTC) - timedelta(days=7)

_days = count(1)


@pytest.fixture(scope="module")
def instance() -> Iterator[Instance]:
    """An instance with two workers: what one user teaches, both must know."""
    made = Instance({"SCROBBLED_WORKERS": "2"})
    try:
        yield made.start()
    finally:
        made.remove()


def watched(instance: Instance, words: dict[str, Any], *, token: str = "") -> dict[str, Any]:
    """A player says that something was watched, on a day of its own; returns what became of it."""
    at = LAST_WEEK - timedelta(days=next(_days))
    sent = {"action": "watched", "occurred_at": at.isoformat()} | words
    event_id = instance.call("POST", "/v1/events", sent, token=token).json["id"]
    return instance.outcome(event_id, token=token)


def known_film(instance: Instance) -> dict[str, Any]:
    """A film the catalogue has, since somebody watched it with an id."""
    ids = {"imdb": f"tt{made_up_number()}"}
    event = watched(instance, {"movie": {"title": f"Known {made_up()}", "ids": ids}})
    film: dict[str, Any] = event["items"][0]
    return film


def unheard() -> dict[str, Any]:
    """A film under a name that no catalogue has."""
    return {"movie": {"title": f"Unheard of {made_up()}"}}


def resolve(instance: Instance, event: dict[str, Any], body: object, *, token: str = "") -> Any:
    """Say what an event is; it must work."""
    reply = instance.call("POST", f"/v1/unmatched/{event['id']}/resolve", body, token=token)
    assert reply.status == 200, reply.body
    return reply.json


def new_user(instance: Instance) -> str:
    """The token of somebody new."""
    name = uuid4().hex
    instance.run("user", "add", name)
    return instance.run("token", "create", name, "--label", "test").stdout.strip()


def days_of(instance: Instance, film_id: int, *, token: str = "") -> list[str]:
    """When a film was watched, newest first."""
    return [play["watched_at"] for play in instance.history(token=token) if play["item"]["id"] == film_id]


def test_a_resolved_event_is_in_the_history_at_its_own_time(instance: Instance) -> None:
    """Resolved over HTTP, and again: the play is of when it was watched, and it is one."""
    film, words = known_film(instance), unheard()
    event, second = watched(instance, words), watched(instance, words)
    waits = instance.call("GET", "/v1/unmatched").json["data"]
    done = resolve(instance, event, {"title_id": film["id"]})
    again = resolve(instance, event, {"ids": film["ids"]})

    assert {event["id"], second["id"]} <= {each["id"] for each in waits}
    assert ("scrobbled", 1) == (done["event"]["outcome"], done["also_settled"])
    assert done["event"] == again["event"]
    assert {event["occurred_at"], second["occurred_at"]} < set(days_of(instance, film["id"]))
    assert 3 == len(days_of(instance, film["id"]))


def test_the_next_event_is_known_to_its_user_alone(instance: Instance) -> None:
    """The same words match by themselves; somebody else's do not, and their event is out of reach."""
    film, words, other = known_film(instance), unheard(), new_user(instance)
    theirs = watched(instance, words, token=other)
    resolve(instance, watched(instance, words), {"title_id": film["id"]})
    mine, still = watched(instance, words), watched(instance, words, token=other)
    path, body = f"/v1/unmatched/{theirs['id']}/resolve", {"title_id": film["id"]}

    assert ["scrobbled", "unmatched"] == [mine["outcome"], still["outcome"]]
    assert 404 == instance.call("POST", path, body).status
    assert [] == instance.history(token=other)


def test_the_third_user_who_agrees_speaks_for_everybody(instance: Instance) -> None:
    """What waits elsewhere enters its history by itself, at its own time."""
    film, words = known_film(instance), unheard()
    *teachers, other = [new_user(instance) for _ in range(4)]
    waits = watched(instance, words, token=other)
    for token in teachers:
        resolve(instance, watched(instance, words, token=token), {"title_id": film["id"]}, token=token)
    eventually(lambda: instance.history(token=other), "it is in the history")

    assert [waits["occurred_at"]] == days_of(instance, film["id"], token=other)
    assert [] == instance.call("GET", "/v1/unmatched", token=other).json["data"]
    assert "scrobbled" == watched(instance, words, token=other)["outcome"]


def test_an_import_lets_what_waited_in(instance: Instance) -> None:
    """After `scrobbled catalog import` nobody has to do anything."""
    title = f"Unheard of {made_up()}"
    event = watched(instance, {"movie": {"title": title, "year": 1999}})
    lines = instance.folder / "titles.jsonl"
    lines.write_text(
        json.dumps({"type": "movie", "title": title, "year": 1999, "ids": {"imdb": "tt0777001"}})
    )
    instance.run("catalog", "import", "jsonl", str(lines))
    eventually(lambda: instance.outcome(event["id"])["outcome"] == "scrobbled", "it counts")

    assert event["occurred_at"] in [play["watched_at"] for play in instance.history()]


@pytest.mark.parametrize("spelling", ["{id}", "{imdb}", "imdb:movie:{imdb}"])
def test_an_operator_resolves_too(instance: Instance, spelling: str) -> None:
    """By our id, by an IMDb id, or by source, kind and id; what was learned is listed and removed."""
    film, words = known_film(instance), unheard()
    event = watched(instance, words)
    to = spelling.format(id=film["id"], imdb=film["ids"]["imdb"])
    said = instance.run("unmatched", "resolve", event["id"], "--to", to).stdout
    listed = instance.run("corrections", "list", "admin").stdout.splitlines()
    number, value, title = listed[0].split("\t")
    instance.run("corrections", "remove", "admin", number)

    assert said.startswith(f"{film['title']}: scrobbled, play ")
    assert event["occurred_at"] in days_of(instance, film["id"])
    assert (f"words {words['movie']['title'].lower()}", f"{film['title']} ({film['id']})") == (value, title)
    assert len(listed) - 1 == len(instance.run("corrections", "list", "admin").stdout.splitlines())


def test_an_episode_by_its_numbers(instance: Instance) -> None:
    """Season and episode, where the player was wrong about what it is."""
    tvdb = made_up_number()
    show = {"title": f"Known {made_up()}", "ids": {"tvdb": tvdb}}
    known = watched(instance, {"show": show, "episode": {"season": 3, "number": 7}})["items"][0]
    event = watched(instance, unheard())
    instance.run(
        "unmatched", "resolve", event["id"], "--to", f"tvdb:show:{tvdb}", "--season", "3",
        "--episode", "7",
    )  # fmt: skip

    assert [known["id"]] == [each["id"] for each in instance.outcome(event["id"])["items"]]


@pytest.mark.parametrize(
    ("to", "status", "sentence"),
    [
        ("1", 1, "no film or show 1"),
        ("tt0000000001", 1, "is no movie the catalogue has; import one that has it"),
        ("banana", 1, "imdb banana is no id; sources are imdb"),
        ("tmdb:song:603", 2, "write 1000000123, tt0386676 or tmdb:movie:603"),
    ],
)
def test_an_operator_is_told_what_is_wrong(instance: Instance, to: str, status: int, sentence: str) -> None:
    """One sentence and a status; the event goes on waiting."""
    event = watched(instance, unheard())
    with pytest.raises(subprocess.CalledProcessError) as failed:
        instance.run("unmatched", "resolve", event["id"], "--to", to)

    assert status == failed.value.returncode
    assert sentence in failed.value.stderr
    assert "Traceback" not in failed.value.stderr
    assert "unmatched" == instance.outcome(event["id"])["outcome"]
