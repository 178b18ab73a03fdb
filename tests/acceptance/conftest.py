"""What the acceptance tests share: one running instance for each module."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from tests.acceptance.instance import Instance

if sys.platform != "linux":
    collect_ignore_glob = ["test_*.py"]  # processes are looked up in /proc


@pytest.fixture(scope="module")
def instance() -> Iterator[Instance]:
    """A new instance, ready, with nothing in it but its first user."""

    made = Instance()
    try:
        yield made.start()
    finally:
        made.remove()


@pytest.fixture
def own_instance() -> Iterator[Instance]:
    """An instance that is not started yet, for one test alone."""

    made = Instance()
    try:
        yield made
    finally:
        made.remove()
