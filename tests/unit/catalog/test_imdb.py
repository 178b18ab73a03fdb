"""IMDb's dumps read without a database."""

from __future__ import annotations

import gzip
import random
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrobbled.catalog import imdb
from scrobbled.catalog.imdb_files import HEADERS, NAMES, Dump, Meter, number_of, recognise
from scrobbled.catalog.imdb_rows import Chunk
from scrobbled.catalog.imdb_tables import Episodes, Votes
from scrobbled.catalog.staging import row
from scrobbled.cli.catalog import _KINDS
from scrobbled.errors import PayloadError


def dump(folder: Path, name: str, lines: Sequence[str]) -> Dump:
    """A file of IMDb's with *lines*, as it is published."""
    path = folder / NAMES[name]
    path.write_bytes(gzip.compress(b"\n".join([HEADERS[name], *(line.encode() for line in lines), b""])))
    return Dump(path, name, Meter())


def basics(name: bytes, identity: bytes = b"tt0000001") -> list[bytes]:
    """A film's line of title.basics."""
    return [identity, b"movie", name, name, b"0", b"1999", b"\\N", b"90", b"Drama,Sci-Fi"]


def unescape(field: bytes) -> str:
    """A field of COPY's text format as PostgreSQL reads it."""
    letters = iter(field.decode())
    signs = {"t": "\t", "n": "\n", "r": "\r"}
    return "".join(signs.get(sign := next(letters), sign) if letter == "\\" else letter for letter in letters)


@given(st.lists(st.text(), min_size=1, max_size=4))
def test_any_text_survives_copy(values: list[str]) -> None:
    """A row is one line, and each field reads as it was but for NUL."""
    line = row(*values)

    assert line.count(b"\n") == 1
    assert [unescape(field) for field in line[:-1].split(b"\t")] == [
        each.replace("\0", "") for each in values
    ]


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\t\n\0"), min_size=1))
def test_any_name_of_imdb_survives_copy(name: str) -> None:
    """A title's row always has its 15 fields, and its name as it is written but for spaces."""
    chunk = Chunk()
    chunk.add_title(1, b"movie", basics(name.encode()), votes=5, rating=7.8, counts=None, akas=[])
    fields = chunk.staged.titles[0][:-1].split(b"\t")

    assert (15, b'{"rating": 7.8, "votes": 5}') == (len(fields), fields[13])
    assert (
        unescape(fields[2]).encode() == b" ".join(name.encode().split())[: len(unescape(fields[2]).encode())]
    )


def test_names_that_differ_in_case_alone_are_staged_once() -> None:
    """The main name is not repeated, the original one is a name, and null is none."""
    akas = [
        b"Le M\xc3\x89CANO\tFR\t\\N",
        b"le m\xc3\xa9cano\tCA\tfr",
        b"THE GENERAL\tUS\ten",
        b"\\N\tDE\t\\N",
    ]
    lines = [[b"tt0000001", b"1", *aka.split(b"\t"), b"\\N", b"\\N", b"0"] for aka in akas]
    line = basics(b"The General")
    line[3] = b"General"
    chunk = Chunk()

    chunk.add_title(1, b"movie", line, votes=None, rating=0.0, counts=None, akas=lines)

    assert chunk.staged.names == [
        b"1\tGeneral\t\\N\t\\N\n",
        b"1\tLe M\xc3\x89CANO\t\\N\tFR\n",
    ]


def test_an_episode_without_a_name_of_its_own_has_none() -> None:
    """*Episode #1.2* is IMDb's way to say so."""
    chunk = Chunk()

    for number, name in enumerate((b"Episode #1.1", b"Episode #1.2 Revisited", b"\\N"), start=1):
        chunk.add_episode(basics(name, b"tt000000%d" % number), 9, 1, number)

    assert [line.split(b"\t")[4] for line in chunk.staged.episodes] == [
        b"\\N",
        b"Episode #1.2 Revisited",
        b"\\N",
    ]


def test_two_episodes_at_one_place_come_in_two_chunks() -> None:
    """So that the second is seen to contradict the first."""
    chunk = Chunk()
    for identity in (b"tt0000002", b"tt0000003"):
        chunk.add_episode(basics(b"x", identity), 9, 1, 1)

    following = chunk.following()

    assert [b"9\t1\t1\timdb\ttt0000002\n"] == chunk.staged.episode_ids
    assert [b"9\t1\t1\timdb\ttt0000003\n"] == following.staged.episode_ids
    assert len(following.following()) == 0


