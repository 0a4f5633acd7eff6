"""Which asks are one: within an execution, after a wait in vain, and in a second pass."""

from __future__ import annotations

import _thread
import asyncio
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from services import InProcess, environment, until

from evolink_widgets import errors
from evolink_widgets.core import executions
from evolink_widgets.core.session import Session
from evolink_widgets.core.task import Stage, Task
from evolink_widgets.rules.request.request import ImageRequest

Open = Callable[..., Session]
Small = Callable[..., ImageRequest]

#: Asks of one execution; `|` begins the next one. After a name: nothing, its pictures are waited
#: for; `?` nobody waits yet; `!` a wait timed out; `~` a wait timed out and the next one did not;
#: `#` it failed; `$` it was stopped. `!` alone: all that nobody waited for is waited for in vain.
#: Then the sets that the asks got, numbered by recipe as they came; and how many were bought.
RULE = {
    "a loop that waits in each turn": ("fox fox fox fox", "1 2 3 4", 4),
    "a loop that waits afterwards": ("fox? fox? fox? fox?", "1 2 3 4", 4),
    "the cell again": ("fox fox | fox fox fox", "1 2 1 2 3", 3),
    "ask, time out, ask again": ("fox! fox! fox! fox", "1 1 1 1", 1),
    "ask, stop, ask again": ("fox$ fox", "1 1", 1),
    "waited for twice, and then it came": ("fox~ fox~ fox", "1 2 3", 3),
    "one of a loop timed out": ("fox fox fox! fox", "1 2 3 3", 3),
    "it timed out again and again": ("fox fox! fox! fox", "1 2 2 2", 2),
    "the loop goes on after it": ("fox! fox fox fox", "1 1 2 3", 3),
    "four in vain, then four again": ("fox? fox? fox? ! fox fox fox", "1 2 3 1 2 3", 3),
    "a second pass over a loop": ("fox fox fox! fox fox fox", "1 2 3 3 1 2", 3),
    "a second pass, the first row in vain": ("owl! fox hare owl fox hare", "1 1 1 1 1 1", 3),
    "a second pass, the middle row in vain": ("fox owl! hare fox owl hare", "1 1 1 1 1 1", 3),
    "a second pass, the last row in vain": ("fox hare owl! fox hare owl", "1 1 1 1 1 1", 3),
    "a third pass": ("fox owl! fox owl! fox owl", "1 1 1 1 1 1", 2),
    "a row that failed free of charge": ("fox owl# hare fox owl hare", "1 - 1 1 1 1", 4),
    "the third of a loop failed": ("fox fox fox# fox", "1 2 - 3", 4),
    "given up, and a loop of something else": ("owl! fox fox fox", "1 1 2 3", 4),
    "given up, and a loop of what was asked before": ("fox owl! fox fox", "1 1 1 1", 2),
    "a second pass with a row that comes twice": (
        "fox owl! fox hare fox owl fox hare",
        "1 1 1 1 1 1 2 1",
        4,
    ),
    "asked again in place, and on": ("owl! owl fox fox", "1 1 1 2", 3),
}


