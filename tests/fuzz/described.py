"""Schemathesis: requests made from /openapi.json, and whether answers are what it says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.acceptance.instance import Instance

#: Held against every answer. Left out is what the description cannot say: which values that fit a
#: schema fit together (positive_data_acceptance), and that two templates may be one path (allow_header…).
CHECKS = (
    *("not_a_server_error", "status_code_conformance", "content_type_conformance"),
    *("response_headers_conformance", "response_schema_conformance", "negative_data_rejection"),
)

#: An operation that is not built says so, with 501; that is an answer and no error.
_CONFIGURATION = """
[checks.not_a_server_error]
expected-statuses = ["2xx", "3xx", "4xx", 501]
"""

#: It would revoke the token that all of it is sent with.
LEFT_OUT = "^/v1/tokens/"


def run(instance: Instance, examples: int, seed: int) -> tuple[int, int, str]:
    """*examples* for each operation: the status, how many requests were sent, and all that was said."""
    (instance.folder / "schemathesis.toml").write_text(_CONFIGURATION)
    done = subprocess.run(
        [
            Path(sys.executable).with_name("schemathesis"),
            *("run", f"{instance.url}/openapi.json", "--header", f"Authorization: Bearer {instance.token}"),
            *("--checks", ",".join(CHECKS), "--exclude-path-regex", LEFT_OUT, "--workers", "2"),
            *("--phases", "examples,coverage,fuzzing", "--max-examples", str(examples), "--seed", str(seed)),
            *("--continue-on-failure", "--warnings", "off", "--no-color"),
        ],
        cwd=instance.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    sent = re.search(r"(\d+) generated", done.stdout)
    return done.returncode, int(sent[1]) if sent else 0, done.stdout + done.stderr


def main(examples: int, seed: int) -> int:
    """The same on a server of its own, and what it says afterwards; the status to end with."""
    instance = Instance()
    try:
        status, sent, said = run(instance.start().administer(), examples, seed)
        failed = [line for line in instance.log() if line["event"] == "handler_failed"]
    finally:
        instance.remove()
    print(said if status else "", *failed, sep="\n")
    wrong = bool(status or failed or not sent)
    print(
        f"{sent:,} requests from the description, {'SOMETHING WRONG' if wrong else '0 with something wrong'}"
    )
    return int(wrong)
