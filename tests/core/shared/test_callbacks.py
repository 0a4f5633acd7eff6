"""Callbacks: they hasten a reading and are believed in nothing; without them all is as before."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from services import AGENT, KEY, InProcess, quick, until

from evolink_widgets.core.service.transport import Timeouts, Transport
from evolink_widgets.core.session import Session
from evolink_widgets.core.settings.keys import Key
from evolink_widgets.core.shared import callbacks
from evolink_widgets.core.shared.callbacks import (
    FOLDER_VARIABLE,
    URL_VARIABLE,
    CallbackFolder,
    CallbackPlace,
    callback_name,
    callback_place,
)
from evolink_widgets.core.steps import watch
from evolink_widgets.emulator.http.app import API_URL, FILES_URL, create_app
from evolink_widgets.rules.request.request import ImageRequest

FOX = ImageRequest("a fox", size="1024x640", quality="low")
HOOK = "http://127.0.0.1:1/evolink-widgets/callbacks"


class CallingBack(InProcess):
    """An emulator that calls back, with its own retries, to a server that is `receive`."""

    def __init__(self, folder: CallbackFolder, **options: Any) -> None:
        super().__init__(**{"loopback_callbacks": True, "speed": 40, **options})
        self.folder = folder
        self.answers: list[int] = []
        self.heard: list[str] = []

    async def receive(self, url: str, document: dict[str, Any]) -> int:
        self.heard.append(url)
        status = self.answers.pop(0) if self.answers else 204
        if status == 204:
            self.folder.ring(url.removeprefix(f"{HOOK}/"))
        return status

    def transport(self, timeouts: Timeouts | None = None) -> Transport:
        async def sleep(seconds: float) -> None:
            await asyncio.sleep(min(seconds, 0.05))

        app = create_app(self.service, send=self.receive, sleep=sleep)
        urls = (API_URL, FILES_URL)
        return Transport(Key(KEY, "a test"), urls, agent=AGENT, app=app, timeouts=timeouts)

    def readings(self) -> int:
        """How often tasks were read since the last time."""
        counts = self.counts()
        now = int(counts.get("read", 0) + counts.get("batch", 0))
        before, self._before = getattr(self, "_before", 0), now
        return now - before


@pytest.fixture
def folder(tmp_path: Path) -> CallbackFolder:
    return CallbackFolder(tmp_path / "runtime" / "callbacks")


@pytest.fixture
def service(folder: CallbackFolder) -> CallingBack:
    return CallingBack(folder)


@pytest.fixture
def session(
    service: CallingBack, folder: CallbackFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Session]:
    monkeypatch.setattr(callbacks, "_PAUSE", 0.01)
    place = CallbackPlace(HOOK, folder.path)
    with_callbacks = service.session(tmp_path / "store", callbacks=place, retry=quick())
    yield with_callbacks
    with_callbacks.close()


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No task takes so long, against what is usual, that it is read before it is told of."""
    monkeypatch.setattr(watch, "PATIENCE", 50.0)


def ask(session: Session) -> int:
    """Ask for new pictures, which come; how many."""
    return len(session.submit(FOX, fresh=True).result(60))


def parts_of(session: Session) -> Any:
    return session._assembled().callbacks


def test_where_callbacks_come_a_task_costs_one_reading(
    patient: None, session: Session, service: CallingBack
) -> None:
    ask(session)  # the first is watched as ever: it is not known yet whether they come
    until(lambda: parts_of(session).come)
    service.readings()
    costs = []
    for _ in range(5):
        assert ask(session) == 1
        costs.append(service.readings())
    assert costs == [1] * 5
    assert service.counts()["create"] == 6
    assert len(set(service.heard)) == 6, "an address of its own for each task"


def test_the_next_kernel_knows_that_callbacks_come(
    patient: None,
    session: Session,
    service: CallingBack,
    folder: CallbackFolder,
    tmp_path: Path,
) -> None:
    ask(session)
    until(lambda: parts_of(session).come)
    session.close()
    place = CallbackPlace(HOOK, folder.path)
    other = service.session(tmp_path / "store", callbacks=place, retry=quick())
    try:
        service.readings()
        ask(other)
        assert service.readings() == 1
    finally:
        other.close()


def test_where_none_comes_tasks_are_read_as_without_an_address(
    session: Session, service: CallingBack, tmp_path: Path
) -> None:
    service.answers = [0] * 100
    plain = service.session(tmp_path / "plain", retry=quick())
    try:
        costs: dict[Session, list[int]] = {session: [], plain: []}
        for _ in range(4):
            for one, found in costs.items():
                service.readings()
                assert ask(one) == 1
                found.append(service.readings())
    finally:
        plain.close()
    assert not parts_of(session).come
    assert sum(costs[session]) > 4, "tasks were looked at before they had ended"
    assert sum(costs[session]) <= 2 * sum(costs[plain])


