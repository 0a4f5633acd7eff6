"""The emulator on ports of this machine: uvicorn, with connections that a fault can break."""

from __future__ import annotations

import contextlib
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from .app import create_app
from .service import Service

__all__ = ["Addresses", "bind", "serve"]

_PATIENCE = 2
"""Seconds that replies on their way have when it shuts down."""


@dataclass(frozen=True)
class Addresses:
    """Where it listens."""

    api: str
    media: str


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one.

    Raises:
        OSError: the port is taken, or is none.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(1024)
    except OverflowError as error:
        listener.close()
        raise OSError(str(error)) from error
    except OSError:
        listener.close()
        raise
    return listener


async def serve(
    service: Service,
    api: socket.socket,
    media: socket.socket,
    *,
    ready: Callable[[Addresses], None] | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM, or until it is cancelled.

    Args:
        service: the state.
        api: listens for the API and the files API.
        media: listens for pictures.
        ready: called once both are served.

    Raises:
        ModuleNotFoundError: uvicorn is not installed.
    """
    addresses = Addresses(_url(api), _url(media))
    app = create_app(service, files_url=addresses.api, media_url=addresses.media)
    server = _server(app, lambda: ready(addresses) if ready else None)
    await server.serve(sockets=[api, media])


def _server(app: Any, ready: Callable[[], None]) -> Any:
    try:
        import uvicorn
        from uvicorn.protocols.http.h11_impl import H11Protocol
    except ModuleNotFoundError as error:
        message = 'The emulator needs uvicorn on a port: pip install "evolink-widgets[serve]"'
        raise ModuleNotFoundError(message) from error

    class Droppable(H11Protocol):
        """Offers the application a way to break the connection off."""

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            inner = self.app

            async def with_drop(scope: Any, receive: Any, send: Any) -> None:
                # close() hands over what was written; abort() would throw it away.
                offered = {**(scope.get("extensions") or {}), "evolink.drop": transport.close}
                await inner({**scope, "extensions": offered}, receive, send)

            self.app = with_drop

    class Server(uvicorn.Server):
        """Says when it is ready, and ends without raising the signal once more."""

        async def startup(self, sockets: Any = None) -> None:
            await super().startup(sockets=sockets)
            if not self.should_exit:
                ready()

        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            with _ended_by_signals(self):
                yield

    return Server(
        uvicorn.Config(
            app,
            http=Droppable,
            log_level="error",
            access_log=False,
            lifespan="off",
            ws="none",
            timeout_graceful_shutdown=_PATIENCE,
        )
    )


@contextlib.contextmanager
def _ended_by_signals(server: Any) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    ends = (signal.SIGINT, signal.SIGTERM)
    earlier = {name: signal.signal(name, server.handle_exit) for name in ends}
    try:
        yield
    finally:
        for name, handler in earlier.items():
            signal.signal(name, handler)


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://{host}:{port}"
