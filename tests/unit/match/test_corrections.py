"""What a resolve teaches, and what that is taken for later."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from scrobbled.match.corrections import Key, Lesson, contradicts, fitting, keys_of, lessons
from scrobbled.model.event import Resolution
from scrobbled.model.media import Kind, Media

texts = st.text(max_size=400) | st.none()
numbers = st.integers(0, 100) | st.none()
ids = st.dictionaries(st.sampled_from(["imdb", "tmdb", "tvdb", "slug"]), st.text("0123456789t", min_size=1))
medias = st.builds(
    Media,
    kind=st.sampled_from(Kind),
    title=texts,
    year=st.integers(1900, 2030) | st.none(),
    show=texts,
    show_year=st.integers(1900, 2030) | st.none(),
    season=numbers,
    episode=numbers,
    absolute=numbers,
    ids=ids,
    show_ids=ids,
)
resolutions = st.builds(
    Resolution, kind=st.just(Kind.MOVIE), title_id=st.just(1), season=st.none(), episode=st.none()
) | st.builds(
    lambda place: Resolution(kind=Kind.EPISODE, title_id=1, season=place[0], episode=place[1]),
    st.tuples(st.integers(0, 50), st.integers(0, 50)) | st.just((None, None)),
)


def film(**more: Any) -> Media:
    """A film, as a player describes it."""
    return Media(kind=Kind.MOVIE, **more)


def episode(**more: Any) -> Media:
    """An episode, as a player describes it."""
    return Media(kind=Kind.EPISODE, **more)


def as_film() -> Resolution:
    """It is the film 1."""
    return Resolution(kind=Kind.MOVIE, title_id=1)


def as_episode(season: int | None = None, number: int | None = None) -> Resolution:
    """It is an episode of the show 1, with the event's own numbers unless others are given."""
    return Resolution(kind=Kind.EPISODE, title_id=1, season=season, episode=number)


def test_a_film_teaches_its_words_and_ids() -> None:
    """The name in the matcher's spelling with the year that was sent, and the ids, but no slug."""
    media = film(title="L'Été", year=2018, ids={"tmdb": "5", "imdb": "tt7", "slug": "lete"})

    assert [
        Lesson(Key("movie", "imdb", "tt7")),
        Lesson(Key("movie", "tmdb", "5")),
        Lesson(Key("movie", "words", "lete (2018)")),
    ] == lessons(media, as_film())


def test_a_year_makes_other_words() -> None:
    """What was taught for a name without a year says nothing about the name with one."""
    taught = {lesson.key: lesson for lesson in lessons(film(title="Dune"), as_film())}

    assert fitting(film(title="DUNE!"), taught, {}) is not None
    assert fitting(film(title="Dune", year=1984), taught, {}) is None
    assert fitting(film(title="Dune (1984)"), taught, {}) is None


def test_an_episode_with_its_own_numbers_teaches_the_show() -> None:
    """Other episodes of the show are known then, with their own numbers."""
    media = episode(show="Kimetsu", season=2, episode=3, show_ids={"tvdb": "9"}, ids={"tvdb": "77"})
    taught = {lesson.key: lesson for lesson in lessons(media, as_episode())}
    other = fitting(episode(show="kimetsu", season=4, episode=1), taught, {})

    assert other == Lesson(Key("show", "words", "kimetsu"))
    assert taught[Key("episode", "tvdb", "77")] == Lesson(Key("episode", "tvdb", "77"), 2, 3)
    assert taught[Key("show", "tvdb", "9")] == Lesson(Key("show", "tvdb", "9"))


def test_other_numbers_teach_that_episode_alone() -> None:
    """How the next one is shifted is not known: a wrong play is worse than an unmatched one."""
    media = episode(show="Kimetsu", season=2, episode=3, show_ids={"tvdb": "9"})
    taught = {lesson.key: lesson for lesson in lessons(media, as_episode(3, 1))}

    assert fitting(media, taught, {}) == Lesson(Key("show", "words", "kimetsu | s02e03"), 3, 1)
    assert fitting(episode(show="Kimetsu", season=2, episode=4), taught, {}) is None
    assert fitting(episode(show_ids={"tvdb": "9"}, season=2, episode=4), taught, {}) is None


