"""Connecting a player and catching up, from the command line, as their users do."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from tests.acceptance.instance import Instance, eventually
from tests.media_servers import TOKEN, MediaServerStandIn, PlexStandIn, film, plex_film, plex_row, serving


def waiting(instance: Instance, player: str) -> tuple[subprocess.Popen[str], str]:
    """`scrobbled connect PLAYER --wait` at work, and the path that it printed."""

    command = ["connect", player, "--user", "admin", "--url", instance.url, "--wait"]
    process = subprocess.Popen(
        [sys.executable, "-m", "scrobbled", *command],
        env=instance.environ, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    for line in process.stdout:
        found = re.search(rf"{re.escape(instance.url)}(/webhooks/{player}/scr_pat_[\w-]+)", line)
        if found:
            return process, found[1]
    raise AssertionError("no address was printed")


def test_a_players_own_test(instance: Instance) -> None:
    """Emby's test notification is recognised, in the command that waits for it and in the log."""

    process, path = waiting(instance, "emby")
    body = {"Event": "system.notificationtest", "Server": {"Name": "attic", "Version": "4.9.1.2"}}
    reply = instance.call("POST", path, json.dumps(body).encode(), token=None)
    out, _ = process.communicate(timeout=60)

    assert "a test of emby came: the address and the token are right (test_event)" in out
    event_id = reply.json["id"]
    eventually(
        lambda: any(event_id in line and "test_event" in line for line in instance.stderr.splitlines()),
        "a log line of the test",
    )


def test_the_first_webhook_and_no_other(instance: Instance) -> None:
    """What comes by another token is not taken for it; what comes by this one is shown as it was read."""

    process, path = waiting(instance, "plex")
    stranger = {
        "event": "media.play",
        "Metadata": {"type": "movie", "title": "Dune", "guid": "plex://movie/1"},
    }
    instance.call("POST", f"/webhooks/plex/{instance.token}", json.dumps(stranger).encode(), token=None)
    mine = {
        "event": "media.pause",
        "Metadata": {"type": "movie", "title": "Arrival", "year": 2016, "Guid": [{"id": "imdb://tt2543164"}],
                     "viewOffset": 3_480_000, "duration": 6_960_000},
    }  # fmt: skip
    instance.call("POST", path, json.dumps(mine).encode(), token=None)
    out, _ = process.communicate(timeout=60)

    assert "received  plex, event media.pause" in out
    assert '"title": "Arrival"' in out
    assert "outcome   paused" in out
    assert "Dune" not in out


async def test_catching_up(instance: Instance) -> None:
    """`scrobbled sync` adds what is missing, once, and tells what became of it."""

    yesterday = datetime.now(UTC) - timedelta(days=1)
    rows = [plex_row(8_100_001, yesterday), plex_row(8_100_002, yesterday - timedelta(days=1))]
    async with serving(PlexStandIn(rows, [plex_film(8_100_001), plex_film(8_100_002)])) as stand_in:
        options = ("sync", "plex", stand_in.base, "--token", TOKEN, "--user", "admin")
        listed = await asyncio.to_thread(instance.run, *options, "--dry-run")
        first = await asyncio.to_thread(instance.run, *options)
        second = await asyncio.to_thread(instance.run, *options)

    assert 2 == len(listed.stdout.splitlines())
    assert ["2 plays listed, 0 of them known from before", "2 scrobbled"] == first.stdout.splitlines()
    assert ["2 plays listed, 2 of them known from before"] == second.stdout.splitlines()


async def test_catching_up_goes_wrong(instance: Instance) -> None:
    """A wrong token ends with one sentence and status 1; nothing of the token is shown."""

    async with serving(MediaServerStandIn([film(1, None)])) as stand_in:
        with pytest.raises(subprocess.CalledProcessError) as caught:
            await asyncio.to_thread(
                instance.run, "sync", "jellyfin", stand_in.base, "--token", "wrong-one", "--user", "admin"
            )

    assert 1 == caught.value.returncode
    assert [
        "scrobbled: Jellyfin refuses the token (it answered 401); see --token"
    ] == caught.value.stderr.splitlines()
