"""Tautulli's webhook agent."""

from __future__ import annotations

import pytest

from scrobbled.model.event import Action, PlaybackEvent
from scrobbled.model.media import Kind, Media
from scrobbled.wire import reasons, webhook

from .composed import RECEIPT, encoded, tautulli

#: Plex's envelope with the names of WatchState's instructions.
WATCHSTATE: dict[str, object] = {
    "event": "tautulli.watched",
    "Account": {"id": "1", "title": "Robin"},
    "Player": {"title": "Bedroom TV"},
    "Metadata": {
        "librarySectionType": None,
        "guid": "plex://episode/5d9c1276e264b7001fcaaaaa",
        "type": "episode",
        "title": "Winter Is Coming",
        "grandparentTitle": "Game of Thrones",
        "parentTitle": "Season 1",
        "index": "1",
        "parentIndex": "1",
        "viewOffset": "3420000",
        "year": "2011",
        "duration": "3600000",
        "userRating": "",
        "Guids": {"imdb": "tt0944947", "tvdb": "121361", "tmdb": "1399", "tvmaze": ""},
    },
}
SHOW_IDS = {"imdb": "tt0944947", "tvdb": "121361", "tmdb": "1399"}


def parse(payload: object, player: str = "tautulli") -> PlaybackEvent:
    """Parse *payload* as JSON."""
    return webhook.parse(player, encoded(payload), RECEIPT)


def media(payload: object) -> Media:
    """Give what *payload* is about."""
    found = parse(payload).media
    assert found is not None
    return found


def test_our_own_template_is_read_whole() -> None:
    """The ids are the SHOW's; percent, position and runtime are told apart."""
    assert PlaybackEvent(
        id=RECEIPT.id,
        user_id=42,
        source="tautulli",
        action=Action.WATCHED,
        occurred_at=RECEIPT.received_at,
        received_at=RECEIPT.received_at,
        media=Media(
            kind=Kind.EPISODE,
            title="Winter Is Coming",
            year=2011,
            show="Game of Thrones",
            season=1,
            episode=1,
            show_ids=SHOW_IDS,
            runtime=3600.0,
        ),
        progress=95.0,
        position=3420.0,
        provisional=True,
        event_name="watched",
        player="Bedroom TV",
    ) == parse(tautulli())


def test_the_ids_of_a_film_are_its_own() -> None:
    """Only beside an episode are they somebody else's."""
    film = {"media_type": "movie", "title": "Arrival", "show_name": "", "episode_name": ""}
    actual = media(
        tautulli(**film, season_num="", episode_num="", imdb_id="tt2543164", thetvdb_id="", themoviedb_id="")
    )

    assert (Kind.MOVIE, "Arrival", {"imdb": "tt2543164"}, {}) == (
        actual.kind, actual.title, actual.ids, actual.show_ids
    )  # fmt: skip


@pytest.mark.parametrize(
    ("action", "expected", "reason"),
    [
        ("play", Action.START, None),
        ("resume", Action.START, None),
        ("pause", Action.PAUSE, None),
        ("stop", Action.STOP, None),
        ("watched", Action.WATCHED, None),
        ("on_watched", Action.WATCHED, None),
        ("change", Action.PROGRESS, None),
        ("intro", Action.PROGRESS, None),
        ("credits", Action.PROGRESS, None),
        ("created", Action.PROGRESS, reasons.LIBRARY_EVENT),
        ("error", Action.PROGRESS, reasons.SERVER_EVENT),
        ("intdown", Action.PROGRESS, reasons.SERVER_EVENT),
        ("dance", Action.PROGRESS, reasons.UNKNOWN_EVENT),
        ("", Action.PROGRESS, reasons.UNKNOWN_EVENT),
    ],
)
def test_each_trigger_has_its_meaning(action: str, expected: Action, reason: str | None) -> None:
    """The value of {action}, flat and in Plex's envelope."""
    flat, like_plex = parse(tautulli(action)), parse(WATCHSTATE | {"event": f"tautulli.{action}"})

    assert (expected, reason) == (flat.action, flat.ignored)
    assert (expected, reason) == (like_plex.action, like_plex.ignored)


@pytest.mark.parametrize("event", ["media.stop", "playback.stop", "stop"])
def test_the_event_may_be_called_what_the_author_liked(event: str) -> None:
    """Templates write Plex's or the server's prefix before {action}."""
    sent = tautulli(event_type=event)
    del sent["action"]

    assert Action.STOP is parse(sent).action


