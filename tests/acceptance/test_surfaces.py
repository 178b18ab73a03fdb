"""What every surface says to good input and to bad, over HTTP."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from scrobbled.ingest import webhooks
from tests.acceptance.instance import Instance, Reply, eventually

SCROBBLE = "/trakt/scrobble/stop"
REELRIFTER = "/api/public/v1/scrobble"
YESTERDAY = (datetime.now(UTC) - timedelta(days=1)).isoformat()

_numbers = count(1)


def film() -> dict[str, Any]:
    """A film nobody has watched yet."""

    number = next(_numbers)
    return {"title": f"Nobody's Film {number}", "year": 1950 + number % 70, "ids": {"tmdb": 800_000 + number}}


def native(**fields: Any) -> bytes:
    """A native event that would be a play, but for *fields*."""

    return json.dumps(
        {"action": "stop", "progress": 95, "occurred_at": YESTERDAY, "movie": film()} | fields
    ).encode()


def trakt(**fields: Any) -> bytes:
    """A stop that would be a play, but for *fields*."""

    return json.dumps({"progress": 95, "movie": film()} | fields).encode()


def reelrifter(**fields: Any) -> bytes:
    """A scrobble, but for *fields*."""

    return json.dumps(
        {"title": "Heat", "mediaType": "MOVIE", "year": 1995, "action": "watched"} | fields
    ).encode()


def in_native_form(reply: Reply) -> bool:
    """Whether a refusal is in our own envelope."""

    error = reply.json["error"]
    return bool(error["code"] and error["message"])


def in_trakt_form(reply: Reply) -> bool:
    """Whether a refusal is one of Trakt's: an empty 404, or an error and what it means."""

    return (
        not reply.body
        if reply.status == 404
        else bool(reply.json["error"] and reply.json["error_description"])
    )


SURFACES: dict[str, tuple[str, Callable[..., bytes], Callable[[Reply], bool]]] = {
    "native": ("/v1/events", native, in_native_form),
    "trakt": (SCROBBLE, trakt, in_trakt_form),
    "checkin": ("/trakt/checkin", trakt, in_trakt_form),
    "reelrifter": (REELRIFTER, reelrifter, in_native_form),
}

#: What no surface reads.
UNREADABLE: dict[str, bytes] = {
    "nothing": b"",
    "not JSON": b"hello",
    "half a JSON": b'{"action": "stop", "progr',
    "a text": b'"stop"',
    "a number": b"1",
    "null": b"null",
    "a list of numbers": b"[1, 2, 3]",
    "an empty object": b"{}",
    "not UTF-8": b'{"action": "stop", "title": "\xff\xfe"}',
    "zeros": bytes(100),
    "deep list": b"[" * 100_000,
    "deep and closed list": b"[" * 100_000 + b"]" * 100_000,
    "deep object": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "form": b"action=stop&progress=95",
}


def title(text: str) -> dict[str, Any]:
    """A film of that name."""

    return {"title": text, "year": 1999}


