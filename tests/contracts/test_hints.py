"""`typing.get_type_hints` works on all that is public: pydantic, polars and Sphinx ask it."""

from __future__ import annotations

import inspect
import subprocess
import sys
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import evolink_widgets as ew

CALLED = {"__init__", "__call__", "__getitem__", "__await__", "__array__", "__fspath__"}


def is_ours(thing: Any) -> bool:
    return str(getattr(thing, "__module__", None)).startswith("evolink_widgets")


def parts(name: str, thing: Any) -> Iterator[tuple[str, Any]]:
    """A class with its bases and their methods and properties, a function, or an object's class."""
    if inspect.isfunction(thing):
        yield name, thing
    elif not inspect.isclass(thing):
        if is_ours(type(thing)):
            yield from parts(name, type(thing))
    else:
        for base in filter(is_ours, thing.__mro__):
            yield f"{name}: {base.__name__}", base
            for attribute, member in vars(base).items():
                function = getattr(member, "fget", getattr(member, "__func__", member))
                is_public = attribute in CALLED or not attribute.startswith("_")
                if is_public and inspect.isfunction(function) and is_ours(function):
                    yield f"{name}: {base.__name__}.{attribute}", function


PUBLIC = dict(
    part
    for room in (ew, ew.errors, ew.store)
    for name in sorted(set(room.__all__) - {"errors", "store", "__version__"})
    for part in parts(name, getattr(room, name))
)


def test_nothing_public_is_left_out() -> None:
    assert {"generate", "GeneratedImage: GeneratedImage", "Task: Task.result"} <= set(PUBLIC)
    assert len(PUBLIC) > 300


@pytest.mark.parametrize("name", PUBLIC)
def test_the_types_of_a_signature_are_found(name: str) -> None:
    for found in typing.get_type_hints(PUBLIC[name], include_extras=True).values():
        assert not isinstance(found, (str, typing.ForwardRef)), found


def test_a_pictures_fields_have_their_types() -> None:
    hints = typing.get_type_hints(ew.GeneratedImage)
    assert hints["path"] is Path
    assert hints["recipe"] is ew.Recipe
    assert hints["width"] is int
    from PIL import Image

    assert typing.get_type_hints(ew.GeneratedImage.pil.fget) == {"return": Image.Image}


def test_asking_for_a_pictures_types_loads_neither_a_client_nor_pillow(tmp_path: Path) -> None:
    code = (
        "import sys, typing, evolink_widgets as ew; typing.get_type_hints(ew.GeneratedImage); "
        "print({'httpx', 'PIL', 'numpy', 'starlette'} & set(sys.modules))"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
