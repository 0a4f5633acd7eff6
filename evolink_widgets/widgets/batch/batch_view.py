"""`BatchView`: a batch before it is bought and as it goes on: price, counts, mosaic, failures."""

from __future__ import annotations

import contextvars
import math
from collections.abc import Callable, Mapping, Sequence
from string import ascii_uppercase
from typing import Any, ClassVar

from evolink_widgets.batches.batch import Batch
from evolink_widgets.batches.describe import batch_counts, given_words, problem_rows
from evolink_widgets.batches.run import BatchRun
from evolink_widgets.batches.runs.outcome import Outcome
from evolink_widgets.batches.runs.state import BatchState, spoken_time
from evolink_widgets.core.loop import call_on_loop
from evolink_widgets.errors import EvolinkError
from evolink_widgets.store.gallery.pictures import GeneratedImage
from evolink_widgets.store.gallery.thumbnails.static_copy import html, sheet
from evolink_widgets.text.wording import counted
from evolink_widgets.widgets.base import assets, describe, money
from evolink_widgets.widgets.base.messages import Answer
from evolink_widgets.widgets.base.saved_runs import finished
from evolink_widgets.widgets.base.teller import Teller
from evolink_widgets.widgets.base.transfers import outgoing_pictures
from evolink_widgets.widgets.base.view import View
from evolink_widgets.widgets.gallery.thumbnails import ThumbnailSender

__all__ = ["BatchView"]


_EDGE = 96
"""The longest edge of a picture of the mosaic, in pixels."""

_FEW = 8
"""Recipes of a preview that is begun here."""

_SHEET = 24
"""Pictures of the copy that stays, spread over all of them: about 100 kB."""


