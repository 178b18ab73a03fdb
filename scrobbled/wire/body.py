"""From a request body to the payload object, whatever it was wrapped in.

Recognised by the body's own shape: Jellyfin posts JSON as ``text/plain``, Plex
a multipart form, Emby any of three (webhooks fact sheet §0-§4, §7.1). The
Content-Type only helps to find a boundary that the body does not begin with.
"""

from __future__ import annotations

import codecs
import json
import re
from contextlib import suppress
from typing import Final
from urllib.parse import parse_qsl

import orjson
from multipart import (  # type: ignore[import-untyped] # the package ships no types
    MultipartError,
    MultipartSegment,
    PushMultipartParser,
    parse_options_header,
)

from scrobbled.errors import PayloadError

#: The form fields that hold the JSON: Plex's and Emby's.
_ENVELOPES: Final = ("payload", "data")

_PAYLOAD_HEAD: Final = re.compile(
    rb'\r\nContent-Disposition: form-data; name="payload"\r\n(?:Content-Type: application/json\r\n)?\r\n'
)

_NAMES_AN_EVENT: Final = frozenset({"event", "Event", "method", "NotificationType"})

#: Events in one body.
MOST_AT_ONCE: Final = 200
_FIRST_WORDS: Final = 16

#: JSON in a form that nobody encoded, as scripts write it: ``data={"Event": …}``.
_UNENCODED: Final = tuple(f"{name}={{".encode() for name in _ENVELOPES)

_PADDING: Final = b" \t\r\n\x00"
_PARTS_LIMIT: Final = 32
#: Bytes of a form, and of JSON that has to be mended. Neither is ever that long, and both would
#: keep everybody else waiting.
_FORM_LIMIT: Final = 256 * 1024
_MENDED_LIMIT: Final = 64 * 1024
_FIELDS_LIMIT: Final = 2_000  # a Jellyfin form has a pair for every stream property
_WRAPPED_LIMIT: Final = 3  # JSON in a string, in a form, in JSON

#: What templates get wrong outside of strings: a missing value, a number with zeros
#: before it, a comma too many, another language's constants. Strings come first, so
#: that nothing inside them is taken for it; one that never ends goes to the very end, or each
#: quote in it would be read from anew.
_SLIPS: Final = re.compile(
    r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|:\s*+(?=[,}\]])|:\s*+0+(?=\d)|,\s*+(?=[}\]])'
    r"|\b(?:True|False|None|undefined)\b",
    re.DOTALL,
)
_ESCAPES: Final = re.compile(r'\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})|\\')
_CONSTANTS: Final = {"True": "true", "False": "false", "None": "null", "undefined": "null"}


def decode(body: bytes, content_type: str = "") -> dict[str, object]:
    """Give the payload object that *body* holds.

    Raises *PayloadError* when nothing can be read. The caller caps the size.
    """
    document = _document(body, content_type)
    for _ in range(_WRAPPED_LIMIT):
        if isinstance(document, str):
            document = _json(_trimmed(document.encode("utf-8", "replace")))
            continue
        if isinstance(document, list) and len(document) == 1:  # as n8n and Node-RED pass things on
            document = document[0]
            continue
        if not isinstance(document, dict):
            break
        inner = _wrapped(document)
        if inner is None:
            return document
        document = inner
    message = "the payload is not a JSON object"
    raise PayloadError(message)


def several(body: bytes) -> list[bytes]:
    """Give the objects of a JSON list, each as a body of its own, when *body* is a list of several.

    SyncPK pushes a library in lists of a hundred. A longer list than *MOST_AT_ONCE* gives none, and so
    does one that holds anything else.
    """
    if _trimmed(body[:_FIRST_WORDS])[:1] != b"[":
        return []
    try:
        found = orjson.loads(_trimmed(body))
    except orjson.JSONDecodeError:
        return []
    if not 1 < len(found) <= MOST_AT_ONCE or not all(isinstance(each, dict) for each in found):
        return []
    return [orjson.dumps(each) for each in found]


def is_blank(body: bytes) -> bool:
    """Whether *body* holds nothing but padding."""
    return not _trimmed(body)


def _document(body: bytes, content_type: str) -> object:
    trimmed = _trimmed(body)
    if not trimmed:
        message = "the body is empty"
        raise PayloadError(message)
    if trimmed[0] in b'{["':
        return _json(trimmed)
    boundary = _boundary(trimmed, content_type)
    if boundary:
        return _multipart(trimmed, boundary)
    if trimmed.startswith(_UNENCODED):
        with suppress(PayloadError):
            return _json(trimmed[trimmed.index(b"{") :])
    if b"=" in trimmed:
        return _form(trimmed)
    return _json(trimmed)


def _trimmed(body: bytes) -> bytes:
    """Drop a byte order mark and the padding; UTF-16 becomes UTF-8."""
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        body = body.decode("utf-16", "replace").encode()
    return body.strip(_PADDING).removeprefix(codecs.BOM_UTF8).strip(_PADDING)


