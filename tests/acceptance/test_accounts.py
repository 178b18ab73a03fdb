"""One token for a whole media server: accounts that wait, are mapped, and count for whoever they are."""

from __future__ import annotations

import json
import re
from typing import Any
from uuid import uuid4

import pytest

from tests.acceptance.instance import Instance, eventually
from tests.unit.wire.composed import plex_film
from tests.words import made_up, made_up_number

SERVER = "server"


@pytest.fixture(scope="module")
def shared(instance: Instance) -> str:
    """A token that stands for a media server."""
    instance.run("user", "add", SERVER)
    return instance.run("token", "create", SERVER, "--label", "plex", "--shared").stdout.strip()


def person(instance: Instance) -> tuple[str, str]:
    """The name and the token of somebody new."""
    name = uuid4().hex
    instance.run("user", "add", name)
    return name, instance.run("token", "create", name, "--label", "test").stdout.strip()


def film(account: dict[str, Any]) -> dict[str, Any]:
    """*account* watched a film nobody has seen yet."""
    number = made_up_number()
    sent = plex_film(title=f"Film {number}", Guid=[{"id": f"imdb://tt{number}"}], guid=None)
    return sent | {"Account": account}


def send(instance: Instance, token: str, sent: dict[str, Any]) -> str:
    """Send a webhook; returns the title it is about."""
    reply = instance.call("POST", f"/webhooks/plex/{token}", json.dumps(sent).encode(), token=None)
    assert 200 == reply.status
    instance.drain()
    title: str = sent["Metadata"]["title"]
    return title


def titles(instance: Instance, token: str) -> list[str]:
    """What somebody watched, the oldest first."""
    return [play["item"]["title"] for play in reversed(instance.history(token=token))]


def test_an_unknown_account_waits_until_it_is_mapped(instance: Instance, shared: str) -> None:
    """Held and shown; once mapped it counts at its own time, and so does what comes after, by id or name."""
    name, token = person(instance)
    number = made_up_number()
    account = {"id": number, "title": f"Robin {number}"}
    first = send(instance, shared, film(account))
    held = instance.call("GET", "/v1/webhooks?limit=1", token=shared).json["data"][0]
    listed = instance.run("accounts", "list", SERVER).stdout
    instance.run("accounts", "map", SERVER, "plex", f" ROBIN {number} ", name)
    eventually(lambda: titles(instance, token) == [first], "it counts")
    second = send(instance, shared, film(account))
    (newest, oldest) = instance.history(token=token)

    assert ("ignored", "unknown_account") == (held["outcome"], held["reason"])
    assert f"plex\t'{number}' or 'robin {number}'\t1 waiting" in listed
    assert held["received_at"] == oldest["watched_at"] < newest["watched_at"]
    assert [first, second] == titles(instance, token)
    assert [] == instance.history(token=shared)
    assert f"'robin {number}'\t{name}" in instance.run("accounts", "list", SERVER).stdout
    assert "waiting" not in instance.run("accounts", "list", SERVER).stdout
    seen = instance.call("GET", "/v1/webhooks", token=token).json["data"]
    assert ["scrobbled", "scrobbled"] == [each["outcome"] for each in seen]
    assert [] == instance.call("GET", "/v1/webhooks", token=shared).json["data"]


def test_an_id_comes_before_a_name(instance: Instance, shared: str) -> None:
    """Somebody takes the name that another had: the id tells them apart."""
    (anna, anna_token), (ben, ben_token) = person(instance), person(instance)
    number, title = made_up_number(), made_up()
    instance.run("accounts", "map", SERVER, "plex", str(number), anna)
    instance.run("accounts", "map", SERVER, "plex", title, ben)
    by_id = send(instance, shared, film({"id": number, "title": title}))
    by_name = send(instance, shared, film({"id": number + 1, "title": title.upper()}))

    assert [by_id] == titles(instance, anna_token)
    assert [by_name] == titles(instance, ben_token)


def test_the_owner_may_be_one_of_them(instance: Instance, shared: str) -> None:
    """An account that is the owner's own is held and let in like any."""
    number = made_up_number()
    first = send(instance, shared, film({"id": number, "title": "x"}))
    instance.run("accounts", "map", SERVER, "plex", str(number), SERVER)
    eventually(lambda: titles(instance, shared) == [first], "it counts")

    assert (
        "scrobbled" == instance.call("GET", "/v1/webhooks?limit=1", token=shared).json["data"][0]["outcome"]
    )


