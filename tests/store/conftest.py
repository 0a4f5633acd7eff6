"""What the store's tests share: a store in an empty folder, recipes, small real pictures."""

from __future__ import annotations

import io
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.store import Store

PROGRAMS = Path(__file__).parent / "programs"
NOW = 1_795_500_000.0


@pytest.fixture
def now() -> float:
    """A moment on 24 November 2026, in Unix seconds."""
    return NOW


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "evolink_images")
    yield opened
    opened.close()


@pytest.fixture
def recipe() -> Callable[..., Recipe]:
    """Make a recipe: `recipe("a fox", n=2, service="emulator")`."""

    def make(prompt: str = "a fox in the snow", n: int = 1, service: str = "emulator") -> Recipe:
        return Recipe(ImageRequest(prompt, n=n), service)

    return make


@pytest.fixture
def picture() -> Callable[..., bytes]:
    """Make a real picture: `picture("png", 64, 48, seed=1)`; every seed has other bytes."""

    def make(kind: str = "png", width: int = 64, height: int = 48, seed: int = 0) -> bytes:
        chance = random.Random(f"{kind} {width} {height} {seed}")
        small = Image.frombytes("RGB", (8, 8), chance.randbytes(192))
        buffer = io.BytesIO()
        small.resize((width, height), Image.Resampling.BICUBIC).save(buffer, kind.upper())
        return buffer.getvalue()

    return make


@pytest.fixture
def admit(store: Store, recipe: Callable[..., Recipe], picture: Callable[..., bytes]):
    """Take a picture into the store: `admit("key", 0, prompt="a fox", data=b"...")`."""

    def take(key="k3j2mnpqrstu", index=0, *, prompt="a fox in the snow", n=2, data=None, **more):
        part = store.gallery.part_path(key, index)
        part.write_bytes(picture(seed=index) if data is None else data)
        about = recipe(prompt, n=n, service=more.pop("service", "emulator"))
        return store.gallery.admit(key, index, part, about, now=NOW, **more)

    return take


@pytest.fixture
def program() -> Callable[..., subprocess.Popen[str]]:
    """Start a program of `programs/` in a process of its own."""

    def start(name: str, *args: object, before: tuple[str, ...] = ()) -> subprocess.Popen[str]:
        import evolink_widgets

        package = str(Path(evolink_widgets.__file__).parent.parent)
        return subprocess.Popen(
            [*before, sys.executable, str(PROGRAMS / name), *map(str, args)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": package, "PYTHONDONTWRITEBYTECODE": "1"},
        )

    return start


def visible(store: Store) -> list[str]:
    """The names a person sees in the folder, the database's own files aside."""
    if not store.root.exists():
        return []
    names = (path.name for path in store.root.iterdir())
    return sorted(name for name in names if not name.startswith((".", "evolink.sqlite")))


@pytest.fixture(name="visible")
def visible_fixture() -> Callable[[Store], list[str]]:
    return visible
