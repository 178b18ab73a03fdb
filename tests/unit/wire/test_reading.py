"""What people are told a payload was taken to mean."""

from __future__ import annotations

import pytest

from scrobbled.wire import webhook
from scrobbled.wire.reading import reading

from .composed import (
    EMBY_EPISODE,
    RECEIPT,
    emby,
    encoded,
    jellyfin_episode,
    jellyfin_film,
    plex_episode,
    plex_film,
    syncpk,
)


def read(player: str, payload: object) -> dict[str, object]:
    """Give the reading of *payload*."""
    return reading(webhook.parse(player, encoded(payload), RECEIPT))


def test_an_episode_says_all_that_is_known_of_it() -> None:
    """Every field has its place, also those that are empty."""
    assert {
        "kind": "episode",
        "title": "Winter Is Coming",
        "year": None,
        "year_of": None,
        "show": "Game of Thrones",
        "show_slug": None,
        "season": 1,
        "episode": 1,
        "episode_end": None,
        "absolute": None,
        "order": None,
        "ids": {"tvdb": "3254641", "imdb": "tt1480055"},
        "ids_scope": "episode",
        "show_ids": {"tvdb": "121361", "imdb": "tt0944947"},
        "progress_percent": None,
        "action": "watched",
        "secondary_action": None,
        "rating": None,
        "rating_scale": None,
        "by_hand": False,
        "watched_at": "2026-02-20T21:00:00Z",
        "user_is_webhook_owner": None,
    } == read("kodi", syncpk())


@pytest.mark.parametrize(("said", "is_owner"), [(True, True), (False, False), (None, None), ("x", None)])
def test_plex_says_whether_its_owner_acted(said: object, is_owner: bool | None) -> None:
    """False is somebody else on the server, and no reason to ignore it."""
    actual = read("plex", plex_film() | {"user": said})

    assert (is_owner, "watched") == (actual["user_is_webhook_owner"], actual["action"])


@pytest.mark.parametrize(
    ("watched_at", "expected"),
    [
        ("2022-07-22", "2022-07-22"),
        ("2022-07-22T12:00:00Z", "2022-07-22T12:00:00Z"),
        (1658491200, "2022-07-22T12:00:00Z"),
        (None, None),
    ],
)
def test_a_day_alone_stays_a_day(watched_at: object, expected: str | None) -> None:
    """It counts as its noon, but nobody said noon."""
    assert expected == read("generic", {"title": "Arrival", "watched_at": watched_at})["watched_at"]


@pytest.mark.parametrize(
    ("player", "payload", "year_of"),
    [
        ("plex", plex_episode(), "episode"),
        ("jellyfin", jellyfin_episode(), "series"),
        ("emby", emby(item=EMBY_EPISODE), "episode"),
        ("plex", plex_film(), None),
    ],
)
def test_whose_year_it_is(player: str, payload: object, year_of: str | None) -> None:
    """Plex and Emby send the episode's, Jellyfin the series'."""
    assert year_of == read(player, payload)["year_of"]


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (plex_film("media.stop", viewOffset=6_300_000), ("watched", None, None)),
        (plex_film("media.stop", viewOffset=6_200_000), ("stop", None, None)),
        (plex_film("media.rate", userRating=8), ("ignore", None, 10)),
        (
            jellyfin_film("UserDataSaved", SaveReason="TogglePlayed", Played=False),
            ("ignore", "unwatch", None),
        ),
        (jellyfin_film("PlaybackProgress"), ("start", None, None)),
    ],
)
def test_what_was_done(payload: object, expected: tuple[str, str | None, int | None]) -> None:
    """From 90 % on a stop reads as watched, a heartbeat as started, an untick and a rating by their names."""
    actual = read("auto", payload)

    assert expected == (actual["action"], actual["secondary_action"], actual["rating_scale"])


@pytest.mark.parametrize(
    ("player", "payload", "kind"),
    [
        ("plex", plex_episode(live="1"), "episode"),
        ("jellyfin", jellyfin_film(ItemType="Program"), "other"),
        ("emby", emby(item={"Type": "TvChannel", "Name": "BBC One"}), "other"),
        ("plex", plex_film(type="clip"), "other"),
    ],
)
def test_a_programme_is_no_film(player: str, payload: object, kind: str) -> None:
    """Plex alone knows the episodes among what is broadcast."""
    assert kind == read(player, payload)["kind"]
