"""What was paid for already answers again: what the asks of a run of a cell have taken.

Within one execution each ask of a recipe takes the next pictures of its pool, so a loop of four
gives four different sets. The next execution begins at the front again: running the cell once
more gives the same four, for 0 credits.

An ask that was waited for in vain has given nothing: the next ask of its recipe takes its set
up, and no other. Until then, what was asked before the wait and is asked again begins a new pass
over the same asks: at the front, as another execution does.
"""

from __future__ import annotations

import itertools
import threading
from collections import OrderedDict
from collections.abc import Hashable, Set
from dataclasses import dataclass, field

from evolink_widgets.store.gallery.pool import Slot
from evolink_widgets.store.process_globals import at_fork, lasting

REMEMBERED = 256
"""Executions whose takings are remembered; an older cell that still asks begins anew."""


#: Counts asks and waits: which came first.
_clock = lasting(f"{__name__} clock", itertools.count)


@dataclass(eq=False)
class Taking:
    """One set of a recipe that an execution takes: by one ask, or by those that take it up.

    Attributes:
        slots: its pictures.
        vain_at: when it was waited for in vain, if nothing has taken it up since.
        beside: the sets that an earlier pass had taken beside this one.
    """

    slots: set[Slot] = field(default_factory=set)
    vain_at: int | None = None
    beside: tuple[Taking, ...] = ()


@dataclass(eq=False)
class Execution:
    """One run of a cell, or one pass of a script, and what its asks have taken.

    Attributes:
        takings: by recipe, in the order in which they were begun.
        asked: when each recipe was first asked.
        lock: held while an ask chooses.
    """

    takings: dict[Hashable, list[Taking]] = field(default_factory=dict)
    asked: dict[Hashable, int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def is_over_for(self, recipe: Hashable) -> bool:
        """Whether an ask of this recipe is one of a new pass."""
        asked = self.asked.get(recipe)
        vain = [one.vain_at for takings in self.takings.values() for one in takings]
        return asked is not None and any(when is not None and when > asked for when in vain)

    def begin(self, recipe: Hashable) -> Taking:
        """The set that the next ask of a recipe is to get: one in vain, or another."""
        self.asked.setdefault(recipe, next(_clock))
        takings = self.takings.setdefault(recipe, [])
        for taking in takings:
            if taking.vain_at is not None:
                taking.vain_at = None
                return taking
        takings.append(Taking())
        return takings[-1]

    def next_pass(self, recipe: Hashable) -> Execution:
        """A new pass that begins with this recipe; what is in vain is still to be taken up."""
        new = Execution()
        for name, takings in self.takings.items():
            given = {one for one in takings if one.vain_at is None}
            for taking in takings:
                if taking.vain_at is not None:
                    taking.beside = tuple({*taking.beside, *given})
                    new.takings.setdefault(name, []).append(taking)
        new.asked[recipe] = next(_clock)
        for takings in new.takings.values():
            for taking in takings:
                taking.vain_at = next(_clock)  # until it is asked again, each repeat begins anew
        return new


class Ask:
    """One ask's part in its execution.

    Args:
        execution: the execution.
        recipe: a name for what is asked, and of which store.
        taking: the set that it is to get.

    Attributes:
        took_up: whether an earlier ask had taken that set, and was waited for in vain.
    """

    def __init__(self, execution: Execution, recipe: Hashable, taking: Taking) -> None:
        self.execution = execution
        self._recipe = recipe
        self._taking = taking
        self.took_up = bool(taking.slots)

    @property
    def slots(self) -> set[Slot]:
        """The pictures of its set; shared with an ask that took the set up."""
        return self._taking.slots

    @property
    def others(self) -> set[Slot]:
        """The pictures of the execution's other sets, which this one is not to have."""
        taken = {*self.execution.takings[self._recipe], *self._taking.beside}
        return {slot for taking in taken - {self._taking} for slot in taking.slots}

    def take(self, slots: Set[Slot]) -> None:
        """Have these pictures and no others: a smaller ask leaves what a larger one had."""
        self._taking.slots.intersection_update(slots)
        self._taking.slots.update(slots)

    def shares_set_of(self, other: Ask) -> bool:
        """Whether one of the two has taken the other's set up."""
        return self._taking is other._taking

    def in_vain(self) -> None:
        """It was waited for, and the wait ended without its pictures. Any thread."""
        self._taking.vain_at = next(_clock)

    def came(self) -> None:
        """It was waited for, and its pictures were given. Any thread."""
        self._taking.vain_at = None


@dataclass
class _Executions:
    """The executions of this process, by name, oldest first."""

    known: OrderedDict[Hashable, Execution] = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)


_executions = lasting(f"{__name__} executions", _Executions)


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
        return Ask(own := Execution(), recipe, own.begin(recipe))
    with _executions.lock:
        found = _executions.known.setdefault(name, Execution())
        if found.is_over_for(recipe):
            found = _executions.known[name] = found.next_pass(recipe)
        _executions.known.move_to_end(name)
        while len(_executions.known) > REMEMBERED:
            _executions.known.popitem(last=False)
        return Ask(found, recipe, found.begin(recipe))