class Asks:
    """Plays a row of the table."""

    def __init__(self, session: Session, emulator: InProcess, small: Small) -> None:
        self._session = session
        self._emulator = emulator
        self._small = small
        self._execution = 1
        self._open: list[Task] = []
        self.tasks: list[Task] = []

    def play(self, steps: str) -> None:
        for step in steps.split():
            if step == "|":
                self._execution += 1
            elif step == "!":
                for task in self._open:
                    self._in_vain(task)
            else:
                self._ask(step.rstrip("?!~#$"), step[-1])

    def _ask(self, prompt: str, how: str) -> None:
        if how == "#":
            self._emulator.play("task failed", times=1)
        if how in "?!~$":
            self._emulator.play("stuck", times=1)
        name = ("cell", id(self), self._execution)
        task = self._session.submit(self._small(f"a {prompt}"), execution=name)
        self.tasks.append(task)
        if how == "?":
            self._open.append(task)
            return
        if how in "!~":
            self._in_vain(task)
        if how == "$":
            until(lambda: task.id is not None)
            task.stop()
        if how == "#":
            with pytest.raises(errors.TaskFailed):
                task.result(30)
        self._emulator.play("fair")
        if how not in "!$#":
            task.result(30)

    def _in_vain(self, task: Task) -> None:
        with pytest.raises(errors.WaitTimeout):
            task.result(0)

    def sets(self) -> list[str]:
        """Which set each ask got, looked at when nothing is on its way any more."""
        self._emulator.play("fair")
        until(lambda: not self._session.tasks)
        known: dict[str, list[str]] = {}
        found = []
        for task in self.tasks:
            names = known.setdefault(task.request.prompt, [])
            for name in (image.path.name for image in task.images):
                if name not in names:
                    names.append(name)
                found.append(str(names.index(name) + 1))
            if not task.images:
                found.append("-")
        return found


@pytest.mark.parametrize("row", RULE)
def test_the_rule(row: str, in_process: InProcess, open_session: Open, small: Small) -> None:
    steps, sets, bought = RULE[row]
    session = open_session(in_process)
    asks = Asks(session, in_process, small)
    asks.play(steps)
    assert " ".join(asks.sets()) == sets
    assert in_process.counts()["create"] == bought


# How a wait ends in vain.


