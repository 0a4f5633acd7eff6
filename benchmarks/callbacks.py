"""How often a task is read, and how late its end is known: with callbacks, and without.

One emulator in this process calls back over loopback to the server extension's own handler. The
same tasks are asked one after the other by three sessions: one whose callbacks arrive, one whose
callbacks meet a closed port, and one that names no address.

    python benchmarks/callbacks.py --tasks 12 --seconds 6
"""

from __future__ import annotations

import argparse
import asyncio
import socket
import statistics
import tempfile
import threading
from pathlib import Path
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.web import Application

from evolink_widgets.core.loop import Workers
from evolink_widgets.core.service.transport import Transport
from evolink_widgets.core.session import Session
from evolink_widgets.core.settings.keys import Key
from evolink_widgets.core.shared.callbacks import CallbackFolder, CallbackPlace
from evolink_widgets.emulator.http.app import API_URL, FILES_URL, create_app
from evolink_widgets.emulator.service.service import Service
from evolink_widgets.jupyter.server.callbacks import CallbackHandler
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.runtime.clock import now
from evolink_widgets.store.store import Store

USUAL_SECONDS = 12.0
"""What a small picture of low quality takes at speed 1."""


def receive(folder: CallbackFolder) -> str:
    """Serve the handler on a thread of its own; its address."""
    given = {"folder": folder, "worker": Workers("receiving", 1)}
    listening = socket.create_server(("127.0.0.1", 0))
    listening.setblocking(False)

    def serve() -> None:
        async def run() -> None:
            application = Application([("/([A-Za-z0-9_-]{43})", CallbackHandler, given)])
            HTTPServer(application).add_sockets([listening])
            await asyncio.Event().wait()

        asyncio.run(run())

    threading.Thread(target=serve, daemon=True).start()
    return f"http://127.0.0.1:{listening.getsockname()[1]}"


def session_of(service: Service, folder: Path, place: CallbackPlace | None) -> Session:
    """A session on the emulator, with a store of its own."""

    def transport() -> Transport:
        key = Key("sk-of-a-benchmark", "a benchmark")
        app = create_app(service)
        return Transport(key, (API_URL, FILES_URL), agent="evolink-widgets/bench", app=app)

    return Session(
        service="emulator", base_url=API_URL, transport=transport, store=Store(folder),
        key_name=str(folder), key_source="a benchmark", simulated=True, callbacks=place,
    )  # fmt: skip


def measure(service: Service, session: Session, number: int) -> tuple[int, float]:
    """Readings of one task, and the seconds from its end to the moment that we know of it."""
    before = readings(service)
    known: list[float] = []
    request = ImageRequest(f"a fox, number {number}", size="1024x640", quality="low")
    task = session.submit(request, fresh=True)

    def listen(state: Any) -> None:
        if state.stage.value in ("saving", "done"):
            known.append(now())

    task.subscribe(listen)
    task.result(120)
    ended = service._tasks[str(task.id)].ends_at
    return readings(service) - before, max(0.0, known[0] - (ended or known[0]))


def readings(service: Service) -> int:
    """Tasks read so far, singly or in a batch."""
    return int(service.counts["read"] + service.counts["batch ids"])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tasks", type=int, default=12, help="for each session (default: 12)")
    parser.add_argument("--seconds", type=float, default=6.0, help="a task takes (default: 6)")
    given = parser.parse_args()
    service = Service(
        speed=USUAL_SECONDS / given.seconds, rate=None, balance=1e9, loopback_callbacks=True
    )
    with tempfile.TemporaryDirectory() as root:
        folder = CallbackFolder(Path(root, "callbacks"))
        folder.make()
        with socket.create_server(("127.0.0.1", 0)) as gone:
            closed = f"http://127.0.0.1:{gone.getsockname()[1]}"
        places = {
            "callbacks arrive": CallbackPlace(receive(folder), folder.path),
            "none arrives": CallbackPlace(closed, folder.path),
            "no address named": None,
        }
        sessions = {
            name: session_of(service, Path(root, str(at)), place)
            for at, (name, place) in enumerate(places.items())
        }
        found: dict[str, list[tuple[int, float]]] = {name: [] for name in sessions}
        for number in range(given.tasks):
            for name, session in sessions.items():
                found[name].append(measure(service, session, number))
        for session in sessions.values():
            session.close()
    print(f"{given.tasks} tasks of about {given.seconds:g} s each, one after the other")
    for name, rows in found.items():
        first, rest = rows[0], rows[1:]
        late = sorted(delay for _, delay in rest)
        print(
            f"{name:>17}: the first {first[0]} readings, then "
            f"{statistics.mean(count for count, _ in rest):.2f} a task "
            f"({min(count for count, _ in rest)} to {max(count for count, _ in rest)}); "
            f"known {1000 * statistics.median(late):.0f} ms after its end, "
            f"at most {1000 * late[-1]:.0f} ms"
        )


if __name__ == "__main__":
    main()
