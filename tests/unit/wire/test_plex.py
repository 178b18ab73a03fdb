"""Plex webhooks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrobbled.errors import PayloadError
from scrobbled.model.event import Action, PlaybackEvent
from scrobbled.model.media import Kind, Media
from scrobbled.wire import reasons, webhook
from scrobbled.wire.reading import reading

from .composed import RECEIPT, encoded, multipart, plex_episode, plex_film
from .composed import plex as composed
from .mutations import mutations


def parse(payload: object) -> PlaybackEvent:
    """Parse *payload* as JSON."""
    return webhook.parse("plex", encoded(payload), RECEIPT)


def media(payload: object) -> Media:
    """Give what *payload* is about."""
    found = parse(payload).media
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("event", "action"),
    [
        ("media.play", Action.START),
        ("media.resume", Action.START),
        ("media.pause", Action.PAUSE),
        ("media.stop", Action.STOP),
        ("media.scrobble", Action.WATCHED),
    ],
)
def test_each_playback_event_has_its_action(event: str, action: Action) -> None:
    """Playing and resuming start, a scrobble is watched; none is ignored."""
    actual = parse(plex_film(event))

    assert (action, None) == (actual.action, actual.ignored)


def test_a_film_is_read_whole() -> None:
    """Ids, runtime, position, player and the time of receipt are filled."""
    body = multipart(
        ('Content-Disposition: form-data; name="payload"', encoded(plex_film(viewOffset=3_500_000)))
    )

    assert PlaybackEvent(
        id=RECEIPT.id,
        user_id=42,
        source="plex",
        action=Action.WATCHED,
        occurred_at=RECEIPT.received_at,
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
        event_name="media.scrobble",
        player="Bedroom TV",
        by_owner=True,
    ) == webhook.parse("plex", body, RECEIPT)


def test_an_episode_keeps_its_own_year_and_ids() -> None:
    """The year and the listed ids are the episode's, so nothing is said of the show's."""
    assert Media(
        kind=Kind.EPISODE,
        title="Winter Is Coming",
        year=2011,
        show="Game of Thrones",
        season=1,
        episode=1,
        ids={"imdb": "tt1480055", "tvdb": "3254641"},
        runtime=3600.0,
    ) == media(plex_episode())


def test_specials_are_season_0() -> None:
    """Season 0 is a number, not a missing one."""
    assert media(plex_episode(parentIndex=0)).season == 0


def test_an_unknown_position_is_not_the_beginning() -> None:
    """A scrobble without an offset is watched, its progress unknown; offset 0 is 0 %."""
    scrobble, play = parse(plex_film()), parse(plex_film("media.play", viewOffset=0))

    assert (None, None) == (scrobble.position, scrobble.progress)
    assert (0.0, 0.0) == (play.position, play.progress)


def test_an_offset_may_stand_outside_the_metadata() -> None:
    """Some adapters put viewOffset beside the event."""
    actual = parse(plex_film("media.stop") | {"viewOffset": 700_000})

    assert (10.0, 700.0) == (actual.progress, actual.position)


def test_a_position_without_a_duration_gives_no_percentage() -> None:
    """The position is kept, the percentage is left to whoever knows the runtime."""
    actual = parse(plex_episode(duration=None))

    assert (900.0, None) == (actual.position, actual.progress)


def test_a_position_far_beyond_the_duration_gives_no_percentage() -> None:
    """A duration that a television under-reports never makes a play."""
    assert parse(plex_episode(duration=30_000)).progress is None


@pytest.mark.parametrize(
    ("guid", "show_ids"),
    [
        ("com.plexapp.agents.thetvdb://121361/1/1?lang=en", {"tvdb": "121361"}),
        ("com.plexapp.agents.thetvdbdvdorder://121361/1/1?lang=en", {"tvdb": "121361"}),
        ("com.plexapp.agents.themoviedb://1399/1/1?lang=de", {"tmdb": "1399"}),
        ("com.plexapp.agents.themoviedb://1399?lang=de", {"tmdb": "1399"}),
        ("com.plexapp.agents.imdb://tt0944947/1/1?lang=en", {"imdb": "tt0944947"}),
        ("com.plexapp.agents.hama://tvdb-121361/1/1?lang=en", {"tvdb": "121361"}),
        ("com.plexapp.agents.hama://tvdb4-121361/1/1?lang=en", {"tvdb": "121361"}),
        ("com.plexapp.agents.hama://anidb2-4563/1/1?lang=en", {"anidb": "4563"}),
        ("com.plexapp.agents.hama://tmdb-1399/1/1?lang=en", {"tmdb": "1399"}),
        ("com.plexapp.agents.hama://imdb-tt0944947/1/1?lang=en", {"imdb": "tt0944947"}),
        ("com.plexapp.agents.hama://nonsense", {}),
        ("net.fribbtastic.coding.plex.myanimelist://1535?lang=en", {"mal": "1535"}),
        ("com.plexapp.agents.xbmcnfotv://121361/1/1?lang=xn", {"tvdb": "121361"}),
        ("com.plexapp.agents.xbmcnfotv://tt0944947/1/1?lang=xn", {"imdb": "tt0944947"}),
        ("com.plexapp.agents.thetvdb:///1/1?lang=en", {}),
        ("plex://episode/5d9c1276e264b7001fcaaaaa", {}),
    ],
)
def test_a_legacy_guid_names_the_show(guid: str, show_ids: dict[str, str]) -> None:
    """On an episode a legacy agent's id is the SHOW's."""
    actual = media(plex_episode(guid=guid, Guid=None))

    assert ({}, show_ids, 1, 1) == (actual.ids, actual.show_ids, actual.season, actual.episode)


@pytest.mark.parametrize(
    ("guid", "ids"),
    [
        ("com.plexapp.agents.imdb://tt2543164?lang=en", {"imdb": "tt2543164"}),
        ("com.plexapp.agents.themoviedb://329865?lang=en", {"tmdb": "329865"}),
        ("com.plexapp.agents.hama://anidb-5391?lang=en", {"anidb": "5391"}),
        ("com.plexapp.agents.xbmcnfo://329865?lang=xn", {"tmdb": "329865"}),
        ("tv.plex.agents.nfo.movie://tt2543164", {"imdb": "tt2543164"}),
    ],
)
def test_a_legacy_guid_names_the_film(guid: str, ids: dict[str, str]) -> None:
    """On a film a legacy agent's id is the film's own."""
    actual = media(plex_film(guid=guid, Guid=None))

    assert (ids, {}) == (actual.ids, actual.show_ids)


def test_the_show_may_be_named_by_its_own_legacy_guid() -> None:
    """A legacy grandparentGuid gives the show's id."""
    actual = media(plex_episode(grandparentGuid="com.plexapp.agents.thetvdb://121361?lang=en"))

    assert {"tvdb": "121361"} == actual.show_ids


