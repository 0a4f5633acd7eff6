"""`LentTask`: one ask that a worker sends, as the batch and the screen see it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable

from evolink_widgets.batches.engine.worker import News
from evolink_widgets.core.asked import first_state
from evolink_widgets.core.money import Terms
from evolink_widgets.core.task import Stage, Task, withdrawn
from evolink_widgets.errors import Billed, EvolinkError
from evolink_widgets.rules.pricing.pricing import Estimate
from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.runtime.clock import monotonic
from evolink_widgets.store.gallery.pictures import GeneratedImage
from evolink_widgets.store.journal.journal import Entry
from evolink_widgets.store.journal.new_names import new_key

__all__ = ["LentTask"]


class LentTask:
    """One ask that a worker sends; the control of its `Task`.

    Args:
        take_back: forgets it where it has not left.
        request: what is asked.
        recipe: the whole recipe.
        terms: the caps that hold.
        estimate: what it may cost.
        group: equal for asks of one recipe, which want pictures of their own.
        simulated: whether an emulator plays the service.
    """

    def __init__(
        self,
        take_back: Callable[[LentTask], object],
        request: ImageRequest,
        recipe: Recipe,
        terms: Terms,
        estimate: Estimate,
        *,
        group: Hashable,
        simulated: bool,
        now: float,
    ) -> None:
        self.key = new_key()
        self.recipe = recipe
        self.terms = terms
        self.group = group
        self.asked_at = monotonic()
        self.is_out = False
        self.here: Task | None = None
        self._take_back = take_back
        self.task = Task(
            key=self.key,
            request=request,
            recipe=recipe,
            estimate=estimate,
            state=first_state(recipe, now, simulated=simulated),
            control=self,
        )

    def waited(self, *, in_vain: bool) -> None:
        """A batch waits for its run."""

    def stop(self) -> None:
        """Take it back where it has not left; else it comes home."""
        if self.here is not None:
            self.here.stop()
        elif not self.is_out and not self.task.state.stage.ended:
            self._take_back(self)
            self.end(withdrawn())

    def leaves(self) -> None:
        """It is out from now on: it ends when it comes home, or has not left after all."""
        self.is_out = True
        self.task.publish(stage=Stage.SENDING)

    def resume(self) -> None:
        """Go on where it was stopped, if it is here."""
        if self.here is not None:
            self.here.resume()

    def look_again(self) -> None:
        """Look once more, if it is here."""
        if self.here is not None:
            self.here.look_again()

    def send_again(self) -> None:
        """Send it once more, if it is here."""
        if self.here is not None:
            self.here.send_again()

    def give_back(self) -> None:
        """A batch's ask finds what is here in the store, or elsewhere."""

    def charge(self) -> Billed:
        """Whether it is charged if it is not waited for any longer."""
        if not self.is_out:
            return Billed.NO
        return Billed.UNKNOWN if self.task.id is None else Billed.LATER

    def done(self, images: Iterable[GeneratedImage], entry: Entry) -> None:
        """Say that its pictures are here."""
        self.task.publish(
            stage=Stage.DONE, progress=100, images=tuple(images), error=None, note=None,
            task_id=entry.task_id, receipt=entry.receipt,
        )  # fmt: skip

    def end(self, error: EvolinkError) -> None:
        """Say that it ended without its pictures."""
        stage = {Billed.NO: Stage.REFUSED, Billed.UNKNOWN: Stage.UNKNOWN}.get(
            error.billed, Stage.FAILED
        )
        self.task.publish(stage=stage, error=error, note=None)

    def show(self, news: News) -> None:
        """Show how it gets on at the worker; it ends when it is home."""
        stage = Stage(news.stage)
        if stage.ended or stage is Stage.QUEUED:
            stage = Stage.SAVING if stage is Stage.DONE else Stage.SENDING
        state = self.task.state
        told = (stage, news.progress, news.task_id or state.task_id, news.note)
        if told != (state.stage, state.progress, state.task_id, state.note):
            self.task.publish(
                stage=stage, progress=news.progress, task_id=told[2], note=news.note,
                receipt=news.receipt or state.receipt,
            )  # fmt: skip

    def mirror(self, other: Task) -> None:
        """Go on as a task of this process does, which has taken it up."""
        self.here = other
        names = ("stage", "progress", "left", "images", "expected", "error", "task_id", "receipt",
                 "note", "reused", "places", "held")  # fmt: skip
        other.subscribe(
            lambda state: self.task.publish(**{name: getattr(state, name) for name in names})
        )
