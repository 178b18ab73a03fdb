"""Webhooks that come in other ways than expected: methods, addresses, broken bodies."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scrobbled.ingest import webhooks
from tests.acceptance.instance import Instance, Reply
from tests.unit.wire.composed import syncpk
from tests.unit.wire.mutations import mutations
from tests.unit.wire.test_webhook import SAMPLES

CONTENT_TYPES = ["", "text/plain", "application/json", "multipart/form-data", "x/y; boundary=z"]


def outcome_of(instance: Instance, reply: Reply) -> tuple[str, str]:
    """How the event that *reply* names ended, and why."""

    found = instance.outcome(reply.json["id"])
    return found["outcome"], found["reason"]


@pytest.mark.parametrize("method", webhooks.METHODS)
def test_other_methods_are_taken(instance: Instance, method: str) -> None:
    """Tautulli may PUT, and the format "Get" of Jellyfin's plugin has all it says in its address."""

    path = f"/webhooks/auto?token={instance.token}&event=Play&user=Robin&server=Attic&media_type=Video"
    body = b'{"action": "created", "media_type": "movie", "title": "Arrival", "rating_key": "7"}'

    assert ("ignored", "library_event") == outcome_of(instance, instance.call(method, path, body, token=None))
    if method == "GET":
        reply = instance.call(method, path, token=None)

        assert ("ignored", "not_media") == outcome_of(instance, reply)


def test_a_wrong_token_and_a_body_that_is_too_large(instance: Instance) -> None:
    """401 and 413, whatever the address and however the token comes; what is just small enough is taken."""

    body = json.dumps({"Event": "system.notificationtest"}).encode()
    wrong = [
        instance.call("POST", f"/webhooks/{player}/scr_pat_wrong", body, token=None).status
        for player in webhooks.PLAYERS
    ]
    nowhere = instance.call("POST", "/webhooks/plex", body, token=None)
    sizes = {2**20 + 1: 413, 2**20: 200}
    path = f"/webhooks/auto/{instance.token}"

    assert {401} == {*wrong, nowhere.status}
    assert list(sizes.values()) == [
        instance.call("POST", path, b" " * size, token=None).status for size in sizes
    ]


def test_a_webhook_at_the_wrong_address_is_read_as_what_it_is(instance: Instance) -> None:
    """Emby's test that was sent to Plex's address, and Sonarr's download to Emby's."""

    sent = {
        "plex": {"Event": "system.notificationtest", "Server": {"Version": "4.8.8.0"}},
        "emby": {"eventType": "Download", "series": {"title": "X"}},
    }
    replies = [
        instance.call("POST", f"/webhooks/{player}/{instance.token}", json.dumps(body).encode(), token=None)
        for player, body in sent.items()
    ]

    assert [("ignored", "test_event"), ("ignored", "library_event")] == [
        outcome_of(instance, reply) for reply in replies
    ]


def test_several_in_one_body_are_several_webhooks(instance: Instance) -> None:
    """SyncPK pushes a library in lists: each play at its own time, kept on its own, sent twice still one."""

    sent = [syncpk(index=str(number), watched_at=f"2021-03-0{number}T20:00:00Z") for number in (4, 5)]
    body = json.dumps([*sent, {"event": "media.scrobble", "Metadata": {"type": "track"}}]).encode()
    path = f"/webhooks/kodi/{instance.token}?via=/webhook/kodi/bulk"
    first, again = (instance.call("POST", path, body, token=None).json for _ in range(2))
    reasons = [instance.outcome(each)["reason"] for each in first["ids"]]
    readings = [instance.call("GET", f"/v1/webhooks/{each}").json["reading"] for each in first["ids"]]

    assert (first["id"], again["ids"][:2]) == (first["ids"][0], first["ids"][:2])
    assert "music" == reasons[2]
    assert [("2021-03-04T20:00:00Z", 4), ("2021-03-05T20:00:00Z", 5)] == [
        (each["watched_at"], each["episode"]) for each in readings[:2]
    ]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_webhook_breaks_the_server(instance: Instance, data: st.DataObject) -> None:
    """Whatever a broken player sends to whichever address: 200, never a 500."""

    player = data.draw(st.sampled_from(webhooks.PLAYERS))
    body = data.draw(mutations(data.draw(st.sampled_from(SAMPLES))))
    headers = {"Content-Type": data.draw(st.sampled_from(CONTENT_TYPES))}
    reply = instance.call("POST", f"/webhooks/{player}/{instance.token}", body, token=None, headers=headers)

    assert 200 == reply.status
