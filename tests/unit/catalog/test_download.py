"""Loading a file from a real server: interrupted, changed, refused, and left alone when unchanged."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from aiohttp import web

from scrobbled.catalog.client import USER_AGENT, Patience, Refused, seconds_of
from scrobbled.catalog.download import fetch, fetch_first
from scrobbled.errors import NotFound, PayloadError, Unavailable
from tests.unit.catalog.host import Host, Trouble, breaks_after, says, serving

CONTENT = bytes(range(256)) * 2_000
PATIENCE = Patience(tries=3, first_wait=0.001, longest_asked=2)
LONG_AGO = "Tue, 01 Nov 2022 07:00:00 GMT"


@pytest.fixture
async def host() -> AsyncIterator[Host]:
    """A host of *CONTENT*."""
    async with serving(CONTENT) as opened:
        yield opened


async def load(host: Host, folder: Path, sha256: str | None = None) -> bytes:
    """What is in the folder afterwards."""
    path = await fetch(host.url(), folder, patience=PATIENCE, sha256=sha256)
    assert path == folder / "title.gz"
    return path.read_bytes()


async def test_a_file_is_loaded_and_named_after_its_address(host: Host, tmp_path: Path) -> None:
    """The file arrives whole, nothing else is left, and the host is told who asks."""
    heard: list[tuple[int, int | None]] = []

    path = await fetch(host.url(), tmp_path / "new", progress=lambda *now: heard.append(now))

    assert path.read_bytes() == CONTENT
    assert ["title.gz", "title.gz.origin"] == sorted(each.name for each in path.parent.iterdir())
    assert (len(CONTENT), len(CONTENT)) == heard[-1]
    assert USER_AGENT == host.requests[0].headers["User-Agent"]
    assert "scrobbled/" in USER_AGENT


async def test_an_interrupted_file_goes_on_where_it_stopped(host: Host, tmp_path: Path) -> None:
    """After a broken connection only the rest is asked for, within one call."""
    host.troubles = [breaks_after(100_000), breaks_after(50_000)]

    assert CONTENT == await load(host, tmp_path)
    starts = [int(asked.removeprefix("bytes=").removesuffix("-")) for asked in host.asked if asked]
    assert [None, True, True] == [asked and asked.startswith("bytes=") for asked in host.asked]
    assert 0 < starts[0] <= 100_000
    assert starts[0] < starts[1] <= 150_000
    assert ['"one"', '"one"'] == [each.headers.get("If-Range") for each in host.requests[1:]]


async def test_a_later_run_goes_on_too(host: Host, tmp_path: Path) -> None:
    """What a run that gave up has loaded is used by the next one."""
    host.troubles = [breaks_after(100_000), says(503), says(503), says(503)]
    with pytest.raises(Unavailable, match="try again later"):
        await load(host, tmp_path)
    assert (tmp_path / "title.gz.part").stat().st_size > 0
    host.requests.clear()

    assert CONTENT == await load(host, tmp_path)
    assert host.asked[0] is not None


async def test_a_file_that_changed_in_between_is_loaded_anew(host: Host, tmp_path: Path) -> None:
    """Halves of two states never become one file."""

    async def changes(host: Host, request: web.Request) -> web.StreamResponse:
        """Have another file from now on."""
        host.content, host.etag = CONTENT[::-1], '"two"'
        return await host.serve(request)

    host.troubles = [breaks_after(100_000), changes]

    assert CONTENT[::-1] == await load(host, tmp_path)


async def test_a_server_that_ignores_the_condition_is_caught(host: Host, tmp_path: Path) -> None:
    """A rest with another tag is not joined to what is there, even if the server sends it."""

    async def lies(host: Host, request: web.Request) -> web.StreamResponse:
        """Send the rest of another file."""
        host.content, host.etag = CONTENT[::-1], '"two"'
        start = int(request.headers["Range"].removeprefix("bytes=").removesuffix("-"))
        headers = {"Content-Range": f"bytes {start}-{len(CONTENT) - 1}/{len(CONTENT)}", "ETag": '"two"'}
        return web.Response(status=206, body=host.content[start:], headers=headers)

    host.troubles = [breaks_after(100_000), lies]

    assert CONTENT[::-1] == await load(host, tmp_path)


async def test_a_date_serves_as_condition_when_it_is_old_enough(host: Host, tmp_path: Path) -> None:
    """Without a tag, the date of the last change guards the rest."""
    host.etag, host.last_modified = None, LONG_AGO
    host.troubles = [breaks_after(100_000)]

    assert CONTENT == await load(host, tmp_path)
    assert LONG_AGO == host.requests[1].headers["If-Range"]


@pytest.mark.parametrize("etag", [None, 'W/"weak"'])
async def test_without_a_strong_validator_nothing_is_resumed(
    host: Host, tmp_path: Path, etag: str | None
) -> None:
    """When nobody can say whether the file is still the same, it is loaded from the beginning."""
    host.etag = etag
    host.troubles = [breaks_after(100_000)]

    assert CONTENT == await load(host, tmp_path)
    assert [None, None] == host.asked


@pytest.mark.parametrize("validator", ["etag", "last_modified"])
async def test_an_unchanged_file_is_not_sent_again(host: Host, tmp_path: Path, validator: str) -> None:
    """The second run asks whether the file changed, and keeps it on 304."""
    host.etag = None
    setattr(host, validator, '"one"' if validator == "etag" else LONG_AGO)
    await load(host, tmp_path)
    written = (tmp_path / "title.gz").stat().st_mtime_ns

    assert CONTENT == await load(host, tmp_path)
    assert written == (tmp_path / "title.gz").stat().st_mtime_ns
    assert {"If-None-Match", "If-Modified-Since"} & set(host.requests[1].headers)


async def test_a_changed_file_replaces_the_old_one(host: Host, tmp_path: Path) -> None:
    """A new state arrives whole."""
    await load(host, tmp_path)
    host.content, host.etag = b"new", '"two"'

    assert b"new" == await load(host, tmp_path)


async def test_a_file_that_somebody_cut_is_loaded_again(host: Host, tmp_path: Path) -> None:
    """A copy that has not the size it had is not trusted."""
    await load(host, tmp_path)
    (tmp_path / "title.gz").write_bytes(b"short")

    assert CONTENT == await load(host, tmp_path)


async def test_a_longer_part_than_the_file_is_thrown_away(host: Host, tmp_path: Path) -> None:
    """A part that the file cannot belong to does not block it for ever."""
    host.troubles = [breaks_after(100_000), says(503), says(503), says(503)]
    with pytest.raises(Unavailable):
        await load(host, tmp_path)
    host.content = b"short"

    assert b"short" == await load(host, tmp_path)


async def test_a_busy_server_is_given_the_time_it_asks_for(host: Host, tmp_path: Path) -> None:
    """429 and 503 with Retry-After are waited out."""
    host.troubles = [says(429, Retry_After="0"), says(503, Retry_After="Tue, 01 Nov 2022 07:00:00 GMT")]

    assert CONTENT == await load(host, tmp_path)


async def test_a_server_that_asks_for_too_long_is_left(host: Host, tmp_path: Path) -> None:
    """Nobody waits an hour in front of a terminal; the error says what happened."""
    host.troubles = [says(429, Retry_After="3600")]

    with pytest.raises(Unavailable, match=r"title\.gz: the server answered 429"):
        await load(host, tmp_path)


async def test_a_server_that_stays_broken_is_left(host: Host, tmp_path: Path) -> None:
    """After some tries that got nowhere the error says so."""
    host.troubles = [says(500)] * 3

    with pytest.raises(Unavailable, match="answered 500, 3 times in a row"):
        await load(host, tmp_path)


@pytest.mark.parametrize(
    ("status", "expected"), [(404, NotFound), (410, NotFound), (403, Refused), (401, Refused)]
)
async def test_what_will_not_change_is_not_tried_again(
    host: Host, tmp_path: Path, status: int, expected: type[Exception]
) -> None:
    """A missing or forbidden file is an error at once."""
    host.troubles = [says(status)]

    with pytest.raises(expected, match=str(status)):
        await load(host, tmp_path)
    assert 1 == len(host.requests)


async def test_the_first_that_is_there(host: Host, tmp_path: Path) -> None:
    """Of today's and yesterday's file the newest one is taken; when there is none, the last is the error."""
    urls = [host.url(f"/{day}.gz") for day in ("today", "yesterday", "before")]
    host.troubles = [says(403), says(404)]

    assert "before.gz" == (await fetch_first(urls, tmp_path)).name
    assert "today.gz" == (await fetch_first(urls, tmp_path)).name
    host.troubles = [says(404)] * 3
    with pytest.raises(NotFound, match=r"before\.gz"):
        await fetch_first(urls, tmp_path / "other")


async def test_nobody_there(tmp_path: Path) -> None:
    """A host that cannot be reached is an error of one sentence."""
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1:1/x\.gz"):
        await fetch("http://127.0.0.1:1/x.gz", tmp_path, patience=PATIENCE)


async def test_a_body_without_announced_length(host: Host, tmp_path: Path) -> None:
    """A file sent in chunks arrives, and one that breaks off is not taken for whole."""

    def chunked(*, whole: bool) -> Trouble:
        """The file, or its beginning, without its length."""

        async def trouble(host: Host, request: web.Request) -> web.StreamResponse:
            """Send it in chunks."""
            response = web.StreamResponse()
            response.enable_chunked_encoding()
            await response.prepare(request)
            await response.write(host.content if whole else host.content[:1000])
            if not whole and request.transport is not None:
                request.transport.close()
            return response

        return trouble

    host.troubles = [chunked(whole=False), chunked(whole=True)]

    assert CONTENT == await load(host, tmp_path)


def digests(content: bytes) -> dict[str, str]:
    """The headers in which hosts give a digest."""
    sha256 = base64.b64encode(hashlib.sha256(content).digest()).decode()
    return {
        "Repr-Digest": f"sha-256=:{sha256}:",
        "Digest": f"SHA-256={sha256}",
        "Content-MD5": base64.b64encode(hashlib.md5(content).digest()).decode(),
    }


@pytest.mark.parametrize("header", digests(b""))
async def test_a_digest_is_checked(host: Host, tmp_path: Path, header: str) -> None:
    """A right digest passes, also when the file came in two pieces; with a wrong one nothing is left."""
    host.more = {header: digests(CONTENT)[header]}
    host.troubles = [breaks_after(100_000)]
    assert CONTENT == await load(host, tmp_path)

    host.more, host.etag = {header: digests(b"other")[header]}, '"two"'
    with pytest.raises(PayloadError, match="should be"):
        await load(host, tmp_path)
    assert CONTENT == (tmp_path / "title.gz").read_bytes()
    assert not (tmp_path / "title.gz.part").exists()


async def test_a_known_digest_is_checked(host: Host, tmp_path: Path) -> None:
    """A digest from elsewhere holds for the file."""
    right = hashlib.sha256(CONTENT).hexdigest()

    assert CONTENT == await load(host, tmp_path, sha256=right.upper())
    with pytest.raises(PayloadError, match="sha256"):
        await load(host, tmp_path / "other", sha256="0" * 64)


async def test_an_address_without_a_file_name(host: Host, tmp_path: Path) -> None:
    """There must be a name, and it cannot lead out of the folder."""
    for path in ("/", "/a/..%2F..%2Fetc", "/.hidden"):
        with pytest.raises(PayloadError, match="name of a file"):
            await fetch(host.url(path), tmp_path)
    assert (await fetch(host.url("/"), tmp_path, name="chosen")).name == "chosen"


def test_retry_after() -> None:
    """Seconds, a time, or nothing that can be used."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    later = format_datetime(now + timedelta(seconds=90), usegmt=True)

    assert [5.0, 90.0, None, None] == [seconds_of(text, now) for text in ("5", later, "soon", None)]
    assert 0.0 == seconds_of("Tue, 01 Nov 2022 07:00:00 GMT", now)
