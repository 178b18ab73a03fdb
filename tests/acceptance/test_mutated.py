"""Payloads with something wrong, over HTTP: never a 500, never a wrong play, each kept with its reason."""

from __future__ import annotations

import copy
import json
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scrobbled.ingest import webhooks
from tests.acceptance.instance import Instance
from tests.unit.wire.composed import (
    EMBY_EPISODE,
    EMBY_FILM,
    emby,
    jellyfin_episode,
    jellyfin_film,
    kodi,
    multipart,
    nested,
    plex_episode,
    plex_film,
    syncpk,
    tautulli,
)

CONTENT_TYPES = [
    "",
    "text/plain",
    "application/json",
    "multipart/form-data",
    "application/x-www-form-urlencoded",
]

#: With these nothing was seen to its end, whatever is missing or mistyped in them.
EARLY: list[dict[str, Any]] = [
    plex_film("media.play", viewOffset=1000),
    plex_episode("media.pause"),
    plex_episode("media.stop"),
    plex_film("media.rate", userRating=8),
    plex_film("media.scrobble", type="clip", title="Official Trailer", guid="iva://trailer/1", Guid=[]),
    jellyfin_film("PlaybackStop", PlayedToCompletion=False),
    jellyfin_episode("PlaybackProgress"),
    jellyfin_film("UserDataSaved", SaveReason="PlaybackProgress", Played=True),
    jellyfin_film("UserDataSaved", SaveReason="TogglePlayed", Played=False),
    jellyfin_film("PlaybackStop", ItemType="Trailer", PlayedToCompletion=True),
    nested("Stop", EMBY_FILM, Session={"PlayState": {"PositionTicks": 35_000_000_000}}),
    emby("playback.stop", PlaybackInfo={"PlayedToCompletion": False, "PositionTicks": 35_000_000_000}),
    emby("playback.start", EMBY_EPISODE),
    emby("item.rate"),
    emby("library.new"),
    tautulli("stop", progress_percent="12", view_offset="400000"),
    tautulli("created"),
    kodi("stop", 12.0),
    kodi("pause", 50.0),
]

#: With these the item was seen to its end, and it is one that NAMES and IDS tell.
WATCHED: list[dict[str, Any]] = [
    plex_film(),
    plex_episode("media.scrobble"),
    jellyfin_film("PlaybackStop", PlayedToCompletion=True),
    jellyfin_episode("UserDataSaved", SaveReason="TogglePlayed", Played=True),
    emby("playback.stop", EMBY_EPISODE, PlaybackInfo={"PlayedToCompletion": True}),
    tautulli(),
    kodi("end", 100.0),
    syncpk(),
]

#: What all of them are about: the names, and whichever ids they give the item or its show.
NAMES = {"Arrival", "Game of Thrones"}
IDS = {
    ("imdb", "tt2543164"), ("tmdb", "329865"),
    ("imdb", "tt1480055"), ("tmdb", "63056"), ("tvdb", "3254641"),
    ("imdb", "tt0944947"), ("tmdb", "1399"), ("tvdb", "121361"),
}  # fmt: skip

#: What may stand where something else was expected; none of it says anything.
_NOTHING: list[Any] = [None, "", "x", [], {}, [[{}]], {"id": {"id": []}}, "\ud800", -1, 1e308, 10**30]


