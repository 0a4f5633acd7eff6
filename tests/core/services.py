"""Services for the core to speak to: the emulator in two ways, and servers that misbehave."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import os
import random
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

from PIL import Image

from evolink_widgets.core.retry import RetryPolicy
from evolink_widgets.core.service.transport import Timeouts, Transport
from evolink_widgets.core.session import Session
from evolink_widgets.core.settings.keys import Key
from evolink_widgets.emulator.contract.read_request import CheckedRequest
from evolink_widgets.emulator.http.app import API_URL, FILES_URL, create_app
from evolink_widgets.emulator.service.service import Service
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.store.store import Store

SPEED = 200
KEY = "sk-evo-planted-3f9c1d7be2a84c60"
AGENT = "evolink-widgets/test"

App = Callable[..., Awaitable[None]]


def environment() -> dict[str, str]:
    """The environment of a program that imports this very package."""
    import evolink_widgets

    package = str(Path(evolink_widgets.__file__).parent.parent)
    return {**os.environ, "PYTHONPATH": package, "PYTHONDONTWRITEBYTECODE": "1"}


@contextlib.contextmanager
def serving(*options: str) -> Iterator[tuple[str, str]]:
    """`python -m evolink_widgets.emulator` in a process of its own: its API and picture host."""
    command = [
        *(sys.executable, "-m", "evolink_widgets.emulator", "--port", "0", "--media-port", "0"),
        *("--speed", str(SPEED), "--no-rate-limit", "--credits", "1000000", *options),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment()) as process:
        assert process.stdout is not None
        api, media = re.findall(r"http://[\d.:]+", process.stdout.readline())
        yield api, media
        process.kill()


def quick(**changes: Any) -> RetryPolicy:
    """Tries as often as in earnest, without the pauses."""
    few: dict[str, Any] = {
        "unsent": (0.01, 0.02),
        "limited": 30.0,
        "look": (0.01, 0.03, 0.1, 0.2),
        "together": 0.01,
        "read": (0.01, 0.02),
        "download": (0.01, 0.02, 0.05, 0.1),
        "refused": 0.3,
        "longest": 0.1,
        "chance": lambda: 0.5,
    }
    return RetryPolicy(**{**few, **changes})


def until(holds: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait for a state."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"it did not come to hold in {seconds:g} s"
        time.sleep(0.002)


class Emulated:
    """An emulator, however it is reached."""

    name: str

    def play(self, fault: str, **how: Any) -> None:
        """Play a fault."""
        raise NotImplementedError

    def counts(self) -> dict[str, float]:
        """How often what was asked for, since it was made."""
        raise NotImplementedError

    def transport(self, timeouts: Timeouts | None = None) -> Transport:
        """Connections to it."""
        raise NotImplementedError

    def session(self, store: Path, **more: Any) -> Session:
        """A session on it."""
        timeouts = more.pop("timeouts", None)
        options = {
            "service": self.name,
            "base_url": self.base_url,
            "transport": lambda: self.transport(timeouts),
            "store": Store(store),
            "key_name": f"{self.name} {store}",
            "key_source": "a test",
            "simulated": True,
        }
        return Session(**{**options, **more})

    @property
    def base_url(self) -> str:
        """The API's address."""
        raise NotImplementedError


class OnPort(Emulated):
    """An emulator on a loopback port; its counts begin with this object."""

    def __init__(self, api: str, media: str) -> None:
        self.api = api
        self.media = media
        self.name = api.removeprefix("http://")
        self._before = self._read_counts()

    @property
    def base_url(self) -> str:
        return self.api

    def play(self, fault: str, **how: Any) -> None:
        self._ask("/emulator/weather", {"play": fault, **how})

    def counts(self) -> dict[str, float]:
        now = self._read_counts()
        return {name: count - self._before.get(name, 0) for name, count in now.items()}

    def transport(self, timeouts: Timeouts | None = None) -> Transport:
        return Transport(Key(KEY, "a test"), (self.api,), agent=AGENT, timeouts=timeouts)

    def _read_counts(self) -> dict[str, float]:
        return dict(self._ask("/emulator/counts"))

    def _ask(self, path: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.api + path, data=data)
        with urllib.request.urlopen(request, timeout=10) as reply:
            return json.load(reply)


