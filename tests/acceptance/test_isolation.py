"""
Nobody sees or changes what is another's: every operation there is, with every kind of wrong token.

The operations come from the router by way of /openapi.json, so a new route is walked without a word
here. One that its owner does not reach either fails: the walk would prove nothing about it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from tests.acceptance.instance import Instance, Reply
from tests.acceptance.walking import BY_NAME, Operation, few_of_each, named, operations
from tests.words import made_up

#: Reached by nobody in this walk, and why that is fine. Prefer planting what makes it reachable.
UNREACHED = {
    "GET /v1/actions": "only a player's tick of a whole season makes one",
    "DELETE /v1/actions/{id}": "the same",
    "POST /v1/dead/{id}/retry": "only a fault of ours makes one; see integration/test_administration.py",
}

#: What anybody may ask without a token.
PUBLIC = {"/health/live", "/health/ready", "/metrics", "/openapi.json", "/docs"}

SCOPES = ("read", "scrobble", "write", "admin")
SURFACES = ("", "/v1", "/trakt", "/api/public/v1", "/webhooks", "/oauth", "/health")
#: Paths of one operation that a stranger tries.
MOST = 90

BEFORE = datetime.now(UTC) - timedelta(hours=5)


@dataclass
class Walk:
    """A server on which Vera keeps things that nobody else may see."""

    instance: Instance
    mark: str
    operations: list[Operation]
    vera: str = ""
    values: list[object] = field(default_factory=list)
    private: set[str] = field(default_factory=set)

    def token(self, user: str, *scopes: str) -> str:
        """A new token."""

        words = [word for scope in scopes for word in ("--scope", scope)]
        made = self.instance.run("token", "create", user, "--label", f"walk of {user}", *words)
        return made.stdout.strip()

    def revoked(self, user: str) -> str:
        """A token that was revoked before anybody used it."""

        made = self.token(user)
        newest = self.instance.run("token", "list", user).stdout.splitlines()[-1]
        self.instance.run("token", "revoke", user, newest.split("\t")[0])
        return made

    def good(self, token: str) -> bool:
        """Whether *token* still lets anybody in."""

        return self.instance.call("GET", "/v1/me", token=token).status == 200

    def readable(self) -> list[Operation]:
        """What is read without saying which."""

        return [
            each
            for each in self.operations
            if each.method == "GET" and each.scope == "read" and not each.variables
        ]

    def seen_by(self, token: str) -> dict[str, Any]:
        """All that *token* can read without naming anything, but for what tells of the token's own use."""

        found = {}
        for each in self.readable():
            reply = each.call(self.instance, each.path, token)
            found[each.name] = _settled(json.loads(reply.body)) if reply.status == 200 else reply.status
        return found

    def leaks(self, reply: Reply, asked: str) -> list[str]:
        """What of Vera's is in *reply* and was not in the question."""

        told = reply.body.decode(errors="replace") + json.dumps(dict(reply.headers))
        return [each for each in self.private if each in told and each not in asked]

    def everything_named(self) -> dict[str, list[object]]:
        """A body that names all of Vera's things, in the fields in which protocols name things."""

        numbers = [value for value in self.values if isinstance(value, int)]
        items = [{"ids": {"trakt": number, "tmdb": number, "slug": str(number)}} for number in numbers[:20]]
        many: dict[str, list[object]] = {"ids": [*numbers], "rank": [*numbers]}
        return many | {name: [*items] for name in ("movies", "shows", "seasons", "episodes", "users")}


def _settled(document: Any) -> Any:
    """*document* without the times at which a token or connection was used last."""

    if isinstance(document, dict):
        return {key: _settled(value) for key, value in document.items() if not key.startswith("last_")}
    return [_settled(each) for each in document] if isinstance(document, list) else document


