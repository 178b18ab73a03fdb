"""Names in one spelling, whatever script they are in."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import msgspec

_APOSTROPHES = re.compile(r"['\u2018\u2019\u02bc`´]")
_NOT_WORDS = re.compile(r"[\W_]+")
_YEAR = re.compile(r"^(?P<name>.+?)\s*[(\[](?P<year>1[89]\d\d|2[01]\d\d)[)\]]\s*$")
_COUNTRY = re.compile(r"^(?P<name>.+?)\s*[(\[](?P<country>US|USA|UK|GB|AU|CA|NZ|IE|IN|JP|KR|DE|FR)[)\]]\s*$")
_ARTICLE = re.compile(r"^(?P<name>.+), (?P<article>the|a|an|der|die|das|le|la|les|el|los|las|il)$", re.IGNORECASE)

_COUNTRIES = {"USA": "US", "UK": "GB"}


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
    words = _NOT_WORDS.sub(" ", _without_accents(folded)).strip()
    return words or folded.strip() or name.strip() or name


def split_suffix(name: str) -> Name:
    """``Bluey (2018)`` and ``Travel Guides (AU)`` taken apart; ``Office, The`` turned round."""
    year = country = None
    if (found := _YEAR.match(name)) is not None:
        name, year = found["name"], int(found["year"])
    if (found := _COUNTRY.match(name)) is not None:
        name, country = found["name"], _COUNTRIES.get(found["country"], found["country"])
    if (found := _ARTICLE.match(name)) is not None:
        name = f"{found['article']} {found['name']}"
    return Name(name, year, country)


def _without_accents(text: str) -> str:
    """Drop combining marks that follow a Latin, Greek or Cyrillic letter."""
    if text.isascii():
        return text
    kept: list[str] = []
    base = ""
    for character in unicodedata.normalize("NFD", text):
        if not unicodedata.combining(character):
            base = character
        elif base < "\u0530":  # the first block after Cyrillic
            continue
        kept.append(character)
    return unicodedata.normalize("NFC", "".join(kept))
