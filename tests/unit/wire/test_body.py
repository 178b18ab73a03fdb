"""Unwrapping request bodies."""

from __future__ import annotations

import json
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrobbled.errors import PayloadError
from scrobbled.wire import body as forms
from scrobbled.wire.body import MOST_AT_ONCE, decode, several

from .composed import encoded, multipart

WANTED = {"event": "media.play", "Metadata": {"title": "Amélie"}}
JSON = encoded(WANTED)
PAYLOAD = ('Content-Disposition: form-data; name="payload"\nContent-Type: application/json', JSON)
THUMB = (
    'Content-Disposition: form-data; name="thumb"; filename="thumb.jpg"\nContent-Type: image/jpeg',
    b"\xff\xd8\xff\xe0\r\n--not-a-boundary\r\n\x00" * 50,
)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(multipart(PAYLOAD), id="payload alone"),
        pytest.param(multipart(PAYLOAD, THUMB), id="payload first"),
        pytest.param(multipart(THUMB, PAYLOAD), id="thumb first"),
        pytest.param(multipart(("Content-Disposition: form-data; name=payload", JSON)), id="unquoted name"),
        pytest.param(multipart(('Content-Disposition: form-data; name="data"', JSON)), id="Emby's field"),
        pytest.param(multipart(PAYLOAD, boundary="5b0a-77"), id="short boundary"),
        pytest.param(multipart(PAYLOAD, newline=b"\n"), id="bare newlines"),
        pytest.param(multipart(PAYLOAD, THUMB)[:-40], id="cut off in the thumb"),
        pytest.param(JSON, id="JSON"),
        pytest.param(b"\xef\xbb\xbf\r\n " + JSON + b" \r\n", id="byte order mark and blanks"),
        pytest.param(JSON.decode().encode("utf-16"), id="UTF-16"),
        pytest.param(encoded(JSON.decode()), id="JSON in a string"),
        pytest.param(urlencode({"payload": JSON}).encode(), id="payload="),
        pytest.param(urlencode({"data": JSON}).encode(), id="data="),
        pytest.param(encoded({"payload": WANTED}), id="payload in JSON"),
        pytest.param(encoded([WANTED]), id="a list of one"),
    ],
)
@pytest.mark.parametrize(
    "content_type", ["", "text/plain; charset=utf-8", "application/x-www-form-urlencoded"]
)
def test_the_shape_of_the_body_decides(body: bytes, content_type: str) -> None:
    """Every wrapping gives the same payload, whatever the Content-Type claims."""
    assert WANTED == decode(body, content_type)


@pytest.mark.parametrize("name", ["event", "Event", "method", "NotificationType"])
@pytest.mark.parametrize("inner", [WANTED, JSON.decode()])
def test_what_names_an_event_is_no_mere_envelope(name: str, inner: object) -> None:
    """Taken apart, a start would lose its name and read as a play."""
    sent = {name: "playback_started", "data": inner}

    assert sent == decode(encoded(sent))


@pytest.mark.parametrize("boundary", ["abc123", '"abc123"'])
def test_a_preamble_needs_the_boundary_of_the_header(boundary: str) -> None:
    """A body that begins with other text is read by the header's boundary, quoted or not."""
    body = b"This is a multipart message.\r\n" + multipart(PAYLOAD, boundary="abc123")

    assert WANTED == decode(body, f"multipart/form-data; boundary={boundary}")


def test_flat_pairs_are_the_payload() -> None:
    """A form without an envelope is an object of texts; blanks stay."""
    body = "NotificationType=PlaybackStop&Name=" + quote("Amélie & co") + "&SeasonNumber="

    assert {
        "NotificationType": "PlaybackStop",
        "Name": "Amélie & co",
        "SeasonNumber": "",
    } == decode(body.encode())


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"a": "one\ntwo\tthree"}', {"a": "one\ntwo\tthree"}),
        (rb'{"a": "\&quot;"}', {"a": r"\&quot;"}),
        (rb'{"a": "C:\Movies\users"}', {"a": r"C:\Movies\users"}),
        (b'{"a": , "b": }', {"a": None, "b": None}),
        (b'{"a": 02, "b":007, "c": 0, "d": 0.5}', {"a": 2, "b": 7, "c": 0, "d": 0.5}),
        (b'{"a": True, "b": False, "c": None,}', {"a": True, "b": False, "c": None}),
        (b'{"a": "True, : ,", "b": True}', {"a": "True, : ,", "b": True}),
        (b'{"a": "caf\xe9"}', {"a": "caf\ufffd"}),
        (b'{"a": "\\ud800"}', {"a": "\ud800"}),
    ],
)
def test_what_templates_get_wrong_is_mended(body: bytes, expected: dict[str, object]) -> None:
    """Raw newlines, invalid escapes, missing values and foreign constants are understood."""
    assert expected == decode(body)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "the body is empty"),
        (b"\xef\xbb\xbf  ", "the body is empty"),
        (b"hello", "the payload is not JSON (line 1, column 1)"),
        (b'{"a": ', "the payload is not JSON (line 1, column 6)"),
        (b"[1, 2]", "the payload is not a JSON object"),
        (b'"7"', "the payload is not a JSON object"),
        (b"[" * 50_000, "the payload is nested too deeply"),
        (b'{"a":' * 10_000, "the payload is nested too deeply"),
        (multipart(THUMB), "the multipart body has no part named payload or data"),
        (b"&".join(b"a%d=1" % n for n in range(3000)), "the form has more than 2000 fields"),
        (b"&=", "the body is neither JSON nor a form"),
        (b'{"a": ' + b"9" * 5000 + b"}", "the payload holds a number nobody can count to"),
    ],
)
def test_what_cannot_be_read_says_why(body: bytes, message: str) -> None:
    """The sentence names what was wrong and where."""
    with pytest.raises(PayloadError) as caught:
        decode(body)

    assert message == str(caught.value)


