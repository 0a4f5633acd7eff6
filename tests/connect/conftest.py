"""What these tests share: an emulator on a port."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from services import OnPort, serving


@pytest.fixture
def on_port() -> Iterator[OnPort]:
    """The emulator on a loopback port, in fair weather."""
    with serving() as addresses:
        yield OnPort(*addresses)
