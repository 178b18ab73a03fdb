"""
The index of names, read where it lies: a buffer, usually a file mapped into memory and
shared by every process of the machine. Nothing of it is copied but what is looked at.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, cast

import msgspec
from rapidfuzz.distance import OSA

from scrobbled.match.layout import KINDS, MAGIC, SECTIONS, SLIPS, VERSION, Header, slips_of, start_of

#: Entries of one key that are looked at: there are not that many films called *Home*.
_MOST_OF_ONE_NAME: Final = 400

#: Bytes before the header.
_PREFACE: Final = len(MAGIC) + 8


class NameIndex:
    """
    An index over *buffer*, as `layout` describes it. Raises *ValueError* when it is none,
    or of another version.
    """

    def __init__(self, buffer: Any) -> None:
        data = memoryview(buffer)
        if len(data) < _PREFACE or bytes(data[: len(MAGIC)]) != MAGIC:
            message = "this is no index of names"
            raise ValueError(message)
        version, length = data[len(MAGIC) : _PREFACE].cast("I")
        if version != VERSION:
            message = f"this index of names has version {version}, {VERSION} is needed"
            raise ValueError(message)
        self.header, views = _sections(data[_PREFACE:], length)
        self._names, self._name_ends = views["names"], views["name_ends"]
        self._name_starts, self._backward_starts = views["name_starts"], views["backward_starts"]
        self.name_title, self.name_spelling = views["name_title"], views["name_spelling"]
        self.name_flags, self._backwards = views["name_flags"], views["backwards"]
        self._words, self._word_ends = views["words"], views["word_ends"]
        self._word_starts, self._word_postings = views["word_starts"], views["word_postings"]
        self._postings, self._slip_hash, self._slip_word = (
            views["postings"], views["slip_hash"], views["slip_word"],
        )  # fmt: skip
        self.title_id, self.title_kind = views["title_id"], views["title_kind"]
        self.title_year, self.title_runtime = views["title_year"], views["title_runtime"]
        self.title_popularity, self.title_country = views["title_popularity"], views["title_country"]
        self.title_seasons = views["title_seasons"]
        self._entries = range(len(self._name_ends))

    def kind(self, title: int) -> str:
        """Movie or show."""
        return KINDS[self.title_kind[title]]

    def name(self, entry: int) -> str:
        """The key of *entry*, with its spaces."""
        start = self._name_ends[entry - 1] if entry else 0
        return str(self._names[start : self._name_ends[entry]], "utf-8")

    def names(self, entries: Iterable[int], shortest: int, longest: int) -> dict[int, str]:
        """The keys of those of *entries* whose bytes are from *shortest* to *longest*."""
        names, ends = self._names, self._name_ends
        found = {}
        for entry in entries:
            start, end = ends[entry - 1] if entry else 0, ends[entry]
            if shortest <= end - start <= longest:
                found[entry] = str(names[start:end], "utf-8")
        return found

    # Whole names

    def exact(self, key: str) -> range:
        """The entries of *key*, whatever its spaces."""
        wanted = key.replace(" ", "").encode()
        first = self._place(wanted, self._name_starts, self._spaceless)
        after = first
        last = min(len(self._entries), first + _MOST_OF_ONE_NAME)
        while after < last and self._spaceless(after) == wanted:
            after += 1
        return range(first, after)

    def beginning(self, key: str, most: int) -> Iterator[int]:
        """The first *most* entries that begin with *key*, whatever its spaces."""
        wanted = key.replace(" ", "").encode()
        first = self._place(wanted, self._name_starts, self._spaceless)
        for entry in self._entries[first : first + most]:
            if not self._spaceless(entry).startswith(wanted):
                return
            yield entry

    def beside(self, key: str, width: int) -> Iterator[int]:
        """
        The *width* entries before and after the place of *key*, by their beginnings and
        by their ends: a slip anywhere leaves one of the two as it was.
        """
        wanted = key.replace(" ", "")
        at = self._place(wanted.encode(), self._name_starts, self._spaceless)
        yield from self._entries[max(at - width, 0) : at + width]
        at = self._place(wanted[::-1].encode(), self._backward_starts, self._from_end)
        yield from self._backwards[max(at - width, 0) : at + width]

    @staticmethod
    def _place(wanted: bytes, starts: Any, text: Callable[[int], bytes]) -> int:
        """Where *wanted* is or would be: by the *starts*, then by the texts of those that start so."""
        start = start_of(wanted)
        first = bisect_left(starts, start)
        after = bisect_right(starts, start, first)
        if first == after:
            return first
        return first + bisect_left(range(first, after), wanted, key=text)

    def _spaceless(self, entry: int) -> bytes:
        start = self._name_ends[entry - 1] if entry else 0
        return bytes(self._names[start : self._name_ends[entry]]).replace(b" ", b"")

    def _from_end(self, place: int) -> bytes:
        return self._spaceless(self._backwards[place]).decode()[::-1].encode()

    # Words

    def word(self, number: int) -> str:
        """The word of a number."""
        return self._word_bytes(number).decode()

    def word_number(self, word: str) -> int | None:
        """The number of *word*, None when no name has it."""
        wanted = word.encode()
        at = self._place(wanted, self._word_starts, self._word_bytes)
        return at if at < len(self._word_ends) and self._word_bytes(at) == wanted else None

    def _word_bytes(self, number: int) -> bytes:
        start = self._word_ends[number - 1] if number else 0
        return bytes(self._words[start : self._word_ends[number]])

    def entries_of(self, number: int) -> Any:
        """The entries that have a word; none when they are too many."""
        start = self._word_postings[number - 1] if number else 0
        return self._postings[start : self._word_postings[number]]

    def meant(self, word: str) -> list[int]:
        """The words that *word* may be a slip of: one letter wrong, missing, too many, or two swapped."""
        if len(word) not in SLIPS:
            return []
        found: set[int] = set()
        hashes, words = self._slip_hash, self._slip_word
        for each in slips_of(word):
            at = bisect_left(hashes, each)
            while at < len(hashes) and hashes[at] == each:
                found.add(words[at])
                at += 1
        return [number for number in found if OSA.distance(word, self.word(number), score_cutoff=1) <= 1]


def _sections(data: memoryview, length: int) -> tuple[Header, dict[str, Any]]:
    """The header, *length* bytes long, and what it says of the rest of *data*."""
    body = data[length:]
    try:
        header = msgspec.json.decode(data[:length], type=Header)
        whole = header.sections.keys() >= SECTIONS.keys() and all(
            0 <= start <= start + size <= len(body) for start, size in header.sections.values()
        )
        if whole:
            places = {name: header.sections[name] for name in SECTIONS}
            return header, {
                name: body[start : start + size].cast(cast("Any", SECTIONS[name]))
                for name, (start, size) in places.items()
            }
    except (msgspec.MsgspecError, TypeError):  # no JSON; a part of an item
        pass
    message = "this index of names is cut off or damaged"
    raise ValueError(message)
