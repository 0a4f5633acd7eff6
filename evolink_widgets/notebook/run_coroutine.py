"""`ew.run`: the user's own coroutine from a plain cell.

The core does not work this way: patching the kernel's loop is done for the one who asks for it,
on the first call, and never at import.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from evolink_widgets.errors import ConfigurationError

T = TypeVar("T")


def run(coro: Coroutine[Any, Any, T]) -> T:
    """Run `coro` to its end, on the loop that runs here if one does.

    Raises:
        ConfigurationError: the loop that runs here is of a kind that can't be re-entered.
        TypeError: `coro` is no coroutine.
    """
    if not asyncio.iscoroutine(coro):
        raise TypeError(
            f"ew.run takes a coroutine, such as f() of an async def f; it got {coro!r}. "
            "For a task, use task.result()."
        )
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(coro)
    try:
        _make_reentrant(loop)
    except ConfigurationError:
        coro.close()
        raise
    return loop.run_until_complete(coro)


def _make_reentrant(loop: asyncio.AbstractEventLoop) -> None:
    import nest_asyncio2

    try:
        nest_asyncio2.apply(loop)
    except ValueError as exc:  # uvloop, whose inside is not Python
        raise ConfigurationError(
            f"{type(loop).__module__}.{type(loop).__qualname__} can't be re-entered.",
            advice="Await the coroutine instead: `await coro` works in a cell.",
        ) from exc
