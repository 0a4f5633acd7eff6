"""The first ask returns before what runs it is loaded, and is none the worse for it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest
from services import InProcess

from evolink_widgets import errors
from evolink_widgets.core import loop
from evolink_widgets.core.session import Session
from evolink_widgets.core.task import Stage, Task
from evolink_widgets.errors import Billed
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.store import Store

Open = Callable[..., Session]
Small = Callable[..., ImageRequest]


def test_it_needs_nothing_of_what_runs_it(
    program: Callable[..., subprocess.Popen[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVOLINK_STORE", str(tmp_path / "pictures"))
    monkeypatch.delenv("EVOLINK_API_KEY", raising=False)
    out, err = program("first_ask.py").communicate(timeout=100)
    assert out.splitlines() == [
        "refused at once: size",
        "queued 1",
        "loaded: []",
        "1 done",
        "0",
    ], err


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_fork_while_it_is_loading_leaves_a_child_that_can_ask(
    program: Callable[..., subprocess.Popen[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVOLINK_STORE", str(tmp_path / "pictures"))
    monkeypatch.setenv("EVOLINK_SPEED", "0")
    monkeypatch.delenv("EVOLINK_API_KEY", raising=False)
    out, err = program("fork_while_loading.py").communicate(timeout=180)
    assert out.splitlines() == ["child 0", "parent 1"], err


def test_stopped_before_it_began_nothing_is_written_or_sent(
    in_process: InProcess, open_session: Open, small: Small
) -> None:
    session = open_session(in_process)

    async def ask_and_stop() -> Task:
        task = session.submit(small())
        task.stop()
        return task

    task = loop.wait_on_loop(ask_and_stop())

    assert task.state.stage is Stage.REFUSED
    assert isinstance(task.error, errors.WaitingStopped)
    assert task.error.billed is Billed.NO
    with pytest.raises(errors.WaitingStopped):
        task.result(10)
    assert session.tasks == ()
    assert session.store.journal.unsent_entries() == []
    assert in_process.counts().get("accepted", 0) == 0
    assert len(session.submit(small()).result(20)) == 1


def test_what_can_not_be_assembled_ends_the_task_unsent(tmp_path: Path, small: Small) -> None:
    def transport() -> NoReturn:
        raise errors.ConfigurationError("The proxy has no port.", advice="Name one.")

    session = Session(
        service="api.example.com",
        base_url="https://api.example.com",
        transport=transport,
        store=Store(tmp_path / "pictures"),
        key_name="a test",
    )
    task = session.submit(small())
    with pytest.raises(errors.ConfigurationError, match="no port"):
        task.result(10)
    assert task.state.stage is Stage.REFUSED
    assert session.tasks == ()
    session.close()
