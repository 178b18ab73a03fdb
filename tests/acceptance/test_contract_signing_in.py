"""Signing in, in both of Trakt's ways, answers as Trakt's own contract says."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from tests.acceptance.contract import Operation, disagreements, operations
from tests.acceptance.instance import Instance, Reply
from tests.clients.person import Person

PASSWORD = "correct horse battery"
APP = {"client_id": "c" * 64, "client_secret": "d" * 64}
BY_HAND = {"redirect_uri": "urn:ietf:wg:oauth:2.0:oob"}


class Flow:
    """Calls of an app at *instance*, and how they differ from the contract."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.left = {str(each): each for each in operations() if each.template.startswith("/oauth/")}
        self.wrong: list[str] = []

    def post(self, path: str, status: int, **body: str) -> Any:
        """What a call answers, which must have that *status*."""
        reply = self.instance.call("POST", f"/trakt/oauth/{path}", body, token=None)
        assert status == reply.status, f"{path}: {reply.status} {reply.body!r}"
        self.judge(self.left.get(f"POST /oauth/{path}"), reply)
        return reply.json if reply.body else None

    def judge(self, operation: Operation | None, reply: Reply) -> None:
        """Hold an answer to the contract."""
        if operation is not None:
            found = disagreements(operation, reply.status, reply.body)
            self.wrong += [f"{operation}: {each}" for each in found]


def test_every_way_of_signing_in(instance: Instance) -> None:
    """A code, its renewal and its end; a device that waits, is let in, and comes a second time."""
    flow = Flow(instance)
    if not flow.left:
        pytest.skip("SCROBBLED_EVALUATION_DIR is not set, and the contract lies there")
    instance.run("user", "password", "admin", stdin=f"{PASSWORD}\n")
    asked = urlencode({"response_type": "code", "client_id": APP["client_id"], **BY_HAND})
    shown = instance.call("GET", f"/oauth/authorize?{asked}", token=None)
    code = Person(instance.url).allow(f"/oauth/authorize?{asked}", "admin", PASSWORD)
    granted = {"code": code, **APP, **BY_HAND, "grant_type": "authorization_code"}
    tokens = flow.post("token", 200, **granted)
    again = {"refresh_token": tokens["refresh_token"], **APP, **BY_HAND, "grant_type": "refresh_token"}
    renewed = flow.post("token", 200, **again)
    flow.post("revoke", 200, token=renewed["access_token"], **APP)
    flow.post("token", 400, **again)

    device = flow.post("device/code", 200, client_id=APP["client_id"])
    flow.post("device/token", 400, code=device["device_code"], **APP)
    instance.run("device", "approve", device["user_code"], "--user", "admin")
    flow.post("device/token", 200, code=device["device_code"], **APP)
    used = instance.call(
        "POST", "/trakt/oauth/device/token", {"code": device["device_code"], **APP}, token=None
    )

    assert not flow.wrong, "\n".join(flow.wrong)
    assert (200, 409, b"") == (shown.status, used.status, used.body)
    assert "text/html" in shown.headers["Content-Type"]
