"""Where the consent page lets its answer go."""

from __future__ import annotations

import pytest

from scrobbled.ui.authorize import _form_action, _named
from scrobbled.wire.oauth import OUT_OF_BAND


@pytest.mark.parametrize(
    ("redirect_uri", "policy", "named"),
    [
        (OUT_OF_BAND, "'self'", None),
        ("https://app.example/back", "'self' https:", "app.example"),
        ("http://127.0.0.1:8123/back", "'self' http://127.0.0.1:8123", "a program on this device"),
        ("http://[::1]:8123/back", "'self' http:", "a program on this device"),
        ("http://tv.local/back", "'self' http://tv.local", "tv.local"),
        ("tv.app://back", "'self' tv.app:", "the app behind tv.app:"),
    ],
)
def test_where_it_goes(redirect_uri: str, policy: str, named: str | None) -> None:
    """The policy lets the redirect through and no more than needed; the page says where it goes."""
    assert (policy, named) == (_form_action(redirect_uri), _named(redirect_uri))