#: What is wrong in a body, by surface: fields that replace good ones.
WRONG: dict[str, dict[str, Mapping[str, Any]]] = {
    "native": {
        "unknown action": {"action": "watch"},
        "no action": {"action": None},
        "progress below": {"progress": -5},
        "progress above": {"progress": 400},
        "progress as text": {"progress": "much"},
        "progress as list": {"progress": [95]},
        "NaN": {"progress": float("nan")},
        "infinite": {"progress": float("inf")},
        "movie is a number": {"movie": 7},
        "movie is a list": {"movie": [film()]},
        "title is a number": {"movie": {"title": 5}},
        "title is an object": {"movie": {"title": {"en": "x"}}},
        "title too long": {"movie": title("x" * 501)},
        "NUL": {"movie": title("a\0b")},
        "control characters": {"movie": title("a\x1b[2Jb")},
        "half a surrogate pair": {"movie": title("a\ud83d")},
        "year 0": {"movie": {"title": "x", "year": 0}},
        "year 99999": {"movie": {"title": "x", "year": 99999}},
        "year as a word": {"movie": {"title": "x", "year": "soon"}},
        "ids are a list": {"movie": {"title": "x", "ids": [1]}},
        "an id is an object": {"movie": {"title": "x", "ids": {"tmdb": {"id": 1}}}},
        "season below 0": {"movie": None, "show": {"title": "x"}, "episode": {"season": -1, "number": 1}},
        "episode beyond all": {
            "movie": None,
            "show": {"title": "x"},
            "episode": {"season": 1, "number": 10**30},
        },
        "the year 1": {"occurred_at": "0001-01-01T00:00:00Z"},
        "the year 9999": {"occurred_at": "9999-12-31T23:59:59Z"},
        "before the year 1": {"occurred_at": "0001-01-01T00:00:00+14:00"},
        "after the year 9999": {"occurred_at": "9999-12-31T23:59:59-14:00"},
        "no time zone": {"occurred_at": "2026-01-01T00:00:00"},
        "not a time": {"occurred_at": "yesterday"},
        "time without end": {"occurred_at": 1e300},
        "movie and episode": {"show": {"title": "x"}, "episode": {"season": 1, "number": 1}},
        "nothing watched": {"movie": None},
    },
    "trakt": {
        "progress below": {"progress": -5},
        "progress above": {"progress": 400},
        "progress as a word": {"progress": "much"},
        "no progress": {"progress": None},
        "NaN": {"progress": float("nan")},
        "movie is a number": {"movie": 7},
        "movie is a list": {"movie": [film()]},
        "title is an object": {"movie": {"title": {"en": "x"}}},
        "NUL": {"movie": title("a\0b")},
        "control characters": {"movie": title("a\x1b[2Jb")},
        "half a surrogate pair": {"movie": title("a\ud83d")},
        "year 99999": {"movie": {"title": "x", "year": 99999}},
        "ids are a list": {"movie": {"title": "x", "ids": [1]}},
        "season below 0": {"movie": None, "show": {"title": "x"}, "episode": {"season": -1, "number": 1}},
        "number beyond all": {
            "movie": None,
            "show": {"title": "x"},
            "episode": {"season": 1, "number": 10**30},
        },
        "movie and episode": {"show": {"title": "x"}, "episode": {"season": 1, "number": 1}},
        "nothing watched": {"movie": None},
        "below 1 %": {"progress": 0.5},
    },
    "checkin": {
        "movie is a number": {"movie": 7},
        "NUL": {"movie": title("a\0b")},
        "half a surrogate pair": {"movie": title("a\ud83d")},
        "nothing watched": {"movie": None},
    },
    "reelrifter": {
        "no title": {"title": None},
        "empty title": {"title": "  "},
        "title is an object": {"title": {"en": "x"}},
        "title too long": {"title": "x" * 501},
        "NUL": {"title": "a\0b"},
        "control characters": {"title": "a\x1b[2Jb"},
        "half a surrogate pair": {"title": "a\ud83d"},
        "year 0": {"year": 0},
        "year 99999": {"year": 99999},
        "year NaN": {"year": float("nan")},
        "season below 0": {"mediaType": "TV", "season": -1, "episode": 1},
        "episode beyond all": {"mediaType": "TV", "season": 1, "episode": 10**30},
        "unknown kind": {"mediaType": "MUSIC"},
        "unknown action": {"action": "liked"},
    },
}

BAD = [
    *(
        pytest.param(surface, body, id=f"{surface}-{name}")
        for surface in SURFACES
        for name, body in UNREADABLE.items()
    ),
    *(
        pytest.param(surface, SURFACES[surface][1](**fields), id=f"{surface}-{name}")
        for surface, cases in WRONG.items()
        for name, fields in cases.items()
    ),
]


def everything(instance: Instance) -> list[Any]:
    """All that an event could have changed, with nothing left to be applied."""

    instance.drain()
    return [
        instance.call("GET", f"/v1/{name}").json for name in ("history", "playback", "watching", "unmatched")
    ]


# Native ----------------------------------------------------------------------------


def test_an_event_becomes_history(instance: Instance) -> None:
    """A native stop above the threshold stands in the history at the time it was watched."""

    body = json.loads(native())
    event_id = instance.call("POST", "/v1/events", body).json["id"]
    found = instance.outcome(event_id)
    (play,) = [play for play in instance.history() if play["event_id"] == event_id]

    assert ("scrobbled", play["id"]) == (found["outcome"], found["play_id"])
    assert body["movie"]["title"] == play["item"]["title"]
    assert datetime.fromisoformat(YESTERDAY) == datetime.fromisoformat(play["watched_at"])


