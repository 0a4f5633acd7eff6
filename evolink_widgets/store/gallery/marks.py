"""Tells views that marks of pictures have changed: favourite or not, in the trash or not.

Only within this process. What other kernels do is seen by who looks at the database.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple, TypeAlias

from evolink_widgets.store.process_globals import at_fork, process_global

__all__ = ["Marks", "Picture", "changed", "watch"]

log = logging.getLogger("evolink_widgets")

#: A picture's name: its task's key, and its place in the task.
Picture: TypeAlias = "tuple[str, int]"
#: Called with the store's folder and the pictures, on the thread that changed them.
Watcher: TypeAlias = "Callable[[Path, frozenset[Picture]], None]"


class Marks(NamedTuple):
    """What a person has marked a picture as."""

    favourite: bool
    trashed: bool


_watchers: dict[object, Watcher] = process_global(f"{__name__} watchers", dict)
# A child has no page to tell.
at_fork(__name__, after_in_child=_watchers.clear)


def watch(act: Watcher) -> Callable[[], None]:
    """Call `act` after each change; return what ends that."""
    token = object()
    _watchers[token] = act

    def leave() -> None:
        _watchers.pop(token, None)

    return leave


def changed(root: Path, pictures: Iterable[Picture]) -> None:
    """Tell all watchers that marks of these pictures are, or may be, others."""
    found = frozenset(pictures)
    for act in list(_watchers.values()):
        try:
            act(root, found)
        except Exception:  # what a view does with it is no matter of the store
            log.exception("A view could not be told of changed pictures")
