"""The list of Trakt's endpoints says what the router does; what is not built is refused in Trakt's form."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from scrobbled.api.trakt.operations import operations, unbuilt
from scrobbled.web import app
from scrobbled.web.auth import Authenticator, Identity
from tests import endpoints

FACTS = Path(os.environ.get("SCROBBLED_EVALUATION_DIR", "/nonexistent")) / "facts"


async def _nobody(_digest: bytes) -> Identity | None:
    return None


async def _touch(_used: list[tuple[int, int]]) -> None:
    pass


def test_page() -> None:
    """docs/trakt-endpoints.md is what `make docs` writes."""
    assert endpoints.page() == endpoints.PAGE.read_text()


def test_each_once() -> None:
    """No operation is listed twice, and all are listed in order."""
    found = [(each.path, each.method) for each in operations(())]

    assert len(found) == len(set(found))
    assert [path for path, _ in found] == sorted(path for path, _ in found)


@pytest.mark.skipif(not FACTS.is_dir(), reason="SCROBBLED_EVALUATION_DIR is not set")
def test_nothing_is_left_out() -> None:
    """Every operation of the contract, and of what clients knew before it, is on the list."""
    listed = {(each.method, _shape(each.path)) for each in operations(())}
    rows = (FACTS / "trakt-endpoints.tsv").read_text().splitlines()[1:]
    old = (FACTS / "trakt-seed-endpoints.txt").read_text().splitlines()
    asked = {tuple(row.split("\t")[:2]) for row in rows} | {tuple(row.split()) for row in old if row}

    assert set() == {(method, _shape(path)) for method, path in asked} - listed


def _shape(path: str) -> str:
    return "/".join("{}" if part.startswith("{") else part for part in path.strip("/").split("/"))


async def test_unbuilt() -> None:
    """What is not built is a 501 in Trakt's form, at the root too; what nobody knows is an empty 404."""
    routes = endpoints.routes()
    application = app.build(routes + unbuilt(routes), Authenticator(_nobody, _touch))
    async with TestClient(TestServer(application)) as client:
        for path in ("/trakt/younify/connections", "/trakt/users/ann/yir/2026/", "/trakt//team"):
            response = await client.get(path)
            assert (501, "not_built") == (response.status, (await response.json())["error"]), path
        root = await client.post("/younify/connect", headers={"trakt-api-key": "x"})
        unknown = await client.get("/trakt/nonsense")
        built = await client.get("/trakt/sync/watchlist")

        assert 501 == root.status
        assert (404, b"") == (unknown.status, await unknown.read())
        assert 401 == built.status