@pytest.mark.parametrize("lost", [1, 2, 3])
def test_a_callback_that_comes_at_a_later_try_is_heard(
    lost: int, patient: None, session: Session, service: CallingBack
) -> None:
    ask(session)
    until(lambda: parts_of(session).come)
    service.answers = [500] * lost
    service.readings()
    assert ask(session) == 1
    assert service.readings() == 1
    assert len(service.heard) == 1 + lost + 1


def test_one_that_never_comes_delays_one_task_and_is_not_relied_on_again(
    session: Session, service: CallingBack
) -> None:
    ask(session)
    until(lambda: parts_of(session).come)
    parts_of(session).linger = 0.05
    service.answers = [0] * 100
    assert ask(session) == 1
    until(lambda: not parts_of(session).come)
    service.answers = []
    assert ask(session) == 1
    until(lambda: bool(parts_of(session).come))


def test_a_forged_callback_costs_one_reading_and_changes_nothing(
    session: Session, service: CallingBack, folder: CallbackFolder
) -> None:
    ask(session)
    until(lambda: parts_of(session).come)
    service.answers = [0] * 4
    service.readings()
    task = session.submit(FOX, fresh=True)
    until(lambda: task.id is not None)
    entry = session.store.journal.get(task.key)
    assert entry is not None
    folder.ring(callback_name(entry.idempotency_key))
    until(lambda: service.counts().get("read", 0) > 0)
    assert not task.state.stage.ended, "the service was asked, and it has not ended"
    assert len(task.result(60)) == 1


def test_a_storm_of_forged_callbacks_is_no_storm_of_readings(
    session: Session, service: CallingBack, folder: CallbackFolder
) -> None:
    ask(session)
    until(lambda: parts_of(session).come)
    service.play("stuck")
    task = session.submit(FOX, fresh=True)
    until(lambda: task.id is not None)
    entry = session.store.journal.get(task.key)
    assert entry is not None
    name, one = callback_name(entry.idempotency_key), None
    until(lambda: name in parts_of(session)._listening)
    one = parts_of(session)._listening[name]
    told: list[int] = []
    hear, one.told = one.told, lambda: (told.append(1), hear())

    def ring() -> bool:
        folder.ring(name)
        return bool(one.came >= 20)

    until(ring)
    assert len(told) == 5
    service.play("fair")
    assert len(task.result(60)) == 1


def test_a_task_that_another_kernel_left_is_told_of_too(
    session: Session, service: CallingBack, folder: CallbackFolder, tmp_path: Path
) -> None:
    ask(session)
    until(lambda: parts_of(session).come)
    service.play("stuck")
    left = session.submit(FOX, fresh=True)
    until(lambda: left.id is not None)
    session.close()
    place = CallbackPlace(HOOK, folder.path)
    other = service.session(tmp_path / "store", callbacks=place, retry=quick())
    try:
        [task] = other.recover()
        until(lambda: bool(parts_of(other)._listening))
        service.readings()
        service.play("fair")
        assert len(task.result(60)) == 1
        assert service.readings() <= 2, "one when it was taken up, one when it was told"
    finally:
        other.close()
    assert len(service.service.rows(status=None, model=None)) == 2


def test_a_task_that_was_stopped_and_goes_on_is_told_of_too(
    session: Session, service: CallingBack
) -> None:
    ask(session)
    until(lambda: parts_of(session).come)
    service.play("stuck")
    task = session.submit(FOX, fresh=True)
    until(lambda: bool(parts_of(session)._listening) and task.id is not None)
    task.stop()
    until(lambda: task.state.stage.ended)
    [again] = session.recover()
    service.play("fair")
    assert len(again.result(60)) == 1
    assert parts_of(session).come, "a wait that was stopped says nothing of callbacks"


def test_a_replay_finds_nothing_any_more(
    session: Session, service: CallingBack, folder: CallbackFolder
) -> None:
    parts_of(session).linger = 0.05
    ask(session)
    until(lambda: not list(folder.path.iterdir()))
    reads = service.readings()
    for url in service.heard * 3:
        folder.ring(url.rpartition("/")[2])
    assert list(folder.path.iterdir()) == []
    assert service.readings() == 0 < reads


