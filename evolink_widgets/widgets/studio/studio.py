"""`ImageStudio`: the panel with prompt, size, quality, count, price, progress and pictures."""

from __future__ import annotations

import contextlib
import time
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar

from evolink_widgets.connect.current import session
from evolink_widgets.core.executions import notebook_name
from evolink_widgets.core.loop import run_on_loop
from evolink_widgets.core.task import Task, TaskState
from evolink_widgets.errors import EvolinkError, StoreError
from evolink_widgets.rules.pricing.pricing import estimate
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.rules.tasks.task import Credits
from evolink_widgets.runtime.clock import now
from evolink_widgets.text.wording import counted
from evolink_widgets.widgets.base import assets, describe, money
from evolink_widgets.widgets.base.messages import Answer
from evolink_widgets.widgets.base.panel import described
from evolink_widgets.widgets.base.saved_runs import SavedRun
from evolink_widgets.widgets.base.traits import DerivedFlag, DerivedText, SendableText, WholeNumber
from evolink_widgets.widgets.base.transfers.outgoing_pictures import workers
from evolink_widgets.widgets.pictures.taking_home import told_of_home
from evolink_widgets.widgets.studio.presets import PresetPanel
from evolink_widgets.widgets.studio.references import added

__all__ = ["ImageStudio"]

#: Seconds for which a balance counts as fresh while nothing ends.
_BALANCE_SECONDS = 60.0
#: Earlier runs that are shown at once.
_EARLIER = 20


