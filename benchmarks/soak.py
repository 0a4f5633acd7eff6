"""Hours in minutes: kernels that come and are killed, over one store, in any weather.

    python benchmarks/soak.py --seconds 600 --kernels 4

Several processes ask for pictures of their own and for pictures that others want too, stop
waiting, and recover. Every two seconds or so the weather changes, and every few seconds a kernel is
killed and another one begins. The budget of the store grows slowly, so that all of them race for
what is left of it all the time. At the end everything is collected and the books of both sides
are compared: duplicates, lost pictures and credits over the cap have to be 0.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import shutil
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

_repository = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(_repository / name) for name in ("tests", "tests/core", ".")]

# Everything that a kernel uses is imported before the first fork.
import promises.preload  # noqa: E402, F401
from promises.books import compare  # noqa: E402
from promises.machine import Emulator, Process, start, wait  # noqa: E402
from promises.matrix import FAULTS, open_session, send_again  # noqa: E402
from services import OnPort  # noqa: E402

from evolink_widgets.errors import EvolinkError, OutcomeUnknown, SpendingRefused  # noqa: E402
from evolink_widgets.rules.pricing.pricing import estimate  # noqa: E402
from evolink_widgets.rules.request.request import ImageRequest  # noqa: E402

SHARED = 40
MOST = 3
ONE = estimate(ImageRequest("a fox of kernel 000000, 0000", size="816x816", quality="low")).high


def live(service: OnPort, root: Path, cap: float, seed: int) -> None:
    """Ask, wait, stop, recover; until killed, or until the budget stays exhausted."""
    chance = random.Random(seed)
    session = open_session(service, root, cap)
    for number in itertools.count():
        shared = chance.random() < 0.3
        n = chance.randint(1, MOST)
        name = f"a hare, {chance.randrange(SHARED)}" if shared else f"a fox of {seed}, {number}"
        request = ImageRequest(name, size="816x816", quality="low", n=n)
        task = session.submit(request, fresh=not shared, execution=None)
        try:
            if chance.random() < 0.8:
                task.result(chance.choice([0.05, 0.2, 1.0, 5.0]))
            if chance.random() < 0.2:
                task.stop()
            if chance.random() < 0.1:
                task.resume()
        except SpendingRefused:
            time.sleep(0.2)
        except OutcomeUnknown:
            if chance.random() < 0.8:  # somebody is there who knows what to do
                task.send_again()
        except EvolinkError:
            pass
        if chance.random() < 0.05:
            with suppress(EvolinkError):
                session.recover()
        print(number, flush=True)


@dataclass
class Soak:
    """What goes on, and what is counted of it."""

    folder: Path
    emulator: Emulator
    kernels: list[Process] = field(default_factory=list)
    begun: int = 0
    asks: int = 0
    kills: int = 0
    faults: int = 0
    cap: float = 0.0
    growth: dict[int, tuple[float, float]] = field(default_factory=dict)

    @property
    def root(self) -> Path:
        """The store."""
        return self.folder / "pictures"

    def begin(self, elapsed: float) -> None:
        """One more kernel, with a budget that has grown since the last one began."""
        self.cap = ONE * (40 + 10 * elapsed)
        log = self.folder / f"kernel-{self.begun}.log"
        process = start(log, live, self.emulator.port, self.root, self.cap, self.begun)
        self.kernels.append(process)
        self.begun += 1

    def end(self, process: Process) -> None:
        """Kill one, and count what it did."""
        self.measure()
        process.kill()
        self.kernels.remove(process)
        said = process.log.read_text("utf-8", "replace").split()
        self.asks += len(said)
        process.log.unlink()

    def measure(self) -> None:
        """How much memory the kernels have, from when they were warm."""
        for process in self.kernels:
            if process.log.exists() and process.log.stat().st_size > 60:  # some twenty asks
                now = _megabytes(process.pid)
                first, most = self.growth.get(process.pid, (now, now))
                self.growth[process.pid] = first, max(most, now)


def run(folder: Path, seconds: float, kernels: int, seed: int) -> dict[str, object]:
    """Play, and count."""
    chance = random.Random(seed)
    soak = Soak(folder, Emulator.start(folder))
    began = time.monotonic()
    elder_at = 0
    try:
        while (elapsed := time.monotonic() - began) < seconds:
            while len(soak.kernels) < kernels:
                soak.begin(elapsed)
            time.sleep(chance.uniform(0.2, 1.2))
            _weather(soak, chance)
            soak.measure()
            for process in [one for one in soak.kernels if one.ended()]:
                raise RuntimeError(process.log.read_text("utf-8", "replace")[-2_000:])
            if chance.random() < 0.3:
                elder_at += 1
                # The eldest is spared for ten rounds: its memory is what is measured.
                victim = soak.kernels[0 if elder_at % 10 == 0 else -1]
                soak.end(victim)
                soak.kills += 1
        for process in soak.kernels[:]:
            soak.end(process)
        return _count(soak, time.monotonic() - began)
    finally:
        for process in (*soak.kernels, soak.emulator.process):
            process.kill()


def _weather(soak: Soak, chance: random.Random) -> None:
    if chance.random() < 0.6:
        return
    fault = chance.choice(FAULTS)
    seconds = {"slow": 0.3, "429 retry-after": 0.3}.get(fault)
    how = {} if seconds is None else {"seconds": seconds}
    if fault != "fair":
        soak.faults += 1
        how["times"] = chance.randint(1, 2)
    with suppress(OSError):
        soak.emulator.port.play(fault, **how)


def _count(soak: Soak, seconds: float) -> dict[str, object]:
    service = soak.emulator.port
    service.play("fair")
    time.sleep(1.0)
    for number in range(2):  # what the first of them finds stuck, the second one collects
        log = soak.folder / f"person-{number}.log"
        person = start(log, send_again, service, soak.root, 1e9, 600.0)
        if wait([person], 1_200) or person.status:
            raise RuntimeError(person.log.read_text("utf-8", "replace")[-2_000:])
    accepted, counts = soak.emulator.accepted(), service.counts()
    pools = {f"a hare, {number}": MOST for number in range(SHARED)}
    count = compare(soak.root, accepted, counts, cap=soak.cap, shared=pools)
    grown = [most - first for first, most in soak.growth.values()]
    return {
        "seconds": round(seconds),
        "kernels": soak.begun,
        "kills": soak.kills,
        "faults": soak.faults,
        "asks": soak.asks,
        "posts": round(counts["create"]),
        "accepted": len(accepted),
        "delivered": count.delivered,
        "duplicates": count.duplicates,
        "lost": count.lost,
        "over cap": count.over_cap,
        "cap": round(soak.cap, 2),
        "charged": counts["charged credits"],
        "most memory a kernel grew by, MB": round(max(grown, default=0.0), 1),
        "problems": asdict(count)["problems"],
    }


def _megabytes(pid: int) -> float:
    """Resident memory of a process of this machine; 0 where it can't be read."""
    with suppress(OSError):
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
    return 0.0


def main(arguments: list[str] | None = None) -> int:
    """Read the command line, play, and print the counts as JSON.

    Returns:
        0 when every promise was kept.
    """
    parser = argparse.ArgumentParser(description="Kernels, kills and weather, counted.")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--kernels", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    folder = Path(tempfile.mkdtemp(prefix="soak-"))
    counts = run(folder, given.seconds, given.kernels, given.seed)
    print(json.dumps(counts, indent=2))
    if any(counts[name] for name in ("duplicates", "lost", "over cap", "problems")):
        print(f"Both sides' books are kept in {folder}.", file=sys.stderr)
        return 1
    shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