def test_a_service_that_refuses_the_address_is_asked_without_and_charges_once(
    folder: CallbackFolder, tmp_path: Path
) -> None:
    service = CallingBack(folder, loopback_callbacks=False)
    place = CallbackPlace(HOOK, folder.path)
    session = service.session(tmp_path / "store", callbacks=place, retry=quick())
    try:
        assert ask(session) == 1
        assert ask(session) == 1
        posts = service.counts()["create"]
        assert posts == 3, "one POST was refused, and no further one named the address"
        assert len(service.service.rows(status=None, model=None)) == 2
    finally:
        session.close()
    assert service.heard == []


def test_a_request_with_an_address_of_its_own_keeps_it(
    session: Session, service: CallingBack
) -> None:
    own = FOX.replace(callback_url="https://example.com/hook")
    task = session.submit(own, fresh=True)
    assert len(task.result(60)) == 1
    until(lambda: bool(service.heard))
    assert service.heard[0] == "https://example.com/hook"


def test_a_lost_reply_is_found_though_the_request_named_an_address(
    session: Session, service: CallingBack
) -> None:
    service.play("reply lost")
    assert ask(session) == 1
    assert len(service.service.rows(status=None, model=None)) == 1


def test_a_name_is_its_own_and_says_nothing_of_the_key() -> None:
    names = {callback_name(f"ew-{number:032x}") for number in range(100)}
    assert len(names) == 100
    assert all(len(name) == 43 and name.isascii() for name in names)
    assert callback_name("ew-1") == callback_name("ew-1")


@pytest.mark.parametrize(
    "name", ["", "x" * 42, "x" * 44, "../" + "x" * 40, "/" + "x" * 42, "x" * 42 + "\0", "ä" * 43]
)
def test_a_name_that_was_not_given_makes_no_file(name: str, folder: CallbackFolder) -> None:
    assert folder.make()
    folder.ring(name)
    folder.ring("x" * 43)
    assert list(folder.path.iterdir()) == []
    assert not (folder.path.parent / ("x" * 40)).exists()


def test_a_link_in_the_folder_is_not_written_through(
    folder: CallbackFolder, tmp_path: Path
) -> None:
    assert folder.make()
    target = tmp_path / "target"
    target.write_bytes(b"")
    name = callback_name("ew-1")
    (folder.path / name).symlink_to(target)
    assert not folder.expect(name)
    folder.ring(name)
    assert target.read_bytes() == b""
    assert not folder.take(name)


def test_a_folder_that_others_may_write_to_is_not_used(folder: CallbackFolder) -> None:
    folder.path.mkdir(parents=True)
    folder.path.chmod(0o777)
    assert not folder.make()
    folder.path.rmdir()
    folder.path.symlink_to(folder.path.parent)
    assert not folder.make()


def test_what_dead_kernels_left_goes_in_the_end(folder: CallbackFolder) -> None:
    assert folder.make()
    old, new, foreign = callback_name("old"), callback_name("new"), "a-file-of-mine"
    for name in (old, new, foreign):
        (folder.path / name).touch()
    os.utime(folder.path / old, (1.0, 1.0))
    os.utime(folder.path / foreign, (1.0, 1.0))
    folder.sweep((folder.path / new).stat().st_mtime)
    assert {path.name for path in folder.path.iterdir()} == {new, foreign}


@pytest.mark.parametrize(
    ("url", "service", "is_place"),
    [
        ("https://hub.example.org/user/ada/evolink-widgets/callbacks", "https://api.evolink.ai", 1),
        ("https://hub.example.org/x/", "http://127.0.0.1:8787", 1),
        ("http://127.0.0.1:8888/evolink-widgets/callbacks", "http://127.0.0.1:8787", 1),
        ("http://127.0.0.1:8888/evolink-widgets/callbacks", "https://api.evolink.ai", 0),
        ("http://hub.example.org/x", "https://api.evolink.ai", 0),
        ("https://10.0.0.7/x", "https://api.evolink.ai", 0),
        ("https://hub.corp/x", "https://api.evolink.ai", 0),
        ("https://hub.example.org/x?y", "https://api.evolink.ai", 0),
        ("https://hub.example.org/" + "x" * 2_048, "https://api.evolink.ai", 0),
        ("", "https://api.evolink.ai", 0),
    ],
)
def test_an_address_that_the_service_would_refuse_is_not_named(
    url: str, service: str, is_place: int, tmp_path: Path
) -> None:
    environment = {URL_VARIABLE: url, FOLDER_VARIABLE: str(tmp_path)}
    assert (callback_place(environment, service=service) is not None) == bool(is_place)
    assert callback_place({URL_VARIABLE: url}, service=service) is None