def test_an_episode_known_by_its_name_teaches_the_name_and_the_show() -> None:
    """Without numbers the episode's name tells which it is; the show is right in any case."""
    media = episode(show="Stranger Things", title="Chapter One: MADMAX")
    taught = {lesson.key: lesson for lesson in lessons(media, as_episode(2, 1))}

    assert taught == {
        key: Lesson(key, *place)
        for key, place in {
            Key("show", "words", "stranger things | chapter one madmax"): (2, 1),
            Key("show", "words", "stranger things"): (None, None),
        }.items()
    }


def test_a_film_that_is_an_episode_teaches_which() -> None:
    """The player took an episode for a film: the same words mean that episode again."""
    media = film(title="The.Office.S03E07", ids={"tmdb": "4"})

    assert {("the office s03e07", 3, 7), ("4", 3, 7)} == {
        (lesson.key.value, lesson.season, lesson.number) for lesson in lessons(media, as_episode(3, 7))
    }


def test_an_episode_that_is_a_film_teaches_that_episode() -> None:
    """A special that is a film of its own says nothing of the other specials."""
    media = episode(show="Fate", season=0, episode=5)

    assert [Lesson(Key("show", "words", "fate | s00e05"))] == lessons(media, as_film())


def test_a_country_is_part_of_the_words() -> None:
    """*House of Cards (US)* is another show than *House of Cards*."""
    spellings = ["House of Cards (UK)", "house of cards UK"]
    found = {keys_of(episode(show=each, season=1, episode=1))[-1].value for each in spellings}

    assert found == {"house of cards uk"}


def test_a_year_behind_the_name_is_the_year() -> None:
    """*Dune (1984)* and *Dune* of 1984 are the same words."""
    assert keys_of(film(title="Dune (1984)")) == keys_of(film(title="Dune", year=1984))
    assert keys_of(film(title="進撃 [2013]")) == keys_of(film(title="進撃", year=2013))
    assert ["1984", "2012 2012"] == [keys_of(film(title=each))[0].value for each in ("(1984)", "2012 2012")]


def test_a_blank_name_is_no_words() -> None:
    """Nothing can be taught about nothing."""
    assert [] == keys_of(film(title=" ")) == keys_of(episode(show="\t", title="Pilot", season=1, episode=1))


def test_words_give_way_to_an_id_that_contradicts() -> None:
    """The same name with the id of another film is that other film."""
    taught = {lesson.key: lesson for lesson in lessons(film(title="Dune"), as_film())}
    title_ids = {"tmdb": "841"}

    assert fitting(film(title="Dune", ids={"tmdb": "438631"}), taught, title_ids) is None
    assert fitting(film(title="Dune", ids={"tmdb": "841"}), taught, title_ids) is not None
    assert contradicts(episode(show_ids={"tmdb": "1"}), title_ids)


@given(medias, resolutions)
def test_what_was_taught_means_the_same_event(media: Media, resolution: Resolution) -> None:
    """The event itself, come again, finds what it taught, and with the numbers it was given."""
    taught = lessons(media, resolution)
    found = fitting(media, {lesson.key: lesson for lesson in taught}, {})

    if taught:
        assert found is not None
        # None is the event's own, as of a season without an episode: that teaches the show.
        assert found.season in {resolution.season, media.season, None}
        assert {lesson.key for lesson in taught} <= set(keys_of(media))
    if found is not None and resolution.season is not None:
        assert (found.season, found.number) in {(resolution.season, resolution.episode), (None, None)}


@given(medias)
def test_keys_fit_an_index(media: Media) -> None:
    """Whatever a player sends, a key is no longer than a row of an index may be."""
    sent = [*media.ids.values(), *media.show_ids.values()]

    assert all(len(key.value.encode()) < 2000 or key.value in sent for key in keys_of(media))


@given(medias)
def test_each_key_is_there_once(media: Media) -> None:
    """A correction is written as one set, in which no key may come twice."""
    keys = keys_of(media)

    assert len(keys) == len(set(keys))