def _plant(walk: Walk) -> None:
    """Everything of a user's there is: plays, a position, what is on, unmatched, webhooks, a correction."""

    def event(number: int, **fields: object) -> dict[str, object]:
        movie = {
            "title": f"Walked {number}",
            "year": 2000,
            "ids": {"tmdb": 4_300_000 + number, "imdb": f"tt43000{number:02}"},
        }
        at = (BEFORE + timedelta(minutes=10 * number)).isoformat()
        return {"action": "stop", "progress": 95, "occurred_at": at, "movie": movie} | fields

    unknown = [{"title": f"{walk.mark} at home {n}"} for n in range(3)]
    sent = [event(1), event(2), event(3, action="pause", progress=40)]
    sent += [event(4 + n, movie=movie) for n, movie in enumerate(unknown)]
    show = {"title": "Walked Show", "year": 2001, "ids": {"tvdb": 4_300_100}}
    episode = {"season": 1, "number": 1, "title": "Walk", "ids": {"tvdb": 4_300_101}}
    sent.append(event(8, movie=None, show=show, episode=episode))
    sent.append(event(9, action="start", progress=5, occurred_at=datetime.now(UTC).isoformat()))
    call = walk.instance.call
    accepted = [each["id"] for each in call("POST", "/v1/events", sent, token=walk.vera).json["events"]]
    for player in ("plex", "jellyfin", "generic"):
        body = {"title": f"{walk.mark} by {player}", "event": "media.stop", "Account": {"title": walk.mark}}
        call("POST", f"/webhooks/{player}", body, token=walk.vera)
    call("POST", "/v1/accounts", {"player": "plex", "account": walk.mark}, token=walk.vera)
    walk.instance.drain()
    taught = {"kind": "movie", "ids": {"tmdb": 4_300_001}}
    reply = call("POST", f"/v1/unmatched/{accepted[3]}/resolve", taught, token=walk.vera)
    assert reply.status == 200, reply.body
    for each in walk.operations:  # lists, notes and whatever else a protocol lets one make with a name
        if each.method == "POST" and each.scope == "write" and not each.variables:
            each.call(
                walk.instance,
                each.path,
                walk.vera,
                {"name": walk.mark, "label": walk.mark, "comment": walk.mark},
            )
    _plant_lists(walk)
    walk.instance.drain()


def _plant_lists(walk: Walk) -> None:
    """Lists with something on each; BY_NAME says what they and their owner are called in paths."""

    call = partial(walk.instance.call, token=walk.vera)
    film = {"movies": [{"ids": {"tmdb": 4_300_002}}]}
    made = call("POST", "/trakt/users/me/lists", {"name": walk.mark}).json["ids"]["trakt"]
    for path in (f"/trakt/users/me/lists/{made}/items", "/trakt/sync/watchlist", "/trakt/sync/favorites"):
        assert call("POST", path, film).status == 201, path
    (entry,) = call("GET", f"/trakt/users/me/lists/{made}/items").json
    others = [call("GET", f"/trakt/sync/{name}").json[0]["id"] for name in ("watchlist", "favorites")]
    BY_NAME["user"], BY_NAME["list_id"] = ("me", walk.mark), ("999999999", str(made))
    BY_NAME["list_item_id"] = ("999999999", str(entry["id"]), *map(str, others))


@pytest.fixture(scope="module")
def walk() -> Iterator[Walk]:
    """Vera's things are there, and it is known what they are called."""

    instance = Instance()
    try:
        instance.start()
        mark = f"vera{made_up()}"
        instance.run("user", "add", mark)
        instance.run("user", "add", "mallory")
        made = Walk(instance, mark, operations(instance))
        made.vera = made.token(mark)
        _plant(made)
        seen = made.seen_by(made.vera)
        made.values = [*few_of_each(seen.values())]
        # What is hers and cannot be met by chance: the mark, UUIDs, numbers derived from her events.
        made.private = {mark, made.vera} | {
            str(value)
            for _, value in named([*seen.values()])
            if re.fullmatch(r"[0-9a-f-]{36}", str(value)) or (isinstance(value, int) and value > 2**45)
        }
        yield made
    finally:
        instance.remove()


