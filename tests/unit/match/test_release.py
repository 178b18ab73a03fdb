"""File and release names of every family are taken apart."""

from __future__ import annotations

import pytest

from scrobbled.match.query import Query, Reading
from scrobbled.match.reading import readings

HARBOUR = "The Long Harbour"


def best(text: str) -> Reading:
    """The likeliest reading of *text*."""
    return readings(Query(text))[0]


@pytest.mark.parametrize(
    ("text", "title", "year", "season", "episode"),
    [
        # Films of the scene and of others
        ("The.Long.Harbour.2019.1080p.BluRay.x264-GRP", HARBOUR, 2019, None, None),
        ("The Long Harbour 2019 EXTENDED 1080p BluRay", HARBOUR, 2019, None, None),
        ("The.Long.Harbour.2019.Directors.Cut.1080p.BluRay", HARBOUR, 2019, None, None),
        ("The Long Harbour (2019) [1080p] [WEBRip] [ABC]", HARBOUR, 2019, None, None),
        ("The.Long.Harbour.Part.2.2020.1080p.BluRay", "The Long Harbour Part 2", 2020, None, None),
        ("www.Example.com - The.Long.Harbour.2019.1080p.mkv", HARBOUR, 2019, None, None),
        # Years that belong to the title
        ("2012.2009.1080p.BluRay.x264-GRP", "2012", 2009, None, None),
        ("1917.2019.1080p.BluRay.x264-GRP", "1917", 2019, None, None),
        ("1917.1080p.BluRay.x264", "1917", None, None, None),
        ("Blade.Runner.2049.2017.2160p.UHD.BluRay.x265-GRP", "Blade Runner 2049", 2017, None, None),
        ("2001.A.Space.Odyssey.1968.1080p.BluRay", "2001 A Space Odyssey", 1968, None, None),
        # Series
        ("The.Long.Harbour.S03E07.720p.HDTV.x264-GRP.mkv", HARBOUR, None, 3, 7),
        ("The Long Harbour - S03E07 - The Tide [1080p].mkv", HARBOUR, None, 3, 7),
        ("the_long_harbour_1x02_the_tide.avi", "the long harbour", None, 1, 2),
        ("The.Long.Harbour.2019.S01E02.2160p.WEB-DL.DDP5.1.HDR.H.265-GRP", HARBOUR, 2019, 1, 2),
        ("The.Long.Harbour.US.S03E07.1080p.WEB-DL", f"{HARBOUR} US", None, 3, 7),
        ("The.Long.Harbour.S01E01E02.1080p", HARBOUR, None, 1, 1),
        ("The.Long.Harbour.E05.1080p.WEB", HARBOUR, None, None, 5),
        ("The Long Harbour - Episode 12 [720p]", HARBOUR, None, None, 12),
        ("The.Long.Harbour.E05v2.1080p.WEB", HARBOUR, None, None, 5),
        ("The.Long.Harbour.E05E06.1080p.WEB", HARBOUR, None, None, 5),
        ("The.Long.Harbour.E996E74F.2019.1080p", "The Long Harbour E996E74F", 2019, None, None),
        ("The.Long.Harbour.S02.1080p.AMZN.WEB-DL", HARBOUR, None, 2, None),
        ("The.Long.Harbour.Season.2.Complete.1080p.WEBRip", HARBOUR, None, 2, None),
        ("The.Long.Harbour.2nd.Season.1080p", HARBOUR, None, 2, None),
        ("The.Nightly.Talk.2023.05.17.Some.Guest.720p.WEB.h264-GRP", "The Nightly Talk", None, None, None),
        ("M.A.S.H.S04E02.DVDRip", "M A S H", None, 4, 2),
        # Several languages
        ("Das.lange.Ufer.S01E03.German.DL.1080p.WEB.x264-GRP", "Das lange Ufer", None, 1, 3),
        ("Le.Long.Rivage.2018.FRENCH.1080p.WEB.H264-GRP", "Le Long Rivage", 2018, None, None),
        ("El.largo.puerto.Temporada.2.Capitulo.5.1080p", "El largo puerto", None, 2, 5),
        ("Длинный берег 2 сезон 1080p WEB-DL", "Длинный берег", None, 2, None),
        ("雲の家 第12話", "雲の家", None, None, 12),
        ("雲の家 第2期 第05話.mkv", "雲の家", None, 2, 5),
        ("【字幕组】雲の家 第05話 [1080p].mp4", "雲の家", None, None, 5),
        ("[GoodSubs] Kumo no Ie S2 - 05 [720p][HEVC].mkv", "Kumo no Ie", None, 2, 5),
        # Folders
        ("/films/The Long Harbour (2019)/the.long.harbour.2019.mkv", "the long harbour", 2019, None, None),
        ("/media/TV/The Long Harbour/Season 03/The Long Harbour - 3x07 - The Tide.mkv", HARBOUR, None, 3, 7),
        ("C:\\Videos\\The Long Harbour\\The.Long.Harbour.S01E01.avi", HARBOUR, None, 1, 1),
        ("The.Long.Harbour.2019.1080p.BluRay.x264-GRP/a1b2c3d4e5.mkv", HARBOUR, 2019, None, None),
        ("The.Long.Harbour.S03E07.1080p.WEB-DL/grp-tlh307.mkv", HARBOUR, None, 3, 7),
        ("/media/TV/The Long Harbour/Season 03/S03E07.mkv", HARBOUR, None, 3, 7),
        ("[GoodSubs] The Long Harbour Season 2 - 03 [1080p].mkv", HARBOUR, None, 2, 3),
    ],
)  # fmt: skip
def test_a_name_of_every_family_is_read(
    text: str, title: str, year: int | None, season: int | None, episode: int | None
) -> None:
    """The title, its year and the place in the show are what the name says."""
    found = best(text)

    assert (title, year, season, episode) == (found.text, found.year, found.season, found.episode)
    assert found.kind == ("show" if season or episode else None)


