"""Trakt's answers: what is written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import orjson
import pytest

from scrobbled.model.event import Action
from scrobbled.model.media import Item, Kind, Title, TitleKind
from scrobbled.model.outcome import Answer, Outcome
from scrobbled.wire import trakt_media, trakt_render

from .composed import RECEIPT

AT = datetime(2026, 3, 1, 20, 0, 5, 678_901, tzinfo=UTC)
LATER = AT + timedelta(hours=1)

FILM = Item(
    id=1_000_000_007,
    kind=Kind.MOVIE,
    title=Title(
        id=1_000_000_007,
        kind=TitleKind.MOVIE,
        name="Arrival",
        slug="arrival-2016",
        year=2016,
        ids={"trakt": "210803", "imdb": "tt2543164", "tmdb": "329865", "tvdb": "4"},
    ),
)
EPISODE = Item(
    id=1_000_000_009,
    kind=Kind.EPISODE,
    title=Title(
        id=1_000_000_008, kind=TitleKind.SHOW, name="The Wire", slug="the-wire", ids={"tvdb": "79126"}
    ),
    season=1,
    episode=2,
    episode_title="The Detail",
    ids={"tvdb": "308", "imdb": "tt0749448"},
)
FILM_OBJECT = {
    "title": "Arrival",
    "year": 2016,
    "ids": {"trakt": 210803, "slug": "arrival-2016", "imdb": "tt2543164", "tmdb": 329865},
}
SHOW_OBJECT = {
    "title": "The Wire",
    "year": None,
    "ids": {"trakt": 1_000_000_008, "slug": "the-wire", "tvdb": 79126, "imdb": None, "tmdb": None},
}
EPISODE_OBJECT = {
    "season": 1,
    "number": 2,
    "title": "The Detail",
    "ids": {"trakt": 1_000_000_009, "tvdb": 308, "imdb": "tt0749448", "tmdb": None},
}
SHARING = {"facebook": False, "twitter": False, "mastodon": False, "tumblr": False}


def answer(outcome: Outcome, item: Item | None = FILM, **known: Any) -> Answer:
    """What a worker says of an event."""
    return Answer(event_id=RECEIPT.id, outcome=outcome, item=item, **known)


def scrobbled(
    of: Answer, action: Action = Action.STOP, progress: float | None = 90.0
) -> trakt_render.Rendered:
    """What is answered to a scrobble."""
    return trakt_render.scrobble_answer(of, action, progress)


def test_a_finished_stop_is_a_scrobble() -> None:
    """Its action is never ``stop``, and its id is the play's, wider than 32 bits."""
    expected = {"id": 2**52, "action": "scrobble", "progress": 90.0, "sharing": SHARING, "movie": FILM_OBJECT}

    assert (201, expected) == scrobbled(answer(Outcome.SCROBBLED, play_id=2**52))


def test_an_episode_always_comes_with_its_show() -> None:
    """Unknown ids are null keys, and an id of ours is one Trakt does not use."""
    expected = {
        "id": 7,
        "action": "pause",
        "progress": 42.0,
        "sharing": SHARING,
        "episode": EPISODE_OBJECT,
        "show": SHOW_OBJECT,
    }

    assert (201, expected) == scrobbled(answer(Outcome.PAUSED, EPISODE, playback_id=7), progress=42.0)


@pytest.mark.parametrize(
    ("outcome", "action", "word"),
    [
        (Outcome.STARTED, Action.START, "start"),
        (Outcome.PAUSED, Action.PAUSE, "pause"),
        (Outcome.PAUSED, Action.STOP, "pause"),
        (Outcome.STALE, Action.START, "start"),
        (Outcome.STALE, Action.STOP, "pause"),
        (Outcome.IGNORED, Action.PAUSE, "pause"),
    ],
)
def test_what_makes_no_play_has_the_id_0(outcome: Outcome, action: Action, word: str) -> None:
    """A start has no id, and sending again what changed nothing would not help."""
    status, body = scrobbled(answer(outcome), action)

    assert body is not None
    assert (201, 0, word) == (status, body["id"], body["action"])


@pytest.mark.parametrize(("sent", "known", "shown"), [(5.0, 7.0, 5.0), (None, 7.0, 7.0), (None, None, 0.0)])
def test_the_progress_is_the_one_sent(sent: float | None, known: float | None, shown: float) -> None:
    """It is a number in every case."""
    _, body = scrobbled(answer(Outcome.STARTED, progress=known), progress=sent)

    assert body is not None
    assert shown == body["progress"]


def test_a_duplicate_conflicts() -> None:
    """When it was watched, and from when on it would count again."""
    expected = {"watched_at": "2026-03-01T20:00:05.000Z", "expires_at": "2026-03-01T21:00:05.000Z"}

    assert (409, expected) == scrobbled(answer(Outcome.DUPLICATE, watched_at=AT, expires_at=LATER))