def test_there_is_something_to_see(walk: Walk) -> None:
    """Vera has something of every kind that can be listed, so that the walk has something to find."""

    seen = walk.seen_by(walk.vera)
    empty = [
        name
        for name, found in seen.items()
        if not (found.get("data", found) if isinstance(found, dict) else found)
    ]

    history = walk.instance.call("GET", "/v1/history", token=walk.vera)

    assert len(walk.private) > 10
    assert walk.leaks(history, "")  # it would be noticed
    assert [] == [name for name in empty if name.startswith("GET /v1/") and name not in UNREACHED]


def test_without_a_token_nothing_is_said(walk: Walk) -> None:
    """No token, a wrong or revoked one: 401 wherever one is needed, and nothing of anybody's anywhere."""

    wrong = {"none": None, "wrong": "scr_pat_wrong", "revoked": walk.revoked(walk.mark)}
    bad = []
    for each in walk.operations:
        for kind, token in wrong.items():
            path = next(each.paths(walk.values[:1]))
            reply = each.call(walk.instance, path, token, walk.everything_named())
            expected = reply.status == 401 if each.scope else each.path in PUBLIC or reply.status < 500
            if not expected or walk.leaks(reply, path):
                bad.append((each.name, kind, reply.status, reply.body[:200]))

    assert [] == bad


def test_a_token_does_what_its_scopes_say(walk: Walk) -> None:
    """A token without an operation's scope gets 403 for it, whatever else it may do."""

    tokens = {scope: walk.token(walk.mark, scope) for scope in SCOPES}
    before = walk.seen_by(walk.vera)
    bad = []
    for each in walk.operations:
        for scope, token in tokens.items():
            if each.scope not in {None, scope}:
                path = next(each.paths(walk.values[:1]))
                reply = each.call(walk.instance, path, token, walk.everything_named())
                if reply.status != 403 or walk.leaks(reply, path):
                    bad.append((each.name, scope, reply.status, reply.body[:200]))

    assert [] == bad
    assert before == walk.seen_by(walk.vera)


def test_a_foreign_token_finds_and_changes_nothing(walk: Walk) -> None:
    """Mallory, with every scope but admin, names all of Vera's: sees nothing, and all is as it was."""

    mallory, before, bad = walk.token("mallory"), walk.seen_by(walk.vera), []
    for each in walk.operations:
        for path in each.paths(walk.values, MOST):
            for body in (
                (None, walk.everything_named()) if each.method in ("POST", "PUT", "DELETE") else (None,)
            ):
                reply = each.call(walk.instance, path, mallory, body)
                if reply.status == 401 and not walk.good(mallory):
                    mallory = walk.token("mallory")  # the walk revoked its own
                if reply.status >= 500 or walk.leaks(reply, path + json.dumps(body)):
                    bad.append((each.method, path, reply.status, walk.leaks(reply, path), reply.body[:200]))
    walk.instance.drain()

    assert [] == bad
    assert before == walk.seen_by(walk.vera)


def test_an_administrator_sees_names_and_no_more(walk: Walk) -> None:
    """With the scope admin, Mallory learns that Vera is there, and nothing else of hers; all is as it was."""

    admin, before = walk.token("mallory", "admin"), walk.seen_by(walk.vera)
    mine = [each for each in walk.operations if each.scope == "admin"]
    told, bad = set(), []
    for each in mine:
        for path in each.paths([*walk.values, "1-1"], MOST):
            reply = each.call(walk.instance, path, admin, walk.everything_named())
            leaks = walk.leaks(reply, path)
            told |= {*leaks}
            if reply.status in (401, 403) or reply.status >= 500 or {*leaks} - {walk.mark}:
                bad.append((each.name, path, reply.status, leaks))
    added = walk.instance.call("POST", "/v1/users", {"name": "added"}, token=admin)

    assert len(mine) >= 4
    assert [] == bad
    assert {walk.mark} == told
    assert 201 == added.status
    assert [] == walk.instance.history(token=added.json["token"])
    assert 403 == walk.instance.call("GET", "/v1/users", token=added.json["token"]).status
    assert before == walk.seen_by(walk.vera)


