"""Lists of what was played, as servers write them and as nobody should."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from scrobbled.model.event import Action, Receipt
from scrobbled.wire import history, reasons
from tests.media_servers import episode, film, plex_film, plex_row, series

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
RECEIPT = Receipt(id=UUID(int=1), user_id=7, received_at=NOW)
YESTERDAY = NOW - timedelta(days=1)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=10,
)


def test_the_id_is_of_server_item_and_date() -> None:
    """The same entry read later is the same event; another server, item, date or user makes another."""
    later = Receipt(id=UUID(int=2), user_id=7, received_at=NOW + timedelta(days=1))
    other = Receipt(id=UUID(int=3), user_id=8, received_at=NOW)
    first = film(1, YESTERDAY)
    ids = {
        history.of_media_server("emby", [item], {}, server, receipt).events[0].id
        for item, server, receipt in [
            (first, "a", RECEIPT),
            (first, "a", later),
            (film(1, YESTERDAY, PlayCount=9), "a", RECEIPT),
            (first, "b", RECEIPT),
            (first, "a", other),
            (film(2, YESTERDAY), "a", RECEIPT),
            (film(1, YESTERDAY - timedelta(hours=1)), "a", RECEIPT),
        ]
    }

    assert 5 == len(ids)


def test_trailers_and_the_like_are_ignored() -> None:
    """What its webhook would ignore is ignored here, with the same reason."""
    extra = film(1, YESTERDAY) | {"ExtraType": "Trailer"}
    row = plex_row(1, YESTERDAY)

    assert reasons.TRAILER == history.of_media_server("jellyfin", [extra], {}, "a", RECEIPT).events[0].ignored
    details = {"1": plex_film(1, librarySectionType="livetv")}
    assert reasons.LIVE_TV == history.of_plex([row], details, "a", RECEIPT).events[0].ignored


def test_a_clock_that_runs_ahead() -> None:
    """A date in the future says nothing: it is no play of now."""
    (event,) = history.of_plex([plex_row(1, NOW + timedelta(days=2))], {}, "a", RECEIPT).events

    assert reasons.UNDATED == event.ignored


def test_an_episode_without_its_series() -> None:
    """A series that was removed leaves the episode its name and numbers."""
    (event,) = history.of_media_server("jellyfin", [episode(3, YESTERDAY)], {}, "a", RECEIPT).events

    assert event.media is not None
    assert ("The Wire", 1, 3, {}) == (
        event.media.show,
        event.media.season,
        event.media.episode,
        event.media.show_ids,
    )


@given(st.sampled_from(sorted(film(1, YESTERDAY))), json_values, st.sampled_from(["jellyfin", "emby"]))
def test_any_value_in_an_item(key: str, value: object, source: str) -> None:
    """Whatever stands where, an item is an event or is left for later; it is never a play of now."""
    item = episode(1, YESTERDAY) | {key: value}
    page = history.of_media_server(source, [item], {"5e51e5": series()}, "a", RECEIPT)

    assert 1 == len(page.events) + page.later
    for event in page.events:
        assert event.ignored or (event.action, event.occurred_at) == (Action.LISTED, YESTERDAY)


@given(st.sampled_from(sorted(plex_row(1, YESTERDAY))), json_values, st.booleans())
def test_any_value_in_a_row(key: str, value: object, known: bool) -> None:
    """The same for Plex' rows."""
    details = {"1": plex_film(1)} if known else {}
    page = history.of_plex([plex_row(1, YESTERDAY) | {key: value}], details, "a", RECEIPT)

    assert 1 == len(page.events) + page.other
    for event in page.events:
        assert event.ignored or event.occurred_at == YESTERDAY or key == "viewedAt"
