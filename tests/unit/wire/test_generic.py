"""Plain JSON of scripts and other clients."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from scrobbled.model.event import Action, PlaybackEvent
from scrobbled.model.media import Kind, Media
from scrobbled.wire import reasons, webhook
from scrobbled.wire.reading import reading

from .composed import RECEIPT, encoded


def parse(payload: object, player: str = "generic") -> PlaybackEvent:
    """Parse *payload* as JSON."""
    return webhook.parse(player, encoded(payload), RECEIPT)


FILM = Media(kind=Kind.MOVIE, title="Arrival", year=2016, ids={"tmdb": "329865"})


@pytest.mark.parametrize(
    "payload",
    [
        {"title": "Arrival", "year": 2016, "tmdb": 329865},
        {"type": "movie", "name": "Arrival", "year": "2016", "tmdb_id": "329865"},
        {"media_type": "Movie", "movie_title": "Arrival", "year": 2016, "themoviedb_id": "329865"},
        {"movie": {"title": "Arrival", "year": 2016, "ids": {"tmdb": 329865, "trakt": None}}},
        {"item": {"kind": "film", "title": "Arrival", "year": 2016, "externalIds": {"tmdbId": 329865}}},
        {"Title": "Arrival", "Year": 2016, "MovieTmdbId": 329865},
    ],
)
@pytest.mark.parametrize("player", ["generic", "auto"])
def test_a_film_by_any_name(payload: dict[str, object], player: str) -> None:
    """Whatever the fields are called, and wherever they stand: a post without an event was watched."""
    actual = parse(payload, player)

    assert (Action.WATCHED, None, FILM) == (actual.action, actual.ignored, actual.media)


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ({"show": "The Wire", "episode": 7}, {"show": "The Wire", "episode": 7}),
        ({"title": "The Wire", "season": 1, "episode": 7}, {"show": "The Wire", "season": 1, "episode": 7}),
        (
            {"series_title": "The Wire", "title": "The Target", "season": 0, "episode_number": "2"},
            {"show": "The Wire", "title": "The Target", "season": 0, "episode": 2},
        ),
        (
            {
                "show": {"title": "The Wire", "year": 2002, "ids": {"tvdb": 79126}},
                "episode": {"season": 1, "number": 2},
            },
            {"show": "The Wire", "show_year": 2002, "season": 1, "episode": 2, "show_ids": {"tvdb": "79126"}},
        ),
        (
            {"episode": {"title": "Pilot", "ids": {"tvdb": 349232}, "number_abs": 1}, "show": {"title": "X"}},
            {"show": "X", "title": "Pilot", "absolute": 1, "ids": {"tvdb": "349232"}},
        ),
        (
            {"show": "X", "season": 1, "episode": 1, "episode_end": 2, "absolute": 25},
            {"show": "X", "season": 1, "episode": 1, "episode_end": 2, "absolute": 25},
        ),
        (
            {"show": "X", "season": 1, "episode": "1-2"},
            {"show": "X", "season": 1, "episode": 1, "episode_end": 2},
        ),
        ({"kind": "anime", "title": "X", "episode": 25}, {"show": "X", "episode": 25}),
        (
            {"file": "/tv/X {tvdb-79126}/S01E02.mkv", "season": 1, "episode": 2},
            {"season": 1, "episode": 2, "show_ids": {"tvdb": "79126"}},
        ),
    ],
)
def test_an_episode_by_any_name(payload: dict[str, object], expected: dict[str, object]) -> None:
    """A lone title beside numbers is the show's; absolute numbers and several episodes are kept."""
    assert Media(kind=Kind.EPISODE, **expected) == parse(payload).media  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("ids", "own", "show", "unscoped"),
    [
        ({"tmdb_id": 62085}, {}, {}, {"tmdb": "62085"}),
        ({"tmdb_id": 62085, "show_tmdb_id": 1396}, {"tmdb": "62085"}, {"tmdb": "1396"}, {}),
        ({"series_tvdb_id": 81189}, {}, {"tvdb": "81189"}, {}),
        ({"episode_imdb_id": "tt0959621"}, {"imdb": "tt0959621"}, {}, {}),
        ({"ids": {"imdb": "tt0959621"}}, {"imdb": "tt0959621"}, {}, {}),
        ({"show_ids": {"imdb": "tt0903747"}}, {}, {"imdb": "tt0903747"}, {}),
    ],
)
def test_an_id_that_may_be_the_shows_is_kept_apart(
    ids: dict[str, object], own: dict[str, str], show: dict[str, str], unscoped: dict[str, str]
) -> None:
    """The numbers of episodes and of shows overlap, so nothing is guessed."""
    event = parse({"show": "Breaking Bad", "season": 1, "episode": 1, **ids})

    assert event.media is not None
    assert (own, show, unscoped) == (event.media.ids, event.media.show_ids, event.media.unscoped_ids)
    assert ("unknown" if unscoped else "episode" if own else None) == reading(event)["ids_scope"]
    assert (own or unscoped) == reading(event)["ids"]


