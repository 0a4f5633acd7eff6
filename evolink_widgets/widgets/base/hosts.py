"""Detects the host (notebook, terminal, script), and sends messages on behalf of a cell."""

from __future__ import annotations

import contextvars
import hashlib
import os
import secrets
import sys
import threading
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

__all__ = [
    "Host",
    "capturing",
    "displays_are_renewed",
    "host",
    "machine_that_goes",
    "place",
    "speak",
]

T = TypeVar("T")


class Host(Enum):
    """The kinds of host, by what they can show."""

    NOTEBOOK = "a front end that draws widgets and can ask its user"
    BATCH = "a kernel with no person before it: nbclient, nbconvert, papermill"
    TERMINAL = "IPython in a terminal"
    SCRIPT = "plain Python"


def host() -> Host:
    """The host of the code that is running now.

    A kernel is driven by a program when the request it runs allows no input and bears the marks
    of nbclient. Managed front ends may allow none either, and have a person before them.
    """
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is None:
        return Host.SCRIPT
    kernel = getattr(shell, "kernel", None)
    if kernel is None:
        return Host.TERMINAL
    return Host.BATCH if _is_program(kernel, _request(kernel)) else Host.NOTEBOOK


def machine_that_goes(root: Path) -> str | None:
    """Whose machine a folder lies on, where that is given back with all that is on its disk.

    Args:
        root: the store's folder.

    Returns:
        "Colab's" or "Binder's"; `None` where what is written stays.
    """
    if "google.colab" in sys.modules and not root.is_relative_to("/content/drive"):
        return "Colab's"
    # BinderHub sets the first for every server that it launches.
    if "BINDER_LAUNCH_HOST" in os.environ or "BINDER_SERVICE_HOST" in os.environ:
        return "Binder's"
    return None


def _is_program(kernel: Any, request: dict[str, Any]) -> bool:
    content = request.get("content") or {}
    if content.get("allow_stdin", getattr(kernel, "_allow_stdin", True)) or _in_voila():
        return False
    header = request.get("header") or {}
    # Jupyter's Python client names a message after its session; front ends give each a UUID. One
    # that runs cells on the server for a page names the cell.
    by_client = str(header.get("msg_id", "_")).startswith(f"{header.get('session', '')}_")
    return by_client and not {"cellId", "cell_id"} & set(request.get("metadata") or ())


def _in_voila() -> bool:
    """Whether Voilà shows this kernel: nbclient runs its cells, and a person sees the page."""
    return "VOILA_KERNEL_ID" in os.environ or "VOILA_REQUEST_URL" in os.environ


def _request(kernel: Any) -> dict[str, Any]:
    """The message that the kernel is answering; empty where it can't be told."""
    try:
        return dict(kernel.get_parent("shell") or {})
    except (AttributeError, LookupError, TypeError):  # another kernel, or a plain thread
        return {}


def capturing() -> tuple[str, ...]:
    """The model ids of ipywidgets' `Output`s that take what is displayed now, as `interact` does.

    What is in one is a part of its state: an update of a display does not reach it.
    """
    widgets = sys.modules.get("ipywidgets")
    known = getattr(sys.modules.get("ipywidgets.widgets.widget"), "_instances", {})
    return (
        tuple(
            str(name)
            for name, widget in list(known.items())
            if isinstance(widget, widgets.Output) and widget.msg_id
        )
        if widgets is not None
        else ()
    )


def displays_are_renewed() -> bool:
    """Whether an update of what is displayed now reaches it for certain.

    It does where a cell displays. It does not inside an `Output`, in a callback, whose displays
    are no cell's, and in Voilà, whose page takes no updates.
    """
    if capturing() or _in_voila():
        return False
    ipython = sys.modules.get("IPython")
    kernel = getattr(ipython.get_ipython() if ipython is not None else None, "kernel", None)
    kind = (_request(kernel).get("header") or {}).get("msg_type", "execute_request")
    return bool(kind == "execute_request")


def place() -> str:
    """A name for the next view of the cell that runs: the same when the notebook runs again.

    Saved notebooks differ by it where nothing else has changed. It is a new one each time where
    no cell runs.
    """
    ipython = sys.modules.get("IPython")
    kernel = getattr(ipython.get_ipython() if ipython is not None else None, "kernel", None)
    request = _request(kernel)
    code = (request.get("content") or {}).get("code")
    if code is None:
        return secrets.token_hex(6)
    metadata = request.get("metadata") or {}
    cell = metadata.get("cellId") or metadata.get("cell_id")
    # Two copies of a notebook may be open in one page, with the same cells.
    known = (os.environ.get("JPY_SESSION_NAME"), cell or code)
    run = (request.get("header") or {}).get("msg_id")
    with _lock:
        last, count = _views.get(known, (None, 0))
        # Cells with no name of their own may be alike: each goes on counting.
        count = 1 if cell and last != run else count + 1
        _views[known] = (run, count)
    return hashlib.sha256(repr((known, count)).encode()).hexdigest()[:12]


_lock = threading.Lock()
_views: dict[tuple[str | None, str], tuple[str | None, int]] = {}
"""By cell: its last run, and how many views were made."""


def speak(context: contextvars.Context, say: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Call `say`, which sends a message to the front end, from any thread.

    Most kernels let a thread of ours speak for the cell that is running. ipykernel 7.0 does not
    know which one that is and raises before anything is sent: there `context`, copied where
    something was known, lends its cell.
    """
    try:
        return say(*args, **kwargs)
    except LookupError as error:
        if type(error) is not LookupError:  # a KeyError is something else
            raise
        return context.copy().run(say, *args, **kwargs)
