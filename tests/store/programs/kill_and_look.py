"""Kills a process that writes to a store, again and again, and looks at what is left.

Arguments: store, "random", rounds, seed: a child collects what the one before left and goes on
with tasks of its own; it is killed (SIGKILL) after a number of Python lines, or of milliseconds,
that the seed decides. Or: store, "each line" or "each line in months", module names: child after
child writes one task, and is killed at the first, second, third … line of code that it runs in
these modules, to the last. In months: the store has a folder for each.
After each kill this process looks at the store through a connection of its own. Prints
"ok <kills> <tasks> <points>": how many places in the code it was killed at.
"""

import functools
import hashlib
import io
import json
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from PIL import Image

import evolink_widgets.store.gallery.gallery
from evolink_widgets.rules.pricing.pricing import Receipt
from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.store import Step, Store
from evolink_widgets.store.gallery.admission.admission import Arrival, NewSet
from evolink_widgets.store.gallery.moves.months import move_some

ROOT, HOW = sys.argv[1:3]
PACKAGE = str(Path(evolink_widgets.store.__file__).parent)
PICTURES = 2
NOW = 1_795_500_000.0
ORDER = [Step.INTENDED, Step.SENDING, Step.ACCEPTED, Step.READY, Step.SAVED]

witnessed: dict[str, set[str]] = {}
points: Counter[str] = Counter()
looked_at: set[object] = set()


def picture(key: str, index: int) -> bytes:
    pixels = hashlib.shake_256(f"{key} {index}".encode()).digest(16 * 16 * 3)
    buffer = io.BytesIO()
    Image.frombytes("RGB", (16, 16), pixels).save(buffer, "PNG")
    return buffer.getvalue()


class Writer:
    """What a kernel does to the store; every finished step is witnessed through a pipe."""

    def __init__(self, store: Store, pipe: int) -> None:
        self.store, self.pipe = store, pipe

    def witness(self, key: str, what: str) -> None:
        os.write(self.pipe, f"{key} {what}\n".encode())

    def collect(self) -> None:
        for entry in self.store.journal.unsent_entries() + self.store.journal.open_entries():
            assert self.store.journal.claim(entry.key, self.store.owner, NOW), "not freed"
            self.go_on(entry.key, entry.step, Recipe.from_record(entry.recipe))

    def write(self, prompt: str) -> None:
        recipe = Recipe(ImageRequest(prompt, n=PICTURES), "emulator")
        entry = self.store.journal.intend(
            {}, service="emulator", now=NOW, recipe=recipe.to_record(), owner=self.store.owner
        )
        self.witness(entry.key, Step.INTENDED.value)
        self.go_on(entry.key, Step.INTENDED, recipe)

    def go_on(self, key: str, step: Step, recipe: Recipe) -> None:
        journal, ledger = self.store.journal, self.store.ledger
        if step is Step.INTENDED:
            ledger.reserve(key, 2.0, now=NOW, service="emulator")
            journal.sending(key, NOW)
            self.witness(key, Step.SENDING.value)
        if step in (Step.INTENDED, Step.SENDING):
            journal.accepted(key, f"task-unified-{key}", NOW)
            self.witness(key, Step.ACCEPTED.value)
        journal.ready(key, [f"https://x/{key}/{index}" for index in range(PICTURES)], until=None)
        self.witness(key, Step.READY.value)
        arrivals = [self.fetched(key, recipe, index) for index in range(PICTURES)]
        # Some come at the same moment, and some one after the other.
        for some in [arrivals] if ord(key[0]) % 2 or HOW != "random" else [[a] for a in arrivals]:
            for outcome in self.store.gallery.admit_together(some):
                assert not isinstance(outcome, Exception), outcome
                self.witness(key, f"picture-{outcome.index}")
        receipt = Receipt(charged=1.75)
        ledger.settle(key, receipt, NOW)
        journal.finished(key, NOW, receipt=receipt)
        self.witness(key, Step.SAVED.value)

    def fetched(self, key: str, recipe: Recipe, index: int) -> Arrival:
        part, data = self.store.gallery.part(key, index), picture(key, index)
        part.hold(data[:300])
        part.write()
        part.hold(data[300:])
        about = NewSet(key, recipe, None, PICTURES, NOW, None)
        return Arrival(about, index, part, NOW, are_more_coming=index < PICTURES - 1)


def die_after(lines: int, modules: tuple[str, ...], pipe: int, once: bool = False) -> None:
    """Kill this process at the given line of those that it runs in these modules.

    Args:
        once: a line that is run again is not counted again.
    """
    seen: set[object] = set()

    def count(frame, event, _):
        nonlocal lines
        if not frame.f_code.co_filename.startswith(modules):
            return None
        if once and (frame.f_code, frame.f_lineno) in seen:
            return count
        seen.add((frame.f_code, frame.f_lineno))
        lines -= 1
        if lines <= 0:
            point = f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}"
            os.write(pipe, f"killed {point}\n".encode())
            os.kill(os.getpid(), signal.SIGKILL)
        return count

    sys.settrace(count)


