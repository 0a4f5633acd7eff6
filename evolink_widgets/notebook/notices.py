"""One-line notices beside a cell's output: paid tasks to collect, references converted."""

from __future__ import annotations

import sys
import threading
from collections.abc import Hashable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evolink_widgets.store.process_globals import process_global
from evolink_widgets.text.printable import printable
from evolink_widgets.widgets.base.hosts import Host, host, machine_that_goes

if TYPE_CHECKING:
    from evolink_widgets.core.recovery.outstanding import Outstanding
    from evolink_widgets.core.session import Session

PATIENCE = 0.3
"""Seconds for which a cell waits for the journal."""

_SHORTEST_KEY = 8
"""Characters of what can be told from any other word of a cell."""

_told: set[Hashable] = process_global(f"{__name__} told", set)


def tell_outstanding(session: Session, *, collecting: bool = False) -> bool:
    """Say in one line what is still out; for this kernel's first use of a store.

    A notebook keeps the line as plain output; elsewhere it goes to stderr. It never raises: what
    is wrong with a store is said by what is asked of it.

    Args:
        session: whose store and service are meant.
        collecting: the caller is about to collect it.

    Returns:
        Whether the journal has answered; a slower one is asked at the next use.
    """
    tell_short_lived(session.store.root)
    found: list[Outstanding | None] = []

    def look() -> None:
        try:
            found.append(session.outstanding())
        except Exception:
            found.append(None)

    looking = threading.Thread(target=look, name="evolink-notice", daemon=True)
    try:
        looking.start()
    except RuntimeError:  # no thread can be started: what is asked for says so
        return False
    looking.join(PATIENCE)
    if not found:
        return False
    if found[0] is not None:
        out = found[0]
        tell(
            f"Collecting: {out}."
            if collecting
            else f"{out}: ew.recover() collects {'it' if out.tasks == 1 else 'them'}."
        )
    return True


def tell_short_lived(root: Path) -> None:
    """Say once that the pictures lie on a disk that is gone when its machine is given back.

    Args:
        root: the store's folder.
    """
    machine = machine_that_goes(root)
    if machine is None:
        return
    if ("short-lived", root) in _told:
        return
    _told.add(("short-lived", root))
    tell(
        f"{root.name}/ goes when {machine} machine does: before it ends, take all pictures home "
        "with Download all of ew.Gallery()."
    )


def tell_literal_key(key: object) -> None:
    """Say once that a key which is written in the running cell now stands in what is saved.

    Nothing is said of one that came from a variable, a prompt or the environment, nor in a
    script. It never raises, and shows no part of the key.

    Args:
        key: what `configure(api_key=)` was given.
    """
    try:
        where = host()
        if where is Host.SCRIPT or "literal key" in _told or not isinstance(key, str):
            return
        if len(key.strip()) < _SHORTEST_KEY or key.strip() not in _running_cell():
            return
        _told.add("literal key")
        history = "IPython's history"
        places = history if where is Host.TERMINAL else f"this notebook and in {history}"
        tell(
            f"The API key now stands in {places}: take it out of the cell, and set "
            "EVOLINK_API_KEY before you start, or use ew.configure(api_key=getpass.getpass())."
        )
    except Exception:  # a host that is like none we know
        return


def _running_cell() -> str:
    """The source of the cell that is running, as its host keeps it."""
    shell: Any = sys.modules["IPython"].get_ipython()
    kernel = getattr(shell, "kernel", None)
    if kernel is not None and hasattr(kernel, "get_parent"):
        code = kernel.get_parent("shell").get("content", {}).get("code")
        if code is not None:
            return str(code)
    return str(shell.history_manager.input_hist_raw[-1])


def tell(line: str) -> None:
    """Say one line: a notebook keeps it as plain output; elsewhere it goes to stderr."""
    stream = sys.stderr if host() in (Host.SCRIPT, Host.TERMINAL) else sys.stdout
    try:
        print(printable(line), file=stream, flush=True)
    except (OSError, ValueError, AttributeError):  # a stream that is closed, or none at all
        return
