"""What `scrobbled sync` refuses before it asks anybody."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from scrobbled.cli.sync import sync


@pytest.mark.parametrize(
    "url", ["plex", "ftp://x", "http://", "http://x:port", "http://[::1", "http://x:70000"]
)
def test_an_address_that_is_none(url: str) -> None:
    """The sentence says how one looks."""
    result = CliRunner().invoke(sync, ["plex", url, "--token", "abc"])

    assert 2 == result.exit_code
    assert "write it with its port" in result.output


@pytest.mark.parametrize("token", ["", " ", "two\nlines", 'quo"te', "tökén"])
def test_a_token_that_is_none(token: str) -> None:
    """What cannot be sent in a header is refused, and not shown."""
    result = CliRunner().invoke(sync, ["emby", "http://x:8096", "--token", token])

    assert 2 == result.exit_code
    assert "one word of ASCII characters" in result.output
