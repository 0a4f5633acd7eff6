"""Shows a batch's run that is a cell's result: live, or as a line every few seconds.

Where nothing can be drawn anew (papermill, a terminal) the cell waits for the end, and what is
said of it stays: in a notebook the pictures, too.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

from evolink_widgets.batches.batch import Batch
from evolink_widgets.batches.run import BatchRun
from evolink_widgets.errors import EvolinkError, WaitTimeout
from evolink_widgets.runtime.clock import monotonic
from evolink_widgets.store.gallery.thumbnails.static_copy import html, sheet
from evolink_widgets.widgets.base.hosts import Host, host

__all__ = ["EVERY", "follow_lines", "show_batch"]

EVERY = 5.0
"""Seconds between two lines."""


def show_batch(shown: Batch | BatchRun) -> None:
    """Show a batch or its run in the host that runs the cell.

    A run is waited for where nothing can be drawn anew; Ctrl-C stops the waiting and not the run.

    Args:
        shown: a batch, which is asked for nothing yet, or a run of one.
    """
    kind = host()
    if kind is Host.NOTEBOOK:
        from evolink_widgets.widgets.batch.batch_view import BatchView

        BatchView(shown)._ipython_display_()
    elif isinstance(shown, BatchRun):
        _show_run(shown, kind)
    elif kind is Host.BATCH:
        from IPython.display import display

        bundle = {"text/plain": repr(shown), "text/html": shown._repr_html_()}
        display(bundle, raw=True)  # type: ignore[no-untyped-call]
    else:
        print(shown)


def _show_run(run: BatchRun, kind: Host) -> None:
    if kind is Host.BATCH:
        _show_lines(run)
    else:
        try:
            follow_lines(run, lambda line: print(line, flush=True))
        except KeyboardInterrupt:
            print("No longer waited for; the run goes on.")


def follow_lines(run: BatchRun, say: Callable[[str], object], every: float = EVERY) -> None:
    """Say one line every few seconds, where something has changed, and all of it at the end.

    Args:
        run: the run.
        say: takes a line.
        every: seconds between two lines.
    """
    last: object = None
    while run.state.ended_at is None:
        with contextlib.suppress(WaitTimeout, EvolinkError):
            run.result(every)
        state = run.state
        news = (state.done, state.failed, state.rendering, state.unsent, state.head)
        if state.ended_at is None and news != last:
            last = news
            say(str(state))
    say(repr(run).strip("<>"))


def _show_lines(run: BatchRun) -> None:
    """For hosts where no front end answers: the lines, then the pictures and the last of them."""
    from IPython.display import display

    from evolink_widgets.widgets.batch.batch_view import spread

    lines: list[str] = []
    began = monotonic()
    handle = display({"text/plain": repr(run)}, raw=True, display_id=True)  # type: ignore[no-untyped-call]

    def tell(bundle: dict[str, Any]) -> None:
        if handle is not None:
            handle.update(bundle, raw=True)

    def say(line: str) -> None:
        lines.append(line)
        tell({"text/plain": "\n".join(lines)})

    follow_lines(run, say)
    few = spread(run.images)
    text = "\n".join(lines[-20:]) if monotonic() - began > EVERY else lines[-1]
    caption = " · ".join(lines[-1].splitlines())
    tell({"text/html": html(few, caption=caption), "text/plain": text, **sheet(few)})