class ImageStudio(PresetPanel):
    """A panel that asks for pictures and shows them.

    Its controls are traits: set them, observe them, `link` them with any other widget. A value
    that breaks a rule is shown beside its control, and `run` raises it.

    Args:
        prompt, size, resolution, quality, n, model, references: as in `generate`, with its
            defaults.

    Traits:
        prompt, size, resolution, quality, n, model: what the controls say.
        references: the names of the reference pictures, in their order; set it to anything that
            `generate(references=)` takes.
        images: the pictures of all runs, oldest run first.
        selected: ids of the selected pictures, `"<task key>.<place>"`; the pictures themselves
            are `studio.selected_images`.
        busy: whether a run is on its way.
        error: what went wrong with the last run that failed; empty when it did not.

    Example:
        >>> studio = ew.ImageStudio(prompt="a fox in the snow", size="16:9", n=4)
        >>> studio.n = 2
    """

    _esm = assets.esm("studio")
    _css = assets.css("studio")

    prompt = SendableText("").tag(sync=True)
    size = SendableText("auto").tag(sync=True)
    resolution = SendableText("1K").tag(sync=True)
    quality = SendableText("medium").tag(sync=True)
    n = WholeNumber(1).tag(sync=True)
    model = SendableText("gpt-image-2").tag(sync=True)
    busy = DerivedFlag(False).tag(sync=True)
    error = DerivedText("").tag(sync=True)

    _handlers: ClassVar[dict[str, str]] = {
        **PresetPanel._handlers,
        "check": "_on_check",
        "run": "_on_run",
        "reuse": "_on_reuse",
        "recover": "_on_recover",
        "earlier": "_on_earlier",
    }
    _followed: ClassVar[tuple[str, ...]] = ("images", "error", "busy")

    def __init__(self, prompt: str = "", **traits: Any) -> None:
        self._credits: Credits | None = None
        self._credits_at = 0.0
        self._trouble = ""
        self._notebook = notebook_name()
        self._made_at = now()
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

    def reuse(self) -> Task:
        """Ask for what the controls say, from the store as far as it has it: those for 0 credits.

        Raises:
            InvalidRequest: the controls break a rule; nothing was sent.
        """
        return self._submit(self.request, fresh=False)

    def recover(self) -> list[Task]:
        """Collect what an earlier kernel paid for, as `ew.recover()` does, and show it here.

        Raises:
            StoreError: the journal can't be read.
        """
        tasks = session().recover()
        for task in tasks:
            self._follow(task)
        return tasks

    def stop(self) -> None:
        """Stop waiting for all runs. The service finishes and charges them; nothing is lost."""
        for task in self.runs:
            if not task.state.stage.ended:
                task.stop()

    def _submit(self, request: ImageRequest, *, fresh: bool = True) -> Task:
        self._trouble = ""
        try:
            return super()._submit(request, fresh=fresh)
        except EvolinkError as error:
            self._has_trouble(error)
            raise

    def _has_trouble(self, error: EvolinkError) -> None:
        self._trouble = str(error)
        self._reflect_soon()

    def _changed(self, task: Task, state: TaskState) -> None:
        super()._changed(task, state)
        if state.stage.ended:
            self._look_up_balance(at_once=True)
            if state.reused:
                run_on_loop(self._tell_earlier())

    def _now(self, name: str) -> Any:
        states = [task.state for task in self.runs]
        if name == "busy":
            return any(not state.stage.ended for state in states)
        if name == "error":
            last = states[-1] if states else None
            return self._trouble or (str(last.error) if last and last.error else "")
        return super()._now(name)

    # -- what the browser says -----------------------------------------------------------------

    def _welcome(self, tasks: list[Task]) -> dict[str, Any]:
        self._used_at = time.monotonic()
        told = {**super()._welcome(tasks), "rules": describe.rules()}
        try:
            current = session()
        except EvolinkError as error:  # a wrong setting is told in a panel that is drawn
            self._has_trouble(error)
            return told
        # What the first run needs is loaded while the prompt is still typed.
        current.prepare()
        self._shown_uncharged = current.simulated
        self._look_up_balance()
        run_on_loop(self._tell_outstanding())
        run_on_loop(self._tell_earlier())
        return {
            **told,
            "simulated": current.simulated,
            "badge": current.badge,
            "service": current.service,
            "keySource": current.key_source,
            "home": told_of_home(self._home()),
        }

    def _on_check(self, content: dict[str, Any]) -> Answer:
        self._used_at = time.monotonic()
        # Prices, caps and what the store has are read from the database.
        self._answer_later(content, partial(self._check, _fields(content)))
        return None

    def _check(self, fields: dict[str, Any]) -> Answer:
        told, request = describe.check(fields)
        told |= {"price": None, "balance": money.balance(self._credits)}
        if request is not None:
            told |= self._cost(request, is_whole=not told["problems"])
        return "checked", told

    def _cost(self, request: ImageRequest, *, is_whole: bool) -> dict[str, Any]:
        """What a request costs, whether it may, and what of it is in the store."""
        try:
            current = session()
            self._has_gone_live()
        except EvolinkError as error:
            return {"price": money.price(estimate(request)), "obstacle": str(error)}
        try:
            price, meters = current.estimate(request), current.meters()
            told = {
                "price": money.price(price),
                "meters": [money.meter(one) for one in meters],
                "obstacle": money.obstacle(price, meters, current.may_spend),
            }
            if request.references:
                bare = current.estimate(replace(request, references=()))
                told["added"] = added(price, bare, len(request.references))
            if not is_whole:  # with another prompt it is another request
                return told
            stored, rest = current.stored(request), None
            if stored is not None and stored.pictures == request.n and self._shows(stored.slots):
                stored = None  # they stand in the log
            if stored is not None and stored.pictures < request.n:
                rest = current.estimate(replace(request, n=request.n - stored.pictures))
            hindered = rest is not None and bool(money.obstacle(rest, meters, current.may_spend))
            return {**told, "reuse": money.offer(stored, request.n, rest, hindered)}
        except StoreError as error:
            return {"price": money.price(estimate(request)), "obstacle": str(error)}

    def _shows(self, slots: frozenset[tuple[str, int]]) -> bool:
        """Whether the log shows all of these pictures."""
        return slots <= {(image.task_key, image.index) for image in self._now("images")}

    def _on_run(self, content: dict[str, Any]) -> Answer:
        return self._accept(content, fresh=True)

    def _on_reuse(self, content: dict[str, Any]) -> Answer:
        return self._accept(content, fresh=False)

    def _accept(self, content: dict[str, Any], *, fresh: bool) -> Answer:
        fields = {name: getattr(self, name) for name in describe.FIELDS}
        request = ImageRequest(**describe.typed({**fields, **_fields(content)}))
        task = self._buy(content, request, fresh=fresh)
        return "accepted", {"run": described(task)}

    def _on_recover(self, content: dict[str, Any]) -> Answer:
        def collect() -> Answer:
            return "collecting", {"tasks": len(self.recover())}

        self._answer_later(content, collect)
        return None

    async def _tell_outstanding(self) -> None:
        """Say what an earlier kernel has paid for and not collected."""
        try:
            out = await workers.run(lambda: session().outstanding())
        except EvolinkError:
            return  # a store that can't be read says so when it is asked for something
        if out is not None:
            self.send({"kind": "outstanding", "tasks": out.tasks, "text": f"{out}."})

    def _earlier(self) -> tuple[list[Task], list[str]]:
        """The runs of this notebook from before this panel: those that go on, and sets.

        What later cells ask for is no earlier run, and not of this panel.
        """
        current = session()
        going = [
            task
            for task in current.tasks
            if task.key not in self._tasks and task.state.started_at <= self._made_at
        ]
        if self._notebook is None:
            return going, []
        landed = [image for task in self.runs for image in task.state.images]
        shown = {*self._tasks, *self._saved_runs, *(task.key for task in going)}
        shown |= {image.task_key for image in landed}  # the store has answered with them
        keys = current.store.gallery.of_notebook(self._notebook, self._made_at)
        return going, [key for key in keys if key not in shown]

    async def _tell_earlier(self) -> None:
        """Say how many runs of this notebook the log does not show: the cell was run again."""
        try:
            going, keys = await workers.run(self._earlier)
        except EvolinkError:
            return  # a store that can't be read says so when it is asked for something
        count = len(going) + len(keys)
        said = f"{counted(count, 'earlier run')} of this notebook" if count else ""
        self.send({"kind": "earlier", "count": count, "text": said})

    def _on_earlier(self, content: dict[str, Any]) -> Answer:
        self._answer_later(content, self._show_earlier)
        return None

    def _show_earlier(self) -> Answer:
        """Show the newest of the runs that are not shown."""
        going, keys = self._earlier()
        gallery, found = session().store.gallery, []
        for key in keys[:_EARLIER]:
            with contextlib.suppress(EvolinkError):  # damaged, or moved to the trash just now
                if images := gallery.images(key):
                    found.append(SavedRun.of_set(images))
        # Oldest first, before those that were shown.
        self._saved_runs = {run.key: run for run in found[::-1]} | self._saved_runs
        for task in going:
            self._follow(task)
        for run in found:
            for place, image in run.placed:
                run_on_loop(self._send_picture(image, run.key, place))
        self._reflect_soon()
        self._companion.update()
        run_on_loop(self._tell_earlier())
        return "shown", {"runs": [run.told() for run in found]}

    def _look_up_balance(self, *, at_once: bool = False) -> None:
        now = time.monotonic()
        if at_once or not self._credits_at or now - self._credits_at > _BALANCE_SECONDS:
            self._credits_at = now
            run_on_loop(self._tell_balance())

    async def _tell_balance(self) -> None:
        try:
            self._credits = await workers.run(lambda: session().credits())
        except EvolinkError:
            return  # a panel without a balance is complete; a run will say what is wrong
        told = money.balance(self._credits)
        if told is not None:
            self.send({"kind": "balance", **told})


def _fields(content: dict[str, Any]) -> dict[str, Any]:
    given = content.get("fields")
    given = given if isinstance(given, dict) else {}
    return {name: given[name] for name in describe.FIELDS if name in given}
