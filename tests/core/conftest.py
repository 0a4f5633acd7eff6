"""What the core's tests share: emulators on a port and in process, and sessions on them."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from services import Emulated, InProcess, OnPort, environment, quick, serving

from evolink_widgets.core.session import Session
from evolink_widgets.rules.request.request import ImageRequest

PROGRAMS = Path(__file__).parent / "programs"


@pytest.fixture
def serve() -> Callable[..., contextlib.AbstractContextManager[tuple[str, str]]]:
    """Serve an emulator for a while: `with serve() as (api, media):`; then it is gone."""
    return serving


@pytest.fixture(scope="session")
def served() -> Iterator[tuple[str, str]]:
    """One emulator on a port for all tests of this worker."""
    with serving() as addresses:
        yield addresses


@pytest.fixture
def on_port(served: tuple[str, str]) -> Iterator[OnPort]:
    """The emulator on a loopback port, in fair weather."""
    emulator = OnPort(*served)
    emulator.play("fair")
    yield emulator
    emulator.play("fair")


@pytest.fixture
def own_port() -> Iterator[OnPort]:
    """An emulator on a port that nobody else has asked for anything."""
    with serving() as addresses:
        yield OnPort(*addresses)


@pytest.fixture
def in_process() -> InProcess:
    """An emulator in this process, in fair weather."""
    return InProcess()


@pytest.fixture(params=["port", "process"])
def emulator(request: pytest.FixtureRequest) -> Emulated:
    """The emulator, once on a port and once in this process."""
    name = "on_port" if request.param == "port" else "in_process"
    found: Emulated = request.getfixturevalue(name)
    return found


@pytest.fixture(params=["port", "process"])
def own_emulator(request: pytest.FixtureRequest) -> Emulated:
    """The same, for tests that look for lost tasks: strangers' tasks would be in the list."""
    name = "own_port" if request.param == "port" else "in_process"
    found: Emulated = request.getfixturevalue(name)
    return found


@pytest.fixture
def open_session(tmp_path: Path) -> Iterator[Callable[..., Session]]:
    """Open sessions on an emulator: `open_session(emulator, store="other", budget=5)`."""
    opened: list[Session] = []

    def open_one(emulator: Emulated, *, store: str | Path = "pictures", **more: Any) -> Session:
        session = emulator.session(tmp_path / store, **{"retry": quick(), **more})
        opened.append(session)
        return session

    yield open_one
    for session in opened:
        session.close()


@pytest.fixture
def small() -> Callable[..., ImageRequest]:
    """A request that is drawn quickly: `small("a fox", n=2)`."""

    def make(prompt: str = "a fox in the snow", **fields: Any) -> ImageRequest:
        return ImageRequest(prompt, **{"size": "816x816", "quality": "low", **fields})

    return make


@pytest.fixture
def program() -> Callable[..., subprocess.Popen[str]]:
    """Start a program of `programs/` in a process of its own."""

    def start(name: str, *args: object, before: tuple[str, ...] = ()) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*before, sys.executable, str(PROGRAMS / name), *map(str, args)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**environment(), "PYTHONPATH": os.pathsep.join(
                [environment()["PYTHONPATH"], str(PROGRAMS.parent)]
            )},
        )  # fmt: skip

    return start
