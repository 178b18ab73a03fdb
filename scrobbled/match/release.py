"""File and release names: ``The.Office.US.S03E07.1080p.WEB-DL`` and all its kin, taken apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from scrobbled.match.query import Reading
from scrobbled.match.vocabulary import STRONG, WEAK

_EXTENSION: Final = re.compile(
    r"\.(?:mkv|avi|mp4|m4v|mov|wmv|mpe?g|ts|m2ts|ogm|ogv|rmvb|rm|flv|webm|iso|img|divx|strm|torrent|nzb|srt|sub|ass"
    r"|nfo|par2|rar|zip|7z)$",
    re.IGNORECASE,
)

_STRONG_SHAPE: Final = re.compile(
    r"(?:\d{3,4}[pi]|\d{3,4}x\d{3,4}|[48]k|(?:aac|flac|ddp?|dts|eac3|ac3)\d+"
    r"|[257]1ch|\dch|\d+bits?|\d{3,4}p\d\d|[hx]26[456]\w*)\Z"
)
_TOKEN: Final = re.compile(r"[^\W_]+")

_YEAR: Final = re.compile(r"(?<![\w])(?P<year>(?:18[89]|19\d|20[0-4])\d)(?![\w])")
_YEAR_NEXT: Final = re.compile(r"\W{0,3}(?P<year>(?:18[89]|19\d|20[0-4])\d)(?!\w|\W\d\d\W\d\d)")
_DATE: Final = re.compile(r"(?<!\d)(?:19|20)\d\d[ ._-]?(?:0\d|1[0-2])[ ._-]?(?:[0-2]\d|3[01])(?!\d)")
_LEADING_DATE: Final = re.compile(r"^\d\d[ .]\d\d[ .]\d\d[ .]+(?=\D)")

#: Where in a show the file belongs; whatever stands before is the name.
_PLACE: Final = re.compile(
    r"(?<![^\W_])(?:"
    r"s(?:eason)?[ ._-]?(?P<season>\d{1,4})[ ._-]?"
    r"(?:x?[ ._-]?(?:e|ep|episode)[ ._-]?(?P<episode>\d{1,4})|(?=\W|$))"
    r"|(?P<season_x>\d{1,2})x(?P<episode_x>\d{1,4})(?!\d)"
    r"|(?:season|series|saison|staffel|temporada|stagione|seizoen|s\u00e6son|sezon|\u0441\u0435\u0437\u043e\u043d)s?"
    r"[ ._-]?(?P<season_word>\d{1,3})"
    r"|(?P<season_before>\d{1,2})(?:st|nd|rd|th|\u00aa|\.)?[ ._-]"
    r"(?:season|staffel|temporada|sezon|\u0441\u0435\u0437\u043e\u043d)"
    r"|(?:e(?=\d{1,3}(?!\d))|(?:ep|eps|episode|episodio|folge|capitulo|cap)[ ._-]{0,2})"
    r"(?P<episode_word>\d{1,4})(?=(?:v\d|[a-d]|(?:[-+&]?ep?\d{1,4})+)?(?![^\W_]))"
    r"|(?:vol|volume|disc|disk|part[ie]*)[ ._-]{0,2}\d{1,2}(?=[ ._-]*(?:[\[(]|of|v\d|&|$))"
    r")|\u7b2c(?P<season_cjk>\d{1,2})(?:\u671f|\u5b63)"
    r"|\u7b2c?(?P<episode_cjk>\d{1,4})(?:\u8bdd|\u8a71|\u96c6)"
    r"|(?<=[ \]])(?P<of>\d{1,3})[ ._]?(?:of|de)[ ._]?\d{1,3}",
    re.IGNORECASE,
)
_ABSOLUTE: Final = re.compile(
    r"(?:\s-\s*|(?<=\w)\s+|#)(?P<absolute>\d{1,4})(?:v\d)?(?:\s?[-~+&]\s?\d{1,4})?(?:v\d)?"
    r"(?=\s*(?:[\[(]|$|END|FINAL|-\s)|(?<=#\d\d)\s)"
    r"|\s-\s(?:ova|oad|sp|special|pv|nc(?:op|ed)|op|ed|ex|movie|trailer|menu|cm)\s?\d{0,3}[a-z]?(?=\s*(?:[\[(]|$))"
)
_MARKED: Final = re.compile(
    r"(?<![a-z\d])(?:s\d{1,2}[ .]?e\d{1,3}|\d{1,2}x\d{2}|s\d\d(?:\s?-\s?s\d\d)?|season \d{1,2} complete"
    r"|(?:ep|eps|episode)\.? ?\d{1,4})(?![a-z\d])"
    r"|\u7b2c?\d{1,4}[\u8bdd\u8a71\u96c6\u671f\u5b63]",
    re.IGNORECASE,
)
_COMPACT: Final = re.compile(r"^(?P<name>.*\D.*?)\s(?P<season>\d{1,2})(?P<episode>\d\d)$")
_BRACKETS: Final = str.maketrans(
    "\u3010\u3011\u300c\u300d\u300a\u300b\uff3b\uff3d\uff08\uff09\u2605", "[][][][]() "
)
_GROUP: Final = re.compile(
    r"^\s*(?:\[+[^\]]*\]+|\{[^}]*\}|\[?\s*www?[ .][\w. -]+?(?:\s-\s|\s*\]))[\s._-]*", re.IGNORECASE
)
_BRACKETED: Final = re.compile(r"\[([^\[\]]+)\]|\(([^()]+)\)")
_TRAILING: Final = re.compile(r"[\s\[({,_.~+-]+$")
_NOT_A_NAME: Final = re.compile(
    r"^(?:season|series|staffel|saison|temporada|s|disc|cd|dvd|specials?|extras?|movies?|films?|tv|tv shows?"
    r"|shows?"
    r"|videos?|downloads?|media|mnt|data\S*|volumes|av|unsorted|anime|share\w*|home|nas|www\S*|[a-z]:)"
    r"[ ._-]*\d*$",
    re.IGNORECASE,
)
_PARENTS: Final = 2
#: A number from here on is a year or a part of the name.
_NO_EPISODE: Final = 1850
_HINTS_OF_A_RELEASE: Final = 2


def is_file(text: str) -> bool:
    """Whether *text* ends as a file's name does."""
    return _EXTENSION.search(text) is not None


