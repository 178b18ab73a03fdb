"""Ways in which a payload arrives wrong."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import strategies as st

from .composed import multipart

#: What may stand where something else was expected.
_VALUES: list[object] = [None, "", "x", "7", 7, -1, 0, 1.5, 10**30, 1e308, True, False]
_VALUES += [[], {}, [[{}]], {"id": {"id": []}}, "\ud800"]
WRONG: st.SearchStrategy[object] = st.sampled_from(_VALUES) | st.text(max_size=8)


@st.composite
def mutations(draw: st.DrawFn, payload: dict[str, Any]) -> bytes:
    """Draw a body made of *payload* with a few things wrong."""
    payload = copy.deepcopy(payload)
    for _ in range(draw(st.integers(0, 4))):
        _spoil(draw, payload)
    body = json.dumps(payload, ensure_ascii=True).encode()
    if draw(st.booleans()):
        body = multipart(('Content-Disposition: form-data; name="payload"', body))
    damage = draw(st.sampled_from(["none", "mark", "broken"]))
    if damage == "mark":
        body = b"\xef\xbb\xbf" + body
    elif damage == "broken":
        middle = len(body) // 2
        body = body[:middle] + b"\xff\xc3" + body[middle:]
    return body[: draw(st.integers(0, 3 * len(body)))]


def _spoil(draw: st.DrawFn, payload: dict[str, Any]) -> None:
    """Drop, replace or wrap one value, here or deeper."""
    if not payload:
        return
    key = draw(st.sampled_from(sorted(payload)))
    if isinstance(payload[key], dict) and payload[key] and draw(st.booleans()):
        _spoil(draw, payload[key])
        return
    change = draw(st.sampled_from(["drop", "replace", "wrap", "print"]))
    if change == "drop":
        del payload[key]
    elif change == "replace":
        payload[key] = copy.deepcopy(draw(WRONG))
    else:
        payload[key] = [payload[key]] if change == "wrap" else str(payload[key])