def test_every_answer_is_kept_private(walk: Walk) -> None:
    """No cache may keep an answer, no browser guess its type, frame it, or tell where one was."""

    bad = []
    for each in walk.operations:
        for token in (walk.vera, None):
            reply = each.call(walk.instance, next(each.paths(["999999999"])), token)
            headers = {name.lower(): value for name, value in reply.headers.items()}
            kept = headers.get("cache-control", "")
            # What anybody may ask, and is the same for everybody, may stay in a cache.
            if kept != "no-store" and (each.scope or not kept.startswith("public") or walk.leaks(reply, "")):
                bad.append((each.name, kept))
            if "frame-ancestors 'none'" not in headers.get("content-security-policy", ""):
                bad.append((each.name, "frames"))
            if headers.get("x-content-type-options") != "nosniff" or "referrer-policy" not in headers:
                bad.append((each.name, "types, referrer"))

    assert [] == bad


#: What is refused, on every surface: (method, path, what is sent, with which headers).
REFUSED: list[tuple[str, str, object, dict[str, str]]] = [
    *(("GET", f"{surface}/nowhere", None, {}) for surface in SURFACES),
    *(("POST", f"{surface}/{'x' * 300}", b"{", {}) for surface in SURFACES),
    ("PATCH", "/v1/me", None, {}),
    ("PUT", "/trakt/sync/history", None, {}),
    ("POST", "/v1/events", b"{", {}),
    ("POST", "/v1/events", b" " * 5_000_000, {}),
    ("POST", "/v1/events", b"x", {"Content-Encoding": "gzip"}),
    ("POST", "/trakt/scrobble/start", b"[[[[", {}),
    ("POST", "/trakt/scrobble/start", b"x", {"Content-Type": "text/plain"}),
    ("POST", "/api/public/v1/scrobble", b"{}", {}),
    ("POST", "/oauth/token", b"{}", {}),
    ("POST", "/oauth/device/code", b"", {}),
    ("POST", "/signin", b"name=x", {"Content-Type": "application/x-www-form-urlencoded"}),
    ("GET", "/oauth/authorize", None, {}),
    ("GET", "/activate/NOPE", None, {}),
    ("GET", "/v1/history?limit=x", None, {}),
]


def test_every_refusal_is_kept_private(walk: Walk) -> None:
    """What is refused, whatever for and on whichever surface, is guarded like what is answered."""

    bad = []
    for method, path, body, more in REFUSED:
        reply = walk.instance.call(method, path, body, token=walk.vera, headers=more)
        headers = {name.lower(): value for name, value in reply.headers.items()}
        guarded = (
            headers.get("cache-control") == "no-store"
            and headers.get("x-content-type-options") == "nosniff"
            and "frame-ancestors 'none'" in headers.get("content-security-policy", "")
            and "referrer-policy" in headers
        )
        if not guarded or b"Traceback" in reply.body or reply.status == 500:
            bad.append((method, path, reply.status, headers))

    assert [] == bad


def test_nothing_of_hers_is_logged(walk: Walk) -> None:
    """No line of any process holds what Vera calls things, nor a stack of an error."""

    said = walk.instance.stderr
    # What somebody asked for is in the path of the request's own line.
    lines = [{**line, "path": ""} for line in walk.instance.log()]

    assert [] == [line for line in lines if walk.mark in json.dumps(line)]
    assert walk.vera not in said
    assert "Traceback" not in said
    assert [] == [line for line in walk.instance.log() if line["event"] == "handler_failed"]


def test_the_walk_reaches_every_route(walk: Walk) -> None:
    """Vera herself reaches every route that names something; else the walk above proves nothing about it."""

    token, missed = walk.vera, []
    for each in sorted(walk.operations, key=lambda each: (each.method != "GET", each.method == "DELETE")):
        if not each.variables or each.scope is None or each.name in UNREACHED:
            continue  # what anybody may ask has nothing of hers
        refused = {404, 405} if each.method in ("POST", "PUT") else {400, 404, 405}
        for path in each.paths(walk.values):
            reply = each.call(walk.instance, path, token)
            if reply.status == 401 and not walk.good(token):
                token = walk.token(walk.mark)  # she revoked her own
            elif reply.status not in refused:
                break
        else:
            missed.append(each.name)

    assert [] == missed, "plant what they are about in _plant, or say in UNREACHED why not"