@pytest.mark.parametrize("end", [b"", b"\\"])
@pytest.mark.parametrize("count", [30_000, 500_000])
def test_an_unclosed_string_is_given_up_quickly(count: int, end: bytes) -> None:
    """Escaped quotes without end are refused in linear time, also where a half escape is the last of them."""
    with pytest.raises(PayloadError):
        decode(b'{"a": "' + rb"\"" * count + end)


@given(st.binary(max_size=300), st.text(max_size=40))
def test_any_bytes_are_read_or_refused(body: bytes, content_type: str) -> None:
    """Nothing but a payload or a PayloadError comes out."""
    try:
        actual = decode(body, content_type)
    except PayloadError:
        return

    assert isinstance(actual, dict)


@given(st.integers(0, len(multipart(THUMB, PAYLOAD))), st.integers(0, 255))
def test_a_damaged_form_is_read_or_refused(place: int, byte: int) -> None:
    """One wrong byte and a cut anywhere never crash."""
    body = multipart(THUMB, PAYLOAD)
    for damaged in (body[:place], body[:place] + bytes([byte]) + body[place + 1 :]):
        try:
            actual = decode(damaged, "multipart/form-data; boundary=x")
        except PayloadError:
            continue

        assert isinstance(actual, dict)


@given(st.integers(0, len(multipart(PAYLOAD, THUMB))), st.binary(max_size=2))
def test_the_short_way_reads_what_the_parser_reads(place: int, bytes_: bytes) -> None:
    """Whatever is damaged: the payload that is found without the parser is the one it finds."""
    whole = multipart(PAYLOAD, THUMB)
    boundary = whole[2:].partition(b"\r")[0]
    for body in (whole, whole[:place] + bytes_, whole[:place] + bytes_ + whole[place + len(bytes_) :]):
        short = forms._payload_first(body, boundary)

        assert short is None or short == forms._parts(body, boundary)["payload"]
        assert short is not None or body != whole


@pytest.mark.parametrize(
    "body",
    [b'{"a": "\n' + b"x" * 70_000 + b'"}', b'{"a": ' + b'"' * 70_000, b"a=" + b"%22" * 100_000],
)
def test_what_takes_long_to_mend_is_not_mended(body: bytes) -> None:
    """One body must not keep everybody else waiting: no template and no form is that long."""
    with pytest.raises(PayloadError):
        decode(body)


def test_valid_json_may_be_long() -> None:
    """Only what has to be mended is bounded here; the whole is bounded by the front door."""
    assert {"a": "x" * 900_000} == decode(encoded({"a": "x" * 900_000}))


@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf", b"\r\n  "])
def test_a_list_of_several_is_taken_apart(before: bytes) -> None:
    """Each object of a list is a body of its own, the same each time it is sent."""
    sent = [{"event": "a", "at": 1.5}, {"event": "é"}]

    assert sent == [decode(each) for each in several(before + json.dumps(sent).encode())]


@pytest.mark.parametrize(
    "body",
    [
        encoded(WANTED), encoded([WANTED]), b"[]", b"", b"[", b"[1, 2]", b'[{"a": 1}, 2]', b"[" * 50_000,
        b"[{},{}", encoded([WANTED] * (MOST_AT_ONCE + 1)),
    ],
)  # fmt: skip
def test_anything_else_is_one(body: bytes) -> None:
    """A single object, a list of something else, too long a list: nothing is taken apart."""
    assert not several(body)
