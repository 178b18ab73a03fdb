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
from scrobbled.wire import webhook
from scrobbled.wire.reading import reading

RECEIPT = Receipt(id=UUID(int=1), user_id=1, received_at=datetime(2027, 1, 1, tzinfo=UTC))

#: What the corpus calls a source -> the address that it has here.
PLAYERS = {"other": "generic"}


def _cases() -> list[Any]:
    folder = os.environ.get("SCROBBLED_EVALUATION_DIR")
    if not folder:
        return [pytest.param(None, None, marks=pytest.mark.skip("SCROBBLED_EVALUATION_DIR is not set"))]
    payloads = Path(folder) / "payloads"
    lines = (payloads / "index.jsonl").read_text(encoding="utf-8").splitlines()
    cases = [json.loads(line) for line in lines]
    return [pytest.param(payloads, case, id=case["file"]) for case in cases]


@pytest.mark.parametrize("address", ["own", webhook.AUTO])
@pytest.mark.parametrize(("folder", "case"), _cases())
def test_a_real_payload_reads_as_expected(folder: Path, case: dict[str, Any], address: str) -> None:
    """Each payload means what a person says it means, at its own address and at the one for all."""
    body = (folder / case["file"]).read_bytes()
    player = PLAYERS.get(case["source"], case["source"]) if address == "own" else address
    actual = reading(webhook.parse(player, body, RECEIPT, case.get("content_type", "")))
    expected = {"show_ids": {}, "episode_end": None} | case["expected"]

    assert expected == {key: actual[key] for key in expected}