def test_a_list_is_accepted_whole(instance: Instance) -> None:
    """A list of 1,000 events is accepted as a whole, with an id for each; 1,001 are refused."""

    events = [json.loads(native(progress=50)) for _ in range(1000)]
    reply = instance.call("POST", "/v1/events", events)
    refused = instance.call("POST", "/v1/events", [*events, events[0]])

    assert (202, 1000) == (reply.status, reply.json["accepted"])
    assert 1000 == len({event["id"] for event in reply.json["events"]})
    assert (400, True) == (refused.status, in_native_form(refused))


def test_a_list_with_one_bad_event_is_refused_whole(instance: Instance) -> None:
    """One bad event refuses its list, and nothing of the list is applied."""

    before = everything(instance)
    good = json.loads(native())
    reply = instance.call("POST", "/v1/events", [good, good | {"progress": 400}])

    assert (400, True) == (reply.status, "$[1]" in reply.json["error"]["message"])
    assert before == everything(instance)


@pytest.mark.parametrize(
    "fields",
    [
        {"mood": "good", "nested": {"deep": [1, {"a": None}]}},
        {"movie": film() | {"ids": {"tmdb": "800900"}}},
        {"movie": film() | {"ids": {"tmdb": 800901, "unheard_of": [1], "imdb": None}}},
        {"movie": film() | {"title": "Tabs\tand\nlines, 映画, é, 🎬"}},
        {"occurred_at": time.time() - 5000},
        {"progress": 100},
    ],
    ids=["unknown fields", "id as text", "unknown id", "any script", "unix time", "all of it"],
)
def test_unusual_but_good(instance: Instance, fields: dict[str, Any]) -> None:
    """What is unknown or unusual and does not matter is accepted and counts."""

    reply = instance.call("POST", "/v1/events", native(**fields))

    assert 202 == reply.status, reply.body
    assert "scrobbled" == instance.outcome(reply.json["id"])["outcome"]


def test_ids_as_texts_and_numbers_are_the_same(instance: Instance) -> None:
    """An id means the same title whether it is sent as a text or as a number."""

    one, other = film(), film()
    one["ids"], other["ids"] = {"tmdb": 800_950}, {"tmdb": "800950"}
    sent = [instance.call("POST", "/v1/events", native(movie=movie)).json["id"] for movie in (one, other)]
    items = [instance.outcome(event_id)["items"][0]["id"] for event_id in sent]

    assert items[0] == items[1]


# What is bad everywhere ---------------------------------------------------------------


@pytest.mark.parametrize(("surface", "body"), BAD)
def test_bad_input_is_refused(instance: Instance, surface: str, body: bytes) -> None:
    """Bad input gets a 4xx in the protocol's own form and changes nothing."""

    path, _, in_form = SURFACES[surface]
    before = everything(instance)
    reply = instance.call("POST", path, body)

    assert 400 <= reply.status < 500, (reply.status, reply.body)
    assert in_form(reply), reply.body
    assert before == everything(instance)


@pytest.mark.parametrize("surface", SURFACES)
def test_a_large_body_is_refused(instance: Instance, surface: str) -> None:
    """A body of 10 MB is refused with 413, said and unsaid in advance, and the instance goes on."""

    path, make, in_form = SURFACES[surface]
    body = make(filler="x" * 10_000_000)
    announced = instance.call("POST", path, body)
    chunks = instance.call("POST", path, (body[at : at + 65536] for at in range(0, len(body), 65536)))

    assert (413, 413) == (announced.status, chunks.status)
    assert in_form(announced)
    assert in_form(chunks)
    eventually(instance.ready, "ready")


@pytest.mark.parametrize("surface", SURFACES)
def test_no_token_and_a_wrong_one(instance: Instance, surface: str) -> None:
    """Without a token, or with a wrong one, everything is 401, with a body or without."""

    path, make, _ = SURFACES[surface]
    replies = [
        instance.call("POST", path, body, token=token)
        for body in (make(), b"")
        for token in (None, "scr_pat_no")
    ]

    assert [401] * 4 == [reply.status for reply in replies]


# Webhooks ------------------------------------------------------------------------------


@pytest.mark.parametrize("player", webhooks.PLAYERS)
@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
def test_webhooks_take_anything(instance: Instance, player: str, body: bytes) -> None:
    """A webhook with a good token is answered 2xx whatever it holds, and its outcome can be looked up."""

    before = everything(instance)
    reply = instance.call("POST", f"/webhooks/{player}/{instance.token}", body, token=None)

    assert 200 == reply.status
    assert "ignored" == instance.outcome(reply.json["id"])["outcome"]
    assert before == everything(instance)


