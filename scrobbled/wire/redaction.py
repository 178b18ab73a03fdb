"""What is removed from a body before it is kept: files, secrets, addresses of people and networks.

It works on the text as it came, and not on what was parsed: a body that no parser can read is kept
too. What is removed leaves a neutral value of its kind, so that the rest reads as it did. Forms escape
their values (``%22`` for a quote), so every pattern knows both spellings.

This is on the path of every webhook: a pattern only runs where a plain search found what it needs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

#: Bytes of a body that are kept.
LIMIT: Final = 32 * 1024

#: Where a body may be cut without leaving half of a word.
_ENDS_OF_WORDS: Final = (b'"', b",", b"&", b" ", b"\n")

#: What a key is called that holds a secret, in lower case.
_SECRETS: Final = (
    b"token",
    b"apikey",
    b"api_key",
    b"api-key",
    b"password",
    b"passwd",
    b"secret",
    b"authorization",
)


def _in_any_case(word: bytes) -> bytes:
    """Give a pattern for *word*; unlike IGNORECASE it lets the search skip what cannot begin it."""
    pairs = zip(word.decode().lower(), word.decode().upper(), strict=True)
    return "".join(f"[{low}{high}]" if low != high else re.escape(low) for low, high in pairs).encode()


_SLASH: Final = rb"(?:\\?/|%2[Ff])"
_COLON: Final = rb"(?::|%3[Aa])"
_HEX: Final = rb"[0-9A-Fa-f]{1,4}"
_GROUPS: Final = rb"%b(?:%b%b){0,6}" % (_HEX, _COLON, _HEX)

_OUR_TOKEN: Final = re.compile(rb"[Ss][Cc][Rr]_[A-Za-z]+_[\w-]+")

#: ``"AccessToken": "…"``, ``X-Plex-Token=…``, ``api_key%22%3A%22…``: the key, then the value, in
#: quotes or bare.
_NAMED: Final = re.compile(
    rb"((?:%b)(?:\\?\"|%%22)?\s{0,8}(?:[=:]|%%3[AaDd])(?:\s|%%20|\+){0,8})"
    rb"(?:(\\?\")(?:[^\"\\]|\\[^\"])*|(%%22)(?:[^%%&]|%%(?!22))*|(?!null\b|true\b|false\b)(?:[^\s\"\\&,;<>{}\[\]%%]|%%(?!22))+)"
    % b"|".join(map(_in_any_case, _SECRETS))
)

#: Whose picture: ``https://plex.tv/users/1022b120ffbaa/avatar?c=1465525047``.
_PLEX_USER: Final = re.compile(rb"(plex\.tv%busers%b)\w+" % (_SLASH, _SLASH))

#: The host's address in a name: ``203-0-113-7.0123456789abcdef.plex.direct``. Each part is bounded, since
#: a search begins anew at each letter of a long one.
_PLEX_DIRECT: Final = re.compile(
    rb"[0-9A-Fa-f]{1,4}(?:-[0-9A-Fa-f]{0,4}){3,8}\.[0-9A-Fa-f]{1,64}(?=\.plex\.direct)"
)

_EMAIL_HOST: Final = re.compile(rb"(?:@|%40)[\w.-]{1,190}\.[A-Za-z]{2,24}")
_BEFORE_AT: Final = bytes(byte for byte in range(256) if byte >= 0x80 or chr(byte).isalnum()) + b"._+-'"  # noqa: PLR2004  # ASCII ends
_LONGEST_NAME: Final = 64

_IPV6: Final = re.compile(
    rb"(?:(?<![0-9A-Za-z_])|(?<=%%[0-9A-Fa-f]{2}))"
    rb"(?:(?:%b%b){7}%b|(?:%b)?%b%b(?:%b)?)(?:\.[0-9]{1,3}){0,3}"
    % (_HEX, _COLON, _HEX, _GROUPS, _COLON, _COLON, _GROUPS)
)
#: Three colons: more than a time has.
_MANY_COLONS: Final = re.compile(rb":%b:%b:" % (_HEX, _HEX))
_MANY_ESCAPED: Final = re.compile(rb"%%3[Aa](?:%b%%3[Aa]%b)?%%3[Aa]" % (_HEX, _HEX))

#: The end of an IPv4 address, which a search finds sooner than its beginning, and that beginning; the
#: digits of an escape (``%22``) are none of it.
_IPV4_END: Final = re.compile(rb"\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}")
_IPV4_START: Final = re.compile(rb"(?<!%)(?<!%[0-9A-Fa-f])[0-9]{1,3}\Z")
_LONGEST_START: Final = 3
#: Emby's version has four numbers too, and tells Emby from Jellyfin.
_VERSION: Final = re.compile(rb"[Vv]ersion(?:\\?\"|%22)?\s*(?:[=:]|%3[AaDd])(?:\s|\+|%20)*(?:\\?\"|%22)?\Z")
_LONGEST_KEY: Final = 24

_BOUNDARY: Final = re.compile(rb"\s*(--[^\r\n]{1,200})\r?\n")
_FILE: Final = re.compile(rb"\bfilename\*?=", re.IGNORECASE)
_ENVELOPE: Final = re.compile(rb'\bname="?(?:payload|data)\b', re.IGNORECASE)

#: Bytes in which the head of a part is looked for.
_HEAD: Final = 400


class Redacted(NamedTuple):
    """A body as it may be kept; *truncated* when its end is missing."""

    body: bytes
    truncated: bool


def redacted(body: bytes) -> Redacted:
    """Give *body* without files, secrets and addresses, and at most *LIMIT* bytes of it."""
    body = _without_files(body)
    truncated = len(body) > LIMIT
    if truncated:
        body = _cut(body)
    body = _without_networks(_without_people(_without_secrets(body)))
    return Redacted(body[:LIMIT], truncated or len(body) > LIMIT)


def _cut(body: bytes) -> bytes:
    """Cut *body* behind its last whole word: half a secret would not be recognised as one."""
    kept = body[:LIMIT]
    return kept[: max(map(kept.rfind, _ENDS_OF_WORDS)) + 1]


def _without_files(body: bytes) -> bytes:
    """Drop the parts of a multipart form that are files, such as Plex's picture."""
    first = _BOUNDARY.match(body)
    if first is None:
        return body
    boundary = first[1].rstrip()
    return boundary.join(part for part in body.split(boundary) if not _is_file(part[:_HEAD]))