@pytest.mark.parametrize(
    ("changes", "action", "progress"),
    [
        ({"event": "start"}, Action.START, None),
        ({"action": "scrobble"}, Action.WATCHED, None),
        ({"event": "media.pause"}, Action.PAUSE, None),
        ({"state": "playing"}, Action.START, None),
        ({"progress": 45}, Action.PROGRESS, 45.0),
        ({"progress": "95 %"}, Action.WATCHED, 95.0),
        ({"event": "stop", "position": 3500, "runtime": 7000}, Action.STOP, 50.0),
        ({"event": "stop", "position": "0:58:20", "runtime": 7000}, Action.STOP, 50.0),
        ({"event": "stop", "progress": {"percent": 12}}, Action.STOP, 12.0),
        ({"type": "pause"}, Action.PAUSE, None),
        ({"event": "unwatched"}, Action.UNWATCH, None),
        ({"event": "rating"}, Action.RATE, None),
    ],
)
def test_what_happened_by_any_name(
    changes: dict[str, object], action: Action, progress: float | None
) -> None:
    """Event, action or state; position and runtime in seconds, or percent."""
    actual = parse({"title": "Arrival", **changes})

    assert (action, progress) == (actual.action, actual.progress)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"watched_at": "2026-02-20T21:00:00Z"}, datetime(2026, 2, 20, 21, tzinfo=UTC)),
        ({"watchedAt": 1771621200}, datetime(2026, 2, 20, 21, tzinfo=UTC)),
        ({"timestamp": "1771621200"}, datetime(2026, 2, 20, 21, tzinfo=UTC)),
        ({"watchDate": "22.07.22", "dateFormat": "d.m.y"}, datetime(2022, 7, 22, 12, tzinfo=UTC)),
        ({"watchDate": "2022-07-22", "dateFormat": "Y-m-d"}, datetime(2022, 7, 22, 12, tzinfo=UTC)),
        ({"watched_at": "2022-07-22"}, datetime(2022, 7, 22, 12, tzinfo=UTC)),
        ({"timestamp": "2026-02-20 21:00"}, RECEIPT.received_at),
        ({"watched_at": "2030-01-01T00:00:00Z"}, RECEIPT.received_at),
        ({}, RECEIPT.received_at),
    ],
)
def test_when_it_was_watched(changes: dict[str, object], expected: datetime) -> None:
    """A time with its zone, a unix time, or a day, which is kept as its noon."""
    actual = parse({"title": "Arrival", **changes})

    assert (expected, None) == (actual.occurred_at, actual.ignored)


