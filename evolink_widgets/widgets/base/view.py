"""The base of every widget: a live view, a static copy that stays, and pictures on demand.

How a widget is added, step by step: `base/panel.py`.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, ClassVar

import traitlets

from evolink_widgets.core.loop import run_on_loop
from evolink_widgets.errors import EvolinkError
from evolink_widgets.store.gallery.thumbnails.static_copy import html
from evolink_widgets.widgets.base import describe
from evolink_widgets.widgets.base.companion import Companion
from evolink_widgets.widgets.base.hosts import Host, host, place
from evolink_widgets.widgets.base.messages import WRONG, Answer, MessageWidget
from evolink_widgets.widgets.base.transfers import outgoing_pictures

__all__ = ["View"]

log = logging.getLogger("evolink_widgets")


class View(MessageWidget):
    """A widget that is live where there is a kernel, and a static copy where there is none.

    A widget says what its companion holds (`_static_html`) and where the bytes of a picture
    come from (`_piece`).
    """

    _key = traitlets.Unicode().tag(sync=True)

    _handlers: ClassVar[dict[str, str]] = {**MessageWidget._handlers, "bytes": "_on_bytes"}
    #: What of a picture a page may ask for.
    _forms: ClassVar[tuple[str, ...]] = ("original", "copy", *outgoing_pictures.EDGES)

    def __init__(self, **traits: Any) -> None:
        super().__init__(_key=place(), **traits)
        self._companion = Companion(
            self._static_html, lambda: repr(self), self._static_picture, self._put_companion
        )

    def _static_html(self) -> str:
        """What stays in the saved notebook. Runs on a worker."""
        raise NotImplementedError

    def _static_picture(self) -> dict[str, str]:
        """What stays for exports that take no HTML: a part of a MIME bundle. Runs on a worker."""
        return {}

    def _put_companion(self, outputs: Sequence[str], bundle: dict[str, str]) -> None:
        """Let the page put what stays into ipywidgets' `Output`s, under the live view."""
        self.send({"kind": "copy", "outputs": list(outputs), "put": {self._key: bundle}})

    def _piece(self, picture: object, what: str, offset: int) -> tuple[dict[str, Any], bytes]:
        """One piece of a picture; see `outgoing_pictures.piece`. Runs on a worker.

        Raises:
            EvolinkError: there is no such picture, or its file is gone or damaged.
        """
        raise NotImplementedError

    def _on_bytes(self, content: dict[str, Any]) -> Answer:
        what, offset = content.get("what"), content.get("offset", 0)
        if what not in self._forms:
            raise EvolinkError(f"There is no {what!r:.40} of a picture.", advice="Ask for another.")
        if not isinstance(offset, int) or offset < 0:
            raise EvolinkError(
                f"offset must be 0 or more; it is {offset!r:.40}.", advice="Ask again."
            )
        run_on_loop(self._send_piece(content, str(what), offset))
        return None

    async def _send_piece(self, content: dict[str, Any], what: str, offset: int) -> None:
        try:
            told, part = await outgoing_pictures.workers.run(
                self._piece, content.get("picture"), what, offset
            )
        except EvolinkError as error:
            self._answer(content, "rejected", {"message": describe.trouble(error)})
        except Exception:  # a page would wait for it, and ask again
            log.exception("A piece of a picture could not be read")
            self._answer(content, "rejected", {"message": WRONG})
        else:
            await outgoing_pictures.send_rate.room(len(part))
            self.send({"kind": "bytes", "id": content.get("id"), **told}, [part])

    # -- being shown ---------------------------------------------------------------------------

    def _live(self) -> dict[str, Any]:
        """The live view as a MIME bundle. Its text stays as it is, so it tells of nothing else."""
        bundle = self._repr_mimebundle_()
        found = dict((bundle[0] if isinstance(bundle, tuple) else bundle) or {})
        return {**found, "text/plain": f"<{type(self).__name__}>"}

    def _ipython_display_(self) -> None:
        """The live view, and under it the companion that stays when the kernel is gone."""
        from IPython.display import display

        if host() in (Host.TERMINAL, Host.SCRIPT):
            print(f"{self!r} needs a notebook to be seen in.")
            return
        display(self._live(), raw=True)  # type: ignore[no-untyped-call]
        self._companion.show(html([], key=self._key))

    def close(self) -> None:
        """Take the view away; the pictures stay."""
        if self.comm is None:  # closed already, or refused its arguments
            return
        # A comm is closed once: where it can't speak for a cell, there is no second try.
        self._context.copy().run(super().close)
