"""Real payloads, sent over HTTP to a real instance: each ends as a person says it must.

They live outside of the project, in SCROBBLED_EVALUATION_DIR.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.instance import Instance

BOUNDARY = "----acceptance"

#: What the corpus calls a source -> the address that it has here.
PLAYERS = {"other": "generic"}

#: What the issue asks for, by what a person read in the payload.
OUTCOMES = {
    "ignore": {"ignored"},
    "start": {"started"},
    # A second payload of the same item ends as a duplicate of the first.
    "watched": {"scrobbled", "duplicate"},
    "pause": {"paused"},
    "stop": {"paused"},
}

#: File -> the outcomes it may have instead, and why.
EXCEPTIONS: dict[str, tuple[set[str], str]] = {
    "jellyfin-28-series-provider-ids.json": (
        {"paused", "unmatched"},
        "names no show, but its ids: found where an earlier payload made the show, else kept",
    ),
    "kodi-08-ryot-addon.json": (
        {"scrobbled", "duplicate", "unmatched"},
        "names no show, but its id: found where an earlier payload made the show, else kept",
    ),
    "jellyfin-36-template-missing-number.body": (
        {"scrobbled", "duplicate", "unmatched"},
        "names its film without an id: found where an earlier payload made the film, else kept",
    ),
}


#: File -> why it is another item than its numbers say: an id is trusted before a name.
SHARED_IDS = {
    "plex-53-external-guid-key.json": "its invented IMDb id is that of plex-45-season-unknown-to-tmdb.json"
}


def outcomes(file: str, expected: dict[str, Any]) -> set[str]:
    """The outcomes that fit *expected*, the reading of a payload.

    Without an id or a name nothing can be matched. What a catalogue must know first
    (an episode without numbers, a title without an id, for no title is made of a mere
    name) waits among the unmatched. A stop below 1 % is rejected, and one from 80 % on
    is a play, however the person called it.
    """

    if file in EXCEPTIONS:
        return EXCEPTIONS[file][0]
    action, percent = expected["action"], expected.get("progress_percent")
    fitting = set(OUTCOMES[action])
    if action == "ignore":
        return fitting | by_hand(expected)
    if action == "stop" and percent is not None:
        if percent < 1:
            fitting = {"rejected"}
        elif percent >= 80:
            fitting = set(OUTCOMES["watched"])
    if not findable(expected):
        fitting = {"unmatched"}
    return fitting


def by_hand(expected: dict[str, Any]) -> set[str]:
    """The outcomes of what plays nothing and is not ignored: an un-tick, a rating."""

    if expected.get("secondary_action") == "unwatch":
        return {"cancelled", "unmatched"}
    return {"rated"} if expected.get("rating") is not None else set()


def findable(expected: dict[str, Any]) -> bool:
    """Whether an empty catalogue can take the item from the payload alone."""

    ids = bool(expected.get("ids") or expected.get("show_ids"))
    if expected["kind"] == "movie":
        return ids and bool(expected.get("title"))
    numbered = expected.get("season") is not None and expected.get("episode") is not None
    return ids and numbered and bool(expected.get("show"))


def cases() -> list[Any]:
    """Every payload of the corpus."""

    folder = os.environ.get("SCROBBLED_EVALUATION_DIR")
    if not folder:
        return [pytest.param(None, None, marks=pytest.mark.skip("SCROBBLED_EVALUATION_DIR is not set"))]
    payloads = Path(folder) / "payloads"
    lines = (payloads / "index.jsonl").read_text(encoding="utf-8").splitlines()
    found = [json.loads(line) for line in lines]
    return [pytest.param(payloads, case, id=case["file"]) for case in found]


def request_of(folder: Path, case: dict[str, Any]) -> tuple[bytes, str]:
    """Body and Content-Type as the player sends them: Plex wraps its JSON into a form."""

    body, kind = (folder / case["file"]).read_bytes(), case.get("content_type") or ""
    if case["source"] == "plex" and case["file"].endswith(".json"):
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="payload"\r\n\r\n'
        return (
            head.encode() + body + f"\r\n--{BOUNDARY}--\r\n".encode(),
            f"multipart/form-data; boundary={BOUNDARY}",
        )
    return body, kind


@pytest.mark.parametrize(("folder", "case"), cases())
def test_a_real_payload_ends_as_expected(instance: Instance, folder: Path, case: dict[str, Any]) -> None:
    """Each payload is answered 2xx and ends in the outcome its reading implies."""

    body, kind = request_of(folder, case)
    path = f"/webhooks/{PLAYERS.get(case['source'], case['source'])}/{instance.token}"
    reply = instance.call("POST", path, body, token=None, headers={"Content-Type": kind})

    assert 200 == reply.status
    found = instance.outcome(reply.json["id"])
    assert found["outcome"] in outcomes(case["file"], case["expected"]), (found, case["expected"])
    assert found["reason"] or found["outcome"] not in {"ignored", "unmatched", "rejected"}
    if found["items"] and case["file"] not in SHARED_IDS:
        assert place(case["expected"]) in [place(item) for item in found["items"]]


def place(item: dict[str, Any]) -> tuple[Any, ...]:
    """What kind of thing it is and, of an episode, where it stands."""

    if item["kind"] == "movie":
        return ("movie", item["title"])
    return ("episode", item.get("season"), item.get("episode", item.get("number")))
