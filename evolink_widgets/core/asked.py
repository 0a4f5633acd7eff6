"""An ask whose machinery is not loaded yet: its task is there, and nothing is written or sent.

The first ask of a kernel needs the client, the steps and, with no key, the emulator: some hundred
modules. They are loaded on the core's own thread, while the cell that asked goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from evolink_widgets.core.executions import Ask
from evolink_widgets.core.money import Terms
from evolink_widgets.core.task import Stage, Task, TaskControl, TaskState, withdrawn
from evolink_widgets.errors import Billed
from evolink_widgets.rules.pricing.pricing import Estimate
from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.rules.tasks.played import RECORDED


class Asked:
    """One ask before its runner; it speaks for the task until then, and for the runner after.

    Args:
        key: the task's local key.
        recipe: what is asked.
        estimate: what it may cost.
        terms: on which terms it is asked.
        identities: the pools that may answer, in order.
        ask: its part in the run of the cell; `None` where all is to be new.
        simulated: whether an emulator plays the service.
        clock: Unix seconds.

    Attributes:
        runner: what the task is run by, once that is loaded.
        task: the handle.
    """

    def __init__(
        self,
        key: str,
        recipe: Recipe,
        estimate: Estimate,
        *,
        terms: Terms,
        identities: Sequence[str],
        ask: Ask | None,
        simulated: bool,
        clock: Callable[[], float],
    ) -> None:
        self.key = key
        self.recipe = recipe
        self.estimate = estimate
        self.terms = terms
        self.identities = identities
        self.ask = ask
        self.runner: TaskControl | None = None
        self.task = Task(
            key=key,
            request=recipe.request,
            recipe=recipe,
            estimate=estimate,
            control=self,
            clock=clock,
            state=first_state(recipe, clock(), simulated=simulated),
        )

    def waited(self, *, in_vain: bool) -> None:
        """Hear how a wait for the task ended, on the thread that waited."""
        if self.ask is not None:
            if in_vain:
                self.ask.in_vain()
            else:
                self.ask.came()

    def charge(self) -> Billed:
        """Whether it is charged if it is not waited for any longer; from any thread."""
        return Billed.NO if self.runner is None else self.runner.charge()

    def stop(self) -> None:
        """Stop; what has not begun is not begun any more."""
        if self.runner is not None:
            self.runner.stop()
        elif not self.task.state.stage.ended:
            self.waited(in_vain=True)
            self.task.publish(stage=Stage.REFUSED, error=withdrawn(), note=None)

    def resume(self) -> None:
        """Go on where it was stopped."""
        if self.runner is not None:
            self.runner.resume()

    def look_again(self) -> None:
        """Look for the reply that was lost."""
        if self.runner is not None:
            self.runner.look_again()

    def send_again(self) -> None:
        """Send the same request once more under the same Idempotency-Key."""
        if self.runner is not None:
            self.runner.send_again()

    def give_back(self) -> None:
        """Let the next ask of its execution have what it has."""
        if self.ask is not None:
            self.ask.give_back()


def first_state(recipe: Recipe, now: float, *, simulated: bool) -> TaskState:
    """The state of a task before anything has happened to it.

    Args:
        recipe: what is asked.
        now: Unix seconds.
        simulated: whether an emulator plays the service.
    """
    return TaskState(
        stage=Stage.QUEUED,
        progress=None,
        started_at=now,
        at=now,
        ended_at=None,
        left=None,
        images=(),
        expected=recipe.request.n,
        size=recipe.request.pixels,
        error=None,
        task_id=None,
        receipt=None,
        simulated=simulated,
        note=None,
        taped=recipe.service == RECORDED,
    )
