"""Emby webhooks."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest

from scrobbled.model.event import Action, PlaybackEvent
from scrobbled.model.media import Kind, Media
from scrobbled.wire import reasons, webhook
from scrobbled.wire.fields import content_id

from .composed import EMBY_EPISODE, EMBY_FILM, RECEIPT, emby, encoded, multipart

SENT_AT = datetime(2026, 3, 1, 19, 59, 30, 123456, tzinfo=UTC)
HALF = {"PlayedToCompletion": False, "PositionTicks": 35_000_000_000}


def parse(payload: object) -> PlaybackEvent:
    """Parse *payload* as JSON."""
    return webhook.parse("emby", encoded(payload), RECEIPT)


def media(payload: object) -> Media:
    """Give what *payload* is about."""
    found = parse(payload).media
    assert found is not None
    return found


def test_a_film_is_read_whole() -> None:
    """Ids without noise, runtime, position, player, app and Emby's own clock are filled."""
    body = encoded(emby(PlaybackInfo=HALF))

    assert PlaybackEvent(
        id=content_id(RECEIPT, "emby", body),
        user_id=42,
        source="emby",
        action=Action.STOP,
        occurred_at=SENT_AT,
        received_at=RECEIPT.received_at,
        media=Media(
            kind=Kind.MOVIE,
            title="Arrival",
            year=2016,
            ids={"imdb": "tt2543164", "tmdb": "329865"},
            runtime=7000.0,
        ),
        progress=50.0,
        position=3500.0,
        provisional=True,
        event_name="playback.stop",
        player="Bedroom TV",
        app="Emby Web",
    ) == webhook.parse("emby", body, RECEIPT)


@pytest.mark.parametrize(
    "body",
    [
        encoded(emby()),
        urlencode({"data": encoded(emby()).decode()}).encode(),
        multipart(('Content-Disposition: form-data; name="data"', encoded(emby()))),
        encoded({"data": encoded(emby()).decode()}),
    ],
)
@pytest.mark.parametrize("player", ["emby", "auto", "plex"])
def test_each_request_content_type_of_embys_settings_is_read(body: bytes, player: str) -> None:
    """JSON, a form and multipart mean the same at any address."""
    actual = webhook.parse(player, body, RECEIPT)

    assert ("emby", parse(emby()).media) == (actual.source, actual.media)


@pytest.mark.parametrize(
    ("event", "action", "reason"),
    [
        ("playback.start", Action.START, None),
        ("playback.unpause", Action.START, None),
        ("playback.pause", Action.PAUSE, None),
        ("playback.stop", Action.STOP, None),
        ("item.markplayed", Action.WATCHED, None),
        ("item.markunplayed", Action.UNWATCH, None),
        ("item.rate", Action.RATE, reasons.NO_RATING),
        ("item.addedtofavorites", Action.RATE, reasons.NO_RATING),
        ("item.removedfromfavorites", Action.RATE, reasons.NO_RATING),
        ("library.new", Action.PROGRESS, reasons.LIBRARY_EVENT),
        ("library.deleted", Action.PROGRESS, reasons.LIBRARY_EVENT),
        ("system.notificationtest", Action.PROGRESS, reasons.TEST_EVENT),
        ("system.webhooktest", Action.PROGRESS, reasons.TEST_EVENT),
        ("system.serverrestartrequired", Action.PROGRESS, reasons.SERVER_EVENT),
        ("user.authenticated", Action.PROGRESS, reasons.SERVER_EVENT),
        ("plugins.plugininstalled", Action.PROGRESS, reasons.SERVER_EVENT),
        ("playback.dance", Action.PROGRESS, reasons.UNKNOWN_EVENT),
        ("PlaybackStart", Action.START, None),
        ("PlaybackStop", Action.STOP, None),
        ("PlaybackPause", Action.PAUSE, None),
        ("media.stop", Action.STOP, None),
    ],
)
def test_each_event_has_its_meaning(event: str, action: Action, reason: str | None) -> None:
    """Emby's own names and those of its older plugin."""
    actual = parse(emby(event))

    assert (action, reason) == (actual.action, actual.ignored)


@pytest.mark.parametrize(("event", "by_hand"), [("item.markplayed", True), ("playback.stop", False)])
def test_a_tick_is_told_from_a_play(event: str, by_hand: bool) -> None:
    """A ticked season comes as one such event for each episode."""
    assert by_hand == parse(emby(event, EMBY_EPISODE)).by_hand


