"""A season ticked at once, from outside: one action, dated by its source, taken back as one."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.acceptance.instance import Instance
from tests.unit.wire.composed import jellyfin_episode
from tests.words import made_up, made_up_number


@pytest.fixture
def token(instance: Instance) -> str:
    """The token of somebody new."""
    name = uuid4().hex
    instance.run("user", "add", name)
    return instance.run("token", "create", name, "--label", "test").stdout.strip()


def tick(show: str, number: int, at: datetime, **changes: object) -> dict[str, Any]:
    """Jellyfin says that an episode was ticked by hand."""
    return jellyfin_episode(
        "UserDataSaved", SaveReason="TogglePlayed", Played=True, SeriesName=show, EpisodeNumber=number,
        Name=f"Part {number}", Provider_tmdb=str(made_up_number()), Provider_imdb=None,
        PlaybackPositionTicks=0, UtcTimestamp=f"{at:%Y-%m-%dT%H:%M:%S}.0000000Z", **changes,
    )  # fmt: skip


def send(instance: Instance, token: str, bodies: list[dict[str, Any]]) -> list[str]:
    """Send webhooks one after the other; returns the ids they were answered with."""
    path = f"/webhooks/jellyfin/{token}"
    replies = [instance.call("POST", path, json.dumps(each).encode(), token=None) for each in bodies]
    instance.drain()
    return [reply.json["id"] for reply in replies]


def season() -> list[dict[str, Any]]:
    """Six episodes that somebody ticks with one click."""
    show, now = f"Show {made_up()}", datetime.now(UTC)
    return [tick(show, number, now + timedelta(milliseconds=number)) for number in range(1, 7)]


def test_a_season_is_ticked_and_taken_back_as_one(instance: Instance, token: str) -> None:
    """Six plays, one action; taken back, the history is as it was, and stays so when it is told again."""
    bodies = season()
    ids = send(instance, token, bodies)
    (action,) = instance.call("GET", "/v1/actions", token=token).json["data"]
    before = instance.history(token=token)
    gone = instance.call("DELETE", f"/v1/actions/{action['id']}", token=token)
    again = instance.call("DELETE", f"/v1/actions/{action['id']}", token=token)
    send(instance, token, bodies)

    assert 6 == len(before)
    assert ids[0] == action["id"]
    assert "jellyfin" == action["source"]
    assert [1, 2, 3, 4, 5, 6] == [play["item"]["episode"] for play in action["plays"]]
    assert {play["id"] for play in before} == {play["id"] for play in action["plays"]}
    assert (200, {"id": ids[0], "plays": 6}) == (gone.status, gone.json)
    assert 404 == again.status
    assert [] == instance.history(token=token)
    assert [] == instance.call("GET", "/v1/actions", token=token).json["data"]
    assert ("cancelled", "unticked") == tuple(
        instance.outcome(ids[0], token=token)[key] for key in ("outcome", "reason")
    )


def test_taking_back_leaves_what_was_watched_since(instance: Instance, token: str) -> None:
    """Of a season that was ticked by mistake one episode has been watched meanwhile: that play stays."""
    bodies = season()
    send(instance, token, bodies)
    (action,) = instance.call("GET", "/v1/actions", token=token).json["data"]
    at = datetime.now(UTC) + timedelta(minutes=4)
    watched = bodies[2] | {
        "NotificationType": "PlaybackStop", "PlayedToCompletion": True,
        "PlaybackPositionTicks": 69_000_000_000,
        "UtcTimestamp": f"{at:%Y-%m-%dT%H:%M:%S}.0000000Z",
    }  # fmt: skip
    (stop,) = send(instance, token, [watched])
    before = instance.outcome(stop, token=token)["outcome"]
    instance.call("DELETE", f"/v1/actions/{action['id']}", token=token)
    (left,) = instance.history(token=token)

    assert "duplicate" == before
    assert (3, stop) == (left["item"]["episode"], left["event_id"])


def test_on_the_command_line(instance: Instance, token: str) -> None:
    """Listed with how many plays of what, and undone."""
    name = instance.call("GET", "/v1/me", token=token).json["name"]
    bodies = season()
    ids = send(instance, token, bodies)
    (line,) = instance.run("actions", "list", name).stdout.splitlines()
    said = instance.run("actions", "undo", name, ids[0]).stderr
    instance.drain()

    action_id, _, player, count, title = line.split("\t")
    assert (ids[0], "jellyfin", "6", bodies[0]["SeriesName"]) == (action_id, player, count, title)
    assert "6 plays are taken back\n" == said
    assert [] == instance.history(token=token)
    assert "" == instance.run("actions", "list", name).stdout


def test_two_clicks_are_two_actions(instance: Instance, token: str) -> None:
    """Different shows, ticked within the same second, are taken back one by one."""
    send(instance, token, [*season(), *season()])
    actions = instance.call("GET", "/v1/actions", token=token).json["data"]
    instance.call("DELETE", f"/v1/actions/{actions[0]['id']}", token=token)

    assert [6, 6] == [len(each["plays"]) for each in actions]
    assert 6 == len(instance.history(token=token))


def test_nobody_takes_back_what_is_anothers(instance: Instance, token: str) -> None:
    """404, and 403 without the scope."""
    (event_id, *_) = send(instance, token, season())
    name = uuid4().hex
    instance.run("user", "add", name)
    other = instance.run("token", "create", name, "--label", "test").stdout.strip()
    reader = instance.call("POST", "/v1/tokens", {"label": "r", "scopes": ["read"]}, token=token).json[
        "token"
    ]

    assert 404 == instance.call("DELETE", f"/v1/actions/{event_id}", token=other).status
    assert 403 == instance.call("DELETE", f"/v1/actions/{event_id}", token=reader).status
    assert 400 == instance.call("DELETE", "/v1/actions/x", token=token).status
    assert 6 == len(instance.history(token=token))
