"""A batch on two workers beside the same batch alone; and what planning takes as it grows.

What a million rows would take is computed from these figures (docs/howto/past-one-machine.md), so
they are told by the row: bytes of the driver's database, memory of the plan, processor time of the
driver and of the workers.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from batch import SMALL, frame, resident
from side_by_side import options, row, run, service

ME = "past_one_machine.py"


def processor() -> float:
    """Seconds of processor time that this process has taken."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def plan(url: str, folder: str, rows: int) -> dict[str, float]:
    """Check and price rows; nothing is sent."""
    import evolink_widgets as ew

    ew.configure(base_url=url, files_url=url, store=folder)
    ew.batch(frame(10), "a {animal}", **SMALL)
    data = frame(rows)
    before, began = resident(), processor()
    batch = ew.batch(data, "a {animal}", **SMALL)
    checked = processor()
    assert batch.estimate.pictures == rows
    return {
        "check": 1e6 * (checked - began) / rows,
        "price": 1e6 * (processor() - checked) / rows,
        "memory": 1e6 * (resident() - before) / rows,
    }


def buy(url: str, folder: str, rows: int, workers: int, stays: int) -> dict[str, float]:
    """Buy rows, on so many workers or alone, and look at what is kept of them.

    Args:
        url: the service.
        folder: the driver's store.
        rows: how many.
        workers: on how many processes beside this one.
        stays: whether the pictures stay where workers put them.
    """
    import evolink_widgets as ew

    ew.configure(base_url=url, files_url=url, store=folder)
    ew.generate("a warm client", **SMALL).result()
    batch = ew.batch(frame(rows), "a {animal}", **SMALL)
    if not workers:
        before, began = processor(), time.perf_counter()
        done = batch.create().result()
        found = {"driver": processor() - before, "all": time.perf_counter() - began}
    else:
        import distributed

        with (
            distributed.LocalCluster(
                n_workers=workers, threads_per_worker=1, host="127.0.0.1",
                dashboard_address=":0", memory_limit=0, local_directory=f"{folder}-scratch",
            ) as cluster,
            distributed.Client(cluster) as client,
        ):  # fmt: skip
            client.run(__import__, "evolink_widgets.batches.engine.worker")
            at_work = sum(client.run(processor_of_worker).values())
            before, began = processor(), time.perf_counter()
            place = f"file://{folder}-pictures" if stays else None
            done = batch.create(on=client, worker_store=f"{folder}-workers", store=place).result()
            found = {"driver": processor() - before, "all": time.perf_counter() - began}
            found["workers"] = sum(client.run(processor_of_worker).values()) - at_work
            found["workers"] = 1e3 * found["workers"] / rows
    assert done.state.new == rows, done
    found["driver"] = 1e3 * found["driver"] / rows
    ew.session().close()
    files = [path for path in Path(folder).iterdir() if path.is_file()]
    sizes = {path.name: path.stat().st_size for path in files}
    books = sum(size for name, size in sizes.items() if "sqlite" in name or name.endswith(".db"))
    pictures = sum(size for name, size in sizes.items() if name.endswith(".png"))
    recipes = sum(size for name, size in sizes.items() if name.endswith(".json"))
    return {
        **found,
        "books": books / rows,
        "recipe": recipes / rows,
        "picture": pictures / rows,
    }


def processor_of_worker() -> float:
    """The same on a worker."""
    return sum(os.times()[:2])


def main() -> None:
    """Measure and print."""
    if sys.argv[1:2] == ["child"]:
        kind, url, folder, rows, *workers = sys.argv[2:]
        if kind == "plan":
            print(json.dumps(plan(url, folder, int(rows))))
        else:
            print(json.dumps(buy(url, folder, int(rows), *map(int, workers))))
        return
    given: argparse.Namespace = options(__doc__, seconds=1.0, rows=1_000, plan=100_000)
    os.environ.pop("EVOLINK_API_KEY", None)
    found: dict[str, list[float]] = {}

    def note(name: str, results: dict[str, Any]) -> None:
        for figure, value in results.items():
            found.setdefault(f"{name}: {figure}", []).append(value)

    for number in range(given.runs):
        with (
            service("--seconds", given.seconds, "--seed", number, "--prepare", "816x816") as place,
            tempfile.TemporaryDirectory() as folder,
        ):
            url = place["url"]
            for rows in (given.plan // 10, given.plan):
                store = str(Path(folder) / f"plan-{rows}")
                note(
                    f"{rows:,} rows", run("past_one_machine.py", "child", "plan", url, store, rows)
                )
            bought = [
                run(
                    "past_one_machine.py", "child", "buy", url, f"{folder}/{name}", given.rows, *how
                )
                for name, how in {"alone": (0, 0), "engine": (2, 0), "stays": (2, 1)}.items()
            ]
            alone, engine, stays = bought
            note("alone", alone)
            note("two workers", engine)
            note("two workers, pictures stay there", stays)
            found.setdefault("time, two workers / alone", []).append(engine["all"] / alone["all"])
    units = {"check": " µs a row", "price": " µs a row", "memory": " B a row", "all": " s",
             "driver": " ms a row", "workers": " ms a row", "books": " B a row",
             "recipe": " B a row", "picture": " B a row"}  # fmt: skip
    for name, results in found.items():
        row(name, results, units.get(name.rpartition(" ")[2], ""))


if __name__ == "__main__":
    main()
