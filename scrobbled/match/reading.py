"""Understanding the words: every way in which a text may name a title, the likeliest first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import msgspec
from msgspec.structs import replace

from scrobbled.match import release
from scrobbled.match.normalize import normalize
from scrobbled.match.query import Query, Reading
from scrobbled.match.vocabulary import ARTICLES, EDITION_ENDS

_YEAR: Final = re.compile(
    r"^(?P<name>.+?)\s*[(\[](?P<year>1[89]\d\d|20[0-4]\d)(?:\s?[-\u2013]\s?\d{0,4})?[)\]]\s*$"
)
_YEAR_INSIDE: Final = re.compile(
    r"^(?P<name>.*\w.*?)\s*[(\[](?:[^()\[\]]*?\W)?(?P<year>19\d\d|20[0-4]\d)(?:\W[^()\[\]]*)?[)\]].*$"
)
_BARE_YEAR: Final = re.compile(r"^(?P<name>.*\w.*?)[\s,]+(?P<year>1[89]\d\d|20[0-4]\d)$")
_CODES: Final = "US|USA|UK|GB|AU|CA|NZ|IE|IN|JP|KR|DE|FR|ES|IT|NL|SE|NO|DK|PL|BR|MX|ZA"
_COUNTRY: Final = re.compile(rf"^(?P<name>.+?)\s*[(\[](?P<country>{_CODES})[)\]](?P<rest>.*)$", re.IGNORECASE)
_BARE_COUNTRY: Final = re.compile(r"^(?P<name>.*\w.*?)\s+(?P<country>US|USA|UK|AU|NZ|CA|IE|U\.S\.|U\.K\.)$")
_COUNTRIES: Final = {"USA": "US", "UK": "GB", "U.S.": "US", "U.K.": "GB"}
_SPELT_OUT: Final = {
    "US": ("US", "America", "USA"), "GB": ("UK",), "AU": ("Australia", "AU"), "CA": ("Canada",),
    "NZ": ("New Zealand", "NZ"), "IE": ("Ireland",), "IN": ("India",), "JP": ("Japan",), "KR": ("Korea",),
    "DE": ("Germany",), "FR": ("France",),
}  # fmt: skip
_INVERTED: Final = re.compile(
    rf"^(?P<name>[^,]+(?:,[^,]+)*?),\s(?P<article>{'|'.join(sorted(ARTICLES))})$", re.IGNORECASE
)
_INVERTED_INSIDE: Final = re.compile(
    r"^(?P<name>[^,]+(?:,[^,]+)*?),\s(?P<article>The|An?|Les?|La|Der|Die|Das|El|Il)(?P<rest>\s*[:(-].*)$",
    re.IGNORECASE,
)
_SEASON: Final = re.compile(
    r"^(?:(?:the )?(?:complete |first |second |third |fourth |fifth |final |last )*"
    r"(?P<word>season|series|staffel|saison|temporada|stagione|sezon|sæson|seizoen)s?\s*(?P<number>\d{1,4})?"
    r"|limited series|mini-?series|the complete (?:collection|series).*|special(?:s|e)?|bonus.*|extras?)"
    r"(?P<rest>\b.*)?$",
    re.IGNORECASE,
)
_PART: Final = re.compile(
    r"^(?:part|teil|partie|parte|vol(?:ume)?\.?|book|chapter|kapitel|chapitre|cap[íi]tulo|collection|set|disc"
    r"|episode|folge|season finale)\s*"
    r"(?P<number>\d{1,4}|[ivx]{1,4}|one|two|three|four|five|six|seven|eight|nine|ten)?\b.*$",
    re.IGNORECASE,
)
_SEASON_AT_END: Final = re.compile(
    r"^(?P<name>.*\w.*?)[\s,:(\[-]+(?:(?:season|series|staffel|saison|temporada|stagione|sezon)\s?(?P<number>\d{1,2})"
    r"|s(?P<short>\d{1,2})(?:\s?e\d{1,3})?|(?P<ordinal>\d{1,2})(?:st|nd|rd|th) season)[)\]]?$",
    re.IGNORECASE,
)
_EDITION: Final = re.compile(
    r"^(?P<name>.*\w.*?)\s*[:\s(\[-]+(?:the )?(?:imax|unrated|uncut|rated|widescreen|full ?screen"
    r"|remastered|extended(?: (?:cut|edition|version))?|director'?s cut|theatrical(?: cut| version)?"
    r"|special edition|collector'?s edition|bonus material|ultimate edition|anniversary edition|final cut"
    r"|tv|dubbed|subbed|dub|sub|original version|uncensored|restored(?: version)?"
    r"|\d+(?:st|nd|rd|th) anniversary(?: edition)?|enhanced|fan edit|black and chrome edition"
    r"|b&w|3d|4k)[)\]]?\s*$",
    re.IGNORECASE,
)
_OPENING: Final = re.compile(r"\s*(?:[:;]\s+|\s[-\u2013\u2014/|]{1,2}\s|\uff1a)")
_PARENTHESIS: Final = re.compile(r"^(?P<name>.*\w.*?)\s*[(\[](?P<inside>[^()\[\]]+)[)\]]\s*$")
_POSSESSIVE: Final = re.compile(
    r"^(?:marvel'?s?|disney'?s?|dc'?s?|national lampoon'?s|tyler perry'?s|stephen king'?s|bbc|nova"
    r"|imax)[: ]\s*(?P<name>.+)$",
    re.IGNORECASE,
)

#: The number of an episode: a longer one is a year.
_NUMBER: Final = re.compile(r"\d{1,3}", re.ASCII)

#: The last characters and words of what `_suffixes` takes off.
_CLOSING: Final = ")]"
_BARE_CODES: Final = frozenset(["US", "USA", "UK", "AU", "NZ", "CA", "IE", "U.S.", "U.K."])

#: Readings of one text that are looked up.
MOST: Final = 14

#: Characters of a text that are read: what the patterns cost grows with the square of them.
LONGEST: Final = 300


def readings(query: Query) -> list[Reading]:
    """
    The ways to read *query*, without doubles, the likeliest first. What the query says
    itself (kind, year…) goes before what its words say.
    """
    found: dict[tuple[str, int | None, str | None], Reading] = {}
    for reading in _ways(_bounded(query.text.strip())):
        for each in _suffixes(reading):
            words = normalize(each.text)
            if not words:
                continue
            known = found.get((words, each.year, each.country))
            if known is None or known.doubt > each.doubt:
                found[words, each.year, each.country] = each
        if len(found) >= 2 * MOST:
            break
    return sorted(found.values(), key=lambda each: each.doubt)[:MOST]


def _bounded(text: str) -> str:
    """*text* as far as it is read: a path from its end, which is the file's own name."""
    if len(text) <= LONGEST:
        return text
    return (text[-LONGEST:] if release.is_file(text) else text[:LONGEST]).strip()


