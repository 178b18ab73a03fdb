"""Trakt's own addresses, answered by a server of ours: for clients that have them compiled in.

A proxy, as `HTTPS_PROXY` names one. It ends the TLS of what it is asked to connect to with a certificate
made here, and hands the bytes on as they are: the server sees `Host: api.trakt.tv`, the client a valid name.
"""

from __future__ import annotations

import asyncio
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from queue import Queue
from threading import Thread

#: What is Trakt's.
HOSTS = ("api.trakt.tv", "auth.trakt.tv", "trakt.tv")


def certificate(folder: Path) -> Path:
    """A key and a certificate for Trakt's hosts in one file in *folder*, made with `openssl`."""
    made = folder / "trakt.pem"
    key, public = folder / "trakt.key", folder / "trakt.crt"
    names = "subjectAltName=" + ",".join(f"DNS:{host}" for host in HOSTS)
    kind = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={HOSTS[0]}"]
    into = ["-addext", names, "-keyout", str(key), "-out", str(public)]
    subprocess.run(["openssl", "req", *kind, *into], check=True, capture_output=True, timeout=60)
    made.write_bytes(key.read_bytes() + public.read_bytes())
    return made


@contextmanager
def disguised(port: int, folder: Path) -> Iterator[dict[str, str]]:
    """The environment in which a client finds Trakt's addresses at *port* of this machine."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(folder))
    ready: Queue[tuple[int, Callable[[], object]]] = Queue()
    thread = Thread(target=lambda: asyncio.run(_serve(context, port, ready)), daemon=True)
    thread.start()
    at, stop = ready.get(timeout=10)
    proxy, trusted = f"http://127.0.0.1:{at}", str(folder / "trakt.crt")
    trusting = dict.fromkeys(("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"), trusted)
    try:
        yield {"HTTPS_PROXY": proxy, "https_proxy": proxy, **trusting}
    finally:
        stop()
        thread.join(10)


async def _serve(context: ssl.SSLContext, port: int, ready: Queue[tuple[int, Callable[[], object]]]) -> None:
    """Answer until the callable that *ready* is given with the proxy's port is called."""
    stopped, loop = asyncio.Event(), asyncio.get_running_loop()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            await _connect(reader, writer, context, port)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    ready.put((server.sockets[0].getsockname()[1], partial(loop.call_soon_threadsafe, stopped.set)))
    async with server:
        await stopped.wait()


async def _connect(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, context: ssl.SSLContext, port: int
) -> None:
    """Be the host that is asked for, when it is Trakt's; nothing else is reached."""
    method, _, rest = (await reader.readuntil(b"\r\n\r\n")).partition(b" ")
    if method != b"CONNECT" or rest.partition(b":")[0].decode() not in HOSTS:
        writer.write(b"HTTP/1.1 502 Only Trakt is here\r\nContent-Length: 0\r\n\r\n")
        return
    writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
    await writer.start_tls(context)
    inner, outward = await asyncio.open_connection("127.0.0.1", port)
    try:
        await asyncio.gather(_carry(reader, outward), _carry(inner, writer))
    finally:
        outward.close()


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while piece := await reader.read(65536):
            writer.write(piece)
            await writer.drain()
        writer.close()