def test_a_template_without_an_action_reports_what_was_watched() -> None:
    """One trigger, one template; but a percentage may contradict it, and ours has an action."""
    sent = tautulli()
    del sent["action"]
    single = {"plex_title": "Game of Thrones", "plex_season_num": "1", "plex_ep_num": "2"}

    assert Action.WATCHED is parse(single).action
    assert Action.WATCHED is parse(sent).action
    assert reasons.UNKNOWN_EVENT == parse({**sent, "progress_percent": "", "view_offset": ""}).ignored
    assert Action.PROGRESS is parse(sent | {"progress_percent": "12"}).action


def test_plexs_envelope_has_the_shows_ids_and_year() -> None:
    """A map called Guids is Tautulli's, and the year beside it is {show_year}."""
    assert Media(
        kind=Kind.EPISODE,
        title="Winter Is Coming",
        show="Game of Thrones",
        show_year=2011,
        season=1,
        episode=1,
        show_ids=SHOW_IDS,
        runtime=3600.0,
    ) == media(WATCHSTATE)
    assert (95.0, 3420.0) == (parse(WATCHSTATE).progress, parse(WATCHSTATE).position)


@pytest.mark.parametrize("player", ["tautulli", "plex", "auto"])
def test_a_full_title_gives_a_relayed_template_away(player: str) -> None:
    """{title} is "Show - Episode"; the ids that a relay put into Plex's Guid are the show's."""
    metadata = {
        "title": "Game of Thrones - Winter Is Coming",
        "type": "episode",
        "parentIndex": 1,
        "index": 1,
        "guid": "plex://episode/5d9c1276e264b7001fcaaaaa",
        "Guid": [{"id": "imdb://tt0944947"}, {"id": "tvdb://121361"}],
        "grandparentTitle": "Game of Thrones",
    }
    actual = parse({"event": "media.scrobble", "Account": {"title": "Robin"}, "Metadata": metadata}, player)

    assert ("tautulli", Action.WATCHED) == (actual.source, actual.action)
    assert actual.media is not None
    assert ("Winter Is Coming", {}, {"imdb": "tt0944947", "tvdb": "121361"}) == (
        actual.media.title, actual.media.ids, actual.media.show_ids
    )  # fmt: skip


@pytest.mark.parametrize(
    ("guid", "show_ids"),
    [
        ("com.plexapp.agents.thetvdb://121361/1/1?lang=en", {"tvdb": "121361"}),
        ("plex://episode/5d9c1276e264b7001fcaaaaa", {}),
        ("", {}),
    ],
)
def test_the_guid_helps_where_an_old_agent_wrote_it(guid: str, show_ids: dict[str, str]) -> None:
    """Plex's own guids are in no catalogue."""
    sent = {
        "action": "watched",
        "media_type": "episode",
        "show_name": "X",
        "season_num": "1",
        "episode_num": "1",
    }

    assert show_ids == media(sent | {"guid": guid}).show_ids


def test_two_fields_for_titles_are_told_apart() -> None:
    """plex_title is the show, plex_movie_title the episode or the film."""
    sent = {
        "plex_title": "Game of Thrones",
        "plex_season_num": "1",
        "plex_ep_num": "2",
        "media_type": "episode",
    }
    film = {"plex_title": "Arrival", "plex_season_num": "", "plex_ep_num": "", "media_type": "movie"}
    actual = media(sent | {"plex_movie_title": "Game of Thrones - The Kingsroad"})

    assert ("Game of Thrones", "The Kingsroad", 1, 2) == (
        actual.show,
        actual.title,
        actual.season,
        actual.episode,
    )
    assert (Kind.MOVIE, "Arrival") == (media(film).kind, media(film).title)


@pytest.mark.parametrize(
    ("changes", "show", "title"),
    [
        ({"media_type": "episode", "title": "Some Show", "season": "1", "episode": "2"}, "Some Show", None),
        ({"media_type": "movie", "title": "Some Film", "season": "1", "episode": "1"}, None, "Some Film"),
        ({"media_type": "episode", "title": "Show - Episode", "rating_key": "7"}, None, "Show - Episode"),
    ],
)
def test_a_lone_title_beside_numbers_is_the_shows(
    changes: dict[str, object], show: str | None, title: str | None
) -> None:
    """Without numbers it is whatever it is."""
    actual = media(changes)

    assert (show, title) == (actual.show, actual.title)