@pytest.mark.parametrize(
    ("text", "title", "absolute"),
    [
        ("[GoodSubs] Kumo no Ie - 05 [1080p].mkv", "Kumo no Ie", 5),
        ("[GoodSubs] Kumo no Ie - 105v2 (1080p) [ABCD1234].mkv", "Kumo no Ie", 105),
        ("[GoodSubs]_Kumo_no_Ie_-_1005_[720p].mkv", "Kumo no Ie", 1005),
        ("[GoodSubs] Kumo no Ie 2 - 07 [720p]", "Kumo no Ie", None),  # the second, or the seventh
    ],
)
def test_what_anime_groups_count_is_an_absolute_number(text: str, title: str, absolute: int | None) -> None:
    """A number that stands alone counts through all seasons: it is no episode of the first."""
    found = best(text)

    assert (title, "show", None, None, absolute) == (
        found.text, found.kind, found.season, found.episode, found.absolute,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Blade.Runner.2049.1080p.BluRay", "Blade Runner 2049"),
        ("[字幕社][雲の家][12][1080P][简体].mp4", "雲の家"),
        ("[GoodSubs][Kumo no Ie][05][1080p].mkv", "Kumo no Ie"),
        ("Alt.Harbour.AKA.The.Long.Harbour.2019.1080p", "The Long Harbour"),
        ("The Long Harbour 307.avi", "The Long Harbour"),
        ("[GoodSubs] 雲の家 / Kumo no Ie - 05 [1080p].mkv", "Kumo no Ie"),
    ],
)
def test_what_may_be_meant_is_among_the_readings(text: str, title: str) -> None:
    """Where a name can be read in several ways, the catalogue decides."""
    assert title in [each.text for each in readings(Query(text))]


def test_the_first_of_nothing_but_brackets_may_be_the_group() -> None:
    """Names in brackets are all tried."""
    assert {"字幕社", "雲の家"} <= {each.text for each in readings(Query("[字幕社][雲の家][12][1080P].mp4"))}
