"""One client against `peers_service.py`, in a process of its own; prints what it took as JSON.

Each asks for the same tasks, waits for each, and writes its picture to a file. `fal`, `replicate`
and `openai` are the published clients, used as their own pages show; `aiohttp` is what a person
writes on it in ten minutes, with a look every half second. `ours` is the package, journal, checks
and recipes included.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import statistics
import tempfile
import time
import urllib.request
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

KEY = "a-key-for-benchmarks"
EVERY = 0.5
"""Seconds between two looks of the client on aiohttp."""

PAYLOAD = {"model": "gpt-image-2", "size": "1024x1024", "quality": "low", "n": 1}
Client = tuple[Callable[[int], Awaitable["bytes | Path"]], Callable[[], Awaitable[object]]]
Ends = dict[int, float]


def prompt(number: int) -> dict[str, Any]:
    """What is asked for, the number by which the service knows how long it takes included."""
    return {**PAYLOAD, "prompt": f"number {number}"}


def ours(base: str, folder: Path, ends: Ends) -> Client:
    """The package."""
    import evolink_widgets as ew

    ew.configure(api_key=KEY, base_url=base, store=folder / "store", mode="live")

    async def one(number: int) -> Path:
        request = ew.ImageRequest(f"number {number}", size="1024x1024", quality="low")
        task = ew.session().submit(request)

        def hear(state: ew.TaskState) -> None:
            if state.stage is ew.Stage.DONE:
                ends.setdefault(number, time.monotonic())

        task.subscribe(hear)
        images = await task
        return Path(images[0].path)

    return one, lambda: asyncio.to_thread(ew.session().close)


def on_aiohttp(base: str, folder: Path, ends: Ends) -> Client:
    """A loop on bare aiohttp."""
    import aiohttp

    http = aiohttp.ClientSession(base, connector=aiohttp.TCPConnector(limit=1000))

    async def one(number: int) -> bytes:
        async with http.post("/v1/images/generations", json=prompt(number)) as reply:
            task = await reply.json()
        while task["status"] != "completed":
            await asyncio.sleep(EVERY)
            async with http.get(f"/v1/tasks/{task['id']}") as reply:
                task = await reply.json()
        async with http.get(task["results"][0]) as reply:
            return await reply.read()

    return one, http.close


def fal(base: str, folder: Path, ends: Ends) -> Client:
    """fal-client's `subscribe`, and httpx for the picture, on which it stands itself."""
    import fal_client
    import fal_client.client
    import httpx

    fal_client.client.QUEUE_URL_FORMAT = base + "/fal/"
    client = fal_client.AsyncClient(key=KEY)
    http = _many(httpx)

    async def one(number: int) -> bytes:
        answer = await client.subscribe("own/app", prompt(number))
        return (await http.get(answer["images"][0]["url"])).content

    return one, http.aclose


def replicate(base: str, folder: Path, ends: Ends) -> Client:
    """replicate's predictions, waited for and read."""
    import replicate
    from replicate.helpers import FileOutput

    client = replicate.Client(api_token=KEY, base_url=base)

    async def one(number: int) -> bytes:
        made = await client.predictions.async_create(
            version="v" * 64, input=prompt(number), wait=False
        )
        await made.async_wait()
        return await FileOutput(made.output[0], client).aread()

    return one, lambda: asyncio.sleep(0)


def openai(base: str, folder: Path, ends: Ends) -> Client:
    """openai's call, which the service holds open until the picture is there."""
    import httpx
    import openai

    client = openai.AsyncOpenAI(base_url=f"{base}/openai/v1", api_key=KEY)
    http = _many(httpx)

    async def one(number: int) -> bytes:
        answer = await client.images.generate(model="gpt-image-2", prompt=f"number {number}")
        return (await http.get(answer.data[0].url)).content

    return one, http.aclose


def _many(httpx: Any) -> Any:
    limits = httpx.Limits(max_connections=1000, max_keepalive_connections=1000)
    return httpx.AsyncClient(timeout=60, limits=limits)


CLIENTS: dict[str, Callable[[str, Path, Ends], Client]] = {
    "ours": ours, "aiohttp": on_aiohttp, "fal": fal, "replicate": replicate, "openai": openai,
}  # fmt: skip


def bench(base: str, what: str, body: object = None) -> Any:
    """Speak to the service's own side."""
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(f"{base}/bench/{what}", data=data, timeout=30) as reply:
        return json.load(reply)


async def measure(given: argparse.Namespace, base: str, folder: Path) -> dict[str, Any]:
    """Make the client, let it warm up, and measure."""
    ends: Ends = {}
    one, close = CLIENTS[given.client](base, folder, ends)
    room = asyncio.Semaphore(given.in_flight)

    async def save(number: int) -> None:
        async with room:
            got = await one(number)
            if isinstance(got, bytes):
                (folder / f"{number}.png").write_bytes(got)
                size = len(got)
            else:
                size = got.stat().st_size
            ends.setdefault(number, time.monotonic())
            if size != given.bytes:
                raise ValueError(f"picture {number} has {size} bytes")

    await asyncio.gather(*(save(given.tasks + number) for number in range(given.warm)))
    before, idle = bench(base, "facts"), _resident()
    cpu, began = time.process_time(), time.monotonic()
    await asyncio.gather(*(save(number) for number in range(given.tasks)))
    took, cpu = time.monotonic() - began, time.process_time() - cpu
    after = bench(base, "facts")
    await close()

    delays = sorted(ends[number] - after["ends"][str(number)] for number in range(given.tasks))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    def each(what: str) -> float:
        return float(after[what] - before[what]) / given.tasks

    return {
        "tasks": given.tasks / took,
        "cpu": 1000 * cpu / given.tasks,
        "delay": 1000 * statistics.mean(delays),
        "late": 1000 * delays[int(0.95 * len(delays))],
        "polls": each("readings"),
        "requests": each("requests"),
        "memory": peak - idle,
    }


def _resident() -> float:
    """Megabytes that the process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def main() -> None:
    """Measure one client, once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("client", choices=CLIENTS)
    parser.add_argument("port", type=int)
    parser.add_argument("--core", type=int, help="the processor core to stay on")
    parser.add_argument("--tasks", type=int, default=100)
    parser.add_argument("--in-flight", type=int, default=8)
    parser.add_argument("--warm", type=int, default=8, help="tasks before anything is measured")
    parser.add_argument("--seconds", type=float, default=1.0, help="usual length of a task")
    parser.add_argument("--spread", type=float, default=0.45, help="of log-durations")
    parser.add_argument("--round-trip", type=float, default=0.0)
    parser.add_argument("--bytes", type=int, default=100_000, help="of a picture")
    parser.add_argument("--shape", default="honest", help="honest, uneven, lying or none")
    parser.add_argument("--batches", action="store_true", help="the service reads many at once")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    if given.core is not None and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {given.core})
    os.environ.update(FAL_KEY=KEY, REPLICATE_API_TOKEN=KEY, OPENAI_API_KEY=KEY)
    base = f"http://127.0.0.1:{given.port}"
    names = ("seconds", "spread", "round_trip", "bytes", "shape", "batches", "seed")
    bench(base, "set-up", {name: getattr(given, name) for name in names})
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(asyncio.run(measure(given, base, Path(folder)))))


if __name__ == "__main__":
    main()
