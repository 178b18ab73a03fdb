"""Which source a body is of, and that nothing anybody sends breaks the reading of it."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrobbled.errors import PayloadError
from scrobbled.model.event import Action
from scrobbled.wire import reasons, webhook
from scrobbled.wire.reading import reading

from .composed import (
    EMBY_EPISODE,
    EMBY_FILM,
    RECEIPT,
    crosswatch,
    emby,
    encoded,
    jellyfin_episode,
    jellyfin_film,
    kodi,
    nested,
    plex_episode,
    plex_film,
    syncpk,
    tautulli,
)
from .mutations import mutations

#: One of every shape that is plain, with its source.
PLAIN: list[tuple[str, dict[str, Any]]] = [
    ("plex", plex_film()),
    ("plex", {"event": "media.scrobble"}),
    ("plex", {"event": "admin.database.backup", "Server": {"title": "Attic"}}),
    ("plex", plex_film() | {"Account": {"id": 7}}),
    ("jellyfin", jellyfin_film()),
    ("jellyfin", {"notification_type": "PlaybackStop", "name": "Arrival"}),
    ("jellyfin", plex_film() | {"Account": {"id": "12345678-1234-1234-1234-123456789abc"}}),
    ("jellyfin", {"ItemType": "Movie", "Name": "Arrival", "RunTimeTicks": 1, "PlayedToCompletion": True}),
    ("emby", emby()),
    ("emby", {"Event": "system.notificationtest"}),
    ("emby", {"event": "playback.stop", "item": EMBY_FILM}),
    ("tautulli", tautulli()),
    ("tautulli", {"event": "tautulli.play", "Metadata": {"type": "movie", "title": "Arrival"}}),
    (
        "tautulli",
        {"event": "media.play", "Metadata": {"type": "movie", "title": "x", "Guids": {"tmdb": "1"}}},
    ),
    ("kodi", kodi()),
    ("kodi", syncpk()),
    ("kodi", {"identifier": "1", "lot": "MOVIE", "progress": 3}),
    (
        "kodi",
        {"method": "Player.OnStop", "params": {"data": {"item": {"type": "movie", "title": "Arrival"}}}},
    ),
    ("generic", {"eventType": "Download", "movie": {}}),
]

#: Shapes that several send: what they are of at each address.
AMBIGUOUS: list[tuple[str, str, dict[str, Any]]] = [
    ("jellyfin", "jellyfin", nested("PlaybackStop", EMBY_FILM)),
    ("emby", "emby", nested("PlaybackStop", EMBY_FILM)),
    ("auto", "emby", nested("PlaybackStop", EMBY_FILM)),
    ("auto", "jellyfin", nested("Stop", EMBY_FILM)),
    ("auto", "jellyfin", {"event": "markPlayed", "item": EMBY_EPISODE}),
    ("plex", "jellyfin", nested("Stop", EMBY_FILM)),
    ("generic", "jellyfin", {"Item": EMBY_FILM}),
    ("auto", "generic", {"event": "finish", "item": {"title": "Arrival"}}),
    ("auto", "jellyfin", {"event": "Play", "user": "Robin", "server": "Attic", "media_type": "Video"}),
    ("kodi", "kodi", {"title": "Arrival", "event": "end"}),
    ("tautulli", "tautulli", {"title": "Arrival", "action": "watched"}),
    ("auto", "generic", {"title": "Arrival", "action": "watched"}),
    ("generic", "tautulli", {"plex_title": "The Wire", "plex_season_num": "1", "plex_ep_num": "1"}),
    ("tautulli", "tautulli", {"event": "media.play", "Metadata": {"type": "movie", "title": "Arrival"}}),
    ("auto", "plex", {"event": "media.play", "Metadata": {"type": "movie", "title": "Arrival"}}),
    ("auto", "generic", {"event": "media.play", "type": "movie", "title": "Arrival"}),
    ("auto", "plex", {"event": "media.play", "Metadata": {"type": "episode", "index": 1, "parentIndex": 2}}),
    (
        "auto",
        "tautulli",
        {"event": "media.play", "Metadata": {"type": "episode", "index": "1", "title": "Pilot"}},
    ),
]

#: What mutations are made of.
SAMPLES: list[dict[str, Any]] = [
    *(payload for _source, payload in PLAIN),
    *(payload for _player, _source, payload in AMBIGUOUS),
    plex_episode(),
    plex_film("media.rate", userRating=8),
    jellyfin_episode(),
    jellyfin_film("UserDataSaved", SaveReason="TogglePlayed", Played=True),
    emby("item.markplayed", EMBY_EPISODE, PlaybackInfo={"PositionTicks": 1}),
    {
        "show": {"title": "The Wire", "ids": {"tvdb": 1}},
        "episode": {"season": 1, "number": 1},
        "progress": 80,
    },
    {"watchDate": "22.07.22", "tmdbId": 9323, "dateFormat": "d.m.y"},
    crosswatch("stop"),
]

PLAYERS = [*webhook.READERS, webhook.AUTO]


@pytest.mark.parametrize("player", PLAYERS)
@pytest.mark.parametrize(("source", "payload"), PLAIN)
def test_a_plain_shape_is_what_it_is_at_any_address(
    source: str, payload: dict[str, Any], player: str
) -> None:
    """Who pastes the wrong address is understood all the same."""
    assert source == webhook.recognise(payload, player)


@pytest.mark.parametrize(("player", "source", "payload"), AMBIGUOUS)
def test_the_address_decides_where_the_shape_does_not(
    player: str, source: str, payload: dict[str, Any]
) -> None:
    """Without an address that says it, the likeliest sender."""
    assert source == webhook.recognise(payload, player)


@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "application/json", "multipart/form-data", "image/jpeg"]
)
@pytest.mark.parametrize(("source", "payload"), PLAIN)
def test_the_content_type_decides_nothing(source: str, payload: dict[str, Any], content_type: str) -> None:
    """The same body is of the same source, whatever it is declared to be."""
    assert source == webhook.parse("auto", encoded(payload), RECEIPT, content_type).source


def test_the_address_alone_names_nothing() -> None:
    """The format "Get" of the plugin "Webhooks" has no item."""
    actual = webhook.parse("jellyfin", b"event=Play&user=Robin&server=Attic&media_type=Video", RECEIPT)

    assert (Action.START, None, reasons.NOT_MEDIA) == (actual.action, actual.media, actual.ignored)


@pytest.mark.parametrize("player", PLAYERS)
def test_an_empty_body_is_an_event_too(player: str) -> None:
    """It says that a template rendered to nothing."""
    assert reasons.EMPTY_BODY == webhook.parse(player, b"\xef\xbb\xbf\r\n ", RECEIPT).ignored


def test_jellyfins_unrendered_template_says_so() -> None:
    """Two braces and three, with helpers."""
    sent = {
        "NotificationType": "{{NotificationType}}",
        "Name": "{{{Name}}}",
        "Year": "{{#if_exist Year}}{{Year}}{{/if_exist}}",
    }

    assert reasons.UNRENDERED_TEMPLATE == webhook.parse("jellyfin", encoded(sent), RECEIPT).ignored


@given(st.data())
def test_a_mutated_payload_is_read_or_refused(data: st.DataObject) -> None:
    """Lost keys, wrong types and nesting, cuts, broken bytes, JSON in JSON: an event or a PayloadError."""
    player = data.draw(st.sampled_from(PLAYERS))
    body = data.draw(mutations(data.draw(st.sampled_from(SAMPLES))))
    for _ in range(data.draw(st.integers(0, 2))):
        body = json.dumps(body.decode("utf-8", "replace")).encode()
    try:
        actual = webhook.parse(player, body, RECEIPT)
    except PayloadError:
        return

    assert actual == webhook.parse(player, body, RECEIPT)
    assert actual.source in webhook.READERS
    assert json.loads(json.dumps(reading(actual))) == reading(actual)


@given(st.data())
def test_keys_that_are_lost_never_make_a_play(data: st.DataObject) -> None:
    """A start, a pause or an early stop without some of its keys is still no completed viewing."""
    early = [
        plex_film("media.play", viewOffset=1000),
        plex_episode("media.pause"),
        jellyfin_film("PlaybackStop", PlayedToCompletion=False),
        jellyfin_episode("PlaybackProgress"),
        crosswatch("stop"),
        nested("Stop", EMBY_FILM, Session={"PlayState": {"PositionTicks": 10}}),
        emby("playback.stop", PlaybackInfo={"PlayedToCompletion": False, "PositionTicks": 35_000_000_000}),
        emby("playback.start", EMBY_EPISODE),
        tautulli("stop", progress_percent="12", view_offset="400000"),
        kodi("stop", 12.0),
        kodi("start", 0.0),
    ]
    payload = deepcopy(data.draw(st.sampled_from(early)))
    for _ in range(data.draw(st.integers(1, 3))):
        _lose(data, payload)
    player = data.draw(st.sampled_from(PLAYERS))

    assert "watched" != reading(webhook.parse(player, encoded(payload), RECEIPT))["action"]


def _lose(data: st.DataObject, payload: dict[str, Any]) -> None:
    """Take one key out, here or deeper."""
    if not payload:
        return
    key = data.draw(st.sampled_from(sorted(payload)))
    if isinstance(payload[key], dict) and data.draw(st.booleans()):
        _lose(data, payload[key])
    else:
        del payload[key]
