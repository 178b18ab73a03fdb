"""A revoked token is refused everywhere, soon."""

from __future__ import annotations

import time

from tests.acceptance.instance import Instance

#: Seconds until a revoked token is refused by every process, as docs/security.md promises.
PROMISED = 30


def test_a_revoked_token_is_refused_everywhere(instance: Instance) -> None:
    """One door refuses a token it revokes at once; another one, and all after the command, in 30 seconds."""

    made = instance.call("POST", "/v1/tokens", {"label": "by a door"}).json
    by_command = instance.run("token", "create", "admin", "--label", "by a command").stdout.strip()
    listed = instance.run("token", "list", "admin").stdout.splitlines()
    number = next(line.split("\t")[0] for line in listed if "by a command" in line)
    with instance.second_door() as door:
        for each in (instance, door):
            for token in (made["token"], by_command):
                assert 200 == each.call("GET", "/v1/me", token=token).status

        assert 204 == instance.call("DELETE", f"/v1/tokens/{made['id']}").status
        assert 401 == instance.call("GET", "/v1/me", token=made["token"]).status

        instance.run("token", "revoke", "admin", number)

        def refused() -> bool:
            # Asked all the time, as a busy player does: use must not keep it alive.
            statuses = [
                each.call("GET", "/v1/me", token=token).status
                for each in (instance, door)
                for token in (made["token"], by_command)
            ]
            return statuses == [401] * 4

        end = time.monotonic() + PROMISED
        while not refused() and time.monotonic() < end:
            time.sleep(0.05)
        late = refused()  # asked when the time was over, however long the answers before took
        webhook = door.call("POST", f"/webhooks/plex/{by_command}", b"{}", token=None)

    assert late
    assert 401 == webhook.status
