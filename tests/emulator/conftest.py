"""A service whose clock is turned by hand, and a client that talks to it in process."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest

from evolink_widgets.emulator.http.app import API_URL, create_app
from evolink_widgets.emulator.service.service import Service


@dataclass
class Clock:
    """Unix seconds that pass when a test says so."""

    now: float = 1_800_000_000.0
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Time passes at once."""
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


@dataclass
class Reply:
    """What came back; `broken` where the connection was."""

    status: int
    headers: dict[str, str]
    body: bytes
    broken: bool = False

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> dict[str, str]:
        return dict(self.json["error"])


class Caller:
    """Calls the ASGI application as a server would; no socket."""

    def __init__(self, app: Any) -> None:
        self._app = app

    def __call__(
        self,
        method: str,
        url: str,
        *,
        json_body: Any = None,
        body: bytes | None = None,
        key: str | None = "k",
        **headers: str,
    ) -> Reply:
        parts = urlsplit(url if "://" in url else API_URL + url)
        sent = {"host": parts.netloc, "user-agent": "a-client/1"}
        if key is not None:
            sent["authorization"] = f"Bearer {key}"
        sent.update({name.replace("_", "-").lower(): value for name, value in headers.items()})
        data = json.dumps(json_body).encode() if json_body is not None else body or b""
        return asyncio.run(self._call(method, parts.path, parts.query, sent, data))

    async def _call(
        self, method: str, path: str, query: str, headers: dict[str, str], body: bytes
    ) -> Reply:
        reply = Reply(0, {}, b"")

        gone = asyncio.Event()

        def drop() -> None:
            reply.broken = True
            gone.set()

        unread = [body]

        async def receive() -> dict[str, Any]:
            if unread:
                return {"type": "http.request", "body": unread.pop(), "more_body": False}
            await gone.wait()  # a client that stays until the connection breaks
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                reply.status = message["status"]
                reply.headers = {k.decode(): v.decode() for k, v in message["headers"]}
            elif not reply.broken:
                reply.body += message.get("body", b"")

        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [(k.encode(), v.encode()) for k, v in headers.items()],
            "scheme": "http",
            "http_version": "1.1",
            "server": ("emulator", 80),
            "root_path": "",
            "extensions": {"evolink.drop": drop},
        }
        await self._app(scope, receive, send)
        for _ in range(50):  # what was started beside the reply, such as a callback
            await asyncio.sleep(0)
        return reply


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def service(clock: Clock) -> Service:
    return Service(clock=clock, seed=1)


@pytest.fixture
def posted() -> list[tuple[str, dict[str, Any]]]:
    """Callbacks as they went out."""
    return []


@pytest.fixture
def answers() -> list[int]:
    """What the receiver of callbacks answers, in turn; 200 when the list is used up."""
    return []


@pytest.fixture
def call(
    service: Service,
    clock: Clock,
    posted: list[tuple[str, dict[str, Any]]],
    answers: list[int],
) -> Caller:
    async def post(url: str, document: dict[str, Any]) -> int:
        posted.append((url, document))
        return answers.pop(0) if answers else 200

    return Caller(create_app(service, send=post, sleep=clock.sleep))


Ask = Callable[..., Reply]


@pytest.fixture
def ask(call: Caller) -> Iterator[Ask]:
    """Ask for pictures."""

    def post(key: str | None = "k", idempotency: str | None = None, **fields: Any) -> Reply:
        headers = {"idempotency_key": idempotency} if idempotency else {}
        body = {"model": "gpt-image-2", "prompt": "a fox", "size": "1024x640", **fields}
        return call("POST", "/v1/images/generations", json_body=body, key=key, **headers)

    return post