@pytest.mark.parametrize("player", webhooks.PLAYERS)
def test_webhook_tokens(instance: Instance, player: str) -> None:
    """A webhook's token may stand in the path, the query or the header; a wrong or missing one is 401."""

    place = f"/webhooks/{player}"
    good = [
        instance.call("POST", f"{place}/{instance.token}", b"{}", token=None),
        instance.call("POST", f"{place}?token={instance.token}", b"{}", token=None),
        instance.call("POST", place, b"{}"),
        instance.call("POST", f"/{place}//{instance.token}/", b"{}", token=None),
    ]
    bad = [
        instance.call("POST", f"{place}/scr_pat_wrong", b"{}", token=None),
        instance.call("POST", f"{place}?token=scr_pat_wrong", b"{}", token=None),
        instance.call("POST", place, b"{}", token=None),
    ]

    assert [200] * 4 == [reply.status for reply in good]
    assert [401] * 3 == [reply.status for reply in bad]
    assert all(in_native_form(reply) for reply in bad)


# Trakt ---------------------------------------------------------------------------------


def scrobble(
    instance: Instance, action: str, movie: object, progress: float, *, path: str = "/trakt"
) -> Reply:
    """One call of a Trakt client."""

    return instance.call("POST", f"{path}/scrobble/{action}", {"movie": movie, "progress": progress})


def test_trakt_from_start_to_stop(instance: Instance) -> None:
    """Start and pause are 201, a finished stop is a scrobble, and its play is in Trakt's history."""

    movie = film()
    started, paused = scrobble(instance, "start", movie, 10), scrobble(instance, "pause", movie, 50)
    playback = instance.call("GET", "/trakt/sync/playback/movies").json
    stopped = scrobble(instance, "stop", movie, 95)
    history = instance.call("GET", "/trakt/sync/history/movies").json

    assert [(201, "start"), (201, "pause"), (201, "scrobble")] == [
        (reply.status, reply.json["action"]) for reply in (started, paused, stopped)
    ]
    assert [50.0] == [entry["progress"] for entry in playback if entry["movie"]["title"] == movie["title"]]
    assert movie["title"] == stopped.json["movie"]["title"]
    assert [stopped.json["id"]] == [
        entry["id"] for entry in history if entry["movie"]["title"] == movie["title"]
    ]


def test_trakt_says_duplicate(instance: Instance) -> None:
    """A second stop inside the window is 409 with when it was watched and when the window ends."""

    movie = film()
    first, second = scrobble(instance, "stop", movie, 95), scrobble(instance, "stop", movie, 95)

    assert (201, 409) == (first.status, second.status)
    assert {"watched_at", "expires_at"} == second.json.keys()
    assert 1 == len([play for play in instance.history() if play["item"]["title"] == movie["title"]])


def test_trakt_says_too_early(instance: Instance) -> None:
    """A stop below 1 % is 422, one below the threshold is a pause."""

    movie = film()
    early, half = scrobble(instance, "stop", movie, 0.5), scrobble(instance, "stop", movie, 40)

    assert (422, True) == (early.status, in_trakt_form(early))
    assert (201, "pause") == (half.status, half.json["action"])


def test_trakt_says_not_found(instance: Instance) -> None:
    """What cannot be matched is an empty 404, and waits among the unmatched."""

    reply = scrobble(instance, "stop", {"title": "No Such Film At All", "year": 1931}, 95)
    waiting = instance.call("GET", "/v1/unmatched").json["data"]

    assert (404, b"") == (reply.status, reply.body)
    assert "No Such Film At All" in [entry["media"]["title"] for entry in waiting]


