"""Lost replies among strangers' tasks: which are found, and whether each is the right one.

    python tests/promises/lost_rounds.py                 # 200 rounds
    python tests/promises/lost_rounds.py --rounds 30
    python tests/promises/lost_rounds.py --seed 17       # one round, told in full
    python tests/promises/lost_rounds.py --twins         # strangers may ask for the very same

In a round one store loses the replies to 1 to 6 asks at once: some were accepted, some never
reached the service. At the same second others under the same key ask for 0 to 6 tasks: at random,
with the same settings and a prompt of another length, or from a second store that loses its
replies, too, and looks for them in the same list. In some rounds the kernel goes on, in some the
next one recovers, and in some it was killed over the request, so that the time says next to
nothing. Which task is whose is told by the service's own record of the Idempotency-Key.

A stranger whose ask is the very same in every part that the service tells, at the same second,
can't be told from an ask that never arrived. That is not played unless asked for (`--twins`).
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence, Set
from dataclasses import asdict, dataclass, field
from pathlib import Path

if __name__ == "__main__":  # as a program, it finds its neighbours by itself
    _tests = Path(__file__).resolve().parent.parent
    sys.path[:0] = [str(_tests), str(_tests / "core"), str(_tests.parent)]

from services import InProcess, quick, until

from evolink_widgets.core.session import Session
from evolink_widgets.core.task import Task
from evolink_widgets.emulator.contract import credit_formula
from evolink_widgets.emulator.contract.read_request import read_request
from evolink_widgets.emulator.contract.task_record import TaskRecord
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.store.journal.journal import Entry, Step
from evolink_widgets.store.store import Store

ACCEPTED = ("reply lost", "500 after", "502 after", "503 after", "malformed json", "no task")
REFUSED = ("request lost", "500 before", "502 before", "503 before")
SIZES = ("816x816", "1:1", "16:9", "3:2", "auto", "2048x2048")
TEXT = "a red blue cup dragon fox in the snow under old trees painted at night by rivers"


@dataclass
class Tally:
    """What has become of lost asks.

    Attributes:
        rounds: how many were played.
        lost: asks whose replies were lost.
        accepted: how many of them the service had accepted.
        distinct: how many of those differ by a fourth decimal from all else of that time.
        found: how many of the distinct ones were found.
        right: adoptions of an ask's own task.
        wrong: adoptions of another's.
        undone: adoptions that were taken back.
        unknown: asks whose outcome stayed unknown.
        others: tasks of others at the same second.
        problems: what in the books is not as it should be.
    """

    rounds: int = 0
    lost: int = 0
    accepted: int = 0
    distinct: int = 0
    found: int = 0
    right: int = 0
    wrong: int = 0
    undone: int = 0
    unknown: int = 0
    others: int = 0
    problems: list[str] = field(default_factory=list)

    def __iadd__(self, other: Tally) -> Tally:
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)
        return self


class Round:
    """One round.

    Args:
        seed: everything in it follows from this.
        folder: for the stores.
        twins: whether strangers may ask for the very same as an ask that never arrived.
    """

    def __init__(self, seed: int, folder: Path, *, twins: bool = False) -> None:
        self.chance = random.Random(f"lost round {seed}")
        self.folder = folder
        self.twins = twins
        self.is_warm = self.chance.random() < 0.4
        self.factor = self.chance.choice((0.85, 1.0, 1.3)) if self.is_warm else 1.0
        self.emulator = InProcess(speed=2_000, prices=self.factor, allowance=None)
        self.before: set[str] = set()
        self.lost: set[str] = set()
        self.said: list[str] = []
        self.alike = self.request() if self.chance.random() < 0.3 else None

    # What is asked.

    def prompt(self) -> str:
        words = self.chance.choices(TEXT.split(), k=self.chance.randint(2, 14))
        return " ".join(words)

    def request(self) -> ImageRequest:
        return ImageRequest(
            self.prompt(),
            size=self.chance.choice(SIZES),
            quality=self.chance.choice(("low", "low", "medium")),
            n=self.chance.choice((1, 1, 2, 3)),
        )

    def near(self, request: ImageRequest) -> ImageRequest:
        """The same settings and another prompt."""
        same = {"size": request.size, "quality": request.quality, "n": request.n}
        return ImageRequest(self.prompt(), **same)

    def asks(self, number: int) -> list[ImageRequest]:
        made: list[ImageRequest] = []
        for _ in range(number):
            if made and self.chance.random() < 0.1:
                made.append(self.chance.choice(made))  # interchangeable
            else:
                made.append(self.near(self.alike) if self.alike else self.request())
        return made

    def reserve(self, request: ImageRequest) -> float:
        """What the service sets aside for it."""
        return credit_formula.reserve(read_request(request.payload()), self.factor)

    def strangers(
        self, number: int, mine: Sequence[ImageRequest], never: Sequence[ImageRequest]
    ) -> list[ImageRequest]:
        made = []
        barred = [] if self.twins else [(self.reserve(ask), ask.pixels) for ask in never]
        while len(made) < number:
            near = self.chance.random() < 0.6
            request = self.near(self.chance.choice(mine)) if near else self.request()
            if self.chance.random() < 0.2:  # set aside alike, and its pixels tell
                model = self.chance.choice(mine)
                same = {"quality": model.quality, "n": model.n}
                request = ImageRequest(model.prompt[::-1], size="auto", **same)
            shown = self.reserve(request), request.pixels
            if not any(shown[0] == one and pixels in (None, shown[1]) for one, pixels in barred):
                made.append(request)
        return made

    # What happens.

    def session(self, name: str) -> Session:
        patience = quick(look=(0.005, 0.02, 0.05))
        return self.emulator.session(self.folder / name, retry=patience)

    def play(self) -> Tally:
        """Play it, and count."""
        chance = self.chance
        first, second = self.session("first"), self.session("second")
        if self.is_warm:
            for session in (first, second):
                for _ in range(chance.randint(1, 3)):
                    session.submit(self.request()).result(60)
            self.before = {record.id for record in self.emulator.service.all()}
        mine = self.asks(chance.randint(1, 6))
        fates = [chance.choice(ACCEPTED if chance.random() < 0.7 else REFUSED) for _ in mine]
        never = [ask for ask, fate in zip(mine, fates, strict=True) if fate in REFUSED]
        others = self.strangers(chance.randint(0, 6), mine, never)
        theirs = others if chance.random() < 0.3 else []
        their_fates = [chance.choice((*ACCEPTED, "fair")) for _ in theirs]
        how = chance.choice(("goes on", "recovers", "killed"))
        if how != "goes on":
            self.emulator.play("no list")
        for number, ask in enumerate(others):
            if not theirs and number % 2:
                self.stranger(ask)
        tasks = [self.lose(first, *one) for one in zip(mine, fates, strict=True)]
        tasks += [self.lose(second, *one) for one in zip(theirs, their_fates, strict=True)]
        for number, ask in enumerate(others):
            if not theirs and not number % 2:
                self.stranger(ask)
        until(lambda: all(task.state.stage.ended for task in tasks), 60)
        if how != "goes on":
            tasks = self.recover(first, second, is_killed=how == "killed")
        until(lambda: all(task.state.stage.ended for task in tasks), 60)
        self.said = [str(task.state.error) for task in tasks if task.state.error is not None]
        first.close()
        second.close()
        return self.count(len(others))

    def stranger(self, request: ImageRequest) -> None:
        self.emulator.service.create(request.payload(), None, owner="a stranger")

    def lose(self, session: Session, request: ImageRequest, fate: str) -> Task:
        """Ask, one after the other, so that each meets its own fault."""
        before = self.emulator.counts().get("create", 0)
        if fate != "fair":
            self.emulator.play(fate)
        task = session.submit(request)
        if fate != "fair":
            self.lost.add(task.key)
        until(lambda: self.emulator.counts().get("create", 0) > before, 60)
        return task

    def recover(self, first: Session, second: Session, *, is_killed: bool) -> list[Task]:
        first.close()
        second.close()
        if is_killed:  # what a kernel leaves that dies before the answer is written down
            for session in (first, second):
                with session.store.database.write() as connection:
                    connection.execute(
                        "UPDATE tasks SET step = 'sending', failure = NULL WHERE step = 'unknown'"
                    )
        self.emulator.play("fair")
        return [task for name in ("first", "second") for task in self.session(name).recover()]

    # What has become of it.

    def count(self, others: int) -> Tally:
        records = [one for one in self.emulator.service.all() if one.id not in self.before]
        tally = Tally(rounds=1, others=others)
        for name in ("first", "second"):
            store = Store(self.folder / name)
            self.count_store(store, records, tally)
            store.close()
        return tally

    def count_store(self, store: Store, records: Sequence[TaskRecord], tally: Tally) -> None:
        rows = store.database.rows("SELECT key FROM tasks")
        entries = [entry for row in rows if (entry := store.journal.get(row["key"])) is not None]
        known = {entry.task_id for entry in entries if entry.key not in self.lost}
        entries = [entry for entry in entries if entry.task_id not in self.before]
        asked_by = {record.idempotency: record for record in records if record.idempotency}
        owned = {record.id: key for key, record in asked_by.items()}
        twins = {entry.idempotency_key: _alike(entry) for entry in entries}
        for entry in entries:
            if entry.key not in self.lost:
                continue
            record = asked_by.get(entry.idempotency_key)
            tally.lost += 1
            tally.accepted += record is not None
            tally.undone += len((entry.failure or {}).get("ruled_out") or ())
            right = twins.get(owned.get(entry.task_id or "", "")) == _alike(entry)
            tally.right += entry.task_id is not None and right
            tally.wrong += entry.task_id is not None and not right
            tally.unknown += entry.step is Step.UNKNOWN
            if record is not None and self.is_distinct(entry, record, entries, known):
                tally.distinct += 1
                # Those of the same recipe share what is there.
                tally.found += any(
                    one.task_id == record.id for one in entries if _alike(one) == _alike(entry)
                )
        self.check_books(store, records, tally)

    def is_distinct(
        self, entry: Entry, mine: TaskRecord, entries: Sequence[Entry], known: Set[str | None]
    ) -> bool:
        """Whether its credits differ from all other tasks, and all other asks, of that time."""
        asks = [one for one in entries if _alike(one) != _alike(entry) and one.key in self.lost]
        credits = [self.reserve(ImageRequest.from_record(one.request)) for one in asks]
        group = {one.idempotency_key for one in entries if _alike(one) == _alike(entry)}
        credits += [
            one.reserved
            for one in self.emulator.service.all()
            if one.idempotency not in group and one.id not in known
        ]
        return mine.reserved not in credits

    def check_books(self, store: Store, records: Sequence[TaskRecord], tally: Tally) -> None:
        """Nothing of a stranger's is in the gallery, and the ledger is what the own tasks cost."""
        by_id = {record.id: record for record in records}
        for row in store.database.rows("SELECT task_id, key FROM sets"):
            entry = store.journal.get(row["key"])
            if entry is None or entry.task_id != row["task_id"]:
                tally.problems.append(f"{row['task_id']} is in the gallery, and not in the journal")
        kept = store.database.rows("SELECT task_id FROM tasks WHERE step = 'saved'")
        charged = sum(by_id[row[0]].charge for row in kept if row[0] in by_id)
        spent = sum(
            row["charged"] or 0
            for row in store.database.rows(
                "SELECT ledger.charged, task_id FROM ledger JOIN tasks USING (key)"
            )
            if row["task_id"] not in self.before
        )
        if abs(charged - spent / 1e6) > 1e-6:
            tally.problems.append(f"the ledger says {spent / 1e6}, the tasks cost {charged}")
        parts = store.root / ".parts"
        if parts.is_dir() and any(parts.iterdir()):
            tally.problems.append("parts are left")


