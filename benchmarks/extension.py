"""What the extension costs a server: bytes with the page, the loop's longest stall, the delay.

A server with our extension runs in this process over a store of many pictures; a page looks on,
pages are asked for, and each step of the loop notes how long it took of the processor. Beside it
stands how late the loop was with our work and with none, for that depends on the machine.

    python benchmarks/extension.py --pictures 10000
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import random
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from jupyter_server.serverapp import ServerApp
from PIL import Image
from tornado.httpclient import AsyncHTTPClient
from tornado.websocket import websocket_connect

from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.store import Store

STATIC = Path(__file__).parents[1] / "evolink_widgets" / "jupyter" / "labextension" / "static"
AT_START = ("remoteEntry", "plugins", "commands", "host", "icons", "side", "server")


def fill(folder: Path, count: int) -> Store:
    """A store of so many pictures, of few bytes; its rows are what counts."""
    store = Store(folder)
    store.database.rows("SELECT 1")
    buffer = io.BytesIO()
    Image.frombytes("RGB", (8, 8), random.Random(1).randbytes(192)).resize((320, 240)).save(
        buffer, "PNG"
    )
    part = store.gallery.part_path("k3j2mnpqrstu", 0)
    part.write_bytes(buffer.getvalue())
    recipe = Recipe(ImageRequest("a fox in the snow"), "emulator")
    first = store.gallery.admit("k3j2mnpqrstu", 0, part, recipe, now=1.0)
    with store.database.write() as connection:
        sets = dict(connection.execute("SELECT * FROM sets").fetchone())
        pictures = dict(connection.execute("SELECT * FROM pictures").fetchone())
        for number in range(1, count):
            key = f"k{number:011d}".translate(str.maketrans("01", "mn"))
            path = folder / f"fox_{number}.png"
            path.hardlink_to(first.path) if number % 1000 == 0 else path.write_bytes(b"\x89PNG")
            for table, row in (("sets", sets), ("pictures", pictures)):
                new = {**row, "key": key, "created_at": float(number)}
                new |= {"stem": f"fox_{number}"} if table == "sets" else {"path": path.name}
                marks = ", ".join("?" * len(new))
                connection.execute(
                    f"INSERT INTO {table} ({', '.join(new)}) VALUES ({marks})", tuple(new.values())
                )
    return store


steps: list[float] = []
"""Seconds of the processor that each step of the loop took."""


def note_steps() -> None:
    """Measure each step of the loop by its thread's own clock."""
    run = asyncio.events.Handle._run

    def measured(handle: asyncio.events.Handle) -> None:
        began = time.thread_time()
        run(handle)
        steps.append(time.thread_time() - began)

    asyncio.events.Handle._run = measured  # type: ignore[method-assign]


async def measure(server: ServerApp, store: Store, rounds: int) -> dict[str, Any]:
    """The loop's lateness under requests, and how long a change is on its way to a page."""
    late: list[float] = []

    async def beat() -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(0.002)
            late.append(time.perf_counter() - began - 0.002)

    url = f"{server.connection_url}evolink-widgets/"
    headers = {"Authorization": f"token {server.identity_provider.token}"}
    client = AsyncHTTPClient()

    async def get(place: str) -> bytes:
        body: bytes = (await client.fetch(url + place, headers=headers)).body
        return body

    beating = asyncio.get_running_loop().create_task(beat())
    await asyncio.sleep(3)
    idle = statistics.quantiles(late, n=100)[-1]
    steps.clear()
    await get("pictures/look")
    loading = max(steps)
    late.clear()
    steps.clear()
    socket = await websocket_connect(
        f"{url.replace('http', 'ws', 1)}changes?token={server.identity_provider.token}"
    )
    await socket.read_message()
    chance = random.Random(1)
    count = json.loads(await get("pictures/look"))["count"]
    took = []
    for _ in range(rounds):
        began = time.perf_counter()
        offset = chance.randrange(max(1, count - 60))
        page = json.loads(await get(f"pictures/page?offset={offset}&limit=60"))
        took.append(time.perf_counter() - began)
        assert page["items"]
    longest = max(steps)
    delays = []
    for number in range(10):
        key = store.journal.intend(
            {"prompt": f"fox {number}", "n": 1},
            service="emulator", now=time.time(), owner=store.owner,
        ).key  # fmt: skip
        began = time.perf_counter()
        while key not in str(await socket.read_message()):
            pass
        delays.append(time.perf_counter() - began)
    beating.cancel()
    socket.close()
    return {
        "pictures": count,
        "longest step of the loop while modules load, ms": round(1000 * loading, 1),
        "longest step of the loop, ms": round(1000 * longest, 1),
        "loop late p99, with our work and with none": round(
            statistics.quantiles(late, n=100)[-1] / idle, 2
        ),
        "page of 60 p95, ms": round(1000 * statistics.quantiles(took, n=20)[-1], 1),
        "delay to a page, s": f"{statistics.median(delays):.2f} (at most {max(delays):.2f})",
    }


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--pictures", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=100)
    options = parser.parse_args()
    loaded = sum((STATIC / f"{name}.js").stat().st_size for name in AT_START)
    whole = sum(path.stat().st_size for path in STATIC.rglob("*.[jc]s*"))
    print(f"with the host's page: {loaded:,} bytes of {whole:,}")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        store = fill(root / "evolink_images", options.pictures)
        server = ServerApp.instance()
        server.jpserver_extensions = {"evolink_widgets.jupyter": True}
        server.initialize(
            [f"--ServerApp.root_dir={root}", "--ServerApp.port=0", "--ServerApp.open_browser=False",
             "--allow-root", "--ServerApp.log_level=ERROR"],
            new_httpserver=True,
        )  # fmt: skip
        note_steps()
        server.start_app()
        loop = asyncio.get_event_loop()
        for name, value in loop.run_until_complete(measure(server, store, options.rounds)).items():
            print(f"{name}: {value}")
        store.close()


if __name__ == "__main__":
    main()
