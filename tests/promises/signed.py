"""Pictures that say which they are: none can be taken for another."""

from __future__ import annotations

from png_parts import chunk
from services import SHELF

from evolink_widgets.emulator.contract.read_request import CheckedRequest

_END = 12
"""Bytes of a PNG's last chunk."""


def mark(task_id: str, number: int) -> bytes:
    """What stands in a picture's bytes."""
    return f"evolink\0{task_id}/{number}.".encode()


class Signed:
    """Hands out the shelf's pictures, each with a text chunk of its own."""

    def draw(
        self, task_id: str, number: int, ask: CheckedRequest, seed: str, references: object = None
    ) -> tuple[bytes, str]:
        """A whole PNG; called as the emulator's gallery is."""
        data, kind = SHELF.draw(task_id, number, ask, seed)
        return data[:-_END] + chunk(b"tEXt", mark(task_id, number)) + data[-_END:], kind
