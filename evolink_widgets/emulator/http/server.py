"""Serves the emulator on ports of this machine: uvicorn, its connections and its guard."""

from __future__ import annotations

import contextlib
import functools
import signal
import socket
import threading
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

from evolink_widgets.emulator.http.app import create_app
from evolink_widgets.emulator.http.guard import HostGuard
from evolink_widgets.emulator.service.service import Service

__all__ = ["Addresses", "bind", "serve"]

_PATIENCE = 2
"""Seconds that replies on their way have when it shuts down."""


@dataclass(frozen=True)
class Addresses:
    """The addresses that the served emulator listens on."""

    api: str
    media: str


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one.

    Args:
        host: a name, or an address of IPv4 or IPv6.
        port: its number.

    Raises:
        OSError: the port is taken, or is none.
    """
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sets TCP_NODELAY only where the protocol is named; without it, a reply that is
    # written in two parts waits for the client's delayed acknowledgement, 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(1024)
    except (OverflowError, UnicodeError) as error:
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
    hosts: Collection[str] = (),
    request_seconds: float | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM, or until it is cancelled.

    Args:
        service: the state.
        api: listens for the API and the files API.
        media: listens for pictures.
        ready: called once both are served.
        hosts: more names by which it may be called than this machine's loopback and the
            address that a connection came to.
        request_seconds: in which a request has to arrive; `None` is 20.

    Raises:
        ModuleNotFoundError: uvicorn is not installed.
        ValueError: one of `hosts` is no host.
    """
    addresses = Addresses(_url(api), _url(media))
    app = create_app(service, files_url=addresses.api, media_url=addresses.media)
    told = (lambda: ready(addresses)) if ready else (lambda: None)
    server = _server(HostGuard(app, hosts), told, request_seconds)
    await server.serve(sockets=[api, media])


def _server(app: Any, ready: Callable[[], None], request_seconds: float | None) -> Any:
    try:
        import uvicorn

        from evolink_widgets.emulator.http.connections import REQUEST_SECONDS, Connection
    except ModuleNotFoundError as error:
        message = 'The emulator needs uvicorn on a port: pip install "evolink-widgets[serve]"'
        raise ModuleNotFoundError(message) from error

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
            http=functools.partial(  # type: ignore[arg-type]
                Connection, seconds=request_seconds or REQUEST_SECONDS
            ),
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
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
