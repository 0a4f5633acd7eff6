"""A company's network in one process: TLS under a CA of its own, behind a proxy that tunnels."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import shutil
import socket
import subprocess
import threading
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from services import AGENT, KEY, SHELF, SPEED, Emulated

from evolink_widgets.core.service.transport import Timeouts, Transport
from evolink_widgets.core.settings.keys import Key
from evolink_widgets.emulator.http.app import create_app
from evolink_widgets.emulator.service.service import Service

API = "https://images.corporate.example"
PICTURES = "https://pictures.corporate.example"


def certificates(folder: Path) -> tuple[Path, Path, Path]:
    """A CA, and a certificate for the hosts with its key, as PEM files; made by openssl."""
    openssl = shutil.which("openssl")
    assert openssl is not None, "these tests need the openssl command"
    ca, key, csr = folder / "ca.pem", folder / "host.key", folder / "host.csr"
    names = "subjectAltName=DNS:*.corporate.example,DNS:localhost,IP:127.0.0.1"
    (folder / "names").write_text(names)

    def run(*arguments: object) -> None:
        subprocess.run([openssl, *map(str, arguments)], check=True, capture_output=True)

    new = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    usage = ("-addext", "keyUsage=critical,keyCertSign")  # Python 3.13 verifies strictly
    run("req", "-x509", *new, "-keyout", folder / "ca.key", "-out", ca, "-days", 2,
        "-subj", "/CN=A corporate CA", *usage)  # fmt: skip
    run("req", *new, "-keyout", key, "-out", csr, "-subj", "/CN=A corporate host")
    host = folder / "host.pem"
    run("x509", "-req", "-in", csr, "-CA", ca, "-CAkey", folder / "ca.key", "-CAcreateserial",
        "-out", host, "-days", 2, "-extfile", folder / "names")  # fmt: skip
    return ca, host, key


@contextlib.contextmanager
def over_tls(app: Callable[..., Awaitable[None]], host: Path, key: Path) -> Iterator[int]:
    """Serve an ASGI application over TLS on a loopback port; yields the port."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    config = uvicorn.Config(
        app, ssl_certfile=host, ssl_keyfile=key, log_level="critical", lifespan="off", ws="none"
    )
    server = uvicorn.Server(config)
    running = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    running.start()
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        running.join(10)


@dataclass
class Proxy:
    """A proxy that leads every tunnel to one port of this machine.

    Attributes:
        goal: the port.
        login: the user and password that it asks for; `None` asks for none.
        says: the status line with which it refuses; `None` tunnels.
        drops: where it hangs up: "at once", "the tunnel", "the handshake"; `None` nowhere.
        port: where it listens.
        seen: the heads of all requests for a tunnel.
    """

    goal: int
    login: str | None = None
    says: str | None = None
    drops: str | None = None
    port: int = 0
    seen: list[bytes] = field(default_factory=list)

    @property
    def tunnels(self) -> list[str]:
        """The hosts that it was asked to lead to."""
        return [head.split()[1].decode() for head in self.seen]

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one client."""
        head = await reader.readuntil(b"\r\n\r\n")
        self.seen.append(head)
        if self.drops == "at once":
            return
        login = base64.b64encode((self.login or "").encode()).decode()
        if self.login and f"Authorization: Basic {login}".encode() not in head:
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\n")
            writer.write(b'Proxy-Authenticate: Basic realm="x"\r\ncontent-length: 0\r\n\r\n')
            return
        if self.says is not None:
            writer.write(f"HTTP/1.1 {self.says}\r\ncontent-length: 0\r\n\r\n".encode())
            return
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        if self.drops == "the tunnel":
            return
        if self.drops == "the handshake":
            await reader.read(1)
            writer.transport.abort()
            return
        await writer.drain()
        there, back = await asyncio.open_connection("127.0.0.1", self.goal)
        await asyncio.gather(_pump(reader, back), _pump(there, writer))


async def _pump(source: asyncio.StreamReader, goal: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while piece := await source.read(2**16):
            goal.write(piece)
            await goal.drain()
    with contextlib.suppress(ConnectionError, RuntimeError):
        goal.close()


@contextlib.contextmanager
def proxying(proxy: Proxy) -> Iterator[Proxy]:
    """The proxy, listening in a thread of its own."""
    loop = asyncio.new_event_loop()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await proxy.talk(reader, writer)
        with contextlib.suppress(ConnectionError):
            await writer.drain()
        writer.close()

    listening = loop.run_until_complete(asyncio.start_server(handle, "127.0.0.1", 0))
    proxy.port = listening.sockets[0].getsockname()[1]
    running = threading.Thread(target=loop.run_forever, daemon=True)
    running.start()
    try:
        yield proxy
    finally:
        loop.call_soon_threadsafe(loop.stop)
        running.join(10)
        listening.close()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()


class Corporate(Emulated):
    """The emulator under names of its own, reached through a proxy and over TLS alone."""

    name = "images.corporate.example"
    base_url = API

    def __init__(self, **options: Any) -> None:
        self.service = Service(**{"speed": SPEED, "rate": None, "balance": 1e6, **options})
        self.service.drawn = SHELF  # type: ignore[assignment]
        self.app = create_app(self.service, files_url=API, media_url=PICTURES)

    def play(self, fault: str, **how: Any) -> None:
        self.service.weather.play(fault, **how)

    def counts(self) -> dict[str, float]:
        return dict(self.service.counts)

    def transport(self, timeouts: Timeouts | None = None) -> Transport:
        return Transport(Key(KEY, "a test"), (API,), agent=AGENT, timeouts=timeouts)
