"""What Trakt tells of a title beside its media object."""

from __future__ import annotations

import pytest

from scrobbled.model.details import Details, Studio
from scrobbled.model.media import Season, Title, TitleKind
from scrobbled.wire import trakt_lookup, trakt_media

NOBODY = [0] * 10


def test_own_votes_go_before_the_catalogues() -> None:
    """One vote here says more than thousands elsewhere; without any, the catalogue's are told."""
    own = trakt_lookup.ratings([0, 0, 0, 0, 0, 0, 1, 0, 0, 3], 5.5, 1000)
    others = trakt_lookup.ratings(NOBODY, 5.5, 1000)
    none = trakt_lookup.ratings(NOBODY, None, None)

    assert (9.25, 4, 3) == (own["rating"], own["votes"], own["distribution"]["10"])
    assert (5.5, 1000) == (others["rating"], others["votes"])
    assert (0.0, 0, 10) == (none["rating"], none["votes"], len(none["distribution"]))


def test_translations_have_a_language() -> None:
    """The main name is English with the overview; names whose language nobody said are aliases alone."""
    told = trakt_lookup.translations(
        "Amélie", Details(overview="Paris."), [("Die fabelhafte Welt", "de", "at"), ("Amelie!", None, "us")]
    )

    assert [("en", "Paris."), ("de", None)] == [(each["language"], each["overview"]) for each in told]


def test_a_studio_has_a_number_and_a_slug() -> None:
    """Clients take both for granted; the same name has the same."""
    one, again = trakt_lookup.studios([Studio(name="A24 Films"), Studio(name="A24 Films", tmdb=41077)])

    assert ("a24-films", 41077) == (one["ids"]["slug"], again["ids"]["tmdb"])
    assert one["ids"]["trakt"] == again["ids"]["trakt"]


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Science Fiction", "science-fiction"),
        ("Sci-Fi", "science-fiction"),
        ("Drama", "drama"),
        ("Talk", "talk-show"),
    ],
)
def test_genres_have_trakts_words(name: str, slug: str) -> None:
    """However a source writes them; and a filter for the word finds the writings."""
    assert slug == trakt_media.genre_slug(name)
    assert {slug} <= set(trakt_media.genre_spellings(slug))


def test_what_is_counted_is_nothing_where_nothing_is_known() -> None:
    """Clients calculate with ratings, votes and counts: 0 as at Trakt, and never null."""
    title = Title(id=1, kind=TitleKind.SHOW, name="A", slug="a")
    shown = trakt_media.title_object(title, {})

    assert [0.0, 0, 0, 0] == [shown[name] for name in ("rating", "votes", "comment_count", "aired_episodes")]


def test_a_season_without_a_date_has_none() -> None:
    """The contract knows no null there."""
    season = Season(id=7, number=1, title=Title(id=1, kind=TitleKind.SHOW, name="A", slug="a"))

    assert "first_aired" not in trakt_media.season_object(season, {})
    assert trakt_media.season_object(season, {})["title"] is None
    assert {"number", "ids"} == set(trakt_media.season_object(season))
