"""Asks, forks while the task is on its way, and tries the task and its session in the child.

Prints one line for each thing tried in the child; then what parent and child got.
Arguments: store, service, "fork" or "multiprocessing".
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import sys
import threading
import warnings
from collections.abc import Callable
from typing import Any

import evolink_widgets as ew
from evolink_widgets.core.task import Stage

ASK: dict[str, Any] = {"size": "816x816", "quality": "low"}

warnings.simplefilter("ignore")  # that other threads do not survive is the point


async def _await(task: ew.Task) -> object:
    return await task


def tell(name: str, what: Callable[[], object]) -> None:
    try:
        said = what()
    except Exception as error:
        said = f"{type(error).__name__}: {error}"
    print(f"{name}: {said}", flush=True)


def child(task: ew.Task, session: ew.Session, done: ew.Task, reader: int, writer: int) -> None:
    for name in ("stop", "resume", "look_again", "send_again"):
        tell(name, getattr(task, name))
    tell("result", task.result)
    tell("result with a time-out", lambda: task.result(0.01))
    tell("await", lambda: asyncio.run(_await(task)))
    tell("subscribe", lambda: task.subscribe(print))
    tell("images", lambda: len(task.images))
    tell("repr", lambda: repr(task))
    tell("known", lambda: len(session.tasks))
    tell("estimate", lambda: session.estimate(task.request).high > 0)
    tell("an ended one", lambda: len(done.result()))
    tell("an ended one awaited", lambda: len(asyncio.run(_await(done))))  # type: ignore[arg-type]
    tell("close", session.close)
    again = ew.generate("a fox in the snow", **ASK)
    os.write(writer, b"asked")
    assert os.read(reader, 4) == b"fair"
    tell("asked again", lambda: [image.path.name for image in again.result(30)])


def main(store: str, api: str, how: str) -> None:
    ew.configure(base_url=api, store=store)
    done = ew.generate("an owl", **ASK)
    done.result(30)
    ew.weather("stuck")
    task, session = ew.generate("a fox in the snow", **ASK), ew.session()
    is_processing = threading.Event()
    task.subscribe(lambda state: state.stage is Stage.PROCESSING and is_processing.set())
    assert is_processing.wait(30)
    (from_child, writer), (reader, to_child) = os.pipe(), os.pipe()
    if how == "fork":
        pid = os.fork()
        if pid == 0:
            child(task, session, done, reader, writer)
            os._exit(0)
    else:
        context = multiprocessing.get_context("fork")
        process = context.Process(target=child, args=(task, session, done, reader, writer))
        process.start()
    assert os.read(from_child, 5) == b"asked"
    ew.weather("fair")
    os.write(to_child, b"fair")
    mine = [image.path.name for image in task.result(30)]
    code = os.waitpid(pid, 0)[1] if how == "fork" else (process.join(), process.exitcode)[1]
    print(f"parent: {mine}, child ended with {code}")


if __name__ == "__main__":
    main(*sys.argv[1:])
