"""Names in one spelling, whatever script they are in, and the key a name is found under."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final
from zlib import crc32

from scrobbled.match.vocabulary import DROPPED

_APOSTROPHES: Final = re.compile(r"['\u2018\u2019\u02bc`\u00b4]")
_NOT_WORDS: Final = re.compile(r"[\W_]+")

#: Letters that no decomposition takes apart, as people type them.
_LETTERS: Final = str.maketrans({
    "\u00f8": "o", "\u0142": "l", "\u0111": "d", "\u00f0": "d", "\u00fe": "th", "\u00e6": "ae",
    "\u0153": "oe", "\u0131": "i", "\u2044": "/",
})  # fmt: skip

_AND: Final = frozenset(("and", "und", "et"))

_ROMAN: Final = (
    "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv", "xvi", "xvii",
    "xviii", "xix", "xx",
)  # fmt: skip
_NUMERALS: Final = {roman: str(number) for number, roman in enumerate(_ROMAN, start=2)}
_SPELT: Final = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_NUMBER_WORDS: Final = {word: str(number) for number, word in enumerate(_SPELT, start=1)}
_PARTS: Final = frozenset(("part", "chapter", "volume", "vol", "book", "episode", "pt", "season", "series"))
_SHORT: Final = {"volume": "vol", "pt": "part", "versus": "vs", "ep": "episode"}


@lru_cache(maxsize=50_000)
def normalize(name: str) -> str:
    """
    *name* for comparing: compatibility forms folded, no case, no punctuation, ``&``
    as ``and``, accents off Latin, Greek and Cyrillic letters. Other scripts keep their
    marks, which carry meaning there. Never empty for a name that is not.
    """
    if name.isascii():
        folded = name.lower()
    else:
        folded = _without_accents(unicodedata.normalize("NFKC", name).casefold()).translate(_LETTERS)
    return _spelt(folded) or " ".join(name.casefold().split()) or name


def accented(name: str) -> str:
    """Give *name* as `normalize` has it, but with its accents."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return _spelt(folded) or folded


def key(normalized: str) -> str:
    """
    What a name is found under: *normalized* without leading article, without ``and``,
    numbers as digits. Two names with one key are the same but for how they are written.
    The spaces are still there; the order of the index leaves them out.
    """
    words = normalized.split(" ")
    if len(words) == 1:
        return normalized
    if words[0] in DROPPED:
        del words[0]
    kept = words[:1]
    for word in words[1:-1]:
        if word not in _AND:
            kept.append(_numeral(word, kept[-1]))
    if len(words) > 1:
        kept.append(_numeral(words[-1], kept[-1]))
    return " ".join(kept)


def spelling(name: str, normalized: str) -> int:
    """
    32 bits that tell names of one key apart: the upper 16 for the words with their
    accents, the lower 16 for the words without.
    """
    low = crc32(normalized.encode()) & 0xFFFF
    high = low if name.isascii() else crc32(accented(name).encode()) & 0xFFFF
    return high << 16 | low


def numbers(words: str) -> list[str]:
    """The numbers among *words*, in their order: sequels differ by one and by nothing else."""
    return [word for word in words.split(" ") if word.isdecimal()]


def _numeral(word: str, before: str) -> str:
    if before in _PARTS:
        return "1" if word == "i" else _NUMERALS.get(word) or _NUMBER_WORDS.get(word, word)
    return _NUMERALS.get(word) or _SHORT.get(word, word)


def _spelt(folded: str) -> str:
    """The words of *folded*; what lies between is one space."""
    folded = _APOSTROPHES.sub("", folded.replace("&", " and "))
    if folded.isascii():
        return _NOT_WORDS.sub(" ", folded).strip()
    # A regular expression's \w leaves out the vowel signs of Thai, Hindi and others.
    kept = (each if each.isalnum() or unicodedata.category(each)[0] == "M" else " " for each in folded)
    return " ".join("".join(kept).split())


def _without_accents(text: str) -> str:
    """Drop marks that follow a Latin, Greek or Cyrillic letter, or no letter at all."""
    if text.isascii():
        return text
    kept: list[str] = []
    base = ""
    for character in unicodedata.normalize("NFD", text):
        if unicodedata.category(character)[0] != "M":
            base = character
        elif base < "\u0530" or not base.isalnum():  # the first block after Cyrillic
            continue
        kept.append(character)
    return unicodedata.normalize("NFC", "".join(kept))
