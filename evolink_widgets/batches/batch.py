"""`Batch`: the rows of a frame as requests, checked and priced; nothing is sent until `create`."""

from __future__ import annotations

import atexit
import contextlib
import time
import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import evolink_widgets as public
from evolink_widgets.batches.describe import batch_html, batch_lines, told
from evolink_widgets.batches.rows.frames import Frame
from evolink_widgets.batches.rows.plan import Plan, Repeats, Wanted, planned
from evolink_widgets.batches.run import BatchRun, OnError, before_of
from evolink_widgets.batches.runs.buying import Buyer
from evolink_widgets.batches.runs.outcome import Outcome
from evolink_widgets.batches.runs.results import problem_columns
from evolink_widgets.core import at_exit, loop
from evolink_widgets.core.session import Session
from evolink_widgets.core.settings.settings import choice, number
from evolink_widgets.errors import ConfigurationError, EvolinkError
from evolink_widgets.rules.pricing.pricing import Estimate, prompt_bytes
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.runtime.clock import monotonic
from evolink_widgets.store.process_globals import process_global
from evolink_widgets.text.printable import printable

__all__ = ["Batch", "costs_of", "total_of"]


class Batch:
    """Rows that ask for pictures: every row checked, equal ones once, what is missing priced.

    Usually made by `ew.batch`. It sends nothing: `create` does.

    Args:
        frame: the rows.
        given: the request's fields: templates, functions of the row, or values.
        session: gives the session in use.
        repeats: how many pictures of each row; or "rows", of each row its own.
        keep_metadata: leave location and camera data in references.
        said: the fields as they are told, where `given` is made of something else.
        budget: credits that a run may spend where it is given none of its own.

    Attributes:
        budget: credits that a run may spend where it is given none of its own; `None` is no
            limit.
        notices: what was done to references, a sentence each; of many files only the first are
            read before their row is sent.

    Example:
        >>> b = ew.batch([{"animal": "fox"}, {"animal": "owl"}], prompt="a {animal}")
        >>> len(b), b.estimate.pictures
        (2, 2)
    """

    def __init__(
        self,
        frame: Frame,
        given: Mapping[str, Any],
        session: Callable[[], Session],
        *,
        repeats: Repeats = 1,
        keep_metadata: bool = False,
        said: Mapping[str, Any] | None = None,
        budget: float | None = None,
    ) -> None:
        self._frame = frame
        self._given = dict(given)
        self._said = told(given if said is None else said)
        self._session = session
        self.budget = budget
        self._how: dict[str, Any] = {"repeats": repeats, "keep_metadata": keep_metadata}
        self._planned_for: object = None
        self._last: BatchRun | None = None
        self._plan = self._current_plan()

    def _current_plan(self) -> Plan:
        """The rows as the session in use knows them; another store keeps other references."""
        session = self._session()
        here = (session.service, session.simulated, session.store.root)
        if self._planned_for != here:
            self._plan = planned(self._frame, self._given, session, **self._how)
            self._planned_for = here
        return self._plan

    def __len__(self) -> int:
        return len(self._frame)

    @property
    def notices(self) -> tuple[str, ...]:
        """What was done to references so far, a sentence each."""
        return self._plan.notices

    @property
    def problems(self) -> Any:
        """The rules that rows break, as a frame: row (from 0), field, value, rule, nearest."""
        return self._frame.alike(problem_columns(self._plan))

    @property
    def estimate(self) -> Estimate:
        """What the pictures that the store does not have would cost."""
        return self._price(self._missing())

    def _price(self, missing: Sequence[tuple[int, int]]) -> Estimate:
        costs, wanted = self._costs(), self._plan.wanted
        return total_of([_share(costs[place], lacks, wanted[place]) for place, lacks in missing])

    def create(
        self,
        *,
        budget: float | None = None,
        on_error: OnError = "ignore",
        errors_only: bool = False,
        on: Any = None,
        worker_store: str | Path | None = None,
        store: str | None = None,
    ) -> BatchRun:
        """Buy what the store does not have; returns at once with the run.

        Each run is an execution of its own: it begins at the store, so that calling `create`
        again buys only what is missing. Rows with problems are left out.

        Args:
            budget: credits that this run may spend. When it is reached nothing more is sent, what
                was sent is finished, and the rest says why.
            on_error: `"ignore"` goes on with the other rows; `"raise"` sends nothing more after
                the first error, which `result` raises.
            errors_only: ask only for what the last run of this batch did not bring.
            on: a `dask.distributed.Client`: its workers send and fetch, and this process keeps
                the books. It blocks for a moment, until each worker has said that it can work;
                reference files are all read first.
            worker_store: with `on`, a folder on the workers' own disks, which outlive them.
            store: with `on`, where pictures stay, such as `"s3://bucket/animals"`; by default
                they come home into the store in use.

        Raises:
            ConfigurationError: an argument can't be used, or a worker can't work; or, with
                `errors_only`, the last run had another service or store. Nothing was sent.
        """
        after = self._last if errors_only else None
        make_buyer = self._on_engine(on, worker_store, store)
        return self._begin(after=after, budget=budget, on_error=on_error, make_buyer=make_buyer)

    def _on_engine(
        self, on: Any, worker_store: str | Path | None, store: str | None
    ) -> Callable[..., Buyer]:
        if on is None:
            if worker_store is not None or store is not None:
                raise ConfigurationError(
                    "worker_store and store are for an engine's workers, and on names none.",
                    advice="Name them together: b.create(on=client, worker_store=...). The folder "
                    "of this process is set by ew.configure(store=...).",
                )
            return Buyer
        from evolink_widgets.batches.engine.begin import buyer_on

        if self._current_plan().unread:  # what a worker is asked for is known by its bytes
            self._how["read_all"], self._planned_for = True, None
        return buyer_on(on, self._session(), worker_store, store)

    def preview(
        self, k: int = 8, *, budget: float | None = None, further: bool = False
    ) -> BatchRun:
        """Buy a few pictures, spread over what differs; returns at once with the run.

        Their receipts teach what the rest will cost: `b` says it anew. The rest is bought by
        `create`, which finds these in the store. They are the same recipes each time, so that
        running a notebook again buys none.

        Args:
            k: how many recipes.
            budget: credits that this run may spend; by default as in `create`.
            further: take recipes that the store does not have: each call buys others.

        Raises:
            ConfigurationError: an argument can't be used; nothing was sent.
        """
        return self._begin(budget=budget, only=self._few(k, further))

    def estimate_of_preview(self, k: int = 8, *, further: bool = False) -> Estimate:
        """What `preview` may cost.

        Args:
            k: how many recipes.
            further: of recipes that the store does not have.
        """
        few = set(self._few(k, further))
        return self._price([one for one in self._missing() if one[0] in few])

    def _few(self, k: int, further: bool) -> list[int]:
        plan = self._current_plan()
        most = max(1, min(int(number("k", k)), len(plan.wanted)))
        missing = [place for place, _ in self._missing()] if further else []
        return _spread(plan.wanted, missing or range(len(plan.wanted)), most)

    def _begin(
        self,
        *,
        after: BatchRun | None = None,
        budget: float | None = None,
        on_error: OnError = "ignore",
        only: Iterable[int] | None = None,
        is_last: bool = True,
        make_buyer: Callable[..., Buyer] = Buyer,
    ) -> BatchRun:
        choice("on_error", on_error, OnError)
        budget = self.budget if budget is None else budget
        limit = None if budget is None else number("budget", budget)
        plan, before = self._current_plan(), None
        if after is not None:
            only, before = self._not_come(after, plan)
        run = BatchRun(
            plan,
            self._session(),
            self._costs(),
            given=self._said,
            again=partial(self._begin, make_buyer=make_buyer),
            budget=limit,
            on_error=on_error,
            only=only,
            before=before,
            make_buyer=make_buyer,
        )
        if is_last:
            self._last = run
        _keep(run)
        return run.begin()

    def _not_come(
        self, after: BatchRun, plan: Plan
    ) -> tuple[Iterable[int] | None, dict[int, Outcome] | None]:
        """What a run was to bring, and what need not be asked for again after it.

        Raises:
            ConfigurationError: it had another service or store, in which nothing of it is here.
        """
        now, then = self._session(), after._session
        if (now.service, now.simulated, now.store.root) != (
            then.service, then.simulated, then.store.root
        ):  # fmt: skip
            raise ConfigurationError(
                "errors_only is about the last run, and that had another service or store.",
                advice="Call create() without it: what this store has is not bought again.",
            )
        if after._plan is plan:
            return after._only, before_of(after)
        if after._only is None:
            return None, None
        # The rows were read anew since, and more may have joined them: the store knows the rest.
        rows = [
            new[0]
            for old, new in zip(after._plan.cells, plan.cells, strict=False)
            if old is not None and new is not None and old[0] in after._only
        ]
        return rows, None

    def _costs(self) -> list[Estimate]:
        return costs_of(self._session(), self._plan.wanted)

    def _missing(self) -> list[tuple[int, int]]:
        """The recipes that the store does not have, and how many pictures are missing of each.

        Raises:
            StoreError: the store can't be read.
        """
        plan = self._plan
        counts = self._session().stored_counts([wanted.request for wanted in plan.wanted])
        return [
            (place, wanted.need - counts[place])
            for place, wanted in enumerate(plan.wanted)
            if counts[place] < wanted.need
        ]

    def __repr__(self) -> str:
        return printable("\n".join(batch_lines(self.facts())))

    def _repr_html_(self) -> str:
        return batch_html(self.facts())

    def _ipython_display_(self) -> None:
        """Called by IPython for a batch that is a cell's result."""
        public._show_batch(self)

    def _display_(self) -> object:
        """Called by marimo for a batch that is a cell's last line."""
        return public.BatchView(self)

    def facts(self) -> dict[str, Any]:
        """What is shown of it: counts, the price, problems.

        Raises:
            StoreError: the store can't be read.
        """
        missing = self._missing()
        plan = self._plan
        return {
            "rows": len(plan.cells),
            "distinct": len(plan.wanted),
            "shared": plan.shared,
            "pictures": sum(wanted.need for wanted in plan.wanted),
            "to_buy": sum(lacks for _, lacks in missing),
            "unread": plan.unread,
            "bad_rows": plan.bad_rows,
            "problems": plan.problems,
            "estimate": self._price(missing),
            "given": self._said,
            "simulated": self._session().simulated,
            "badge": self._session().badge,
            "notices": plan.notices,
        }


