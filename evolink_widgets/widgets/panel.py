"""What both widgets are made of on this side: messages in, events out, pictures as bytes.

A handler checks, hands over and answers; it never waits for the network, because nobody knows
on which thread it runs. Events come from the core's own thread. Both set traits in one place,
under one lock.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable
from typing import Any

import anywidget
import traitlets

from evolink_widgets.connect import session
from evolink_widgets.core.loop import run_on_loop
from evolink_widgets.core.state import TaskState
from evolink_widgets.core.task import Task
from evolink_widgets.errors import EvolinkError, InvalidRequest, StoreDamaged
from evolink_widgets.store.pictures import GeneratedImage
from evolink_widgets.widgets import describe
from evolink_widgets.widgets.companion import Companion, html_of, workers

__all__ = ["Panel"]

log = logging.getLogger("evolink_widgets")

#: Bytes in one answer; a Jupyter server drops what comes faster than about 1 MB a second.
CHUNK = 256 * 1024
_EDGES = {"thumb": 512, "preview": 1600}


class Panel(anywidget.AnyWidget):
    """A view of tasks: their progress, and their pictures in a grid.

    Traits:
        selected: ids of the selected pictures, `"<task key>.<index>"`.
    """

    selected = traitlets.List(traitlets.Unicode()).tag(sync=True)
    _key = traitlets.Unicode().tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self._key = secrets.token_hex(6)
        self._lock = threading.RLock()
        self._tasks: dict[str, Task] = {}
        self._leave: list[Callable[[], None]] = []
        self._shown: set[str] = set()
        self._companion = Companion(self._static_html, lambda: repr(self))
        self.on_msg(self._receive)

    # -- what tasks say ------------------------------------------------------------------------

    def _follow(self, task: Task) -> None:
        """Show a task from now on."""
        with self._lock:
            if task.key in self._tasks:
                return
            self._tasks[task.key] = task
        self._leave.append(task.subscribe(lambda state: self._changed(task, state)))

    def _changed(self, task: Task, state: TaskState) -> None:
        """One task has a new state. Runs on the core's thread."""
        with self._lock:
            self._reflect()
            self.send({"kind": "run", "run": describe.run(task.key, task.request, state)})
            news = [
                image for image in state.images if describe.picture_id(image) not in self._shown
            ]
            self._shown.update(describe.picture_id(image) for image in news)
        for image in news:
            run_on_loop(self._send_picture(image))
        if news or state.stage.ended:
            self._companion.update()

    def _reflect(self) -> None:
        """Set the traits that follow from the tasks; called under the lock."""

    async def _send_picture(self, image: GeneratedImage) -> None:
        try:
            thumb = await workers.run(image.thumbnail, _EDGES["thumb"])
        except EvolinkError:
            return  # the facts of the picture say so when it is opened
        content = {
            "kind": "picture",
            "key": image.task_key,
            "index": image.index,
            "width": image.width,
            "height": image.height,
            "alt": image.alt,
            "name": image.path.name,
        }
        with self._lock:
            self.send(content, [thumb])

    # -- what the browser says -----------------------------------------------------------------

    def _receive(self, _widget: object, content: Any, _buffers: object) -> None:
        if not isinstance(content, dict) or not isinstance(content.get("kind"), str):
            return
        handler = getattr(self, f"_on_{_snake(content['kind'])}", None)
        if handler is None:
            self._reject(content, "This kernel does not know what was asked.")
            return
        try:
            handler(content)
        except InvalidRequest as error:
            found = [describe.problem(item) for item in error.problems]
            self._reject(content, error.message, problems=found)
        except Exception as error:
            if not isinstance(error, EvolinkError):
                log.exception("A message from the front end could not be answered")
            self._reject(content, describe.sentence(error))

    def _answer(self, content: dict[str, Any], kind: str, **fields: Any) -> None:
        with self._lock:
            self.send({"kind": kind, "id": content.get("id"), **fields})

    def _reject(self, content: dict[str, Any], message: str, **fields: Any) -> None:
        self._answer(content, "rejected", message=message, **fields)

    def _on_hello(self, content: dict[str, Any]) -> None:
        tasks = list(self._tasks.values())
        self._answer(content, "welcome", **self._welcome(tasks))
        for task in tasks:
            for image in task.state.images:
                run_on_loop(self._send_picture(image))

    def _welcome(self, tasks: list[Task]) -> dict[str, Any]:
        return {
            "simulated": any(task.state.simulated for task in tasks),
            "service": "",
            "keySource": None,
            "runs": [describe.run(task.key, task.request, task.state) for task in tasks],
            "columns": None,
        }

    def _on_stop(self, content: dict[str, Any]) -> None:
        self._order(content, Task.stop)

    def _on_resume(self, content: dict[str, Any]) -> None:
        self._order(content, Task.resume)

    def _on_look_again(self, content: dict[str, Any]) -> None:
        self._order(content, Task.look_again)

    def _on_send_again(self, content: dict[str, Any]) -> None:
        self._order(content, Task.send_again)

    def _on_run_again(self, content: dict[str, Any]) -> None:
        task = session().submit(self._task(content).request)
        self._follow(task)
        self._answer(content, "ok")

    def _order(self, content: dict[str, Any], order: Callable[[Task], None]) -> None:
        order(self._task(content))
        self._answer(content, "ok")

    def _task(self, content: dict[str, Any]) -> Task:
        task = self._tasks.get(str(content.get("key")))
        if task is None:
            raise EvolinkError("This panel has no such run.", advice="Run it again.")
        return task

    def _on_code(self, content: dict[str, Any]) -> None:
        image, _ = self._picture(content)
        self._answer(content, "code", text=image.recipe.as_code())

    def _on_facts(self, content: dict[str, Any]) -> None:
        image, state = self._picture(content)
        self._answer(content, "facts", rows=describe.facts(image, state))

    def _on_bytes(self, content: dict[str, Any]) -> None:
        image, _ = self._picture(content)
        offset = content.get("offset", 0)
        if not isinstance(offset, int) or offset < 0:
            raise EvolinkError(f"offset must be 0 or more; it is {offset!r}.", advice="Ask again.")
        what = str(content.get("what"))
        run_on_loop(self._send_bytes(content, image, what, offset))

    async def _send_bytes(
        self, content: dict[str, Any], image: GeneratedImage, what: str, offset: int
    ) -> None:
        try:
            part, total = await workers.run(_part, image, what, offset)
        except EvolinkError as error:
            self._reject(content, str(error))
            return
        kind = f"image/{image.format}" if what == "original" else "image/webp"
        told = {"total": total, "offset": offset, "type": kind, "name": image.path.name}
        with self._lock:
            self.send({"kind": "bytes", "id": content.get("id"), **told}, [part])

    def _picture(self, content: dict[str, Any]) -> tuple[GeneratedImage, TaskState]:
        name = str(content.get("picture"))
        task = self._tasks.get(name.rpartition(".")[0])
        for image in task.state.images if task else ():
            if describe.picture_id(image) == name and task is not None:
                return image, task.state
        raise EvolinkError("This panel has no such picture.", advice="Run it again.")

    # -- being shown ---------------------------------------------------------------------------

    def _static_html(self) -> str:
        return html_of(list(self._tasks.values()), self._key)

    def _ipython_display_(self) -> None:
        """The live view, and under it the companion that stays when the kernel is gone."""
        from IPython.display import display

        bundle = self._repr_mimebundle_()
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        display(data, metadata=metadata, raw=True)  # type: ignore[no-untyped-call]
        self._companion.show()

    def __repr__(self) -> str:
        count = len(self._tasks)
        return f"<{type(self).__name__}, {count} run{'' if count == 1 else 's'}>"

    def close(self) -> None:
        """Take the view away; the tasks go on."""
        while self._leave:
            self._leave.pop()()
        super().close()


def _part(image: GeneratedImage, what: str, offset: int) -> tuple[bytes, int]:
    if what in _EDGES:
        data = image.thumbnail(_EDGES[what])  # kept in the store's cache after the first piece
        return data[offset : offset + CHUNK], len(data)
    try:
        with image.path.open("rb") as file:  # not the whole file for every piece of it
            file.seek(offset)
            return file.read(CHUNK), image.bytes_count
    except OSError as error:
        raise StoreDamaged(f"{image.path.name} can't be read any more.") from error


def _snake(kind: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in kind)
