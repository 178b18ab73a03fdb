"""Signs in at Trakt's own address for clients that leave that to a person; run by their interpreters."""

from __future__ import annotations

import json
import sys
import time
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

API = "https://api.trakt.tv"

#: How often is asked whether somebody entered the code.
TRIES = 12


def tokens(client_id: str, client_secret: str) -> dict[str, Any]:
    """What a device that shows a code gets once somebody entered it."""
    code = _post("/oauth/device/code", {"client_id": client_id})
    sys.stdout.write(f"Your user code is: {code['user_code']}\n")
    sys.stdout.flush()
    ask = {"code": code["device_code"], "client_id": client_id, "client_secret": client_secret}
    for _ in range(TRIES):
        time.sleep(code["interval"])
        try:
            return _post("/oauth/device/token", ask)
        except HTTPError as error:
            if error.code != 400:
                raise
    message = "nobody entered the code"
    raise SystemExit(message)


def _post(path: str, body: dict[str, str]) -> dict[str, Any]:
    request = Request(API + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urlopen(request, timeout=30) as response:
        found: dict[str, Any] = json.load(response)
    return found