def test_an_interrupted_wait_is_in_vain(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    session = open_session(in_process)
    in_process.play("stuck")
    first = session.submit(small())
    interrupt = threading.Timer(0.2, _thread.interrupt_main)
    interrupt.start()
    with pytest.raises(KeyboardInterrupt):
        first.result(30)
    in_process.play("fair")
    assert session.submit(small()).result(30)[0] == first.result(30)[0]
    assert in_process.counts()["create"] == 1


def test_a_cancelled_await_is_in_vain(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    session = open_session(in_process)
    in_process.play("stuck")
    first = session.submit(small())

    async def waited() -> None:
        async def wait() -> None:
            await first

        waiting = asyncio.create_task(wait())
        await asyncio.wait({waiting}, timeout=0.2)
        waiting.cancel()
        await asyncio.wait({waiting})

    asyncio.run(waited())
    in_process.play("fair")
    assert session.submit(small()).result(30)[0] == first.result(30)[0]
    assert in_process.counts()["create"] == 1


def test_pictures_that_could_not_be_fetched_are_fetched_by_the_next_ask(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    session = open_session(in_process)
    in_process.play("truncated download", times=None)
    with pytest.raises(errors.DownloadFailed):
        session.submit(small()).result(20)
    in_process.play("fair")
    assert len(session.submit(small()).result(20)) == 1
    assert in_process.counts()["create"] == 1


def test_an_unknown_outcome_is_looked_for_by_the_next_ask_and_not_bought_again(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    session = open_session(in_process)
    in_process.play("no list")
    in_process.play("reply lost")
    with pytest.raises(errors.OutcomeUnknown):
        session.submit(small()).result(20)
    with pytest.raises(errors.OutcomeUnknown, match="fresh=True"):
        session.submit(small()).result(20)
    in_process.play("fair")
    assert len(session.submit(small()).result(20)) == 1
    assert in_process.counts()["create"] == 1


@pytest.mark.parametrize("round_trip", range(5))
def test_what_is_stopped_at_once_and_asked_again_is_bought_once(
    in_process: InProcess, open_session: Open, small: Small, round_trip: int
) -> None:
    session = open_session(in_process)
    first = session.submit(small())
    until(lambda: round_trip < 2 or first.state.stage.value != "queued")
    first.stop()
    assert len(session.submit(small()).result(20)) == 1
    until(lambda: not session.tasks)
    assert in_process.counts().get("accepted", 0) == 1


def test_what_takes_up_a_wait_in_vain_and_the_first_ask_do_not_both_buy_what_failed(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    session = open_session(in_process)
    in_process.play("task failed")
    bought = session.submit(small(), execution="cell 1")
    first = session.submit(small(), execution="cell 2")  # waits for what cell 1 buys
    with pytest.raises(errors.WaitTimeout):
        first.result(0)
    second = session.submit(small(), execution="cell 2")
    with pytest.raises(errors.TaskFailed):
        bought.result(20)
    assert first.result(20)[0] == second.result(20)[0]
    assert in_process.counts()["create"] == 2


def test_submit_asks_as_generate_does(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    session = open_session(in_process)
    first, second = [session.submit(small()).result(20)[0] for _ in range(2)]
    assert first != second  # one execution, found out
    assert session.submit(small(), execution="the next one").result(20)[0] == first
    assert session.submit(small(), execution=None).result(20)[0] == first  # one of its own
    assert session.submit(small(), fresh=True).result(20)[0] not in (first, second)
    assert in_process.counts()["create"] == 3


# Where nobody names the execution.


def test_a_test_is_an_execution() -> None:
    found = executions.execution()
    assert found == executions.execution()
    assert str(found).endswith("test_a_test_is_an_execution')")


SCRIPT = """
import sys
import evolink_widgets as ew

ew.configure(store=sys.argv[1], mode="emulator", speed=300)

def a_pass(timeout):
    names = []
    for row in ("a fox", "an owl", "a fox", "a hare"):
        task = ew.generate(row, size="816x816", quality="low")
        try:
            names.append(task.result(timeout if row == "an owl" else 60)[0].path.name)
        except ew.WaitTimeout:
            names.append("in vain")
    return names

bought = []
for timeout in (0, 60, 60):
    a_pass(timeout)
    bought.append(ew.spending().total.tasks)
print(*bought)
"""


def test_a_script_buys_nothing_for_what_it_asks_again_after_a_wait_in_vain(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path / "pictures")],
        env={name: value for name, value in environment().items() if "PYTEST" not in name},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    # The second pass buys the second fox, that the first had not come to; the third is more.
    assert done.stdout.split() == ["3", "4", "8"]


def test_a_smaller_ask_that_takes_a_set_up_leaves_the_rest_of_it(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    session = open_session(in_process)
    in_process.play("slow")
    with pytest.raises(errors.WaitTimeout):
        session.submit(small(n=2)).result(0.05)
    first, second = (session.submit(small()).result(30)[0] for _ in range(2))
    assert first.path != second.path
    assert len(in_process.service.all()) == 1


def test_stopping_what_took_an_unsent_ask_up_withdraws_that_one(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    session = open_session(in_process)
    in_process.play("429 retry-after", seconds=3, times=9)
    first = session.submit(small())
    until(lambda: first.state.note is not None)
    with pytest.raises(errors.WaitTimeout, match=r"unless task\.stop"):
        first.result(0.01)
    second = session.submit(small())
    until(lambda: second.state.note is not None)
    second.stop()
    assert (second.error.billed, second.state.stage) == (errors.Billed.NO, Stage.REFUSED)
    until(lambda: first.state.stage is Stage.REFUSED)
    until(lambda: session.store.ledger.spent().reserved == 0)
    assert in_process.service.all() == []


def test_stopping_what_took_a_sent_ask_up_says_that_it_goes_on(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    session = open_session(in_process)
    in_process.play("stuck")
    first = session.submit(small())
    until(lambda: first.id is not None)
    with pytest.raises(errors.WaitTimeout):
        first.result(0.01)
    second = session.submit(small())
    until(lambda: second.state.stage in (Stage.PENDING, Stage.PROCESSING))
    second.stop()
    assert (second.error.billed, second.state.stage) == (errors.Billed.LATER, Stage.STOPPED)
    assert not first.state.stage.ended
    assert len(in_process.service.all()) == 1