def test_trakt_check_in(instance: Instance) -> None:
    """A check-in is 201, a second one 409 with its end, and DELETE takes it back with 204, every time."""

    try:
        first = instance.call("POST", "/trakt/checkin", {"movie": film()})
        second = instance.call("POST", "/trakt/checkin", {"movie": film()})
        watching = instance.call("GET", "/trakt/users/me/watching")
    finally:
        gone = [instance.call("DELETE", "/trakt/checkin", body) for body in (None, b"null", b"{}")]
    third = instance.call("POST", "/trakt/checkin", {"movie": film()})
    instance.call("DELETE", "/trakt/checkin")

    assert (201, 409, 201) == (first.status, second.status, third.status)
    assert {"expires_at"} == second.json.keys()
    assert "checkin" == watching.json["action"]
    assert [(204, b"")] * 3 == [(reply.status, reply.body) for reply in gone]
    assert 204 == instance.call("GET", "/trakt/users/me/watching").status


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/trakt//scrobble/stop", {}),
        ("//trakt/scrobble//stop", {}),
        ("/trakt/scrobble/stop/", {}),
        ("/scrobble/stop", {"trakt-api-key": "abc"}),
        ("//scrobble/stop/", {"trakt-api-key": "abc"}),
        ("/scrobble/stop", {"trakt-api-version": "2"}),
        ("/scrobble/stop", {"Host": "api.trakt.tv"}),
        ("/trakt/scrobble/stop", {"trakt-api-key": "abc"}),
    ],
)
def test_spellings_of_a_path(instance: Instance, path: str, headers: dict[str, str]) -> None:
    """Doubled and trailing slashes, and Trakt's paths at the root, are served as what they mean."""

    reply = instance.call("POST", path, trakt(), headers=headers)

    assert (201, "scrobble") == (reply.status, reply.json["action"])


def test_ids_of_any_type_at_trakt(instance: Instance) -> None:
    """Ids as texts, numbers, '' or null, and years as text or 0, are read as Trakt's clients mean them."""

    movie = film()
    odd = {
        "ids": {"tmdb": str(movie["ids"]["tmdb"]), "imdb": "", "trakt": None, "slug": None},
        "title": movie["title"],
    }
    replies = [
        scrobble(instance, "start", movie, 5),
        scrobble(instance, "start", odd | {"year": 0}, 6),
        scrobble(instance, "start", odd | {"year": str(movie["year"]), "colour": "red"}, 7),
    ]

    assert [201] * 3 == [reply.status for reply in replies]
    assert 1 == len({reply.json["movie"]["ids"]["trakt"] for reply in replies})


# ReelRifter ------------------------------------------------------------------------------


def test_reelrifter(instance: Instance) -> None:
    """A known title is matched and in the history; an unknown one is 200 with matched false."""

    movie = film()
    instance.outcome(instance.call("POST", "/v1/events", native(movie=movie, progress=30)).json["id"])
    known = instance.call(
        "POST", REELRIFTER, reelrifter(title=movie["title"], year=str(movie["year"]), extra=1)
    )
    unknown = instance.call("POST", REELRIFTER, reelrifter(title="Quite Unheard Of", year=1932))

    assert (200, True, "scrobbled") == (known.status, known.json["matched"], known.json["status"])
    assert (200, {"matched": False}) == (unknown.status, unknown.json)
    assert movie["title"] in [play["item"]["title"] for play in instance.history()]


# Tokens ----------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["api", "command"])
def test_a_revoked_token(instance: Instance, way: str) -> None:
    """A revoked token is refused everywhere within 30 seconds, also while it is in use."""

    made = instance.call("POST", "/v1/tokens", {"label": way}).json
    assert 200 == instance.call("GET", "/v1/me", token=made["token"]).status
    if way == "api":
        assert 204 == instance.call("DELETE", f"/v1/tokens/{made['id']}").status
    else:
        instance.run("token", "revoke", instance.call("GET", "/v1/me").json["name"], str(made["id"]))
    end = time.monotonic() + 30
    while instance.call("GET", "/v1/me", token=made["token"]).status == 200 and time.monotonic() < end:
        time.sleep(0.25)
    replies = [
        instance.call("GET", "/v1/me", token=made["token"]),
        instance.call("POST", "/v1/events", native(), token=made["token"]),
        scrobble_with(instance, made["token"]),
        instance.call("POST", f"/webhooks/plex/{made['token']}", b"{}", token=None),
    ]

    assert [401] * 4 == [reply.status for reply in replies]


def scrobble_with(instance: Instance, token: str) -> Reply:
    """A Trakt scrobble with *token*."""

    return instance.call("POST", SCROBBLE, trakt(), token=token)


def test_nobody_reads_what_is_of_others(instance: Instance) -> None:
    """Another user sees neither the history nor an event of the first one."""

    event_id = instance.call("POST", "/v1/events", native()).json["id"]
    instance.outcome(event_id)
    instance.run("user", "add", "stranger")
    token = instance.run("token", "create", "stranger", "--label", "phone").stdout.strip()

    assert [] == instance.history(token=token)
    assert 404 == instance.call("GET", f"/v1/events/{event_id}", token=token).status
    assert [] == instance.call("GET", "/trakt/sync/history", token=token).json
