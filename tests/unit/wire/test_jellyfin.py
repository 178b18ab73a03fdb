"""Jellyfin webhooks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrobbled.errors import PayloadError
from scrobbled.model.event import Action, PlaybackEvent
from scrobbled.model.media import Kind, Media
from scrobbled.wire import reasons, webhook
from scrobbled.wire.fields import content_id

from .composed import RECEIPT, encoded, jellyfin_episode, jellyfin_film, nested, plex_episode
from .mutations import mutations

SENT_AT = datetime(2026, 3, 1, 19, 59, 30, 123456, tzinfo=UTC)
EPISODE = {
    "Type": "Episode",
    "Name": "Winter Is Coming",
    "SeriesName": "Game of Thrones",
    "ParentIndexNumber": 1,
    "IndexNumber": 1,
    "ProductionYear": 2011,
    "RunTimeTicks": 36_000_000_000,
    "ProviderIds": {"Imdb": "tt1480055", "Tmdb": "", "TvdbSlug": "winter"},
}


def parse(payload: object) -> PlaybackEvent:
    """Parse *payload* as JSON."""
    return webhook.parse("jellyfin", encoded(payload), RECEIPT)


def media(payload: object) -> Media:
    """Give what *payload* is about."""
    found = parse(payload).media
    assert found is not None
    return found


def test_a_film_is_read_whole() -> None:
    """Ids, runtime, position, player, app and the payload's own clock are filled."""
    body = encoded(jellyfin_film())

    assert PlaybackEvent(
        id=content_id(RECEIPT, "jellyfin", body),
        user_id=42,
        source="jellyfin",
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
        event_name="PlaybackStop",
        player="Bedroom TV",
        app="Jellyfin Web",
    ) == webhook.parse("jellyfin", body, RECEIPT)


def test_the_year_of_an_episode_is_the_series() -> None:
    """The flat ``Year`` belongs to the series, the ids to the episode."""
    assert Media(
        kind=Kind.EPISODE,
        title="Winter Is Coming",
        show="Game of Thrones",
        show_year=2011,
        season=1,
        episode=1,
        ids={"imdb": "tt1480055", "tmdb": "63056"},
        runtime=7000.0,
    ) == media(jellyfin_episode())


def test_a_nested_episode_is_read_too() -> None:
    """Community templates nest the item; its year is its own, blank ids are dropped."""
    assert Media(
        kind=Kind.EPISODE,
        title="Winter Is Coming",
        year=2011,
        show="Game of Thrones",
        season=1,
        episode=1,
        ids={"imdb": "tt1480055"},
        runtime=3600.0,
    ) == media(nested("Play", EPISODE))


@pytest.mark.parametrize(
    ("event", "changes", "action"),
    [
        ("PlaybackStart", {}, Action.START),
        ("PlaybackProgress", {}, Action.PROGRESS),
        ("PlaybackProgress", {"IsPaused": True}, Action.PAUSE),
        ("PlaybackProgress", {"IsPaused": "False"}, Action.PROGRESS),
        ("PlaybackStop", {}, Action.STOP),
        ("PlaybackStop", {"PlayedToCompletion": False}, Action.STOP),
        ("PlaybackStop", {"PlayedToCompletion": ""}, Action.STOP),
        ("PlaybackStop", {"PlayedToCompletion": True}, Action.WATCHED),
        ("PlaybackStop", {"PlayedToCompletion": "True", "PlaybackPositionTicks": ""}, Action.WATCHED),
        ("Resume", {}, Action.START),
        ("Pause", {}, Action.PAUSE),
        ("Scrobble", {}, Action.WATCHED),
        ("MarkPlayed", {}, Action.WATCHED),
    ],
)
def test_each_playback_event_has_its_action(event: str, changes: dict[str, object], action: Action) -> None:
    """The server's own verdict makes a stop watched, even against the position."""
    actual = parse(jellyfin_film(event, **changes))

    assert (action, None) == (actual.action, actual.ignored)


