"""Objects that belong to the process, and outlive a reload of modules; and what a fork leaves.

`importlib.reload` runs a module's file again; IPython's `%autoreload` empties the module first,
and Streamlit throws changed modules away. What holds settings, caps, locks or tasks is kept
where none of them looks: in a module that has no file.
"""

from __future__ import annotations

import importlib
import os
import sys
import threading
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


def _forget_half_loaded() -> None:
    """Let a forked child load anew what other threads were loading at the fork.

    What is loaded with its first use is loaded by any thread, and the core's own has much to load
    after a first ask. Python holds a lock for each module that is being loaded, and its thread
    does not live on in the child: an import of that module would wait there for ever.
    """
    locks = getattr(getattr(importlib, "_bootstrap", None), "_module_locks", {})
    me = threading.get_ident()
    for name, reference in list(locks.items()):
        if getattr(reference(), "owner", None) in (None, me):
            continue
        locks.pop(name, None)
        spec = getattr(sys.modules.get(name), "__spec__", None)
        if getattr(spec, "_initializing", False):
            del sys.modules[name]


at_fork(__name__, after_in_child=_forget_half_loaded)
