"""Every fault × every kill point × alone, two kernels, four processes; counted at the service.

    python tests/promises/matrix.py --all             # the whole matrix, 1080 cells
    python tests/promises/matrix.py --cells 40        # some of them, the same each time
    python tests/promises/matrix.py --kernels 2 --fault "reply lost" --moment "saving 1"

In a cell each kernel asks for pictures of its own and, where there are several, for one set that
they share. Some die by SIGKILL at the moment; the others, and after them fresh kernels all at
once, recover what is left. Up to here each purchase that was intended may have gone out once.
What is still of unknown outcome a person sends again, under the same key. Then the books are
compared. All kernels share one store and its budget, which in every second cell has no room for
everything that is asked.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

if __name__ == "__main__":  # as a program, it finds its neighbours by itself
    _tests = Path(__file__).resolve().parent.parent
    sys.path[:0] = [str(_tests), str(_tests / "core"), str(_tests.parent)]

# Everything that a kernel uses is imported before the first fork.
import promises.preload  # noqa: F401
from promises.books import compare, sent_once
from promises.machine import Count, Emulator, Process, start, wait
from services import OnPort, quick

from evolink_widgets.core.money import Budget
from evolink_widgets.core.service.transport import Reply, Transport
from evolink_widgets.core.session import Session
from evolink_widgets.core.task import TaskState
from evolink_widgets.emulator.service.faults import FAULTS as WEATHER
from evolink_widgets.errors import EvolinkError
from evolink_widgets.rules.pricing.pricing import estimate
from evolink_widgets.rules.request.request import ImageRequest

FAULTS = ("fair", *WEATHER)
MOMENTS = (
    "never", "sending", "before the post", "after the post", "pending", "processing", "saving",
    "saving 1", "saving 2",
)  # fmt: skip
KERNELS = (1, 2, 4)
MORTAL = {1: 1, 2: 1, 4: 2}
PATIENCE = 60.0
"""Seconds after which a kernel gives a task up that does not end; on a busy machine, too."""
SHARED = "a hare that all of them want"


@dataclass(frozen=True)
class Cell:
    """One cell of the matrix."""

    fault: str
    moment: str
    kernels: int


def every_cell() -> list[Cell]:
    """The whole matrix."""
    return [Cell(*one) for one in itertools.product(FAULTS, MOMENTS, KERNELS)]


def covering(cells: int, seed: int = 4) -> list[Cell]:
    """Some cells in which every fault and every moment is met, as evenly as can be."""
    chance = random.Random(seed)
    left = {(a, b) for a in ("fault", "moment") for b in (FAULTS if a == "fault" else MOMENTS)}
    pool = every_cell()
    chance.shuffle(pool)
    chosen: list[Cell] = []
    met: dict[object, int] = {}

    def worth(cell: Cell) -> tuple[int, int]:
        new = {("fault", cell.fault), ("moment", cell.moment)} & left
        crowd = sum(met.get(value, 0) for value in asdict(cell).values())
        return -len(new), crowd

    while len(chosen) < cells and pool:
        cell = min(pool, key=worth)
        pool.remove(cell)
        chosen.append(cell)
        left -= {("fault", cell.fault), ("moment", cell.moment)}
        for value in asdict(cell).values():
            met[value] = met.get(value, 0) + 1
    return chosen


# A kernel, in a process of its own.


def request(prompt: str) -> ImageRequest:
    """Two small pictures."""
    return ImageRequest(prompt, size="816x816", quality="low", n=2)


class Mortal(Transport):
    """Connections that end with the process, around the paid request."""

    moment = ""

    async def call(self, method: str, url: str, *, paid: bool = False, **more: Any) -> Reply:
        if paid and self.moment == "before the post":
            die()
        reply = await super().call(method, url, paid=paid, **more)
        if paid and self.moment == "after the post":
            die()
        return reply


def die() -> None:
    """End as no program can prevent."""
    os.kill(os.getpid(), signal.SIGKILL)


def open_session(service: OnPort, root: Path, cap: float, moment: str = "") -> Session:
    """A kernel's session; with a moment it is mortal."""

    def transport() -> Transport:
        made = service.transport()
        made.__class__ = Mortal
        made.moment = moment  # type: ignore[attr-defined]
        return made

    budget = Budget(cap, per="store")
    return service.session(root, transport=transport, retry=quick(), budget=budget)


def ask(service: OnPort, root: Path, cap: float, number: int, moment: str, shared: bool) -> None:
    """Ask for pictures of one's own, and for those that all want."""
    session = open_session(service, root, cap, moment)
    stage, _, pictures = moment.partition(" ")

    def watch(state: TaskState) -> None:
        if state.stage.value == stage and len(state.images) == int(pictures or 0):
            die()

    task = session.submit(request(f"a fox of kernel {number}"), fresh=True)
    if moment and not moment.endswith("the post"):
        task.subscribe(watch)
    with suppress(EvolinkError):
        task.result(PATIENCE)
    if shared:
        with suppress(EvolinkError):
            session.submit(request(SHARED), fresh=False).result(PATIENCE)
    collect(session)