@pytest.mark.parametrize(
    ("event", "changes", "reason"),
    [
        ("UserDataSaved", {"SaveReason": "PlaybackStart", "Played": True}, reasons.USER_DATA_ECHO),
        ("UserDataSaved", {"SaveReason": "PlaybackProgress", "Played": True}, reasons.USER_DATA_ECHO),
        ("UserDataSaved", {"SaveReason": "PlaybackFinished", "Played": True}, reasons.USER_DATA_ECHO),
        ("UserDataSaved", {"SaveReason": "Import", "Played": True}, reasons.USER_DATA_ECHO),
        ("UserDataSaved", {"SaveReason": "UpdateUserRating"}, reasons.NO_RATING),
        ("UserDataSaved", {"Played": True}, reasons.USER_DATA_ECHO),
        ("Rate", {}, reasons.NO_RATING),
        ("ItemAdded", {}, reasons.LIBRARY_EVENT),
        ("ItemDeleted", {}, reasons.LIBRARY_EVENT),
        ("SessionStart", {}, reasons.SERVER_EVENT),
        ("AuthenticationFailure", {}, reasons.SERVER_EVENT),
        ("PendingRestart", {}, reasons.SERVER_EVENT),
        ("{{NotificationType}}", {}, reasons.UNKNOWN_EVENT),
        ("PlaybackStop", {"ItemType": "Audio"}, reasons.MUSIC),
        ("PlaybackStop", {"ItemType": "Trailer"}, reasons.TRAILER),
        ("PlaybackStop", {"ItemType": "Video"}, reasons.HOME_VIDEO),
        ("PlaybackStop", {"ItemType": "LiveTvProgram"}, reasons.LIVE_TV),
        ("PlaybackStop", {"ItemType": "Series"}, reasons.NOT_MEDIA),
        ("PlaybackStop", {"ItemType": "", "Name": "So What", "Album": "Kind of Blue"}, reasons.MUSIC),
    ],
)
def test_what_does_not_count_says_why(event: str, changes: dict[str, object], reason: str) -> None:
    """Echoes, likes, music and the server's own affairs are ignored by name."""
    assert reason == parse(jellyfin_film(event, **changes)).ignored


@pytest.mark.parametrize("event", ["Generic", "AuthenticationSuccess", "UserCreated", "TaskCompleted"])
def test_the_servers_own_affairs_are_about_nothing(event: str) -> None:
    """The name of a user or a message is no film."""
    actual = parse({"NotificationType": event, "Name": "Robin", "Overview": "hello", "UserId": "b" * 32})

    assert (None, reasons.SERVER_EVENT) == (actual.media, actual.ignored)


def test_a_tick_by_hand_is_watched_when_it_was_last_played() -> None:
    """The reset position says nothing, the last play says when."""
    sent = {"SaveReason": "TogglePlayed", "Played": "True", "PlaybackPositionTicks": "0"}
    actual = parse(jellyfin_film("UserDataSaved", **sent, LastPlayedDate="2026-02-20T21:00:00.0000000Z"))

    assert (Action.WATCHED, None) == (actual.action, actual.ignored)
    assert (None, None) == (actual.position, actual.progress)
    assert datetime(2026, 2, 20, 21, tzinfo=UTC) == actual.occurred_at


@pytest.mark.parametrize(
    ("changes", "is_proof"),
    [
        ({"PlayCount": 1, "PlaybackPositionTicks": 0}, True),
        ({"PlayCount": 2, "PlaybackPositionTicks": 0}, False),
        ({"PlaybackPositionTicks": "0"}, True),
        ({"PlayCount": 1}, False),
        ({"PlayCount": 1, "RunTimeTicks": 0}, False),
        ({"PlayCount": 1, "PlaybackPositionTicks": ""}, False),
        ({"PlayCount": 1, "PlaybackPositionTicks": 0, "Played": False}, False),
    ],
)
def test_a_finished_save_is_proof_unless_it_may_be_a_rewatch(
    changes: dict[str, object], is_proof: bool
) -> None:
    """On a rewatch Played stays true, so the position must be reset, and no second play be counted."""
    sent = jellyfin_film("UserDataSaved", **({"SaveReason": "PlaybackFinished", "Played": True} | changes))

    assert (None if is_proof else reasons.USER_DATA_ECHO) == parse(sent).ignored


@pytest.mark.parametrize("rating", [8, None])
def test_a_season_can_be_rated(rating: object) -> None:
    """It is a number of its series; a like has no number, and says nothing."""
    sent = {
        "NotificationType": "UserDataSaved",
        "SaveReason": "UpdateUserRating",
        "ItemType": "Season",
        "Name": "Season 2",
        "SeriesName": "Game of Thrones",
        "SeasonNumber": 2,
        "Likes": True,
        "Rating": rating,
    }
    actual = parse(sent)

    assert (True, None if rating else reasons.NO_RATING) == (actual.of_show, actual.ignored)
    assert actual.media is not None
    assert ("Game of Thrones", 2) == (actual.media.show, actual.media.season)


