"""Stores that a test fills by itself: pictures that are saved, and tasks at any step."""

from __future__ import annotations

import io
import os
import random
import shutil
import time
from pathlib import Path

from PIL import Image

from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.store import Store
from evolink_widgets.store.database.database import FILE

KEY = "k3j2mnpqrst{}"


class Shelf:
    """A store under a server's root that is filled by a test.

    Args:
        folder: where it is.
        notebook: which notebook its tasks come from.
    """

    def __init__(self, folder: Path, notebook: str = "lights.ipynb") -> None:
        self.folder = folder
        self.store = Store(folder)
        self._notebook = notebook

    @property
    def dead_process(self) -> str:
        """A process of this machine that does not run, as leases name it."""
        return f"999999999@{self.store.owner.partition('@')[2]}"

    def add(self, prompt: str = "a fox in the snow", *, letter: str = "u", index: int = 0,
            when: float | None = None, notebook: str | None = None) -> Path:  # fmt: skip
        """Save one picture."""
        key = KEY.format(letter)
        pixels = random.Random(f"{letter} {index}").randbytes(192)
        buffer = io.BytesIO()
        Image.frombytes("RGB", (8, 8), pixels).resize((640, 480)).save(buffer, "PNG")
        part = self.store.gallery.part_path(key, index)
        part.write_bytes(buffer.getvalue())
        recipe = Recipe(ImageRequest(prompt, n=4), "emulator")
        at = time.time() if when is None else when
        return self.store.gallery.admit(key, index, part, recipe, now=at, notebook=notebook).path

    def ask(self, prompt: str, *, letter: str = "x", owner: str | None = None, n: int = 1) -> str:
        """Write a task that is about to be sent into the journal."""
        key = KEY.format(letter)
        recipe = Recipe(ImageRequest(prompt, n=n), "emulator").to_record()
        self.store.journal.intend(
            recipe["request"], service="emulator", now=time.time(), key=key, recipe=recipe,
            origin=self._notebook, owner=owner or self.store.owner,
        )  # fmt: skip
        return key

    def spoil(self) -> None:
        """Damage the database."""
        self.store.close()
        for ending in ("-wal", "-shm"):
            (self.folder / f"{FILE}{ending}").unlink(missing_ok=True)
        (self.folder / FILE).write_bytes(b"SQLite format 3\0" + os.urandom(4_000))

    def remove(self) -> None:
        """Take it away."""
        self.store.close()
        shutil.rmtree(self.folder, ignore_errors=True)
