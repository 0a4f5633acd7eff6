"""What is done for a task beside its requests: jobs for other threads, flushes, time by thread.

The package makes 100 small pictures on a service in a process of its own; its workers, `fsync` and
the database's durable transactions are counted on the way. The more is in flight, the more is done
together. Decision 36 holds the figures from before and after.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from clients import KEY, busy, ours
from side_by_side import options, row, run, service

import evolink_widgets as ew
from evolink_widgets.core.loop import Workers
from evolink_widgets.store.database.database import Database

IN_FLIGHT = (1, 8, 50, 200)
THREADS = {"loop": "evolink-io", "database": "evolink-records", "files": "evolink-pictures"}


def counted() -> Counter[str]:
    """Count from now on, in this process."""
    counts: Counter[str] = Counter()

    def counting(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def count(*args: Any, **facts: Any) -> Any:
            counts[name] += 1
            return function(*args, **facts)

        return count

    Workers.run = counting("jobs", Workers.run)  # type: ignore[method-assign]
    os.fsync = counting("files flushed", os.fsync)
    decide = Database._be_durable

    def be_durable(self: Database, connection: Any, durable: bool) -> None:
        counts["durable transactions" if durable else "others"] += 1
        decide(self, connection, durable)

    Database._be_durable = be_durable  # type: ignore[method-assign]
    return counts


def measure(url: str, tasks: int, in_flight: int) -> dict[str, float]:
    """Run, in this process; every figure is for one task."""
    counts = counted()
    with tempfile.TemporaryDirectory() as folder:
        ew.configure(api_key=KEY, base_url=url, store=folder, mode="live")
        asyncio.run(ours(url, Path(folder), 8, 8))
        counts.clear()
        before, spent = busy(), time.process_time()
        asyncio.run(ours(url, Path(folder), tasks, in_flight))
        spent = time.process_time() - spent
        threads = {name: time - before.get(name, 0.0) for name, time in busy().items()}
        ew.session().close()
    found = {name: count / tasks for name, count in counts.items()}
    for name, prefix in THREADS.items():
        of_it = sum(time for thread, time in threads.items() if thread.startswith(prefix))
        found[f"ms of the {name}"] = 1000 * of_it / tasks
    return {**found, "ms in all": 1000 * spent / tasks}


def main() -> None:
    """Measure and print."""
    given = options(__doc__, seconds=1.0, tasks=100)
    for in_flight in IN_FLIGHT:
        tasks = max(in_flight, given.tasks) if in_flight > 1 else 10
        found = []
        for number in range(given.runs):
            with service("--seconds", given.seconds, "--seed", number) as place:
                found.append(run("steps.py", "--measure", place["url"], tasks, in_flight))
        print(f"{in_flight} in flight")
        for name in found[0]:
            row(f"  {name} a task", [one.get(name, 0.0) for one in found])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--measure", nargs=3)
    asked = parser.parse_known_args()[0].measure
    if asked:
        print(json.dumps(measure(asked[0], int(asked[1]), int(asked[2]))))
    else:
        main()
