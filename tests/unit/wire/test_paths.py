"""Names of folders and files."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrobbled.wire import paths


@pytest.mark.parametrize(
    ("path", "ids"),
    [
        ("/tv/Show (2024) {tmdb-294095}/Season 01/Show - S01E01.mkv", {"tmdb": "294095"}),
        ("/tv/Show [tvdbid-121361]/S01E01.mkv", {"tvdb": "121361"}),
        (r"D:\tv\Show {tvdb-121361}\S01E01.mkv", {"tvdb": "121361"}),
        ("/tv/Show {tmdbid=294095}/x.strm", {"tmdb": "294095"}),
        ("/films/Arrival {imdb-tt2543164}/Arrival.mkv", {"imdb": "tt2543164"}),
        ("/anime/X [anidb-4563]/01.mkv", {"anidb": "4563"}),
        ("/anime/X [anidb2-4563]/01.mkv", {"anidb": "4563"}),
        ("/tv/A {tmdb-1} [imdbid-tt2]/B {tmdb-3}.mkv", {"tmdb": "1", "imdb": "tt2"}),
        ("/tv/Show {edition-Director's Cut}/tmdb-1.mkv", {}),
        ("/films/Arrival [1080p][x264-GROUP].mkv", {}),
        ("x{tmdb-1}" * 1_000, {}),
        (None, {}),
        (7, {}),
    ],
)
def test_tags_are_ids(path: object, ids: dict[str, str]) -> None:
    """In any bracket, with or without "id"; the folder nearest to the root wins."""
    assert ids == paths.tagged_ids(path)


@given(st.text())
def test_any_text_is_a_path(path: str) -> None:
    """Nothing but ids comes out."""
    assert all(value for value in paths.tagged_ids(path).values())
    assert paths.is_placeholder(path) in {True, False}
