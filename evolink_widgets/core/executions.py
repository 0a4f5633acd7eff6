"""Which run of which cell asks, in which notebook, and what the asks of that run have taken.

No host promises to tell of its runs, so `execution` and `notebook_name` look in the places where
they are known to say it, import none of them, and never raise: a wrong guess costs a comfort and
no money.

Within one execution each ask of a recipe takes the next pictures of its pool, so a loop of four
gives four different sets. The next execution begins at the front again: running the cell once
more gives the same four, for 0 credits.

An ask that was waited for in vain has given nothing: the next ask of its recipe takes its set
up, and no other. Until then, what was asked before the wait and is asked again begins a new pass
over the same asks: at the front, as another execution does.

The words: an `Execution` is one run of a cell, or one pass over its asks; an `Ask` is one call in
it; a `ClaimedSet` is the pictures, by slot, that an ask has of its recipe's pool and no other ask
of the execution gets. A set is "in vain" while a wait for it has ended without its pictures.
"""

from __future__ import annotations

import itertools
import os
import sys
import threading
import weakref
from collections import OrderedDict
from collections.abc import Hashable, Mapping, Set
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from evolink_widgets.store.process_globals import at_fork, process_global

if TYPE_CHECKING:
    from evolink_widgets.store.gallery.pool import Slot

SESSION_VARIABLE = "JPY_SESSION_NAME"
"""Jupyter Server sets it to the notebook's path, for the kernels that it starts."""

TEST_VARIABLE = "PYTEST_CURRENT_TEST"
"""pytest sets it to the test that runs, and the phase of it."""

USER_NAMES = ("__vsc_ipynb_file__", "PAPERMILL_INPUT_PATH")
"""Variables that VS Code, and papermill where it is told to, put into a notebook."""

_last_cell: tuple[int, str] | None = None
"""The number of the cell that was last known by its message, and that message's id."""


class _Runs:
    """Numbers for runs that are known by the objects that a host makes for each of them."""

    def __init__(self) -> None:
        self._numbers = itertools.count()
        self._known: dict[int, tuple[weakref.ref[Any], object, int]] = {}
        self._lock = threading.RLock()  # an object may go while we hold it

    def number_of(self, thing: object, mark: object = None) -> int:
        """The number of an object's run: another one for each object, and for each mark of it."""
        name = id(thing)
        with self._lock:
            known = self._known.get(name)
            if known is None or known[0]() is not thing or known[1] is not mark:
                gone = weakref.ref(thing, lambda ref: self._forget(name, ref))
                known = self._known[name] = (gone, mark, next(self._numbers))
            return known[2]

    def _forget(self, name: int, ref: object) -> None:
        with self._lock:
            if name in self._known and self._known[name][0] is ref:
                del self._known[name]


_runs = _Runs()


def execution() -> Hashable:
    """The run of the cell that asks now; in a script the whole process.

    A rerun of a Streamlit app, a cell's run in marimo, a line in IPython and a test under pytest
    are executions, too. A thread that was started in a cell belongs to the cell that runs when
    it asks, where the kernel can't tell. In doubt it is an execution of its own: that costs
    nothing, for it begins with what the store has.
    """
    try:
        return _hosted() or _jupyter() or _plain()
    except Exception:  # a host that is like none we know
        return ("process", os.getpid())


def _hosted() -> Hashable | None:
    """The run of a host that makes an object for each, inside this process."""
    return _streamlit() or _marimo()


def _streamlit() -> Hashable | None:
    runtime = sys.modules.get("streamlit.runtime")
    scripts = sys.modules.get("streamlit.runtime.scriptrunner")
    if runtime is None or scripts is None:
        return None
    context = scripts.get_script_run_ctx(suppress_warning=True)
    if context is not None:
        # The context may live on for the next rerun; its cursors begin anew with each.
        return ("rerun", os.getpid(), _runs.number_of(context, context.cursors))
    # A thread that the app does not know: it can't be told which rerun started it.
    return ("rerun", os.getpid(), _runs.number_of(_Nameless())) if runtime.exists() else None


