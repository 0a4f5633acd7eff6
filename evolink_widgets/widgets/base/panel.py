"""The base of panels that follow tasks: messages in, events out, pictures as bytes.

Three kinds of threads meet here. The kernel's bring messages from the browser; it is unknown
which of them it will be, so a handler checks, hands over and answers. The core's own thread
brings the states of tasks and must never wait. Traits that follow from the tasks
are set on a thread of their own: an observer may take its time there.

A new widget, `Thing`, step by step; a test names each step that is left out, but for the last two.

1. A folder: `thing/__init__.py` with a line that says what it is, and `thing/thing.py` with the
   class. It derives from `PicturePanel` (`pictures/picture_panel.py`) if it follows tasks: it then
   has their progress, pictures, what can be done with those, and a static copy, and you add what is
   its own. It is a `Panel` (`base/panel.py`) with no actions on pictures, or else a `View`
   (`base/view.py`): then write `_static_html`, what stays in the saved notebook, and `_piece`, a
   picture's bytes for the page; and `__repr__`.
2. `_esm = assets.esm("thing")` and `_css = assets.css("thing")` in the class, traits for state
   (`.tag(sync=True)`), and its messages: a row in `_handlers` for each kind, the method beside it.
   A message that costs money stands in `PAID` (`base/messages.py`) and is sent by `ui.buy`; if it
   is asked of a run, also in `BUYS` (`base/static/purchase.js`).
3. `thing/static/thing.js`, which ends in `export default { render }`, and `thing/static/thing.css`
   with every selector inside `.ew`. What Python sends is declared in `base/static/types.d.ts`.
4. One row in `FRONT_ENDS` (`base/assets.py`): its module, and its stylesheets in their order.
5. Its size as assembled in `LIMITS` (`tests/contracts/test_files.py`).
6. Its folder's rank in `INNER_ROWS["widgets"]` (`tests/contracts/test_imports.py`).
7. Its public name: a line in `evolink_widgets/__init__.pyi`. The class's docstring has Args,
   Traits and an Example, which a test runs.
8. Tests on both sides: `tests/widgets/test_thing.py` with a comm that records,
   `tests/frontend/test_thing.py` on a stub model in a browser.
9. A cell in a notebook of `notebooks/`, and a line in CHANGELOG.md.
"""

from __future__ import annotations

import contextlib
import contextvars
import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar

import traitlets

from evolink_widgets.connect.current import session
from evolink_widgets.core.loop import Workers, call_on_loop, run_on_loop
from evolink_widgets.core.task import Task, TaskState
from evolink_widgets.errors import EvolinkError
from evolink_widgets.rules.pricing.pricing import Estimate
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.store.gallery.pictures import GeneratedImage
from evolink_widgets.text.wording import counted
from evolink_widgets.widgets.base import describe, money
from evolink_widgets.widgets.base.companion import html_of, sheet_of
from evolink_widgets.widgets.base.messages import Answer, now_live
from evolink_widgets.widgets.base.saved_runs import SavedRun, finished
from evolink_widgets.widgets.base.traits import DerivedPictures
from evolink_widgets.widgets.base.transfers import outgoing_pictures
from evolink_widgets.widgets.base.view import View

__all__ = ["Panel", "described"]

log = logging.getLogger("evolink_widgets")

#: Sets the traits of all panels, in the order in which things happened.
_views = Workers("evolink-views", 1)


