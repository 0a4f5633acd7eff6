"""How long the kernel's loop stands still while 40 pictures of 3840×2160 land.

A kernel's main thread runs one event loop; whoever holds it holds the whole notebook. Here a
tick of 2 ms runs on it, and the longest lateness of a tick is the stall. Measured three ways in
turn: with nothing else (what the machine itself does), with the package and a grid that shows
every picture, and with downloads and thumbnails on the loop itself, as a cell would do them.
Goal: at most 20 ms.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import sys
import tempfile
import time
from pathlib import Path

import httpx
from side_by_side import options, row, run, service

import evolink_widgets as ew

TICK = 0.002
EACH = 10
"""Pictures a task."""


async def ticking(stop: asyncio.Event) -> list[float]:
    """By how many seconds each tick was late."""
    late = []
    while not stop.is_set():
        due = time.perf_counter() + TICK
        await asyncio.sleep(TICK)
        late.append(time.perf_counter() - due)
    return late


async def nothing(url: str, folder: Path, pictures: int) -> None:
    """The machine alone."""
    await asyncio.sleep(3)


async def ours(url: str, folder: Path, pictures: int) -> None:
    """The package, with a grid for each task."""
    ew.configure(api_key="a-key-for-benchmarks", base_url=url, store=folder, mode="live")
    size = "3840x2160"
    tasks = [ew.generate("a", size=size, n=EACH) for _ in range(pictures // EACH)]
    grids = [ew.ImageGrid(task) for task in tasks]
    await asyncio.gather(*tasks)
    await asyncio.to_thread(until_shown, folder, pictures)
    assert len(grids) == len(tasks)


def until_shown(folder: Path, pictures: int) -> None:
    """Wait for the small copies that the grids show."""
    while len(list(folder.glob(".thumbs/*_512.*"))) < pictures:
        time.sleep(0.1)


async def on_the_loop(url: str, folder: Path, pictures: int) -> None:
    """Downloads and thumbnails where the cell runs."""
    from PIL import Image

    headers = {"Authorization": "Bearer a-key-for-benchmarks"}
    async with (
        httpx.AsyncClient(base_url=url, headers=headers, timeout=60) as api,
        httpx.AsyncClient(headers={"User-Agent": "bare/1"}, timeout=60) as media,
    ):

        async def one() -> None:
            body = {"model": "gpt-image-2", "prompt": "a", "size": "3840x2160", "n": EACH}
            task = (await api.post("/v1/images/generations", json=body)).json()
            while task["status"] not in ("completed", "failed"):
                await asyncio.sleep(1.0)
                task = (await api.get(f"/v1/tasks/{task['id']}")).json()
            for number, link in enumerate(task["results"]):
                data = (await media.get(link)).content
                (folder / f"{task['id']}-{number}.png").write_bytes(data)
                with Image.open(io.BytesIO(data)) as picture:
                    picture.thumbnail((512, 512))

        await asyncio.gather(*(one() for _ in range(pictures // EACH)))


WAYS = {"nothing": nothing, "ours": ours, "on the loop": on_the_loop}


async def measure(way: str, url: str, pictures: int) -> dict[str, float]:
    """One way, with the tick beside it."""
    stop = asyncio.Event()
    with tempfile.TemporaryDirectory() as folder:
        ticker = asyncio.create_task(ticking(stop))
        began = time.perf_counter()
        await WAYS[way](url, Path(folder), pictures)
        took = time.perf_counter() - began
        stop.set()
        late = sorted(await ticker)
        if way == "ours":
            await asyncio.to_thread(ew.session().close)
    return {"longest": late[-1], "p99": late[int(0.99 * len(late))], "took": took}


def main() -> None:
    """Measure and print; with --way, one way in this process."""
    if "--way" in sys.argv:
        parser = argparse.ArgumentParser()
        parser.add_argument("--way", choices=WAYS)
        parser.add_argument("--url")
        parser.add_argument("--pictures", type=int)
        one = parser.parse_args()
        print(json.dumps(asyncio.run(measure(one.way, one.url, one.pictures))))
        return

    given = options(__doc__, pictures=40)
    found: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
    with service("--seconds", 0.5, "--prepare", "3840x2160") as place:
        print(f"{given.pictures} pictures of {place['picture_bytes'] / 1e6:.1f} MB")
        for _ in range(given.runs):
            for way, results in found.items():
                arguments = ("--way", way, "--url", place["url"], "--pictures", given.pictures)
                results.append(run("stall.py", *arguments))

    for way, results in found.items():
        row(f"{way}: longest stall", [1000 * one["longest"] for one in results], " ms")
        row(f"{way}: 99 of 100 ticks late by at most", [1000 * r["p99"] for r in results], " ms")
        row(f"{way}: took", [one["took"] for one in results], " s")
    pairs = list(zip(found["ours"], found["on the loop"], strict=True))
    row("longest stall, ours / on the loop", [our["longest"] / on["longest"] for our, on in pairs])


if __name__ == "__main__":
    main()