class BatchView(View):
    """A live view of a batch: what it would buy; then how far it is, its pictures, what failed.

    `b` or `run` as the last line of a cell shows one. Of a batch it has the price, the problems
    and the buttons that buy; of a run, also of one that was begun here, it pauses, ends and
    retries.

    Args:
        shown: a batch, or the run of one.

    Example:
        >>> run = ew.batch([{"animal": "fox"}], "a {animal}", quality="low").create()
        >>> view = ew.BatchView(run)
    """

    _esm = assets.esm("batch")
    _css = assets.css("batch")

    _handlers: ClassVar[dict[str, str]] = {
        **View._handlers,
        "hello": "_on_hello",
        "pause": "_on_pause",
        "resume": "_on_resume",
        "stop": "_on_stop",
        "retry": "_on_retry",
        "create": "_on_create",
        "preview": "_on_preview",
        "want": "_on_want",
        "cell": "_on_cell",
        "code": "_on_code",
        "facts": "_on_facts",
        "review": "_on_review",
    }

    def __init__(self, shown: Batch | BatchRun, **traits: Any) -> None:
        self._batch = shown if isinstance(shown, Batch) else None
        self._begun: BatchRun | None = None
        self._cells = ""
        self._is_anew = False
        self._letters: dict[str, str] = {}
        self._teller = Teller("a batch", self._tell)
        #: A review of so many pictures.
        self._review: tuple[int, View] | None = None
        super().__init__(**traits)
        self._thumbnails = ThumbnailSender(self._image, self._send_thumbs, _EDGE)
        self._leave: Callable[[], object] = lambda: None
        if isinstance(shown, BatchRun):
            self._follow(shown)

    @property
    def _run(self) -> BatchRun:
        """The run that is shown.

        Raises:
            EvolinkError: nothing was bought yet.
        """
        if self._begun is None:
            raise EvolinkError("Nothing of this batch was asked for yet.", advice="Buy it first.")
        return self._begun

    def _follow(self, run: BatchRun) -> None:
        """Show a run from now on, and no other."""
        self._leave()
        self._thumbnails.stop()
        self._thumbnails = ThumbnailSender(self._image, self._send_thumbs, _EDGE)
        self._begun, self._is_anew = run, True
        # In a context of its own: what is told later is told for the cell that runs then.
        self._leave = contextvars.Context().run(run.subscribe, self._teller.changed)

    # -- what the run says ---------------------------------------------------------------------

    async def _tell(self) -> None:
        """Send what has changed."""
        news = await outgoing_pictures.workers.run(self._news)
        self.send({"kind": "news", **news})
        if news["state"]["ended"]:
            self._companion.update()

    def _news(self) -> dict[str, Any]:
        is_anew, self._is_anew = self._is_anew, False
        before, self._cells = self._cells, self._run.cells(self._letter_of)
        if is_anew or len(before) != len(self._cells):
            return {**self._told(), "cells": self._cells, "pips": self._pips(), "anew": is_anew}
        changes = [
            [at, letter]
            for at, (letter, old) in enumerate(zip(self._cells, before, strict=True))
            if letter != old
        ]
        return {**self._told(), "changes": changes}

    def _told(self) -> dict[str, Any]:
        state = None if self._begun is None else self._begun.state
        plan = self._plan(has_run=state is not None) if state is None or state.ended_at else None
        if state is None:
            reading = not_begun(self._batch.facts()) if self._batch else {}
            return {"state": reading, "failures": [], "plan": plan}
        return {"state": told_of(state), "failures": self._failures(state), "plan": plan}

    def _plan(self, *, has_run: bool) -> dict[str, Any] | None:
        """What may be bought here now; `None` where there is nothing."""
        if self._batch is None:
            return None
        facts = self._batch.facts()
        self._shown_uncharged = facts["simulated"]
        if has_run and not facts["to_buy"]:
            return None
        verb = "Make" if facts["simulated"] else "Buy"
        few = min(_FEW, facts["to_buy"])
        more = len(facts["problems"]) - len(problem_rows(facts))
        return {
            "given": given_words(facts["given"]),
            "few": f"Preview {few}" if facts["to_buy"] > few > 0 else "",
            "buy": f"{verb} {facts['to_buy']:,}" if facts["to_buy"] else "",
            "price": str(facts["estimate"]) if facts["to_buy"] and has_run else "",
            "most": facts["estimate"].high if facts["to_buy"] else 0.0,
            "problems": [] if has_run else [list(row) for row in problem_rows(facts)],
            "more": f"{more:,} more in b.problems" if more > 0 and not has_run else "",
        }

    def _failures(self, state: BatchState) -> list[dict[str, Any]]:
        return [
            {
                "kind": group.kind,
                "letter": self._letter(group.kind),
                "sign": _SIGNS.get(group.kind, "failed"),
                "title": _title(group.kind),
                "rows": counted(group.rows, "row"),
                "text": f"{'Not sent. ' if group.unsent else ''}{group.said}",
                "retry": group.retry and state.ended_at is not None,
            }
            for group in self._run.failures
        ]

    def _letter_of(self, outcome: Outcome) -> str:
        return self._letter(type(outcome.error).__name__)

    def _letter(self, kind: str) -> str:
        """The capital that stands for a reason of failure in the cells; the last for all others."""
        free = ascii_uppercase[min(len(self._letters), len(ascii_uppercase) - 1)]
        return self._letters.setdefault(kind, free)

    # -- what the browser says -----------------------------------------------------------------

    def _on_hello(self, content: dict[str, Any]) -> Answer:
        self._answer_later(content, lambda: ("welcome", self._welcome()))
        return None

    def _welcome(self) -> dict[str, Any]:
        self._cells = "" if self._begun is None else self._begun.cells(self._letter_of)
        return {**self._told(), "cells": self._cells, "pips": self._pips()}

    def _pips(self) -> str:
        """A digit for each cell, how many pictures it stands for; empty where each is one."""
        needs = () if self._begun is None else self._begun.needs()
        return "".join(str(min(need, 9)) for need in needs) if max(needs, default=1) > 1 else ""

    def _on_pause(self, content: dict[str, Any]) -> Answer:
        return self._order(self._run.pause)

    def _on_resume(self, content: dict[str, Any]) -> Answer:
        return self._order(self._run.resume)

    def _on_stop(self, content: dict[str, Any]) -> Answer:
        return self._order(self._run.stop)

    def _order(self, order: Callable[[], None]) -> Answer:
        call_on_loop(order)
        return "ok", {}

    def _on_retry(self, content: dict[str, Any]) -> Answer:
        given = content.get("errortype")
        errortype = given if isinstance(given, str) else None
        if money.is_limited(content):
            price, simulated = self._run.estimate_of_retry(errortype), self._run.state.simulated
            money.check_unasked(price, content["most"], simulated)
        self._run.retry(errortype)
        call_on_loop(self._teller.changed)
        return "ok", {}

    def _on_create(self, content: dict[str, Any]) -> Answer:
        batch = self._idle_batch()
        if money.is_limited(content):
            facts = batch.facts()
            offered = content.get("offered")
            money.check_unasked(facts["estimate"], content["most"], facts["simulated"], offered)
        return self._began(batch.create(budget=_budget(content)))

    def _on_preview(self, content: dict[str, Any]) -> Answer:
        batch = self._idle_batch()
        if money.is_limited(content):
            price = batch.estimate_of_preview(_FEW, further=True)
            simulated, offered = batch.facts()["simulated"], content.get("offered")
            money.check_unasked(price, content["most"], simulated, offered)
        return self._began(batch.preview(_FEW, budget=_budget(content), further=True))

    def _idle_batch(self) -> Batch:
        if self._batch is None or (self._begun is not None and self._begun.state.ended_at is None):
            raise EvolinkError("A run of this batch goes on.", advice="Wait for its end.")
        return self._batch

    def _began(self, run: BatchRun) -> Answer:
        self._follow(run)
        call_on_loop(self._teller.changed)
        return "ok", {}

    def _on_want(self, content: dict[str, Any]) -> Answer:
        places = content.get("places")
        names = [str(one) for one in places] if isinstance(places, list) else []
        self._thumbnails.want(str(content.get("view")), names)
        return "ok", {}

    def _on_cell(self, content: dict[str, Any]) -> Answer:
        row, prompt, outcome = self._row_of(content.get("place"))
        said = [f"Row {row}", prompt]
        if outcome is not None and outcome.error is not None:
            said.append(str(outcome.error))
        elif outcome is not None:
            paid = [one for one in outcome.credits if one is not None]
            said.append("from the store" if outcome.is_free else f"{sum(paid):.4g} credits")
            if outcome.seconds is not None:
                said.append(f"{outcome.seconds:.0f} s")
        image = next((one for one in outcome.images if one), None) if outcome else None
        picture = None
        if image is not None:
            picture = {"width": image.width, "height": image.height, "alt": image.alt}
        return "cell", {"text": " · ".join(said), "picture": picture}

    def _on_code(self, content: dict[str, Any]) -> Answer:
        return "code", {"text": self._image(content.get("picture")).as_code()}

    def _on_facts(self, content: dict[str, Any]) -> Answer:
        image = self._image(content.get("picture"))
        return "facts", {"rows": describe.facts(image, finished([image]))}

    def _on_review(self, content: dict[str, Any]) -> Answer:
        """Make a review of what is here, which the page shows under this view: one at a time."""
        count = len(self._run.images)
        if self._review is None or self._review[0] != count:
            if self._review is not None:
                self._review[1].close()
            self._review = count, self._run.review()
        return "reviewed", {"model": self._review[1].model_id}

    def _piece(self, picture: object, what: str, offset: int) -> tuple[dict[str, Any], bytes]:
        return outgoing_pictures.piece(self._image(picture), what, offset)

    def _send_thumbs(self, told: dict[str, Any], parts: Sequence[bytes]) -> None:
        self.send(told, list(parts))

    def _row_of(self, place: object) -> tuple[int, str, Outcome | None]:
        try:
            return self._run.row_of(int(str(place)))
        except (ValueError, IndexError):
            raise EvolinkError("This batch has no such picture.", advice="Run it again.") from None

    def _image(self, name: object) -> GeneratedImage:
        _, _, outcome = self._row_of(name)
        found = next((one for one in outcome.images if one), None) if outcome else None
        if found is None:
            raise EvolinkError("There is no picture of this row yet.", advice="Look again later.")
        return found

    # -- being shown ---------------------------------------------------------------------------

    def _static_html(self) -> str:
        if self._begun is None and self._batch is not None:
            return html([], key=self._key, caption="", body=self._batch._repr_html_())
        return html(spread(self._run.images), key=self._key, caption=self._caption(), note=None)

    def _static_picture(self) -> dict[str, str]:
        if self._begun is None:
            return {}
        return sheet(spread(self._run.images))

    def _caption(self) -> str:
        return " · ".join(str(self._run).strip("<>").splitlines())

    def __repr__(self) -> str:
        if self._begun is None:
            said = " · ".join(batch_counts(self._batch.facts())) if self._batch else "nothing"
            return f"<BatchView, {said}>"
        return f"<BatchView, {self._begun.state}>"

    def close(self) -> None:
        """Take the view away; the run goes on."""
        if self.comm is not None:
            self._leave()
            self._thumbnails.stop()
        super().close()


