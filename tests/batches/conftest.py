"""What the tests of batches share: a service in this process, and the session in use on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from services import InProcess, quick

import evolink_widgets as ew
from evolink_widgets.batches.batch import Batch
from evolink_widgets.connect import state
from evolink_widgets.core.session import Session
from evolink_widgets.emulator.http.app import FILES_URL

SMALL = {"size": "816x816", "quality": "low"}


@pytest.fixture
def service() -> InProcess:
    """An emulator in this process, whose pictures are made beforehand."""
    return InProcess()


@pytest.fixture
def use(service: InProcess, own_settings: None, tmp_path: Path) -> Iterator[Callable[..., Session]]:
    """Put a session on the service into use: `use()`, `use(budget=3)`, `use(store="other")`."""
    opened: list[Session] = []

    def put(store: str = "pictures", **more: Any) -> Session:
        session = service.session(
            tmp_path / store, **{"retry": quick(), "files_url": FILES_URL, **more}
        )
        opened.append(session)
        state.now.session = session
        return session

    put()
    yield put
    for session in opened:
        session.close()


@pytest.fixture
def batch(use: Callable[..., Session]) -> Callable[..., Batch]:
    """A batch of small pictures on that service: `batch(frame, prompt="a {animal}")`."""

    def make(frame: Any, prompt: Any = "a {animal}", **given: Any) -> Batch:
        return ew.batch(frame, prompt, **{**SMALL, **given})

    return make


@pytest.fixture
def animals() -> Callable[[int], list[dict[str, str]]]:
    """So many rows that differ: `animals(20)`."""

    def rows(count: int) -> list[dict[str, str]]:
        return [{"animal": f"fox number {number}"} for number in range(count)]

    return rows
