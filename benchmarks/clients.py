"""Two clients that do the same work, each in a process of its own; prints what it took as JSON.

`ours` is the package, with its journal, its checks and its gallery. `bare` is what a person
would write on httpx in ten minutes: POST, look every second, download, write the file.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import httpx

import evolink_widgets as ew

KEY = "a-key-for-benchmarks"
Saved = dict[str, float]


async def ours(url: str, folder: Path, tasks: int, in_flight: int) -> Saved:
    """The package. Returns when each task's picture was a file, in Unix seconds."""
    room = asyncio.Semaphore(in_flight)
    saved: Saved = {}

    async def one(number: int) -> None:
        async with room:
            request = ew.ImageRequest(f"picture {number}", size="1024x1024")
            task = ew.session().submit(request)
            task.subscribe(note_end(task, saved))
            await task

    await asyncio.gather(*(one(number) for number in range(tasks)))
    return saved


def note_end(task: ew.Task, saved: Saved) -> Callable[[ew.TaskState], None]:
    """Write down when the task is done, on the thread where it happens."""

    def listener(state: ew.TaskState) -> None:
        if state.stage is ew.Stage.DONE:
            saved[str(task.id)] = time.time()

    return listener


async def bare(url: str, folder: Path, tasks: int, in_flight: int) -> Saved:
    """httpx and a loop of one second."""
    room = asyncio.Semaphore(in_flight)
    saved: Saved = {}
    headers = {"Authorization": f"Bearer {KEY}"}
    limits = httpx.Limits(max_connections=16, max_keepalive_connections=16)
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
                    await asyncio.sleep(1.0)
                    task = (await api.get(f"/v1/tasks/{task['id']}")).json()
                path = folder / f"{task['id']}.png"
                async with media.stream("GET", task["results"][0]) as reply:
                    with path.open("wb") as file:
                        async for chunk in reply.aiter_bytes(65536):
                            file.write(chunk)
                saved[task["id"]] = time.time()

        await asyncio.gather(*(one(number) for number in range(tasks)))
    return saved


def asked(url: str) -> dict[str, int]:
    """How many requests of each kind the service has counted."""
    counts: dict[str, int] = httpx.get(f"{url}/emulator/counts").json()
    return counts


def measure(name: str, url: str, tasks: int, in_flight: int) -> dict[str, object]:
    """Warm up with one round in flight, then run; learning is part of a warm client."""
    client = {"ours": ours, "bare": bare}[name]
    with tempfile.TemporaryDirectory() as folder:
        ew.configure(api_key=KEY, base_url=url, store=folder, mode="live")
        asyncio.run(client(url, Path(folder), in_flight, in_flight))
        before, cpu = asked(url), time.process_time()
        saved = asyncio.run(client(url, Path(folder), tasks, in_flight))
        cpu = time.process_time() - cpu
        after = asked(url)
        if name == "ours":
            ew.session().close()
    ends = httpx.get(f"{url}/bench/ends").json()
    reads = [after.get(kind, 0) - before.get(kind, 0) for kind in ("read", "batch")]
    return {
        "delays": [saved[task] - ends[task] for task in saved],
        "cpu": cpu / tasks,
        "requests": sum(reads) / tasks,
    }


def main() -> None:
    """Run one client against a running service."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=("ours", "bare"))
    parser.add_argument("url")
    parser.add_argument("--tasks", type=int, default=16)
    parser.add_argument("--in-flight", type=int, default=8)
    given = parser.parse_args()
    print(json.dumps(measure(given.name, given.url, given.tasks, given.in_flight)))


if __name__ == "__main__":
    main()