@pytest.mark.parametrize(
    "changes",
    [
        {"watched_at": "yesterday"},
        {"watchDate": "22.07.22"},
        {"watchDate": "31.02.22", "dateFormat": "d.m.y"},
        {"watchDate": "x", "dateFormat": "%s%n\0"},
        {"watched_at": {}},
    ],
)
def test_a_date_that_cannot_be_read_is_not_now(changes: dict[str, object]) -> None:
    """A play of some other day must not be one of today."""
    assert reasons.UNDATED == parse({"title": "Arrival", **changes}).ignored


@pytest.mark.parametrize(
    ("payload", "rating"),
    [
        ({"title": "Arrival", "personalRating": 6}, 6.0),
        ({"title": "Arrival", "event": "rate", "rating": "8.5"}, 8.5),
        ({"title": "Arrival", "rating": 8.5}, None),
        ({"title": "Arrival", "event": "rate", "rating": 85}, None),
    ],
)
def test_only_the_users_own_rating_is_one(payload: dict[str, object], rating: float | None) -> None:
    """What critics say stands beside a film as well."""
    assert rating == parse(payload).rating


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (
            {"eventType": "Download", "series": {"title": "X"}, "instanceName": "Sonarr"},
            reasons.LIBRARY_EVENT,
        ),
        ({"eventType": "MovieFileDelete", "movie": {"title": "X", "tmdbId": 1}}, reasons.LIBRARY_EVENT),
        ({"eventType": "Grab", "artist": {}}, reasons.LIBRARY_EVENT),
        ({"eventType": "Test", "series": {}}, reasons.TEST_EVENT),
        (
            {"notification_type": "MEDIA_AVAILABLE", "subject": "X", "media": {"tmdbId": 1}},
            reasons.LIBRARY_EVENT,
        ),
        ({"notification_type": "TEST_NOTIFICATION", "subject": "X"}, reasons.TEST_EVENT),
    ],
)
@pytest.mark.parametrize("player", webhook.READERS)
def test_automation_is_recognised_everywhere(payload: dict[str, object], reason: str, player: str) -> None:
    """People paste the address into Sonarr as well; a download is nobody's play."""
    actual = parse(payload, player)

    assert ("generic", None, reason) == (actual.source, actual.media, actual.ignored)


def test_a_script_may_say_event_type_too() -> None:
    """What was watched is no download."""
    actual = parse(
        {"eventType": "watched", "movie": {"title": "Arrival", "year": 2016, "ids": {"tmdb": 329865}}}
    )

    assert (Action.WATCHED, None, FILM) == (actual.action, actual.ignored, actual.media)


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        ({}, reasons.NOT_MEDIA),
        ({"hello": "world"}, reasons.NOT_MEDIA),
        ({"event": "play"}, reasons.NOT_MEDIA),
        ({"event": "test", "title": "x"}, reasons.TEST_EVENT),
        ({"type": "song", "title": "So What"}, reasons.MUSIC),
        ({"type": "show", "title": "The Wire"}, reasons.NOT_MEDIA),
        ({"type": "episode", "event": "start"}, reasons.UNIDENTIFIABLE),
        ({"event": "dance", "title": "x"}, reasons.UNKNOWN_EVENT),
    ],
)
def test_what_does_not_count_says_why(payload: dict[str, object], reason: str) -> None:
    """Nothing, a test, music, a whole show, something without a name."""
    assert reason == parse(payload).ignored


def test_home_assistants_attributes_are_understood() -> None:
    """An automation posts the attributes of a media player as they are; times are seconds."""
    actual = parse(
        {
            "state": "paused",
            "media_content_type": "tvshow",
            "media_series_title": "Game of Thrones",
            "media_season": "1",
            "media_episode": "2",
            "media_title": "The Kingsroad",
            "media_position": 900,
            "media_duration": 3600,
        }
    )

    assert (Action.PAUSE, None, 25.0) == (actual.action, actual.ignored, actual.progress)
    assert actual.media is not None
    assert ("Game of Thrones", 1, 2) == (actual.media.show, actual.media.season, actual.media.episode)
    assert "The Kingsroad" == actual.media.title