def _is_file(head: bytes) -> bool:
    return _FILE.search(head) is not None and _ENVELOPE.search(head) is None


def _without_secrets(body: bytes) -> bytes:
    lower = body.lower()
    if b"scr_" in lower:
        body = _OUR_TOKEN.sub(b"removed", body)
    if any(word in lower for word in _SECRETS):
        body = _NAMED.sub(_neutral, body)
    return body


def _neutral(found: re.Match[bytes]) -> bytes:
    return b"%b%bremoved" % (found[1], found[2] or found[3] or b"")


def _without_people(body: bytes) -> bytes:
    if b"plex.tv" in body:
        body = _PLEX_USER.sub(rb"\g<1>0", body)
    if b"@" not in body and not (b"%" in body and b"%40" in body):
        return body
    spans = []
    for host in _EMAIL_HOST.finditer(body):
        before = body[max(host.start() - _LONGEST_NAME, 0) : host.start()]
        name = len(before) - len(before.rstrip(_BEFORE_AT))
        if name:
            spans.append((host.start() - name, host.end()))
    return _spliced(body, spans, b"removed")


def _without_networks(body: bytes) -> bytes:
    if b".plex.direct" in body:
        body = _PLEX_DIRECT.sub(b"0-0-0-0.0", body)
    is_escaped = b"%" in body and b"%3" in body  # one byte is found many times faster than two
    if b"::" in body or _MANY_COLONS.search(body) or (is_escaped and _MANY_ESCAPED.search(body)):
        body = _IPV6.sub(_unspecified, body)
    spans = []
    for end in _IPV4_END.finditer(body):
        first = _IPV4_START.search(body, max(end.start() - _LONGEST_START, 0), end.start())
        if first and not _VERSION.search(body, max(first.start() - _LONGEST_KEY, 0), first.start()):
            spans.append((first.start(), end.end()))
    return _spliced(body, spans, b"0.0.0.0")


def _spliced(body: bytes, spans: Iterable[tuple[int, int]], neutral: bytes) -> bytes:
    """Give *body* with *neutral* in the place of each of *spans*, which come in their order."""
    kept, at = [], 0
    for start, end in spans:
        kept.append(body[at:start])
        at = end
    return neutral.join([*kept, body[at:]])


def _unspecified(found: re.Match[bytes]) -> bytes:
    return b"::" if b":" in found[0] else b"%3A%3A"