@pytest.mark.parametrize(
    ("changes", "is_watched"),
    [
        ({}, True),
        ({"PlayCount": "1"}, True),
        ({"PlayCount": "2"}, False),
        ({"Played": "False"}, False),
        ({"PlaybackPositionTicks": "9000000000"}, False),
        ({"ServerVersion": "10.11.1"}, False),
        ({"SaveReason": "PlaybackProgress"}, False),
    ],
)
def test_a_template_without_the_position_tells_an_end_too(
    changes: dict[str, object], is_watched: bool
) -> None:
    """Some players report the end of an episode by nothing but a saved Played (and no position to check)."""
    sent: dict[str, object] = {
        "NotificationType": "UserDataSaved",
        "SaveReason": "PlaybackFinished",
        "ItemType": "Episode",
        "SeriesName": "Game of Thrones",
        "EpisodeNumber": "3",
        "PlayedToCompletion": "",
        "Played": "True",
    }
    actual = parse(sent | changes)

    assert is_watched == (actual.ignored is None and actual.action is Action.WATCHED)


@pytest.mark.parametrize(
    ("ticks", "action"), [(30_000_000_000, Action.STOP), (60_000_000_000, Action.WATCHED)]
)
def test_a_forwarder_may_group_how_far_it_came(ticks: int, action: Action) -> None:
    """``playback`` holds position, runtime and the flag; keys are in snake case."""
    sent = {
        "notification_type": "PlaybackStop",
        "timestamp": "2026-03-01T19:59:30Z",
        "user": {"id": "7", "name": "Robin"},
        "item": {"type": "Movie", "name": "Arrival", "provider_ids": {"Imdb": "tt2543164"}},
        "playback": {
            "position_ticks": ticks,
            "runtime_ticks": 60_000_000_000,
            "played_to_completion": action is Action.WATCHED,
        },
    }
    actual = parse(sent)

    assert (action, ticks / 10_000_000) == (actual.action, actual.position)
    assert ticks / 600_000_000 == actual.progress
    assert actual.media is not None
    assert ({"imdb": "tt2543164"}, 6_000.0) == (actual.media.ids, actual.media.runtime)


@pytest.mark.parametrize(
    ("changes", "action"),
    [
        ({"RunTimeTicks": 0}, Action.STOP),
        ({"RunTimeTicks": "0", "PlaybackPositionTicks": 50_000_000}, Action.STOP),
        ({"RunTimeTicks": None}, Action.WATCHED),
        ({}, Action.WATCHED),
    ],
)
def test_completion_is_no_verdict_where_the_runtime_is_unknown(
    changes: dict[str, object], action: Action
) -> None:
    """The server says "completed" of whatever it has no runtime of; a template may just not send it."""
    assert action is parse(jellyfin_film("PlaybackStop", PlayedToCompletion=True, **changes)).action


@pytest.mark.parametrize(
    ("payload", "action", "by_hand", "rating"),
    [
        (jellyfin_film("UserDataSaved", SaveReason="TogglePlayed", Played=True), Action.WATCHED, True, None),
        (jellyfin_film("UserDataSaved", SaveReason="TogglePlayed", Played=False), Action.UNWATCH, True, None),
        (jellyfin_film("UserDataSaved", SaveReason="UpdateUserRating", Rating=8.5), Action.RATE, True, 8.5),
        (jellyfin_film("UserDataSaved", SaveReason="UpdateUserRating", Rating=""), Action.RATE, True, None),
        (nested("MarkPlayed", EPISODE), Action.WATCHED, True, None),
        (nested("MarkUnplayed", EPISODE), Action.UNWATCH, True, None),
        (nested("Rate", EPISODE | {"UserData": {"Rating": 7}}), Action.RATE, True, 7.0),
        (nested("Scrobble", EPISODE), Action.WATCHED, False, None),
    ],
)
def test_what_a_person_did_by_hand_is_told_from_playing(
    payload: dict[str, object], action: Action, by_hand: bool, rating: float | None
) -> None:
    """Ticks, unticks and ratings; the critics' CommunityRating is nobody's own."""
    actual = parse(payload | {"CommunityRating": 7.1})

    assert (action, by_hand, rating) == (actual.action, actual.by_hand, actual.rating)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"SeasonNumber": "", "SeasonNumber00": "02", "EpisodeNumber": "", "EpisodeNumber000": "007"},
            (2, 7, None),
        ),
        ({"SeasonNumber": "0", "EpisodeNumber": "3", "EpisodeNumberEnd": "4"}, (0, 3, 4)),
        ({"EpisodeNumberEnd": "1"}, (1, 1, None)),
        ({"SeasonNumber": "", "EpisodeNumber": ""}, (None, None, None)),
    ],
)
def test_numbers_come_padded_and_several(
    changes: dict[str, object], expected: tuple[int | None, ...]
) -> None:
    """Season 0 holds the specials; "" is no number."""
    actual = media(jellyfin_episode("PlaybackStop", **changes))

    assert expected == (actual.season, actual.episode, actual.episode_end)


