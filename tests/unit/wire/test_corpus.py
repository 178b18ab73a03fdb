"""Real payloads with their expected reading, kept outside of the project."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from scrobbled.model.event import Receipt
from scrobbled.wire import jellyfin, plex
from scrobbled.wire.reading import reading

PARSERS = {"plex": plex.parse, "jellyfin": jellyfin.parse}
RECEIPT = Receipt(id=UUID(int=1), user_id=1, received_at=datetime(2027, 1, 1, tzinfo=UTC))

#: file -> (field, why our reading is the better one). Every other difference fails.
DISAGREEMENTS: dict[str, tuple[str, str]] = {}


def _cases() -> list[Any]:
    folder = os.environ.get("SCROBBLED_EVALUATION_DIR")
    if not folder:
        return [pytest.param(None, None, marks=pytest.mark.skip("SCROBBLED_EVALUATION_DIR is not set"))]
    payloads = Path(folder) / "payloads"
    lines = (payloads / "index.jsonl").read_text(encoding="utf-8").splitlines()
    cases = [json.loads(line) for line in lines]
    return [pytest.param(payloads, case, id=case["file"]) for case in cases if case["source"] in PARSERS]


@pytest.mark.parametrize(("folder", "case"), _cases())
def test_a_real_payload_reads_as_expected(folder: Path, case: dict[str, Any]) -> None:
    """Each Plex and Jellyfin payload means what a person says it means."""
    body = (folder / case["file"]).read_bytes()
    actual = reading(PARSERS[case["source"]](body, RECEIPT, case.get("content_type", "")))
    expected = {"show_ids": {}, "episode_end": None} | case["expected"]
    field, _why = DISAGREEMENTS.get(case["file"], (None, None))

    assert {key: expected.get(key) for key in actual if key != field} == {
        key: value for key, value in actual.items() if key != field
    }
