"""What is kept of a body: no secret, nobody's address, and all that a parser needs."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrobbled.errors import PayloadError
from scrobbled.wire import webhook
from scrobbled.wire.reading import reading
from scrobbled.wire.redaction import LIMIT, redacted

from .composed import RECEIPT, emby, multipart, plex_film
from .test_webhook import SAMPLES

CORPUS = Path(os.environ.get("SCROBBLED_EVALUATION_DIR", "/nonexistent")) / "payloads"

#: Letters of which no key and no neutral value is made, so that what is left of a secret shows.
SECRETS = st.text("QWXYZJ0123456789_", min_size=12, max_size=40).filter(lambda word: word.isidentifier())
IPV4 = st.ip_addresses(v=4).map(str).filter(lambda address: address != "0.0.0.0")  # it is the neutral one
IPV6 = st.ip_addresses(v=6).flatmap(lambda address: st.sampled_from([address.compressed, address.exploded]))
NAMES = st.from_regex(r"[a-z][a-z0-9.+_-]{1,20}", fullmatch=True)
EMAILS = st.tuples(NAMES, st.sampled_from(["robin.org", "mail.sam.co.uk"])).map("@".join)

#: Where secrets are: a key, and what stands around the value.
KEYS = [
    "token", "AccessToken", "X-Plex-Token", "api_key", "apiKey", "password", "client_secret", "Authorization",
]  # fmt: skip
SHAPES: list[Callable[[dict[str, Any]], bytes]] = [
    lambda sent: json.dumps(sent).encode(),
    lambda sent: json.dumps(sent, separators=(",", ":")).encode(),
    lambda sent: json.dumps(sent, indent=2).encode(),
    lambda sent: json.dumps(json.dumps(sent)).encode(),
    lambda sent: urlencode({"data": json.dumps(sent)}).encode(),
    lambda sent: urlencode({key: value for key, value in sent.items() if isinstance(value, str)}).encode(),
    lambda sent: multipart(('Content-Disposition: form-data; name="payload"', json.dumps(sent).encode())),
    lambda sent: json.dumps(sent).encode()[:-1],
    lambda sent: b"\xff" + json.dumps(sent).encode() + b"\xc3",
]
shapes = st.sampled_from(SHAPES)


def parsed(body: bytes, content_type: str = "") -> dict[str, Any] | None:
    """What *body* is taken to mean, None when it cannot be read."""
    try:
        return reading(webhook.parse("auto", body, RECEIPT, content_type))
    except PayloadError:
        return None


@given(shapes, st.sampled_from(KEYS), SECRETS)
def test_no_named_secret_is_left(shape: Any, key: str, secret: str) -> None:
    """In every shape a body may have, broken ones too; a value of several words goes whole."""
    body = shape({"event": "x", key: secret, "more": f"https://x/?{key}={secret}&z=1"})
    spaced = shape({key: f"{secret} {secret}"})

    assert secret.encode() not in redacted(body).body
    assert secret.encode() not in redacted(spaced).body or b"+" in spaced


@given(shapes, st.text("ABCxyz012_-", min_size=20, max_size=43))
def test_no_token_of_ours_is_left(shape: Any, word: str) -> None:
    """Wherever it stands, under whatever name."""
    body = shape({"url": f"http://host:8080/webhooks/plex/scr_pat_{word}", "note": f"scr_pat_{word}"})

    assert f"scr_pat_{word}".encode() not in redacted(body).body


@given(shapes, IPV4 | IPV6)
def test_no_network_address_is_left(shape: Any, address: str) -> None:
    """Alone, with a port, in an address of the web."""
    sent = {"publicAddress": address, "RemoteEndPoint": f"{address}", "url": f"http://[{address}]:32400/x"}
    body, escaped = shape(sent), address.replace(":", "%3A")

    kept = redacted(body).body
    assert address in {"::", "0.0.0.0"} or address.encode() not in kept  # the neutral ones
    assert address == "::" or ":" not in address or escaped.encode() not in kept


@given(shapes, EMAILS)
def test_no_email_address_is_left(shape: Any, address: str) -> None:
    """As the title of an account, in a sentence, escaped in a form."""
    kept = redacted(shape({"title": address, "text": f"{address} played a film"})).body

    assert address.encode() not in kept
    assert address.replace("@", "%40").encode() not in kept


def test_plex_says_less_of_its_users() -> None:
    """The user in the address of a picture, and the address in a name of plex.direct."""
    sent = plex_film() | {
        "Account": {"id": 1, "thumb": "https://plex.tv/users/1022b120ffbaa/avatar?c=1465525047"},
        "Server": {"url": "https://203-0-113-7.0123456789abcdef0123456789abcdef.plex.direct:32400"},
    }
    kept = redacted(json.dumps(sent).encode()).body

    assert b"1022b120ffbaa" not in kept
    assert b"203-0-113-7" not in kept
    assert parsed(json.dumps(sent).encode()) == parsed(kept)


@pytest.mark.parametrize("thumb_first", [True, False])
def test_pictures_are_dropped(thumb_first: bool) -> None:
    """Plex's thumb is gone, its payload is there, wherever it stood."""
    parts = [
        ('Content-Disposition: form-data; name="payload"', json.dumps(plex_film()).encode()),
        ('Content-Disposition: form-data; name="thumb"; filename="thumb.jpg"', b"\xff\xd8" * 20_000),
    ]
    body = multipart(*(reversed(parts) if thumb_first else parts))
    kept = redacted(body)

    assert (False, True) == (kept.truncated, len(kept.body) < 2000)
    assert parsed(body) == parsed(kept.body) is not None


