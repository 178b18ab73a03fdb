"""Kodi's add-ons, and Kodi's own notifications."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from scrobbled.model.event import Action, PlaybackEvent
from scrobbled.model.media import Kind, Media
from scrobbled.wire import reasons, webhook

from .composed import RECEIPT, encoded, kodi, syncpk

WATCHED_AT = datetime(2026, 2, 20, 21, tzinfo=UTC)
IDS = {"imdb": "tt1480055", "tvdb": "3254641"}
SHOW_IDS = {"imdb": "tt0944947", "tvdb": "121361"}


def parse(payload: object, player: str = "kodi") -> PlaybackEvent:
    """Parse *payload* as JSON."""
    return webhook.parse(player, encoded(payload), RECEIPT)


def media(payload: object) -> Media:
    """Give what *payload* is about."""
    found = parse(payload).media
    assert found is not None
    return found


@pytest.mark.parametrize("player", ["kodi", "auto", "plex", "jellyfin"])
def test_an_episode_is_read_whole(player: str) -> None:
    """Both scopes of ids, seconds, and Kodi's own percentage."""
    assert PlaybackEvent(
        id=RECEIPT.id,
        user_id=42,
        source="kodi",
        action=Action.STOP,
        occurred_at=RECEIPT.received_at,
        received_at=RECEIPT.received_at,
        media=Media(
            kind=Kind.EPISODE,
            title="Winter Is Coming",
            year=2011,
            show="Game of Thrones",
            season=1,
            episode=1,
            ids=IDS,
            show_ids=SHOW_IDS,
            runtime=3600.0,
        ),
        progress=50.0,
        position=1800.0,
        provisional=True,
        event_name="stop",
    ) == parse(kodi(), player)


@pytest.mark.parametrize(
    ("event", "action", "reason"),
    [
        ("start", Action.START, None),
        ("resume", Action.START, None),
        ("progress", Action.PROGRESS, None),
        ("interval", Action.PROGRESS, None),
        ("seek", Action.PROGRESS, None),
        ("pause", Action.PAUSE, None),
        ("stop", Action.STOP, None),
        ("end", Action.WATCHED, None),
        ("scrobble", Action.WATCHED, None),
        ("dance", Action.PROGRESS, reasons.UNKNOWN_EVENT),
        ("", Action.PROGRESS, reasons.UNKNOWN_EVENT),
        (7, Action.PROGRESS, reasons.UNKNOWN_EVENT),
    ],
)
def test_each_event_has_its_meaning(event: object, action: Action, reason: str | None) -> None:
    """``end`` is the end of the file, ``stop`` came before it."""
    actual = parse(kodi(str(event)) | {"event": event})

    assert (action, reason) == (actual.action, actual.ignored)


def test_an_event_that_was_lost_is_not_the_end() -> None:
    """Only the add-on that never names its event is understood without one."""
    sent = kodi()
    del sent["event"]

    assert reasons.UNKNOWN_EVENT == parse(sent).ignored


@pytest.mark.parametrize(
    ("progress", "percent", "position"),
    [
        ({"time": 1800, "percent": 51.7034}, 51.7, 1800.0),
        ({"time": 1800}, 50.0, 1800.0),
        ({"time": 0, "percent": 0.0}, 0.0, 0.0),
        ({"percent": "12,5"}, 12.5, None),
        (42, 42.0, None),
        ({}, None, None),
        (None, None, None),
        ("", None, None),
    ],
)
def test_an_unknown_progress_is_not_the_beginning(
    progress: object, percent: float | None, position: float | None
) -> None:
    """Time and percent, either, or neither."""
    actual = parse(kodi(progress=progress))

    assert (percent, position) == (actual.progress, actual.position)


def test_other_spellings_of_ids_are_understood() -> None:
    """``tmdbId`` is tmdb's, and some say showUniqueIds."""
    sent = kodi(
        uniqueIds={"tmdbId": 63056, "unknown": "7"}, tvShowUniqueIds=None, showUniqueIds={"tmdb": "1399"}
    )

    assert ({"tmdb": "63056"}, {"tmdb": "1399"}) == (media(sent).ids, media(sent).show_ids)


