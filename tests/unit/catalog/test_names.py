"""Making the index: which names a title is found under, and files that are whole or not there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scrobbled.catalog import names
from scrobbled.catalog.names import entries, heads, write
from scrobbled.match.index import NameIndex
from scrobbled.match.layout import HEAD, MAIN, Listed


def keys(*of: str) -> dict[str, int]:
    """The keys of a title called *of*, with their flags."""
    return {found: flags for found, _, flags in entries(Listed(1, "movie", of))}


def test_a_title_is_found_under_each_of_its_names() -> None:
    """The main one is marked."""
    assert keys("Harbour Lights", "Hafenlichter") == {"harbour lights": MAIN, "hafenlichter": 0}


def test_a_name_written_twice_is_listed_once() -> None:
    """What differs in case or article leads to the same entry."""
    found = [key for key, *_ in entries(Listed(1, "movie", ("The Harbour", "HARBOUR", "Harbour")))]

    assert found == ["harbour"]


def test_a_name_is_listed_without_what_tells_it_from_namesakes() -> None:
    """Catalogues call a show *Ghosts (US)*; people do not."""
    assert keys("Ghosts (US)") == {"ghosts us": MAIN, "ghosts": MAIN}
    assert keys("Bluey (2018)") == {"bluey 2018": MAIN, "bluey": MAIN}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Harbour: The Sea", ["Harbour"]),
        ("Harbour - The Sea", ["Harbour"]),
        ("Harbour: The Sea: Part 1", ["Harbour", "Harbour: The Sea"]),
        ("Harbour (The Sea)", ["Harbour"]),
        ("雲：家", []),
        ("雲の家：海", ["雲の家"]),
        ("Spider-Man", []),
        ("9: Sea", []),
    ],
)
def test_a_subtitle_may_be_left_out(name: str, expected: list[str]) -> None:
    """The beginning up to it is found too, when it is long enough to mean something."""
    assert expected == heads(name)


def test_a_beginning_is_no_name() -> None:
    """It is marked, so that it is worth less."""
    assert keys("Harbour: The Sea") == {"harbour the sea": MAIN, "harbour": HEAD | MAIN}


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.text("ab :é雲", min_size=1, max_size=8), min_size=1, max_size=3), max_size=12))
def test_sorting_in_runs_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: list[list[str]]
) -> None:
    """An index that was spilled to files in between is the one made in memory, byte by byte."""
    titles = [Listed(number, "show", tuple(each)) for number, each in enumerate(named)]
    write(tmp_path / "memory", titles)
    monkeypatch.setattr(names, "_RUN", 2)
    write(tmp_path / "runs", titles)
    monkeypatch.undo()

    assert (tmp_path / "memory").read_bytes() == (tmp_path / "runs").read_bytes()


def test_a_file_says_what_it_was_made_from(tmp_path: Path) -> None:
    """The database and the horizon decide whether it may be used, and what is missing."""
    write(tmp_path / "index", [Listed(7, "movie", ("Harbour",))], database="cluster/name", horizon=42)
    header = NameIndex((tmp_path / "index").read_bytes()).header

    assert ("cluster/name", 42, 1, 1) == (header.database, header.horizon, header.titles, header.names)


def test_whoever_reads_the_old_file_keeps_it(tmp_path: Path) -> None:
    """A new one takes its place at once and whole."""
    path = tmp_path / "index"
    write(path, [Listed(1, "movie", ("Harbour",))])
    with path.open("rb") as old:
        write(path, [Listed(2, "movie", ("Lights",))])

        assert NameIndex(old.read()).title_id[0] == 1
    assert NameIndex(path.read_bytes()).title_id[0] == 2
    assert [path] == list(tmp_path.iterdir())


def test_a_failed_build_leaves_the_old_file(tmp_path: Path) -> None:
    """And nothing beside it."""
    path = tmp_path / "index"
    write(path, [Listed(1, "movie", ("Harbour",))])

    def cut_off() -> Iterator[Listed]:
        """A catalogue that goes away."""
        yield Listed(2, "movie", ("Lights",))
        raise ConnectionError("the database is away")

    with pytest.raises(ConnectionError):
        write(path, cut_off())
    assert NameIndex(path.read_bytes()).title_id[0] == 1
    assert [path] == list(tmp_path.iterdir())
