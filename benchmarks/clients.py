"""Clients that do the same work, each in a process of its own; prints what it took as JSON.

`ours` is the package, with its journal, its checks and its gallery; `shown` is the same and makes
the small copy of each picture, as a grid in a notebook does. The others are what a person
would write on httpx in ten minutes: POST, look at a fixed interval, download, write the file.
`second` looks every second. `tenth` looks every 0.1 s, with httpx's own pool and the whole
picture in memory, as a published client of a like service does.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx
from journal import JournalTime

import evolink_widgets as ew
from evolink_widgets.widgets.base.transfers.outgoing_pictures import EDGES

KEY = "a-key-for-benchmarks"
Saved = dict[str, float]


async def ours(url: str, folder: Path, tasks: int, in_flight: int, *, small: bool = False) -> Saved:
    """The package. Returns when each task's picture was a file, in Unix seconds."""
    room = asyncio.Semaphore(in_flight)
    saved: Saved = {}

    async def one(number: int) -> None:
        async with room:
            request = ew.ImageRequest(f"picture {number}", size="1024x1024")
            task = ew.session().submit(request, fresh=True)
            task.subscribe(note_end(task, saved))
            for image in await task:
                if small:
                    await asyncio.to_thread(image.thumbnail, EDGES["thumb"])

    await asyncio.gather(*(one(number) for number in range(tasks)))
    return saved


async def shown(url: str, folder: Path, tasks: int, in_flight: int) -> Saved:
    """The package, and what a grid asks of it for each picture."""
    return await ours(url, folder, tasks, in_flight, small=True)


def note_end(task: ew.Task, saved: Saved) -> Callable[[ew.TaskState], None]:
    """Write down when the task is done, on the thread where it happens."""

    def listener(state: ew.TaskState) -> None:
        if state.stage is ew.Stage.DONE:
            saved[str(task.id)] = time.time()

    return listener


async def second(url: str, folder: Path, tasks: int, in_flight: int) -> Saved:
    """httpx, a small pool, a look every second, the picture streamed to its file."""
    small = httpx.Limits(max_connections=16, max_keepalive_connections=16)
    return await polling(url, folder, tasks, in_flight, interval=1.0, limits=small, stream=True)


async def tenth(url: str, folder: Path, tasks: int, in_flight: int) -> Saved:
    """httpx as it comes, a look every 0.1 s, the picture in memory before it is written."""
    usual = httpx.Limits(max_connections=1000, max_keepalive_connections=100)
    return await polling(url, folder, tasks, in_flight, interval=0.1, limits=usual, stream=False)


async def polling(
    url: str, folder: Path, tasks: int, in_flight: int, *,
    interval: float, limits: httpx.Limits, stream: bool,
) -> Saved:  # fmt: skip
    """The loop that a person would write."""
    room = asyncio.Semaphore(in_flight)
    saved: Saved = {}
    headers = {"Authorization": f"Bearer {KEY}"}
    agent = {"User-Agent": "bare/1"}
    async with (
        httpx.AsyncClient(base_url=url, headers=headers, limits=limits, timeout=60) as api,
        httpx.AsyncClient(headers=agent, limits=limits, timeout=60) as media,
    ):

        async def one(number: int) -> None:
            body = {"model": "gpt-image-2", "prompt": f"picture {number}", "size": "1024x1024"}
            async with room:
                task = (await api.post("/v1/images/generations", json=body)).json()
                while task["status"] not in ("completed", "failed"):
                    await asyncio.sleep(interval)
                    task = (await api.get(f"/v1/tasks/{task['id']}")).json()
                await fetch(media, task["results"][0], folder / f"{task['id']}.png", stream)
                saved[task["id"]] = time.time()

        await asyncio.gather(*(one(number) for number in range(tasks)))
    return saved


async def fetch(media: httpx.AsyncClient, link: str, path: Path, stream: bool) -> None:
    """Download one picture."""
    if not stream:
        path.write_bytes((await media.get(link)).content)  # noqa: ASYNC240 - what such a client does
        return
    async with media.stream("GET", link) as reply:
        with path.open("wb") as file:
            async for chunk in reply.aiter_bytes(65536):
                file.write(chunk)


def peak() -> float:
    """The most memory that this process has had, in MB."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (2**20 if sys.platform == "darwin" else 1024)


def busy() -> dict[str, float]:
    """Seconds of processor time of each thread, by its name; Linux only."""
    found = {}
    for thread in threading.enumerate():
        spent = Path(f"/proc/self/task/{thread.native_id}/schedstat")
        if spent.exists():
            found[thread.name] = int(spent.read_text().split()[0]) / 1e9
    return found


def asked(url: str) -> dict[str, int]:
    """How many requests of each kind the service has counted."""
    counts: dict[str, int] = httpx.get(f"{url}/emulator/counts").json()
    return counts


CLIENTS = {"ours": ours, "shown": shown, "second": second, "tenth": tenth}


def measure(
    name: str, url: str, tasks: int, in_flight: int, warm: int, *, timers: bool
) -> dict[str, object]:
    """Warm up, then run; what a client learns is part of a warm one."""
    client = CLIENTS[name]
    journal = JournalTime() if timers else None
    with tempfile.TemporaryDirectory() as folder:
        ew.configure(api_key=KEY, base_url=url, store=folder, mode="live")
        asyncio.run(client(url, Path(folder), warm, warm))
        before, cpu, memory = asked(url), time.process_time(), peak()
        threads, earlier = busy(), journal.seconds if journal else 0.0
        began = time.perf_counter()
        saved = asyncio.run(client(url, Path(folder), tasks, in_flight))
        took = time.perf_counter() - began
        cpu = time.process_time() - cpu
        after = asked(url)
        worked = {thread: spent - threads.get(thread, 0.0) for thread, spent in busy().items()}
        if name in ("ours", "shown"):
            ew.session().close()
    ends = httpx.get(f"{url}/bench/ends").json()
    reads = [after.get(kind, 0) - before.get(kind, 0) for kind in ("read", "batch")]
    return {
        "delays": [saved[task] - ends[task] for task in saved],
        "cpu": cpu / tasks,
        "requests": sum(reads) / tasks,
        "took": took,
        "memory": peak() - memory,
        # One thread does all of the database's work, and nothing else.
        "database": worked.get("evolink-records-1", 0.0) / cpu,
        "journal": (journal.seconds - earlier) / cpu if journal else None,
    }


def main() -> None:
    """Run one client against a running service."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=CLIENTS)
    parser.add_argument("url")
    parser.add_argument("--tasks", type=int, default=16)
    parser.add_argument("--in-flight", type=int, default=8)
    parser.add_argument("--warm", type=int, default=8, help="tasks that are not measured, first")
    parser.add_argument("--timers", action="store_true", help="time the journal")
    given = parser.parse_args()
    size = (given.tasks, given.in_flight, given.warm)
    print(json.dumps(measure(given.name, given.url, *size, timers=given.timers)))


if __name__ == "__main__":
    main()
