"""What can happen to kernels that share one store and one service, as a state machine.

`test_histories.py` plays some histories; `PROMISES_HISTORIES=500` plays as many. Rules have no
preconditions, for what is there can depend on who was quicker; one that finds nothing does
nothing.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
)
from promises.books import compare
from promises.kernel import Kernel
from promises.signed import Signed
from services import InProcess

from evolink_widgets.core.task import Stage, Task
from evolink_widgets.emulator.service.faults import FAULTS
from evolink_widgets.errors import EvolinkError, StoreError
from evolink_widgets.rules.pricing.pricing import estimate
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.store.store import Store

ONE = estimate(ImageRequest("a fox, 100", size="816x816", quality="low")).high
MOST_KERNELS = 3
LONGEST = 20 * 3600.0  # links live for 24 hours; nobody can fetch a picture after that

some = st.integers(0, 9)
steps_left = st.none() | st.integers(0, 25)
executions = st.sampled_from([None, "cell 1", "cell 2"])


class Histories(RuleBasedStateMachine):
    """One store, one service, up to three kernels, and a clock that is turned by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="promises-"))
        self.root = self.folder / "pictures"
        self.began = self.now = time.time()
        self.released = 0.0
        self.emulator = InProcess(clock=self.clock, speed=400, allowance=None)
        self.emulator.service.drawn = Signed()  # type: ignore[assignment]
        self.posts: Counter[str] = Counter()
        self.resent: Counter[str] = Counter()
        self.kernels: list[Kernel] = []
        self.tasks: list[tuple[Kernel, Task]] = []
        self.asked = 0
        self.cap = 0.0
        self.pools: Counter[tuple[str, object]] = Counter()
        self.trashed: list[tuple[str, int]] = []
        self.gone: Counter[str] = Counter()
        self.store = Store(self.root)

    def clock(self) -> float:
        """Unix seconds, for both sides; at the end the clock goes by itself."""
        return self.now + (10 * (time.monotonic() - self.released) if self.released else 0.0)

    # Kernels.

    @initialize(cap=st.sampled_from([1, 3, 8, 1_000]))
    def begin(self, cap: int) -> None:
        self.open(cap)

    @rule(cap=st.sampled_from([1, 3, 8, 1_000]))
    def open(self, cap: int) -> None:
        """A kernel begins, with a budget for the whole store that may be another than before."""
        if len(self.kernels) == MOST_KERNELS:
            return
        limit = cap * 1.5 * ONE
        self.cap = max(self.cap, limit)
        self.kernels.append(Kernel(self.emulator, self.root, self.clock, self.posts, limit))

    @rule(which=some)
    def die(self, which: int) -> None:
        """A kernel is killed."""
        kernel = self.kernel(which)
        if kernel is not None:
            kernel.life.dead = True
            self.bury()

    @rule(which=some)
    def close(self, which: int) -> None:
        """A kernel ends in order."""
        kernel = self.kernel(which)
        if kernel is not None:
            kernel.close()
            self.forget(kernel)

    @rule(which=some, left=steps_left)
    def recover(self, which: int, left: int | None) -> None:
        """A kernel takes up what is out, or dies over it."""
        kernel = self.kernel(which)
        if kernel is not None:
            self.tasks += [(kernel, task) for task in kernel.recover()]
            kernel.life.left = left
            self.settle()

    # Asking.

    @rule(which=some, n=st.integers(1, 3), left=steps_left)
    def ask(self, which: int, n: int, left: int | None) -> None:
        """Something new is asked for; the kernel may die so many steps later."""
        self.asked += 1
        self.submit(which, f"a fox, {self.asked}", n, left, fresh=True)

    @rule(which=some, prompt=st.integers(1, 2), n=st.integers(1, 3), execution=executions,
          left=steps_left)  # fmt: skip
    def ask_again(
        self, which: int, prompt: int, n: int, execution: str | None, left: int | None
    ) -> None:
        """Something is asked for that may be there, or on its way."""
        name = None if execution is None else f"{execution} of {self.folder.name}"
        hare = f"a hare, {prompt}"
        pool = (hare, name or f"execution {self.asked}")
        self.asked += 1
        self.pools[pool] += n
        self.submit(which, hare, n, left, fresh=False, execution=name)

    def submit(self, which: int, prompt: str, n: int, left: int | None, **how: object) -> None:
        kernel = self.kernel(which)
        if kernel is None:
            return
        request = ImageRequest(prompt, size="816x816", quality="low", n=n)
        kernel.life.left = left
        self.tasks.append((kernel, kernel.submit(request, **how)))  # type: ignore[arg-type]
        self.settle()

    # The service and the time.

    @rule(fault=st.sampled_from([*FAULTS]), times=st.integers(1, 2))
    def weather(self, fault: str, times: int) -> None:
        """The service has a bad day."""
        short = {"slow": {"seconds": 0.01}, "429 retry-after": {"seconds": 0.05}}
        self.emulator.play(fault, times=times, **short.get(fault, {}))

    @rule()
    def fair(self) -> None:
        """And a good one."""
        self.emulator.play("fair")

    @rule(minutes=st.integers(1, 300))
    def turn_the_clock(self, minutes: int) -> None:
        """Time passes."""
        self.now = min(self.now + 60 * minutes, self.began + LONGEST)
        self.settle()

    # What a person does with a task.

    @rule(which=some)
    def stop(self, which: int) -> None:
        if task := self.task(which):
            task.stop()
            self.settle()

    @rule(which=some)
    def resume(self, which: int) -> None:
        if task := self.task(which):
            task.resume()
            self.settle()

    @rule(which=some)
    def send_again(self, which: int) -> None:
        """A request of unknown outcome goes out once more, under its key."""
        if task := self.task(which):
            self.once_more(task)
            self.settle()

    @rule(which=some)
    def wait_for(self, which: int) -> None:
        """Somebody waits for the end."""
        self.now = min(self.now + 60, self.began + LONGEST)
        if task := self.task(which):
            with suppress(EvolinkError):
                task.result(0.5)

    @rule(which=some)
    def put_into_the_trash(self, which: int) -> None:
        """A picture is thrown away."""
        here = self.store.database.rows(
            "SELECT p.key, p.number, t.request FROM pictures p JOIN tasks t USING (key) "
            "WHERE p.trashed_at IS NULL ORDER BY p.created_at, p.key, p.number"
        )
        if here:
            row = here[which % len(here)]
            picture = (row["key"], row["number"])
            if self.store.gallery.trash([picture], now=self.now):
                self.trashed.append(picture)
                self.gone[ImageRequest.from_record(_json(row["request"])).prompt] += 1

    @rule()
    def bring_back(self) -> None:
        """And brought back."""
        if self.trashed:
            self.store.gallery.restore([self.trashed.pop()])

    @rule()
    def copy(self) -> None:
        """The folder is copied as it stands, as a person would."""
        copy = self.folder / "copy"
        if self.root.exists() and not copy.exists():
            with suppress(shutil.Error):  # a part may vanish meanwhile
                shutil.copytree(self.root, copy)

    @rule()
    def merge(self) -> None:
        """What is in the copy comes back; all of it is here, or was thrown away."""
        if (self.folder / "copy").exists():
            with suppress(StoreError):  # copied in the middle of a write
                self.store.merge(self.folder / "copy")

    # What holds at every moment.

    @invariant()
    def no_cap_is_passed(self) -> None:
        spent = self.store.ledger.spent()
        assert spent.total <= self.cap + 1e-6, f"{spent} with a cap of {self.cap}"

    @invariant()
    def a_task_is_in_the_journal_once(self) -> None:
        twice = self.store.database.rows(
            "SELECT task_id FROM tasks WHERE task_id IS NOT NULL "
            "GROUP BY task_id HAVING count(*) > 1"
        )
        assert not twice, [row["task_id"] for row in twice]

    @invariant()
    def nothing_goes_out_twice_by_itself(self) -> None:
        beyond = {key: posts for key, posts in self.posts.items() if posts > 1 + self.resent[key]}
        assert not beyond, beyond

    # The end: whoever is left collects everything, and the books are compared.

    def teardown(self) -> None:
        try:
            if self.kernels or self.tasks:
                self.collect_everything()
                self.compare_the_books()
        finally:
            for kernel in self.kernels:
                kernel.die()
            self.store.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    def collect_everything(self) -> None:
        for _ in self.kernels[:]:
            self.close(0)
        self.bury()
        self.emulator.play("fair")
        self.now += 3600
        self.released = time.monotonic()  # a dead kernel's last request may only now arrive
        self.cap = 1e9
        self.kernels.append(Kernel(self.emulator, self.root, self.clock, self.posts, self.cap))
        for _ in range(2):  # what those before were just doing may still be in the way
            for task in self.kernels[0].recover():
                with suppress(EvolinkError):
                    task.result(20)
                if task.state.stage is Stage.UNKNOWN:
                    self.once_more(task)
                    with suppress(EvolinkError):
                        task.result(20)
        self.close(0)
        if self.trashed:
            self.store.gallery.restore(self.trashed)

    def compare_the_books(self) -> None:
        pools: Counter[str] = Counter()
        for (prompt, _), pictures in self.pools.items():
            pools[prompt] = max(pools[prompt], pictures)
        self.emulator.service.credits()  # settles what has ended
        counts = self.emulator.counts()
        counts["charged credits"] = self.emulator.service.account.used
        count = compare(
            self.root,
            self.emulator.service.all(),
            counts,
            shared={prompt: most + self.gone[prompt] for prompt, most in pools.items()},
        )
        assert (count.duplicates, count.lost, count.problems) == (0, 0, []), count

    # Small matters.

    def kernel(self, which: int) -> Kernel | None:
        """One that will live for now; `None` where it has just died."""
        if not self.kernels:
            self.open(3)
        kernel = self.kernels[which % len(self.kernels)]
        kernel.life.left = None
        if kernel.life.dead:
            self.bury()
            return None
        return kernel

    def task(self, which: int) -> Task | None:
        return self.tasks[which % len(self.tasks)][1] if self.tasks else None

    def once_more(self, task: Task) -> None:
        if task.state.stage is Stage.UNKNOWN:
            entry = self.store.journal.get(task.key)
            if entry is not None:
                self.resent[entry.idempotency_key] += 1
            task.send_again()

    def settle(self) -> None:
        """Wait, not for long, until nothing is on its way out; whatever is, may go on."""
        moving = (Stage.QUEUED, Stage.SENDING, Stage.SAVING)
        end = time.monotonic() + 0.25
        while time.monotonic() < end and any(
            task.state.stage in moving for kernel, task in self.tasks if not kernel.life.dead
        ):
            time.sleep(0.002)
        self.bury()

    def bury(self) -> None:
        """Those that have died are gone."""
        for kernel in [kernel for kernel in self.kernels if kernel.life.dead]:
            kernel.die()
            self.forget(kernel)

    def forget(self, kernel: Kernel) -> None:
        self.kernels.remove(kernel)
        self.tasks = [(owner, task) for owner, task in self.tasks if owner is not kernel]


def _json(text: str) -> object:
    import json

    return json.loads(text)
