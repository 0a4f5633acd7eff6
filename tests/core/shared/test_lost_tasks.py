"""Those whose replies were lost look together, and nobody is answered from too old a list."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from services import InProcess, Scripted, quick, until

from evolink_widgets import errors
from evolink_widgets.core.loop import wait_on_loop
from evolink_widgets.core.session import Session
from evolink_widgets.core.steps.find import LOOKING
from evolink_widgets.core.task import Stage, Task
from evolink_widgets.emulator.http.app import create_app
from evolink_widgets.rules.request.request import ImageRequest

Open = Callable[..., Session]
Small = Callable[..., ImageRequest]


def lose(session: Session, emulator: InProcess, requests: list[ImageRequest]) -> None:
    """Let the replies to these be lost, and nobody find their tasks."""
    emulator.play("no list")
    emulator.play("reply lost", times=len(requests))
    tasks = [session.submit(request) for request in requests]
    until(lambda: all(task.state.stage is Stage.UNKNOWN for task in tasks))
    session.close()
    emulator.play("fair")


def read_lists(emulator: InProcess) -> float:
    return emulator.counts().get("list", 0)


def test_however_many_are_looked_for_the_list_is_read_a_few_times(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    lose(open_session(in_process), in_process, [small()] * 40)
    before = read_lists(in_process)
    session = open_session(in_process, retry=quick(together=1.0))
    tasks = session.recover()
    assert len(tasks) == 40
    until(lambda: all(task.id for task in tasks))
    assert len({task.id for task in tasks}) == 40
    assert read_lists(in_process) - before <= 15
    assert in_process.counts()["create"] == 40


def test_several_kernels_that_look_at_once_give_nothing_to_two(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    lose(open_session(in_process), in_process, [small()] * 12)
    kernels = [open_session(in_process) for _ in range(3)]
    with ThreadPoolExecutor(3) as threads:
        tasks = [task for found in threads.map(Session.recover, kernels) for task in found]
    assert len({task.key for task in tasks}) == len(tasks) == 12
    until(lambda: all(task.state.stage.ended for task in tasks))
    for task in tasks:  # who was always a moment late for another's has its own now
        task.look_again()
    assert [len(task.result(60)) for task in tasks] == [1] * 12
    assert len({task.id for task in tasks}) == 12
    assert in_process.counts()["create"] == in_process.counts()["accepted"] == 12


def test_of_two_that_look_for_one_task_one_gets_it_and_the_other_stays_unknown(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    session = open_session(in_process)
    in_process.play("reply lost")
    in_process.play("503 before")
    tasks = [session.submit(small()) for _ in range(2)]
    until(lambda: all(task.state.stage.ended for task in tasks))
    assert sorted(task.state.stage for task in tasks) == [Stage.DONE, Stage.UNKNOWN]
    assert in_process.counts()["accepted"] == 1
    session.close()

    # And so it is when both are taken up by the next kernel.
    again = open_session(in_process)
    (left,) = again.recover()
    with pytest.raises(errors.OutcomeUnknown):
        left.result(20)
    assert in_process.counts()["create"] == 2


def test_of_two_that_are_not_the_same_none_takes_what_may_be_the_others(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    session = open_session(in_process)
    in_process.play("no list")
    in_process.play("reply lost")
    in_process.play("503 before")
    tasks = [session.submit(small(prompt)) for prompt in ("a fox", "a hare")]
    until(lambda: all(task.state.stage is Stage.UNKNOWN for task in tasks))
    in_process.play("fair")
    for task in tasks:
        task.look_again()
    until(lambda: all(task.state.stage is Stage.UNKNOWN for task in tasks))
    assert [task.id for task in tasks] == [None, None]


class Held(Scripted):
    """The emulator, whose first list is made at once and comes only when it is let go."""

    base_url = InProcess.base_url

    def __init__(self, emulator: InProcess) -> None:
        self.made, self.go = threading.Event(), threading.Event()
        self._inner = create_app(emulator.service)
        super().__init__(self._hold)

    async def _hold(self, scope: Any, receive: Any, send: Callable[..., Awaitable[None]]) -> None:
        if scope["path"] != "/v1/tasks" or self.made.is_set():
            await self._inner(scope, receive, send)
            return
        said: list[Any] = []

        async def keep(message: Any) -> None:
            said.append(message)

        await self._inner(scope, receive, keep)
        self.made.set()
        await asyncio.to_thread(self.go.wait, 20)
        for message in said:
            await send(message)


def held(open_session: Open, emulator: InProcess) -> tuple[Held, Session]:
    """A session that looks once, and at once."""
    service = Held(emulator)
    return service, open_session(service, retry=quick(look=(0.0,), together=0.0))


def ask_and_lose(session: Session, emulator: InProcess, request: ImageRequest) -> Task:
    emulator.play("reply lost")
    task = session.submit(request)
    until(lambda: task.state.note == LOOKING)
    return task


def test_nobody_is_answered_from_a_list_that_was_made_before_the_loss(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    service, session = held(open_session, in_process)
    first = ask_and_lose(session, in_process, small())
    assert service.made.wait(20)
    # The second asks while the list of the first is on its way: that one can't have its task.
    second = ask_and_lose(session, in_process, small())
    for _ in range(3):
        wait_on_loop(asyncio.sleep(0))
    service.go.set()
    assert len(first.result(20)) == len(second.result(20)) == 1
    assert first.id != second.id
    assert read_lists(in_process) == 2


def test_who_stops_looking_keeps_nobody_else_from_it(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    service, session = held(open_session, in_process)
    first = ask_and_lose(session, in_process, small())
    assert service.made.wait(20)
    second = ask_and_lose(session, in_process, small())
    first.stop()
    service.go.set()
    assert len(second.result(20)) == 1
    assert first.state.stage is Stage.STOPPED


class HeldReply(Scripted):
    """The emulator, which accepts a request at once and answers when it is let go."""

    name, base_url = InProcess.name, InProcess.base_url

    def __init__(self, emulator: InProcess) -> None:
        self.go = threading.Event()
        self._inner = create_app(emulator.service)
        super().__init__(self._hold)

    async def _hold(self, scope: Any, receive: Any, send: Callable[..., Awaitable[None]]) -> None:
        said: list[Any] = []

        async def keep(message: Any) -> None:
            said.append(message)

        await self._inner(scope, receive, keep)
        if scope["path"] == "/v1/images/generations":
            await asyncio.to_thread(self.go.wait, 20)
        for message in said:
            await send(message)


def test_what_one_on_its_way_will_hear_of_is_not_shared_with_its_twin(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    service = HeldReply(in_process)
    first, second = open_session(in_process), open_session(service)
    in_process.play("502 before")
    lost = first.submit(small())
    until(lambda: lost.state.stage is Stage.UNKNOWN)
    twin = second.submit(small())
    until(lambda: in_process.counts().get("accepted", 0) == 1)
    lost.look_again()
    until(lambda: lost.state.stage.ended)
    assert lost.id is None
    service.go.set()
    assert len(twin.result(20)) == 1
    assert [entry.key for entry in second.store.journal.open_entries()] == [lost.key]