def _alike(entry: Entry) -> tuple[object, object]:
    return entry.identity, entry.request["n"]


def play_rounds(seeds: Sequence[int], *, twins: bool = False) -> Iterator[tuple[int, Tally]]:
    """Play rounds one after the other."""
    for seed in seeds:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            one = Round(seed, Path(folder), twins=twins)
            yield seed, one.play()
            if len(seeds) == 1:
                print(*one.said, sep="\n", flush=True)


def main(arguments: list[str] | None = None) -> int:
    """Read the command line, play, and print the counts as a line of JSON.

    Returns:
        0 when nothing of another's was taken, and 95 % of the distinct ones were found.
    """
    parser = argparse.ArgumentParser(description="Lost replies among strangers' tasks, counted.")
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, help="one round, told in full")
    parser.add_argument("--twins", action="store_true", help="strangers may ask for the very same")
    given = parser.parse_args(arguments)
    seeds = range(given.rounds) if given.seed is None else [given.seed]
    total, began = Tally(), time.monotonic()
    for seed, tally in play_rounds(seeds, twins=given.twins):
        total += tally
        if tally.wrong or tally.problems or tally.found < tally.distinct or given.seed is not None:
            print(f"round {seed}: {tally}", flush=True)
    print(json.dumps({**asdict(total), "seconds": round(time.monotonic() - began)}), flush=True)
    kept = not total.wrong and not total.problems and total.found >= 0.95 * total.distinct
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
