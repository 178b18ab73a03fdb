"""Whatever is asked, a server answers as its description says, and never with an error of its own."""

from __future__ import annotations

from tests.acceptance.instance import Instance
from tests.fuzz import described, requests


def test_requests_from_the_description() -> None:
    """Each operation, asked as its description allows and as it does not, answers as described."""
    instance = Instance()
    try:
        status, sent, said = described.run(instance.start().administer(), examples=2, seed=3)
        failed = [line for line in instance.log() if line["event"] == "handler_failed"]
    finally:
        instance.remove()

    assert 0 == status, said
    assert sent > 500
    assert [] == failed


def test_broken_requests() -> None:
    """Thousands of broken requests: no error of the server, no wrong acceptance, no dead event."""
    assert 0 == requests.main(3000, seed=3)
