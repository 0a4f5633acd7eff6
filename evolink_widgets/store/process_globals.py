"""Objects that belong to the process: they outlive a reload of the package's modules.

`importlib.reload` runs a module's file again; IPython's `%autoreload` empties the module first,
and Streamlit throws changed modules away. What holds settings, caps, locks or tasks is kept
where none of them looks: in a module that has no file.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any, TypeVar

T = TypeVar("T")

HOME = "_evolink_widgets_process"
"""The name of that module; it is in `sys.modules` and nowhere on the disk."""


def process_global(name: str, make: Callable[[], T]) -> T:
    """Return the object of this name: the same for as long as the process lives.

    Args:
        name: what it is called, with its module.
        make: makes it, the first time.
    """
    kept = sys.modules.setdefault(HOME, ModuleType(HOME)).__dict__
    if name not in kept:
        kept.setdefault(name, make())
    found: T = kept[name]
    return found


def at_fork(name: str, **handlers: Callable[[], None]) -> None:
    """Have functions called at each fork, as `os.register_at_fork` does, but registered once.

    Args:
        name: what they are called, with their module.
        handlers: `before`, `after_in_parent`, `after_in_child`.
    """

    def register() -> bool:
        if hasattr(os, "register_at_fork"):  # not on Windows, which cannot fork
            os.register_at_fork(**_as_given(handlers))
        return True

    process_global(f"{name} at fork", register)


def _as_given(handlers: dict[str, Callable[[], None]]) -> dict[str, Any]:
    return handlers