def test_a_test_without_an_item_is_about_nothing() -> None:
    """The sentence in Title is no film."""
    actual = parse(
        {"Title": "Test Notification", "Event": "system.notificationtest", "Server": {"Version": "4.9.0.40"}}
    )

    assert (None, reasons.TEST_EVENT, "emby") == (actual.media, actual.ignored, actual.source)


@pytest.mark.parametrize(
    ("top", "action"),
    [
        ({"PlaybackInfo": {"PlayedToCompletion": True}}, Action.WATCHED),
        ({"PlaybackInfo": {"PlayedToCompletion": "true"}}, Action.WATCHED),
        ({"PlayedToCompletion": True}, Action.WATCHED),
        ({"PlaybackInfo": {"PlayedToCompletion": False}}, Action.STOP),
        ({"PlaybackInfo": {"PlayedToCompletion": ""}}, Action.STOP),
        ({}, Action.STOP),
    ],
)
def test_the_server_says_whether_a_stop_is_the_end(top: dict[str, object], action: Action) -> None:
    """The flag in PlaybackInfo, or at the top as the older plugin has it."""
    assert action == parse(emby("playback.stop", None, **top)).action


def test_the_flag_of_a_stop_says_nothing_of_a_start() -> None:
    """A start is a start, whatever is left over from before."""
    assert Action.START is parse(emby("playback.start", PlaybackInfo={"PlayedToCompletion": True})).action


@pytest.mark.parametrize(
    ("event", "top", "position"),
    [
        ("playback.stop", {"PlaybackInfo": HALF}, 3500.0),
        ("playback.stop", {"PlaybackInfo": HALF, "Session": {"PlayState": {"PositionTicks": 0}}}, 3500.0),
        ("playback.stop", {"Session": {"PlayState": {"PositionTicks": 35_000_000_000}}}, 3500.0),
        ("playback.stop", {"Session": {"PlayState": {"PositionTicks": 0}}}, None),
        ("playback.start", {"Session": {"PlayState": {"PositionTicks": 0}}}, 0.0),
        ("playback.start", {"PlaybackInfo": {"PositionTicks": 0}}, 0.0),
        ("playback.start", {"Session": {"PlayState": {}}}, None),
        ("playback.start", {}, None),
        (
            "playback.stop",
            {
                "PlaybackInfo": {"PlayedToCompletion": True},
                "Session": {"PlayState": {"PositionTicks": 10_000_000}},
            },
            None,
        ),
    ],
)
def test_the_session_may_be_at_the_next_episode_already(
    event: str, top: dict[str, object], position: float | None
) -> None:
    """PlaybackInfo has the position; where nobody knows it, it is not 0."""
    assert position == parse(emby(event, None, **top)).position


def test_the_runtime_may_stand_beside_the_file_alone() -> None:
    """An item without a runtime takes that of the file being played."""
    item = {key: value for key, value in EMBY_FILM.items() if key != "RunTimeTicks"}
    info = HALF | {"MediaSource": {"RunTimeTicks": 70_000_000_000}}

    assert 50.0 == parse(emby(item=item, PlaybackInfo=info)).progress


def test_an_episode_keeps_its_own_ids_and_year() -> None:
    """Emby names the series but not its ids."""
    assert Media(
        kind=Kind.EPISODE,
        title="Winter Is Coming",
        year=2011,
        show="Game of Thrones",
        season=1,
        episode=1,
        ids={"imdb": "tt1480055", "tvdb": "3254641"},
        runtime=3600.0,
    ) == media(emby(item=EMBY_EPISODE))


@pytest.mark.parametrize(
    "tag", ["{tmdb-1399}", "{tmdbid=1399}", "[tmdbid-1399]", "[tmdb=1399]", "{TMDB-1399}", "(tmdbid-1399)"]
)
def test_a_tag_in_the_path_is_the_series_where_the_episode_has_no_id(tag: str) -> None:
    """Libraries of .strm files have no ids but in their folders."""
    item = EMBY_EPISODE | {
        "ProviderIds": {},
        "Path": f"/tv/Game of Thrones (2011) {tag}/Season 1/S01E01.strm",
    }
    known = EMBY_EPISODE | {"Path": item["Path"]}

    assert ({}, {"tmdb": "1399"}) == (media(emby(item=item)).ids, media(emby(item=item)).show_ids)
    assert {} == media(emby(item=known)).show_ids