class Name(msgspec.Struct, frozen=True):
    """A name without what tells it from its namesakes, and the year that said."""

    text: str
    year: int | None


def plain(query: Query) -> Name:
    """The name a title of *query* is given: ``Bluey (2018)``, ``Office, The`` and ``Rake (US)`` put right."""
    text, year = query.text.strip(), query.year
    if len(text) > LONGEST:
        return Name(text, year)
    if (found := _YEAR.match(text)) is not None:
        text, year = found["name"], year or int(found["year"])
    if (found := _COUNTRY.match(text)) is not None and not found["rest"].strip():
        text = found["name"]
    if (found := _INVERTED.match(text)) is not None:
        text = f"{found['article']} {found['name']}"
    return Name(text, year)


def _ways(text: str) -> Iterator[Reading]:
    if release.looks_like_one(text):
        yield from release.readings(text)
        yield Reading(text, doubt=0.6)
        return
    yield Reading(text)
    yield from _of_service(text)


def _of_service(text: str) -> Iterator[Reading]:
    """``Show: Season 2: Episode title`` and what else streaming services write."""
    if " // " in text:
        for part in text.split(" // "):
            yield Reading(part.strip(), doubt=0.05, how="one of two names")
            yield from _of_service(part.strip())
        return
    segments = re.split(r":\s+", text)
    for number in range(1, len(segments)):
        if found_before := list(_of_segment(": ".join(segments[:number]), segments[number])):
            yield from found_before
            return
    ending = text[-1:].isdecimal() or text[-1:] in _CLOSING or text[-6:].lower() == "season"
    if ending and (found := _SEASON_AT_END.match(text)) is not None:
        season = int(found["number"] or found["short"] or found["ordinal"])
        yield Reading(found["name"], kind="show", season=season, doubt=0.06, how="season")
    for opening in list(_OPENING.finditer(text))[:2]:
        if opening.start() > 1:
            before, behind = text[: opening.start()], text[opening.end() :]
            alone = int(behind) if _NUMBER.fullmatch(behind) else None
            yield Reading(before, doubt=0.45, how="without what follows", absolute=alone)
            yield Reading(behind, doubt=0.55, how="without what precedes")