def test_numbers_come_from_the_guid_when_the_fields_are_missing() -> None:
    """Season and episode stand in a legacy guid's path."""
    guid = "com.plexapp.agents.thetvdb://121361/3/9?lang=en"
    actual = media(plex_episode(guid=guid, Guid=None, index=None, parentIndex=None))

    assert (3, 9) == (actual.season, actual.episode)


@pytest.mark.parametrize(
    ("title", "season"),
    [
        ("Season 7", 7),
        ("Staffel 2", 2),
        ("Saison 11", 11),
        ("Specials", 0),
        ("Book Two", None),
        ("第 3 季", 3),
    ],
)
def test_the_season_comes_from_its_title_at_last(title: str, season: int | None) -> None:
    """A generic season title holds the number; a named season does not."""
    assert season == media(plex_episode(parentIndex=None, parentTitle=title)).season


def test_a_plex_guid_holds_no_numbers() -> None:
    """Hex digits at the start of Plex's own ids are not a season."""
    guid = "plex://episode/12345"

    assert media(plex_episode(guid=guid, parentIndex=None, parentTitle=None)).season is None


@pytest.mark.parametrize(
    "guids",
    [
        {"Guid": [{"id": "tmdb://63056"}]},
        {"Guid": ["tmdb://63056"]},
        {"Guid": {"id": "tmdb://63056"}},
        {"Guid": [{"Scheme": "tmdb", "Host": "63056"}]},
        {"Guid": None, "ExternalGuid": [{"id": "tmdb://63056"}]},
        {"Guid": {"tmdb": 63056}},
        {"Guid": None, "guid": [{"id": "tmdb://63056"}]},
        {"Guid": None, "guid": "tmdb://63056"},
        {"Guid": [None, 7, {}, {"id": 3}, {"id": "mbid://x"}, {"id": "tmdb://63056"}, {"id": "tmdb://5"}]},
    ],
)
def test_external_guids_come_in_many_shapes(guids: dict[str, object]) -> None:
    """Arrays, strings, maps, other keys, a forwarder's Scheme and Host: all are the episode's ids."""
    actual = media(plex_episode("media.stop", **guids))

    assert ({"tmdb": "63056"}, {}) == (actual.ids, actual.show_ids)