def test_a_template_may_call_the_series_title() -> None:
    """Beside season and episode, and without a series, the title is the series'."""
    sent = {
        "NotificationType": "PlaybackStop",
        "media_type": "Episode",
        "title": "Game of Thrones",
        "season": 1,
        "episode": 2,
        "PlayedToCompletion": "True",
    }

    assert Media(kind=Kind.EPISODE, show="Game of Thrones", season=1, episode=2) == media(sent)
    assert "Arrival" == media(sent | {"media_type": "Movie", "title": "Arrival"}).title


@pytest.mark.parametrize(
    ("status", "action"),
    [
        ("playing", Action.START),
        ("paused", Action.PAUSE),
        ("stopped", Action.STOP),
        ("scrobble", Action.WATCHED),
    ],
)
def test_a_template_may_send_a_status_for_an_event(status: str, action: Action) -> None:
    """Third-party templates say MediaStatus."""
    sent = jellyfin_film() | {"MediaStatus": status, "PlaybackPositionTicks": ""}
    del sent["NotificationType"]

    assert action is parse(sent).action


@pytest.mark.parametrize(
    "ids", [{"imdb": "tt2543164"}, {"Imdb_Id": "tt2543164"}, {"ProviderIds": {"Imdb": "tt2543164"}}]
)
def test_a_template_may_drop_the_prefix_of_ids(ids: dict[str, object]) -> None:
    """Provider_imdb, imdb, ImdbId, or an object of them."""
    sent = {"NotificationType": "PlaybackStart", "ItemType": "Movie", "Name": "Arrival", **ids}

    assert {"imdb": "tt2543164"} == media(sent).ids


@pytest.mark.parametrize(
    "ids",
    [
        {"SeriesProviderIds": {"Tvdb": "121361"}},
        {"Series_Provider_tvdb": "121361"},
        {"SeriesTvdb": "121361"},
        {"series_tvdb_id": 121361},
    ],
)
def test_extensions_send_the_series_ids(ids: dict[str, object]) -> None:
    """In an object, behind a prefix, or one by one."""
    actual = media(jellyfin_episode("PlaybackStop", **ids))

    assert ({"imdb": "tt1480055", "tmdb": "63056"}, {"tvdb": "121361"}) == (actual.ids, actual.show_ids)


def test_a_nested_item_may_hold_its_ids_flat() -> None:
    """Templates mix both shapes; a show's id among the item's own is the show's."""
    item = {key: value for key, value in EPISODE.items() if key != "ProviderIds"}
    flat, mixed = (
        item | {"Provider_tvdb": "3254641"},
        item | {"ProviderIds": {"Tmdb": "63056", "ShowTmdb": "1399"}},
    )

    assert {"tvdb": "3254641"} == media(nested("Stop", flat)).ids
    assert ({"tmdb": "63056"}, {"tmdb": "1399"}) == (
        media(nested("Stop", mixed)).ids, media(nested("Stop", mixed)).show_ids
    )  # fmt: skip


def test_wikidata_is_nobodys_id() -> None:
    """The article may be the episode's or the whole show's."""
    assert {"imdb": "tt1"} == media(
        jellyfin_episode(Provider_wikidata="Q1", Provider_imdb="tt1", Provider_tmdb="")
    ).ids


def test_the_plugin_webhooks_brings_the_series_along() -> None:
    """In PascalCase and in camelCase, with the series' own ids and year."""
    series = {"Name": "Game of Thrones", "ProductionYear": 2010, "ProviderIds": {"Tvdb": "121361"}}
    pascal = nested("Stop", EPISODE, Series=series)
    camel = {
        "event": "stop",
        "item": EPISODE,
        "series": {"productionYear": 2010, "providerIds": {"tvdb": "121361"}},
    }
    for payload in (pascal, camel):
        actual = media(payload)

        assert (2011, 2010, {"tvdb": "121361"}) == (actual.year, actual.show_year, actual.show_ids)