@pytest.mark.parametrize("identity", [b"", b"tt", b"nm0000001", b"tt-1", b"tt1.5", b"tt9999999999", b"\\N"])
def test_what_is_no_title_has_no_number(identity: bytes) -> None:
    """Anything but ``tt`` and a few digits is told apart."""
    assert number_of(identity) == -1


@given(st.lists(st.binary(max_size=60), max_size=20))
def test_no_content_breaks_the_reader(lines: list[bytes]) -> None:
    """Whatever stands in a file: its rows have the right number of fields and are valid UTF-8."""
    with tempfile.NamedTemporaryFile(suffix=".gz") as file:
        file.write(gzip.compress(b"\n".join([HEADERS["ratings"], *lines])))
        file.flush()
        for block in Dump(Path(file.name), "ratings", Meter()).rows():
            for fields in block:
                assert len(fields) == 3
                assert b"\0" not in b"".join(field.decode().encode() for field in fields)


def test_lines_survive_the_borders_of_blocks(tmp_path: Path) -> None:
    """A file of many blocks has every line once, whatever the line ends."""
    lines = [f"tt{number:07}\t{'9' * random.Random(number).randrange(60)}\t1" for number in range(60_000)]
    packed = dump(tmp_path, "ratings", lines)
    plain = tmp_path / "plain.tsv"
    plain.write_text("\r\n".join([HEADERS["ratings"].decode(), *lines]), newline="")

    for each in (packed, Dump(plain, "ratings", Meter())):
        assert lines == [line.decode() for block in each.blocks() for line in block]


def test_files_are_known_by_their_headers(tmp_path: Path) -> None:
    """Names do not matter; a file that is something else, or one too many, is told."""
    one = dump(tmp_path, "basics", []).path
    other = one.rename(tmp_path / "downloaded (1).gz")
    again = dump(tmp_path, "basics", []).path
    ratings = dump(tmp_path, "ratings", []).path
    strange = tmp_path / "strange.tsv"
    strange.write_text("id\tname\n")

    assert {"basics", "ratings"} == set(recognise([other, ratings], Meter()))
    with pytest.raises(PayloadError, match=r"are both title\.basics"):
        recognise([other, again], Meter())
    with pytest.raises(PayloadError, match=r"strange\.tsv: the first line is 'id"):
        recognise([strange], Meter())
    with pytest.raises(PayloadError, match=r"title\.basics\.tsv\.gz is missing"):
        recognise([ratings], Meter())


def test_damage_is_told_with_the_file(tmp_path: Path) -> None:
    """A download that was cut off does not end quietly."""
    whole = dump(tmp_path, "ratings", [f"tt{number:07}\t5.5\t{number}" for number in range(1000)])
    whole.path.write_bytes(whole.path.read_bytes()[:-9])

    with pytest.raises(PayloadError, match=r"title\.ratings\.tsv\.gz"):
        list(whole.blocks())


def test_episodes_are_found_in_any_order(tmp_path: Path) -> None:
    """Season and number by id, whatever the order of the file; without a number there is none."""
    lines = ["tt0000009\ttt0000001\t2\t5", "tt0000003\ttt0000001\t1\t1", "tt0000004\ttt0000001\t\\N\t\\N"]
    lines += ["tt0000005\ttt0000001\t0\t1", "broken", "tt0000006\tno\t1\t1"]
    episodes = Episodes(dump(tmp_path, "episode", lines))

    assert [(1, 1, 1), None, (1, 0, 1), None, (1, 2, 5), None] == episodes.places([3, 4, 5, 6, 9, 99_999_999])
    assert {1: (2, 2)} == episodes.counts()
    assert [None] == Episodes(None).places([3])
    assert {} == Episodes(None).counts()


def test_votes_are_zero_or_unknown(tmp_path: Path) -> None:
    """Without a line a title has no votes; without a file nobody knows."""
    votes = Votes(dump(tmp_path, "ratings", ["tt0000009\t5.5\t120", "tt0000002\t7.1\t8"]))

    assert [8, 120, 0] == votes.of([2, 9, 3])
    assert [0] == Votes(dump(tmp_path, "ratings", [])).of([2])
    assert [None] == Votes(None).of([2])


def test_the_command_offers_every_kind() -> None:
    """What --kind takes is what the importer knows; the command line does not load it for --help."""
    assert tuple(imdb.KINDS) == _KINDS