def looks_like_one(text: str) -> bool:
    """Whether *text* is a file or release name and not a title as a service writes it."""
    if is_file(text) or text[:1] in "[\u3010{/" or ("/" in text and "_" in text):
        return True
    if " " not in text and (text.count(".") >= _HINTS_OF_A_RELEASE or "_" in text or text.count("-") > 4):  # noqa: PLR2004
        return True
    if _MARKED.search(text):
        return True
    return any(_is_strong(word) for word in _TOKEN.findall(text.lower()))


def readings(text: str) -> Iterator[Reading]:
    """The ways to read a file or release name, the likeliest first."""
    *parents, name = [part for part in re.split(r"[/\\]", text.translate(_BRACKETS)) if part.strip()] or [
        text
    ]
    if len(parents) and not _EXTENSION.search(name) and " " in text and not text.startswith("/"):
        name, parents = "/".join([*parents, name]), []  # a slash between names, no path
    named = [each for each in reversed(parents) if not _NOT_A_NAME.match(each)][:_PARENTS]
    name = _EXTENSION.sub("", name)
    # A file with a number or a hash for a name, in a folder that says it all.
    telling = [each for each in named if _says_much(each)]
    meaningless = bool(telling) and not _says_much(name)
    nameless = bool(named) and _PLACE.match(_spaced(name)) is not None
    own = list(_of_name(name, 0.5 if meaningless or nameless else 0.0))
    yield from own
    for parent in telling if meaningless else named:
        reading = next(_of_name(parent, 0.0 if meaningless or nameless else 0.4), None)
        if reading is not None:
            yield _placed(reading, own[0]) if own else reading


