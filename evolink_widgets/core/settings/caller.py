"""Where an ask comes from: which run of which cell, in which notebook.

No host promises to tell, so this looks in the places where they are known to say it, imports
none of them, and never raises: a wrong guess costs a comfort and no money.
"""

from __future__ import annotations

import itertools
import os
import sys
import threading
import weakref
from collections.abc import Hashable, Mapping
from pathlib import PurePath
from typing import Any

SESSION_VARIABLE = "JPY_SESSION_NAME"
"""Jupyter Server sets it to the notebook's path, for the kernels that it starts."""

TEST_VARIABLE = "PYTEST_CURRENT_TEST"
"""pytest sets it to the test that runs, and the phase of it."""

USER_NAMES = ("__vsc_ipynb_file__", "PAPERMILL_INPUT_PATH")
"""Variables that VS Code, and papermill where it is told to, put into a notebook."""

_last_cell: tuple[int, str] | None = None
"""The number of the cell that was last known by its message, and that message's id."""


class _Runs:
    """Numbers for runs that are known by the objects that a host makes for each of them."""

    def __init__(self) -> None:
        self._numbers = itertools.count()
        self._known: dict[int, tuple[weakref.ref[Any], object, int]] = {}
        self._lock = threading.RLock()  # an object may go while we hold it

    def number_of(self, thing: object, mark: object = None) -> int:
        """The number of an object's run: another one for each object, and for each mark of it."""
        name = id(thing)
        with self._lock:
            known = self._known.get(name)
            if known is None or known[0]() is not thing or known[1] is not mark:
                gone = weakref.ref(thing, lambda ref: self._forget(name, ref))
                known = self._known[name] = (gone, mark, next(self._numbers))
            return known[2]

    def _forget(self, name: int, ref: object) -> None:
        with self._lock:
            if name in self._known and self._known[name][0] is ref:
                del self._known[name]


_runs = _Runs()


def execution() -> Hashable:
    """The run of the cell that asks now; in a script the whole process.

    A rerun of a Streamlit app, a cell's run in marimo, a line in IPython and a test under pytest
    are executions, too. A thread that was started in a cell belongs to the cell that runs when
    it asks, where the kernel can't tell. In doubt it is an execution of its own: that costs
    nothing, for it begins with what the store has.
    """
    try:
        return _hosted() or _jupyter() or _plain()
    except Exception:  # a host that is like none we know
        return ("process", os.getpid())


def _hosted() -> Hashable | None:
    """The run of a host that makes an object for each, inside this process."""
    return _streamlit() or _marimo()


def _streamlit() -> Hashable | None:
    runtime = sys.modules.get("streamlit.runtime")
    scripts = sys.modules.get("streamlit.runtime.scriptrunner")
    if runtime is None or scripts is None:
        return None
    context = scripts.get_script_run_ctx(suppress_warning=True)
    if context is not None:
        # The context may live on for the next rerun; its cursors begin anew with each.
        return ("rerun", os.getpid(), _runs.number_of(context, context.cursors))
    # A thread that the app does not know: it can't be told which rerun started it.
    return ("rerun", os.getpid(), _runs.number_of(_Nameless())) if runtime.exists() else None


def _marimo() -> Hashable | None:
    contexts = sys.modules.get("marimo._runtime.context")
    if contexts is None:
        return None
    context = contexts.safe_get_context()
    if context is None:
        return None
    # Each run of a cell has a context of its own; outside of one, in a callback, there is none.
    return ("marimo", os.getpid(), _runs.number_of(context.execution_context or _Nameless()))


class _Nameless:
    """An execution that nothing else belongs to."""


def _jupyter() -> Hashable | None:
    """The cell's run in a kernel, the line in IPython; `None` outside of both."""
    global _last_cell
    shell = _shell()
    if shell is None:
        return None
    number = int(shell.execution_count)
    kernel = getattr(shell, "kernel", None)
    if kernel is None:
        return ("line", os.getpid(), number)
    cell = _parent(kernel)
    if cell is not None:
        _last_cell = (number, cell)
    elif _last_cell is not None and _last_cell[0] == number:
        cell = _last_cell[1]
    return ("cell", os.getpid(), cell or number)


def _plain() -> Hashable:
    """The test that runs, or the whole process."""
    test, _, _ = os.environ.get(TEST_VARIABLE, "").rpartition(" ")
    return ("process", os.getpid(), test)


def notebook_name() -> str | None:
    """The name of the notebook or script that asks, without its folder; `None` if unknown."""
    try:
        shell = _shell()
        names: Mapping[str, Any] = getattr(shell, "user_ns", None) or {}
        told = [names.get(name) for name in USER_NAMES]
        if getattr(shell, "kernel", None) is not None:
            return _name(*told, os.environ.get(SESSION_VARIABLE))
        main = getattr(sys.modules.get("__main__"), "__file__", None)
        return _name(*told, main)
    except Exception:
        return None


def in_ipython() -> bool:
    """Whether IPython runs the code: a kernel, or its prompt in a terminal."""
    try:
        return _shell() is not None
    except Exception:
        return False


def _shell() -> Any:
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None


def _parent(kernel: Any) -> str | None:
    """The id of the message that the kernel is answering for us."""
    try:
        message = kernel.get_parent("shell")
    except LookupError:  # ipykernel 7.0, on a thread that it does not know
        return None
    header = message.get("header") if isinstance(message, Mapping) else None
    found = header.get("msg_id") if isinstance(header, Mapping) else None
    return str(found) if found else None


def _name(*paths: object) -> str | None:
    for path in paths:
        if isinstance(path, (str, os.PathLike)) and (name := PurePath(path).name):
            return PurePath(path).parent.name if name == "__main__.py" else name
    return None