def recover(service: OnPort, root: Path, cap: float) -> None:
    """What a new kernel does first."""
    collect(open_session(service, root, cap))


def send_again(service: OnPort, root: Path, cap: float, patience: float = PATIENCE) -> None:
    """What a person does about requests of unknown outcome."""
    session = open_session(service, root, cap)
    for task in session.recover():
        with suppress(EvolinkError):
            task.result(patience)
        task.send_again()  # it minds only where the outcome is unknown
        with suppress(EvolinkError):
            task.result(patience)
    session.close()


def collect(session: Session) -> None:
    """Take up whatever is left, to its end."""
    for task in session.recover():
        with suppress(EvolinkError):
            task.result(PATIENCE)
    session.close()


# The play.


def play(cell: Cell, folder: Path) -> Count:
    """Play one cell, and compare the books."""
    emulator = Emulator.start(folder)
    processes: list[Process] = []
    try:
        return _play(cell, folder, emulator, processes)
    finally:
        for process in (*processes, emulator.process):
            process.kill()


def _play(cell: Cell, folder: Path, emulator: Emulator, processes: list[Process]) -> Count:
    service, root = emulator.port, folder / "pictures"
    # In every second cell the budget has no room for what all of them want.
    room = (FAULTS.index(cell.fault) + MOMENTS.index(cell.moment)) % 2
    cap = (cell.kernels + room) * estimate(request("a fox of kernel 0")).high
    if cell.fault != "fair":
        seconds = {"slow": 0.05, "429 retry-after": 0.2}.get(cell.fault)
        service.play(cell.fault, **({} if seconds is None else {"seconds": seconds}))
    mortals = MORTAL[cell.kernels] if cell.moment != "never" else 0
    for number in range(cell.kernels):
        moment = cell.moment if number < mortals else ""
        several = cell.kernels > 1
        log = folder / f"kernel-{number}.log"
        processes.append(start(log, ask, service, root, cap, number, moment, several))
    asking = processes[:]
    if cell.fault == "stuck":
        # It stands still until somebody frees it; meanwhile the mortal ones may die of it.
        wait(asking, 0.6)
        service.play("fair")
    late = wait(asking, 2 * PATIENCE)
    service.play("fair")
    # Those that come afterwards all begin at once.
    after = [
        start(folder / f"after-{number}.log", recover, service, root, cap)
        for number in range(cell.kernels)
    ]
    processes += after
    late += wait(after, 2 * PATIENCE)
    killed = sum(process.status == -signal.SIGKILL for process in asking)
    # One that was refused for now, and whose kernel died before it could go out again.
    refused = cell.moment == "after the post" and cell.fault.startswith("429")
    unsent = killed if refused or cell.moment == "before the post" else 0
    count = sent_once(root, service.counts(), unsent)
    count.killed = killed
    person = start(folder / "person.log", send_again, service, root, cap)
    processes.append(person)
    late += wait([person], 2 * PATIENCE)
    count += compare(root, emulator.accepted(), service.counts(), cap=cap, shared={SHARED: 2})
    count.problems += [f"{process.log.name} did not end" for process in late]
    for process in processes:
        if process.status not in (0, -signal.SIGKILL):
            said = process.log.read_text("utf-8", "replace")[-700:]
            count.problems.append(f"{process.log.name} ended with {process.status}: {said}")
    return count


def play_all(cells: Sequence[Cell]) -> Iterator[tuple[Cell, Count, float]]:
    """Play cells one after the other."""
    for cell in cells:
        began = time.monotonic()
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            yield cell, play(cell, Path(folder)), time.monotonic() - began


def main(arguments: list[str] | None = None) -> int:
    """Read the command line, play, and print the counts as a line of JSON.

    Returns:
        0 when every promise was kept.
    """
    parser = argparse.ArgumentParser(description="Faults, kill points and kernels, counted.")
    parser.add_argument("--all", action="store_true", help="the whole matrix")
    parser.add_argument("--cells", type=int, default=40, help="how many, when not all")
    parser.add_argument("--kernels", type=int, choices=KERNELS)
    parser.add_argument("--fault", choices=FAULTS)
    parser.add_argument("--moment", choices=MOMENTS)
    given = parser.parse_args(arguments)
    wanted = (("kernels", given.kernels), ("fault", given.fault), ("moment", given.moment))
    one = given.fault and given.moment
    cells = [
        cell
        for cell in (every_cell() if given.all or one else covering(given.cells))
        if all(value in (None, getattr(cell, name)) for name, value in wanted)
    ]
    total, bad, began = Count(), 0, time.monotonic()
    for number, (cell, count, seconds) in enumerate(play_all(cells), 1):
        if number % 20 == 0:
            print(f"{number} of {len(cells)} cells", file=sys.stderr, flush=True)
        total += count
        kept = not (count.duplicates or count.lost or count.over_cap or count.problems)
        bad += not kept
        if not kept or one:
            print(f"{cell} in {seconds:.1f} s: {count}", flush=True)
    summary = {**asdict(total), "problems": len(total.problems), "cells": len(cells), "bad": bad}
    print(json.dumps({**summary, "seconds": round(time.monotonic() - began)}), flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
