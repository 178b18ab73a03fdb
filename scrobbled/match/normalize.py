"""Names in one spelling, whatever script they are in."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import msgspec

_APOSTROPHES = re.compile(r"['\u2018\u2019\u02bc`´]")
_NOT_WORDS = re.compile(r"[\W_]+")
_YEAR = re.compile(r"^(?P<name>.+?)\s*[(\[](?P<year>1[89]\d\d|2[01]\d\d)[)\]]\s*$")
_COUNTRY = re.compile(
    r"^(?P<name>.+?)\s*[(\[](?P<country>US|USA|UK|GB|AU|CA|NZ|IE|IN|JP|KR|DE|FR)[)\]]\s*$", re.IGNORECASE
)
#: Without brackets only in capitals behind a name that is not: `House of Cards US`.
_BARE_COUNTRY = re.compile(r"^(?P<name>.*[a-z].*?)\s+(?P<country>US|USA|UK|AU|NZ)$")
_ARTICLES = "the|a|an|der|die|das|le|la|les|el|los|las|il"
_ARTICLE = re.compile(rf"^(?P<name>.+), (?P<article>{_ARTICLES})$", re.IGNORECASE)

_COUNTRIES = {"USA": "US", "UK": "GB"}
_COUNTRY_WORDS = {"GB": ("uk", "gb")}

_LEADING_ARTICLE = re.compile(rf"^(?:{_ARTICLES}) (?=\S)")
_ROMAN_FROM_TWO = ("ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii")
_ROMAN = {roman: str(number) for number, roman in enumerate(_ROMAN_FROM_TWO, start=2)}
_ARABIC = {arabic: roman for roman, arabic in _ROMAN.items()}


class Name(msgspec.Struct, frozen=True):
    """A name without its suffixes, and what they said."""

    text: str
    year: int | None = None
    country: str | None = None


@lru_cache(maxsize=50_000)
def normalize(name: str) -> str:
    """
    *name* for comparing: compatibility forms folded, no case, no punctuation, ``&``
    as ``and``, accents off Latin, Greek and Cyrillic letters. Other scripts keep their
    marks, which carry meaning there. Never empty for a name that is not.
    """
    folded = unicodedata.normalize("NFKC", name).casefold().replace("&", " and ")
    folded = _APOSTROPHES.sub("", folded)
    words = _words(_without_accents(folded))
    return words or folded.strip() or name.strip() or name


def split_suffix(name: str) -> Name:
    """
    ``Bluey (2018)``, ``Travel Guides (AU)`` and ``House of Cards US`` taken apart; ``Office,
    The`` turned round. The country is two capitals, GB for the United Kingdom.
    """
    year = country = None
    if (found := _YEAR.match(name)) is not None:
        name, year = found["name"], int(found["year"])
    if (found := _COUNTRY.match(name) or _BARE_COUNTRY.match(name)) is not None:
        capitals = found["country"].upper()
        name, country = found["name"], _COUNTRIES.get(capitals, capitals)
    if (found := _ARTICLE.match(name)) is not None:
        name = f"{found['article']} {found['name']}"
    return Name(name, year, country)


def spellings(name: Name) -> tuple[str, ...]:
    """
    The normalised spellings under which exactly *name* may be listed: as it is, with its
    country, with or without an article, with numbers in the other numerals.
    """
    plain = normalize(name.text)
    found = [plain, *with_country(plain, name.country)]
    found += [without_article(each) for each in found] if _LEADING_ARTICLE.match(plain) else [f"the {plain}"]
    return tuple(dict.fromkeys([*found, _other_numerals(plain)]))


def with_country(normalized: str, country: str | None) -> list[str]:
    """*normalized* as people write it to name the version of *country* (two letters)."""
    words = _COUNTRY_WORDS.get((country or "").upper(), ((country or "").lower(),))
    return [f"{normalized} {word}" for word in words if word]


def without_article(normalized: str) -> str:
    """*normalized* without its leading article, unless it is nothing else."""
    return _LEADING_ARTICLE.sub("", normalized, count=1)


def plain_numerals(normalized: str) -> str:
    """*normalized* with roman numerals from II on as digits; never its first word."""
    first, *rest = normalized.split(" ")
    return " ".join([first, *(_ROMAN.get(word, word) for word in rest)])


def _other_numerals(normalized: str) -> str:
    plain = plain_numerals(normalized)
    if plain != normalized:
        return plain
    first, *rest = normalized.split(" ")
    return " ".join([first, *(_ARABIC.get(word, word) for word in rest)])


def _words(text: str) -> str:
    """The letters, digits and marks of *text*; what lies between is one space."""
    if text.isascii():
        return _NOT_WORDS.sub(" ", text).strip()
    # A regular expression's \w leaves out the vowel signs of Thai, Hindi and others.
    kept = (each if each.isalnum() or unicodedata.category(each)[0] == "M" else " " for each in text)
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