class Panel(View):
    """A view of tasks: their progress, and their pictures in a grid.

    Traits:
        images: the pictures, oldest task first.
        selected: ids of the selected pictures, `"<task key>.<place>"`: a picture's place in
            what was asked, from 0.
    """

    images = DerivedPictures()
    selected = traitlets.List(traitlets.Unicode()).tag(sync=True)
    #: How many pictures the page has; only it sets this, for hosts that follow what a page says.
    _came = traitlets.Int(0).tag(sync=True)

    _handlers: ClassVar[dict[str, str]] = {
        **View._handlers,
        "hello": "_on_hello",
        "stop": "_on_stop",
        "resume": "_on_resume",
        "lookAgain": "_on_look_again",
        "sendAgain": "_on_send_again",
        "runAgain": "_on_run_again",
    }
    #: Traits that follow from the tasks; an observer of the last finds the others set.
    _followed: ClassVar[tuple[str, ...]] = ("images",)

    def __init__(self, **traits: Any) -> None:
        self._tasks: dict[str, Task] = {}
        #: Saved pictures that are shown beside the tasks, oldest first, by their key.
        self._saved_runs: dict[str, SavedRun] = {}
        self._leave: list[Callable[[], None]] = []
        self._shown: set[str] = set()
        self._is_stale = False
        #: Simulated runs, and pictures, of which was asked whether they are to cost credits now.
        self._asked_live: set[str] = set()
        #: Pages that have asked for us: more than one after a reload.
        self._pages = 0
        super().__init__(**traits)
        for name in self._followed:
            self._tell_trait(name)

    @property
    def selected_images(self) -> tuple[GeneratedImage, ...]:
        """The selected pictures, in the order in which they were selected."""
        found = []
        for name in self.selected:
            try:
                found.append(self._find(name)[0])
            except EvolinkError:
                continue  # an id that was set and that this panel does not have
        return tuple(found)

    # -- what tasks say ------------------------------------------------------------------------

    def _follow(self, task: Task) -> None:
        """Show a task from now on."""
        with self._guard:
            if task.key in self._tasks:
                return
            self._tasks[task.key] = task
        # In a context of its own: what is told later is told for the cell that runs then.
        leave = contextvars.Context().run(task.subscribe, partial(self._changed, task))
        self._leave.append(leave)

    def _submit(self, request: ImageRequest, *, fresh: bool = True) -> Task:
        """Ask for pictures and show them."""
        # A press is an execution of its own: it is offered the first pictures that there are.
        task = session().submit(request, fresh=fresh, execution=None)
        self._follow(task)
        return task

    def _buy(self, content: dict[str, Any], request: ImageRequest, *, fresh: bool = True) -> Task:
        """Ask for what was pressed for.

        Raises:
            AskFirst: it may cost more than the page buys without a question.
            EvolinkError: an earlier press has asked for the same, and the page had not shown it.
        """
        if money.is_limited(content):
            price, most = to_pay(request, fresh=fresh), content["most"]
            money.check_unasked(price, most, session().simulated, content.get("offered"))
        submit = partial(self._submit, request, fresh=fresh)
        return self._presses.buy(content.get("press"), (fresh, request), submit)

    def _changed(self, task: Task, state: TaskState) -> None:
        """One task has a new state. Runs on the core's thread."""
        self._reflect_soon()
        self.send({"kind": "run", "run": described(task, state)})
        named = {f"{task.key}.{place}": (place, image) for place, image in state.placed}
        news = [name for name in named if name not in self._shown]
        for name in news:
            place, image = named[name]
            self._shown.add(name)
            run_on_loop(self._send_picture(image, task.key, place))
        if news or state.stage.ended or task.key not in self._shown:
            self._shown.add(task.key)
            self._companion.update()

    def _now(self, name: str) -> Any:
        """What a trait that follows from the tasks is at this moment."""
        saved = [image for run in list(self._saved_runs.values()) for image in run.images]
        states = [task.state for task in list(self._tasks.values())]
        return (*saved, *(image for state in states for image in state.images))

    def _reflect_soon(self) -> None:
        with self._guard:
            if self._is_stale:
                return
            self._is_stale = True
        run_on_loop(_views.run(self._reflect))

    def _reflect(self) -> None:
        """Tell observers and the browser of the traits that follow from the tasks."""
        with self._guard:
            self._is_stale = False
        for name in self._followed:
            self._tell_trait(name)

    def _tell_trait(self, name: str) -> None:
        try:
            with self._trait_lock:
                setattr(self, name, self._now(name))
        except Exception:
            log.exception("An observer of %r raised", name)

    async def _send_picture(self, image: GeneratedImage, key: str, index: int) -> None:
        content, thumb = await outgoing_pictures.workers.run(outgoing_pictures.told_of, image)
        await outgoing_pictures.send_rate.room(len(thumb))
        self.send({"kind": "picture", "key": key, "index": index, **content}, [thumb])

    # -- what the browser says -----------------------------------------------------------------

    def _on_hello(self, content: dict[str, Any]) -> Answer:
        self._pages += 1
        tasks = list(self._tasks.values())
        self._answer(content, "welcome", self._welcome(tasks))
        for key, index, image in self._landed(tasks):
            run_on_loop(self._send_picture(image, key, index))
        self._companion.meet_page()
        return None

    def _landed(self, tasks: list[Task]) -> Iterable[tuple[str, int, GeneratedImage]]:
        """The pictures that a new page needs, those that it shows first first."""
        for task in reversed(tasks):
            for place, image in task.state.placed:
                yield task.key, place, image
        for run in reversed(list(self._saved_runs.values())):
            for place, image in run.placed:
                yield run.key, place, image

    def _welcome(self, tasks: list[Task]) -> dict[str, Any]:
        saved = list(self._saved_runs.values())
        return {
            "simulated": any(task.state.simulated for task in tasks)
            or any(image.simulated or image.recorded for run in saved for image in run.images),
            "badge": "",
            "service": "",
            "keySource": None,
            "runs": [*(run.told() for run in saved), *map(described, tasks)],
            "columns": None,
        }

    def _on_stop(self, content: dict[str, Any]) -> Answer:
        return self._order(content, Task.stop)

    def _on_resume(self, content: dict[str, Any]) -> Answer:
        return self._order(content, Task.resume)

    def _on_look_again(self, content: dict[str, Any]) -> Answer:
        return self._order(content, Task.look_again)

    def _on_send_again(self, content: dict[str, Any]) -> Answer:
        task = self._task(content)
        if money.is_limited(content):
            money.check_unasked(task.estimate, content["most"], task.state.simulated)
        return self._order(content, Task.send_again)

    def _order(self, content: dict[str, Any], order: Callable[[Task], None]) -> Answer:
        def give(task: Task) -> None:
            with contextlib.suppress(EvolinkError):  # refused: the task's state says why
                order(task)

        call_on_loop(give, self._task(content))
        return "ok", {}

    def _on_run_again(self, content: dict[str, Any]) -> Answer:
        saved = self._saved_runs.get(str(content.get("key")))
        if saved is not None and "runAgain" not in saved.actions:
            raise EvolinkError(
                "These pictures are shown, not asked for.",
                advice="Ask again with ew.generate(...): Copy as code tells what made each.",
            )
        image = saved.images[0] if saved else None
        request = image.recipe.request if image else self._task(content).request
        self._check_live(content, image or self._task(content).state)
        task = self._buy(content, request)
        return "accepted", {"run": described(task)}

    def _check_live(self, content: dict[str, Any], shown: GeneratedImage | TaskState) -> None:
        """Ask once before what was played is asked of a service that charges.

        Raises:
            AskFirst: that was not asked yet.
        """
        name = str(content.get("picture") or content.get("key"))
        if shown.simulated and not session().simulated and name not in self._asked_live:
            self._asked_live.add(name)
            raise now_live(content)

    def _task(self, content: dict[str, Any]) -> Task:
        task = self._tasks.get(str(content.get("key")))
        if task is None:
            raise EvolinkError("This panel has no such run.", advice="Run it again.")
        return task

    def _later(
        self,
        content: dict[str, Any],
        kind: str,
        work: Callable[..., dict[str, Any]],
        *args: object,
        workers: Workers = outgoing_pictures.workers,
    ) -> Answer:
        """Answer with what `work` gives, once a worker has done it."""
        self._answer_later(content, lambda: (kind, work(*args)), workers)
        return None

    def _piece(self, picture: object, what: str, offset: int) -> tuple[dict[str, Any], bytes]:
        return outgoing_pictures.piece(self._find(picture)[0], what, offset)

    def _find(self, name: object) -> tuple[GeneratedImage, TaskState]:
        """The picture with an id, and the state of its task."""
        key, _, wanted = str(name).rpartition(".")
        saved = self._saved_runs.get(key)
        if saved is not None and (image := saved.find(wanted)) is not None:
            return image, finished([image])
        state = self._tasks[key].state if key in self._tasks else None
        for place, image in state.placed if state else ():
            if str(place) == wanted and state is not None:
                return image, state
        raise EvolinkError("This panel has no such picture.", advice="Run it again.")

    # -- being shown ---------------------------------------------------------------------------

    def _static_html(self) -> str:
        return html_of(list(self._tasks.values()), self._key, list(self._saved_runs.values()))

    def _static_picture(self) -> dict[str, str]:
        return sheet_of(list(self._tasks.values()), list(self._saved_runs.values()))

    def __repr__(self) -> str:
        return f"<{type(self).__name__}, {counted(len(self._tasks), 'run')}>"

    def close(self) -> None:
        """Take the view away; the tasks go on."""
        if self.comm is not None:  # one that refused its arguments follows nothing
            while self._leave:
                self._leave.pop()()
        super().close()


def to_pay(request: ImageRequest, *, fresh: bool) -> Estimate | None:
    """What a request will cost now: of one that is not fresh, what the store does not have.

    Raises:
        StoreError: the store can't be read.
    """
    current = session()
    stored = None if fresh else current.stored(request)
    missing = request.n - (stored.pictures if stored else 0)
    return current.estimate(replace(request, n=missing)) if missing > 0 else None


def described(task: Task, state: TaskState | None = None) -> dict[str, Any]:
    """A task as a run of the log."""
    return describe.run(task.key, task.request, state or task.state, task.estimate)