@st.composite
def spoilt(draw: st.DrawFn, samples: list[dict[str, Any]]) -> bytes:
    """A body made of one of *samples*, with a few things wrong."""
    payload = copy.deepcopy(draw(st.sampled_from(samples)))
    for _ in range(draw(st.integers(0, 3))):
        _spoil(draw, payload)
    body = json.dumps(payload, ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")
    body = _wrapped(body, draw(st.sampled_from(["bare", "payload", "data", "form", "string", "list"])))
    damage = draw(st.sampled_from(["none", "none", "mark", "broken", "cut"]))
    at = draw(st.integers(0, len(body)))
    match damage:
        case "mark":
            return b"\xef\xbb\xbf" + body
        case "broken":
            return body[:at] + b"\xff\xc3" + body[at:]
        case "cut":
            return body[:at]
        case _:
            return body


def _spoil(draw: st.DrawFn, payload: dict[str, Any]) -> None:
    """Lose, empty, wrap, or misspell the type of one value, here or deeper."""
    if not payload:
        return
    key = draw(st.sampled_from(sorted(payload)))
    value = payload[key]
    if isinstance(value, dict) and value and draw(st.booleans()):
        _spoil(draw, value)
        return
    match draw(st.sampled_from(["drop", "nothing", "wrap", "print", "nest"])):
        case "drop":
            del payload[key]
        case "nothing":
            payload[key] = copy.deepcopy(draw(st.sampled_from(_NOTHING)))
        case "wrap":
            payload[key] = [value]
        case "print":
            payload[key] = json.dumps(value) if isinstance(value, dict | list) else str(value)
        case _:
            payload[key] = {key: value}


def _wrapped(body: bytes, how: str) -> bytes:
    match how:
        case "payload" | "data":
            return multipart((f'Content-Disposition: form-data; name="{how}"', body))
        case "form":
            return urlencode({"data": body}).encode()
        case "string":
            return json.dumps(body.decode("utf-8", "replace")).encode()
        case "list":
            return b"[" + body + b"]"
        case _:
            return body


deliveries = st.sampled_from(webhooks.PLAYERS), st.sampled_from(CONTENT_TYPES)
hypotheses = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


def sent(instance: Instance, posts: list[tuple[str, str, bytes]]) -> list[dict[str, Any]]:
    """What is kept of *posts* (player, Content-Type, body), each of which must be answered 200."""
    ids = []
    for player, content_type, body in posts:
        path, headers = f"/webhooks/{player}/{instance.token}", {"Content-Type": content_type}
        reply = instance.call("POST", path, body, token=None, headers=headers)
        assert 200 == reply.status, (reply.status, reply.body)
        ids.append(reply.json["id"])
    instance.drain()
    kept = [instance.call("GET", f"/v1/webhooks/{UUID(each)}") for each in ids]
    assert {200} == {reply.status for reply in kept}
    return [reply.json for reply in kept]


def explained(webhook: dict[str, Any]) -> bool:
    """Whether its owner can see what became of it, and why it is not in the history."""
    silent = {"scrobbled", "started", "paused", "progressed", "rated", "cancelled", "duplicate", "stale"}
    return webhook["outcome"] is not None and (webhook["outcome"] in silent or webhook["reason"] is not None)


@hypotheses
@given(st.lists(st.tuples(*deliveries, spoilt(EARLY)), min_size=5, max_size=15))
def test_what_was_not_seen_to_its_end_is_no_play(
    instance: Instance, posts: list[tuple[str, str, bytes]]
) -> None:
    """Whatever of it is lost or mistyped, no play comes of it."""
    kept = sent(instance, posts)

    assert all(map(explained, kept))
    assert not [(each["body"], each["reading"]) for each in kept if each["outcome"] == "scrobbled"]
    assert not [play for play in instance.history() if play["event_id"] in {each["id"] for each in kept}]


@hypotheses
@given(st.lists(st.tuples(*deliveries, spoilt(WATCHED)), min_size=5, max_size=15))
def test_what_was_seen_is_a_play_of_that_or_of_nothing(
    instance: Instance, posts: list[tuple[str, str, bytes]]
) -> None:
    """A play is of the item that was meant, or there is none, and it is said why."""
    kept = sent(instance, posts)
    ids = {each["id"] for each in kept}
    plays = [play for play in instance.history() if play["event_id"] in ids]

    assert all(map(explained, kept))
    assert not [play["item"] for play in plays if not _is_meant(play["item"])]


def _is_meant(item: dict[str, Any]) -> bool:
    """Whether it is one of ours: by its name or an id, and an episode by its number too."""
    show = item.get("show", item)
    ids = {*item["ids"].items(), *show["ids"].items()}
    numbers = item.get("season"), item.get("episode")
    return (show["title"] in NAMES or not ids.isdisjoint(IDS)) and numbers in {(None, None), (1, 1)}