def test_the_title_is_never_the_shows() -> None:
    """An episode outside of the library has no show's name."""
    actual = media(kodi(tvShowTitle=""))

    assert (None, "Winter Is Coming") == (actual.show, actual.title)


def test_a_film_that_is_over_needs_no_event() -> None:
    """Movary's add-on sends ids once, and nothing else."""
    actual = parse({"title": "Arrival", "uniqueIds": {"tmdbId": 329865}})

    assert (Action.WATCHED, None) == (actual.action, actual.ignored)
    assert Media(kind=Kind.MOVIE, title="Arrival", ids={"tmdb": "329865"}) == actual.media


@pytest.mark.parametrize(
    ("progress", "action"),
    [
        ("92", Action.WATCHED),
        (90, Action.WATCHED),
        ("89.9", Action.PROGRESS),
        ("", Action.PROGRESS),
        (None, Action.PROGRESS),
    ],
)
def test_ryots_progress_posts_end_at_last(progress: object, action: Action) -> None:
    """The identifier is TMDB's, and nothing but progress is ever sent."""
    sent = {"identifier": "1399", "lot": "SHOW", "progress": progress}
    episode = parse(sent | {"show_season_number": 0, "show_episode_number": 2}, "auto")
    film = parse({**sent, "identifier": "329865", "lot": "MOVIE"})

    assert ("kodi", action) == (episode.source, episode.action)
    assert Media(kind=Kind.EPISODE, season=0, episode=2, show_ids={"tmdb": "1399"}) == episode.media
    assert Media(kind=Kind.MOVIE, ids={"tmdb": "329865"}) == film.media
    assert reasons.NOT_MEDIA == parse(sent).ignored


@pytest.mark.parametrize("player", ["kodi", "auto", "plex"])
def test_plexs_envelope_around_kodis_fields(player: str) -> None:
    """SyncPK's ids come in objects of their own, its numbers are text, and it says when."""
    actual = parse(syncpk(), player)

    assert ("kodi", Action.WATCHED, None, WATCHED_AT) == (
        actual.source, actual.action, actual.ignored, actual.occurred_at
    )  # fmt: skip
    assert (
        Media(
            kind=Kind.EPISODE,
            title="Winter Is Coming",
            show="Game of Thrones",
            season=1,
            episode=1,
            ids=IDS,
            show_ids=SHOW_IDS,
        )
        == actual.media
    )


def test_what_was_queued_keeps_its_time_and_is_one_event() -> None:
    """A burst of old plays is not of now, and sending it again changes nothing."""
    body = encoded(syncpk())
    again = webhook.parse("kodi", body, RECEIPT)

    assert RECEIPT.id != again.id
    assert webhook.parse("auto", body, RECEIPT).id == again.id


@pytest.mark.parametrize("watched_at", [None, "", "20.02.2026 21:00", "yesterday"])
def test_a_play_of_the_past_without_a_date_is_not_of_now(watched_at: object) -> None:
    """A pushed library must not fill today."""
    assert reasons.UNDATED == parse(syncpk(watched_at=watched_at)).ignored


@pytest.mark.parametrize(
    ("number", "ids"), [("tt1480055", {"imdb": "tt1480055"}), ("3254641", {}), ("", {}), (None, {})]
)
def test_the_default_id_is_imdbs_only_when_it_looks_like_it(number: object, ids: dict[str, str]) -> None:
    """``imdbnumber`` holds the id of whichever site is the default."""
    assert ids == media(syncpk(unique_ids={}, imdbnumber=number)).ids


def test_specials_and_missing_numbers() -> None:
    """Season "0" is one, episode "-1" is none."""
    assert 0 == media(syncpk(parentIndex="0")).season
    assert None is media(syncpk(index="-1")).episode


@pytest.mark.parametrize(
    ("method", "data", "action"),
    [
        ("Player.OnPlay", {}, Action.START),
        ("Player.OnAVStart", {}, Action.START),
        ("Player.OnResume", {}, Action.START),
        ("Player.OnPause", {}, Action.PAUSE),
        ("Player.OnStop", {"end": False}, Action.STOP),
        ("Player.OnStop", {"end": True}, Action.WATCHED),
    ],
)
def test_kodis_own_notifications_are_understood(method: str, data: dict[str, object], action: Action) -> None:
    """What a script forwards as it is; -1 is no number."""
    item = {
        "id": 17,
        "type": "episode",
        "showtitle": "Game of Thrones",
        "season": 1,
        "episode": 2,
        "number": -1,
    }
    actual = parse({"jsonrpc": "2.0", "method": method, "params": {"data": data | {"item": item}}}, "auto")

    assert ("kodi", action) == (actual.source, actual.action)
    assert Media(kind=Kind.EPISODE, show="Game of Thrones", season=1, episode=2) == actual.media


