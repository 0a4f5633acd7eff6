"""Detects the host (notebook, terminal, script), and sends messages on behalf of a cell."""

from __future__ import annotations

import contextvars
import sys
from collections.abc import Callable
from enum import Enum
from typing import Any, TypeVar

__all__ = ["Host", "host", "speak"]

T = TypeVar("T")


class Host(Enum):
    """The kinds of host, by what they can show."""

    NOTEBOOK = "a front end that draws widgets and can ask its user"
    BATCH = "a kernel with no person before it: nbclient, nbconvert, papermill"
    TERMINAL = "IPython in a terminal"
    SCRIPT = "plain Python"


def host() -> Host:
    """The host of the code that is running now.

    A kernel is driven by a program when the request it runs allows no input: front ends with a
    person before them allow it, nbclient and what is built on it do not.
    """
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is None:
        return Host.SCRIPT
    kernel = getattr(shell, "kernel", None)
    if kernel is None:
        return Host.TERMINAL
    return Host.NOTEBOOK if getattr(kernel, "_allow_stdin", True) else Host.BATCH


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