def costs_of(session: Session, wanted: Sequence[Wanted]) -> list[Estimate]:
    """What each recipe would cost if all of it had to be bought."""
    known: dict[object, Estimate] = {}
    found = []
    for one in wanted:
        request = one.request
        key = (
            request.model,
            request.quality,
            request.size,
            request.resolution,
            len(request.references),
            prompt_bytes(request),
            one.need,
        )
        if key not in known:
            known[key] = total_of([session.estimate(ask) for ask in one.asks()])
        found.append(known[key])
    return found


def total_of(estimates: Sequence[Estimate]) -> Estimate:
    """The sum of estimates; of none it is nothing to buy."""
    nothing = Estimate(0.0, 0.0, "nothing to buy", 0)
    return sum(estimates[1:], estimates[0]) if estimates else nothing


def _share(cost: Estimate, lacks: int, wanted: Wanted) -> Estimate:
    """What the missing part of a recipe's pictures costs."""
    if lacks == wanted.need:
        return cost
    part = lacks / wanted.need
    return Estimate(cost.low * part, cost.high * part, cost.basis, lacks)


def _spread(wanted: Sequence[Wanted], places: Sequence[int], k: int) -> list[int]:
    """Recipes that differ from one another: of each size and quality in turn, and far apart."""
    kinds: dict[object, list[int]] = {}
    for place in places:
        kinds.setdefault(_kind(wanted[place].request), []).append(place)
    chosen: list[int] = []
    share = -(-k // max(1, len(kinds)))
    for alike in kinds.values():
        step = max(1.0, len(alike) / share)
        chosen += [alike[int(at * step)] for at in range(min(share, len(alike)))]
    if len(chosen) < k:  # one kind has fewer than its share
        rest = [place for place in places if place not in set(chosen)]
        step = max(1.0, len(rest) / (k - len(chosen)))
        chosen += [rest[int(at * step)] for at in range(min(k - len(chosen), len(rest)))]
    return sorted(chosen[:k])


def _kind(request: ImageRequest) -> object:
    return (request.model, request.quality, request.size, request.resolution,
            len(request.references))  # fmt: skip


_open: weakref.WeakSet[BatchRun] = process_global(f"{__name__} open", weakref.WeakSet)


def _keep(run: BatchRun) -> None:
    """A script whose last line begins a run goes on until all of it was sent."""
    process_global(f"{__name__} last words", lambda: atexit.register(_leave))
    _open.add(run)


def _leave() -> None:
    if not at_exit.is_script():
        return
    with contextlib.suppress(KeyboardInterrupt):
        for run in list(_open):
            heard, news = monotonic(), None
            while run.state.ended_at is None and not run.is_foreign:
                state = run.state
                if (state.done, state.failed, state.rendering) != news:
                    heard, news = monotonic(), (state.done, state.failed, state.rendering)
                if state.is_paused or monotonic() - heard > at_exit.QUIET:
                    with contextlib.suppress(EvolinkError, RuntimeError, ConfigurationError):
                        run.stop()
                    break
                time.sleep(loop.SLICE)