def _marimo() -> Hashable | None:
    contexts = sys.modules.get("marimo._runtime.context")
    if contexts is None:
        return None
    context = contexts.safe_get_context()
    if context is None:
        return None
    # Each run of a cell has a context of its own; outside of one, in a callback, there is none.
    return ("marimo", os.getpid(), _runs.number_of(context.execution_context or _Nameless()))


class _Nameless:
    """An execution that nothing else belongs to."""


def _jupyter() -> Hashable | None:
    """The cell's run in a kernel, the line in IPython; `None` outside of both."""
    global _last_cell
    shell = _shell()
    if shell is None:
        return None
    number = int(shell.execution_count)
    kernel = getattr(shell, "kernel", None)
    if kernel is None:
        return ("line", os.getpid(), number)
    cell = _parent(kernel)
    if cell is not None:
        _last_cell = (number, cell)
    elif _last_cell is not None and _last_cell[0] == number:
        cell = _last_cell[1]
    return ("cell", os.getpid(), cell or number)


def _plain() -> Hashable:
    """The test that runs, or the whole process."""
    test, _, _ = os.environ.get(TEST_VARIABLE, "").rpartition(" ")
    return ("process", os.getpid(), test)


def notebook_name() -> str | None:
    """The name of the notebook or script that asks, without its folder; `None` if unknown."""
    try:
        shell = _shell()
        names: Mapping[str, Any] = getattr(shell, "user_ns", None) or {}
        told = [names.get(name) for name in USER_NAMES]
        if getattr(shell, "kernel", None) is not None:
            return _name(*told, os.environ.get(SESSION_VARIABLE))
        main = getattr(sys.modules.get("__main__"), "__file__", None)
        return _name(*told, main)
    except Exception:
        return None


def in_ipython() -> bool:
    """Whether IPython runs the code: a kernel, or its prompt in a terminal."""
    try:
        return _shell() is not None
    except Exception:
        return False


def _shell() -> Any:
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None


def _parent(kernel: Any) -> str | None:
    """The id of the message that the kernel is answering for us."""
    try:
        message = kernel.get_parent("shell")
    except LookupError:  # ipykernel 7.0, on a thread that it does not know
        return None
    header = message.get("header") if isinstance(message, Mapping) else None
    found = header.get("msg_id") if isinstance(header, Mapping) else None
    return str(found) if found else None


def _name(*paths: object) -> str | None:
    for path in paths:
        if isinstance(path, (str, os.PathLike)) and (name := PurePath(path).name):
            return PurePath(path).parent.name if name == "__main__.py" else name
    return None


REMEMBERED = 256
"""Executions whose claims are remembered; an older cell that still asks begins anew."""


#: Counts asks and waits: which came first.
_clock = process_global(f"{__name__} clock", itertools.count)


@dataclass(eq=False, repr=False)
class ClaimedSet:
    """One set of a recipe that an execution takes: by one ask, or by those that take it up.

    Attributes:
        slots: its pictures.
        in_vain_since: when it was waited for in vain, if nothing has taken it up since.
        beside: the sets that an earlier pass had taken beside this one.
    """

    slots: set[Slot] = field(default_factory=set)
    in_vain_since: int | None = None
    beside: tuple[ClaimedSet, ...] = ()


