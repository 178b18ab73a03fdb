"""Payloads with something wrong in them, made fast: some hundred thousand in a few seconds.

Hypothesis shrinks what it finds and is slow; this repeats what it finds by its seed.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

from tests.unit.wire import composed

#: What may stand where something else was expected.
WRONG: list[Any] = [
    *(
        None,
        "",
        " ",
        "x",
        "7",
        "-1",
        "0",
        "1e400",
        "NaN",
        "null",
        "\x00",
        "\ud800",
        "\ufeff",
        "\u202e",
        "ß",
        "İ",
        "ﬁ",
    ),
    *(0, 1, -1, 7, 1.5, 100, 100.01, 2**31, 2**63, -(2**63), 10**30, 10**400, 1e308, -0.0, True, False),
    *(float("nan"), float("inf"), [], {}, [[{}]], [None], {"": ""}, {"id": {"id": []}}),
    *(
        "2026-02-30T25:61:61Z",
        "9999-12-31T23:59:59+14:00",
        "0000-00-00",
        "1 Jan",
        "P1D",
        "0001-01-01T00:00:00-14:00",
    ),
    *(
        "imdb://",
        "tt",
        "tt0",
        "com.plexapp.agents.thetvdb://1/2/3?lang=en",
        "local://1",
        "plex://movie/",
        "../../etc",
    ),
    *(
        "a" * 5000,
        "\u0301" * 300,
        "{{Name}}",
        "%s%n",
        "<script>",
        "'; drop table users --",
        "S01E01E02E03",
        "(" * 200,
    ),
]

#: Scripts, signs and what names of files hold: the pieces that made-up titles are put together from.
PIECES = [
    *(
        "The",
        "Office",
        "US",
        "2049",
        "Blade",
        "Runner",
        "S01E02",
        "s1e1-e4",
        "1x03",
        "Season 2",
        "Part II",
        "IX",
        "720p",
    ),
    *(
        "x264",
        "[Group]",
        "(2019)",
        "WEB-DL",
        "-",
        "_",
        ".",
        "/",
        "\\",
        "  ",
        "&",
        "and",
        "é",
        "ß",
        "İ",
        "ı",
        "ﬃ",
        "Ⅷ",
        "½",
    ),
    *(
        "千と千尋",
        "の",
        "神隠し",
        "Амели",
        "أ",
        "שלום",
        "ไทย",
        "한국",
        "🎬",
        "\u200b",
        "\u0301",
        "\u202e",
        "\ufeff",
        "0",
        "00",
        "１２",
    ),
    *(
        "e",
        "E",
        "ep",
        "Folge",
        "第",
        "話",
        "#",
        "100",
        "19",
        "'",
        "\u2019",
        '"',
        "!",
        "?",
        ":",
        ";",
        "…",
        "[",
        "]",
        "(",
        ")",
        "{",
        "}",
    ),
]


#: Keys that mean something.
_NAMES = ("ids", "id", "type", "", "Metadata", "event", "movie", "show", "episode", "progress")


def payloads() -> list[dict[str, Any]]:
    """What players really send: those composed for the tests, and the ones of SCROBBLED_EVALUATION_DIR."""

    made = [value for name, value in vars(composed).items() if name.isupper() and isinstance(value, dict)]
    makers = (composed.plex_film, composed.plex_episode, composed.jellyfin_film, composed.jellyfin_episode)
    made += [maker() for maker in (*makers, composed.tautulli, composed.kodi, composed.syncpk)]
    made.append(composed.crosswatch("stop"))
    made += [
        composed.nested("PlaybackStop", composed.EMBY_FILM),
        composed.emby("playback.stop", composed.EMBY_EPISODE),
    ]
    return [*made, *_ours(), *_collected()]


def _ours() -> list[dict[str, Any]]:
    """Our own form's, Trakt's and ReelRifter's."""

    movie = {
        "title": "Arrival",
        "year": 2016,
        "ids": {"imdb": "tt2543164", "tmdb": 329865, "trakt": 1, "slug": "arrival"},
    }
    show = {"title": "Dark", "year": 2017, "ids": {"tvdb": 334824}}
    episode = {
        "season": 1,
        "number": 2,
        "title": "Lies",
        "ids": {"imdb": "tt6268004"},
        "absolute": 2,
        "number_end": 3,
    }
    native = {
        "action": "stop",
        "progress": 95,
        "occurred_at": "2026-02-01T20:00:00Z",
        "source": "mpv",
        "runtime": 6960,
    }
    return [
        native | {"movie": movie, "id": "one"},
        native | {"show": show, "episode": episode, "position": 100.5},
        native | {"title": "Dune.2021.1080p.mkv", "kind": "movie", "ids": {"tmdb": "438631"}},
        {"progress": 12.5, "movie": movie, "app_version": "1", "app_date": "2026-01-01"},
        {"progress": 99, "show": show, "episode": episode, "watched_at": "2026-01-01T00:00:00.000Z"},
        {"movie": movie, "message": "x", "sharing": {"twitter": False}},
        {
            "title": "Severance",
            "mediaType": "TV",
            "season": 2,
            "episode": 1,
            "year": 2022,
            "action": "watching",
        },
        {"title": "Heat", "mediaType": "MOVIE", "year": 1995, "action": "watched", "source": "mine"},
    ]