def test_keys_are_case_sensitive() -> None:
    """``Guid`` and ``guid`` are two fields, each with its own meaning."""
    actual = media(plex_film(guid="com.plexapp.agents.imdb://tt0000001", Guid=[{"id": "tmdb://329865"}]))

    assert {"tmdb": "329865", "imdb": "tt0000001"} == actual.ids
    assert media(plex_film(Guid=None, GUID=[{"id": "tmdb://1"}])).ids == {}


def test_an_id_with_a_path_is_the_shows() -> None:
    """Of two TVDB ids the one with season and episode names the show."""
    actual = media(plex_episode(Guid=[{"id": "tvdb://121361/1/1"}, {"id": "tvdb://3254641"}]))

    assert ({"tvdb": "3254641"}, {"tvdb": "121361"}) == (actual.ids, actual.show_ids)


@pytest.mark.parametrize(
    ("payload", "rating"),
    [
        (plex_film("media.rate", Rating=[{"value": 7.2}]) | {"rating": 4.0}, 4.0),
        (plex_film("media.rate", userRating=8, Rating=7.2), 8.0),
        (plex_film("media.rate", userRating="0"), 0.0),
        (plex_film("media.rate") | {"rating": -1}, -1.0),
        (plex_film("media.rate", userRating=80), None),
        (plex_film("media.rate"), None),
        (plex_film("media.play", userRating=8), None),
        (plex_episode("media.rate", userRating=7.5), 7.5),
    ],
)
def test_a_rating_is_the_users_own(payload: dict[str, object], rating: float | None) -> None:
    """``rating`` beside the event or userRating, 0 to 10, -1 when taken away; ``Rating`` is the critics'."""
    assert rating == parse(payload).rating


def test_a_show_can_be_rated_and_nothing_else() -> None:
    """Its title, year and ids are those of the show; what is played is never a show."""
    show = {"type": "show", "title": "The Wire", "year": 2002, "Guid": [{"id": "tvdb://79126"}]}
    rated, played = parse(composed("media.rate", **show, userRating=9)), parse(composed("media.play", **show))

    assert (True, None, 9.0) == (rated.of_show, rated.ignored, rated.rating)
    assert Media(kind=Kind.MOVIE, title="The Wire", year=2002, show_ids={"tvdb": "79126"}) == rated.media
    assert ("other", "ignore") == (reading(rated)["kind"], reading(rated)["action"])
    assert (False, reasons.NOT_MEDIA) == (played.of_show, played.ignored)


@pytest.mark.parametrize(
    ("guids", "show_ids"),
    [
        ({"guid": "plex://season/5f", "parentGuid": "plex://show/5e", "Guid": [{"id": "tmdb://3624"}]}, {}),
        ({"guid": "com.plexapp.agents.thetvdb://79126/1?lang=en"}, {"tvdb": "79126"}),
        (
            {"guid": "local://7", "parentGuid": "com.plexapp.agents.thetvdb://79126?lang=en"},
            {"tvdb": "79126"},
        ),
    ],
)
def test_a_season_can_be_rated(guids: dict[str, object], show_ids: dict[str, str]) -> None:
    """It is a number of its show, whose ids a legacy guid has; the ids in the list are the season's own."""
    season = {"type": "season", "title": "Season 1", "parentTitle": "The Wire", "index": 1, "userRating": 9}
    rated, added = parse(composed("media.rate", **season, **guids)), parse(composed("library.new", **season))

    assert (True, None, 9.0) == (rated.of_show, rated.ignored, rated.rating)
    assert rated.media is not None
    assert ("The Wire", 1, show_ids) == (rated.media.show, rated.media.season, rated.media.show_ids)
    assert ("other", "ignore") == (reading(rated)["kind"], reading(rated)["action"])
    assert (False, reasons.NOT_MEDIA) == (added.of_show, added.ignored)


