"""The steps that `scrobbled connect` prints: those of the documentation, and they work."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from scrobbled.cli.connect import PLAYERS, steps
from scrobbled.model.event import Action, Receipt
from scrobbled.wire import webhook

PAGES = Path(__file__).resolve().parents[2] / "docs" / "players"
RECEIPT = Receipt(id=UUID(int=1), user_id=7, received_at=datetime(2026, 11, 21, 12, tzinfo=UTC))


@pytest.mark.parametrize("player", PLAYERS)
def test_the_page_has_the_steps(player: str) -> None:
    """The page of a player and the command say the same, word for word."""
    assert steps(player, f"http://HOST:8080/webhooks/{player}/TOKEN") in (PAGES / f"{player}.md").read_text()


@pytest.mark.parametrize("player", PLAYERS)
def test_the_address_is_in_the_steps(player: str) -> None:
    """The address is there once, whole, to be copied."""
    text = steps(player, "http://attic:8080/webhooks/x/scr_pat_abc")

    assert 1 == text.count("http://attic:8080/webhooks/x/scr_pat_abc")
    assert "{address}" not in text


def template(player: str) -> str:
    """The template in the steps, as it is pasted."""
    found = re.search(r"```json\n(.*?)```", steps(player, "x"), re.DOTALL)
    assert found is not None
    return found[1]


def rendered(values: dict[str, str]) -> bytes:
    """Jellyfin's template with *values*; what is missing is empty, as Handlebars renders it."""
    text = re.sub(r"\{\{\{?(\w+)\}?\}\}", lambda found: values.get(found[1], ""), template("jellyfin"))
    assert json.loads(text)
    return text.encode()


def test_jellyfins_template_of_a_film() -> None:
    """Rendered for a film that was stopped, the template says all that counts."""
    body = rendered({
        "NotificationType": "PlaybackStop", "ItemType": "Movie", "Name": "Arrival", "Year": "2016",
        "Provider_imdb": "tt2543164", "RunTimeTicks": "69600000000", "PlaybackPositionTicks": "34800000000",
        "PlayedToCompletion": "False", "NotificationUsername": "robin",
    })  # fmt: skip
    event = webhook.parse("jellyfin", body, RECEIPT, "text/plain; charset=utf-8", ["Robin"])

    assert event.media is not None
    assert (Action.STOP, 50.0, None) == (event.action, event.progress, event.ignored)
    assert ("Arrival", 2016, {"imdb": "tt2543164"}) == (event.media.title, event.media.year, event.media.ids)


def test_jellyfins_template_of_an_episode() -> None:
    """Rendered for an episode that was ticked, it has the series and the numbers."""
    body = rendered({
        "NotificationType": "UserDataSaved", "SaveReason": "TogglePlayed", "Played": "True",
        "ItemType": "Episode",
        "Name": "The Target", "SeriesName": "The Wire", "SeasonNumber": "1", "EpisodeNumber": "1",
        "LastPlayedDate": "2026-11-20T20:00:00.0000000Z", "Provider_tvdb": "298229",
    })  # fmt: skip
    event = webhook.parse("jellyfin", body, RECEIPT, "text/plain; charset=utf-8")

    assert event.media is not None
    assert (Action.WATCHED, True) == (event.action, event.by_hand)
    assert ("The Wire", 1, 1) == (event.media.show, event.media.season, event.media.episode)
    assert datetime(2026, 11, 20, 20, tzinfo=UTC) == event.occurred_at


def test_tautullis_template() -> None:
    """Tautulli's test sends the template as it is: that is recognised as a test."""
    event = webhook.parse("tautulli", template("tautulli").encode(), RECEIPT, "application/json")

    assert "unrendered_template" == event.ignored