def test_a_tag_in_the_path_of_a_film_is_the_films() -> None:
    """A film's folder or file may carry its id."""
    item = EMBY_FILM | {"ProviderIds": None, "Path": r"D:\Films\Arrival (2016) {imdb-tt2543164}\Arrival.mkv"}

    assert {"imdb": "tt2543164"} == media(emby(item=item)).ids


def test_specials_and_files_of_several_episodes_keep_their_numbers() -> None:
    """Season 0 is a number, and IndexNumberEnd is the last episode of the file."""
    actual = media(emby(item=EMBY_EPISODE | {"ParentIndexNumber": 0, "IndexNumber": 3, "IndexNumberEnd": 4}))

    assert (0, 3, 4) == (actual.season, actual.episode, actual.episode_end)


def test_a_season_is_read_as_what_it_is() -> None:
    """Its episodes are ticked one by one, so the season itself counts nothing."""
    season = {"Type": "Season", "Name": "Season 2", "SeriesName": "Game of Thrones", "IndexNumber": 2}
    actual = parse(emby("item.markplayed", season))

    assert (Action.WATCHED, True, reasons.NOT_MEDIA) == (actual.action, actual.by_hand, actual.ignored)
    assert actual.media is not None
    assert ("Season 2", "Game of Thrones", 2) == (actual.media.title, actual.media.show, actual.media.season)


def test_a_series_has_its_ids_as_the_shows() -> None:
    """A liked series is no film, and its ids are a series'."""
    actual = parse(
        emby("item.rate", {"Type": "Series", "Name": "Game of Thrones", "ProviderIds": {"Tvdb": "121361"}})
    )

    assert reasons.NO_RATING == actual.ignored
    assert actual.media is not None
    assert ({}, {"tvdb": "121361"}) == (actual.media.ids, actual.media.show_ids)


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ({"Type": "Audio", "Name": "So What"}, reasons.MUSIC),
        ({"Type": "Trailer", "Name": "Arrival"}, reasons.TRAILER),
        (EMBY_FILM | {"ExtraType": "Trailer"}, reasons.TRAILER),
        ({"Type": "TvChannel", "Name": "BBC One"}, reasons.LIVE_TV),
        ({"Type": "Photo", "Name": "x"}, reasons.PHOTO),
        ({"Type": "Season", "Name": "Season 1"}, reasons.NOT_MEDIA),
        (EMBY_FILM | {"Path": "/films/Arrival (2016) {edition-Trailer}.mkv"}, reasons.PLACEHOLDER),
        (EMBY_FILM | {"Path": "/films/Arrival (2016)/Arrival.comingsoon.mp4"}, reasons.PLACEHOLDER),
        ({"Type": "Movie"}, reasons.UNIDENTIFIABLE),
    ],
)
def test_what_is_no_film_is_ignored_for_a_reason(item: dict[str, object], reason: str) -> None:
    """Music, extras, television, photos, stand-ins and nameless things never count."""
    assert reason == parse(emby("playback.start", item)).ignored


@pytest.mark.parametrize(
    ("user", "session", "is_wanted"),
    [
        ({"Name": "Robin", "Id": "b" * 32}, {}, True),
        (None, {"UserName": "robin"}, True),
        ({"Name": "Kim"}, {}, False),
        (None, {}, False),
    ],
)
def test_only_the_named_users_count(user: object, session: object, is_wanted: bool) -> None:
    """The user stands at the top, or in the session of forwarded shapes."""
    body = encoded(emby(User=user, Session=session))
    actual = webhook.parse("emby", body, RECEIPT, accounts=[" ROBIN"])

    assert (None if is_wanted else reasons.OTHER_USER) == actual.ignored


def test_the_same_delivery_twice_is_one_event() -> None:
    """Date names the event by its content; a clock that runs ahead does not."""
    body, ahead = encoded(emby()), encoded(emby(Date="2026-03-01T21:00:00.0000000Z"))

    assert webhook.parse("emby", body, RECEIPT).id == webhook.parse("auto", body, RECEIPT).id
    assert (RECEIPT.id, RECEIPT.received_at) == (parse(emby(Date="")).id, parse(emby(Date="")).occurred_at)
    assert RECEIPT.received_at == webhook.parse("emby", ahead, RECEIPT).occurred_at