def test_a_rating_is_done_by_hand() -> None:
    """It is told apart from playing, and without its number it says nothing."""
    actual, empty = parse(plex_film("media.rate", userRating=8)), parse(plex_film("media.rate"))

    assert (Action.RATE, None, True) == (actual.action, actual.ignored, actual.by_hand)
    assert reasons.NO_RATING == empty.ignored


@pytest.mark.parametrize(
    ("guid", "order"),
    [
        ("com.plexapp.agents.thetvdbdvdorder://121361/1/1?lang=en", "dvd"),
        ("com.plexapp.agents.hama://tvdb-81797/22/70?lang=en", "hama"),
        ("com.plexapp.agents.hama://anidb-4563/1/1?lang=en", "anidb"),
        ("com.plexapp.agents.hama://anidb2-4563/1/1?lang=en", "hama"),
        ("com.plexapp.agents.thetvdb://121361/1/1?lang=en", None),
        ("plex://episode/5d9c1276e264b7001fcaaaaa", None),
        (None, None),
    ],
)
def test_another_order_than_the_aired_one_is_named(guid: str | None, order: str | None) -> None:
    """DVD order and HAMA's own seasons are not the numbers of a catalogue."""
    assert order == media(plex_episode(guid=guid)).order


def test_a_season_is_read_as_what_it_is() -> None:
    """A rated season says which one of which show."""
    actual = media(
        composed("media.rate", type="season", title="Season 2", parentTitle="Game of Thrones", index=2)
    )

    assert ("Season 2", "Game of Thrones", 2) == (actual.title, actual.show, actual.season)


def test_the_slug_of_the_show_is_kept() -> None:
    """It is English where the title is in the library's language."""
    assert "travel-guides-au" == media(plex_episode(grandparentSlug="travel-guides-au")).show_slug
    assert None is media(plex_episode(grandparentSlug={"x": 1})).show_slug


@pytest.mark.parametrize("changes", [{"editionTitle": "Trailer"}, {"editionTitle": "Coming Soon"}])
def test_a_file_that_stands_in_for_a_film_never_counts(changes: dict[str, object]) -> None:
    """Programs that announce films put a trailer where the film will be."""
    assert reasons.PLACEHOLDER == parse(plex_film("media.scrobble", **changes)).ignored
    assert None is parse(plex_film(editionTitle="Director's Cut")).ignored


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ("library.new", reasons.LIBRARY_EVENT),
        ("library.on.deck", reasons.LIBRARY_EVENT),
        ("playback.started", reasons.SHARED_USER_ECHO),
        ("device.new", reasons.SERVER_EVENT),
        ("admin.database.backup", reasons.SERVER_EVENT),
        ("media.dance", reasons.UNKNOWN_EVENT),
        ("", reasons.UNKNOWN_EVENT),
    ],
)
def test_other_events_are_ignored_for_a_reason(event: str, reason: str) -> None:
    """What is not playback says why it is ignored, and still what it is about."""
    actual = parse(plex_film(event))

    assert (reason, Action.PROGRESS) == (actual.ignored, actual.action)
    assert actual.media is not None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"type": "track"}, reasons.MUSIC),
        ({"type": "clip"}, reasons.TRAILER),
        ({"subtype": "trailer"}, reasons.TRAILER),
        ({"type": "photo"}, reasons.PHOTO),
        ({"type": "show"}, reasons.NOT_MEDIA),
        ({"live": "1"}, reasons.LIVE_TV),
        ({"librarySectionType": "livetv"}, reasons.LIVE_TV),
        ({"guid": "com.plexapp.agents.none://7?lang=xn", "Guid": None}, reasons.LOCAL_MEDIA),
        ({"guid": "tv.plex.agents.none://7", "Guid": None}, reasons.LOCAL_MEDIA),
        ({"guid": "local://7", "Guid": None}, reasons.LOCAL_MEDIA),
        ({"title": None, "guid": None, "Guid": None}, reasons.UNIDENTIFIABLE),
    ],
)
def test_what_is_no_film_is_ignored_for_a_reason(changes: dict[str, object], reason: str) -> None:
    """Music, trailers, photos, television and home videos never count."""
    assert reason == parse(plex_film("media.pause", **changes)).ignored


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, None),
        ({"guid": "com.plexapp.agents.imdb://tt2543164?lang=en", "librarySectionType": "movie"}, None),
        ({"guid": None, "librarySectionType": "movie"}, None),
        ({"guid": None}, reasons.NOT_MEDIA),
        ({"guid": "plex://clip/5d776b59ad5437001f79c6f8"}, reasons.TRAILER),
        ({"guid": "iva://api.example/2.0/7", "librarySectionType": "movie"}, reasons.TRAILER),
        ({"guid": "file:///films/Arrival-trailer.mkv", "librarySectionType": "movie"}, reasons.TRAILER),
        ({"guid": "prerolls://7", "librarySectionType": "movie"}, reasons.TRAILER),
        ({"guid": "plex://season/5d776b59ad5437001f79c6f8"}, reasons.NOT_MEDIA),
    ],
)
def test_without_a_type_the_guid_says_what_it_is(changes: dict[str, object], reason: str | None) -> None:
    """A trailer that a forwarder stripped of its type is no film, whatever ids of the film it keeps."""
    assert reason == parse(plex_film("media.scrobble", **({"type": None} | changes))).ignored


