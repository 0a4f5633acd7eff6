"""Forks while the core's thread is loading what runs the first ask; parent and child both ask.

Prints how the child ended, and how many pictures the parent got.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import spec_from_file_location
from types import ModuleType

import evolink_widgets as ew

ASK = {"size": "816x816", "quality": "low"}

parent = os.getpid()
is_loading, go_on = threading.Event(), threading.Event()


class Held(SourceFileLoader):
    """Loads a module, and holds that up in the parent."""

    def exec_module(self, module: ModuleType) -> None:
        if os.getpid() == parent:
            is_loading.set()
            go_on.wait(300)  # longer than all the rest: it ends when the child has
        super().exec_module(module)

    @classmethod
    def find_spec(cls, name: str, path: Sequence[str] | None, *_: object) -> ModuleSpec | None:
        if name != "evolink_widgets.core.steps.watch":
            return None
        found = PathFinder.find_spec(name, path)
        assert found is not None
        assert found.origin is not None
        return spec_from_file_location(name, loader=cls(name, found.origin))


sys.meta_path.insert(0, Held)
task = ew.generate("a fox", **ASK)
assert is_loading.wait(60)
half = sys.modules["evolink_widgets.core.steps.runner"]
assert not hasattr(half, "TaskRunner")

pid = os.fork()
if pid == 0:
    signal.alarm(50)
    images = ew.generate("an owl", **ASK).result(40)
    os._exit(0 if len(images) == 1 else 1)
print("child", os.waitpid(pid, 0)[1])
go_on.set()
print("parent", len(task.result(60)))