def test_a_replay_gives_nobody_what_is_anothers(instance: Instance, shared: str) -> None:
    """What waits for an owner of its account is not replayed to the owner of the token."""
    before = instance.history(token=shared)
    send(instance, shared, film({"id": made_up_number(), "title": "nobody"}))
    said = instance.run("webhooks", "replay", SERVER).stderr

    assert "0 are applied as they read now\n" == said
    assert before == instance.history(token=shared)


def test_who_is_unmapped_waits_again(instance: Instance, shared: str) -> None:
    """What was counted stays."""
    name, token = person(instance)
    number = made_up_number()
    instance.run("accounts", "map", SERVER, "plex", str(number), name)
    first = send(instance, shared, film({"id": number}))
    instance.run("accounts", "unmap", SERVER, "plex", str(number))
    send(instance, shared, film({"id": number}))

    assert [first] == titles(instance, token)
    assert f"'{number}'\t1 waiting" in instance.run("accounts", "list", SERVER).stdout


def test_connect_makes_a_shared_address(instance: Instance) -> None:
    """Whoever watches waits at it until somebody says who it is."""
    owner, token = person(instance)
    made = instance.run("connect", "plex", "--user", owner, "--shared", "--url", instance.url)
    address = re.search(r"/webhooks/plex/(scr_pat_[\w-]+)", made.stdout)
    assert address is not None
    send(instance, address[1], film({"id": 77, "title": "Sam"}))
    (mine,) = instance.call("GET", "/v1/accounts", token=token).json["waiting"]

    assert f"scrobbled accounts list {owner}" in made.stderr
    assert (["77", "sam"], 1) == (mine["account"], mine["events"])
    assert [] == instance.history(token=token)


def test_accounts_over_http(instance: Instance, shared: str) -> None:
    """Listed while they wait, mapped to whoever gives a token, listed as theirs, and unmapped."""
    name, token = person(instance)
    number = made_up_number()
    first = send(instance, shared, film({"id": number, "title": f"Kim {number}"}))
    waiting = instance.call("GET", "/v1/accounts", token=shared).json["waiting"]
    body = {"player": "plex", "account": f"KIM {number}", "token": token}
    mapped = instance.call("POST", "/v1/accounts", body, token=shared)
    eventually(lambda: titles(instance, token) == [first], "it counts")
    after = instance.call("GET", "/v1/accounts", token=shared).json
    gone = [
        instance.call("DELETE", f"/v1/accounts/plex/kim%20{number}", token=shared).status for _ in range(2)
    ]

    (mine,) = [each for each in waiting if str(number) in each["account"]]
    assert ([str(number), f"kim {number}"], "plex", 1) == (mine["account"], mine["player"], mine["events"])
    whose = {"player": "plex", "account": f"kim {number}", "user": name}
    assert (200, {"mapped": whose, "events": 1}) == (mapped.status, mapped.json)
    assert whose in after["mapped"]
    assert not [each for each in after["waiting"] if str(number) in each["account"]]
    assert [204, 404] == gone
    assert [first] == titles(instance, token)


def test_nobody_is_given_an_account_without_their_leave(instance: Instance, shared: str) -> None:
    """A wrong token or one that may only read is refused; without one the account is your own."""
    _, token = person(instance)
    reader = instance.call("POST", "/v1/tokens", {"label": "r", "scopes": ["read"]}, token=token).json[
        "token"
    ]
    body = {"player": "emby", "account": uuid4().hex}
    refused = [
        instance.call("POST", "/v1/accounts", body | {"token": each}, token=shared).status
        for each in (reader, "scr_pat_wrong")
    ]
    mine = instance.call("POST", "/v1/accounts", body, token=shared).json["mapped"]

    assert [403, 403] == refused
    assert SERVER == mine["user"]
    for wrong in ({}, {"player": "betamax", "account": "x"}, {"player": "plex", "account": " "}):
        assert 400 == instance.call("POST", "/v1/accounts", wrong, token=shared).status