@pytest.mark.parametrize("around", ["top", "data", "params"])
@pytest.mark.parametrize(
    ("method", "event", "reached", "expected"),
    [
        ("Player.OnPlay", "playback_started", 0, (Action.START, 0.0)),
        ("Player.OnResume", "playback_resumed", 2700, (Action.START, 50.0)),
        ("Player.OnPause", "playback_paused", 2700, (Action.PAUSE, 50.0)),
        ("Player.OnAVChange", "playback_seeked", 2700, (Action.PROGRESS, 50.0)),
        ("Player.OnStop", "playback_stopped", 540, (Action.STOP, 10.0)),
        ("Player.OnStop", "playback_ended", 5400, (Action.WATCHED, 100.0)),
    ],
)
def test_an_add_on_says_how_far_kodi_came(
    around: str, method: str, event: str, reached: int, expected: tuple[Action, float]
) -> None:
    """Item and player stand at the top, in ``data`` or in ``params``; clocks tell the time."""
    clock = {"hours": reached // 3600, "minutes": reached % 3600 // 60, "seconds": reached % 60}
    film = {"type": "movie", "title": "Arrival", "year": 2016, "uniqueid": {"tmdb": "329865"}, "id": 7}
    player = {"time": clock, "totaltime": {"hours": 1, "minutes": 30, "seconds": 0, "milliseconds": 0}}
    about = {"item": film, "player": player, "end": event == "playback_ended"}
    sent: dict[str, dict[str, object]] = {
        "top": {"method": method, **about},
        "data": {"event": event, "data": about},
        "params": {"method": method, "params": {"data": about}},
    }
    for address in ("kodi", "auto", "generic"):
        actual = parse(sent[around], address)

        assert ("kodi", None, expected) == (actual.source, actual.ignored, (actual.action, actual.progress))
        assert actual.media is not None
        assert ("Arrival", {"tmdb": "329865"}) == (actual.media.title, actual.media.ids)


def test_a_box_ticked_in_kodis_library_is_no_viewing() -> None:
    """The add-on sends it as a stop, and says where it comes from; its seconds are a number."""
    film = {"type": "movie", "title": "Arrival", "uniqueid": {"imdb": "tt2543164"}}
    sent = {"method": "Player.OnStop", "source": "library_update", "item": film, "total_seconds": 5400}
    actual = parse(sent)

    assert (Action.WATCHED, True, None) == (actual.action, actual.by_hand, actual.ignored)
    assert actual.media is not None
    assert 5400.0 == actual.media.runtime


def test_the_clock_of_a_file_that_ended_may_be_back_at_0() -> None:
    """Then nobody knows how far it came, but that it ended."""
    player = {"time": {"hours": 0, "minutes": 0, "seconds": 0}, "totaltime": {"hours": 2}}
    film = {"type": "movie", "title": "Arrival"}
    sent = {"method": "Player.OnStop", "item": film, "player": player, "params": {"data": {"end": True}}}
    actual = parse(sent)

    assert (Action.WATCHED, None, None) == (actual.action, actual.position, actual.progress)


def test_kodis_other_notifications_are_its_own_affair() -> None:
    """The volume is nobody's history."""
    sent = {"jsonrpc": "2.0", "method": "Application.OnVolumeChanged", "params": {"data": {"volume": 7}}}

    for address in ("kodi", "auto"):
        assert reasons.SERVER_EVENT == parse(sent, address).ignored


@pytest.mark.parametrize(
    ("kind", "reason"), [("song", reasons.MUSIC), ("musicvideo", reasons.MUSIC), ("channel", reasons.LIVE_TV)]
)
def test_what_is_no_film_is_ignored_for_a_reason(kind: str, reason: str) -> None:
    """Music and television never count."""
    assert reason == parse(kodi(mediaType=kind)).ignored