@dataclass(eq=False, repr=False)
class Execution:
    """One run of a cell, or one pass of a script, and what its asks have taken.

    Attributes:
        claims: by recipe, in the order in which they were begun.
        asked: when each recipe was first asked.
        lock: held while an ask chooses.
    """

    claims: dict[Hashable, list[ClaimedSet]] = field(default_factory=dict)
    asked: dict[Hashable, int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def begins_new_pass(self, recipe: Hashable) -> bool:
        """Whether an ask of this recipe is one of a new pass."""
        asked = self.asked.get(recipe)
        vain = [one.in_vain_since for claims in self.claims.values() for one in claims]
        return asked is not None and any(when is not None and when > asked for when in vain)

    def claim_next(self, recipe: Hashable) -> ClaimedSet:
        """The set that the next ask of a recipe is to get: one in vain, or another."""
        self.asked.setdefault(recipe, next(_clock))
        claims = self.claims.setdefault(recipe, [])
        for claim in claims:
            if claim.in_vain_since is not None:
                claim.in_vain_since = None
                return claim
        claims.append(ClaimedSet())
        return claims[-1]

    def next_pass(self, recipe: Hashable) -> Execution:
        """A new pass that begins with this recipe; what is in vain is still to be taken up."""
        new = Execution()
        for name, claims in self.claims.items():
            given = {one for one in claims if one.in_vain_since is None}
            for claim in claims:
                if claim.in_vain_since is not None:
                    claim.beside = tuple({*claim.beside, *given})
                    new.claims.setdefault(name, []).append(claim)
        new.asked[recipe] = next(_clock)
        for claims in new.claims.values():
            for claim in claims:
                claim.in_vain_since = next(
                    _clock
                )  # until it is asked again, each repeat begins anew
        return new


class Ask:
    """One ask's part in its execution.

    Args:
        execution: the execution.
        recipe: a name for what is asked, and of which store.
        claim: the set that it is to get.

    Attributes:
        inherits_set: whether an earlier ask had taken that set, and was waited for in vain.
    """

    def __init__(self, execution: Execution, recipe: Hashable, claim: ClaimedSet) -> None:
        self.execution = execution
        self._recipe = recipe
        self._claim = claim
        self.inherits_set = bool(claim.slots)

    @property
    def slots(self) -> set[Slot]:
        """The pictures of its set; shared with an ask that took the set up."""
        return self._claim.slots

    @property
    def others(self) -> set[Slot]:
        """The pictures of the execution's other sets, which this one is not to have."""
        taken = {*self.execution.claims[self._recipe], *self._claim.beside}
        return {slot for claim in taken - {self._claim} for slot in claim.slots}

    def take(self, slots: Set[Slot]) -> None:
        """Have these pictures and no others: a smaller ask leaves what a larger one had."""
        self._claim.slots.intersection_update(slots)
        self._claim.slots.update(slots)

    def shares_set_of(self, other: Ask) -> bool:
        """Whether one of the two has taken the other's set up."""
        return self._claim is other._claim

    def in_vain(self) -> None:
        """It was waited for, and the wait ended without its pictures. Any thread."""
        self._claim.in_vain_since = next(_clock)

    def came(self) -> None:
        """It was waited for, and its pictures were given. Any thread."""
        self._claim.in_vain_since = None

    def give_back(self) -> None:
        """Have nothing of the execution any more: its next ask of the recipe may get it all."""
        with _executions.lock:
            claims = self.execution.claims[self._recipe]
            if self._claim in claims:
                claims.remove(self._claim)


@dataclass(eq=False, repr=False)
class _Executions:
    """The executions of this process, by name, oldest first."""

    known: OrderedDict[Hashable, Execution] = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)


_executions = process_global(f"{__name__} executions", _Executions)


def _forget_after_fork() -> None:
    """A child is an execution of its own, and has locks of its own."""
    _executions.lock = threading.Lock()
    _executions.known = OrderedDict()


at_fork(__name__, after_in_child=_forget_after_fork)


def ask_of(name: Hashable | None, recipe: Hashable) -> Ask:
    """Begin an ask of this execution, the same for all sessions of the process.

    Args:
        name: the execution's name; `None` is one of the ask's own.
        recipe: what is asked, and of which store.
    """
    if name is None:
        return Ask(own := Execution(), recipe, own.claim_next(recipe))
    with _executions.lock:
        found = _executions.known.setdefault(name, Execution())
        if found.begins_new_pass(recipe):
            found = _executions.known[name] = found.next_pass(recipe)
        _executions.known.move_to_end(name)
        while len(_executions.known) > REMEMBERED:
            _executions.known.popitem(last=False)
        return Ask(found, recipe, found.claim_next(recipe))
