"""What one request costs in each layer of the wire, with nothing of the kit around it.

The same readings and pictures, 16 at once, over the kit's transport, over httpcore's connections
as the kit pools them, over httpx's client, and over bare aiohttp: how far the limit is that comes
with httpx as the language. Each has a process of its own on a core of its own, against the service
of `peers.py`; the runs are interleaved.

    python benchmarks/floor.py                     # about five minutes
    python benchmarks/floor.py reading --runs 9
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import time
import urllib.request
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from peers import LONGEST, environment, service, with_checkout

KEY = "a-key-for-benchmarks"
AT_ONCE = 16

WHAT = {"reading": (350, 3000), "picture": (100_000, 1500), "large": (8_000_000, 60)}
"""What is fetched: its bytes, about, and how many."""

Fetch = Callable[[str], Awaitable[int]]
Client = tuple[Fetch, Callable[[], Awaitable[object]]]


def transport(base: str, is_picture: bool) -> Client:
    """The kit's transport: key, guard and deadline included."""
    from evolink_widgets.core.service.transport import Transport
    from evolink_widgets.core.settings.keys import Key

    made = Transport(Key(KEY, "a benchmark"), (base,), agent="bare/1")

    async def reading(url: str) -> int:
        return len((await made.call("GET", url)).body)

    async def picture(url: str) -> int:
        async with made.download(url) as reply:
            return sum([len(chunk) async for chunk in reply.chunks])

    return picture if is_picture else reading, made.close


def httpcore(base: str, is_picture: bool) -> Client:
    """httpcore's connections alone, pooled and with the sockets as in the kit."""
    import httpcore

    from evolink_widgets.core.service.pool import Pool
    from evolink_widgets.core.service.sockets import Sockets

    pool = Pool(httpcore.AsyncConnectionPool(network_backend=Sockets()), AT_ONCE)
    host = base.removeprefix("http://").encode()
    headers = [(b"host", host), (b"accept", b"*/*"), (b"authorization", b"Bearer " + KEY.encode())]

    async def one(url: str) -> int:
        request = httpcore.Request("GET", url, headers=headers)
        reply = await pool.handle_async_request(request)
        try:
            return sum([len(chunk) async for chunk in reply.stream])
        finally:
            await reply.aclose()

    return one, pool.aclose


def httpx(base: str, is_picture: bool) -> Client:
    """httpx's client, with its own pool."""
    import httpx

    limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
    client = httpx.AsyncClient(headers={"Authorization": f"Bearer {KEY}"}, limits=limits)

    async def one(url: str) -> int:
        async with client.stream("GET", url) as reply:
            return sum([len(chunk) async for chunk in reply.aiter_bytes()])

    return one, client.aclose


def aiohttp(base: str, is_picture: bool) -> Client:
    """Bare aiohttp."""
    import aiohttp

    client = aiohttp.ClientSession(headers={"Authorization": f"Bearer {KEY}"})

    async def one(url: str) -> int:
        async with client.get(url) as reply:
            return sum([len(chunk) async for chunk in reply.content.iter_any()])

    return one, client.close


CLIENTS: dict[str, Callable[[str, bool], Client]] = {
    "transport": transport, "httpcore": httpcore, "httpx": httpx, "aiohttp": aiohttp,
}  # fmt: skip


async def measure(client: str, base: str, what: str) -> float:
    """Microseconds of processor time a request."""
    size, count = WHAT[what]
    is_picture = what != "reading"
    bench(base, "/bench/set-up", {"seconds": 0.0, "bytes": size})
    task: Any = bench(base, "/v1/images/generations", {"prompt": "number 1"})
    url = task["results"][0] if is_picture else f"{base}/v1/tasks/{task['id']}"
    fetch, close = CLIENTS[client](base, is_picture)
    room = asyncio.Semaphore(AT_ONCE)

    async def one() -> None:
        async with room:
            size_of_reply = await fetch(url)
            if is_picture and size_of_reply != size:
                raise ValueError(f"a picture has {size_of_reply} bytes")

    await asyncio.gather(*(one() for _ in range(2 * AT_ONCE)))
    began = time.process_time()
    await asyncio.gather(*(one() for _ in range(count)))
    took = time.process_time() - began
    await close()
    return 1e6 * took / count


def bench(base: str, path: str, body: object) -> object:
    """Ask the service for what is not measured."""
    with urllib.request.urlopen(base + path, json.dumps(body).encode(), timeout=30) as reply:
        answer: object = json.load(reply)
        return answer


def main() -> None:
    """Measure and print; with a port, be one client."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", nargs="*", help=f"of {', '.join(WHAT)}; by default all")
    parser.add_argument("--runs", type=int, default=5, help="at least 5 give an honest spread")
    parser.add_argument("--client", choices=CLIENTS, help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.client:
        base = f"http://127.0.0.1:{given.port}"
        print(asyncio.run(measure(given.client, base, given.what[0])))
        return
    if unknown := set(given.what) - set(WHAT):
        parser.error(f"no such thing: {', '.join(sorted(unknown))}; there are {', '.join(WHAT)}")
    python = environment()
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    mine, its = (cores[0], cores[-1]) if len(cores) > 1 else (None, None)
    print(f"| µs of processor time a request, {given.runs} runs | {' | '.join(CLIENTS)} |")
    print("|---" * (1 + len(CLIENTS)) + "|")
    with service(python, its) as port:
        for what in given.what or WHAT:
            found: dict[str, list[float]] = {name: [] for name in CLIENTS}
            for _ in range(given.runs):
                for name, results in found.items():
                    results.append(run(python, name, what, port, mine))
            middle = {name: statistics.median(results) for name, results in found.items()}
            print(f"| {what} | {' | '.join(f'{one:.0f}' for one in middle.values())} |")
            ratios = [
                [one / bare for one, bare in zip(results, found["aiohttp"], strict=True)]
                for results in found.values()
            ]
            cells = (
                f"{statistics.median(one):.2f} [{min(one):.2f} to {max(one):.2f}]" for one in ratios
            )
            print(f"| of bare aiohttp | {' | '.join(cells)} |", flush=True)


def run(python: Path, client: str, what: str, port: int, core: int | None) -> float:
    """One client, once."""
    command = [str(python), __file__, what, "--client", client, "--port", str(port)]
    if core is not None:
        command = ["taskset", "--cpu-list", str(core), *command]
    done = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, text=True, timeout=LONGEST, env=with_checkout()
    )
    return float(done.stdout.splitlines()[-1])


if __name__ == "__main__":
    main()
