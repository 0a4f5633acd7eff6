"""A classroom for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from classroom import Classroom, classroom, sqlite


@pytest.fixture
def course(tmp_path: Path) -> Iterator[Callable[..., Classroom]]:
    """Opens classrooms on books in a file."""
    with ExitStack() as stack:

        def open_one(**how: Any) -> Classroom:
            return stack.enter_context(classroom(how.pop("url", sqlite(tmp_path)), **how))

        yield open_one