class Shelf:
    """Hands out one picture of each size: what is tested here is not how they are drawn."""

    def __init__(self) -> None:
        self._made: dict[tuple[int, int], bytes] = {}

    def draw(
        self, task_id: str, number: int, ask: CheckedRequest, seed: str, references: object = None
    ) -> tuple[bytes, str]:
        """The picture of this size, as PNG; called as the emulator's gallery is."""
        size = (ask.width, ask.height)
        if size not in self._made:
            grain = Image.frombytes("RGB", (64, 64), random.Random(7).randbytes(64 * 64 * 3))
            out = io.BytesIO()
            grain.resize(size, Image.Resampling.NEAREST).save(out, "PNG", compress_level=1)
            self._made[size] = out.getvalue()
        return self._made[size], "image/png"


SHELF = Shelf()


class InProcess(Emulated):
    """An emulator in this process, with pictures made beforehand."""

    name = "emulator"
    base_url = API_URL

    def __init__(self, **options: Any) -> None:
        self.service = Service(**{"speed": SPEED, "rate": None, "balance": 1e6, **options})
        self.service.drawn = SHELF  # type: ignore[assignment]
        self._beside: list[ImageRequest] = []

    def stranger_asks(self, *requests: ImageRequest) -> None:
        """Let a stranger ask for these as the next request for pictures arrives.

        In the same second, however slow this machine is: what is older is not looked at.
        """
        self._beside += requests

    def app(self) -> App:
        """The service behind HTTP."""
        inner = create_app(self.service)

        async def app(scope: Any, receive: Any, send: Any) -> None:
            if scope["path"] == "/v1/images/generations":
                asked, self._beside = self._beside, []
                for request in asked:
                    self.service.create(request.payload(), owner="a stranger")
            await inner(scope, receive, send)

        return app

    def play(self, fault: str, **how: Any) -> None:
        self.service.weather.play(fault, **how)
        if fault == "fair":
            self.service.free_stuck()

    def counts(self) -> dict[str, float]:
        return dict(self.service.counts)

    def transport(self, timeouts: Timeouts | None = None) -> Transport:
        key = Key(KEY, "a test")
        hosts = (API_URL, FILES_URL)
        return Transport(key, hosts, agent=AGENT, app=self.app(), timeouts=timeouts)


class Scripted(Emulated):
    """A service of a test's own: an ASGI application in this process."""

    name = "scripted"
    base_url = "http://scripted.invalid"

    def __init__(self, app: App) -> None:
        self._app = app

    def transport(self, timeouts: Timeouts | None = None) -> Transport:
        key = Key(KEY, "a test")
        return Transport(key, (self.base_url,), agent=AGENT, app=self._app, timeouts=timeouts)


class Tampered(Scripted):
    """The emulator, whose readings of tasks are changed on the way.

    Args:
        emulator: the service.
        change: is given each reading, and may change it.
    """

    base_url = InProcess.base_url

    def __init__(self, emulator: InProcess, change: Callable[[dict[str, Any]], None]) -> None:
        self._inner = emulator.app()
        self._change = change
        super().__init__(self._pass)

    async def _pass(self, scope: Any, receive: Any, send: Callable[..., Awaitable[None]]) -> None:
        if not scope["path"].startswith("/v1/tasks"):
            await self._inner(scope, receive, send)
            return
        said: list[Any] = []

        async def keep(message: Any) -> None:
            said.append(message)

        await self._inner(scope, receive, keep)
        start, body = said[0], b"".join(one.get("body", b"") for one in said[1:])
        if start["status"] == 200:
            document = json.loads(body)
            for one in document.get("data", [document]):
                self._change(one)
            body = json.dumps(document).encode()
        headers = [one for one in start["headers"] if one[0] != b"content-length"]
        await send({**start, "headers": headers})
        await send({"type": "http.response.body", "body": body})


Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextlib.asynccontextmanager
async def server(talk: Talk) -> AsyncIterator[str]:
    """A raw TCP server that says what `talk` says; yields its address."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await talk(reader, writer)
        writer.close()

    listening = await asyncio.start_server(handle, "127.0.0.1", 0)
    host, port = listening.sockets[0].getsockname()[:2]
    try:
        yield f"http://{host}:{port}"
    finally:
        listening.close()


async def read_request(reader: asyncio.StreamReader) -> bytes:
    """The head of an HTTP request, and as much body as it announces."""
    head = await reader.readuntil(b"\r\n\r\n")
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            head += await reader.readexactly(int(line.split(b":")[1]))
    return head


def reply(body: bytes, status: str = "200 OK", **headers: str) -> bytes:
    """An HTTP reply that closes the connection."""
    lines = [f"HTTP/1.1 {status}", f"content-length: {len(body)}", "connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
