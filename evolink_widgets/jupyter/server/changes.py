"""Watches the stores while a page looks on, and tells all pages what has changed.

With no page there is no watch. A look is a few `stat` calls on a thread; a store is read again
only when it was written to, or while a kernel that has its tasks may have died.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, Any

from evolink_widgets.errors import EvolinkError
from evolink_widgets.runtime.clock import monotonic

if TYPE_CHECKING:
    from evolink_widgets.core.loop import Workers
    from evolink_widgets.jupyter.server.found_stores import FoundStores, Stamp

__all__ = ["Changes"]

log = logging.getLogger("evolink_widgets")

#: Seconds between two looks, and after which a store with open tasks is read again.
_PAUSE, _AGAIN = 0.4, 2.0
#: What changes by time alone is drawn by the page itself.
_BY_TIME = ("at", "left")

Send = Callable[[str], Any]


class Changes:
    """What pages are told, each at once when it comes and whenever something has changed.

    Args:
        stores: gives the stores; called on the worker.
        worker: the one thread that reads them.
        near: gives the folders in which kernels work.
    """

    def __init__(
        self,
        stores: Callable[[], FoundStores],
        worker: Workers,
        near: Callable[[], Awaitable[Iterable[str]]],
    ) -> None:
        self._stores = stores
        self._worker = worker
        self._near = near
        self._pages: set[Send] = set()
        self._watch: asyncio.Task[None] | None = None
        self._state: str | None = None
        self._comparable: str | None = None
        #: Each store's state, when it was read, and what its files looked like then.
        self._read: dict[str, tuple[Stamp, float, dict[str, Any]]] = {}
        self._wrote = False
        self._is_new_page = False
        #: Whose machine goes with all pictures on it.
        self._machine: str | None = None

    def join(self, send: Send) -> None:
        """Tell a page from now on."""
        self._pages.add(send)
        self._is_new_page = True
        if self._watch is None or self._watch.done():
            self._state = self._comparable = None
            self._watch = asyncio.get_running_loop().create_task(self._keep_watching())
        elif self._state is not None:
            send(self._state)

    def leave(self, send: Send) -> None:
        """Tell this page no more."""
        self._pages.discard(send)

    def wrote(self) -> None:
        """Hear that this server itself has changed pictures."""
        self._wrote = True

    async def stop(self) -> None:
        """End the watch."""
        self._pages.clear()
        if self._watch is not None:
            self._watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watch

    async def _keep_watching(self) -> None:
        said = ""
        while self._pages:
            try:
                near = list(await self._near())
                for message in await self._worker.run(self._look, near):
                    self._tell(message)
                said = ""
            except Exception as error:  # one look that fails must not end the watch
                if said != (said := repr(error)):  # nor fill the log: what stays wrong is said once
                    log.exception("The stores under the server's root could not be looked at")
            await asyncio.sleep(_PAUSE)

    def _tell(self, message: str) -> None:
        for send in list(self._pages):
            with contextlib.suppress(Exception):  # a page that has just gone
                send(message)

    def _look(self, near: list[str]) -> list[str]:
        """What there is to tell; on the worker."""
        from evolink_widgets.jupyter.server.store_state import state_of, together
        from evolink_widgets.widgets.base.hosts import machine_that_goes

        try:
            stores = self._stores()
        except EvolinkError as error:  # no store can be read here, whatever comes
            return self._messages(together([{"problem": error.message}]), set())
        whole, self._is_new_page = self._is_new_page, False
        self._machine = machine_that_goes(stores.root)
        stores.refresh(near, whole=whole)
        news: set[str] = set()
        at = monotonic()
        for store in stores.all():
            before = self._read.get(store.name)
            stamp = store.stamp
            changed = before is None or before[0] != stamp
            is_due = before is not None and bool(before[2]["tasks"]) and at - before[1] >= _AGAIN
            if not (changed or is_due):
                continue
            state = state_of(store)
            self._read[store.name] = (stamp, at, state)
            if changed and "problem" not in state and (store.open().has_changed() or not before):
                news.add(store.name)
        for name in self._read.keys() - {store.name for store in stores.all()}:
            del self._read[name]
            news.add(name)
        return self._messages(together(state for _, _, state in self._read.values()), news)

    def _messages(self, state: dict[str, Any], news: set[str]) -> list[str]:
        told = []
        state["machine"] = self._machine
        comparable = json.dumps(_without_time(state))
        if comparable != self._comparable:
            self._comparable, self._state = comparable, json.dumps(state)
            told.append(self._state)
        if news or self._wrote:
            self._wrote = False
            told.append(json.dumps({"kind": "changed", "stores": sorted(news)}))
        return told


def _without_time(told: Any) -> Any:
    if isinstance(told, dict):
        return {name: _without_time(value) for name, value in told.items() if name not in _BY_TIME}
    if isinstance(told, list):
        return [_without_time(value) for value in told]
    return told
