"""The emulator on ports of this machine: uvicorn, with connections that a fault can break."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from dataclasses import dataclass
from typing import Any

from .app import create_app
from .service import Service

__all__ = ["Addresses", "bind", "serve"]


@dataclass(frozen=True)
class Addresses:
    """Where it listens."""

    api: str
    media: str


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one.

    Raises:
        OSError: the port is taken.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    listener.listen(1024)
    return listener


async def serve(
    service: Service,
    api: socket.socket,
    media: socket.socket,
    *,
    ready: Any = None,
) -> None:
    """Serve until SIGINT or SIGTERM.

    Args:
        service: the state.
        api: listens for the API and the files API.
        media: listens for pictures.
        ready: called with `Addresses` once both listen.

    Raises:
        ModuleNotFoundError: uvicorn is not installed.
    """
    try:
        import uvicorn
        from uvicorn.protocols.http.h11_impl import H11Protocol
    except ModuleNotFoundError as error:
        message = 'the emulator needs uvicorn on a port: pip install "evolink-widgets[serve]"'
        raise ModuleNotFoundError(message) from error

    addresses = Addresses(_url(api), _url(media))
    app = create_app(service, files_url=addresses.api, media_url=addresses.media)

    class Droppable(H11Protocol):
        """Offers the application a way to break the connection off."""

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            inner = self.app

            async def with_drop(scope: Any, receive: Any, send: Any) -> None:
                offered = {**(scope.get("extensions") or {}), "evolink.drop": transport.abort}
                await inner({**scope, "extensions": offered}, receive, send)

            self.app = with_drop

    config = uvicorn.Config(
        app, http=Droppable, log_level="error", access_log=False, lifespan="off", ws="none"
    )
    server = uvicorn.Server(config)
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(name, lambda: setattr(server, "should_exit", True))
    if ready is not None:
        ready(addresses)
    with contextlib.suppress(asyncio.CancelledError, KeyboardInterrupt):
        await server._serve([api, media])


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://{host}:{port}"
