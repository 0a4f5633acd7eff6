"""Among strangers' tasks each lost reply is found by what it is, and none is another's."""

from __future__ import annotations

import os
import time
from collections import Counter
from pathlib import Path

import pytest
from promises.kernel import Kernel
from promises.lost_rounds import Round, Tally
from services import InProcess, until

from evolink_widgets.core.task import Stage
from evolink_widgets.errors import OutcomeUnknown
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.store.journal.journal import Step
from evolink_widgets.store.store import Store

ROUNDS = int(os.environ.get("PROMISES_LOST_ROUNDS", "30"))
MOST_STEPS = 80

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600 if ROUNDS <= 50 else 0)]


def test_nothing_of_anothers_is_taken_and_what_differs_is_found(tmp_path: Path) -> None:
    total = Tally()
    for seed in range(ROUNDS):
        tally = Round(seed, tmp_path / str(seed)).play()
        assert (tally.wrong, tally.problems) == (0, []), (seed, tally)
        total += tally
    assert total.found >= 0.95 * total.distinct > 0, total


class Mistaken:
    """An ask that never arrived, and a stranger's task that only its pictures tell from it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.emulator = InProcess(speed=400, allowance=None)
        self.emulator.play("no list")
        self.emulator.play("request lost")
        stranger = ImageRequest("a pink cup", size="auto", quality="low", n=2)
        self.emulator.stranger_asks(stranger)
        kernel = self.kernel()
        task = kernel.submit(ImageRequest("a blue cup", size="2048x2048", quality="low", n=2))
        until(lambda: task.state.stage is Stage.UNKNOWN)
        kernel.close()
        self.emulator.play("fair")
        (record,) = self.emulator.service.all()
        self.strangers = record.id

    def kernel(self) -> Kernel:
        return Kernel(self.emulator, self.root, time.time, Counter(), 100.0)

    def lives(self, steps: int) -> bool:
        """Whether a kernel that finds, and gives back, lives so many steps and to the end."""
        kernel = self.kernel()
        tasks = kernel.recover()
        kernel.life.left = steps
        until(lambda: kernel.life.dead or all(task.state.stage.ended for task in tasks))
        alive = not kernel.life.dead
        kernel.die()
        return alive

    def put_right(self) -> None:
        """What the next kernel does."""
        kernel = self.kernel()
        (task,) = kernel.recover()
        with pytest.raises(OutcomeUnknown):
            task.result(20)
        kernel.close()

    def is_undone(self) -> bool:
        """Whether nothing of the stranger's task is left, and it is ruled out."""
        store = Store(self.root)
        (entry,) = store.journal.open_entries()
        spent = store.ledger.spent()
        assert (entry.step, entry.task_id, entry.results) == (Step.UNKNOWN, None, ())
        assert [*store.database.rows("SELECT key FROM sets"), *self.root.rglob("*.part")] == []
        assert (spent.charged, spent.unreported) == (0, 0)
        assert spent.reserved == pytest.approx(entry.estimate_high, abs=1e-4)
        store.close()
        return list((entry.failure or {}).get("ruled_out") or ()) == [self.strangers]


def test_killed_at_any_step_of_the_undoing_a_find_is_undone_by_the_next_kernel(
    tmp_path: Path,
) -> None:
    for steps in range(MOST_STEPS):
        case = Mistaken(tmp_path / str(steps))
        alive = case.lives(steps)
        case.put_right()
        assert case.is_undone(), f"after {steps} steps"
        if alive:
            break
    assert 8 < steps < MOST_STEPS - 1