def test_a_tag_in_the_path_helps_only_without_ids() -> None:
    """The folder's tag is the series'."""
    path = {"Path": "/tv/Game of Thrones [tvdbid-121361]/Season 01/x.mkv"}

    assert {"tvdb": "121361"} == media(nested("Stop", EPISODE | path | {"ProviderIds": {}})).show_ids
    assert {} == media(nested("Stop", EPISODE | path)).show_ids


@pytest.mark.parametrize(
    ("played", "ticks", "action"),
    [
        (True, None, Action.WATCHED),
        (True, 0, Action.WATCHED),
        (True, 35_000_000_000, Action.WATCHED),
        (True, 7_200_000_000, Action.STOP),
        (False, None, Action.STOP),
    ],
)
def test_a_nested_stop_counts_unless_the_position_contradicts(
    played: bool, ticks: int | None, action: Action
) -> None:  # fmt: skip
    """Played stays true during a rewatch: a stop at 20 % is a stop."""
    session = {"PlayState": {"PositionTicks": ticks}}
    item = EPISODE | {"UserData": {"Played": played}}

    assert action == parse(nested("Stop", item, Session=session)).action


def test_unknown_is_not_zero() -> None:
    """Jellyfin writes 0 for an unknown runtime, and for an unknown position of a heartbeat."""
    start = parse(jellyfin_film("PlaybackStart", PlaybackPositionTicks=0))
    beat = parse(jellyfin_film("PlaybackProgress", PlaybackPositionTicks=0))
    endless = parse(jellyfin_film(RunTimeTicks=0))

    assert (0.0, 0.0) == (start.position, start.progress)
    assert (None, None) == (beat.position, beat.progress)
    assert (3500.0, None) == (endless.position, endless.progress)


def test_a_template_may_bring_its_own_percentage() -> None:
    """It is used when position and runtime are missing."""
    actual = parse({"NotificationType": "PlaybackStop", "Name": "Heat", "PlaybackPercentage": "61,5"})

    assert (61.5, None) == (actual.progress, actual.position)


def test_clock_texts_stand_in_for_ticks() -> None:
    """``RunTime`` and ``PlaybackPosition`` say the same in hours, minutes and seconds."""
    sent = jellyfin_film(
        RunTimeTicks="", PlaybackPositionTicks="", RunTime="01:40:00", PlaybackPosition="00:25:00"
    )
    actual = parse(sent)

    assert (1500.0, 25.0) == (actual.position, actual.progress)


@pytest.mark.parametrize("spell", [str.lower, str.upper, lambda key: key[0].lower() + key[1:]])
def test_the_case_of_keys_does_not_count(spell: Any) -> None:
    """PascalCase, camelCase and capitals are read alike."""
    payload = jellyfin_episode()

    assert media(payload) == media({spell(key): value for key, value in payload.items()})


def test_snake_case_keys_are_read() -> None:
    """Templates may name the fields as they like to."""
    actual = parse({"notification_type": "PlaybackStop", "item_type": "Episode", "series_name": "Dark"})

    assert actual.media == Media(kind=Kind.EPISODE, show="Dark")


@pytest.mark.parametrize(
    ("name", "title"),
    [
        (r"The \"Real\" Thing", 'The "Real" Thing'),
        ("Ocean&#39;s Eleven", "Ocean's Eleven"),
        (r"Say \&quot;Hi\&quot; &amp; go", 'Say "Hi" & go'),
        ("Q&A; a &nonsense; story & more", "Q&A; a &nonsense; story & more"),
    ],
)
def test_what_templates_add_to_a_title_is_removed(name: str, title: str) -> None:
    """HTML entities and escaped quotes are undone; a plain ampersand stays."""
    assert title == media(jellyfin_film(Name=name)).title


def test_a_file_may_hold_several_episodes() -> None:
    """``EpisodeNumberEnd`` is the last one; one that is not later is none."""
    assert media(jellyfin_episode(EpisodeNumberEnd=3)).episode_end == 3
    assert media(jellyfin_episode(EpisodeNumberEnd=1)).episode_end is None


