"""Builds the emulator's ASGI application: three hosts, and routes to control it from tests.

Which host is meant is told by the request's Host header, or by the port it came in on; so the
same application serves in process and on ports. A fault that breaks a connection calls what the
server offers under `scope["extensions"]["evolink.drop"]`.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import itertools
import secrets
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from evolink_widgets.emulator.contract import task_faults
from evolink_widgets.emulator.http.control_routes import ControlRoutes
from evolink_widgets.emulator.http.image_routes import ImageRoutes
from evolink_widgets.emulator.http.media_routes import MediaRoutes
from evolink_widgets.emulator.http.request_gate import RequestGate, Sleep, refuse_route
from evolink_widgets.emulator.http.request_values import break_off
from evolink_widgets.emulator.http.upload_routes import UploadRoutes
from evolink_widgets.emulator.service import callbacks
from evolink_widgets.emulator.service.service import Service

__all__ = ["API_URL", "FILES_URL", "MEDIA_URL", "create_app"]

API_URL = "http://api.emulator.invalid"
"""The hosts in process; `.invalid` never resolves, so nothing of it can leave the machine."""
FILES_URL = "http://files.emulator.invalid"
MEDIA_URL = "http://media.emulator.invalid"


def create_app(
    service: Service,
    *,
    files_url: str = FILES_URL,
    media_url: str = MEDIA_URL,
    send: callbacks.Sender | None = None,
    sleep: Sleep = asyncio.sleep,
) -> ASGIApp:
    """The ASGI application.

    Args:
        service: the state.
        files_url: the address of the files API, as clients reach it. Any but the one in process
            serves the image API too.
        media_url: the address of the pictures; its host serves nothing else.
        send: posts a callback; default: over the network.
        sleep: waits, for callbacks and slow replies.
    """
    files_url, media_url = files_url.rstrip("/"), media_url.rstrip("/")
    gate = RequestGate(service, sleep)
    media = MediaRoutes(service, gate, media_url)
    sender = send or functools.partial(callbacks.post, loopback=service.loopback_callbacks)
    images = ImageRoutes(
        service, gate, media.link, media.draw_ahead, send=sender, sleep=sleep
    ).routes()
    images += ControlRoutes(service).routes()
    files = UploadRoutes(service, gate, files_url, media).routes()
    apart = files_url == FILES_URL
    hosts = {
        "api": _host(images if apart else [*images, *files]),
        "files": _host(files),
        "media": _host(media.routes()),
    }
    names = _request_ids()

    async def app(scope: Scope, receive: Receive, reply: Send) -> None:
        if scope["type"] != "http":
            raise RuntimeError(f"the emulator speaks HTTP only, not {scope['type']}")
        if _leads_to(scope, task_faults.NOWHERE):
            await break_off(scope, receive)
            return
        if _leads_to(scope, media_url):
            host = "media"
        else:
            host = "files" if apart and _leads_to(scope, files_url) else "api"
        request_id = next(names).encode()

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [*message.get("headers", ()), (b"x-request-id", request_id)]
                message = {**message, "headers": headers}
            await reply(message)

        with contextlib.suppress(ClientDisconnect):  # who left half-way hears no more
            await hosts[host](scope, receive, named)

    return app


def _request_ids() -> Iterator[str]:
    """Names for requests that no other application has."""
    start = secrets.token_hex(6)
    return (f"req-{start}-{number:06d}" for number in itertools.count(1))


def _host(routes: Sequence[BaseRoute]) -> ASGIApp:
    return Starlette(
        routes=routes,
        exception_handlers={HTTPException: refuse_route, Exception: refuse_route},
    )


def _leads_to(scope: Scope, url: str) -> bool:
    """Whether a request is for this address, by the name or the port that it came to."""
    parts = urlsplit(url)
    name = dict(scope.get("headers") or ()).get(b"host", b"").decode("latin-1").lower()
    if name == parts.netloc.lower():
        return True
    server = scope.get("server")
    return parts.port is not None and server is not None and server[1] == parts.port
