"""Received webhooks, from outside: sent over HTTP, looked at over HTTP and on the command line."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest

from tests.acceptance.instance import Instance, eventually
from tests.unit.wire.composed import multipart, plex_film
from tests.words import made_up_number

THUMB = b"\xff\xd8\xff\xe0" * 4000


def film() -> dict[str, Any]:
    """Plex says that a film was watched that nobody has seen yet."""
    number = made_up_number()
    sent = plex_film(
        title=f"Film {number}", Guid=[{"id": f"imdb://tt{number}"}], guid=f"plex://movie/{number:024}"
    )
    sent["Account"] = {
        "id": 1,
        "title": "robin@example.org",
        "thumb": "https://plex.tv/users/1022b120ffbaa/avatar?c=1",
    }
    sent["Player"] = {"title": "Bedroom TV", "publicAddress": "203.0.113.77", "token": "sesame-open"}
    return sent


def send(instance: Instance, body: bytes) -> str:
    """Send *body* as Plex does; returns the id that was answered, once its event was applied."""
    reply = instance.call("POST", f"/webhooks/plex/{instance.token}", body, token=None)
    assert 200 == reply.status
    event_id: str = reply.json["id"]
    instance.outcome(event_id)
    return event_id


def test_what_was_sent_is_shown_without_secrets(instance: Instance) -> None:
    """With reading and outcome, over HTTP and on the command line; its picture is gone."""
    sent = film()
    body = multipart(
        ('Content-Disposition: form-data; name="thumb"; filename="thumb.jpg"', THUMB),
        ('Content-Disposition: form-data; name="payload"', json.dumps(sent).encode()),
    )
    webhook_id = send(instance, body)
    whole = instance.call("GET", f"/v1/webhooks/{webhook_id}").json
    listed = instance.call("GET", "/v1/webhooks?player=plex&outcome=scrobbled&limit=1").json["data"][0]
    said = instance.run("webhooks", "show", webhook_id).stdout
    lines = instance.run("webhooks", "list", "admin", "--limit", "1").stdout

    assert (webhook_id, "scrobbled", "media.scrobble") == (listed["id"], whole["outcome"], whole["event"])
    assert sent["Metadata"]["title"] == whole["reading"]["title"]
    assert len(body) == whole["size"]
    assert len(whole["body"]) < 2000
    for secret in ("robin@example.org", "1022b120ffbaa", "203.0.113.77", "sesame-open", instance.token):
        assert secret not in json.dumps(whole) + said
    assert sent["Metadata"]["title"] in said
    assert webhook_id in lines


def test_what_nobody_can_read_is_kept(instance: Instance) -> None:
    """With its reason, and its bytes as far as they are text."""
    webhook_id = send(instance, b"<xml>\xff not JSON</xml>")
    whole = instance.call("GET", f"/v1/webhooks/{webhook_id}").json

    assert ("ignored", "unreadable") == (whole["outcome"], whole["reason"])
    assert ("other", None) == (whole["reading"]["kind"], whole["reading"]["title"])
    assert "<xml>\ufffd not JSON</xml>" == whole["body"]


def test_tokens_tell_when_they_were_heard(instance: Instance) -> None:
    """The connection of a player that went silent shows."""
    send(instance, json.dumps(film()).encode())
    (token,) = instance.call("GET", "/v1/tokens").json["data"]
    newest = instance.call("GET", "/v1/webhooks?limit=1").json["data"][0]

    assert token["last_event_at"] is not None
    assert token["last_event_at"] <= newest["received_at"]
    assert token["id"] == newest["token_id"]
    assert "no webhook" not in instance.run("token", "list", "admin").stdout


@pytest.mark.parametrize("again", [1, 2])
def test_replay_doubles_nothing(instance: Instance, again: int) -> None:
    """With the same parser everything reads as it did: nothing is sent, nothing changes."""
    sent = [film(), plex_film("media.unheard_of"), {"no": "sense"}]
    for each in sent:
        send(instance, json.dumps(each).encode())
    send(instance, b"\x00\xff")
    before = instance.history()
    said = [instance.run("webhooks", "replay", "admin").stderr for _ in range(again)]
    eventually(lambda: instance.metric("scrobbled_stream_depth") == 0, "all is applied")

    assert ["0 are applied as they read now\n"] * again == said
    assert before == instance.history()


def test_an_unknown_webhook_is_said_to_be_unknown(instance: Instance) -> None:
    """404 for somebody else's too, 400 for what is no id."""
    assert 404 == instance.call("GET", f"/v1/webhooks/{uuid4()}").status
    assert 400 == instance.call("GET", "/v1/webhooks/x").status


def test_an_address_counts_what_it_names(instance: Instance) -> None:
    """Another library is ignored with the reason, and the filter is shown; the right one counts."""
    sent = film()
    sent["Metadata"]["librarySectionTitle"] = "Kids & Co"
    path = f"/webhooks/plex/{instance.token}?kind=movie&library="
    replies = [
        instance.call("POST", path + name, json.dumps(sent).encode(), token=None)
        for name in ("Films", "kids%20%26%20co")
    ]
    ended = [instance.outcome(reply.json["id"]) for reply in replies]
    whole = instance.call("GET", f"/v1/webhooks/{ended[0]['id']}").json

    assert ["other_library", None] == [each["reason"] for each in ended]
    assert ["ignored", "scrobbled"] == [each["outcome"] for each in ended]
    assert {"kind": ["movie"], "library": ["Films"]} == whole["filters"]