@pytest.mark.parametrize(
    "payload",
    [
        nested("Stop", EPISODE | {"SeriesProviderIds": {"Tvdb": "121361"}}),
        nested("Stop", EPISODE, Series={"ProviderIds": {"Tvdb": "121361"}}),
        jellyfin_episode(SeriesProviderIds={"Tvdb": "121361"}),
        jellyfin_episode(Series_Provider_tvdb="121361"),
    ],
)
def test_series_ids_keep_their_scope(payload: dict[str, object]) -> None:
    """Where an extension sends the series' ids they are the show's, never the episode's."""
    actual = media(payload)

    assert {"tvdb": "121361"} == actual.show_ids
    assert "tvdb" not in actual.ids


def test_a_template_without_a_type_shows_what_it_is_about() -> None:
    """Numbers make an episode, a title alone a film."""
    assert media({"Event": "Stop", "SeriesName": "Dark", "EpisodeNumber": "2"}).kind is Kind.EPISODE
    assert media({"Event": "Stop", "Name": "Heat"}).kind is Kind.MOVIE


@pytest.mark.parametrize("stamp", ["", "1/3/2026 7:59:30 PM", "0001-01-01T00:00:00Z", "2026-03-01T20:06:00Z"])
def test_without_a_sane_clock_the_receipt_counts(stamp: str) -> None:
    """Time and identity are then those of the delivery."""
    actual = parse(jellyfin_film(UtcTimestamp=stamp))

    assert (RECEIPT.received_at, RECEIPT.id) == (actual.occurred_at, actual.id)


def test_the_same_delivery_twice_is_one_event() -> None:
    """The id follows from the content, not from the receipt."""
    body = encoded(jellyfin_film())
    again = msgspec.structs.replace(RECEIPT, id=UUID(int=77))

    assert webhook.parse("jellyfin", body, RECEIPT).id == webhook.parse("jellyfin", body, again).id


def test_an_empty_body_is_an_event_that_says_so() -> None:
    """The plugin posts one when no content is set; the user must be able to see that."""
    actual = webhook.parse("jellyfin", b" \r\n", RECEIPT, "text/plain; charset=utf-8")

    assert (reasons.EMPTY_BODY, None) == (actual.ignored, actual.media)


def test_a_form_is_read_like_json() -> None:
    """The "Generic Form" destination sends every value as text."""
    body = urlencode(jellyfin_episode() | {"IsPaused": "False"}).encode()

    assert media(jellyfin_episode()) == webhook.parse("jellyfin", body, RECEIPT).media


def test_a_template_of_invalid_json_is_read() -> None:
    """Raw newlines, bare ``True`` and missing numbers come from real templates."""
    body = b'{"NotificationType":"PlaybackStop","ItemType":"Movie","Name":"Heat","Overview":"a\nb",'
    body += b'"SeasonNumber": ,"PlayedToCompletion": True}'

    assert webhook.parse("jellyfin", body, RECEIPT).action is Action.WATCHED


def test_a_plex_imitation_keeps_its_source() -> None:
    """The plugin "Webhooks" can write Plex's format; it stays a Jellyfin event."""
    account = {"id": "12345678-1234-1234-1234-123456789abc", "title": "Robin"}
    actual = parse(plex_episode("media.stop", duration=36_000_000) | {"Account": account})

    assert ("jellyfin", Action.STOP, 25.0) == (actual.source, actual.action, actual.progress)


@pytest.mark.parametrize(
    ("accounts", "is_wanted"),
    [(["ROBIN"], True), (["bbbbbbbb-" + "b" * 24], True), (["Kim"], False), ([], True)],
)
def test_only_the_named_users_count(accounts: list[str], is_wanted: bool) -> None:
    """A user is named by id, with or without dashes, or by name in any case."""
    actual = webhook.parse("jellyfin", encoded(jellyfin_film()), RECEIPT, accounts=accounts)

    assert (None if is_wanted else reasons.OTHER_USER) == actual.ignored


@given(st.data())
def test_a_mutated_payload_is_read_or_refused(data: st.DataObject) -> None:
    """Dropped keys, wrong types, wrong nesting, cuts and broken bytes: an event or a PayloadError."""
    samples = [
        jellyfin_film(),
        jellyfin_episode("UserDataSaved"),
        nested("Stop", EPISODE, Session={"PlayState": {}}),
    ]
    body = data.draw(mutations(data.draw(st.sampled_from(samples))))
    try:
        actual = webhook.parse("jellyfin", body, RECEIPT)
    except PayloadError:
        return

    assert actual == webhook.parse("jellyfin", body, RECEIPT)
    assert actual == msgspec.msgpack.decode(msgspec.msgpack.encode(actual), type=PlaybackEvent)