@pytest.mark.parametrize(
    "numbers", [{"episode_num": "6-10"}, {"season_num": "1-3", "episode_num": ""}, {"episode_num": "1 - 2"}]
)
def test_what_was_added_together_is_no_play(numbers: dict[str, object]) -> None:
    """A range is a grouped notification of new episodes, whatever the trigger is called."""
    sent = tautulli("watched", **numbers)
    actual = parse(sent)

    assert reasons.LIBRARY_EVENT == actual.ignored
    assert actual.media is not None
    assert None is actual.media.episode


@pytest.mark.parametrize(
    ("duration", "progress"),
    [
        ({"duration_ms": "3600000"}, 50.0),
        ({"duration_ms": "", "duration": "60"}, 50.0),
        ({"duration_ms": "", "duration": "3600000"}, 50.0),
        ({"duration_ms": "", "duration": ""}, None),
        ({"progress_percent": "50"}, 50.0),
    ],
)
def test_the_runtime_is_in_minutes_or_milliseconds(
    duration: dict[str, object], progress: float | None
) -> None:
    """{duration} counts minutes; what is too large for that counts milliseconds."""
    sent = tautulli("stop", **({"progress_percent": "", "view_offset": "1800000"} | duration))

    assert progress == parse(sent).progress


def test_a_time_counts_only_when_its_zone_is_known() -> None:
    """{unixtime} dates an event; {last_viewed_date} is the user's own format and says nothing."""
    actual = parse(tautulli(unixtime="1772395170", last_viewed_date="2020-01-01 20:00"))

    assert "2026-03-01T19:59:30+00:00" == actual.occurred_at.isoformat()
    assert RECEIPT.received_at == parse(tautulli(last_viewed_date="2020-01-01T20:00:00Z")).occurred_at


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"media_type": "track"}, reasons.MUSIC),
        ({"media_type": "clip"}, reasons.TRAILER),
        ({"media_type": "photo"}, reasons.PHOTO),
        ({"live": "1"}, reasons.LIVE_TV),
        ({"media_type": "season"}, reasons.NOT_MEDIA),
        ({"media_type": "show", "season_num": "", "episode_num": ""}, reasons.NOT_MEDIA),
        ({"media_type": "movie", "file": "/films/Arrival {edition-Trailer}.mkv"}, reasons.PLACEHOLDER),
    ],
)
def test_what_is_no_film_is_ignored_for_a_reason(changes: dict[str, object], reason: str) -> None:
    """Music, clips, photos, television and whole shows never count."""
    assert reason == parse(tautulli("watched", **changes)).ignored


@pytest.mark.parametrize("show_title", ["title", "show_name"])
def test_the_ids_of_what_was_added_are_the_shows(show_title: str) -> None:
    """A whole show, or a season of one, is neither a film nor an episode, and neither are its ids."""
    sent = {"action": "created", show_title: "Game of Thrones", "year": "2011", "thetvdb_id": "121361"}
    for kind, season in (("show", None), ("season", 2)):
        actual = parse({**sent, "media_type": kind, "season_num": "2" if season else ""}).media

        assert actual is not None
        assert ({}, {"tvdb": "121361"}) == (actual.ids, actual.show_ids)
        assert ("Game of Thrones", season) == (actual.title, actual.season)


def test_a_path_alone_says_nothing() -> None:
    """Its program wanted subtitles, not a history."""
    actual = parse({"event": "played", "file": "/media/show.mkv"})

    assert (None, reasons.NOT_MEDIA) == (actual.media, actual.ignored)


def test_an_unrendered_template_says_so() -> None:
    """The button "Test Notifications" sends the text as it is."""
    sent = {key: "{" + key + "}" for key in tautulli()}
    for payload in (sent, WATCHSTATE | {"event": "tautulli.{action}", "Metadata": {"type": "{media_type}"}}):
        actual = parse(payload)

        assert (None, reasons.UNRENDERED_TEMPLATE) == (actual.media, actual.ignored)


def test_a_name_that_tautulli_does_not_know_is_no_value() -> None:
    """It stays in braces, and the rest counts."""
    actual = parse(tautulli(episode_name="{episode_titel}"))

    assert None is actual.ignored
    assert actual.media is not None
    assert (None, "Game of Thrones") == (actual.media.title, actual.media.show)


@pytest.mark.parametrize("account", ["robin", "1"])
def test_only_the_named_users_count(account: str) -> None:
    """By the name that Tautulli shows, or by id."""
    mine, other = encoded(tautulli()), encoded(tautulli(user="Kim", user_id="2"))

    assert None is webhook.parse("tautulli", mine, RECEIPT, accounts=[account]).ignored
    assert reasons.OTHER_USER == webhook.parse("tautulli", other, RECEIPT, accounts=[account]).ignored
