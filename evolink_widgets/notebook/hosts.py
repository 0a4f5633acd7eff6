"""Where we run: what the place can show decides what a task looks like."""

from __future__ import annotations

import sys
from enum import Enum

__all__ = ["Host", "host"]


class Host(Enum):
    """What there is to show things with."""

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
