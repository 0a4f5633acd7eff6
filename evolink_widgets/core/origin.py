"""Where an ask comes from: which run of which cell, in which notebook.

Nobody promises to tell, so this looks in the places where hosts are known to say it, imports
none of them, and never raises: a wrong guess costs a comfort and no money.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Hashable, Mapping
from pathlib import PurePath
from typing import Any

SESSION_VARIABLE = "JPY_SESSION_NAME"
"""Jupyter Server sets it to the notebook's path, for the kernels that it starts."""

USER_NAMES = ("__vsc_ipynb_file__", "PAPERMILL_INPUT_PATH")
"""Variables that VS Code, and papermill where it is told to, put into a notebook."""

_last_cell: tuple[int, str] | None = None
"""The number of the cell that was last known by its message, and that message's id."""


def execution() -> Hashable:
    """The run of the cell that asks now; in a script the whole process.

    A thread that was started in a cell belongs to the cell that runs when it asks, where the
    kernel can't tell. In doubt it is an execution of its own: that costs nothing, for it begins
    with what the store has.
    """
    global _last_cell
    try:
        shell = _shell()
        if shell is None:
            return ("process", os.getpid())
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
    except Exception:  # a host that is like none we know
        return ("process", os.getpid())


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
