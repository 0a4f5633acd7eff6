"""Many short-lived readers of one library, forked from one process that has it warm.

Prints a line of JSON for each: what it was told, its processor time in seconds, the memory that
is its own alone in kB (0 where the system does not tell), and how long it took.
Arguments: the library, a folder for the readers' stores, how many, how many at once.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
import traceback
from pathlib import Path
from typing import Any

import evolink_widgets as ew

ASK: dict[str, Any] = {"size": "816x816", "quality": "low"}


def read(library: str, store: Path) -> dict[str, Any]:
    """What a student's kernel does in a lesson's first minute; it may buy nothing."""
    ew.configure(store=store, library=library, spend="never")
    images = [ew.generate(prompt, **ASK).result(60)[0] for prompt in ("a fox", "an owl")]
    try:
        ew.generate("a picture that is not there", **ASK).result(60)
    except ew.errors.SpendingRefused:
        refused = True
    else:
        refused = False
    ew.store.favourite(images[0])
    return {
        "names": [image.path.name for image in images],
        "small": [len(image.thumbnail(160)) > 0 for image in images],
        "seen": len(ew.Gallery().images),
        "marked": [image.favourite for image in images],
        "refused": refused,
    }


def own_memory() -> int:
    """The kB that this process shares with no other."""
    try:
        lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))


def reader(library: str, store: Path, line: int) -> None:
    began, status = time.monotonic(), 1
    before = resource.getrusage(resource.RUSAGE_SELF)
    try:
        told = read(library, store)
        used = resource.getrusage(resource.RUSAGE_SELF)
        cpu = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
        told |= {"cpu": cpu, "own kB": own_memory(), "seconds": time.monotonic() - began}
        os.write(line, json.dumps(told).encode() + b"\n")  # shorter than a pipe takes at once
        ew.session().close()
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


def main() -> None:
    library, folder, count, at_once = sys.argv[1], Path(sys.argv[2]), *map(int, sys.argv[3:])
    read(library, folder / "warm")
    ew.session().close()
    failed = running = 0
    for number in range(count):
        if running == at_once:
            failed += os.wait()[1] != 0
            running -= 1
        if os.fork() == 0:
            reader(library, folder / f"reader {number}", sys.stdout.fileno())
        running += 1
    failed += sum(os.wait()[1] != 0 for _ in range(running))
    sys.exit(failed)


if __name__ == "__main__":
    main()