def _wrapped(document: dict[str, object]) -> object | None:
    """Give what the envelope holds when *document* is only an envelope: one names no event of its own."""
    if not _NAMES_AN_EVENT.isdisjoint(document):
        return None
    for name in _ENVELOPES:
        inner = document.get(name)
        if isinstance(inner, str) and inner.lstrip("\ufeff \t\r\n")[:1] in ("{", '"'):
            return inner
        if isinstance(inner, dict) and len(document) <= len(_ENVELOPES):
            return inner
    return None


def _boundary(body: bytes, content_type: str) -> bytes | None:
    """Give the multipart boundary: the body's first line knows it best."""
    if body.startswith(b"--"):
        return body[2:].partition(b"\n")[0].rstrip() or None
    if "boundary" not in content_type.lower():
        return None
    boundary = parse_options_header(content_type)[1].get("boundary", "").encode("utf-8", "replace")
    return boundary if boundary and b"--" + boundary in body else None


def _multipart(body: bytes, boundary: bytes) -> object:
    payload = _payload_first(body, boundary)
    if payload is not None:
        return _json(_trimmed(payload))
    parts = _parts(body, boundary)
    for name in _ENVELOPES:
        if name in parts:
            return _json(_trimmed(parts[name]))
    if not parts:
        message = "the multipart body has no part named payload or data"
        raise PayloadError(message)
    return {name: part.decode("utf-8", "replace") for name, part in parts.items()}


def _payload_first(body: bytes, boundary: bytes) -> bytes | None:
    """Give the first part where it is the payload, headed as Plex heads it; the parser takes much longer.

    The first part of a name is the one that counts, so whatever follows changes nothing.
    """
    head = _PAYLOAD_HEAD.match(body, len(boundary) + 2)
    if head is None or not body.startswith(b"--" + boundary):
        return None
    end = body.find(b"\r\n--" + boundary, head.end())
    after = end + len(boundary) + 4
    return body[head.end() : end] if end >= 0 and body[after : after + 2] in {b"\r\n", b"--"} else None


def _parts(body: bytes, boundary: bytes) -> dict[str, bytes]:
    """Give the parts by name, without files such as Plex's thumb.

    A body that breaks off gives the parts up to there: the JSON of the last one
    decides whether enough of it came.
    """
    if body.partition(b"\n")[0][-1:] != b"\r":
        body = body.replace(b"\n", b"\r\n")
    parts: dict[str, bytes] = {}
    name: str | None = None
    try:
        for event in PushMultipartParser(boundary, max_segment_count=_PARTS_LIMIT).parse(body):
            if isinstance(event, MultipartSegment):
                name = _name_of(event, parts)
            elif event and name is not None:
                parts[name] = parts.get(name, b"") + bytes(event)
    except (MultipartError, UnicodeError):
        return parts
    return parts


def _name_of(segment: MultipartSegment, known: dict[str, bytes]) -> str | None:
    name = str(segment.name or "").strip().lower()
    is_file = segment.filename is not None and name not in _ENVELOPES
    return None if is_file or not name or name in known else name


def _form(body: bytes) -> dict[str, object]:
    if len(body) > _FORM_LIMIT:
        message = f"the form has more than {_FORM_LIMIT} bytes"
        raise PayloadError(message)
    try:
        pairs = parse_qsl(
            body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_FIELDS_LIMIT
        )
    except ValueError:
        message = f"the form has more than {_FIELDS_LIMIT} fields"
        raise PayloadError(message) from None
    fields: dict[str, object] = {name: value for name, value in pairs if name}
    if not fields:
        message = "the body is neither JSON nor a form"
        raise PayloadError(message)
    return fields


def _json(body: bytes) -> object:
    try:
        value: object = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        if len(body) > _MENDED_LIMIT:
            message = f"the payload is not JSON (line {error.lineno}, column {error.colno})"
            raise PayloadError(message) from None
        return _lenient(body.decode("utf-8", "replace"))
    return value


def _lenient(source: str) -> object:
    r"""Read JSON as templates write it: raw newlines, ``\&``, ``: ,``, ``True``.

    See https://github.com/jellyfin/jellyfin-plugin-webhook/issues/44 and /98.
    """
    try:
        return _relaxed(source)
    except PayloadError as error:
        original = error
    try:
        return _relaxed(_SLIPS.sub(_mended, source))
    except PayloadError:
        raise original from None  # its line and column are those of the body


def _relaxed(source: str) -> object:
    try:
        return json.loads(source, strict=False)
    except json.JSONDecodeError as error:
        message = f"the payload is not JSON (line {error.lineno}, column {error.colno})"
    except ValueError:
        message = "the payload holds a number nobody can count to"
    except RecursionError:
        message = "the payload is nested too deeply"
    raise PayloadError(message)


def _mended(slip: re.Match[str]) -> str:
    found = slip[0]
    if found.startswith('"'):
        return _ESCAPES.sub(lambda escape: escape[0] if len(escape[0]) > 1 else "\\\\", found)
    if found.startswith(":"):
        return ":" if found.endswith("0") else ":null"
    return _CONSTANTS.get(found, "")