def _placed(folder: Reading, file: Reading) -> Reading:
    """The reading of a folder, with the season and episode its file's name says."""
    if file.episode is None or folder.episode is not None:
        return folder
    season = folder.season if file.season is None else file.season
    return replace(folder, kind="show", season=season, episode=file.episode)


def _says_much(name: str) -> bool:
    return _MARKED.search(name) is not None or any(_is_strong(word) for word in _TOKEN.findall(name.lower()))


def _of_name(name: str, doubt: float) -> Iterator[Reading]:
    spaced = _spaced(name)
    body = _without_groups(spaced)
    grouped = body != spaced
    if not re.search(r"\w", re.sub(r"\[[^\]]*\]|\([^)]*\)", " ", body)):
        yield from _of_brackets(spaced, doubt)
        return
    body = _LEADING_DATE.sub("", body)
    place, absolute = _PLACE.search(body), _absolute(body, grouped=grouped)
    marks = (place, _DATE.search(body), absolute)
    end = min([found.start() for found in marks if found is not None and found.start() > 0] + [_stop(body)])
    season, episode = _numbers(place)
    counted = _counted(absolute) if grouped or season is not None else None
    if season is not None and episode is None and place is not None:
        episode, counted = _following(body, place, counted), None
    shown = season is not None or episode is not None or (grouped and absolute is not None)
    kind = "show" if shown else None
    title, year = _year_of(body[:end], body)
    for text, more in _variants(title, grouped=grouped):
        yield Reading(text, year, kind, season, episode, None, doubt + more, "release name", absolute=counted)
    if year is not None and (plain := _trimmed(body[:end])) != title:
        yield Reading(
            plain, None, kind, season, episode, None, doubt + 0.15, "release name, the year a part of it"
        )
    if not shown and (compact := _COMPACT.match(title)) is not None:
        at = int(compact["season"]), int(compact["episode"])
        yield Reading(
            compact["name"], year, "show", *at, None, doubt + 0.3, "release name, season and episode in one"
        )
    if grouped:
        yield from _of_brackets(body[end:] if len(body[:end].strip()) > 1 else spaced, doubt + 0.4)


def _is_strong(word: str) -> bool:
    return word in STRONG or (
        (word[0].isdigit() or word[-1].isdigit()) and _STRONG_SHAPE.match(word) is not None
    )


def _stop(body: str) -> int:
    """Where what is no title begins: the first word only releases have, and the like before it."""
    tokens = list(_TOKEN.finditer(body))
    lowered = [token[0].lower() for token in tokens]
    first = next((number for number, word in enumerate(lowered) if number and _is_strong(word)), None)
    if first is None:
        first = len(tokens)
        if first < 2 or lowered[-1] not in WEAK:  # noqa: PLR2004
            return len(body)
    while first > 1 and lowered[first - 1] in WEAK:
        first -= 1
    return tokens[first].start() if first < len(tokens) else len(body)


def _absolute(body: str, *, grouped: bool) -> re.Match[str] | None:
    """The number of an episode that stands alone, as anime groups have it."""
    for found in _ABSOLUTE.finditer(body):
        number = found["absolute"]
        spaced = "-" in found[0] or "#" in found[0]
        if number is None or spaced or (grouped and int(number) < _NO_EPISODE):
            return found
    return None


def _spaced(name: str) -> str:
    """Dots and underscores as the spaces they stand for."""
    name = name.replace(" _ ", " - ").replace("_", " ")
    if name.count(" ") < name.count("."):
        name = re.sub(r"(?<=\d)\.(?=[01](?!\d))", "\0", name)  # 5.1 and 2.0 are channels
        name = name.replace(".", " ").replace("\0", ".")
    return re.sub(r"\s+", " ", name).strip()