def _collected() -> list[dict[str, Any]]:
    folder = os.environ.get("SCROBBLED_EVALUATION_DIR")
    if not folder:
        return []
    found = []
    for path in sorted((Path(folder) / "payloads").glob("*.json")):
        try:
            document = json.loads(path.read_bytes())
        except ValueError:
            continue
        found += [document] if isinstance(document, dict) else []
    return found


class Inputs:
    """An endless source of inputs, the same ones for the same *seed*."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._seeds = [json.dumps(each) for each in payloads()]
        self._ours = [json.dumps(each) for each in _ours()]

    def bodies(self, *, ours: bool = False) -> Iterator[bytes]:
        """Bodies of requests; *ours*: mostly such as belong to an API and not to a webhook."""

        while True:
            seeds = self._ours if ours and self._random.random() < 0.9 else self._seeds
            body = self._wrapped(self.document(seeds))
            if self._random.random() < 0.3:
                body = self._damaged(body)
            yield body

    def titles(self) -> Iterator[str]:
        """Titles, names of files, and what nobody would call either."""

        draw = self._random
        while True:
            words = draw.choices(PIECES, k=draw.randint(1, 12))
            words += [chr(draw.randrange(0x110000)) for _ in range(draw.choice((0, 0, 0, 1, 4)))]
            text = draw.choice(("", " ", ".", " - ")).join(words)
            yield text * draw.choice((1, 1, 1, 1, 1, 1, 2, 40))

    def document(self, seeds: Sequence[str]) -> Any:
        """One of *seeds* with up to six things wrong."""

        document = json.loads(self._random.choice(seeds))
        for _ in range(self._random.choice((0, 1, 1, 1, 2, 2, 3, 6))):
            self._spoil(document)
        return document

    def _spoil(self, document: Any) -> None:
        """One value dropped, replaced, wrapped, renamed or moved, here or deeper."""

        draw = self._random
        while True:
            keys = list(document) if isinstance(document, dict) else range(len(document))
            if not keys:
                return
            key = draw.choice(keys)
            inner = document[key]
            if isinstance(inner, dict | list) and inner and draw.random() < 0.7:
                document = inner
                continue
            break
        if isinstance(document, dict) and draw.random() < 0.25:
            moved = document.pop(key)
            if draw.random() < 0.5:
                document[draw.choice((key.upper(), key.lower(), key + " ", *_NAMES))] = moved
            return
        document[key] = self._instead(inner)

    def _instead(self, value: Any) -> Any:
        """What may stand where *value* was expected."""

        draw = self._random
        match draw.randrange(6):
            case 0:
                return [value]
            case 1:
                return str(value)
            case 2:
                return json.loads(draw.choice(self._seeds))
            case 3:
                return _deep(draw.choice((3, 50, 100)), draw.random() < 0.5)
            case _:
                return draw.choice(WRONG)

    def _wrapped(self, document: Any) -> bytes:
        """As JSON, or in one of the wrappings in which players send it."""

        try:
            text = json.dumps(document, ensure_ascii=self._random.random() < 0.8)
        except (RecursionError, ValueError):
            text = "{}"
        body = text.encode("utf-8", "surrogatepass")
        match self._random.randrange(12):
            case 0:
                return composed.multipart(('Content-Disposition: form-data; name="payload"', body))
            case 1:
                return b"payload=" + quote_plus(body).encode()
            case 2:
                return b"\xef\xbb\xbf" + body
            case 3:
                return text.encode("utf-16", "surrogatepass")
            case 4:
                return b"[" + b",".join([body] * self._random.randint(0, 3)) + b"]"
            case 5:
                return json.dumps(text).encode()
        return body

    def _damaged(self, body: bytes) -> bytes:
        """A few bytes changed, lost, doubled or added."""

        draw, changed = self._random, bytearray(body)
        for _ in range(draw.randint(1, 5)):
            at = draw.randrange(len(changed) + 1)
            match draw.randrange(5):
                case 0:
                    changed[at : at + 1] = bytes([draw.randrange(256)])
                case 1:
                    del changed[at : at + draw.randint(1, 20)]
                case 2:
                    changed[at:at] = changed[at : at + draw.randint(1, 40)]
                case 3:
                    changed[at:at] = draw.choice(
                        (b"\x00", b"\xff\xfe", b'"', b"\\", b"{", b"}", b"[", b"--", b"\r\n", b"=")
                    )
                case _:
                    del changed[at:]
        if draw.random() < 0.02:
            at, bracket = draw.randrange(len(changed) + 1), draw.choice((b"[", b'{"a":'))
            changed[at:at] = bracket * 5000
        return bytes(changed)


def _deep(depth: int, objects: bool) -> Any:
    document: Any = 1
    for _ in range(depth):
        document = {"a": document} if objects else [document]
    return document