@pytest.mark.parametrize("sample", SAMPLES, ids=range(len(SAMPLES)))
def test_what_was_kept_reads_as_what_came(sample: dict[str, Any]) -> None:
    """Every composed payload, in every shape."""
    bodies = [shape(sample) for shape in SHAPES]

    assert [parsed(body) for body in bodies] == [parsed(redacted(body).body) for body in bodies]


def test_a_version_is_no_address() -> None:
    """Emby is told from Jellyfin by its four numbers."""
    body = json.dumps(emby() | {"Server": {"Version": "4.8.8.0", "Name": "203.0.113.7"}}).encode()
    kept = redacted(body).body

    assert b'"4.8.8.0"' in kept
    assert b"203.0.113.7" not in kept


@pytest.mark.skipif(not CORPUS.is_dir(), reason="SCROBBLED_EVALUATION_DIR has no payloads")
def test_real_bodies_read_as_before() -> None:
    """Redaction takes nothing from a real payload that its reading needs."""
    lines = [json.loads(line) for line in (CORPUS / "index.jsonl").read_text().splitlines()]
    bodies = [((CORPUS / line["file"]).read_bytes(), line.get("content_type") or "") for line in lines]

    assert [parsed(*body) for body in bodies] == [
        parsed(redacted(body).body, content_type) for body, content_type in bodies
    ]


def test_what_looks_like_an_address_takes_no_longer() -> None:
    """Thousands of letters that could begin an address of plex.direct are read once, and kept."""
    body = b"c" * (LIMIT - 20) + b" .plex.direct"

    assert body == redacted(body).body


@given(SECRETS, st.integers(0, 80))
def test_a_large_body_is_cut_behind_a_whole_word(secret: str, before: int) -> None:
    """At most the limit is kept, and no half of a secret at its end."""
    filler = '"x", ' * (LIMIT // 5 - 20)
    body = f'{{"a": [{filler}"{"y" * before}"], "token": "{secret * 3}", "z": "{"z" * LIMIT}"}}'.encode()
    kept, truncated = redacted(body)

    assert truncated
    assert len(kept) <= LIMIT
    assert secret[:4].encode() not in kept


@given(st.binary(max_size=400))
def test_whatever_comes_is_kept(body: bytes) -> None:
    """No body breaks it, and doing it again changes nothing that matters."""
    kept = redacted(body)

    assert not kept.truncated
    assert redacted(kept.body).body.count(b"removed") >= kept.body.count(b"removed")