def _of_segment(before: str, segment: str) -> Iterator[Reading]:
    """What stands before a colon, when a season or a part stands behind it."""
    if (season := _SEASON.match(segment)) is not None:
        number = season["number"]
        count = None if number is None else int(number)
        yield Reading(before, kind="show", season=count, doubt=0.02, how="season")
    elif _PART.match(segment) is not None:
        yield Reading(before, doubt=0.12, how="part", part=True)
        yield Reading(f"{before} {segment.partition(':')[0]}", doubt=0.1, how="part")


def _of_country(reading: Reading, found: re.Match[str]) -> Iterator[Reading]:
    """The name without its country, and with the country spelt out."""
    code = found["country"].upper()
    country = _COUNTRIES.get(code, code)
    name = found["name"] + (found.groupdict().get("rest") or "")
    doubt = reading.doubt + 0.05
    yield replace(reading, text=name.strip(), country=country, doubt=doubt, how="country")
    for word in _SPELT_OUT.get(country, ()):
        yield replace(reading, text=f"{found['name']} {word}", doubt=doubt, how="country spelt out")


def _suffixes(reading: Reading) -> Iterator[Reading]:
    """*reading*, and what it says when its year, country, article or edition is taken off."""
    yield reading
    text = reading.text
    closed, bracketed = text[-1:] in _CLOSING, "(" in text or "[" in text
    # Each pattern is tried only where its last or its rarest character stands: most texts have none.
    for pattern, doubt, likely in (
        (_YEAR, 0.0, closed),
        (_BARE_YEAR, 0.1, text[-4:].isdecimal()),
        (_YEAR_INSIDE, 0.15, bracketed),
    ):
        if likely and (found := pattern.match(text)) is not None:
            year = int(found["year"])
            without = replace(reading, text=found["name"], year=year, doubt=reading.doubt + doubt, how="year")
            yield from _suffixes(without)
            return
    last = text.rpartition(" ")[2]
    country = (
        _COUNTRY.match(text) if bracketed else _BARE_COUNTRY.match(text) if last in _BARE_CODES else None
    )
    if country is not None:
        yield from _of_country(reading, country)
    if ", " in text and (found := _INVERTED.match(text) or _INVERTED_INSIDE.match(text)) is not None:
        rest = found.groupdict().get("rest") or ""
        yield replace(reading, text=f"{found['article']} {found['name']}{rest}", how="article behind")
    if last.rstrip(_CLOSING).lower() in EDITION_ENDS and (found := _EDITION.match(text)) is not None:
        yield replace(reading, text=found["name"], doubt=reading.doubt + 0.08, how="edition")
    elif closed and (found := _PARENTHESIS.match(text)) is not None:
        yield replace(reading, text=found["name"], doubt=reading.doubt + 0.25, how="without brackets")
        yield replace(reading, text=found["inside"], doubt=reading.doubt + 0.45, how="in brackets")
    if (found := _POSSESSIVE.match(text)) is not None:
        yield replace(reading, text=found["name"], doubt=reading.doubt + 0.3, how="without the maker")
