"""A kernel that dies at its first step, its second, its third …: the next one puts it right."""

from __future__ import annotations

import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest
from promises.books import compare
from promises.kernel import Kernel
from promises.signed import Signed
from services import InProcess

from evolink_widgets.core.task import Stage
from evolink_widgets.errors import EvolinkError
from evolink_widgets.rules.request.request import ImageRequest

MOST_STEPS = 60

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


class Case:
    """One kernel that dies, the service, and the kernel that comes after it."""

    def __init__(self, root: Path, fault: str) -> None:
        self.root = root
        self.posts: Counter[str] = Counter()
        self.emulator = InProcess(speed=400, allowance=None)
        self.emulator.service.drawn = Signed()  # type: ignore[assignment]
        if fault != "fair":
            self.emulator.play(fault)

    def kernel(self) -> Kernel:
        return Kernel(self.emulator, self.root, time.time, self.posts, 100.0)

    def lives(self, steps: int) -> bool:
        """Whether a kernel with so many steps left lives to see the end of its task."""
        kernel = self.kernel()
        kernel.life.left = steps
        task = kernel.submit(ImageRequest("a fox", size="816x816", quality="low", n=2), fresh=True)
        end = time.monotonic() + 20
        while not (kernel.life.dead or task.state.stage.ended):
            assert time.monotonic() < end, task
            time.sleep(0.001)
        alive = not kernel.life.dead
        kernel.die()
        return alive

    def put_right(self) -> None:
        """What the next kernel does, and the person before it."""
        kernel = self.kernel()
        for task in kernel.recover():
            with suppress(EvolinkError):
                task.result(20)
            if task.state.stage is Stage.UNKNOWN:
                task.send_again()
                with suppress(EvolinkError):
                    task.result(20)
        kernel.close()

    def count(self) -> tuple[int, int, list[str]]:
        """Duplicates, lost pictures, and what else is wrong."""
        self.emulator.service.credits()
        counts = self.emulator.counts()
        counts["charged credits"] = self.emulator.service.account.used
        count = compare(self.root, self.emulator.service.all(), counts)
        return count.duplicates, count.lost, count.problems


@pytest.mark.parametrize("fault", ["fair", "reply lost", "policy refusal", "402 account"])
def test_whichever_step_is_the_last_one_the_next_kernel_puts_it_right(
    fault: str, tmp_path: Path
) -> None:
    for steps in range(MOST_STEPS):
        case = Case(tmp_path / str(steps), fault)
        alive = case.lives(steps)
        case.put_right()
        assert case.count() == (0, 0, []), f"after {steps} steps"
        if alive:
            break
    assert 8 < steps < MOST_STEPS - 1
