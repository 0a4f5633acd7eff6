"""Asks for pictures and kills itself with SIGKILL at one moment: store, service, moment.

A moment is a stage of the task ("processing"), a stage with so many pictures ("saving 1"), or
"before the post" and "after the post", around the only request that costs money.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

from services import InProcess, OnPort, quick

from evolink_widgets.core.service.transport import Reply, Transport
from evolink_widgets.core.task import TaskState
from evolink_widgets.rules.request.request import ImageRequest


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Mortal(Transport):
    """Connections that end with the process, around the paid request."""

    moment = ""

    async def call(self, method: str, url: str, *, paid: bool = False, **more: Any) -> Reply:
        if paid and self.moment == "before the post":
            die()
        reply = await super().call(method, url, paid=paid, **more)
        if paid and self.moment == "after the post":
            die()
        return reply


def main(store: str, api: str, media: str, moment: str) -> None:
    if api == "emulator":
        emulator: Any = InProcess(memory=Path(store) / ".emulator.jsonl")
    else:
        emulator = OnPort(api, media)
    made = emulator.transport()

    def transport() -> Transport:
        made.__class__ = Mortal
        Mortal.moment = moment
        return made

    session = emulator.session(Path(store), transport=transport, retry=quick())
    stage, _, count = moment.partition(" ")

    def watch(state: TaskState) -> None:
        if state.stage.value == stage and len(state.images) == int(count or 0):
            die()

    task = session.submit(ImageRequest("a fox in the snow", size="816x816", quality="low", n=2))
    if not moment.endswith("the post"):
        task.subscribe(watch)
    task.result(20)
    print("it lived on")


if __name__ == "__main__":
    main(*sys.argv[1:])
