"""`ImageStudio`: the panel with prompt, size, quality, count, price, progress and pictures."""

from __future__ import annotations

import time
from typing import Any

import traitlets

from evolink_widgets.connect import session
from evolink_widgets.core.loop import run_on_loop
from evolink_widgets.core.task import Task
from evolink_widgets.errors import EvolinkError
from evolink_widgets.rules.request import ImageRequest
from evolink_widgets.rules.task import Credits
from evolink_widgets.widgets import assets, describe
from evolink_widgets.widgets.companion import workers
from evolink_widgets.widgets.panel import Panel

__all__ = ["ImageStudio"]

#: Seconds for which a balance counts as fresh while nothing ends.
_BALANCE_SECONDS = 60.0


class ImageStudio(Panel):
    """A panel that asks for pictures and shows them.

    Its controls are traits: set them, observe them, `link` them with any other widget. A value
    that breaks a rule is shown beside its control, and `run` raises it.

    Args:
        prompt, size, resolution, quality, n, model: as in `generate`, with its defaults.

    Traits:
        prompt, size, resolution, quality, n, model: what the controls say.
        images: the pictures of all runs, oldest run first.
        selected: ids of the selected pictures, `"<task key>.<index>"`.
        busy: whether a run is on its way.
        error: what went wrong with the last run that failed; empty when it did not.

    Example:
        >>> studio = ew.ImageStudio(prompt="a fox in the snow", size="16:9", n=4)
        >>> studio.n = 2
    """

    _esm = assets.esm("studio")
    _css = assets.css("studio")

    prompt = traitlets.Unicode("").tag(sync=True)
    size = traitlets.Unicode("auto").tag(sync=True)
    resolution = traitlets.Unicode("1K").tag(sync=True)
    quality = traitlets.Unicode("medium").tag(sync=True)
    n = traitlets.Int(1).tag(sync=True)
    model = traitlets.Unicode("gpt-image-2").tag(sync=True)
    busy = traitlets.Bool(False).tag(sync=True)
    error = traitlets.Unicode("").tag(sync=True)
    images = traitlets.Tuple()

    def __init__(self, prompt: str = "", **traits: Any) -> None:
        self._credits: Credits | None = None
        self._credits_at = 0.0
        super().__init__(prompt=prompt, **traits)

    @property
    def runs(self) -> tuple[Task, ...]:
        """The tasks that this panel has asked for, oldest first."""
        return tuple(self._tasks.values())

    @property
    def request(self) -> ImageRequest:
        """What the controls ask for.

        Raises:
            InvalidRequest: they break a rule; all problems at once.
        """
        return ImageRequest(**{name: getattr(self, name) for name in describe.FIELDS})

    def run(self) -> Task:
        """Ask for what the controls say, as the Run button does: always anew.

        Raises:
            InvalidRequest: the controls break a rule; nothing was sent.
        """
        return self._submit(self.request)

    def stop(self) -> None:
        """Stop waiting for all runs. The service finishes and charges them; nothing is lost."""
        for task in self.runs:
            if not task.state.stage.ended:
                task.stop()

    def _submit(self, request: ImageRequest) -> Task:
        with self._lock:
            self.error = ""
        task = session().submit(request)
        self._follow(task)
        return task

    def _reflect(self) -> None:
        states = [task.state for task in self._tasks.values()]
        busy = any(not state.stage.ended for state in states)
        if self.busy and not busy:
            self._look_up_balance(at_once=True)
        images = tuple(image for state in states for image in state.images)
        if images != self.images:
            self.images = images
        self.busy = busy
        last = states[-1].error if states else None
        self.error = str(last) if last is not None and states[-1].stage.ended else ""

    # -- what the browser says -----------------------------------------------------------------

    def _welcome(self, tasks: list[Task]) -> dict[str, Any]:
        current = session()
        # What the first run needs is loaded while somebody still types.
        current.prepare()
        self._look_up_balance()
        fields = {name: getattr(self, name) for name in describe.FIELDS}
        return {
            **super()._welcome(tasks),
            "rules": describe.rules(),
            "simulated": current.simulated,
            "service": current.service,
            "keySource": current.key_source,
            "check": describe.check(fields, self._credits),
        }

    def _on_check(self, content: dict[str, Any]) -> None:
        told = describe.check(_fields(content), self._credits)
        self._answer(content, "checked", **told)

    def _on_run(self, content: dict[str, Any]) -> None:
        fields = {name: getattr(self, name) for name in describe.FIELDS}
        fields.update(_fields(content))
        if isinstance(fields["n"], str) and fields["n"].strip().isdecimal():
            fields["n"] = int(fields["n"])
        task = self._submit(ImageRequest(**fields))
        told = describe.run(task.key, task.request, task.state)
        self._answer(content, "accepted", run=told)

    def _look_up_balance(self, *, at_once: bool = False) -> None:
        now = time.monotonic()
        if at_once or not self._credits_at or now - self._credits_at > _BALANCE_SECONDS:
            self._credits_at = now
            run_on_loop(self._tell_balance())

    async def _tell_balance(self) -> None:
        try:
            self._credits = await workers.run(session().credits)
        except EvolinkError:
            return  # a panel without a balance is complete; a run will say what is wrong
        told = describe.balance(self._credits)
        if told is not None:
            with self._lock:
                self.send({"kind": "balance", **told})


def _fields(content: dict[str, Any]) -> dict[str, Any]:
    given = content.get("fields")
    given = given if isinstance(given, dict) else {}
    return {name: given[name] for name in describe.FIELDS if name in given}