def write_on(seed: int, pipe: int) -> None:
    chance = random.Random(seed)
    if seed % 2:
        die_after(chance.randrange(1, 6000), (PACKAGE,), pipe)
    writer = Writer(Store(ROOT), pipe)
    writer.collect()
    os.write(pipe, b"begun -\n")
    while True:
        writer.write(f"prompt {chance.random()}")


def write_one_task(line: int, modules: list[str], pipe: int) -> None:
    writer = Writer(Store(ROOT), pipe)
    writer.collect()
    die_after(line, tuple(f"{PACKAGE}/{module}.py" for module in modules), pipe, once=True)
    writer.write(f"prompt {line}")
    sys.settrace(None)


def one_round(act: Callable[[int], None], kill_after: float | None) -> bool:
    """Fork a child that acts; tell whether it was killed, and not done."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        try:
            act(writing)
        except BaseException as exc:
            os.write(writing, f"trouble {exc!r}\n".encode())
        os._exit(0)
    os.close(writing)
    told = b""
    if kill_after is not None:
        while b"begun" not in told and (block := os.read(reading, 65_536)):
            told += block
        time.sleep(kill_after)
        os.kill(pid, signal.SIGKILL)
    while block := os.read(reading, 65_536):
        told += block
    os.close(reading)
    status = os.waitpid(pid, 0)[1]
    for line in told.decode().splitlines():
        key, _, what = line.partition(" ")
        if key == "killed":
            points[what] += 1
        elif key != "begun":
            assert key != "trouble", what
            witnessed.setdefault(key, set()).add(what)
    return os.WIFSIGNALED(status)


def look(finished: bool = False) -> None:
    store = Store(ROOT)
    if not store.database.path.exists():
        assert not witnessed
        return
    assert store.database.rows("PRAGMA integrity_check")[0][0] == "ok"
    # At the end all tasks are looked at; before, the last ones, where something can have moved.
    for key, seen in list(witnessed.items())[0 if finished else -8 :]:
        entry = store.journal.get(key)
        assert entry is not None, f"{key} is lost"
        for step in ORDER:
            if step.value in seen:
                assert ORDER.index(entry.step) >= ORDER.index(step), (key, entry.step, step)
        rows = store.database.rows("SELECT number FROM pictures WHERE key = ?", (key,))
        kept = {row["number"] for row in rows}
        for index in range(PICTURES):
            if f"picture-{index}" in seen:
                assert index in kept, f"picture {index} of {key} is lost"
        if finished:
            assert entry.step is Step.SAVED
            assert store.gallery.images(key).missing == ()
    files = {path.name: path for path in (*store.root.iterdir(), *store.root.glob("20??-??/*"))
             if path.is_file() and path.name[0] != "." and "sqlite" not in path.name}  # fmt: skip
    rows = {row["path"]: row for row in store.database.rows("SELECT * FROM pictures")}
    assert set(rows) <= files.keys(), "a row without its file"
    for name, path in files.items():
        if name.endswith(".json"):
            json.loads(path.read_text())
            continue
        state = path, path.stat().st_mtime_ns, name in rows
        if state in looked_at:
            continue
        looked_at.add(state)
        data = path.read_bytes()
        with Image.open(io.BytesIO(data)) as image:
            image.load()
        if name in rows:
            assert hashlib.sha256(data).hexdigest() == rows[name]["sha256"]
    if finished:
        assert set(rows) == {name for name in files if name.endswith(".png")}
        assert len(rows) == PICTURES * len(store.journal.known_task_ids("emulator"))
        assert store.ledger.spent().total == 1.75 * len(store.journal.known_task_ids("emulator"))
        assert list((store.root / ".parts").iterdir()) == []
        assert {path.parent.name == "2026-11" for path in files.values()} == {
            HOW.endswith("months")
        }
        recipes = [
            json.loads(path.read_text()) for path in files.values() if path.suffix == ".json"
        ]
        named = [one["file"] for record in recipes for one in record["pictures"]]
        assert sorted(named) == sorted(rows), "a set without all its pictures in its recipe file"
    store.close()


def collect_the_rest() -> None:
    store = Store(ROOT)
    Writer(store, os.open(os.devnull, os.O_WRONLY)).collect()
    store.close()


kills = 0
if HOW == "random":
    rounds, first = int(sys.argv[3]), int(sys.argv[4])
    for seed in range(first, first + rounds):
        after = None if seed % 2 else random.Random(seed).uniform(0, 0.08)
        assert one_round(functools.partial(write_on, seed), after), "it ended by itself"
        kills += 1
        look()
else:
    if HOW.endswith("months"):
        with closing(Store(ROOT)) as empty:
            assert move_some(empty.root, empty.database) is None
    while one_round(functools.partial(write_one_task, kills + 1, sys.argv[3:]), None):
        kills += 1
        look()
collect_the_rest()
look(finished=True)
print("ok", kills, len(witnessed), len(points))