def test_a_new_episode_of_a_known_show_counts() -> None:
    """``local://`` only says the agent does not know the episode yet; the show's guid is Plex's."""
    assert parse(plex_episode(guid="local://7", Guid=None)).ignored is None
    assert parse(plex_episode(guid="local://7", Guid=None, grandparentGuid="local://5")).ignored


def test_a_completed_viewing_is_kept_even_without_a_name() -> None:
    """A person may still say what it was."""
    nameless = {"type": "episode", "title": "Episode"}

    assert parse(composed("media.scrobble", **nameless)).ignored is None
    assert parse(composed("media.stop", **nameless)).ignored == reasons.UNIDENTIFIABLE


def test_a_payload_without_metadata_is_about_nothing() -> None:
    """The event alone is readable, so it is ignored rather than refused."""
    actual = parse({"event": "media.scrobble"})

    assert (None, reasons.NOT_MEDIA) == (actual.media, actual.ignored)


def test_the_jellyfin_imitation_counts_in_tenths_of_milliseconds() -> None:
    """An account named by a GUID gives away who made the payload."""
    payload = plex_film(duration=70_000_000)
    payload["Account"] = {"id": "12345678-1234-1234-1234-123456789abc", "title": "Robin"}

    assert media(payload).runtime == 7000.0


@pytest.mark.parametrize(
    ("account", "is_wanted"),
    [
        ({"id": 1, "title": "Robin"}, True),
        ({"id": "1"}, True),
        ({"id": 9, "title": " rObin "}, True),
        ({"id": 9, "title": "Kim"}, False),
        ({}, False),
        (None, False),
    ],
)
def test_only_the_named_accounts_count(account: object, is_wanted: bool) -> None:
    """An account is named by id or by title, in any case; the others are ignored by name."""
    body = encoded(plex_film() | {"Account": account})
    for accounts in (["robin", "1"], ["1", "ROBIN "]):
        actual = webhook.parse("plex", body, RECEIPT, accounts=accounts)

        assert (None if is_wanted else reasons.OTHER_USER) == actual.ignored
    assert webhook.parse("plex", body, RECEIPT).ignored is None


@given(st.data())
def test_a_mutated_payload_is_read_or_refused(data: st.DataObject) -> None:
    """Dropped keys, wrong types, wrong nesting, cuts and broken bytes: an event or a PayloadError."""
    samples = [plex_film(), plex_episode(), plex_film("media.rate")]
    body = data.draw(mutations(data.draw(st.sampled_from(samples))))
    try:
        actual = webhook.parse("plex", body, RECEIPT)
    except PayloadError:
        return

    assert actual == webhook.parse("plex", body, RECEIPT)
    assert actual.id == RECEIPT.id