def spread(images: Sequence[GeneratedImage]) -> Sequence[GeneratedImage]:
    """A few of many pictures, from the first to the last."""
    if len(images) <= _SHEET:
        return images
    return [images[at * (len(images) - 1) // (_SHEET - 1)] for at in range(_SHEET)]


def told_of(state: BatchState) -> dict[str, Any]:
    """A reading as the page draws it.

    Args:
        state: of the run.
    """
    head = f"{state.done:,} of {counted(state.total, 'picture')} · {spoken_time(state.seconds)}"
    if state.left is not None:
        low, high = map(spoken_time, state.left)
        head += f" · {low} to {high} left"
    if state.goes_on:
        head += f" · {state.goes_on}"
    why = state.halted or state.held
    return {
        "title": state.head,
        "head": head,
        "parts": [
            {"kind": kind, "word": word, "count": count}
            for kind, word, count in (
                ("s", "In the store", state.stored),
                ("n", "New", state.new),
                ("r", "Rendering", state.rendering),
                (".", "Not sent", state.unsent),
                ("f", "Failed", state.failed),
            )
        ],
        "money": state.money,
        "purse": purse(state),
        "badge": state.badge,
        "begun": True,
        "ended": state.ended_at is not None,
        "paused": state.is_paused,
        "waits": state.held is not None and not state.is_paused,
        "why": str(why) if why is not None and (state.unsent or state.failed) else "",
        "unsent": state.unsent,
    }


def not_begun(facts: Mapping[str, Any]) -> dict[str, Any]:
    """A batch of which nothing was bought yet, as the page draws it.

    Args:
        facts: as the batch gathers them.
    """
    rows, *said = batch_counts(facts)
    counts = [one for one in said if not one.startswith("to buy ")]
    estimate, is_priced = facts["estimate"], bool(facts["to_buy"])
    low, high = estimate.low, estimate.high
    whole = high or 1.0
    return {
        "title": rows,
        "head": " · ".join(counts[: -1 if is_priced else None]),
        "parts": [
            {"kind": kind, "word": word, "count": count}
            for kind, word, count in (
                ("s", "In the store", facts["pictures"] - facts["to_buy"]),
                ("n", "To buy", facts["to_buy"]),
                ("p", "Problems", facts["bad_rows"]),
            )
        ],
        "money": f"{estimate}, {estimate.basis}" if is_priced else "Nothing to buy",
        "purse": {
            "paid": 0,
            "least": round(100 * low / whole, 2) if is_priced else 0,
            "most": round(100 * (high - low) / whole, 2) if is_priced else 0,
            "cap": None,
        },
        "badge": facts["badge"],
        "begun": False,
        "ended": True,
        "paused": False,
        "waits": False,
        "why": "",
        "unsent": 0,
    }


def _budget(content: Mapping[str, Any]) -> float | None:
    """The budget that a page names.

    Raises:
        EvolinkError: it is none that holds: nothing is bought without one instead.
    """
    given = content.get("budget")
    if given is None:
        return None
    is_number = isinstance(given, (int, float)) and not isinstance(given, bool)
    if not is_number or not 0 < given < math.inf:
        raise EvolinkError(
            f"budget must be a number above 0, or none; it is {given!r:.40}: "
            "nothing was asked for.",
            advice="Write credits, such as 12.5, or leave it empty.",
        )
    return float(given)


def purse(state: BatchState) -> dict[str, float | None]:
    """The line of money: percent that are charged, that are still to come, that may come; the cap.

    Args:
        state: of the run.
    """
    low, high = (0.0, 0.0) if state.to_come is None else (state.to_come.low, state.to_come.high)
    whole = max(state.credits + high, state.budget or 0.0) or 1.0
    parts = {"paid": state.credits, "least": low, "most": high - low}
    percents = {name: round(100 * value / whole, 2) for name, value in parts.items()}
    cap = None if state.budget is None else round(100 * state.budget / whole, 2)
    return {**percents, "cap": cap}


_SIGNS = {"ContentRefused": "refused", "OutcomeUnknown": "unknown", "WaitingStopped": "stopped"}
"""Signs of the endings, as on a run's own card."""

_TITLES = {
    "ContentRefused": "Refused by content policy",
    "TaskFailed": "The service gave up",
    "OutcomeUnknown": "Outcome unknown",
    "DownloadFailed": "Not fetched yet",
    "BudgetExceeded": "Beyond the budget",
    "InsufficientCredits": "Credits ran out",
    "Unreachable": "No network",
    "StoreFull": "Disk full",
    "WaitingStopped": "Stopped",
}


def _title(kind: str) -> str:
    """What a kind of failure is called on screen."""
    return _TITLES.get(kind, kind)
