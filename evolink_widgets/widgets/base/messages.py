"""An AnyWidget that answers requests from the browser, each once, on whichever thread it comes."""

from __future__ import annotations

import contextvars
import logging
import threading
from collections.abc import Callable
from typing import Any, ClassVar, TypeAlias

import anywidget

from evolink_widgets.connect.current import session
from evolink_widgets.core.loop import Workers, run_on_loop
from evolink_widgets.errors import EvolinkError, InvalidRequest
from evolink_widgets.widgets.base import describe
from evolink_widgets.widgets.base.hosts import speak
from evolink_widgets.widgets.base.money import AskFirst
from evolink_widgets.widgets.base.press_tickets import PressTickets
from evolink_widgets.widgets.base.traits import is_torn

__all__ = ["PAID", "WRONG", "Answer", "MessageWidget", "now_live"]

log = logging.getLogger("evolink_widgets")

#: What a handler answers: a kind and its fields; `None` when the answer comes later.
Answer: TypeAlias = "tuple[str, dict[str, Any]] | None"

#: Requests that cost money: each comes from a press of its own.
PAID = ("run", "reuse", "runAgain", "sendAgain", "retry", "buyCell", "create", "preview")
#: Those of them that the service in use answers, and not the one that was asked before; a run
#: that is asked for again is looked at by itself.
_ASKED_NOW = frozenset(PAID) - {"sendAgain", "retry", "runAgain"}
#: What a page is told of a fault of our own; the log says more.
WRONG = "Something went wrong in the kernel."
#: Seconds that what was typed waits for an observer.
_PATIENCE = 1.0

#: For answers that need the database or the network: no thread of the kernel's waits for those.
_asks = Workers("evolink-asks", 2)


class MessageWidget(anywidget.AnyWidget):
    """A widget that receives requests `{kind, id, …}` and sends answers with the same id.

    A request may come on any thread, and the front end does not wait long: a handler checks,
    hands over to the core and returns.
    """

    #: Kinds of requests, and the methods that handle them.
    _handlers: ClassVar[dict[str, str]] = {"press": "_on_press"}
    #: Whether a page shows what is asked for as something that is not charged.
    _shown_uncharged = False

    def __init__(self, **traits: Any) -> None:
        unknown = sorted(set(traits) - set(self.trait_names()))
        if unknown:
            raise TypeError(f"{type(self).__name__} has no argument {unknown[0]!r}")
        self._guard = threading.Lock()
        self._trait_lock = threading.RLock()
        self._context = contextvars.copy_context()
        self._paid_answers: dict[str, Answer] = {}
        self._presses = PressTickets()
        super().__init__(**traits)
        # A handler works on whichever shell the browser asks. ipykernel 7.4 brings a question to
        # the one that spoke last instead, and there a cell may be asleep: ours needs no such way.
        if hasattr(self.comm, "_reply_subshell_for"):
            self.comm._reply_subshell_for = None
        self.on_msg(self._receive)

    def _send(self, msg: Any, buffers: Any = None) -> None:
        # Everything that ipywidgets sends for us goes through here, from whichever thread.
        speak(self._context, super()._send, msg, buffers)

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take traits from the browser; ipywidgets calls this on a kernel's thread."""
        fit = {
            name: value
            for name, value in sync_data.items()
            if not (isinstance(value, str) and is_torn(value))  # the check says what is wrong
        }
        # An observer may hold the lock for as long as it likes; what was typed need not wait.
        held = self._trait_lock.acquire(timeout=_PATIENCE)
        try:
            super().set_state(fit)
        finally:
            if held:
                self._trait_lock.release()

    def _receive(self, _widget: object, content: Any, _buffers: object) -> None:
        if not isinstance(content, dict):
            return
        kind, name = str(content.get("kind")), content.get("id")
        if kind in PAID and isinstance(name, str):
            with self._guard:
                asked_before = name in self._paid_answers
                answer = self._paid_answers.setdefault(name, None)
            if not asked_before:
                answer = self._paid_answers[name] = self._handle(kind, content)
            # Asked twice means that the answer was lost, never that it is to be paid twice.
        else:
            answer = self._handle(kind, content)
        if answer is not None:
            self._answer(content, *answer)

    def _handle(self, kind: str, content: dict[str, Any]) -> Answer:
        def work() -> Answer:
            if kind not in self._handlers:
                raise EvolinkError(
                    "This kernel does not know what was asked.", advice="Run the cell again."
                )
            if kind in PAID:
                self._presses.redeem(content.get("press"), content.get("ticket"))
            if kind in _ASKED_NOW and self._has_gone_live():
                self._shown_uncharged = False
                raise now_live(content)
            answer: Answer = getattr(self, self._handlers[kind])(content)
            return answer

        return self._tried(kind, work)

    def _has_gone_live(self) -> bool:
        """Whether pages show what is charged by now as uncharged; they are told to look anew.

        Raises:
            ConfigurationError: the settings do not fit together.
        """
        is_stale = self._shown_uncharged and not session().simulated
        if is_stale:
            self.send({"kind": "anew"})
        return is_stale

    def _on_press(self, content: dict[str, Any]) -> Answer:
        ticket = self._presses.expect(content.get("press"), content.get("seen"))
        return "ready", {"ticket": ticket}

    def _answer_later(
        self, content: dict[str, Any], work: Callable[[], Answer], workers: Workers = _asks
    ) -> None:
        """Answer with what `work` gives, which may take a while; it runs on a worker."""

        async def answer() -> None:
            told = await workers.run(self._tried, str(content.get("kind")), work)
            if told is not None:
                name = str(content.get("id"))
                if name in self._paid_answers:  # it may be asked for again
                    self._paid_answers[name] = told
                self._answer(content, *told)

        run_on_loop(answer())

    @staticmethod
    def _tried(kind: str, work: Callable[[], Answer]) -> Answer:
        try:
            return work()
        except InvalidRequest as error:
            found = [describe.problem(item) for item in error.problems]
            return "rejected", {"message": error.message, "problems": found}
        except AskFirst as error:
            return "rejected", {"message": error.message, "asks": error.question}
        except EvolinkError as error:
            message = str(error) if kind in PAID else describe.trouble(error)
            return "rejected", {"message": message}
        except Exception:
            log.exception("A message from the front end could not be answered")
            return "rejected", {"message": WRONG}

    def _answer(self, content: dict[str, Any], kind: str, fields: dict[str, Any]) -> None:
        self.send({"kind": kind, "id": content.get("id"), **fields})


def now_live(content: dict[str, Any]) -> AskFirst:
    """The question before the first purchase of what a page shows as uncharged.

    Args:
        content: the request.
    """
    return AskFirst(
        "Nothing was charged when this was shown. The service is live now: "
        "what is asked for costs credits.",
        content.get("most"),
        "Buy",
    )