def _without_groups(name: str) -> str:
    """*name* without the groups that put their names before it."""
    while (found := _GROUP.match(name)) is not None and found.end() > 0:
        name = name[found.end() :]
    return name or ""


def _numbers(place: re.Match[str] | None) -> tuple[int | None, int | None]:
    if place is None:
        return None, None
    season = (
        place["season"]
        or place["season_x"]
        or place["season_word"]
        or place["season_before"]
        or place["season_cjk"]
    )
    episode = (
        place["episode"] or place["episode_x"] or place["episode_word"] or place["episode_cjk"] or place["of"]
    )
    if season is not None and len(season) > 2:  # noqa: PLR2004  # a year, as daily shows have it
        season = None
    return None if season is None else int(season), None if episode is None else int(episode)


def _counted(absolute: re.Match[str] | None) -> int | None:
    """The number of an episode that stands alone; of ``2 - 07`` the first may be a sequel's."""
    if absolute is None or absolute["absolute"] is None or " - " in absolute[0].strip(" -"):
        return None
    return int(absolute["absolute"])


def _following(body: str, season: re.Match[str], counted: int | None) -> int | None:
    """The episode whose number stands apart from its season's: ``S2 - 05``, ``第2期 第05話``."""
    following = _PLACE.search(body, season.end())
    another, episode = _numbers(following)
    if episode is not None and another is None:
        return episode
    behind = season.start() + len(season[0].rstrip(" ._-"))
    apart = _counted(_absolute(body[behind:], grouped=False))
    return counted if apart is None else apart


def _year_of(title: str, body: str) -> tuple[str, int | None]:
    """The name before its year: the last year that has a name before it."""
    for found in reversed(list(_YEAR.finditer(title))):
        before = _trimmed(title[: found.start()])
        if before:
            return before, int(found["year"])
    following = _YEAR_NEXT.match(body, len(title))
    return _trimmed(title), None if following is None else int(following["year"])


def _variants(title: str, *, grouped: bool) -> Iterator[tuple[str, float]]:
    """*title* as it is, then without what may not belong to it."""
    if not title:
        return
    yield title, 0.05
    if (bare := _trimmed(title[: _stop(title)])) != title and bare:
        yield bare, 0.2
    plain = _trimmed(re.sub(r"\s*(?:\([^()]*\)|\[[^\[\]]*\])\s*", " ", title))
    if plain and plain != title:
        yield plain, 0.1
    for pattern in (r"\s+a\.?k\.?a\.?\s+", r"\s*[/|]\s*", r"\s+-\s+", r"\s*[()]\s*", r"-"):
        parts = [_trimmed(part) for part in re.split(pattern, title, flags=re.IGNORECASE)]
        if len(parts) > 1:
            yield from ((part, 0.3 + 0.1 * number) for number, part in enumerate(parts[:3]) if part)
    if found := re.search(r"\s+(?:0\d\b.*|part \d{1,2})$", title, re.IGNORECASE):
        yield title[: found.start()], 0.3
    if grouped and (
        found := re.search(r"\s+(?:s?\d{1,2}|ii|iii|iv|2nd season|tv|ova|oad)$", title, re.IGNORECASE)
    ):
        yield title[: found.start()], 0.35


def _of_brackets(name: str, doubt: float) -> Iterator[Reading]:
    """Names in brackets, where nothing but brackets is left."""
    parts = [first or second for first, second in _BRACKETED.findall(name)]
    for number, part in enumerate(parts[:6]):
        words = _trimmed(part)
        first = _TOKEN.match(words.lower())
        if (
            len(words) < 2  # noqa: PLR2004
            or words.isdecimal()
            or _PLACE.match(words)
            or first is None
            or _is_strong(first[0])
        ):
            continue
        for each in re.split(r"\s*[/|]\s*", words)[:3]:
            yield Reading(each, None, None, None, None, None, doubt + 0.2 + 0.05 * number, "in brackets")


def _trimmed(text: str) -> str:
    return _TRAILING.sub("", text).strip(" -._~,")
