"""Quiet lines beside what a cell shows: paid tasks that can be collected, references converted."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Hashable
from typing import TYPE_CHECKING

from evolink_widgets.printable import printable
from evolink_widgets.store.process import lasting
from evolink_widgets.widgets.hosts import Host, host

if TYPE_CHECKING:
    from evolink_widgets.core.outstanding import Outstanding
    from evolink_widgets.core.session import Session

PATIENCE = 0.3
"""Seconds for which a cell waits for the journal; a slower one is asked at the next use."""

_told: set[Hashable] = lasting(f"{__name__} told", set)


def tell_outstanding(session: Session, *, collecting: bool = False) -> None:
    """Say in one line what is still out, on this kernel's first use of a store.

    A notebook keeps the line as plain output; elsewhere it goes to stderr. It never raises: what
    is wrong with a store is said by what is asked of it.

    Args:
        session: whose store and service are meant.
        collecting: the caller is about to collect it.
    """
    here = (os.getpid(), session.store.root, session.service)
    if here in _told:
        return
    found: list[Outstanding | None] = []

    def look() -> None:
        try:
            found.append(session.outstanding())
        except Exception:
            found.append(None)

    looking = threading.Thread(target=look, name="evolink-notice", daemon=True)
    looking.start()
    looking.join(PATIENCE)
    if not found:
        return
    _told.add(here)
    if found[0] is None:
        return
    said = f"Collecting: {found[0]}." if collecting else f"{found[0]}: ew.recover() collects them."
    tell(said)


def tell(line: str) -> None:
    """Say one line: a notebook keeps it as plain output; elsewhere it goes to stderr."""
    stream = sys.stderr if host() in (Host.SCRIPT, Host.TERMINAL) else sys.stdout
    try:
        print(printable(line), file=stream, flush=True)
    except (OSError, ValueError, AttributeError):  # a stream that is closed, or none at all
        return