def test_a_duplicate_without_its_times_still_conflicts() -> None:
    """An event delivered twice is answered without the details."""
    assert (409, {"watched_at": None, "expires_at": None}) == scrobbled(answer(Outcome.DUPLICATE))


def test_a_stop_at_once_is_refused() -> None:
    """Below 1 % is 422."""
    status, body = scrobbled(answer(Outcome.REJECTED, reason="progress_too_low"))

    assert (
        422,
        {"error": "progress_too_low", "error_description": "progress must be at least 1 to stop"},
    ) == (
        status,
        body,
    )


def test_what_the_rules_refuse_otherwise_is_422_too() -> None:
    """With the reason, whatever it is."""
    status, body = scrobbled(answer(Outcome.REJECTED, reason="because"))

    assert body is not None
    assert (422, "because") == (status, body["error"])


@pytest.mark.parametrize(
    "unknown", [answer(Outcome.UNMATCHED), answer(Outcome.UNMATCHED, None), answer(Outcome.IGNORED, None)]
)
def test_what_has_no_item_is_an_empty_404(unknown: Answer) -> None:
    """Clients expect no body there, for scrobbles and check-ins."""
    assert (404, None) == scrobbled(unknown)
    assert (404, None) == trakt_render.checkin_answer(unknown)


def test_giving_up_is_our_fault() -> None:
    """A dead event is kept for a person; the client did nothing wrong."""
    status, _ = scrobbled(answer(Outcome.DEAD, None))

    assert 500 == status


@pytest.mark.parametrize("outcome", list(Outcome))
@pytest.mark.parametrize("item", [None, FILM, EPISODE])
def test_every_outcome_has_an_answer(outcome: Outcome, item: Item | None) -> None:
    """Whatever became of it, one of Trakt's statuses comes back."""
    of = answer(outcome, item)
    statuses = {scrobbled(of)[0], trakt_render.checkin_answer(of)[0]}

    assert statuses <= {201, 404, 409, 422, 500}


def test_a_check_in_is_answered_with_the_play_to_come() -> None:
    """Its id is the play's that it becomes when the runtime has elapsed."""
    expected = {"id": 9, "watched_at": "2026-03-01T21:00:05.000Z", "sharing": SHARING, "movie": FILM_OBJECT}

    assert (201, expected) == trakt_render.checkin_answer(
        answer(Outcome.CHECKED_IN, play_id=9, watched_at=LATER)
    )


def test_a_second_check_in_conflicts() -> None:
    """It says when the first one ends; with an item or without."""
    running = answer(Outcome.REJECTED, None, reason="checkin_in_progress", expires_at=LATER)

    assert (409, {"expires_at": "2026-03-01T21:00:05.000Z"}) == trakt_render.checkin_answer(running)


def test_instants_are_utc_and_end_in_zeros() -> None:
    """Clients match ``.000Z`` literally."""
    zone = timezone(timedelta(hours=2))

    assert "2026-03-01T20:00:05.000Z" == trakt_media.instant(AT.astimezone(zone))
    assert "0900-01-01T00:00:00.000Z" == trakt_media.instant(datetime(900, 1, 1, tzinfo=UTC))
    for at in (AT, datetime(900, 1, 1, tzinfo=UTC), AT.replace(microsecond=999_999)):
        assert [trakt_media.instant(at)] == trakt_media.instants([at])


@pytest.mark.parametrize(
    ("cause", "action"),
    [("scrobble", "scrobble"), ("lost_stop", "scrobble"), ("checkin", "checkin"), ("manual", "watch")],
)
def test_a_history_entry_says_what_caused_it(cause: str, action: str) -> None:
    """A play nobody's player reported is a ``watch``; what is left out leaves no trace."""
    expected = {
        "id": 5,
        "watched_at": "2026-03-01T20:00:05.000Z",
        "action": action,
        "type": "movie",
        "movie": FILM_OBJECT,
    }

    film = trakt_media.members("movie", None, orjson.dumps(FILM_OBJECT).decode())
    members = [f'"type":"movie",{film}', None]
    written = trakt_render.history([5, 6], ["2026-03-01T20:00:05.678901"] * 2, [cause] * 2, members)

    assert [expected] == orjson.loads(written)


def test_a_playback_entry() -> None:
    """Where to continue, with the show of an episode."""
    expected = {
        "id": 5,
        "progress": 42.5,
        "paused_at": "2026-03-01T20:00:05.000Z",
        "type": "episode",
        "episode": EPISODE_OBJECT,
        "show": SHOW_OBJECT,
    }

    assert expected == trakt_render.playback_entry(5, 42.5, AT, EPISODE)


def test_what_is_being_watched() -> None:
    """Since when, until when, and why."""
    expected = {
        "expires_at": "2026-03-01T21:00:05.000Z",
        "started_at": "2026-03-01T20:00:05.000Z",
        "action": "checkin",
        "type": "movie",
        "movie": FILM_OBJECT,
    }

    assert expected == trakt_render.watching(AT, LATER, "checkin", FILM)
